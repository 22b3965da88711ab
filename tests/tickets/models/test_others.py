"""People, locations and the timeline: the small rules that their models hold."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from tests.factories import (
    DeviceFactory,
    InputFieldFactory,
    LineFactory,
    LocationFactory,
    UserFactory,
    clerk_of,
    manager_of,
    waiting_ticket,
)
from tickets.actions import intake, lifecycle, programs
from tickets.models import SYSTEM, VISITOR, Actor, By, InputField, Line, LineStatus, RoleType, User


@pytest.mark.django_db
def test_working_at_are_active_people_whose_role_reaches_the_location() -> None:
    here, elsewhere = LocationFactory.create_batch(2)
    clerk = clerk_of(here)
    clerk.roles.create(type=RoleType.MANAGER, location=here)
    admin = UserFactory.create()
    admin.roles.create(type=RoleType.ADMIN)
    clerk_of(elsewhere)
    clerk_of(here, is_active=False)
    UserFactory.create()

    assert list(User.objects.working_at(here).order_by("pk")) == [clerk, admin]


@pytest.mark.django_db
def test_only_managers_and_above_enter_the_admin() -> None:
    here = LocationFactory.create()
    admin = UserFactory.create()
    admin.roles.create(type=RoleType.ADMIN)
    people = [clerk_of(here), manager_of(here), admin, manager_of(here, is_active=False)]

    assert [user.is_staff for user in people] == [False, True, True, True]
    assert [user.is_account_wide for user in people] == [False, False, True, False]
    assert [user.has_perm("any") for user in people] == [False, True, True, False]
    assert [user.has_module_perms("tickets") for user in people] == [False, True, True, False]


@pytest.mark.django_db
def test_superuser_is_the_owner_and_signs_in_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a long password")
    call_command("createsuperuser", email="Owner@example.org", first_name="Ann", interactive=False)

    owner = User.objects.get_by_natural_key("owner@EXAMPLE.org")

    assert owner.roles.get().type == RoleType.OWNER
    assert owner.check_password("a long password")
    assert (owner.get_short_name(), str(owner)) == ("Ann", "Ann")


def test_timezone_must_exist() -> None:
    field = LocationFactory.build()._meta.get_field("timezone")

    with pytest.raises(ValidationError):
        field.run_validators("Europe/Tartu")


@pytest.mark.django_db
def test_line_sets() -> None:
    location = LocationFactory.create()
    lines = [LineFactory.create(location=location, status=status) for status in LineStatus]

    assert list(Line.objects.open()) == [lines[0]]
    assert list(Line.objects.in_use()) == lines[:2]
    assert [line.is_open for line in lines] == [True, False, False, False]


@pytest.mark.django_db
def test_fields_asked_in_a_line_are_those_of_all_lines_and_its_own() -> None:
    location = LocationFactory.create()
    line, other = LineFactory.create_batch(2, location=location)
    everywhere, own, both, others, off = (
        InputFieldFactory.create(location=location, position=position) for position in range(5)
    )
    own.lines.set([line])
    both.lines.set([line, other])
    others.lines.set([other])
    InputField.objects.filter(pk=off.pk).update(is_active=False)

    assert list(InputField.objects.asked_in(line)) == [everywhere, own, both]
    assert everywhere.question == everywhere.title
    assert InputField(title="DOB", visitor_facing_title="When?").question == "When?"


@pytest.mark.django_db
def test_timeline_names_who_did_it() -> None:
    line = LineFactory.create()
    clerk = clerk_of(line.location, first_name="Mari", last_name="Tamm")
    kiosk = DeviceFactory.create(location=line.location, name="Door")
    key, _secret = programs.issue_key(name="Import")
    actors: list[By] = [
        clerk,
        kiosk,
        VISITOR,
        SYSTEM,
        Actor.program(key, None),
        Actor.program(key, clerk),
    ]

    tickets = [intake.create(line, by=actor) for actor in actors]

    assert [ticket.activities.get().who for ticket in tickets] == [
        "Mari Tamm",
        "Door",
        "the visitor",
        "the system",
        "Import",
        "Mari Tamm by Import",
    ]
    assert str(tickets[0].activities.get()) == "Signed in, Mari Tamm"


@pytest.mark.django_db
def test_every_row_has_a_name() -> None:
    line = LineFactory.create()
    ticket = waiting_ticket(line)
    lifecycle.call(ticket, by=clerk_of(line.location))
    ticket.extras.create(title="Notes", value="deaf")
    ticket.labels.create(value="VIP", color="FF00FF")

    shown = [str(ticket.extras.get()), str(ticket.labels.get())]

    assert shown == ["Notes: deaf", "VIP"]
    assert str(ticket.interactions.get()).startswith(f"{ticket.pk}: ")
