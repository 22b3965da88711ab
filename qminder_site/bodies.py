"""Reads what a client sends to its end before a thread is taken for it, and never without end."""

import asyncio
import json
from typing import Any

from django.utils.translation import gettext as _

from tickets.api import errors
from tickets.api.errors import ApiError
from tickets.realtime.sse import COMMON, Receive, Scope, Send

WITHIN = 20.0  # seconds
LARGEST = 2 * 1024 * 1024  # bytes: a picture; what else is sent has a lower limit of its own


class WholeBodies:
    """Hands a request on once all of it is there; who is too slow gets 408, who sends too much 413.

    A thread would wait for a slow client, and take what arrived for all of it when the client goes.
    """

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length")
        if declared is None and b"transfer-encoding" not in headers:
            await self._application(scope, receive, send)
            return
        try:
            async with asyncio.timeout(WITHIN):
                body = await _read(receive, int(declared or 0))
        except TimeoutError:
            await _refuse(
                send, ApiError(408, "request_timeout", _("This took too long to arrive."))
            )
        except ApiError as error:
            await _refuse(send, error)
        except ConnectionAbortedError:
            pass  # nobody hears an answer, and half a request is none
        else:
            await self._application(scope, _replay(body, receive), send)


async def _read(receive: Receive, declared: int) -> bytes:
    """All of it. Raises ApiError if it is too much, ConnectionAbortedError if the client goes."""
    body = bytearray()
    is_complete = False
    while not is_complete and max(declared, len(body)) <= LARGEST:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        body += message.get("body", b"")
        is_complete = not message.get("more_body", False)
    if max(declared, len(body)) > LARGEST:
        limit = _("Send at most %(limit)d kB.") % {"limit": LARGEST // 1024}
        raise ApiError(413, "body_too_large", limit)
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """What the application receives: the body at once, then what else comes."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Any:
        return messages.pop() if messages else await receive()

    return next_message


async def _refuse(send: Send, error: ApiError) -> None:
    body = json.dumps(errors.body(error)).encode()
    headers = [
        *COMMON,
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),  # the rest is not read
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
