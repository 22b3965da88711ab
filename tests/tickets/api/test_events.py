"""`/events`: every action is told once, to whoever may hear it and asked for it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.conftest import CountQueries, Figure
from tests.factories import DeviceFactory, LineFactory, clerk_of, waiting_ticket
from tests.live import serving
from tests.tickets.actions.conftest import Office, make_office
from tests.tickets.actions.steps import STEPS
from tests.tickets.api.conftest import reply
from tests.tickets.realtime.talking import Frame, Program, talking
from tickets import events
from tickets.actions import (
    details,
    intake,
    lifecycle,
    lines,
    messages,
    programs,
    routing,
    staff,
    undo,
)
from tickets.api.authentication import HEADER
from tickets.api.v1.events import TOPICS, Topic, read
from tickets.api.v1.subscriptions import MOST
from tickets.events import channel_of
from tickets.models import Device, DeviceKind, EventName, Line, Location, Ticket

QUIET = 0.4  # seconds in which nothing must be heard: both bells ring within a quarter of that


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def office(transactional_db: None) -> Office:
    return make_office()


@pytest.fixture
def secret(transactional_db: None) -> str:
    return programs.issue_key(name="Program")[1]


@dataclass(frozen=True)
class Case:
    """An action, and the events of ours that go on record with it, in order."""

    events: tuple[EventName, ...]
    arrange: Callable[[Office], Any]
    take: Callable[[Any, Office], object]


def _undo_of_a_call(ticket: Ticket, office: Office) -> Ticket:
    return undo.undo(ticket.activities.latest("id"), by=office.clerk)


def _second_waits(office: Office) -> Ticket:
    office.called()
    return office.waiting()


def _call_that_serves_another(office: Office) -> Ticket:
    return lifecycle.call(_second_waits(office), by=office.clerk)


def _device(kind: DeviceKind) -> Callable[[Office], Device]:
    return lambda office: DeviceFactory.create(location=office.location, kind=kind)


def _pair(device: Device, office: Office) -> None:
    programs.pair(programs.issue_code(device), kind=device.kind)


CALLED, SERVED, UNDONE = EventName.CALLED, EventName.SERVED, EventName.UNDONE
CASES = {name: Case((step.event,), step.arrange, step.take) for name, step in STEPS.items()} | {
    "add a visitor": Case((EventName.CREATED,), lambda o: None, lambda _, o: o.waiting()),
    "call that serves another": Case(
        (CALLED, SERVED), _second_waits, lambda t, o: lifecycle.call(t, by=o.clerk)
    ),
    "undo": Case((UNDONE,), Office.called, _undo_of_a_call),
    "undo of a call that served another": Case(
        (UNDONE, UNDONE), _call_that_serves_another, _undo_of_a_call
    ),
    "message of the visitor": Case(
        (EventName.MESSAGE_RECEIVED,),
        Office.waiting,
        lambda t, o: messages.receive(t, body="On my way"),
    ),
    "disable a line": Case(
        (EventName.LINE_CHANGED,), lambda o: o.line, lambda line, o: lines.disable(line, by=o.clerk)
    ),
    "pair a TV": Case((EventName.DEVICE_PAIRED,), _device(DeviceKind.TV), _pair),
    "rename a TV": Case(
        (EventName.DEVICE_CHANGED,),
        _device(DeviceKind.TV),
        lambda device, o: programs.rename(device, name="Lobby", by=o.clerk),
    ),
    "shut a kiosk out": Case(
        (EventName.DEVICE_UNPAIRED,),
        _device(DeviceKind.KIOSK),
        lambda device, o: programs.unpair(device, by=o.clerk),
    ),
    "choose a desk": Case(
        (EventName.DESK_SELECTED,),
        lambda o: o.desk,
        lambda desk, o: staff.choose_desk(o.clerk, desk=desk, by=o.clerk),
    ),
}


def record(event: EventName, office: Office) -> None:
    """Put something on record that is no step of a visit."""
    with transaction.atomic():
        events.record(event, by=office.clerk, location_id=office.location.pk)


def told_until(program: Program, office: Office) -> list[Frame]:
    """Everything that is told up to now: a location's news come in the order of their commits."""
    record(EventName.LOCATION_CHANGED, office)
    told = []
    while (frame := program.next())["subscriptionId"] != Topic.LOCATION_CHANGE:
        told.append(frame)
    return told


