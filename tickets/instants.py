"""The one clock: every instant that is stored is UTC, cut to milliseconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.utils import timezone

MILLISECOND = timedelta(milliseconds=1)

_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def cut(moment: datetime) -> datetime:
    """`moment` without what is finer than a millisecond."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def now() -> datetime:
    return cut(_pretended.get() or timezone.now())


@contextmanager
def pretend(moment: datetime) -> Iterator[None]:
    """Inside the block it is `moment`: how the demo lives through a morning in a second."""
    token = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(token)


def to_wire(moment: datetime) -> str:
    """ISO 8601 in UTC with `Z`; milliseconds only when there are any (PRODUCT.md, the ticket)."""
    spec = "milliseconds" if moment.microsecond else "seconds"
    return moment.replace(tzinfo=None).isoformat(timespec=spec) + "Z"
