"""UW4: how the waits that visitors were told compare with those that they had, by day and line."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import Min
from django.utils.safestring import SafeString

from tickets.admin.display import swatch
from tickets.models import Line, Location

#: Today and the days before it.
DAYS = 14
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Wait:
    """One visitor: the range that they were told, and how long it was until their first call, in minutes."""

    low: int
    high: int
    waited: float

    @property
    def error(self) -> float:
        """From the middle of the range."""
        return abs(self.waited - (self.low + self.high) / 2)


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What some visitors were told, and what came; `late` and `early` in per cent of them."""

    line: Line
    visitors: int
    waited: int
    error: int
    late: int
    early: int

    @property
    def name(self) -> SafeString:
        return swatch(self.line.color, self.line)


def promises(location: Location) -> list[tuple[date, list[Promise]]]:
    """The latest day first, of each the lines with somebody who was told a wait and was called.

    Who asked for more time has chosen to be called later, and is left out.
    """
    since = location.today() - timedelta(days=DAYS - 1)
    told = location.tickets.filter(
        numbered_on__gte=since, quoted_high__isnull=False, delays=0, interactions__isnull=False
    )
    rows = told.annotate(first_called_at=Min("interactions__started_at")).values_list(
        "numbered_on", "line", "created_at", "first_called_at", "quoted_low", "quoted_high"
    )
    waits: defaultdict[tuple[date, int], list[Wait]] = defaultdict(list)
    for day, line_id, created_at, called_at, low, high in rows.order_by():
        waits[day, line_id].append(Wait(low or 0, high or 0, _minutes(created_at, called_at)))
    lines = {line.pk: line for line in location.lines.all()}
    days: defaultdict[date, list[Promise]] = defaultdict(list)
    order = list(lines)
    for day, line_id in sorted(
        waits, key=lambda each: (-each[0].toordinal(), order.index(each[1]))
    ):
        days[day].append(_promise(lines[line_id], waits[day, line_id]))
    return list(days.items())


def _promise(line: Line, waits: Sequence[Wait]) -> Promise:
    late = sum(wait.waited > wait.high for wait in waits)
    early = sum(wait.waited < wait.low for wait in waits)
    return Promise(
        line=line,
        visitors=len(waits),
        waited=round(median(wait.waited for wait in waits)),
        error=round(median(wait.error for wait in waits)),
        late=round(100 * late / len(waits)),
        early=round(100 * early / len(waits)),
    )


def _minutes(since: datetime, until: datetime) -> float:
    return (until - since) / MINUTE
