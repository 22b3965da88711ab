"""What a kiosk sends that had no network: one ticket for each sign-in, at the place it has earned."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.conftest import Figure
from tests.factories import (
    DeviceFactory,
    InputFieldFactory,
    LineFactory,
    LocationFactory,
    waiting_ticket,
)
from tests.kiosk.test_devices import browser_of
from tests.tickets.invariants import violations
from tickets import instants, outbox
from tickets.actions import lines, programs
from tickets.models import Activity, Device, Line, LineStatus, Location, Source, Ticket

pytestmark = pytest.mark.django_db

PATH = "/kiosk/sync/"
MINUTE = 60_000
HOUR = 60 * MINUTE


@pytest.fixture
def location() -> Location:
    """A location that asks for the first name and, if one likes, the phone."""
    location = LocationFactory.create()
    for position, (type_, is_mandatory) in enumerate(
        [("FIRST_NAME", True), ("PHONE_NUMBER", False)]
    ):
        InputFieldFactory.create(
            location=location,
            type=type_,
            title=type_.capitalize().replace("_", " "),
            is_mandatory_before_added=is_mandatory,
            position=position,
        )
    return location


@pytest.fixture
def line(location: Location) -> Line:
    return LineFactory.create(location=location, letter="A", name="Passports")


@pytest.fixture
def device(location: Location) -> Device:
    return DeviceFactory.create(location=location)


@pytest.fixture
def kiosk(device: Device) -> Client:
    return browser_of(device)


def sign_in(line: Line, token: int = 1, **changed: Any) -> dict[str, Any]:
    """As the kiosk sends it, five minutes later."""
    return {
        "token": f"{token:024}",
        "line": line.pk,
        "language": "en",
        "age": 5 * MINUTE,
        "answers": [["first_name", f"Jane{token}"]],
        **changed,
    }


def send(kiosk: Client, *sign_ins: Any, **changed: Any) -> Any:
    body = {"keeps": True, "waiting": 0, "refused": 0, "sign_ins": sign_ins, **changed}
    return kiosk.post(PATH, body, content_type="application/json")


def order(line: Line) -> list[str]:
    waiting = line.tickets.waiting().in_order()
    return list(waiting.values_list("first_name", flat=True))


def close(line: Line, status: str) -> None:
    Line.objects.filter(pk=line.pk).update(status=status)


def test_sent_sign_in_is_a_ticket_of_the_kiosk(kiosk: Client, line: Line, device: Device) -> None:
    answers = [["first_name", " Jane "], ["phone_number", "512 3456"]]

    answer = send(kiosk, sign_in(line, answers=answers))

    ticket = Ticket.objects.get()
    assert answer.status_code == 200
    assert (ticket.line, ticket.source, ticket.status) == (line, Source.NAME, "NEW")
    assert (ticket.first_name, ticket.phone_number) == ("Jane", "+3725123456")
    assert (ticket.language, ticket.public_id, ticket.labels.count()) == ("en", "A-1", 0)
    assert Activity.objects.get().device == device
    assert violations(line.location) == []


def test_sent_twice_is_one_ticket(kiosk: Client, line: Line) -> None:
    send(kiosk, sign_in(line), sign_in(line, 2))

    answer = send(kiosk, sign_in(line), sign_in(line, 2))

    assert (answer.status_code, order(line)) == (200, ["Jane1", "Jane2"])


def test_form_whose_answer_was_lost_is_not_a_second_ticket(kiosk: Client, line: Line) -> None:
    kiosk.get("/kiosk/")
    form = {
        "step": "phone_number",
        "line": line.pk,
        "first_name": "Jane",
        "once": "o" * 24,
        "kiosk_visit": kiosk.cookies["kiosk_visit"].value,
    }
    lost = kiosk.post("/kiosk/sign-in/", form)

    answer = send(kiosk, sign_in(line) | {"token": "o" * 24})

    assert (lost["Location"], answer.status_code) == ("/kiosk/done/", 200)
    assert order(line) == ["Jane"]


def test_kiosk_paired_anew_sends_what_it_kept_once(kiosk: Client, line: Line) -> None:
    send(kiosk, sign_in(line))

    send(browser_of(DeviceFactory.create(location=line.location)), sign_in(line))

    assert Ticket.objects.count() == 1


def test_kiosk_of_another_location_may_have_the_same_token(kiosk: Client, line: Line) -> None:
    other = LineFactory.create()
    send(kiosk, sign_in(line))

    send(browser_of(DeviceFactory.create(location=other.location)), sign_in(other))

    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("is_closed_daily", [True, False])
def test_sign_in_of_a_day_that_was_closed_ends_with_it(
    kiosk: Client, line: Line, *, is_closed_daily: bool
) -> None:
    location = line.location
    Location.objects.update(is_closed_daily=is_closed_daily, closed_on=location.today())

    send(kiosk, sign_in(line))
    while job := outbox.take():
        outbox.do(job)

    ended = "CANCELLED_BY_CLERK" if is_closed_daily else "NEW"
    assert Ticket.objects.get().status == ended


def test_sent_sign_in_gets_the_place_it_has_earned(kiosk: Client, line: Line) -> None:
    with time_machine.travel(instants.now() - timedelta(minutes=10)):
        waiting_ticket(line, first_name="Before")
    waiting_ticket(line, first_name="After")

    send(kiosk, sign_in(line))

    assert order(line) == ["Before", "Jane1", "After"]
    ticket = Ticket.objects.get(first_name="Jane1")
    waited = ticket.waited(instants.now()) / timedelta(minutes=1)
    assert (round(waited, 1), ticket.order_after) == (5.0, None)


@pytest.mark.parametrize(
    ("ages", "hours"),
    [
        pytest.param([3 * HOUR, 2 * HOUR, 0], [3, 2, 0], id="right"),
        pytest.param([27 * HOUR, 26 * HOUR, 24 * HOUR], [12, 12, 12], id="a day ahead at sending"),
        pytest.param([-21 * HOUR, -22 * HOUR, -24 * HOUR], [0, 0, 0], id="a day behind at sending"),
        pytest.param([HOUR, 25 * HOUR, 0], [1, 1, 0], id="put right in between"),
        pytest.param([1e300, -1e300, 0], [12, 0, 0], id="mad"),
    ],
)
def test_t2_a_wrong_clock_of_the_kiosk_costs_no_place(
    kiosk: Client, line: Line, figure: Figure, ages: list[float], hours: list[float]
) -> None:
    for token, age in enumerate(ages):
        send(kiosk, sign_in(line, token, age=age))

    now = instants.now()
    waits = [t.waited(now) / timedelta(hours=1) for t in Ticket.objects.order_by("id")]
    assert [round(wait, 1) for wait in waits] == hours
    assert order(line) == ["Jane0", "Jane1", "Jane2"]
    assert min(now - t.created_at for t in Ticket.objects.all()) >= timedelta()
    figure(f"T2 offline sign-ins by a clock that is off, hours waited of {ages}", hours)


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(hours=-1)])
def test_t2_a_step_of_the_servers_clock_makes_no_wait_negative(
    kiosk: Client, line: Line, figure: Figure, step: timedelta
) -> None:
    send(kiosk, sign_in(line, 1, age=0))
    with time_machine.travel(instants.now() + step):
        send(kiosk, sign_in(line, 2, age=0))

        now = instants.now()
        late = Ticket.objects.get(first_name="Jane2")

    assert now - late.created_at >= timedelta()
    figure(f"T2 server's clock stepped by {step}, negative waits", 0)


def test_sign_in_of_yesterday_counts_with_yesterdays_numbers(kiosk: Client, line: Line) -> None:
    with time_machine.travel("2026-03-02T01:00:00+02:00"):
        send(kiosk, sign_in(line, age=2 * HOUR), sign_in(line, 2, age=0))

    numbers = Ticket.objects.order_by("id").values_list("numbered_on__day", "number")
    assert list(numbers) == [(1, 1), (2, 1)]


def test_line_that_was_disabled_meanwhile_takes_who_came_before(kiosk: Client, line: Line) -> None:
    LineFactory.create(location=line.location)
    close(line, LineStatus.DISABLED)

    send(kiosk, sign_in(line))

    ticket = Ticket.objects.get()
    assert (ticket.line, ticket.labels.count()) == (line, 0)


@pytest.mark.parametrize("status", [LineStatus.ARCHIVED, LineStatus.DELETED])
def test_line_that_is_gone_leads_to_the_first_open_one(
    kiosk: Client, line: Line, status: str
) -> None:
    close(line, status)
    LineFactory.create(location=line.location, position=900, status=LineStatus.DISABLED)
    other = LineFactory.create(location=line.location, position=999)

    send(kiosk, sign_in(line))

    ticket = Ticket.objects.get()
    assert ticket.line == other
    assert [label.value for label in ticket.labels.all()] == ["Wanted Passports"]


def test_without_any_line_nobody_is_taken_and_the_kiosk_keeps_them(
    kiosk: Client, line: Line, device: Device
) -> None:
    lines.archive(line, by=device)

    refused = send(kiosk, sign_in(line))
    close(line, LineStatus.ENABLED)
    taken = send(kiosk, sign_in(line))

    assert (refused.status_code, refused.json()["field"]) == (409, "line")
    assert (taken.status_code, order(line)) == (200, ["Jane1"])


def test_answer_that_does_not_pass_is_kept_as_typed_and_marked(kiosk: Client, line: Line) -> None:
    answers = [["first_name", "Jane"], ["phone_number", "12345 or so"], ["gone", "x"]]

    send(kiosk, sign_in(line, answers=answers))

    ticket = Ticket.objects.get()
    assert (ticket.first_name, ticket.phone_number) == ("Jane", "")
    extras = [(extra.title, extra.value) for extra in ticket.extras.all()]
    assert extras == [("Mobile number, as typed", "12345 or so")]
    assert [label.value for label in ticket.labels.all()] == ["Check the answers"]


def test_answer_that_became_mandatory_loses_nobody(kiosk: Client, line: Line) -> None:
    send(kiosk, sign_in(line, answers=[]))

    ticket = Ticket.objects.get()
    assert (ticket.name, ticket.extras.count()) == ("A-1", 0)
    assert [label.value for label in ticket.labels.all()] == ["Check the answers"]


def test_shown_visitor_sees_their_place(kiosk: Client, line: Line) -> None:
    send(kiosk, sign_in(line), sign_in(line, 2), shown=f"{2:024}")

    page = kiosk.get("/kiosk/done/")

    assert page.context["ticket"].first_name == "Jane2"


def test_report_is_kept_for_the_staff(kiosk: Client, line: Line, device: Device) -> None:
    send(kiosk, waiting=7, refused=1)

    told = kiosk.get(PATH).json()

    device.refresh_from_db()
    kept = (device.keeps_sign_ins, device.waiting_sign_ins, device.refused_sign_ins)
    assert kept == (True, 7, 1)
    assert (told["keeps"], told["waiting"], told["refused"]) == kept


def test_line_of_another_location_is_refused(kiosk: Client, line: Line) -> None:
    answer = send(kiosk, sign_in(line), sign_in(LineFactory.create(), 2))

    assert (answer.status_code, answer.json()["field"]) == (422, "sign_ins.1.line")
    assert Ticket.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"token": ""}, "token"),
        ({"token": "short"}, "token"),
        ({"token": None}, "token"),
        ({"line": "x"}, "line"),
        ({"line": 10**30}, "line"),
        ({"age": "long ago"}, "age"),
        ({"age": None}, "age"),
        ({"language": "e" * 11}, "language"),
        ({"answers": "first_name"}, "answers"),
        ({"answers": 5}, "answers"),
        ({"answers": True}, "answers"),
        ({"answers": [["first_name"]]}, "answers"),
        ({"answers": [["first_name", 1]]}, "answers"),
        ({"answers": [["first_name", "a\x00b"]]}, "answers"),
        ({"answers": [["first_name", "a\ud800b"]]}, "answers"),
    ],
)
def test_malformed_sign_in_is_named_and_nobody_is_taken(
    kiosk: Client, line: Line, changed: dict[str, Any], field: str
) -> None:
    answer = send(kiosk, sign_in(line), sign_in(line, 2) | changed)

    assert (answer.status_code, answer.json()["field"]) == (422, f"sign_ins.1.{field}")
    assert Ticket.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"sign_ins": None}, "sign_ins"),
        ({"sign_ins": ["x"] * 26}, "sign_ins"),
        ({"sign_ins": ["x"]}, "sign_ins.0"),
        ({"waiting": -1}, "waiting"),
        ({"refused": "x"}, "refused"),
    ],
)
def test_malformed_body_is_named(
    kiosk: Client, line: Line, changed: dict[str, Any], field: str
) -> None:
    body = {"keeps": True, "waiting": 0, "refused": 0, "sign_ins": [], **changed}

    answer = kiosk.post(PATH, body, content_type="application/json")

    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("body", ["", "[]", "{", "\xff", "[" * 60_000, "[" * 100_000])
def test_body_that_is_no_object_is_refused(kiosk: Client, body: str) -> None:
    answer = kiosk.post(PATH, body, content_type="application/json")

    assert answer.status_code in {400, 413, 422}


def test_kiosk_that_was_shut_out_is_led_to_pairing(
    kiosk: Client, line: Line, device: Device
) -> None:
    programs.unpair(device, by=device)

    answers = [kiosk.get(PATH), send(kiosk, sign_in(line))]

    assert [(a.status_code, a["Location"]) for a in answers] == [(302, "/kiosk/pair/")] * 2
    assert Ticket.objects.count() == 0


def test_page_of_another_site_cannot_send(line: Line, device: Device) -> None:
    kiosk = Client(enforce_csrf_checks=True)
    kiosk.cookies["kiosk_device"] = programs.renew_secret(device)

    refused = send(kiosk, sign_in(line))
    csrf = kiosk.get(PATH).json()["csrf"]
    kiosk.defaults["HTTP_X_CSRFTOKEN"] = csrf
    taken = send(kiosk, sign_in(line))

    assert (refused.status_code, taken.status_code) == (403, 200)
