"""The far end of Twilio on loopback: the SDK's own requests arrive here, and it answers as it is told."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

ACCOUNT = "AC" + "1" * 32
TOKEN = "t" * 32
NUMBER = "+37260000000"


class Loopback(TwilioHttpClient):  # type: ignore[misc]  # without types
    """The SDK's own client; only the host that it asks is ours."""

    def __init__(self, port: int, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._port = port

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        there = f"http://127.0.0.1:{self._port}{urlsplit(url).path}"
        return super().request(method, there, *args, **kwargs)


def client(port: int, timeout: float = 1.0) -> Client:
    return Client(ACCOUNT, TOKEN, http_client=Loopback(port, timeout))


Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        form = {
            name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()
        }
        self.server.asked.append(form)
        self.server.answer(self)

    def reply(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, str]] = []
        self.answer: Answer = accept

    def handle_error(self, *_args: object) -> None:
        """Who asked is gone; that is what some tests are about."""


def accept(handler: Handler) -> None:
    sid = f"SM{len(handler.server.asked):032}"
    handler.reply(201, json.dumps({"sid": sid, "status": "queued", "account_sid": ACCOUNT}))


def fail(status: int, code: int = 20500) -> Answer:
    body = json.dumps({"code": code, "message": "no", "status": status})
    return lambda handler: handler.reply(status, body)


def garbage(handler: Handler) -> None:
    handler.reply(201, "<html>")


def hang(handler: Handler) -> None:
    time.sleep(3)


def reset(handler: Handler) -> None:
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()


@contextmanager
def running() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def signature(address: str, form: dict[str, str], token: str = TOKEN) -> str:
    """By Twilio's own code."""
    return str(RequestValidator(token).compute_signature(address, form))