def shown(api: Client, frame: Frame) -> bool:
    """Whether a ticket is told as GET shows it."""
    details = reply(api.get(f"/v1/tickets/{frame['data']['id']}"))
    return bool({**frame["data"], "statusCode": 200} == details)


def test_every_action_is_told_once_within_a_second_and_none_that_was_rolled_back(
    address: str, secret: str, figure: Figure
) -> None:
    api = Client(headers={HEADER: secret})
    delays, rolled_back, differing = [], 0, 0
    told: dict[str, list[str]] = {}
    with talking(address, secret) as program:
        for topic in Topic:
            assert program.subscribe(topic) is None
        for name, case in CASES.items():
            office = make_office()
            program.ask("the location is new: look again")
            thing = case.arrange(office)
            told_until(program, office)

            with transaction.atomic():
                copy = type(thing).objects.get(pk=thing.pk) if thing else None
                case.take(copy, office)
                transaction.set_rollback(True)
            rolled_back += len(told_until(program, office))

            case.take(type(thing).objects.get(pk=thing.pk) if thing else None, office)
            committed = monotonic()
            frames = []
            if TOPICS[case.events[0]]:
                frames = [program.next()]
                delays.append(monotonic() - committed)
            frames += told_until(program, office)
            told[name] = [frame["subscriptionId"] for frame in frames]
            differing += sum("status" in f["data"] and not shown(api, f) for f in frames)

    figure("/events: actions, frames for them", (len(CASES), sum(map(len, told.values()))))
    figure("/events: frames of rolled-back actions", rolled_back)
    figure("/events: tickets that differ from GET", differing)
    figure("/events: commit to frame, slowest, ms", round(max(delays) * 1000))
    assert told == {name: expected(case) for name, case in CASES.items()}
    assert (rolled_back, differing) == (0, 0)
    assert max(delays) <= 1


def expected(case: Case) -> list[str]:
    by_kind = {
        EventName.DEVICE_PAIRED: Topic.OVERVIEW_MONITOR_CHANGE,
        EventName.DEVICE_CHANGED: Topic.OVERVIEW_MONITOR_CHANGE,
        EventName.DEVICE_UNPAIRED: Topic.SIGN_IN_CHANGE,
    }
    topics = (by_kind.get(event) or TOPICS[event] for event in case.events)
    return [str(topic) for topic in topics if topic]


def test_every_event_has_its_name_and_every_name_a_case() -> None:
    tried = {event for case in CASES.values() for event in case.events}
    told = {EventName(event) for event, topic in TOPICS.items() if topic}

    assert set(TOPICS) == set(EventName)
    # LOCATION_CHANGED ends every case; a line is added by the same topic as it is changed.
    assert told - tried == {EventName.LOCATION_CHANGED, EventName.LINE_CREATED}


@pytest.mark.parametrize("count", [1, 3])
def test_news_are_read_with_the_same_queries_however_many(
    transactional_db: None, count_queries: CountQueries, office: Office, count: int
) -> None:
    for _ in range(count):
        office.called()
    version = Location.objects.get(pk=office.location.pk).version

    queries = count_queries(lambda: read(channel_of(office.location.pk), 0, version))

    assert queries == 7


