"""Visits where the clock is put forward or back, on odd days, at odd hours, in many places."""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.conftest import Figure
from tests.factories import LineFactory, LocationFactory, clerk_of
from tickets import instants
from tickets.actions import intake, lifecycle
from tickets.admin.today import of_today
from tickets.models import OpeningDay, OpeningState, Ticket, opening

LEAP_DAY, YEAR_END = date(2028, 2, 29), date(2026, 12, 31)
EUROPE = (date(2026, 3, 29), date(2026, 10, 25))
#: In each zone the days on which the clock is put forward and back; where it never is, Europe's.
ZONES = {
    "Europe/Tallinn": EUROPE,
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Asia/Kathmandu": EUROPE,
    "Australia/Lord_Howe": (date(2026, 10, 4), date(2026, 4, 5)),
    "Pacific/Apia": (date(2020, 9, 27), date(2021, 4, 4)),
    "UTC": EUROPE,
}
CLOCKS = [
    time(*each) for each in ((0,), (0, 30), (1, 45), (2, 15), (3, 30), (9,), (16, 59), (23, 59))
]
WAIT = timedelta(minutes=90)

pytestmark = pytest.mark.once  # the days and hours are Python's, whichever database is behind it


def test_t1_every_visit_is_in_one_local_day_and_waits_by_the_true_time(
    db: None, figure: Figure
) -> None:
    right = []
    for zone, days in ZONES.items():
        location = LocationFactory.create(timezone=zone)
        OpeningDay.objects.bulk_create(
            OpeningDay(location=location, weekday=day, intervals=[[540, 1020]]) for day in range(7)
        )
        line = LineFactory.create(location=location)
        clerk = clerk_of(location)
        for day in (*days, LEAP_DAY, YEAR_END):
            for clock in CLOCKS:
                moment = datetime.combine(day, clock, zoneinfo.ZoneInfo(zone)).astimezone(UTC)
                with instants.pretend(moment):
                    ticket = intake.create(line, by=clerk, first_name="Jane")
                    seen = Ticket.objects.filter(of_today([location]), pk=ticket.pk).count()
                    state = opening(location, moment).state
                with instants.pretend(moment + WAIT):
                    lifecycle.call(ticket, by=clerk)
                ticket.refresh_from_db()
                right.append(
                    (
                        ticket.created_at,
                        ticket.waited(moment + WAIT),
                        ticket.numbered_on,
                        seen,
                        days_of(ticket, around=moment),
                        state == OpeningState.OPEN,
                    )
                    == (
                        moment,
                        WAIT,
                        moment.astimezone(location.tz).date(),
                        1,
                        1,
                        is_office(moment, zone),
                    )
                )

    assert right.count(True) == len(right) == 192
    figure("T1 zones × days × clocks: sign-in, wait, today, hours", f"{right.count(True)}/192")


def days_of(ticket: Ticket, *, around: datetime) -> int:
    """Of the days around it, how many take the visit for one of theirs."""
    days = (around + timedelta(days=n) for n in (-2, -1, 0, 1, 2))
    return len({day for day in map(ticket.location.local_day, days) if day == ticket.numbered_on})


def is_office(moment: datetime, zone: str) -> bool:
    """By the clock on the wall."""
    return time(9) <= moment.astimezone(zoneinfo.ZoneInfo(zone)).time() < time(17)
