"""A program that listens at `/events`, and notes what came."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

Frame = dict[str, Any]


class Program:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.heard: list[Frame] = []

    def subscribe(self, topic: str, **filters: Any) -> Frame | None:
        """Subscribe under the id of the same name; the error, or None once it stands."""
        return self.ask({"id": topic, "subscribe": topic, **filters})

    def ask(self, message: Any) -> Frame | None:
        """The error that comes in reply, or None; news that come first are put in `heard`."""
        text = message if isinstance(message, str) else json.dumps(message)
        self.connection.send(text)
        self.connection.send("PING")  # messages are answered in order
        error = None
        while (reply := self.connection.recv(5)) != "PONG":
            frame = json.loads(reply)
            if "code" in frame:
                error = frame
            else:
                self.heard.append(frame)
        return error

    def next(self, within: float = 5) -> Frame:
        frame: Frame = json.loads(self.connection.recv(within))
        return frame

    def silent(self, seconds: float) -> bool:
        """True if nothing comes for so long."""
        try:
            self.heard.append(self.next(seconds))
        except TimeoutError:
            return True
        return False

    def closed(self, within: float) -> int | None:
        """The code with which the server closes; whatever comes first is put aside."""
        try:
            while True:
                self.next(within)
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else None


@contextmanager
def talking(address: str, secret: str) -> Iterator[Program]:
    """A program on an open socket."""
    place = address.replace("http", "ws", 1)
    with connect(f"{place}/events?rest-api-key={secret}", proxy=None) as connection:
        yield Program(connection)
