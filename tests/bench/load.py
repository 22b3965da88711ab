"""The load: some clients in one process, each sending its next request when the reply is there."""

import re
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

PATIENCE = 20  # seconds for one reply
BETWEEN = 0.005  # seconds between connecting two: of several at once, one process accepts all
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class BadReply(Exception):
    """Anything but a complete reply of 2xx; it fails the run."""


@dataclass(frozen=True)
class Outcome:
    requests: int
    seconds: float


@dataclass
class Client:
    connection: socket.socket
    requests: Iterator[bytes]
    received: bytes = b""

    def send(self) -> None:
        self.received = b""
        self.connection.sendall(next(self.requests))

    def has_reply(self) -> bool:
        """Take in what has arrived; true once the reply is complete."""
        arrived = self.connection.recv(256 * 1024)
        self.received += arrived
        head, end, body = self.received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not arrived or (end and not (head.startswith(b"HTTP/1.1 2") and length)):
            raise BadReply(self.received[:2000].decode(errors="replace") or "connection closed")
        return bool(end and length and len(body) == int(length[1]))


def run(port: int, requests: Sequence[Sequence[bytes]], *, seconds: float, most: int) -> Outcome:
    """Send for `seconds`, or until `most` are sent; each client repeats its own list in order."""
    clients: list[Client] = []
    try:
        for own in requests:
            connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
            clients.append(Client(connection, cycle(own)))
            time.sleep(BETWEEN)
        return _drive(clients, seconds, most)
    finally:
        for client in clients:
            client.connection.close()


def _drive(clients: list[Client], seconds: float, most: int) -> Outcome:
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.connection, selectors.EVENT_READ, client)
        started = time.perf_counter()
        for client in clients:
            client.send()
        sent, replies = len(clients), 0
        while replies < sent:
            ready = selector.select(PATIENCE)
            if not ready:
                raise BadReply(f"no reply within {PATIENCE} s")
            for key, _events in ready:
                if key.data.has_reply():
                    replies += 1
                    if sent < most and time.perf_counter() - started < seconds:
                        key.data.send()
                        sent += 1
        return Outcome(replies, time.perf_counter() - started)
