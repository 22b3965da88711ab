"""What the logs are spared: whatever a visitor told, and whatever opens a door."""

import logging
from collections.abc import Iterator
from traceback import format_tb
from typing import Any, override

from django.conf import settings
from django.http import HttpRequest


class Line(logging.Formatter):
    """Of an error only its kind and place: its own words may quote what was sent, or a whole row.

    Who develops (DEBUG) reads all of it.
    """

    @override
    def formatException(self, ei: Any) -> str:
        if settings.DEBUG:
            return super().formatException(ei)
        return "\n".join(
            "".join(format_tb(each.__traceback__)) + type(each).__qualname__
            for each in reversed(list(_chain(ei[1])))
        )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        for each in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
            yield from _chain(each)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def without_address(record: logging.LogRecord) -> bool:
    """Say by its route what was asked for: the address of a private page, or of a link in a mail, is a key."""
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
        match = request.resolver_match
        spoken = f"/{match.route}" if match else "an address that is none of ours"
        record.args = tuple(spoken if each == request.path else each for each in record.args)
    return True
