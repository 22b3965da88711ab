"""Leaves a provider alone that fails again and again, so that no worker waits for it in vain."""

from datetime import timedelta
from threading import Lock
from time import monotonic

#: After so many failures in a row it is asked for the next time when it has rested.
FAILURES = 5
REST = timedelta(seconds=30)


class Breaker:
    """Of one process; whoever comes after the rest tries whether the provider is back."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures = 0
        self._rests_until = 0.0

    def rest_left(self) -> timedelta:
        """How long the provider is still left alone; zero if it may be asked."""
        return timedelta(seconds=max(0.0, self._rests_until - monotonic()))

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0
            self._rests_until = 0.0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._rests_until = monotonic() + REST.total_seconds()


breaker = Breaker()
