"""How long a visitor will wait: an honest range, from the length of the queue and who is serving it.

Queue-length model: with `ahead` visitors before one, `s` clerks and a mean service time of `m`
minutes, the wait has mean (ahead + 1)·m/s and deviation √(ahead + 1)·0.9·m/s. The range shown is
biased upwards, because being called early is no disappointment (Ang et al., Q-Lasso; UX notes).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, Window
from django.db.models.functions import RowNumber

from tickets import instants
from tickets.models import Interaction, Line, Ticket
from tickets.states import Outcome

SAMPLE = 30  # the latest services of a line that are looked at
RECENT = timedelta(days=7)  # and nothing older, so that history does not slow us down
PRIOR_WEIGHT = 8  # services that the line's expected minutes count for
ACTIVE_FOR = timedelta(minutes=15)
LONGEST = timedelta(hours=4)  # an interaction that long was forgotten open, not served
STEP = 5  # minutes


@dataclass(frozen=True)
class Estimate:
    """`ahead` visitors come first; the wait in minutes is from `low` to `high`, None if unknown."""

    ahead: int
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Pace:
    """How fast a line moves: mean minutes of one service, and clerks who serve it now."""

    minutes: float
    clerks: int

    def wait(self, ahead: int) -> Estimate:
        if not self.clerks:
            return Estimate(ahead)
        mean = (ahead + 1) * self.minutes / self.clerks
        deviation = math.sqrt(ahead + 1) * 0.9 * self.minutes / self.clerks
        low = math.floor((mean - 0.85 * deviation) / STEP) * STEP
        high = math.ceil((mean + 1.28 * deviation) / STEP) * STEP
        return Estimate(ahead, max(low, 0), high)


def paces(lines: Iterable[Line]) -> dict[int, Pace]:
    """The pace of each line, in two queries however many there are."""
    lines = list(lines)
    now = instants.now()
    served = Interaction.objects.filter(
        line__in=lines,
        outcome=Outcome.SERVED,
        ended_at__gt=now - RECENT,
        ended_at__lt=F("started_at") + LONGEST,
    ).annotate(
        took=ExpressionWrapper(F("ended_at") - F("started_at"), DurationField()),
        recency=Window(RowNumber(), partition_by=F("line"), order_by=F("ended_at").desc()),
    )
    minutes: dict[int, list[float]] = {line.pk: [] for line in lines}
    for line_id, took in served.filter(recency__lte=SAMPLE).values_list("line", "took"):
        minutes[line_id].append(took.total_seconds() / 60)
    recently = Q(ended_at=None) | Q(started_at__gt=now - ACTIVE_FOR)
    active = Interaction.objects.filter(recently, line__in=lines)
    clerks = dict(active.order_by().values_list("line").annotate(Count("user", distinct=True)))
    return {
        line.pk: Pace(
            minutes=(PRIOR_WEIGHT * line.expected_minutes + sum(minutes[line.pk]))
            / (PRIOR_WEIGHT + len(minutes[line.pk])),
            clerks=clerks.get(line.pk, 0),
        )
        for line in lines
    }


def for_newcomers(lines: Iterable[Line]) -> dict[int, Estimate]:
    """What somebody who joins each line now would wait, by line id; three queries."""
    lines = list(lines)
    waiting = Ticket.objects.waiting().filter(line__in=lines).order_by()
    ahead = dict(waiting.values_list("line").annotate(Count("id")))
    return {pk: pace.wait(ahead.get(pk, 0)) for pk, pace in paces(lines).items()}


def for_ticket(ticket: Ticket) -> Estimate:
    """What somebody who waits already still has to wait."""
    ahead = Ticket.objects.ahead_of(ticket).count()
    return paces([ticket.line])[ticket.line_id].wait(ahead)
