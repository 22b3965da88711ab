"""Opening hours: when a place is open, by the clock on its wall.

The hours of a day are intervals [opens, closes] in minutes of the local day; none: closed all day.
Where the clock is put forward or back, an interval is never shorter than a sign at the door says:
it begins when the clock first shows its beginning and ends when it last shows its end. A time that
the clock skips is the moment of the skip.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Intervals = Sequence[Sequence[int]]

DAY = timedelta(days=1)
DAY_ENDS = 24 * 60
ALL_DAY: Intervals = [[0, DAY_ENDS]]
MOST_INTERVALS = 4
SHORTEST = 60

#: A week without exceptions shows all that it has in fewer days.
LOOK_AHEAD = 15 * DAY

_TIME = r"(\d{1,2})(?:[:.](\d\d))?"
_INTERVAL = re.compile(rf"{_TIME}\s*[-–]\s*{_TIME}")


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """The hours of a place by weekday (0 is Monday) and by date; a day without any is open all day."""

    tz: tzinfo
    week: Mapping[int, Intervals]
    exceptions: Mapping[date, Intervals]

    def on(self, day: date) -> Intervals:
        return self.exceptions.get(day, self.week.get(day.weekday(), ALL_DAY))

    def is_open(self, moment: datetime) -> bool:
        return self.opens_next(moment) == moment

    def opens_next(self, moment: datetime) -> datetime | None:
        """`moment` itself while it is open; None if it never opens."""
        span = next(self._spans(moment), None)
        return max(moment, span[0]) if span else None

    def closes_next(self, moment: datetime) -> datetime | None:
        """The end of the open time that is now, or comes next; None if there is none."""
        span = next(self._spans(moment), None)
        return span[1] if span else None

    def closes_on(self, day: date) -> datetime | None:
        """When it closes for the last time on that day; None if it stays open, or does not open."""
        for _opens, closes in reversed(self.on(day)):
            if closes < DAY_ENDS:
                return _last(day, closes, self.tz)
            if not any(opens == 0 for opens, _closes in self.on(day + DAY)):
                return _first(day, DAY_ENDS, self.tz)
        return None

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime | None]]:
        """The open times that end after `moment`, in order; the last may have no end."""
        today = moment.astimezone(self.tz).date()
        last = max([today, *self.exceptions]) + LOOK_AHEAD
        begun, ends = None, moment
        day = today - DAY
        while day <= last:
            for opens, closes in self.on(day):
                start = _first(day, opens, self.tz)
                # The end of the day is the beginning of the next, which the clock may show twice.
                end = (_first if closes == DAY_ENDS else _last)(day, closes, self.tz)
                if end <= max(start, moment):
                    continue
                if begun and start > ends:
                    yield begun, ends
                    begun = None
                begun = begun or start
                ends = max(ends, end)
            day += DAY
        if begun:
            yield begun, None if ends >= _first(last + DAY, 0, self.tz) else ends


def _first(day: date, minute: int, tz: tzinfo) -> datetime:
    """When the clock of that day first shows `minute`, or skips it."""
    shown = datetime.combine(day, time()) + timedelta(minutes=minute)
    moment = shown.replace(tzinfo=tz).astimezone(UTC)
    if _clock(moment, tz) == shown:
        return moment
    # The two readings of a time that never was lie on both sides of the skip.
    before, after = shown.replace(tzinfo=tz, fold=1).astimezone(UTC), moment
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        before, after = (middle, after) if _clock(middle, tz) < shown else (before, middle)
    return after.replace(microsecond=0)


def _last(day: date, minute: int, tz: tzinfo) -> datetime:
    """When the clock of that day last shows `minute`, or skips it."""
    shown = datetime.combine(day, time()) + timedelta(minutes=minute)
    moment = shown.replace(tzinfo=tz, fold=1).astimezone(UTC)
    return moment if _clock(moment, tz) == shown else _first(day, minute, tz)


def _clock(moment: datetime, tz: tzinfo) -> datetime:
    return moment.astimezone(tz).replace(tzinfo=None, fold=0)


def validate(intervals: Any) -> None:
    """Raises ValidationError unless these are the hours of a day: in order, and not too many."""
    if not isinstance(intervals, list) or not all(_is_interval(each) for each in intervals):
        raise ValidationError(_("Write opening hours such as 9:00–12:00, 13:00–17:00."))
    if len(intervals) > MOST_INTERVALS:
        raise ValidationError(
            _("A day has at most %(most)d opening times.") % {"most": MOST_INTERVALS}
        )
    if any(closes - opens < SHORTEST for opens, closes in intervals):
        raise ValidationError(_("Each opening time lasts an hour at least, and ends by 24:00."))
    for (_opens, closes), (opens, _closes) in itertools.pairwise(intervals):
        if opens < closes:
            raise ValidationError(_("Opening times follow each other and do not overlap."))


def _is_interval(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(type(minute) is int and 0 <= minute <= DAY_ENDS for minute in value)
    )


def to_text(intervals: Intervals) -> str:
    """As people write them: 9:00–12:00, 13:00–17:00."""
    return ", ".join(f"{_written(opens)}–{_written(closes)}" for opens, closes in intervals)


def from_text(text: str) -> list[list[int]]:
    """The intervals that `text` names, none for an empty one. Raises ValidationError."""
    parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
    found = [_INTERVAL.fullmatch(part) for part in parts]
    intervals = [
        [int(each[1]) * 60 + int(each[2] or 0), int(each[3]) * 60 + int(each[4] or 0)]
        for each in found
        if each and int(each[2] or 0) < 60 and int(each[4] or 0) < 60
    ]
    validate(intervals if len(intervals) == len(parts) else None)
    return intervals


def _written(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
