"""Opening hours by the clock on the wall, where it is put forward and back too."""

import zoneinfo
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.conftest import Figure
from tickets import hours
from tickets.hours import Timetable

TALLINN = "Europe/Tallinn"
NEW_YORK = "America/New_York"
OFFICE = {day: [[9 * 60, 17 * 60]] for day in range(5)} | {5: [], 6: []}


def every(days: Iterable[Any], intervals: Any) -> dict[Any, Any]:
    return dict.fromkeys(days, intervals)


def place(zone: str = TALLINN, week: Any = OFFICE, **exceptions: Any) -> Timetable:
    """With exceptions such as on_2026_12_24=[]."""
    dates = {date.fromisoformat(name[3:].replace("_", "-")): v for name, v in exceptions.items()}
    return Timetable(tz=zoneinfo.ZoneInfo(zone), week=week, exceptions=dates)


def local(text: str, zone: str = TALLINN, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("now", "is_open", "opens", "closes"),
    [
        ("2026-03-02T08:59:59", False, "2026-03-02T09:00", "2026-03-02T17:00"),
        ("2026-03-02T09:00:00", True, "2026-03-02T09:00", "2026-03-02T17:00"),
        ("2026-03-02T16:59:59", True, "2026-03-02T16:59:59", "2026-03-02T17:00"),
        ("2026-03-02T17:00:00", False, "2026-03-03T09:00", "2026-03-03T17:00"),
        ("2026-03-06T18:00:00", False, "2026-03-09T09:00", "2026-03-09T17:00"),
    ],
)
def test_week_opens_and_closes(now: str, is_open: object, opens: str, closes: str) -> None:
    moment = local(now)

    found = [place().is_open(moment), place().opens_next(moment), place().closes_next(moment)]

    assert found == [is_open, local(opens), local(closes)]


def test_exception_takes_the_place_of_the_week() -> None:
    office = place(on_2026_12_24=[[540, 720]], on_2026_12_25=[], on_2026_12_26=[[600, 720]])

    noon = local("2026-12-24T12:00")

    assert office.opens_next(noon) == local("2026-12-26T10:00")
    assert office.opens_next(local("2026-12-26T12:00")) == local("2026-12-28T09:00")


def test_place_without_hours_never_closes() -> None:
    moment = local("2026-03-02T03:00")

    assert place(week={}).is_open(moment)
    assert place(week={}).closes_next(moment) is None


def test_place_that_never_opens() -> None:
    closed = place(week=every(range(7), []))

    found = [
        closed.opens_next(local("2026-03-02T03:00")),
        closed.closes_next(local("2026-03-02T03:00")),
    ]

    assert found == [None, None]


def test_exception_far_away_is_found() -> None:
    always = place(week={}, on_2027_06_01=[])
    never = place(week=every(range(7), []), on_2027_06_01=[[540, 600]])
    moment = local("2026-03-02T03:00")

    assert always.closes_next(moment) == local("2027-06-01T00:00")
    assert never.opens_next(moment) == local("2027-06-01T09:00")


def test_closed_for_weeks_then_open_as_every_week() -> None:
    days = [date(2026, 7, 1) + timedelta(days=n) for n in range(31)]
    office = Timetable(tz=zoneinfo.ZoneInfo(TALLINN), week=OFFICE, exceptions=every(days, []))

    assert office.opens_next(local("2026-06-30T17:00")) == local("2026-08-03T09:00")


def test_night_that_crosses_midnight_is_one_opening() -> None:
    bar = place(week={4: [[1080, 1440]], 5: [[0, 180], [1080, 1440]]} | every((0, 1, 2, 3, 6), []))

    assert bar.closes_next(local("2026-03-06T20:00")) == local("2026-03-07T03:00")
    assert bar.is_open(local("2026-03-07T00:00"))


