"""Locations, lines, desks and input fields in the admin."""

from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.messages import get_messages

from tests.factories import InputFieldFactory, LineFactory
from tests.tickets.admin.conftest import (
    Office,
    SignIn,
    location_form,
    open_office,
    url,
    written_meanwhile,
)
from tickets.models import Activity, EventName, InputField, Line, User


def line_form(line: Line, **changed: Any) -> dict[str, Any]:
    columns = ("name", "letter", "position", "expected_minutes")
    posted = {name: getattr(line, name) for name in columns}
    return {**posted, "location": line.location_id, "color": f"#{line.color.lower()}", **changed}


def act(client: Any, action: str, line: Line) -> list[str]:
    posted = {"action": action, "_selected_action": [line.pk], "index": 0}
    answer = client.post(url("line_changelist"), posted)
    return [str(message) for message in get_messages(answer.wsgi_request)]


@pytest.mark.parametrize("action", ["disable", "archive"])
def test_line_with_visitors_stays_open(
    action: str, office: Office, manager: User, sign_in: SignIn
) -> None:
    said = act(sign_in(manager), action, office.line)

    office.line.refresh_from_db()
    refusal = "Visitors are still in this line. Serve, forward or remove them first."
    assert office.line.status == "ENABLED"
    assert said == [f"{office.line}: {refusal}"]


@pytest.mark.parametrize(
    ("action", "status"), [("disable", "DISABLED"), ("archive", "ARCHIVED"), ("enable", "ENABLED")]
)
def test_empty_line_is_switched(
    action: str, status: str, office: Office, manager: User, sign_in: SignIn
) -> None:
    line = LineFactory.create(
        location=office.location, status="ARCHIVED" if action == "enable" else "ENABLED"
    )

    act(sign_in(manager), action, line)

    line.refresh_from_db()
    assert line.status == status


def test_line_is_changed_on_record(office: Office, manager: User, sign_in: SignIn) -> None:
    posted = line_form(office.line, color="#00ff7f", status="ARCHIVED")

    answer = sign_in(manager).post(url("line_change", office.line.pk), posted)

    office.line.refresh_from_db()
    last = Activity.objects.latest("id")
    assert answer.status_code == 302
    assert (office.line.color, office.line.status) == ("00FF7F", "ENABLED")
    assert (last.event, last.user, last.changes["color"]) == (
        EventName.LINE_CHANGED,
        manager,
        ["3355CC", "00FF7F"],
    )


def test_line_stays_at_its_location(office: Office, owner: User, sign_in: SignIn) -> None:
    posted = line_form(office.line, location=open_office().location.pk)

    sign_in(owner).post(url("line_change", office.line.pk), posted)

    office.line.refresh_from_db()
    assert office.line.location == office.location


def test_letter_of_another_line_is_refused(office: Office, manager: User, sign_in: SignIn) -> None:
    other = LineFactory.create(location=office.location)

    answer = sign_in(manager).post(
        url("line_change", other.pk), line_form(other, letter=office.line.letter)
    )

    assert answer.status_code == 200


def test_line_is_added_open(office: Office, manager: User, sign_in: SignIn) -> None:
    unsaved = LineFactory.build(location=office.location, name="Passports")

    sign_in(manager).post(url("line_add"), line_form(unsaved))

    assert [line.status for line in Line.objects.filter(name="Passports")] == ["ENABLED"]


def test_manager_opens_no_location(office: Office, manager: User, sign_in: SignIn) -> None:
    assert sign_in(manager).get(url("location_add")).status_code == 403


def test_input_field_offers_the_lines_of_its_location(
    office: Office, owner: User, sign_in: SignIn
) -> None:
    open_office()

    page = sign_in(owner).get(url("inputfield_change", office.field.pk))

    assert list(page.context["adminform"].form.fields["lines"].queryset) == [office.line]


