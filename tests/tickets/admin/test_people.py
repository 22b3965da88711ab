"""People in the admin: who may give which role, and change whom."""

from functools import partial
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.db import transaction
from django.http import HttpResponse
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from tests.conftest import Threads
from tests.factories import UserFactory, clerk_of, waiting_ticket
from tests.tickets.admin.conftest import Office, SignIn, open_office, url, with_role
from tickets.actions import routing, staff
from tickets.exceptions import AssigneeNotHere
from tickets.models import Activity, Desk, EventName, Role, RoleType, Ticket, User

PASSWORD = "a long way home 7"


def roles_form(*roles: tuple[str, object], initial: int = 0) -> dict[str, Any]:
    posted: dict[str, Any] = {"roles-TOTAL_FORMS": len(roles), "roles-INITIAL_FORMS": initial}
    for index, (type_, location) in enumerate(roles):
        posted[f"roles-{index}-type"] = type_
        posted[f"roles-{index}-location"] = location
    return posted


def new_person(*roles: tuple[str, object]) -> dict[str, Any]:
    return {
        "first_name": "Kai",
        "email": "kai@example.org",
        "password1": PASSWORD,
        "password2": PASSWORD,
        **roles_form(*roles),
    }


def given() -> list[tuple[str, int | None]]:
    person = User.objects.filter(email="kai@example.org").first()
    return list(person.roles.values_list("type", "location")) if person else []


