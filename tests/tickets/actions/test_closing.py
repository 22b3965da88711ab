"""The close of a day: nobody is left waiting or called, once a day, and the system did it."""

import zoneinfo
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine

from tests.conftest import Figure, Threads
from tests.factories import LineFactory, LocationFactory, waiting_ticket
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import latest
from tickets import outbox
from tickets.actions import closing, lifecycle
from tickets.models import ActorType, Job, Location, Ticket
from tickets.states import Status

DAY = date(2026, 3, 2)

#: A day, and when the place closes on it: in an hour that the clock skips or shows twice, and some
#: other odd ones.
CLOSES = [
    ("Europe/Tallinn", "2026-03-29", 3 * 60 + 30),
    ("Europe/Tallinn", "2026-10-25", 3 * 60 + 30),
    ("America/New_York", "2026-03-08", 2 * 60 + 30),
    ("America/New_York", "2026-11-01", 1 * 60 + 30),
    ("Australia/Lord_Howe", "2026-10-04", 2 * 60 + 15),
    ("Australia/Lord_Howe", "2026-04-05", 1 * 60 + 45),
    ("Africa/Cairo", "2026-04-24", 30),
    ("Africa/Cairo", "2026-10-29", 23 * 60 + 30),
    ("America/Havana", "2026-03-08", 30),
    ("America/Havana", "2026-11-01", 30),
    ("Asia/Kathmandu", "2028-02-29", 24 * 60),
    ("Pacific/Apia", "2026-12-31", 23 * 60 + 20),
]
POLL = timedelta(minutes=30)


def later() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


def work() -> int:
    """Do all that is due; how many visits ended."""
    count = 0
    while job := outbox.take():
        outbox.do(job)
        count += 1
    return count


def closing_place(closes: int = 17 * 60, zone: str = "Europe/Tallinn") -> Location:
    """Open every day until this minute, and closed daily."""
    location = LocationFactory.create(timezone=zone, is_closed_daily=True)
    for weekday in range(7):
        location.opening_days.create(weekday=weekday, intervals=[[1, closes]])
    return location


def local(text: str, zone: str = "Europe/Tallinn") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone))


def test_close_day_ends_every_visit(office: Office) -> None:
    ended = [office.served(), office.no_show(), office.cancelled()]
    waiting, called = office.waiting(), office.called()
    before = [latest(ticket).pk for ticket in ended]

    is_first = closing.close_day(office.location, DAY, later())
    count = work()

    rows = [Ticket.objects.get(pk=ticket.pk) for ticket in (waiting, called)]
    assert (is_first, count) == (True, 2)
    assert [row.status for row in rows] == [Status.CANCELLED_BY_CLERK, Status.SERVED]
    assert {latest(row).actor_type for row in rows} == {ActorType.SYSTEM}
    assert [latest(ticket).pk for ticket in ended] == before


def test_close_day_leaves_other_locations_and_what_began_since(office: Office) -> None:
    elsewhere = waiting_ticket(LineFactory.create())
    called_since = office.waiting()
    with time_machine.travel(later(), tick=False):
        at = datetime.now(UTC)
        lifecycle.call(called_since, by=office.clerk)
        since = office.waiting()

    closing.close_day(office.location, DAY, at)

    assert work() == 0
    assert [Ticket.objects.get(pk=ticket.pk).status for ticket in (elsewhere, since)] == ["NEW"] * 2


def test_close_day_leaves_who_was_called_before_the_worker_came(office: Office) -> None:
    ticket = office.waiting()
    closing.close_day(office.location, DAY, later())
    lifecycle.call(ticket, by=office.clerk)

    work()

    ticket.refresh_from_db()
    assert ticket.status == Status.CALLED
    assert Job.objects.count() == 0


def test_close_day_by_several_workers_at_once_is_once(
    office: Office, in_threads: Threads, figure: Figure
) -> None:
    tickets = [office.waiting() for _ in range(3)]

    results = in_threads(*[lambda: closing.close_day(office.location, DAY, later())] * 4)

    assert sorted(results, key=str) == [False, False, False, True]
    assert Job.objects.count() == len(tickets)
    figure("T3 closes of one day by 4 workers at once", results.count(True))