def test_frames_are_counted_by_subscription_and_go_to_each(
    address: str, secret: str, office: Office
) -> None:
    with talking(address, secret) as program:
        for name, topic in (
            ("a", "TICKET_CREATED"),
            ("b", "TICKET_CREATED"),
            ("c", "TICKET_CALLED"),
        ):
            assert program.ask({"id": name, "subscribe": topic}) is None
        tickets = [office.waiting(), office.waiting()]
        lifecycle.call(tickets[0], by=office.clerk)
        frames = [program.next() for _ in range(5)]

        assert program.silent(QUIET)

    seen = [(f["subscriptionId"], f["messageId"], f["data"]["id"]) for f in frames]
    first, second = (str(ticket.pk) for ticket in tickets)
    assert seen == [
        ("a", 1, first),
        ("b", 1, first),
        ("a", 2, second),
        ("b", 2, second),
        ("c", 1, first),
    ]


def test_what_happened_before_a_subscription_is_not_told(
    address: str, secret: str, office: Office
) -> None:
    with talking(address, secret) as program:
        for count in range(5):
            office.waiting()
            assert program.ask({"id": str(count), "subscribe": "TICKET_CREATED"}) is None
        while not program.silent(QUIET):
            pass
        heard = [(frame["subscriptionId"], frame["messageId"]) for frame in program.heard]

    assert sorted(heard) == [(str(n), m) for n in range(5) for m in range(1, 5 - n)]


def test_an_event_stays_in_the_line_that_it_happened_in(office: Office) -> None:
    here, there = office.line, office.other_line
    ticket = office.waiting()
    details.edit(ticket, line=there, by=office.clerk)
    lifecycle.call(ticket, by=office.clerk)
    routing.forward(ticket, line=here, by=office.clerk)

    news = read(channel_of(office.location.pk), 0, 100)

    assert [(str(each.topic), set(each.lines)) for each in news] == [
        ("TICKET_CREATED", {here.pk}),
        ("TICKET_CHANGED", {here.pk, there.pk}),
        ("TICKET_CALLED", {there.pk}),
        ("TICKET_CREATED", {here.pk}),
    ]


def test_filters_leave_out_the_rest(address: str, secret: str, office: Office) -> None:
    elsewhere = LineFactory.create()
    tv, other_tv = DeviceFactory.create_batch(2, location=office.location, kind=DeviceKind.TV)
    asked: dict[str, dict[str, Any]] = {
        "line": {"subscribe": "TICKET_CREATED", "line": office.line.pk},
        "location": {"subscribe": "TICKET_CREATED", "location": str(office.location.pk)},
        "both": {"subscribe": "TICKET_CREATED", "line": office.line.pk, "location": None},
        "lines": {"subscribe": "LINES_CHANGED", "parameters": {"id": office.location.pk}},
        "lines elsewhere": {
            "subscribe": "LINES_CHANGED",
            "parameters": {"id": elsewhere.location_id},
        },
        "TV": {"subscribe": "OVERVIEW_MONITOR_CHANGE", "parameters": {"id": tv.pk}},
        "everything": {"subscribe": "TICKET_CREATED", "parameters": {}},
    }
    with talking(address, secret) as program:
        for name, message in asked.items():
            assert program.ask({"id": name, **message}) is None
        here, beside = office.waiting(), office.waiting(office.other_line)
        away = waiting_ticket(elsewhere)
        lines.disable(LineFactory.create(location=office.location), by=office.clerk)
        _pair(other_tv, office)
        _pair(tv, office)
        frames = [program.next() for _ in range(9)]

        assert program.silent(QUIET)

    heard = {(f["subscriptionId"], str(f["data"].get("id", "lines"))) for f in frames}
    mine = {("line", here.pk), ("both", here.pk), ("location", here.pk), ("location", beside.pk)}
    all_ = {("everything", ticket.pk) for ticket in (here, beside, away)}
    assert heard == {
        (name, str(pk)) for name, pk in mine | all_ | {("lines", "lines"), ("TV", tv.pk)}
    }


