"""A server that ends its open streams when it is told to stop, instead of waiting for them."""

import asyncio
import contextlib
from collections.abc import Callable
from types import FrameType

import uvicorn


class Server(uvicorn.Server):
    """`on_exit` runs in the event loop as soon as a signal asks the server to stop."""

    def __init__(self, config: uvicorn.Config, on_exit: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_exit = on_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        with contextlib.suppress(RuntimeError):  # no loop yet: there is no stream either
            asyncio.get_running_loop().call_soon_threadsafe(self._on_exit)