def test_close_day_beside_clerks_at_work_ends_each_visit_once(
    office: Office, in_threads: Threads
) -> None:
    tickets = [office.called() for _ in range(10)]
    closing.close_day(office.location, DAY, later())

    results = in_threads(
        work, lambda: [lifecycle.serve(ticket, by=office.clerk) for ticket in tickets]
    )

    ended = [ticket.activities.filter(event="ticket.served").count() for ticket in tickets]
    assert ended == [1] * 10
    assert results[0] == 10
    assert Job.objects.count() == 0


def test_t3_each_day_is_closed_once_by_the_clock_on_its_wall(db: None, figure: Figure) -> None:
    wrong = []
    for zone, text, minute in CLOSES:
        location = closing_place(minute, zone)
        tz, day = location.tz, date.fromisoformat(text)
        shown = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
        start = shown.replace(tzinfo=tz).astimezone(UTC) - timedelta(hours=3)
        minutes = (start + timedelta(minutes=count) for count in range(6 * 60))
        # The clock on the wall shows an earlier time for the last time in the minute before.
        closes = timedelta(minutes=1) + max(
            each for each in minutes if each.astimezone(tz).replace(tzinfo=None) < shown
        )

        seen = []
        for moment in (start + count * POLL for count in (*range(16), 64)):
            with time_machine.travel(moment, tick=False):
                closing.close_days()
            location.refresh_from_db(fields=["closed_on"])
            seen.append((location.closed_on, moment))

        changes = [now for before, now in pairwise(seen) if now[0] != before[0]]
        at = next(moment for closed_on, moment in changes if closed_on == day)
        days = [closed_on for closed_on, _moment in changes]
        is_right = timedelta(hours=1) <= at - closes < timedelta(hours=1) + POLL
        if not is_right or len(days) != len(set(days)):
            wrong.append((zone, text, at, closes, days))
        location.delete()

    assert wrong == []
    figure("T3 closes in skipped, doubled and other odd hours", f"{len(CLOSES)} days, 0 wrong")


def test_close_days_comes_an_hour_after_the_last_close(db: None) -> None:
    location = closing_place()
    location.opening_days.update(intervals=[[9 * 60, 12 * 60], [13 * 60, 17 * 60]])
    closed = []
    for time in ("13:30", "17:30", "17:59:59", "18:00"):
        with time_machine.travel(local(f"2026-03-02T{time}"), tick=False):
            closing.close_days()
        location.refresh_from_db()
        closed.append(location.closed_on)

    assert closed == [*[DAY - timedelta(days=1)] * 3, DAY]


@pytest.mark.parametrize(
    ("columns", "intervals"),
    [
        ({"is_closed_daily": False}, [[540, 1020]]),  # keeps its queue overnight
        ({}, [[0, 1440]]),  # never closes
        ({}, []),  # never opens
    ],
)
def test_close_days_leaves_a_place_without_a_close(
    db: None, columns: dict[str, bool], intervals: list[list[int]]
) -> None:
    location = closing_place()
    Location.objects.update(**columns)
    location.opening_days.update(intervals=intervals)

    closing.close_days()

    location.refresh_from_db()
    assert location.closed_on is None


def test_close_days_of_a_night_that_goes_on_after_midnight_comes_in_the_morning(db: None) -> None:
    location = closing_place()
    location.opening_days.update(intervals=[[0, 2 * 60], [20 * 60, 24 * 60]])
    closed = []
    for time in ("00:59", "02:59", "03:00", "23:59"):
        with time_machine.travel(local(f"2026-03-02T{time}"), tick=False):
            closing.close_days()
        location.refresh_from_db()
        closed.append(location.closed_on)

    assert closed == [date(2026, 3, 1), date(2026, 3, 1), DAY, DAY]


def test_close_days_of_a_worker_that_was_down_spares_who_came_since(db: None) -> None:
    location = closing_place()
    line = LineFactory.create(location=location)
    with time_machine.travel(local("2026-03-02T16:00")):
        stayed = waiting_ticket(line)
    with time_machine.travel(local("2026-03-05T09:00"), tick=False):
        came = waiting_ticket(line)

        closing.close_days()
        count = work()

    location.refresh_from_db()
    assert (count, location.closed_on) == (1, date(2026, 3, 4))
    assert [Ticket.objects.get(pk=each.pk).status for each in (stayed, came)] == [
        Status.CANCELLED_BY_CLERK,
        Status.NEW,
    ]
