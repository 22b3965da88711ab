"""The worker: does what is due in the outbox, begins the closes of days, redacts old visits.

It makes calls to the outside world in threads, so that one who hangs holds up nobody else.
"""

import logging
from collections.abc import Callable
from threading import Event, Thread
from time import monotonic

from django.db import DatabaseError, connection

from tickets import heartbeat, limits, outbox
from tickets.actions import closing, deliveries, inbound, messages, privacy, sending, webhooks
from tickets.api.v1 import hooks
from tickets.models import Job

logger = logging.getLogger(__name__)

#: The modules whose work it does: once they are imported, the outbox knows it.
WORKS = (closing, deliveries, hooks, inbound, messages, sending, webhooks)

#: In seconds. A look is one short query; where a row is due sooner, so is the next look.
LOOK_EVERY = 0.25
SCHEDULE_EVERY = 30.0
REDACT_EVERY = 3600.0
AFTER_TROUBLE = 1.0
#: So many rows are done before it looks after all else.
AT_A_STRETCH = 100
#: For the calls that are under way at the end; who is left then is called again by the next worker.
GRACE = 2.0


class Calls:
    """The calls that are under way, one in each lane."""

    def __init__(self) -> None:
        self._threads: dict[str, Thread] = {}
        self._ended = Event()

    @property
    def lanes(self) -> list[str]:
        return list(self._threads)

    def make(self, job: Job) -> None:
        thread = Thread(target=self._make, args=(job,), daemon=True)
        self._threads[job.lane] = thread
        thread.start()

    def wait(self, seconds: float) -> None:
        """So long, or until one has ended."""
        self._ended.wait(seconds)
        self._ended.clear()

    def end(self) -> None:
        until = monotonic() + GRACE
        for thread in list(self._threads.values()):
            thread.join(max(0, until - monotonic()))

    def _make(self, job: Job) -> None:
        try:
            outbox.do(job)
        except DatabaseError as error:
            logger.warning("A call ended, the outbox out of reach: %s.", type(error).__name__)
        finally:
            connection.close()
            del self._threads[job.lane]
            self._ended.set()


def work(is_over: Callable[[], bool]) -> None:
    """Until `is_over`. There may be any number of workers; one waits for a database that is away."""
    beat_at = scheduled_at = redact_at = 0.0
    calls = Calls()
    while not is_over():
        try:
            if monotonic() >= beat_at:
                beat_at = monotonic() + heartbeat.EVERY.total_seconds()
                heartbeat.beat()
            if monotonic() >= scheduled_at:
                scheduled_at = monotonic() + SCHEDULE_EVERY
                closing.close_days()
                outbox.forget_given_up()
                deliveries.forget_old()
                inbound.forget_old()
                limits.forget_full()
            pause = _do_what_is_due(is_over, calls)
            if monotonic() >= redact_at:
                redact_at = monotonic() + REDACT_EVERY
                if privacy.redact_due():  # some at a time, between what others wait for
                    redact_at = pause = 0.0
        except DatabaseError as error:
            logger.warning("The outbox is out of reach: %s.", type(error).__name__)
            connection.close()
            pause = AFTER_TROUBLE
        except Exception:  # what fails for one place must not keep the others' work undone
            logger.exception("The worker goes on after an error.")
            pause = AFTER_TROUBLE
        calls.wait(pause)
    calls.end()


def _do_what_is_due(is_over: Callable[[], bool], calls: Calls) -> float:
    """The seconds until there may be something to do again."""
    left = outbox.seconds_left()
    if left and left > 0:
        return min(left, LOOK_EVERY)
    for _row in range(AT_A_STRETCH):
        job = None if left is None or is_over() else outbox.take(calls.lanes)
        if job is None:
            return LOOK_EVERY
        if outbox.is_call(job):
            calls.make(job)
        else:
            outbox.do(job)
    return 0.0
