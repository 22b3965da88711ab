"""The TV board: who is called where, and only what the room may read."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import DeskFactory, DeviceFactory, LineFactory, clerk_of, waiting_ticket
from tests.kiosk.test_devices import browser_of
from tickets import instants
from tickets.actions import lifecycle
from tickets.models import DeviceKind, Line, Location, NameForm, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    return LineFactory.create(name="Dermatology")


@pytest.fixture
def tv(line: Line) -> Client:
    return browser_of(DeviceFactory.create(location=line.location, kind=DeviceKind.TV))


def call(line: Line, first_name: str, *, desk: str = "", **details: Any) -> Ticket:
    ticket = waiting_ticket(line, first_name=first_name, **details)
    place = DeskFactory.create(location=line.location, name=desk) if desk else None
    return lifecycle.call(ticket, by=clerk_of(line.location), desk=place)


def set_up(location: Location, **columns: Any) -> None:
    Location.objects.filter(pk=location.pk).update(**columns)


def shown(tv: Client) -> tuple[str | None, list[str]]:
    """The name in the middle of the board, and those beside it."""
    context = tv.get("/tv/").context
    current = context["current"]
    return current and current.name, [each.name for each in context["recent"]]


def test_board_shows_the_call_and_its_desk(tv: Client, line: Line) -> None:
    call(line, "Jane", last_name="Doe", desk="Desk 3")

    current = tv.get("/tv/").context["current"]

    seen = (current.name, current.desk, current.line, current.is_new)
    assert seen == ("Jane D.", "Desk 3", "Dermatology", True)


def test_board_without_a_call_says_so(tv: Client, line: Line) -> None:
    waiting_ticket(line)

    answer = tv.get("/tv/")

    assert (answer.context["current"], answer.context["recent"]) == (None, [])
    assert answer.context["waiting"] == 1


def test_board_lists_five_calls_beside_the_latest(tv: Client, line: Line) -> None:
    for name in ("Ann", "Bob", "Cid", "Dan", "Eve", "Fay", "Gus"):
        call(line, name)

    assert shown(tv) == ("Gus", ["Fay", "Eve", "Dan", "Cid", "Bob"])


def test_board_shows_a_repeated_call_once_and_as_the_latest(tv: Client, line: Line) -> None:
    first = call(line, "Ann")
    call(line, "Bob")

    lifecycle.recall(first, by=clerk_of(line.location))

    assert shown(tv) == ("Ann", ["Bob"])


def test_board_moves_a_served_visitor_aside(tv: Client, line: Line) -> None:
    call(line, "Ann")
    latest = call(line, "Bob")

    lifecycle.serve(latest, by=clerk_of(line.location))

    assert shown(tv) == ("Ann", ["Bob"])


def test_board_forgets_who_went_back_to_the_line(tv: Client, line: Line) -> None:
    ticket = call(line, "Ann")

    lifecycle.return_to_queue(ticket, position="LAST", by=clerk_of(line.location))

    assert shown(tv) == (None, [])


def test_board_forgets_a_no_show(tv: Client, line: Line) -> None:
    ticket = call(line, "Ann")

    lifecycle.mark_no_show(ticket, by=clerk_of(line.location))

    assert shown(tv) == (None, [])


def test_board_forgets_a_call_after_half_an_hour(tv: Client, line: Line) -> None:
    call(line, "Ann")

    with time_machine.travel(instants.now() + timedelta(minutes=31)):
        assert shown(tv) == (None, [])


def test_board_ends_the_highlight_after_ten_seconds(tv: Client, line: Line) -> None:
    call(line, "Ann")

    with time_machine.travel(instants.now() + timedelta(seconds=11)):
        current = tv.get("/tv/").context["current"]

    assert current.is_new is False


def test_board_shows_its_own_location_only(tv: Client) -> None:
    call(LineFactory.create(), "Ann")

    assert shown(tv) == (None, [])


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (NameForm.FIRST_INITIAL, "Zebulon Q."),
        (NameForm.FIRST, "Zebulon"),
        (NameForm.INITIALS, "Z. Q."),
        (NameForm.NUMBER, "D-1"),
    ],
)
@pytest.mark.parametrize("target", ["", "calls"])
def test_board_sends_nothing_that_the_room_may_not_read(
    tv: Client, line: Line, form: str, name: str, target: str
) -> None:
    """UT4: page and part, for the called and for the waiting."""
    set_up(line.location, name_form=form, is_line_public=False)
    Line.objects.filter(pk=line.pk).update(letter="D")
    details = {
        "last_name": "Quartermain",
        "phone_number": "+3725551234",
        "email": "zq@example.org",
    }
    ticket = call(line, "Zebulon", **details)
    waiting_ticket(line, first_name="Zebulon", **details)

    answer = tv.get("/tv/", headers={"HX-Request": "true", "HX-Target": target})

    html = answer.content.decode()
    secrets = ["Quartermain", "5551234", "zq@example.org", "Dermatology", ticket.visit_token]
    assert answer.context["current"].name == name
    assert [each for each in secrets if each in html] == []


def test_board_answers_its_part_alone(tv: Client, line: Line) -> None:
    answer = tv.get("/tv/", headers={"HX-Request": "true", "HX-Target": "calls"})

    html = answer.content.decode().strip()
    assert (html.count("<html"), html.count('id="calls"')) == (0, 1)
    assert html[:4] == "<div"


def test_board_shows_the_local_time(tv: Client, line: Line) -> None:
    set_up(line.location, timezone="Asia/Kathmandu")

    with time_machine.travel("2026-03-01T06:00:30Z", tick=False):
        html = tv.get("/tv/").content.decode()

    assert html.count(">11:45</time>") == 1


def test_board_asks_as_many_queries_for_three_as_for_one(tv: Client, line: Line) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            tv.get("/tv/")
        return len(captured)

    call(line, "Ann", desk="1")
    waiting_ticket(line)
    tv.get("/tv/")
    one = queries()
    for desk in ("2", "3"):
        other = LineFactory.create(location=line.location)
        call(other, "Bob", desk=desk)
        waiting_ticket(other)

    assert queries() == one
