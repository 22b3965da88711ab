"""The demo: what it fills in, and what it does of it on a later day."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
import time_machine
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from tests.conftest import Figure
from tickets import access, demo, estimates
from tickets.actions import intake, lifecycle
from tickets.demo import credentials
from tickets.models import (
    Activity,
    ActorType,
    Device,
    DeviceKind,
    Direction,
    EventName,
    Location,
    Message,
    MessageStatus,
    Source,
    Ticket,
    User,
)
from tickets.states import Outcome, Status

#: In Tallinn it is noon, then the next noon.
NOON = datetime(2026, 11, 24, 10, tzinfo=UTC)
NEXT_NOON = NOON + timedelta(days=1)
#: The next day there, though its morning began on the day before.
AFTER_MIDNIGHT = NOON + timedelta(hours=12, minutes=30)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[float]:
    """The demo, filled in at noon, in how many seconds; each test's transaction is inside this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        began = monotonic()
        with override_settings(DEMO=True), time_machine.travel(NOON, tick=False):
            assert demo.fill()
        yield monotonic() - began
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def noon(filled: float, db: None, settings: Settings) -> Iterator[None]:
    settings.DEMO = True
    with time_machine.travel(NOON, tick=False):
        yield


def statuses(location: Location) -> dict[str, int]:
    return dict(Counter(location.tickets.values_list("status", flat=True)))


def sources(location: Location) -> dict[str, int]:
    return dict(Counter(location.tickets.values_list("source", flat=True)))


def everything() -> list[list[object]]:
    """All rows that a start could touch."""
    return [
        list(rows.order_by("pk").values_list())
        for rows in (
            Ticket.objects,
            Activity.objects,
            Message.objects,
            User.objects,
            Device.objects,
            Location.objects,
        )
    ]


def test_fill_makes_two_offices_in_all_states(filled: float, figure: Figure) -> None:
    figure("demo filled in, s", round(filled, 2))
    city, clinic = demo.locations()
    assert statuses(city) == {
        Status.SERVED: 28,
        Status.NEW: 11,
        Status.CALLED: 3,
        Status.NOSHOW: 2,
        Status.CANCELLED_BY_CLERK: 2,
    }
    assert statuses(clinic) == {
        Status.SERVED: 19,
        Status.NEW: 8,
        Status.CALLED: 3,
        Status.NOSHOW: 1,
        Status.CANCELLED_BY_CLERK: 1,
    }
    assert sources(city) == {Source.NAME: 33, Source.MICROSITE: 9, Source.MANUAL: 4}
    assert sources(clinic) == {Source.NAME: 25, Source.MICROSITE: 5, Source.MANUAL: 2}


def test_fill_tells_of_every_kind_of_step() -> None:
    assert set(Activity.objects.values_list("event", flat=True)) == {
        EventName.CREATED,
        EventName.CALLED,
        EventName.SERVED,
        EventName.NO_SHOW,
        EventName.RETURNED,
        EventName.FORWARDED,
        EventName.CANCELLED,
        EventName.REORDERED,
        EventName.ASSIGNED,
        EventName.EDITED,
        EventName.LABELED,
        EventName.MESSAGE_SENT,
        EventName.MESSAGE_RECEIVED,
    }
    assert set(Activity.objects.values_list("actor_type", flat=True)) == {
        ActorType.USER,
        ActorType.DEVICE,
        ActorType.VISITOR,
        ActorType.SYSTEM,
    }


def test_fill_leaves_something_of_everything_in_the_line() -> None:
    city, _clinic = demo.locations()
    waiting = city.tickets.waiting()
    outcomes = waiting.exclude(interactions=None).values_list("interactions__outcome", flat=True)
    assert set(outcomes) == {Outcome.RETURNED, Outcome.FORWARDED}
    assert waiting.exclude(assignee=None).count() == 1
    assert waiting.filter(activities__event=EventName.REORDERED).count() == 1
    assert waiting.exclude(labels=None).distinct().count() == 1
    assert waiting.exclude(extras=None).distinct().count() == 3
    assert set(Message.objects.values_list("direction", "status")) == {
        (Direction.OUTGOING, MessageStatus.DELIVERED),
        (Direction.INCOMING, MessageStatus.DELIVERED),
    }


