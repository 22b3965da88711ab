"""What is not reachable does not exist: for people, programs, devices and visitors."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser

from tests.factories import (
    DeviceFactory,
    LineFactory,
    LocationFactory,
    UserFactory,
    clerk_of,
    manager_of,
    waiting_ticket,
)
from tickets import access
from tickets.actions import lifecycle, programs
from tickets.models import DeviceKind, Line, LineStatus, Location, RoleType, Ticket, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Line:
    """A line of one location; another location with a visitor and an inactive one beside it."""
    waiting_ticket(LineFactory.create())
    LocationFactory.create(is_active=False)
    line = LineFactory.create()
    waiting_ticket(line)
    return line


def admin_user() -> User:
    user = UserFactory.create()
    user.roles.create(type=RoleType.ADMIN)
    return user


@pytest.mark.parametrize("person_of", [clerk_of, manager_of])
def test_person_reaches_the_locations_of_their_roles(here: Line, person_of: object) -> None:
    assert callable(person_of)
    person = person_of(here.location)
    person.roles.create(
        type=RoleType.MANAGER if person_of is clerk_of else RoleType.CLERK, location=here.location
    )

    assert list(access.locations_for(person)) == [here.location]
    assert list(access.tickets_for(person)) == [here.tickets.get()]


def test_administrator_reaches_every_active_location(here: Line) -> None:
    locations = Location.objects.filter(is_active=True)

    assert set(access.locations_for(admin_user())) == set(locations)
    assert access.tickets_for(admin_user()).count() == Ticket.objects.count() == 2


@pytest.mark.parametrize("is_active", [True, False])
def test_one_location_is_reached_as_among_all(here: Line, *, is_active: bool) -> None:
    administrator = UserFactory.create()
    administrator.roles.create(type=RoleType.ADMIN)
    people = [clerk_of(here.location), manager_of(here.location), administrator]
    User.objects.filter(pk__in=[person.pk for person in people]).update(is_active=is_active)

    for person in [*User.objects.all(), AnonymousUser()]:
        for place in Location.objects.all():
            among_all = access.locations_for(person).filter(pk=place.pk).first()
            assert access.location_for(person, place.pk) == among_all


def test_nobody_reaches_nothing(here: Line) -> None:
    gone = clerk_of(here.location, is_active=False)
    people: list[User | AnonymousUser] = [AnonymousUser(), gone, UserFactory.create()]

    reached = [access.locations_for(person).count() for person in people]
    reached += [access.tickets_for(person).count() for person in people]
    reached += [access.managed_locations(person).count() for person in people]
    assert reached == [0] * 9


def test_manager_sets_up_their_own_locations_even_inactive(here: Line) -> None:
    manager = manager_of(here.location)
    closed = Location.objects.get(is_active=False)
    manager.roles.create(type=RoleType.MANAGER, location=closed)

    assert set(access.managed_locations(manager)) == {here.location, closed}
    assert list(access.managed_locations(clerk_of(here.location))) == []
    assert access.managed_locations(admin_user()).count() == 3


def test_key_reaches_its_list_cut_to_where_its_user_works(here: Line) -> None:
    everywhere, _secret = programs.issue_key(name="All")
    listed, _secret = programs.issue_key(name="One")
    listed.locations.add(here.location)
    of_user, _secret = programs.issue_key(name="Clerk's", user=clerk_of(here.location))
    cut, _secret = programs.issue_key(name="Cut", user=clerk_of(here.location))
    cut.locations.set(Location.objects.exclude(pk=here.location_id))

    reached = [set(access.locations_for_key(key)) for key in (everywhere, listed, of_user, cut)]

    active = set(Location.objects.filter(is_active=True))
    assert reached == [active, {here.location}, {here.location}, set()]


def test_key_of_somebody_switched_off_is_none(here: Line) -> None:
    clerk = clerk_of(here.location)
    _key, secret = programs.issue_key(name="Clerk's", user=clerk)
    User.objects.filter(pk=clerk.pk).update(is_active=False)

    assert access.key_for(secret) is None
    assert access.key_for("made up") is None


@pytest.mark.parametrize("shut", ["device", "location"])
def test_device_is_its_locations_and_of_its_kind(here: Line, shut: str) -> None:
    device = DeviceFactory.create(location=here.location)
    secret = programs.renew_secret(device)

    assert access.device_for(secret, kind=DeviceKind.KIOSK) == device
    assert access.device_for(secret, kind=DeviceKind.TV) is None
    assert access.device_for("", kind=DeviceKind.KIOSK) is None

    rows = type(device).objects if shut == "device" else Location.objects
    rows.update(is_active=False)
    assert access.device_for(secret, kind=DeviceKind.KIOSK) is None


def test_device_is_seen_once_in_a_few_seconds(here: Line) -> None:
    device = DeviceFactory.create(location=here.location)
    seen = []
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False) as clock:
        for _look in range(4):
            access.note_seen(device)
            device.refresh_from_db()
            seen.append(device.last_seen_at.second)
            clock.shift(5)

    assert seen == [0, 0, 10, 10]


def test_visitor_chooses_from_open_lines_of_the_location(here: Line) -> None:
    LineFactory.create(location=here.location, status=LineStatus.DISABLED)

    assert list(access.open_lines(here.location)) == [here]


def test_microsite_is_of_an_active_location(here: Line) -> None:
    closed = Location.objects.get(is_active=False)

    found = [access.remote_location(slug) for slug in (here.location.slug, closed.slug, "none")]

    assert found == [here.location, None, None]


def test_status_page_lasts_a_day_after_the_visit(here: Line) -> None:
    ticket = here.tickets.get()
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False) as clock:
        found = [access.ticket_by_visit_token(ticket.visit_token)]
        lifecycle.cancel(ticket, by=clerk_of(here.location))
        for hours in (23, 2):
            clock.shift(timedelta(hours=hours))
            found.append(access.ticket_by_visit_token(ticket.visit_token))

    assert found == [ticket, ticket, None]
    assert access.ticket_by_visit_token("made up") is None
