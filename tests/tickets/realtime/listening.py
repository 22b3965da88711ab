"""A browser that listens to a stream, and notes what came and when; pings are no news."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from socket import SHUT_RDWR
from urllib.parse import urlsplit

CLOSED = "closed"


class Ear:
    def __init__(self, response: HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self._response = response
        self._heard: queue.Queue[str] = queue.Queue()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        try:
            for line in self._response:
                name, _colon, value = line.decode().strip().partition(": ")
                if name == "event" and value != "ping":
                    self._heard.put(value)
        except (OSError, ValueError):
            pass  # we hung up
        self._heard.put(CLOSED)

    def next(self, within: float) -> str:
        """The next event, `closed` at the end of the stream, or nothing after `within` seconds."""
        try:
            return self._heard.get(timeout=within)
        except queue.Empty:
            return ""

    def until(self, wanted: str, within: float) -> float:
        """Seconds until `wanted` came, other events left aside; infinity if it did not."""
        start = time.monotonic()
        while (left := start + within - time.monotonic()) > 0:
            if self.next(left) == wanted:
                return time.monotonic() - start
        return float("inf")


@contextmanager
def listening(address: str, path: str, cookie: str = "", **headers: str) -> Iterator[Ear]:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.request("GET", path, headers={"Cookie": cookie, **headers})
    line = connection.sock
    ear = Ear(connection.getresponse())
    try:
        yield ear
    finally:
        with suppress(OSError):  # hung up already
            line.shutdown(SHUT_RDWR)
        ear.thread.join()
        connection.close()
