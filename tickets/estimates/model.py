"""The queue-length model: how long a visitor waits, from what an office shows at one moment.

With `ahead` visitors before one, `s` clerks and `m` minutes for one service, the wait has mean
(ahead + 1)·m/s and deviation √(ahead + 1)·0.9·m/s. A visitor ahead counts as much as visitors of
that line are likely to come when they are called. The range goes from 0.85 deviations below the
mean to 1.28 above it, for being called early is no disappointment. Where nobody is ahead and a
clerk is free, there is nothing to wait for but the call.

A clerk who serves several lines calls whoever comes first in any of them, so visitors of one line
also wait for those of another. These are the work of all clerks of their line, in equal parts, and
a clerk turns to our line when their part is done. A clerk whose part takes longer than the others
need until it is our turn is no help, and does not count. So where the same clerks serve the same
lines, it is the formula above over all these lines together; where they share none, over one's own.

Nobody says who works on what: it is read off the calls. A clerk is there who serves somebody, or
ended a call in the last 15 minutes. Theirs are the lines that they have chosen, and those that they
have called from: in the last 15 minutes if they have chosen any, else in the last 4 hours.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from tickets.states import Outcome

SAMPLE = 30  # the latest services of a line, which its pace is measured by
PRIOR_WEIGHT = 8  # services that the line's expected minutes count for
FEWEST = 3  # services without which nothing is said, if nothing is expected either
ACTIVE_FOR = timedelta(minutes=15)
LATELY = timedelta(hours=4)
LONGEST = timedelta(hours=4)  # a call that long was forgotten open
STEP = 5  # minutes
LONGEST_QUOTE = 8 * 60  # minutes; nobody plans by more

#: A visitor who was sent on to another line had a service in this one.
SERVICES = (Outcome.SERVED, Outcome.FORWARDED)


@dataclass(frozen=True)
class Estimate:
    """What may be said about a wait.

    `ahead` visitors will be called first, whichever clerk calls; `in_line` of them wait in the same
    line. In minutes, the wait is `mean` on average and from `low` to `high`; None if unknown.
    """

    ahead: int
    in_line: int
    low: int | None = None
    high: int | None = None
    mean: float | None = None

    @property
    def quote(self) -> tuple[int, int] | None:
        """The range, if there is one that is worth telling."""
        if self.low is None or self.high is None or self.high > LONGEST_QUOTE:
            return None
        return self.low, self.high


class Call(NamedTuple):
    """An interaction, as far as it matters here."""

    line: int
    user: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str


@dataclass(frozen=True)
class Pace:
    """A line's mean minutes of one service, and the part of its visitors who come when called."""

    minutes: float
    show_rate: float

    @property
    def per_visitor(self) -> float:
        return self.minutes * self.show_rate


@dataclass(frozen=True)
class Clerk:
    """Somebody who called lately, and the lines that they call from."""

    lines: frozenset[int]
    is_there: bool
    is_free: bool

    def is_ready(self, before: Mapping[int, int]) -> bool:
        """Is free, and calls nobody of those `before` one."""
        return self.is_free and not any(before.get(line) for line in self.lines)


@dataclass(frozen=True)
class Office:
    """The pace of each line, None if unknown, and the clerks who were seen lately."""

    paces: Mapping[int, Pace | None]
    clerks: tuple[Clerk, ...]

    @classmethod
    def seen(
        cls,
        expected: Mapping[int, int],
        calls: Iterable[Call],
        chosen: Mapping[int, Collection[int]],
        now: datetime,
    ) -> Self:
        """From `expected` minutes by line, the `calls` until `now`, and the lines `chosen` by user."""
        by_line: dict[int, list[Call]] = {line: [] for line in expected}
        by_user: dict[int, list[Call]] = {}
        for call in calls:
            by_line[call.line].append(call)
            by_user.setdefault(call.user, []).append(call)
        return cls(
            {line: _pace(expected[line], by_line[line]) for line in expected},
            tuple(_clerk(by_user[user], chosen.get(user, ()), now) for user in by_user),
        )

    def wait(self, line: int, before: Mapping[int, int]) -> Estimate:
        """The wait of a visitor of `line` with so many visitors `before` them, by line."""
        known = [clerk for clerk in self.clerks if line in clerk.lines]
        there = [clerk for clerk in known if clerk.is_there]
        in_line = before.get(line, 0)
        ahead = in_line
        if callers := there or known:
            shared = frozenset.intersection(*(clerk.lines for clerk in callers))
            ahead = sum(before.get(other, 0) for other in shared)
        pace = self.paces[line]
        if not there or pace is None:
            return Estimate(ahead, in_line)
        if in_line == 0 and any(clerk.is_ready(before) for clerk in there):
            return Estimate(ahead, in_line, low=0, high=STEP, mean=0)
        work, clerks = self._work(line, before, pace, there)
        mean = work / clerks
        deviation = 0.9 * math.sqrt(work * pace.minutes) / clerks
        low = math.floor((mean - 0.85 * deviation) / STEP) * STEP
        high = math.ceil((mean + 1.28 * deviation) / STEP) * STEP
        return Estimate(ahead, in_line, low=max(low, 0), high=high, mean=mean)

    def _work(
        self, line: int, before: Mapping[int, int], pace: Pace, there: list[Clerk]
    ) -> tuple[float, int]:
        """Minutes of work until it is one's turn, and by how many clerks it is done."""
        parts: dict[int, float] = {}  # of other lines, what each of their clerks has to do
        for other in before.keys() - {line}:
            sharing = sum(other in clerk.lines for clerk in self.clerks if clerk.is_there)
            if sharing:
                each = (self.paces[other] or pace).per_visitor
                parts[other] = before[other] * each / sharing
        work = before.get(line, 0) * pace.per_visitor + pace.minutes
        clerks = 0
        for part in sorted(sum(parts.get(at, 0.0) for at in clerk.lines) for clerk in there):
            if clerks and part >= work / clerks:
                break
            work += part
            clerks += 1
        return work, clerks


def _pace(expected: int, calls: list[Call]) -> Pace | None:
    weight = PRIOR_WEIGHT if expected else 0
    minutes: list[float] = []
    missed = 0
    ended = [(at, at - call.started_at, call.outcome) for call in calls if (at := call.ended_at)]
    for _, took, outcome in sorted(ended, reverse=True):
        if outcome == Outcome.NOSHOW:
            missed += 1
        elif outcome in SERVICES and took < LONGEST:
            minutes.append(took.total_seconds() / 60)
        if len(minutes) == SAMPLE:
            break
    if weight + len(minutes) < FEWEST:
        return None
    return Pace(
        minutes=(weight * expected + sum(minutes)) / (weight + len(minutes)),
        show_rate=(PRIOR_WEIGHT + len(minutes)) / (PRIOR_WEIGHT + len(minutes) + missed),
    )


def _clerk(calls: list[Call], chosen: Collection[int], now: datetime) -> Clerk:
    serving = {c.line for c in calls if not c.ended_at and c.started_at > now - LONGEST}
    ended = [(call.line, call.ended_at) for call in calls if call.ended_at]
    lately = now - (ACTIVE_FOR if chosen else LATELY)
    return Clerk(
        lines=frozenset(chosen) | serving | {line for line, at in ended if at > lately},
        is_there=bool(serving) or any(at > now - ACTIVE_FOR for _, at in ended),
        is_free=not serving,
    )
