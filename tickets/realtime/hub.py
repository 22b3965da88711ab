"""One hub per process: it hears the bell, asks what changed, and wakes who listens to that."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing

from tickets.realtime.threads import in_thread

logger = logging.getLogger(__name__)

Versions = dict[str, int]

PAUSE = 1.0  # seconds before a broken bell is listened to again


class Listener:
    """One open stream. It has no backlog: however much happens, it is woken once and looks again."""

    def __init__(self) -> None:
        self.channels: frozenset[str] = frozenset()
        self.told: Versions = {}  # the newest version of each channel that it was woken for
        self.is_closing = False
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def wait(self, seconds: float) -> bool:
        """True when woken, False after `seconds` of silence."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return False
        self._woken.clear()
        return True


class Hub:
    """`versions` names every channel with a number that each change raises; it may block."""

    def __init__(
        self, bell: Callable[[], AsyncGenerator[None]], versions: Callable[[], Versions]
    ) -> None:
        self._bell = bell
        self._versions = versions
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._seen: Versions = {}

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        """Silence the bell and end every stream."""
        if self._task:
            self._task.cancel()
        for listener in [each for group in self._listeners.values() for each in group]:
            listener.is_closing = True
            listener.wake()

    def join(self, *channels: str) -> Listener:
        listener = Listener()
        self.follow(listener, channels)
        return listener

    def follow(self, listener: Listener, channels: Iterable[str]) -> None:
        """From now on the listener hears these channels, and no others."""
        self.leave(listener)
        listener.channels = frozenset(channels)
        for channel in listener.channels:
            self._listeners[channel].add(listener)

    def leave(self, listener: Listener) -> None:
        for channel in listener.channels:
            self._listeners[channel].discard(listener)
            if not self._listeners[channel]:
                del self._listeners[channel]
        listener.channels = frozenset()

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception:  # whatever the bell or the database has: silence would go unnoticed
                logger.exception("The bell broke; listening anew in %.0f s.", PAUSE)
            await asyncio.sleep(PAUSE)

    async def _listen(self) -> None:
        """Wake listeners of what changed. A new bell finds nothing seen, so everybody looks again."""
        self._seen = {}
        async with aclosing(self._bell()) as bell:
            async for _ in bell:
                await self._look()

    async def _look(self) -> None:
        if not self._listeners:
            self._seen = {}
            return
        current = await in_thread(self._versions)
        for channel in list(self._listeners):
            if current.get(channel) != self._seen.get(channel):
                for listener in self._listeners[channel]:
                    listener.told[channel] = current.get(channel, 0)
                    listener.wake()
        self._seen = current