def test_a_change_of_line_is_told_to_both_lines_and_a_new_visitor_to_one(
    address: str, secret: str, office: Office
) -> None:
    moved, forwarded = office.waiting(), office.called()
    with talking(address, secret) as program:
        for line in (office.line, office.other_line):
            for topic in ("TICKET_CHANGED", "TICKET_CREATED"):
                message = {"id": f"{topic} {line.pk}", "subscribe": topic, "line": line.pk}
                assert program.ask(message) is None
        details.edit(moved, line=office.other_line, by=office.clerk)
        routing.forward(forwarded, line=office.other_line, by=office.clerk)
        frames = [program.next()["subscriptionId"] for _ in range(3)]

        assert program.silent(QUIET)

    changed = [f"TICKET_CHANGED {line.pk}" for line in (office.line, office.other_line)]
    assert frames == [*changed, f"TICKET_CREATED {office.other_line.pk}"]


def test_lines_a_location_and_devices_are_told_as_get_shows_them(
    address: str, secret: str, office: Office
) -> None:
    api = Client(headers={HEADER: secret})
    place = f"/v1/locations/{office.location.pk}"
    tv, kiosk = (_device(kind)(office) for kind in (DeviceKind.TV, DeviceKind.KIOSK))
    with talking(address, secret) as program:
        program.subscribe("LINES_CHANGED", parameters={"id": office.location.pk})
        program.subscribe("LOCATION_CHANGE", location=office.location.pk)
        program.subscribe("OVERVIEW_MONITOR_CHANGE", parameters={"id": tv.pk})
        program.subscribe("SIGN_IN_CHANGE", parameters={"id": kiosk.pk})
        lines.disable(office.line, by=office.clerk)
        record(EventName.LOCATION_CHANGED, office)
        _pair(tv, office)
        _pair(kiosk, office)
        told = [program.next()["data"] for _ in range(4)]

    devices = {each["id"]: each for each in reply(api.get(f"{place}/devices"))["data"]}
    shown = [reply(api.get(path)) for path in (place, f"/v1/tv/{tv.pk}")]
    assert told[0] == {"lines": reply(api.get(f"{place}/lines"))["data"]}
    assert [{**data, "statusCode": 200} for data in told[1:3]] == shown
    assert told[3] == devices[kiosk.pk]


def test_a_bad_subscription_is_answered_with_an_error_and_the_socket_stays_open(
    address: str, office: Office
) -> None:
    _key, secret = programs.issue_key(name="Program", user=office.clerk)
    elsewhere = LineFactory.create()
    tv = DeviceFactory.create(location=office.location, kind=DeviceKind.TV)
    created = {"id": "x", "subscribe": "TICKET_CREATED"}
    asked: dict[str, tuple[Any, tuple[int, str, str | None]]] = {
        "no JSON": ("nonsense", (400, "body_unreadable", None)),
        "no object": ("[]", (400, "body_unreadable", None)),
        "half a character": (r'{"id":"\ud800"}', (400, "body_unreadable", None)),
        "no end": ("[" * 60_000, (400, "body_unreadable", None)),
        "no id": ({"subscribe": "TICKET_CREATED"}, (400, "parameter_invalid", "id")),
        "a number": ({**created, "id": 7}, (400, "parameter_invalid", "id")),
        "a long id": ({**created, "id": "x" * 101}, (400, "parameter_invalid", "id")),
        "an id twice": ({**created, "id": "first"}, (400, "parameter_invalid", "id")),
        "no event": ({"id": "x"}, (400, "parameter_invalid", "subscribe")),
        "unknown event": ({"id": "x", "subscribe": "X"}, (400, "parameter_invalid", "subscribe")),
        "a list": ({"id": "x", "subscribe": ["X"]}, (400, "parameter_invalid", "subscribe")),
        "no number": ({**created, "line": "one"}, (400, "parameter_invalid", "line")),
        "of another event": (
            {**created, "parameters": {"id": 1}},
            (400, "parameter_invalid", "parameters.id"),
        ),
        "line of a TV": (
            {"id": "x", "subscribe": "OVERVIEW_MONITOR_CHANGE", "line": office.line.pk},
            (400, "parameter_invalid", "line"),
        ),
        "parameters": ({**created, "parameters": [1]}, (400, "parameter_invalid", "parameters")),
        "location elsewhere": (
            {**created, "location": elsewhere.location_id},
            (404, "not_found", "location"),
        ),
        "no location": ({**created, "location": 10**17}, (404, "not_found", "location")),
        "line elsewhere": ({**created, "line": elsewhere.pk}, (404, "not_found", "line")),
        "no line": ({**created, "line": 10**17}, (404, "not_found", "line")),
        "a TV is no kiosk": (
            {"id": "x", "subscribe": "SIGN_IN_CHANGE", "parameters": {"id": tv.pk}},
            (404, "not_found", "parameters.id"),
        ),
    }
    answers: dict[str, Any] = {}
    with talking(address, secret) as program:
        assert program.ask({**created, "id": "first"}) is None
        for name, (message, _refusal) in asked.items():
            error = program.ask(message) or {}
            answers[name] = (error.get("statusCode"), error.get("code"), error.get("param"))
        named = program.ask({**created, "line": 10**17})
        office.waiting()

        assert program.next()["subscriptionId"] == "first"

    assert answers == {name: refusal for name, (_message, refusal) in asked.items()}
    assert named
    assert set(named) == {"id", "statusCode", "message", "code", "param", "requestId"}
    assert named["id"] == "x"


