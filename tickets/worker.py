"""The worker: does what is due in the outbox, and begins the closes of days."""

import logging
from collections.abc import Callable
from time import monotonic, sleep

from django.db import DatabaseError, connection

from tickets import limits, outbox
from tickets.actions import closing, messages

logger = logging.getLogger(__name__)

#: The modules whose work it does: once they are imported, the outbox knows it.
WORKS = (closing, messages)

#: In seconds. A look is one short query; where a row is due sooner, so is the next look.
LOOK_EVERY = 0.25
SCHEDULE_EVERY = 30.0
AFTER_TROUBLE = 1.0


def work(is_over: Callable[[], bool]) -> None:
    """Until `is_over`. There may be any number of workers; one waits for a database that is away."""
    scheduled_at = 0.0
    while not is_over():
        try:
            if monotonic() >= scheduled_at:
                scheduled_at = monotonic() + SCHEDULE_EVERY
                closing.close_days()
                outbox.forget_given_up()
                limits.forget_full()
            pause = _do_what_is_due(is_over)
        except DatabaseError as error:
            logger.warning("The outbox is out of reach: %s.", type(error).__name__)
            connection.close()
            pause = AFTER_TROUBLE
        except Exception:  # what fails for one place must not keep the others' work undone
            logger.exception("The worker goes on after an error.")
            pause = AFTER_TROUBLE
        sleep(pause)


def _do_what_is_due(is_over: Callable[[], bool]) -> float:
    """The seconds until there may be something to do again."""
    left = outbox.seconds_left()
    if left and left > 0:
        return min(left, LOOK_EVERY)
    while left is not None and not is_over() and (job := outbox.take()):
        outbox.do(job)
    return LOOK_EVERY
