"""The TV board: who is called where, and only what the room may read."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.conftest import CountQueries, Figure
from tests.factories import DeskFactory, DeviceFactory, LineFactory, clerk_of, waiting_ticket
from tests.kiosk.test_devices import browser_of
from tickets import access, instants
from tickets.actions import labels, lifecycle, messages, programs, undo
from tickets.actions.extras import ExtraValue
from tickets.models import (
    SYSTEM,
    Device,
    DeviceKind,
    Line,
    Location,
    NameForm,
    Ticket,
    TvLayout,
    TvSound,
)

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


def announced(tv: Client) -> list[tuple[str, str]]:
    """The name of each announcement that the page gets, and what it says, the newest first."""
    calls = tv.get("/tv/").context["announcements"]
    return [(call.name, call.says) for call in calls]


def test_announcements_are_all_that_was_called_lately(tv: Client, line: Line) -> None:
    first = call(line, "Ann", desk="Desk 2")
    call(line, "Bob")
    lifecycle.recall(first, by=clerk_of(line.location))

    assert announced(tv) == [
        ("Ann", "Ann, please go to Desk 2"),
        ("Bob", "Bob, please go to the counter"),
        ("Ann", "Ann, please go to Desk 2"),
    ]


def test_announcement_is_not_said_after_a_minute(tv: Client, line: Line, figure: Figure) -> None:
    call(line, "Ann")
    said = []

    for seconds in (59, 61, 179, 181):
        with time_machine.travel(instants.now() + timedelta(seconds=seconds)):
            said.append([bool(says) for _name, says in announced(tv)])

    figure("UT5 announcements said after 59 s, 61 s, 179 s, 181 s", said)
    assert said == [[True], [False], [False], [False]]


def test_announcement_of_the_served_ends_after_three_minutes(tv: Client, line: Line) -> None:
    lifecycle.serve(call(line, "Ann"), by=clerk_of(line.location))
    left = []

    for seconds in (179, 181):
        with time_machine.travel(instants.now() + timedelta(seconds=seconds)):
            left.append(len(announced(tv)))

    assert left == [1, 0]


def test_announcement_of_an_undone_call_is_gone(tv: Client, line: Line) -> None:
    ticket = waiting_ticket(line, first_name="Ann")
    clerk = clerk_of(line.location)
    lifecycle.call(ticket, by=clerk)

    undo.undo(ticket.activities.get(event="ticket.called"), by=clerk)

    assert announced(tv) == []


def test_announcement_of_a_number_is_read_as_one(tv: Client, line: Line) -> None:
    set_up(line.location, name_form=NameForm.NUMBER)
    Line.objects.filter(pk=line.pk).update(letter="D")

    call(line, "Ann", desk="Desk 2")

    assert announced(tv) == [("D-1", "D 1, please go to Desk 2")]


@pytest.mark.parametrize(
    ("spoken", "languages", "expected"),
    [("ar", ["en"], "ar"), ("fi", ["ar", "en"], "ar"), ("fi", ["en"], "en")],
)
def test_announcement_is_in_a_language_of_the_visitor_or_the_location(
    tv: Client, line: Line, settings: Any, spoken: str, languages: list[str], expected: str
) -> None:
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]
    set_up(line.location, languages=languages)

    call(line, "Ann", language=spoken)

    (announcement,) = tv.get("/tv/").context["announcements"]
    assert announcement.language == expected


NINE_TO_TWELVE_AND_ONE_TO_FIVE = [[540, 720], [780, 1020]]


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("2026-05-04T07:00:00Z", ["Good morning"]),
        ("2026-05-04T09:30:00Z", ["On a break", "Opens again at 13:00."]),
        ("2026-05-04T12:00:00Z", ["Good afternoon"]),
        ("2026-05-04T14:00:00Z", ["Closed", "Opens again on Tuesday at 9:00."]),
        ("2026-05-04T05:00:00Z", ["Closed", "Opens again at 9:00."]),
        ("2026-05-06T08:00:00Z", ["Closed", "Inventory", "Opens again on Thursday at 9:00."]),
    ],
)
def test_board_without_a_call_tells_the_hours(
    tv: Client, line: Line, moment: str, says: list[str]
) -> None:
    for weekday in range(7):
        line.location.opening_days.create(weekday=weekday, intervals=NINE_TO_TWELVE_AND_ONE_TO_FIVE)
    line.location.opening_exceptions.create(date="2026-05-06", intervals=[], reason="Inventory")

    with time_machine.travel(moment, tick=False):
        html = tv.get("/tv/").content.decode()

    assert [each for each in says if each not in html] == []
    assert ("Good" in html) == says[0].startswith("Good")


def test_board_of_a_place_without_an_open_line_is_on_a_break(tv: Client, line: Line) -> None:
    Line.objects.update(status="DISABLED")

    assert tv.get("/tv/").content.decode().count("On a break") == 1


def test_closed_board_still_shows_a_call(tv: Client, line: Line) -> None:
    line.location.opening_exceptions.create(date=line.location.today(), intervals=[])
    waiting_ticket(line)
    before = tv.get("/tv/")

    call(line, "Ann")

    assert before.content.decode().count("Then you are still called.") == 1
    assert shown(tv) == ("Ann", [])


@pytest.mark.parametrize(
    ("is_closed", "hour", "is_called", "expected"),
    [
        (True, 12, False, True),
        (False, 3, False, True),
        (False, 12, False, False),
        (False, 3, True, False),
        (True, 12, True, False),
    ],
)
def test_board_is_quiet_when_nobody_looks(
    tv: Client, line: Line, *, is_closed: bool, hour: int, is_called: bool, expected: bool
) -> None:
    set_up(line.location, timezone="UTC")
    if is_closed:
        line.location.opening_exceptions.create(date="2026-05-04", intervals=[])

    with time_machine.travel(f"2026-05-04T{hour:02}:30:00Z", tick=False):
        if is_called:
            call(line, "Ann")
        html = tv.get("/tv/").content.decode()

    assert ("data-quiet" in html) == expected


def test_waiting_list_is_a_choice_of_the_tv(tv: Client, line: Line) -> None:
    waiting_ticket(line, first_name="Ann", last_name="Lee")
    waiting_ticket(line, first_name="Bob")
    before = tv.get("/tv/").context["next_up"]

    Device.objects.update(layout=TvLayout.WAITING_LIST)

    after = tv.get("/tv/").context["next_up"]
    assert before == []
    assert [(each.name, each.line) for each in after] == [
        ("Ann L.", "Dermatology"),
        ("Bob", "Dermatology"),
    ]


@pytest.mark.parametrize("form", NameForm)
def test_ut4_nothing_private_leaves_for_the_tv(
    tv: Client, line: Line, form: str, figure: Figure
) -> None:
    """A location full of canaries, in each layout, page and part, in every state of a visit."""
    set_up(line.location, name_form=form, is_line_public=False, has_messages=True)
    Line.objects.filter(pk=line.pk).update(name="CanaryLine", letter="D")
    line = Line.objects.get(pk=line.pk)
    LineFactory.create(location=line.location, name="CanaryOther")
    clerk = clerk_of(line.location, first_name="CanaryClerk", last_name="CanaryClerk")
    tickets = []
    for step in ("NEW", "CALLED", "SERVED", "NOSHOW"):
        ticket = waiting_ticket(
            line,
            first_name="Zoe",
            last_name="QCanary",
            phone_number="+3725557777",
            email="canary@example.org",
            extras=[ExtraValue(title="CanaryField", value="CanaryValue")],
            labels=["CanaryLabel"],
        )
        labels.add(ticket, value="CanaryNote", by=clerk)
        messages.send(ticket, body="CanaryMessage", by=SYSTEM)
        tickets.append(ticket)
        if step != "NEW":
            lifecycle.call(ticket, by=clerk, keep_open=True)
        if step == "SERVED":
            lifecycle.serve(ticket, by=clerk)
        if step == "NOSHOW":
            lifecycle.mark_no_show(ticket, by=clerk)
    shows_first_name = form in (NameForm.FIRST_INITIAL, NameForm.FIRST)
    secrets = ["canary", "5557777", *([] if shows_first_name else ["Zoe"])]
    secrets += [ticket.visit_token for ticket in tickets]
    found, answers = [], 0

    for layout in TvLayout:
        Device.objects.update(layout=layout)
        for headers in ({}, {"HX-Request": "true", "HX-Target": "calls"}):
            answer = tv.get("/tv/", headers=headers)
            sent = (answer.content.decode() + str(answer.headers)).casefold()
            found += [each for each in secrets if each.casefold() in sent]
            assert "no-store" in answer["Cache-Control"]
            answers += 1

    figure(
        f"UT4 answers to the TV, names as {form}, and private things in them", (answers, len(found))
    )
    assert found == []
    assert len(tv.get("/tv/").context["recent"]) == 1


def test_waiting_list_asks_as_many_queries_for_three_as_for_one(
    tv: Client, line: Line, count_queries: CountQueries
) -> None:
    Device.objects.update(layout=TvLayout.WAITING_LIST)
    waiting_ticket(line)
    tv.get("/tv/")
    one = count_queries(lambda: tv.get("/tv/"))
    for _ in range(2):
        waiting_ticket(LineFactory.create(location=line.location))

    assert count_queries(lambda: tv.get("/tv/")) == one


@pytest.mark.parametrize("sound", TvSound)
def test_tell_sound_is_kept(tv: Client, sound: str) -> None:
    answer = tv.post("/tv/sound/", {"sound": sound})

    assert (answer.status_code, Device.objects.get().sound) == (204, sound)


@pytest.mark.parametrize("sound", ["", "LOUD", "on"])
def test_tell_sound_refuses_what_is_none(tv: Client, sound: str) -> None:
    answer = tv.post("/tv/sound/", {"sound": sound})

    assert (answer.status_code, Device.objects.get().sound) == (400, "")


def test_tell_sound_is_for_a_paired_tv(client: Client, tv: Client) -> None:
    answer = client.post("/tv/sound/", {"sound": "ON"})

    assert (answer["Location"], Device.objects.get().sound) == ("/tv/pair/", "")


def test_tell_sound_needs_the_token_of_the_page(tv: Client) -> None:
    forger = Client(enforce_csrf_checks=True)
    forger.cookies = tv.cookies

    answer = forger.post("/tv/sound/", {"sound": "ON"})

    assert (answer.status_code, Device.objects.get().sound) == (403, "")


@pytest.mark.parametrize("end", [programs.issue_code, lambda tv: programs.unpair(tv, by=tv)])
def test_sound_of_a_tv_that_is_shut_out_is_forgotten(tv: Client, end: Any) -> None:
    device = Device.objects.get()
    programs.note_sound(device, TvSound.OFF)

    end(device)

    assert Device.objects.get().sound == ""
    assert access.device_for(tv.cookies["tv_device"].value, kind=DeviceKind.TV) is None