def test_manager_adds_a_clerk_of_their_location(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    sign_in(manager).post(url("user_add"), new_person(("CLERK", office.location.pk)))

    assert given() == [("CLERK", office.location.pk)]
    assert User.objects.get(email="kai@example.org").check_password(PASSWORD)


def test_new_person_without_a_password_is_mailed_a_link(
    office: Office,
    manager: User,
    sign_in: SignIn,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    posted = new_person(("CLERK", office.location.pk)) | {"password1": "", "password2": ""}

    with django_capture_on_commit_callbacks(execute=True):
        sign_in(manager).post(url("user_add"), posted)

    kai = User.objects.get(email="kai@example.org")
    assert not kai.has_usable_password()
    assert [message.to for message in mail.outbox] == [["kai@example.org"]]
    assert Activity.objects.get(event="user.invited").user == manager


def test_new_person_with_a_password_is_mailed_nothing(
    office: Office,
    manager: User,
    sign_in: SignIn,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(manager).post(url("user_add"), new_person(("CLERK", office.location.pk)))

    assert mail.outbox == []
    assert Activity.objects.filter(event="user.invited").count() == 1


@pytest.mark.parametrize("forgotten", ["password1", "password2"])
def test_password_typed_once_is_refused(
    forgotten: str, office: Office, manager: User, sign_in: SignIn
) -> None:
    posted = new_person(("CLERK", office.location.pk)) | {forgotten: ""}

    answer = sign_in(manager).post(url("user_add"), posted)

    assert answer.status_code == 200
    assert given() == []


@pytest.mark.parametrize("type_", ["ADMIN", "OWNER"])
def test_manager_cannot_give_an_account_wide_role(
    type_: str, office: Office, manager: User, sign_in: SignIn
) -> None:
    answer = sign_in(manager).post(url("user_add"), new_person((type_, "")))

    assert answer.status_code == 200
    assert given() == []


def test_manager_cannot_give_a_role_elsewhere(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    foreign = open_office()

    answer = sign_in(manager).post(url("user_add"), new_person(("CLERK", foreign.location.pk)))

    assert answer.status_code == 200
    assert given() == []


def test_new_person_needs_a_role(office: Office, manager: User, sign_in: SignIn) -> None:
    answer = sign_in(manager).post(url("user_add"), new_person())

    assert answer.status_code == 200
    assert not User.objects.filter(email="kai@example.org").exists()


def test_same_role_twice_is_refused(administrator: User, sign_in: SignIn) -> None:
    answer = sign_in(administrator).post(url("user_add"), new_person(("ADMIN", ""), ("ADMIN", "")))

    assert answer.status_code == 200
    assert given() == []


def test_same_address_in_other_letters_is_refused(
    office: Office, administrator: User, sign_in: SignIn
) -> None:
    UserFactory.create(email="KAI@example.org")

    answer = sign_in(administrator).post(url("user_add"), new_person(("ADMIN", "")))

    assert answer.status_code == 200
    assert given() == []


@pytest.mark.parametrize(("type_", "gives"), [("ADMIN", [("ADMIN", None)]), ("OWNER", [])])
def test_administrator_makes_administrators_but_no_owners(
    type_: str, gives: list[object], administrator: User, sign_in: SignIn
) -> None:
    sign_in(administrator).post(url("user_add"), new_person((type_, "")))

    assert given() == gives


def test_manager_cannot_promote_themselves(office: Office, manager: User, sign_in: SignIn) -> None:
    role = manager.roles.get()
    posted = roles_form(("MANAGER", office.location.pk), ("ADMIN", ""), initial=1)
    posted |= {"first_name": "Me", "roles-0-id": role.pk, "roles-0-user": manager.pk}

    answer = sign_in(manager).post(url("user_change", manager.pk), posted)

    assert answer.status_code == 200
    assert list(manager.roles.values_list("type", flat=True)) == ["MANAGER"]


def test_manager_takes_a_role_at_their_location_only(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    foreign = open_office()
    shared = clerk_of(office.location)
    elsewhere = shared.roles.create(type=RoleType.CLERK, location=foreign.location)
    client = sign_in(manager)
    page = client.get(url("user_change", shared.pk))
    posted = roles_form(("CLERK", foreign.location.pk), initial=1)
    posted |= {"roles-0-id": elsewhere.pk, "roles-0-user": shared.pk, "roles-0-DELETE": "on"}

    client.post(url("user_change", shared.pk), posted)

    assert foreign.location.name not in page.content.decode()
    assert shared.roles.filter(pk=elsewhere.pk).exists()


def test_manager_changes_no_address_and_no_shared_name(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    shared = clerk_of(office.location, first_name="Tiit", email="tiit@example.org")
    shared.roles.create(type=RoleType.CLERK, location=open_office().location)
    posted = {"first_name": "Spy", "email": "spy@example.org", **roles_form(initial=0)}

    sign_in(manager).post(url("user_change", shared.pk), posted)

    shared.refresh_from_db()
    assert (shared.first_name, shared.email) == ("Tiit", "tiit@example.org")


def test_manager_corrects_the_name_of_their_clerk(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    posted = {"first_name": "Right", "last_name": "", **roles_form()}

    sign_in(manager).post(url("user_change", office.clerk.pk), posted)

    office.clerk.refresh_from_db()
    assert office.clerk.first_name == "Right"


def test_manager_sets_nobodys_password(office: Office, manager: User, sign_in: SignIn) -> None:
    client = sign_in(manager)
    path = url("user_change", office.clerk.pk).replace("/change/", "/password/")
    posted = {"password1": PASSWORD, "password2": PASSWORD}

    answers = [client.get(path).status_code, client.post(path, posted).status_code]

    office.clerk.refresh_from_db()
    assert answers == [403, 403]
    assert not office.clerk.check_password(PASSWORD)
    assert "md5$" not in client.get(url("user_change", office.clerk.pk)).content.decode()


@pytest.mark.parametrize("role", [RoleType.ADMIN, RoleType.OWNER])
def test_manager_does_not_meet_account_wide_people(
    role: RoleType, office: Office, manager: User, sign_in: SignIn
) -> None:
    person = clerk_of(office.location)
    Role.objects.create(user=person, type=role)
    client = sign_in(manager)

    assert client.get(url("user_change", person.pk)).status_code == 404
    assert person.email not in client.get(url("user_changelist")).content.decode()


def test_administrator_only_looks_at_an_owner(
    owner: User, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    path = url("user_change", owner.pk)

    assert client.get(path).status_code == 200
    assert client.post(path, {"first_name": "X", **roles_form()}).status_code == 403
    assert client.get(path.replace("/change/", "/password/")).status_code == 403


def test_owner_keeps_the_role_of_an_owner(owner: User, sign_in: SignIn) -> None:
    other = with_role(RoleType.OWNER)
    role = other.roles.get()
    posted = roles_form(("OWNER", ""), initial=1)
    posted |= {"first_name": "X", "email": other.email, "last_name": ""}
    posted |= {"roles-0-id": role.pk, "roles-0-user": other.pk, "roles-0-DELETE": "on"}

    sign_in(owner).post(url("user_change", other.pk), posted)

    assert list(other.roles.values_list("type", flat=True)) == ["OWNER"]


def change_roles(
    client: Any, person: User, *roles: tuple[str, object], **first: object
) -> HttpResponse:
    """Post the person's page: their one role comes first, with the columns `first`."""
    role = person.roles.get()
    posted = roles_form((role.type, role.location_id or ""), *roles, initial=1)
    posted |= {"first_name": person.first_name, "last_name": "", "email": person.email}
    posted |= {"roles-0-id": role.pk, "roles-0-user": person.pk}
    posted |= {f"roles-0-{name}": value for name, value in first.items()}
    answer: HttpResponse = client.post(url("user_change", person.pk), posted)
    return answer


@pytest.fixture
def assigned(office: Office) -> Ticket:
    """A waiting ticket of the clerk, who sits at the desk."""
    return routing.assign(waiting_ticket(office.line), assignee=office.clerk, by=office.clerk)


def held(office: Office, ticket: Ticket) -> tuple[User | None, Desk | None]:
    """Whom the ticket is assigned to, and the clerk's desk."""
    return Ticket.objects.get(pk=ticket.pk).assignee, User.objects.get(pk=office.clerk.pk).desk


def test_role_taken_gives_back_what_was_assigned(
    office: Office, assigned: Ticket, manager: User, sign_in: SignIn
) -> None:
    called = routing.assign(office.ticket, assignee=office.clerk, by=manager)

    answer = change_roles(sign_in(manager), office.clerk, DELETE="on")

    last = Activity.objects.filter(ticket=assigned).latest("id")
    called.refresh_from_db()
    assert answer.status_code == 302
    assert held(office, assigned) == (None, None)
    assert (called.status, called.assignee) == ("CALLED", None)
    assert (last.event, last.user) == (EventName.UNASSIGNED, manager)


def test_role_moved_elsewhere_gives_back_what_was_assigned(
    office: Office, assigned: Ticket, owner: User, sign_in: SignIn
) -> None:
    elsewhere = open_office()
    theirs = routing.assign(
        waiting_ticket(elsewhere.line), assignee=elsewhere.clerk, by=elsewhere.clerk
    )

    change_roles(sign_in(owner), office.clerk, location=elsewhere.location.pk)

    theirs.refresh_from_db()
    assert office.clerk.roles.get().location == elsewhere.location
    assert held(office, assigned) == (None, None)
    assert theirs.assignee == elsewhere.clerk


@pytest.mark.parametrize("type_", ["MANAGER", "ADMIN"])
def test_role_exchanged_for_another_there_gives_nothing_back(
    type_: str, office: Office, assigned: Ticket, owner: User, sign_in: SignIn
) -> None:
    place = office.location.pk if type_ == "MANAGER" else ""

    change_roles(sign_in(owner), office.clerk, (type_, place), DELETE="on")

    assert office.clerk.roles.get().type == type_
    assert held(office, assigned) == (office.clerk, office.desk)


def test_account_wide_role_exchanged_gives_back_what_is_elsewhere(
    office: Office, administrator: User, owner: User, sign_in: SignIn
) -> None:
    elsewhere = open_office()
    here, there = (
        routing.assign(waiting_ticket(each.line), assignee=administrator, by=each.clerk)
        for each in (office, elsewhere)
    )

    change_roles(sign_in(owner), administrator, type="CLERK", location=office.location.pk)

    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.assignee, there.assignee) == (administrator, None)


def test_role_taken_and_assign_at_once_never_leave_a_visitor_with_nobody(
    office: Office, in_threads: Threads
) -> None:
    def take_role(person: User) -> None:
        with transaction.atomic():
            person.roles.all().delete()
            staff.hand_back(person, by=office.clerk)

    for _round in range(30):
        ticket, gone = waiting_ticket(office.line), clerk_of(office.location)

        given, taken = in_threads(
            partial(routing.assign, ticket, assignee=gone, by=office.clerk),
            partial(take_role, gone),
        )

        assert isinstance(given, Ticket | AssigneeNotHere)
        assert taken is None
        assert Ticket.objects.get(pk=ticket.pk).assignee is None


def switch(client: Any, action: str, person: User) -> list[str]:
    posted = {"action": action, "_selected_action": [person.pk], "index": 0}
    answer = client.post(url("user_changelist"), posted)
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_deactivate_frees_what_was_assigned(office: Office, manager: User, sign_in: SignIn) -> None:
    ticket = routing.assign(waiting_ticket(office.line), assignee=office.clerk, by=manager)

    switch(sign_in(manager), "deactivate", office.clerk)

    office.clerk.refresh_from_db()
    ticket.refresh_from_db()
    assert (office.clerk.is_active, ticket.assignee) == (False, None)


def test_activate_lets_somebody_in_again(office: Office, manager: User, sign_in: SignIn) -> None:
    User.objects.filter(pk=office.clerk.pk).update(is_active=False)

    switch(sign_in(manager), "activate", office.clerk)

    office.clerk.refresh_from_db()
    assert office.clerk.is_active


def test_owner_is_never_switched_off(owner: User, administrator: User, sign_in: SignIn) -> None:
    said = switch(sign_in(administrator), "deactivate", owner)

    owner.refresh_from_db()
    assert owner.is_active
    assert said == [f"{owner}: An owner is never switched off."]


def test_nobody_switches_themselves_off(office: Office, manager: User, sign_in: SignIn) -> None:
    said = switch(sign_in(manager), "deactivate", manager)

    manager.refresh_from_db()
    assert manager.is_active
    assert said == [f"{manager}: Nobody switches themselves off."]


def test_shared_clerk_is_not_switched_off_by_a_manager(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    office.clerk.roles.create(type=RoleType.CLERK, location=open_office().location)

    switch(sign_in(manager), "deactivate", office.clerk)

    office.clerk.refresh_from_db()
    assert office.clerk.is_active


def test_role_filter_tells_nothing_of_other_locations(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    foreign = open_office()
    office.clerk.roles.create(type=RoleType.MANAGER, location=foreign.location)
    client = sign_in(manager)

    managers = client.get(url("user_changelist"), {"role": "MANAGER"}).context["cl"].queryset
    there = client.get(url("user_changelist"), {"location": foreign.location.pk})

    assert list(managers) == [manager]
    assert list(there.context["cl"].queryset) == []