def test_fill_gives_each_line_a_range() -> None:
    for location in demo.locations():
        ranges = estimates.for_newcomers(location.lines.open()).values()
        assert [each for each in ranges if each.low is None] == []


def test_fill_ends_a_minute_ago() -> None:
    ended_at = NOON - timedelta(minutes=1)
    assert Ticket.objects.latest("created_at").created_at == ended_at
    assert Activity.objects.latest("at").at == ended_at


def test_fill_lets_the_printed_links_key_and_password_in() -> None:
    for kind in DeviceKind:
        for device in Device.objects.filter(kind=kind):
            assert access.device_for(credentials.device_secret(device), kind=kind) == device
    assert access.key_for(credentials.api_key()) is not None
    for _name, email in demo.SIGN_INS:
        assert User.objects.get(email=email).check_password(credentials.password())


def test_fill_again_changes_nothing() -> None:
    before = everything()

    is_made = demo.fill()

    assert not is_made
    assert everything() == before


def test_fill_on_the_next_day_dates_the_visits_anew() -> None:
    visits = {location.pk: statuses(location) for location in demo.locations()}
    users = list(User.objects.order_by("pk").values_list("pk", "email", "password"))
    devices = list(Device.objects.order_by("pk").values_list("pk", "secret_hash"))

    with time_machine.travel(AFTER_MIDNIGHT, tick=False):
        is_made = demo.fill()

    assert is_made
    assert Ticket.objects.earliest("created_at").created_at > NOON
    assert Ticket.objects.latest("created_at").created_at == AFTER_MIDNIGHT - timedelta(minutes=1)
    assert {location.pk: statuses(location) for location in demo.locations()} == visits
    assert list(User.objects.order_by("pk").values_list("pk", "email", "password")) == users
    assert list(Device.objects.order_by("pk").values_list("pk", "secret_hash")) == devices
    assert Ticket.objects.earliest("created_at").number == 1


def test_fill_on_the_next_day_leaves_a_used_demo_alone() -> None:
    lifecycle.call(
        Ticket.objects.waiting().filter(location__slug="city-office")[0],
        by=User.objects.get(email="clerk@example.org"),
    )
    before = everything()

    with time_machine.travel(NEXT_NOON, tick=False):
        is_made = demo.fill()

    assert not is_made
    assert everything() == before


def test_fill_on_the_next_day_leaves_a_demo_that_was_set_up_in_the_admin_alone() -> None:
    city = demo.locations()[0]
    LogEntry.objects.create(
        user_id=User.objects.get(email=demo.OWNER).pk,
        content_type=ContentType.objects.get_for_model(Location),
        object_id=str(city.pk),
        object_repr=str(city),
        action_flag=CHANGE,
    )
    before = everything()

    with time_machine.travel(NEXT_NOON, tick=False):
        is_made = demo.fill()

    assert not is_made
    assert everything() == before


def test_fill_with_another_secret_makes_the_new_links_work(settings: Settings) -> None:
    old_key = credentials.api_key()

    settings.SECRET_KEY = "another secret of a fresh checkout, long enough to be taken as one"
    demo.fill()

    kiosk = demo.locations()[0].devices.get(kind=DeviceKind.KIOSK)
    owner = User.objects.get(email=demo.OWNER)
    assert access.key_for(old_key) is None
    assert access.key_for(credentials.api_key()) is not None
    assert access.device_for(credentials.device_secret(kiosk), kind=DeviceKind.KIOSK) == kiosk
    assert owner.check_password(credentials.password())


def test_fill_keeps_visits_of_others_apart() -> None:
    city = demo.locations()[0]
    intake.create(city.lines.all()[0], by=User.objects.get(email=demo.OWNER))

    with time_machine.travel(NEXT_NOON, tick=False):
        demo.fill()

    assert city.tickets.filter(nonce=None).count() == 1
