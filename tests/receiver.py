"""A receiver of webhooks on loopback: a real small server that keeps what it got."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from time import monotonic
from typing import Any

from django.test import override_settings

LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]


@dataclass(frozen=True)
class Got:
    path: str
    headers: Message
    body: bytes
    at: float = field(default_factory=monotonic)

    @property
    def message_id(self) -> str:
        return str(self.headers["webhook-id"])


#: What it answers: a status code, headers, and the body.
Reply = tuple[int, dict[str, str], bytes]
OK: Reply = (200, {}, b"ok")


class Receiver:
    """`answer` decides on each request; None breaks the connection off."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.got: list[Got] = []
        self.answer: Callable[[Got], Reply | None] = lambda got: OK


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that may be asked though it is on loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.close_connection = True
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got = Got(self.path, self.headers, body)
            receiver.got.append(got)
            reply = receiver.answer(got)
            if reply is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, headers, text = reply
            self.send_response(status)
            for name, value in {"Content-Length": str(len(text)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 100
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            """Who asked has gone, as the test wanted."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        with override_settings(WEBHOOK_ALLOWED_NETWORKS=LOOPBACK):
            yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