def test_a_socket_has_so_many_subscriptions_and_no_more(
    address: str, secret: str, office: Office
) -> None:
    with talking(address, secret) as program:
        for count in range(MOST):
            message = {"id": str(count), "subscribe": "TICKET_CREATED"}
            program.connection.send(json.dumps(message))

        error = program.ask({"id": "one more", "subscribe": "TICKET_CREATED"})

    assert error
    assert (error["statusCode"], error["code"]) == (409, "too_many_subscriptions")


def test_a_program_hears_nothing_of_locations_that_its_key_does_not_reach(
    address: str, office: Office
) -> None:
    elsewhere = LineFactory.create()
    key, secret = programs.issue_key(name="Program")
    key.locations.set([office.location])
    with talking(address, secret) as program:
        assert program.subscribe("TICKET_CREATED") is None
        waiting_ticket(elsewhere)
        mine = office.waiting()

        assert program.next()["data"]["id"] == str(mine.pk)
        assert program.silent(QUIET)


def test_a_scope_that_is_narrowed_is_heard_no_more(
    address: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.realtime.sockets.LOOK_EVERY", 0.2)
    elsewhere = LineFactory.create()
    clerk = clerk_of(elsewhere.location)
    clerk.roles.create(type="CLERK", location=office.location)
    _key, secret = programs.issue_key(name="Program", user=clerk)
    with talking(address, secret) as program:
        assert program.subscribe("TICKET_CREATED") is None
        office.waiting()
        assert program.next()["messageId"] == 1
        clerk.roles.filter(location=office.location).delete()
        assert program.silent(QUIET)
        office.waiting()
        mine = waiting_ticket(elsewhere)

        assert program.next()["data"]["id"] == str(mine.pk)


def test_news_of_a_line_need_a_line_that_is_there(
    address: str, secret: str, office: Office
) -> None:
    Line.objects.filter(pk=office.line.pk).update(status="DELETED")
    with talking(address, secret) as program:
        error = program.subscribe("TICKET_CREATED", line=office.line.pk)

    assert error
    assert error["code"] == "not_found"


def test_an_order_of_many_commits_is_kept_and_none_is_left_out(
    address: str, secret: str, office: Office, figure: Figure
) -> None:
    with talking(address, secret) as program:
        program.subscribe("TICKET_CREATED")
        added = [str(intake.create(office.line, by=office.clerk).pk) for _ in range(150)]
        heard = [program.next() for _ in added]

        assert program.silent(QUIET)

    figure("/events: of 150 visitors in a row told", len(heard))
    assert [frame["data"]["id"] for frame in heard] == added
    assert [frame["messageId"] for frame in heard] == list(range(1, 151))
