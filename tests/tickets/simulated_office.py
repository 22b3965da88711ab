"""An office in fast motion: visitors come, wait in order and are called; each is told a wait first.

What they are told is computed by the product's own model, from nothing but the calls that an office
has on record: how many clerks there are, and how long they take, it must find out.
"""

import heapq
import math
import random
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from statistics import fmean

from tickets.estimates.model import Call, Estimate, Office
from tickets.states import Outcome

OPENS = 8 * 60  # minutes of the day, as all moments here
CLOSES = 17 * 60
EXPECTED = 8  # minutes, as somebody has typed them in
COUNTED = 30  # the visitors whose mean wait is told in other systems
ABANDONED_CALL = 1.5  # minutes after which nobody who was called comes any more
PATIENCE = 30  # minutes at most, of who gives up
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Desk:
    """One clerk: the lines called from, and when at work."""

    lines: tuple[int, ...] = (1,)
    works: tuple[tuple[float, float], ...] = ((OPENS, CLOSES),)

    def is_open(self, at: float) -> bool:
        return any(start <= at < end for start, end in self.works)


@dataclass(frozen=True)
class Pattern:
    """A day that repeats: `arrivals` are (from, until, visitors per hour, line)."""

    name: str
    desks: tuple[Desk, ...]
    arrivals: tuple[tuple[float, float, float, int], ...]
    days: int = 20
    mean: float = 8
    deviation: float = 7.2
    no_shows: float = 0
    #: The part of the visitors who give up while they wait, and of the services that end with the
    #: visitor in another line, at the place that was earned, or last in the same line.
    gives_up: float = 0
    forwarded: float = 0
    returned: float = 0

    @property
    def lines(self) -> set[int]:
        return {line for desk in self.desks for line in desk.lines}


@dataclass
class Visit:
    """`usual` is the mean wait of the last visitors of the line, None before the first."""

    line: int
    came_at: float
    told: Estimate
    usual: float | None
    waited: float = 0
    leaves_at: float = math.inf
    is_again: bool = False


def visits(pattern: Pattern, seed: int) -> list[Visit]:
    """Everybody who came and was called, day after day."""
    office = _Office(pattern, random.Random(seed))
    return [visit for day in range(pattern.days) for visit in office.day(day)]


@dataclass
class _Office:
    pattern: Pattern
    random: random.Random
    ended: dict[int, deque[Call]] = field(init=False)
    waits: dict[int, deque[float]] = field(init=False)
    serving: dict[int, Call] = field(default_factory=dict)
    served: dict[int, Visit] = field(default_factory=dict)
    line: list[Visit] = field(default_factory=list)
    midnight: datetime = MIDNIGHT

    def __post_init__(self) -> None:
        self.ended = {line: deque(maxlen=60) for line in self.pattern.lines}
        self.waits = {line: deque(maxlen=COUNTED) for line in self.pattern.lines}

    def day(self, number: int) -> Iterator[Visit]:
        """Yields each visit at its call. Who waits still when the last clerk leaves goes home."""
        self.line.clear()
        self.midnight = MIDNIGHT + timedelta(days=number)
        for waits in self.waits.values():
            waits.clear()
        starts = [
            (start, desk, 0)
            for desk, each in enumerate(self.pattern.desks)
            for start, _ in each.works
        ]
        comes = [(at, -1, line) for at, line in self._arrivals()]
        agenda = starts + comes  # moment, desk that is free then (-1: a visitor comes), line
        heapq.heapify(agenda)
        while agenda:
            now, free, line = heapq.heappop(agenda)
            self.line = [visit for visit in self.line if visit.leaves_at > now]
            if free < 0:
                self.line.append(self._sign_in(line, now))
                desks = [
                    each for each in range(len(self.pattern.desks)) if each not in self.serving
                ]
            else:
                self._end(free, now)
                desks = [free]
            for desk in desks:
                if visit := self._next(desk, now):
                    heapq.heappush(agenda, (now + self._call(desk, visit, now), desk, 0))
                    if not visit.is_again:
                        yield visit

    def _arrivals(self) -> Iterator[tuple[float, int]]:
        for start, end, per_hour, line in self.pattern.arrivals:
            at = start + self.random.expovariate(per_hour / 60)
            while at < end:
                yield at, line
                at += self.random.expovariate(per_hour / 60)

    def _sign_in(self, line: int, now: float) -> Visit:
        calls = [call for ended in self.ended.values() for call in ended]
        office = Office.seen(
            dict.fromkeys(self.pattern.lines, EXPECTED),
            calls + list(self.serving.values()),
            chosen={},
            now=self._moment(now),
        )
        told = office.wait(line, Counter(visit.line for visit in self.line))
        waits = self.waits[line]
        visit = Visit(line, now, told, usual=fmean(waits) if waits else None)
        if self._happens(self.pattern.gives_up):
            visit.leaves_at = now + self.random.uniform(0, PATIENCE)
        return visit

    def _happens(self, share: float) -> bool:
        return bool(share) and self.random.random() < share

    def _next(self, desk: int, now: float) -> Visit | None:
        """The first in the common order of the desk's lines."""
        if desk in self.serving or not self.pattern.desks[desk].is_open(now):
            return None
        for place, visit in enumerate(self.line):
            if visit.line in self.pattern.desks[desk].lines:
                return self.line.pop(place)
        return None

    def _call(self, desk: int, visit: Visit, now: float) -> float:
        """Returns how many minutes the desk is busy."""
        if not visit.is_again:
            visit.waited = now - visit.came_at
            self.waits[visit.line].append(visit.waited)
        self.served[desk] = visit
        is_missed = self.random.random() < self.pattern.no_shows
        outcome = Outcome.NOSHOW if is_missed else Outcome.SERVED
        self.serving[desk] = Call(visit.line, desk, self._moment(now), None, outcome)
        return ABANDONED_CALL if is_missed else self._service()

    def _service(self) -> float:
        """Lognormal: most are short, a few are long."""
        mean, deviation = self.pattern.mean, self.pattern.deviation
        variance = math.log(1 + (deviation / mean) ** 2)
        return self.random.lognormvariate(math.log(mean) - variance / 2, math.sqrt(variance))

    def _end(self, desk: int, now: float) -> None:
        if call := self.serving.pop(desk, None):
            call = call._replace(ended_at=self._moment(now))
            if call.outcome == Outcome.SERVED:
                call = call._replace(outcome=self._wait_again(self.served[desk], now))
            self.ended[call.line].append(call)

    def _wait_again(self, visit: Visit, now: float) -> Outcome:
        """How the service ended: some visitors are not done after it."""
        again = replace(visit, is_again=True, leaves_at=math.inf)
        if visit.is_again:
            return Outcome.SERVED
        if self._happens(self.pattern.returned):
            self.line.append(replace(again, came_at=now))
            return Outcome.RETURNED
        if self._happens(self.pattern.forwarded):
            others = sorted(self.pattern.lines - {visit.line})
            self.line.append(replace(again, line=self.random.choice(others)))
            self.line.sort(key=lambda each: each.came_at)
            return Outcome.FORWARDED
        return Outcome.SERVED

    def _moment(self, now: float) -> datetime:
        return self.midnight + timedelta(minutes=now)
