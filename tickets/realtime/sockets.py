"""A WebSocket that tells a program what happens, in plain ASGI; what is said its session knows."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from tickets.realtime.hub import Hub, Versions
from tickets.realtime.sse import Receive, Scope, Send
from tickets.realtime.threads import in_thread

logger = logging.getLogger(__name__)

#: What the server has to hold: the longest message in, and how a peer that is gone is found out.
LIMITS = {"ws_max_size": 64 * 1024, "ws_ping_interval": 20.0, "ws_ping_timeout": 12.0}

LOOK_EVERY = 4.0  # seconds, after which the session's right is looked at again
SEND_WITHIN = 12.0  # seconds; who reads nothing for so long is gone
AT_ONCE = 100  # versions read at a time

NO_TEXT, NO_RIGHT, TROUBLE, RESTART = 1003, 1008, 1011, 1012  # codes of RFC 6455 and its registry


class News(Protocol):
    @property
    def version(self) -> int: ...


class Session(Protocol):
    """One program's side. `reach` and `hear` may block, and never run at the same time."""

    def reach(self) -> Versions | None:
        """Every channel that it may hear now, with its version; None when its right is gone."""

    def hear(self, text: str) -> Sequence[str]:
        """What to reply to a message; `reach` was asked just before."""

    def tell(self, news: Any) -> Iterable[str]:
        """What to send about one piece of news."""


#: Blocking: a session for this request, or None.
Open = Callable[[Scope], Session | None]
#: Blocking: the news of a channel, after one version and up to another, in order.
Read = Callable[[str, int, int], Sequence[News]]


class Reader:
    """Reads news once for all sockets that want the same at the same time."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._under_way: dict[tuple[str, int, int], asyncio.Task[Sequence[News]]] = {}

    async def news(self, channel: str, after: int, upto: int) -> Sequence[News]:
        wanted = (channel, after, upto)
        if wanted not in self._under_way:
            reading = asyncio.create_task(in_thread(self._read, *wanted))
            reading.add_done_callback(lambda _: self._under_way.pop(wanted))
            self._under_way[wanted] = reading
        # One socket that ends while it waits must not take the news from the others.
        return await asyncio.shield(self._under_way[wanted])


async def converse(
    hub: Hub, reader: Reader, open_session: Open, scope: Scope, receive: Receive, send: Send
) -> None:
    """Refuse with 403 where there is no session; else tell what happens until either side ends it.

    A right that is withdrawn ends it within 5 seconds (1008), a binary message at once (1003).
    """
    asked = dict(scope)
    scope["query_string"] = b""  # holds the key; the server logs the address with its answer
    session = await in_thread(open_session, asked)
    await receive()
    if session is None:
        await send({"type": "websocket.close", "code": NO_RIGHT})
        return
    await send({"type": "websocket.accept"})
    await _Conversation(hub, reader, session, send).run(receive)


class _Conversation:
    def __init__(self, hub: Hub, reader: Reader, session: Session, send: Send) -> None:
        self._hub = hub
        self._reader = reader
        self._session = session
        self._send = send
        self._listener = hub.join()
        self._seen: Versions = {}
        self._due = 0.0
        self._code: int | None = RESTART
        self._turn = asyncio.Lock()  # of looking, hearing and telling

    async def run(self, receive: Receive) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                hearing = tasks.create_task(self._hear(receive))
                await self._tell()
                hearing.cancel()
        except* OSError:
            self._code = None  # it went away, or does not read what we send
        except* Exception:  # whatever the database has: the program comes again
            logger.exception("A socket ended in trouble.")
            self._code = TROUBLE
        finally:
            self._hub.leave(self._listener)
        if self._code:
            await self._send({"type": "websocket.close", "code": self._code})

    async def _hear(self, receive: Receive) -> None:
        while not self._listener.is_closing:
            message = await receive()
            text = message.get("text")
            if message["type"] == "websocket.disconnect":
                self._end(None)
            elif text is None:
                self._end(NO_TEXT)
            elif text == "PING":
                await self._say("PONG")
            else:
                await self._answer(text)

    async def _answer(self, text: str) -> None:
        async with self._turn:
            if await self._look():
                for reply in await in_thread(self._session.hear, text):
                    await self._say(reply)

    async def _tell(self) -> None:
        while not self._listener.is_closing:
            async with self._turn:
                if _clock() >= self._due:
                    await self._look()
                await self._pass_on()
            if self._behind() is None:
                await self._listener.wait(max(self._due - _clock(), 0))

    async def _look(self) -> bool:
        """Is there still a right, and to which channels? One that is new is heard from now on."""
        reach = await in_thread(self._session.reach)
        if reach is None:
            self._end(NO_RIGHT)
            return False
        self._seen = {name: self._seen.get(name, version) for name, version in reach.items()}
        told = self._listener.told  # by the bell; should that have been silent, it is made up for
        self._listener.told = {
            name: max(version, told.get(name, 0)) for name, version in reach.items()
        }
        self._hub.follow(self._listener, reach)
        self._due = _clock() + LOOK_EVERY
        return True

    def _behind(self) -> str | None:
        """A channel of which there is more to tell."""
        told = self._listener.told
        return next((name for name, seen in self._seen.items() if told.get(name, 0) > seen), None)

    async def _pass_on(self) -> None:
        """Tell what happened in one channel, as far as the right that was looked at lasts."""
        channel = self._behind()
        if channel is None or self._listener.is_closing:
            return
        seen = self._seen[channel]
        upto = min(self._listener.told[channel], seen + AT_ONCE)
        for news in await self._reader.news(channel, seen, upto):
            for text in self._session.tell(news):
                await self._say(text)
            self._seen[channel] = news.version
            if _clock() >= self._due:
                return
        self._seen[channel] = upto

    async def _say(self, text: str) -> None:
        async with asyncio.timeout(SEND_WITHIN):
            await self._send({"type": "websocket.send", "text": text})

    def _end(self, code: int | None) -> None:
        self._code = code
        self._listener.is_closing = True
        self._listener.wake()


def _clock() -> float:
    return asyncio.get_running_loop().time()