@pytest.mark.parametrize(
    ("zone", "day", "intervals", "opens", "closes"),
    [
        # The clock skips an hour: what is in it happens at the skip.
        (TALLINN, "2026-03-29", [[210, 720]], "01:00", "09:00"),
        (TALLINN, "2026-03-29", [[60, 210]], "-01:00", "01:00"),
        (NEW_YORK, "2026-03-08", [[150, 720]], "07:00", "16:00"),
        (NEW_YORK, "2026-03-08", [[60, 150]], "06:00", "07:00"),
        # The clock shows an hour twice: it opens with the first and closes with the second.
        (TALLINN, "2026-10-25", [[210, 720]], "00:30", "10:00"),
        (TALLINN, "2026-10-25", [[60, 210]], "-02:00", "01:30"),
        (NEW_YORK, "2026-11-01", [[90, 720]], "05:30", "17:00"),
        (NEW_YORK, "2026-11-01", [[0, 90]], "04:00", "06:30"),
        # Two openings of which the doubled hour makes one.
        (TALLINN, "2026-10-25", [[120, 200], [230, 300]], "-01:00", "03:00"),
        # Whole days, 23 and 25 hours long; a day that begins at 1:00; a midnight shown twice.
        (TALLINN, "2026-03-29", [[0, 1440]], "-02:00", "21:00"),
        (TALLINN, "2026-10-25", [[0, 1440]], "-03:00", "22:00"),
        ("Africa/Cairo", "2026-04-24", [[0, 1440]], "-02:00", "21:00"),
        ("America/Havana", "2026-10-31", [[0, 1440]], "04:00", "28:00"),
        ("America/Havana", "2026-11-01", [[0, 1440]], "04:00", "29:00"),
    ],
)
def test_hours_where_the_clock_is_put_forward_or_back(
    zone: str, day: str, intervals: Any, opens: str, closes: str
) -> None:
    office = Timetable(
        tz=zoneinfo.ZoneInfo(zone),
        week=every(range(7), []),
        exceptions={date.fromisoformat(day): intervals},
    )
    before = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=10)

    found = office.opens_next(before), office.closes_next(before)

    assert found == (utc(day, opens), utc(day, closes))


def utc(day: str, text: str) -> datetime:
    """The instant so many hours and minutes after midnight UTC of the day, or before it."""
    whole, minutes = text.lstrip("-").split(":")
    offset = timedelta(hours=int(whole), minutes=int(minutes))
    midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return midnight - offset if text.startswith("-") else midnight + offset


def test_day_that_a_place_skipped_has_no_hours() -> None:
    """Samoa went from Thursday 29 to Saturday 31 December 2011."""
    shop = place("Pacific/Apia", on_2011_12_30=[[540, 1020]])

    thursday_evening = local("2011-12-29T18:00", "Pacific/Apia")

    assert shop.opens_next(thursday_evening) == local("2012-01-02T09:00", "Pacific/Apia")


def test_openings_of_a_year_in_many_zones_agree_with_the_clock(figure: Figure) -> None:
    zones = [TALLINN, NEW_YORK, "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
    wrong = []
    for zone in zones:
        moment = local("2026-01-01T00:00", zone).astimezone(UTC)
        office = place(zone, week={})
        daily = Timetable(
            tz=office.tz, week=every(range(7), [[540, 720], [780, 1020]]), exceptions={}
        )
        for _ in range(2 * 365):
            opens = daily.opens_next(moment)
            closes = daily.closes_next(moment)
            assert opens
            assert closes
            shown = [each.astimezone(office.tz).strftime("%H:%M") for each in (opens, closes)]
            wrong += [shown] if shown not in (["09:00", "12:00"], ["13:00", "17:00"]) else []
            moment = closes

    assert wrong == []
    figure("openings of 2026 by the clock", f"{len(zones)} zones × 730, 0 wrong")


@pytest.mark.parametrize(
    ("text", "intervals"),
    [
        ("", []),
        ("9:00–12:00, 13:00–17:00", [[540, 720], [780, 1020]]),
        ("9-12; 13.30 - 24", [[540, 720], [810, 1440]]),
        ("0:00-24:00", [[0, 1440]]),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, intervals: Any) -> None:
    assert hours.from_text(text) == intervals
    assert hours.from_text(hours.to_text(intervals)) == intervals


@pytest.mark.parametrize(
    "text",
    [
        "nine",
        "9:00",
        "9:00–9:59",
        "12:00–9:00",
        "9–25",
        "9:60–12",
        "9–12, 11–13",
        "13–14, 9–10",
        "0–1, 2–3, 4–5, 6–7, 8–9",
    ],
)
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        hours.from_text(text)


@pytest.mark.parametrize("value", [None, {}, [[True, 90]], [[0, 90.5]], [[0]], [["0", "90"]], [5]])
def test_values_that_are_no_hours_are_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        hours.validate(value)
