"""The outbox: what an action leaves to be done after its commit, at once or later, exactly once.

An action puts a row in its own transaction. A worker takes the earliest that is due, for LEASE; the
work and the end of the row are one transaction again. So a rolled-back action leaves nothing to be
done, what a killed worker held is taken by another one, and nothing is done twice (ADR 0017).

A call to the outside world is made in no transaction: what it leaves to write is written with the end
of the row. If its worker dies between the two, it is made again.
"""

import logging
import random
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import repeat, zip_longest
from pathlib import Path
from traceback import extract_tb

from django.db import transaction
from django.db.models import F, Min, Q

from tickets import instants, prepared
from tickets.models import Job
from tickets.prepared import Parameter

logger = logging.getLogger(__name__)

Work = Callable[..., None]
#: Makes a call, and returns what is to be written then, in the transaction that ends the row.
Call = Callable[..., Callable[[], object]]

#: How long a taken row is left alone by others. Longer than any work and any call may need.
LEASE = timedelta(seconds=30)
#: Between the tries: those of the Standard Webhooks, three days in all.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.2
#: What was given up is kept so long, for whoever asks why.
KEPT = timedelta(days=30)

#: How many calls are under way at a time, in one worker.
SLOTS = 6
#: So many of them are left to others than webhooks: a receiver may hang, and a text must go out.
SPARED = 2
#: The lane of work that asks nobody outside, and how the lanes of webhooks begin.
INSIDE, WEBHOOK = "", "webhook:"


@dataclass(frozen=True)
class Attempt:
    """Which try of a call it is, from 1; after the last one it is given up."""

    number: int

    @property
    def is_last(self) -> bool:
        return self.number > len(PAUSES)


class NotYet(Exception):
    """A call did not succeed and is tried again, after the pause of its attempt or after `pause`.

    The reason is kept where people read it, and says nothing of a visitor.
    """

    def __init__(self, reason: str, *, pause: timedelta | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


_works: dict[str, Work] = {}
_calls: dict[str, Call] = {}


def _update(lanes: Q) -> prepared.Update[Job]:
    earliest = Job.objects.filter(lanes, due_at__lte=Parameter("now")).order_by("due_at", "id")
    return prepared.Update(
        Job,
        Q(pk=earliest.select_for_update(skip_locked=True).values("pk")[:1]),
        due_at=Parameter("until"),
        attempts=F("attempts") + 1,
    )


_busy = [f"busy{slot}" for slot in range(SLOTS - 1)]
_is_free = ~Q(lane__in=[Parameter(each) for each in _busy])
_take = _update(_is_free)
_take_no_webhook = _update(_is_free & ~Q(lane__startswith=WEBHOOK))
_take_inside = _update(Q(lane=INSIDE))


def does(kind: str) -> Callable[[Work], Work]:
    """Names the function that does the rows of this kind; it is called inside a transaction."""

    def register(work: Work) -> Work:
        _works[kind] = work
        return work

    return register


def calls(kind: str) -> Callable[[Call], Call]:
    """Names the function that makes the calls of this kind to the outside world.

    It gets the Attempt as `attempt`, is in no transaction, and is to be back well within LEASE. It
    may raise NotYet.
    """

    def register(call: Call) -> Call:
        _calls[kind] = call
        return call

    return register


def put(kind: str, *, due_at: datetime, lane: str = INSIDE, **arguments: object) -> None:
    """Leave a piece of work of this `kind`. Part of the caller's transaction.

    Calls have a `lane` for whom they ask: a worker makes one at a time in each, so that one who
    hangs keeps none of the others.
    """
    put_all(kind, [arguments], due_at=due_at, lanes=[lane])


def put_all(
    kind: str,
    works: Iterable[Mapping[str, object]],
    *,
    due_at: datetime,
    lanes: Iterable[str] = repeat(INSIDE),
) -> None:
    """Leave a piece of work with each of these arguments, each in its lane."""
    now = instants.now()
    Job.objects.bulk_create(
        Job(kind=kind, lane=lane, arguments=arguments, created_at=now, due_at=due_at)
        for arguments, lane in zip(works, lanes, strict=False)
    )


def seconds_left() -> float | None:
    """Until the next row is due, 0 or less if one is; None if there is none."""
    due_at = Job.objects.aggregate(Min("due_at"))["due_at__min"]
    return (due_at - instants.now()).total_seconds() if due_at else None


def take(busy: Collection[str] = ()) -> Job | None:
    """The earliest row that is due, now leased to the caller: one UPDATE, so to one caller only.

    No row of a `busy` lane; with all SLOTS busy no call at all.
    """
    now = instants.now()
    given = {"now": now, "until": now + LEASE}
    with transaction.atomic():
        if len(busy) >= SLOTS:
            return next(iter(_take_inside(**given)), None)
        lanes = dict(zip_longest(_busy, busy, fillvalue="no lane"))
        webhooks = sum(lane.startswith(WEBHOOK) for lane in busy)
        take_one = _take if webhooks < SLOTS - SPARED else _take_no_webhook
        return next(iter(take_one(**given, **lanes)), None)


def put_behind(lane: str) -> None:
    """What is due in a lane that is slow comes after what is due in the others by now."""
    now = instants.now()
    Job.objects.filter(lane=lane, due_at__lte=now).update(due_at=now)


def is_call(job: Job) -> bool:
    return job.kind in _calls


def do(job: Job) -> None:
    """Do the work of a taken row and end it, in one transaction; if it fails, put it off.

    A call is made first. Nothing is written if the lease was over and somebody else has the row.
    """
    try:
        if is_call(job):
            work = _calls[job.kind](attempt=Attempt(job.attempts), **job.arguments)
        else:
            work = partial(_works[job.kind], **job.arguments)
        with transaction.atomic():
            if Job.objects.filter(pk=job.pk, attempts=job.attempts).delete()[0]:
                work()
    except Exception as error:  # noqa: BLE001  whatever it is, the others go on
        _put_off(job, error)


def try_again(job: Job) -> bool:
    """Take up what was given up, as if it were new; False if it was not, or somebody else did."""
    given_up = Job.objects.filter(pk=job.pk, due_at=None)
    return bool(given_up.update(due_at=instants.now(), attempts=0))


def forget_given_up() -> None:
    """Delete what was given up long ago."""
    Job.objects.filter(due_at=None, created_at__lt=instants.now() - KEPT).delete()


def _put_off(job: Job, error: Exception) -> None:
    kind, name = job.kind, type(error).__name__
    if Attempt(job.attempts).is_last:
        logger.error("%s failed %d times and is given up: %s.", kind, job.attempts, name)
        due_at = None
    else:
        pause = PAUSES[job.attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
        if isinstance(error, NotYet) and error.pause:
            pause = error.pause
        logger.warning("%s failed and is tried again in %s: %s.", kind, pause, name)
        due_at = instants.now() + pause
    mine = Job.objects.filter(pk=job.pk, attempts=job.attempts)
    mine.update(due_at=due_at, error=_told(error)[:500])


def _told(error: Exception) -> str:
    """Its kind and where it came up: its own words may quote what is personal, those of NotYet do not."""
    if isinstance(error, NotYet):
        return f"NotYet: {error}"
    frames = [each for each in extract_tb(error.__traceback__) if "site-packages" not in each[0]]
    file, line, function, _code = frames[-1]
    return f"{type(error).__name__} in {function} ({Path(file).name}:{line})"
