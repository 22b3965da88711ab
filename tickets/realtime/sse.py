"""A stream of server-sent events that say only that something changed, in plain ASGI."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tickets.realtime.hub import Hub, Listener
from tickets.realtime.threads import in_thread

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
#: Blocking: the channel that this request may listen to, or None. May raise Throttled.
Authorise = Callable[[Scope], str | None]

KEEP_ALIVE = 4.0  # seconds, after which the listener's right is looked at again
PACE = 0.15  # seconds from one `changed` to the next: what happens meanwhile is told at once
SYNC = b"event: sync\ndata: \n\n"
CHANGED = b"event: changed\ndata: \n\n"
#: An event, because a browser keeps comments to itself, and a page must notice when nothing comes.
PING = b"event: ping\ndata: \n\n"
COMMON = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
]
HEADERS = [*COMMON, (b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no")]
REFUSED = [*COMMON, (b"content-type", b"text/plain; charset=utf-8")]


class Throttled(Exception):
    """Whoever asks has asked too often for what is not there; `retry_after` in seconds."""

    def __init__(self, *, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


async def stream(
    hub: Hub, authorise: Authorise, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer with `sync` first, then `changed` after each change, `ping` in between; or 404, or 429.

    After `sync` a page fetches its parts once, so that nothing is missed between two connections.
    A right that is withdrawn ends the stream within seconds.
    """
    try:
        channel = await in_thread(authorise, scope)
    except Throttled as throttled:
        wait = (b"retry-after", str(throttled.retry_after).encode())
        await _refuse(send, 429, b"Too many requests", wait)
        return
    if channel is None:
        await _refuse(send, 404, b"Not found")
        return
    listener = hub.join(channel)
    gone = asyncio.create_task(_gone(receive, listener))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await _send(send, SYNC)
        due = _clock() + KEEP_ALIVE
        while not listener.is_closing:
            is_woken = await listener.wait(max(due - _clock(), 0))
            if listener.is_closing:
                break
            if _clock() >= due:
                if not await _may_stay(authorise, scope, channel):
                    break
                due = _clock() + KEEP_ALIVE
            await _send(send, CHANGED if is_woken else PING)
            if is_woken:
                await asyncio.sleep(PACE)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    except OSError:
        pass  # the browser went away while we wrote
    finally:
        gone.cancel()
        hub.leave(listener)


async def _refuse(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*REFUSED, *headers]})
    await send({"type": "http.response.body", "body": body})


async def _may_stay(authorise: Authorise, scope: Scope, channel: str) -> bool:
    try:
        return await in_thread(authorise, scope) == channel
    except Throttled:
        return False


def _clock() -> float:
    return asyncio.get_running_loop().time()


async def _gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.is_closing = True
    listener.wake()


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