def test_input_field_is_added_with_its_options(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    posted = {
        "location": office.location.pk,
        "type": "SELECT",
        "title": "Reason",
        "position": 3,
        "options-TOTAL_FORMS": 2,
        "options-INITIAL_FORMS": 0,
        "options-0-title": "Visit",
        "options-0-position": 0,
        "options-1-title": "Renewal",
        "options-1-position": 1,
    }

    sign_in(manager).post(url("inputfield_add"), posted)

    field = InputField.objects.get(title="Reason")
    assert [option.title for option in field.options.all()] == ["Visit", "Renewal"]


def test_second_field_of_the_same_title_is_refused(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    other = InputFieldFactory.create(location=office.location)
    posted = {"type": "TEXT", "title": office.field.title.upper(), "position": 0}
    posted |= {"options-TOTAL_FORMS": 0, "options-INITIAL_FORMS": 0}

    answer = sign_in(manager).post(url("inputfield_change", other.pk), posted)

    assert answer.status_code == 200


def test_location_saved_keeps_what_others_wrote_meanwhile(
    office: Office, owner: User, sign_in: SignIn
) -> None:
    client = sign_in(owner)
    posted = location_form(client, office.location)

    with written_meanwhile(office.location, version=1_000, has_messages=False):
        client.post(
            url("location_change", office.location.pk), posted | {"name": "New", "latitude": "1.5"}
        )

    office.location.refresh_from_db()
    kept = (office.location.version, office.location.has_messages)
    assert (office.location.name, office.location.latitude) == ("New", 1.5)
    assert kept == (1_001, False)  # the change itself raised the version


def test_line_saved_keeps_what_others_wrote_meanwhile(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    posted = line_form(office.line, name="New")

    with written_meanwhile(office.line, status="DISABLED"):
        sign_in(manager).post(url("line_change", office.line.pk), posted)

    office.line.refresh_from_db()
    assert (office.line.name, office.line.status) == ("New", "DISABLED")


def test_deleted_line_is_on_no_page(office: Office, manager: User, sign_in: SignIn) -> None:
    deleted = LineFactory.create(location=office.location, status="DELETED", letter="")
    client = sign_in(manager)

    listed = client.get(url("line_changelist"))
    field = client.get(url("inputfield_change", office.field.pk)).context["adminform"].form

    statuses = [
        choice["display"]
        for choice in listed.context["cl"].filter_specs[0].choices(listed.context["cl"])
    ]
    assert list(listed.context["cl"].queryset) == [office.line]
    assert statuses == ["All", "Open", "Takes nobody new", "Archived"]
    assert client.get(url("line_change", deleted.pk)).status_code == 404
    assert list(field.fields["lines"].queryset) == [office.line]


def test_name_of_another_line_is_refused(office: Office, manager: User, sign_in: SignIn) -> None:
    other = LineFactory.create(location=office.location)
    unsaved = LineFactory.build(location=office.location, name=other.name)
    client = sign_in(manager)

    answers = [
        client.post(url("line_change", office.line.pk), line_form(office.line, name=other.name)),
        client.post(url("line_add"), line_form(unsaved)),
    ]

    errors = [answer.context["adminform"].form.errors for answer in answers]
    assert errors == [{"name": ["This location has a line of this name already."]}] * 2


def test_line_added_is_on_record(office: Office, manager: User, sign_in: SignIn) -> None:
    unsaved = LineFactory.build(location=office.location, name="Passports")

    sign_in(manager).post(url("line_add"), line_form(unsaved))

    added = Activity.objects.get(event="line.created")
    assert (added.user, added.changes["name"]) == (manager, [None, "Passports"])
    assert Line.objects.get(name="Passports").letter == unsaved.letter


def test_pin_of_the_kiosks_is_kept_as_a_hash_and_nowhere_else(
    office: Office, owner: User, sign_in: SignIn
) -> None:
    client = sign_in(owner)
    path = url("location_change", office.location.pk)
    posted = location_form(client, office.location)

    refused = client.post(path, posted | {"staff_pin": "40 71"})
    client.post(path, posted | {"staff_pin": "4071"})
    office.location.refresh_from_db()
    kept = office.location.staff_pin
    client.post(path, posted | {"name": "New"})

    office.location.refresh_from_db()
    assert refused.status_code == 200
    assert (check_password("4071", kept), office.location.staff_pin) == (True, kept)
    made = Activity.objects.filter(event=EventName.LOCATION_CHANGED).order_by("id")
    changes = list(made.values_list("changes", flat=True))
    assert changes == [{"staff_pin": [None, "••••"]}, {"name": [posted["name"], "New"]}]
    assert client.get(path).content.decode().count(kept) == 0
