"""What a process remembers of the database for some seconds, so that not every request asks again."""

import time
from collections.abc import Callable
from typing import Any

from django.db import transaction


class Remembered:
    """Values by name, each for so many seconds, and never more than so many of them."""

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds = seconds
        self._most = most
        self._kept: dict[str, tuple[float, Any]] = {}

    def get[V](self, name: str, load: Callable[[], V | None]) -> V | None:
        """The value, which was true so many seconds ago at most. Of nothing, nothing is kept."""
        now = time.time()
        value: V | None
        at, value = self._kept.get(name, (0.0, None))
        if value is not None and 0 <= now - at < self._seconds:
            return value
        value = load()
        if value is None:
            self._kept.pop(name, None)
            return None
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[name] = (now, value)
        return value

    def forget(self) -> None:
        """In this process, at once; again with the commit, before which others read the old state."""
        self.clear()
        transaction.on_commit(self.clear)

    def clear(self) -> None:
        self._kept.clear()


#: Live API keys by the hash of their secret: a key is dead everywhere so soon after it was revoked.
KEYS = Remembered(seconds=5, most=1000)

#: What the clerks of a location see alike, by the location's version: only the waits grow meanwhile.
FLOORS = Remembered(seconds=10, most=64)
