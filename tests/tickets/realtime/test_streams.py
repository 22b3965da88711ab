"""Streams over HTTP on the real server: who may listen, what they hear, and when it ends."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from tests.conftest import Figure
from tests.factories import DeviceFactory, LineFactory, clerk_of, waiting_ticket
from tests.live import serving
from tests.tickets.realtime.listening import CLOSED, listening
from tickets import access, instants
from tickets.actions import intake, labels, lifecycle, programs
from tickets.api.authentication import HEADER, QUERY
from tickets.models import Activity, DeviceKind, Line, Location, Ticket, User

QUIET = 0.6  # seconds in which nothing must be heard: both bells ring within a tenth of that


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def line(transactional_db: None) -> Line:
    return LineFactory.create()


@pytest.fixture
def clerk(line: Line) -> User:
    return clerk_of(line.location)


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def service(line: Line) -> str:
    return f"/stream/service/{line.location_id}/"


def test_k5_guesses_at_streams_of_visits_are_throttled_and_a_real_one_opens(
    address: str, line: Line, clerk: User, figure: Figure
) -> None:
    ticket = waiting_ticket(line, by=clerk)
    statuses = []
    for guess in range(40):
        with listening(address, f"/stream/visit/guess-{guess}/") as ear:
            statuses.append((ear.status, ear.headers["Retry-After"]))

    with listening(address, f"/stream/visit/{ticket.visit_token}/") as ear:
        own = ear.status

    refused = [status for status, _wait in statuses]
    figure(
        "K5 guesses at streams answered as missing, throttled",
        (refused.count(404), refused.count(429)),
    )
    assert 30 <= refused.count(404) <= 32  # the network has one more after each ten seconds
    assert statuses[-1] == (429, "10")
    assert own == 200


def test_stream_begins_with_sync(address: str, line: Line, clerk: User) -> None:
    with listening(address, service(line), session_of(clerk)) as ear:
        assert (ear.status, ear.headers["Content-Type"]) == (200, "text/event-stream")
        assert ear.headers["Cache-Control"] == "no-store"
        assert ear.next(2) == "sync"


def test_stream_tells_of_a_change_within_two_seconds(
    address: str, line: Line, clerk: User, figure: Figure
) -> None:
    delays = []
    with listening(address, service(line), session_of(clerk)) as ear:
        assert ear.next(2) == "sync"
        ear.until("changed", QUIET)
        for _change in range(10):
            intake.create(line, by=clerk)
            delays.append(ear.until("changed", 5))

    figure("commit to `changed`, slowest of 10, ms", round(max(delays) * 1000))
    assert max(delays) <= 2


def test_stream_is_silent_after_a_rollback(address: str, line: Line, clerk: User) -> None:
    with listening(address, service(line), session_of(clerk)) as ear:
        assert ear.next(2) == "sync"
        ear.until("changed", QUIET)
        with transaction.atomic():
            intake.create(line, by=clerk)
            transaction.set_rollback(True)

        assert ear.next(QUIET) == ""


def test_stream_is_silent_about_other_locations_and_other_writes(
    address: str, line: Line, clerk: User
) -> None:
    elsewhere = LineFactory.create()
    with listening(address, service(line), session_of(clerk)) as ear:
        assert ear.next(2) == "sync"
        intake.create(line, by=clerk)  # the first ring that a new listener hears is for all
        assert ear.until("changed", 2) <= 2
        ear.until("changed", QUIET)
        intake.create(elsewhere, by=clerk)
        session_of(clerk)

        assert ear.next(QUIET) == ""


def test_stream_misses_nothing_between_two_listenings(
    address: str, line: Line, clerk: User
) -> None:
    cookie = session_of(clerk)
    with listening(address, service(line), cookie) as ear:
        assert ear.next(2) == "sync"
    intake.create(line, by=clerk)

    with listening(address, service(line), cookie) as ear:
        assert ear.next(2) == "sync"  # upon which a page fetches itself


def test_kiosk_tv_and_visitor_hear_the_same(address: str, line: Line, clerk: User) -> None:
    ticket = waiting_ticket(line, by=clerk)
    paths = [("/stream/kiosk/", paired(line.location, DeviceKind.KIOSK))]
    paths += [("/stream/tv/", paired(line.location, DeviceKind.TV))]
    paths += [(f"/stream/visit/{ticket.visit_token}/", "")]

    for path, cookie in paths:
        with listening(address, path, cookie) as ear:
            assert ear.next(2) == "sync"
            ear.until("changed", QUIET)
            labels.add(ticket, value=path, by=clerk)
            assert ear.until("changed", 2) <= 2


def paired(location: Location, kind: str) -> str:
    device = DeviceFactory.create(location=location, kind=kind)
    _device, secret = programs.pair(programs.issue_code(device), kind=kind)
    return f"{access.DEVICE_COOKIES[DeviceKind(kind)]}={secret}"


def test_stream_without_a_right_does_not_exist(
    address: str, line: Line, clerk: User, figure: Figure
) -> None:
    kiosk = paired(line.location, DeviceKind.KIOSK)
    stranger = session_of(clerk_of(LineFactory.create().location))
    own = session_of(clerk)
    _key, secret = programs.issue_key(name="Program")
    over = lifecycle.cancel(waiting_ticket(line, by=clerk), by=clerk)
    Activity.objects.filter(ticket=over).update(at=instants.now() - timedelta(hours=25))
    Ticket.objects.filter(pk=over.pk).update(created_at=instants.now() - timedelta(hours=26))
    attempts: list[tuple[str, str, dict[str, str]]] = [
        (service(line), "", {}),
        (service(line), stranger, {}),
        (service(line), kiosk, {}),
        (service(line), f"{settings.SESSION_COOKIE_NAME}=made-up", {}),
        (service(line), "=;=;", {}),
        (service(line), "", {HEADER: secret}),
        (f"{service(line)}?{QUERY}={secret}", "", {}),
        (service(line), own, {"Origin": "https://evil.example"}),
        (service(line), own, {"Origin": address.replace("http", "https")}),
        (service(line), own, {"Origin": "null"}),
        ("/stream/kiosk/", kiosk, {"Origin": "https://evil.example"}),
        ("/stream/service/0/", own, {}),
        ("/stream/service/9999999999999999999999/", own, {}),
        ("/stream/service/x/", own, {}),
        ("/stream/kiosk/", "", {}),
        ("/stream/tv/", kiosk, {}),
        (f"/stream/visit/{over.visit_token}/", "", {}),
        ("/stream/visit/made-up/", "", {}),
        ("/stream/visit/", "", {}),
        ("/stream/nothing/", kiosk, {}),
        ("/stream/", kiosk, {}),
    ]

    statuses = []
    for path, cookie, headers in attempts:
        with listening(address, path, cookie, **headers) as ear:
            statuses.append(ear.status)
    with listening(address, service(line), own, Origin=address) as ear:
        welcome = ear.status

    figure("E3 streams refused", f"{statuses.count(404)} of {len(attempts)}")
    assert statuses == [404] * len(attempts)
    assert welcome == 200


Withdraw = Callable[[User, str], object]


def sign_out(user: User, cookie: str) -> None:
    Client(headers={"Cookie": cookie}).post("/sign-out/")


def change_password(user: User, cookie: str) -> None:
    user.set_password("another one")
    user.save()


WITHDRAWALS: dict[str, Withdraw] = {
    "role": lambda user, _: user.roles.all().delete(),
    "account": lambda user, _: User.objects.filter(pk=user.pk).update(is_active=False),
    "session": sign_out,
    "password": change_password,
    "location": lambda user, _: Location.objects.filter(roles__user=user).update(is_active=False),
}


def test_streams_end_within_seconds_of_the_right(address: str, figure: Figure) -> None:
    ears, took = {}, {}
    with ExitStack() as open_streams:
        for name in WITHDRAWALS:
            line = LineFactory.create()
            user = clerk_of(line.location)
            cookie = session_of(user)
            ear = open_streams.enter_context(listening(address, service(line), cookie))
            assert ear.next(2) == "sync"
            ears[name] = (ear, user, cookie)
        start = time.monotonic()
        for name, (_ear, user, cookie) in ears.items():
            WITHDRAWALS[name](user, cookie)
        for name, (ear, _user, _cookie) in ears.items():
            ear.until(CLOSED, 8)
            took[name] = time.monotonic() - start

    figure(
        f"E3 streams ended after the right was withdrawn ({', '.join(took)}), slowest, s",
        round(max(took.values()), 1),
    )
    assert max(took.values()) <= 5.5


def test_stream_ends_in_a_busy_location_too(address: str, line: Line, clerk: User) -> None:
    colleague = clerk_of(line.location)
    with listening(address, service(line), session_of(clerk)) as ear:
        assert ear.next(2) == "sync"
        clerk.roles.all().delete()

        end, start = 0.0, time.monotonic()
        while not end and time.monotonic() - start < 8:
            intake.create(line, by=colleague)
            heard = ear.until(CLOSED, 0.5)
            end = time.monotonic() - start if heard <= 0.5 else 0.0

    assert 0 < end <= 6


def test_device_shut_out_hears_no_more(address: str, line: Line, clerk: User) -> None:
    cookie = paired(line.location, DeviceKind.KIOSK)
    with listening(address, "/stream/kiosk/", cookie) as ear:
        assert ear.next(2) == "sync"
        programs.unpair(line.location.devices.get(), by=clerk)

        assert ear.until(CLOSED, 8) <= 5.5


def test_change_is_readable_when_it_is_heard(address: str, line: Line, clerk: User) -> None:
    with listening(address, service(line), session_of(clerk)) as ear:
        assert ear.next(2) == "sync"
        ear.until("changed", QUIET)
        for count in range(1, 6):
            ticket = intake.create(line, by=clerk)
            lifecycle.cancel(ticket, by=clerk)
            assert ear.until("changed", 2) <= 2
            assert Ticket.objects.filter(status="CANCELLED_BY_CLERK").count() == count
