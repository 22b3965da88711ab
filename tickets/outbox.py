"""The outbox: what an action leaves to be done after its commit, at once or later, exactly once.

An action puts a row in its own transaction. A worker takes the earliest that is due, for LEASE; the
work and the end of the row are one transaction again. So a rolled-back action leaves nothing to be
done, what a killed worker held is taken by another one, and nothing is done twice (ADR 0017).
"""

import logging
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Min, Q

from tickets import instants, prepared
from tickets.models import Job
from tickets.prepared import Parameter

logger = logging.getLogger(__name__)

Work = Callable[..., None]

#: How long a taken row is left alone by others. Longer than any work needs.
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

_works: dict[str, Work] = {}

_earliest = Job.objects.filter(due_at__lte=Parameter("now")).order_by("due_at", "id")
_take = prepared.Update(
    Job,
    Q(pk=_earliest.select_for_update(skip_locked=True).values("pk")[:1]),
    due_at=Parameter("until"),
    attempts=F("attempts") + 1,
)


def does(kind: str) -> Callable[[Work], Work]:
    """Names the function that does the rows of this kind; it is called inside a transaction."""

    def register(work: Work) -> Work:
        _works[kind] = work
        return work

    return register


def put(kind: str, *, due_at: datetime, **arguments: object) -> None:
    """Leave a call of the work `kind`. Part of the caller's transaction."""
    put_all(kind, [arguments], due_at=due_at)


def put_all(kind: str, calls: Iterable[Mapping[str, object]], *, due_at: datetime) -> None:
    """Leave a call with each of these arguments."""
    now = instants.now()
    Job.objects.bulk_create(
        Job(kind=kind, arguments=arguments, created_at=now, due_at=due_at) for arguments in calls
    )


def seconds_left() -> float | None:
    """Until the next row is due, 0 or less if one is; None if there is none."""
    due_at = Job.objects.aggregate(Min("due_at"))["due_at__min"]
    return (due_at - instants.now()).total_seconds() if due_at else None


def take() -> Job | None:
    """The earliest row that is due, now leased to the caller: one UPDATE, so to one caller only."""
    now = instants.now()
    with transaction.atomic():
        return next(iter(_take(now=now, until=now + LEASE)), None)


def do(job: Job) -> None:
    """Do the work of a taken row and end it, in one transaction; if it fails, put it off.

    Nothing is done if the lease was over and somebody else has the row.
    """
    try:
        with transaction.atomic():
            if Job.objects.filter(pk=job.pk, attempts=job.attempts).delete()[0]:
                _works[job.kind](**job.arguments)
    except Exception as error:  # noqa: BLE001  whatever it is, the others go on
        _put_off(job, error)


def forget_given_up() -> None:
    """Delete what was given up long ago."""
    Job.objects.filter(due_at=None, created_at__lt=instants.now() - KEPT).delete()


def _put_off(job: Job, error: Exception) -> None:
    # The message of an exception may quote what is personal: it is kept where that is redacted.
    kind, name = job.kind, type(error).__name__
    if job.attempts > len(PAUSES):
        logger.error("%s failed %d times and is given up: %s.", kind, job.attempts, name)
        due_at = None
    else:
        pause = PAUSES[job.attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
        logger.warning("%s failed and is tried again in %s: %s.", kind, pause, name)
        due_at = instants.now() + pause
    mine = Job.objects.filter(pk=job.pk, attempts=job.attempts)
    mine.update(due_at=due_at, error=f"{name}: {error}"[:500])
