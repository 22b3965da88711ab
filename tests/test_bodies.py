"""Bodies that come slowly, in part or without end, through the whole server."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from django.conf import settings

from qminder_site import bodies
from tests.conftest import Figure
from tests.factories import LineFactory
from tests.live import serving
from tickets.actions import programs
from tickets.api.authentication import HEADER
from tickets.models import Line

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def line(transactional_db: None) -> Line:
    return LineFactory.create()


@pytest.fixture
def site(line: Line, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that waits two seconds, not twenty."""
    assert bodies.WITHIN <= 30
    monkeypatch.setattr(bodies, "WITHIN", 2.0)
    with serving() as address:
        yield address


def head(line: Line, *, length: str = "Content-Length: 100", **headers: str) -> bytes:
    """The beginning of a request that adds a visitor, up to its body."""
    _key, secret = programs.issue_key(name="Program", is_rate_limited=False)
    sent = {HEADER: secret, "Host": "localhost", "Content-Type": FORM, **headers}
    lines = [f"POST /v1/lines/{line.pk}/ticket HTTP/1.1", *map(": ".join, sent.items()), length]
    return "\r\n".join([*lines, "", ""]).encode()


def connect(site: str) -> Any:
    return closing(socket.create_connection((urlsplit(site).hostname, urlsplit(site).port), 10))


def answer(connection: socket.socket) -> tuple[int, str]:
    """Status and code of the reply, after which the server hangs up."""
    reply = b""
    while part := connection.recv(65_536):
        reply += part
    start, _, body = reply.partition(b"\r\n\r\n")
    return int(start.split()[1]), json.loads(body)["code"]


def test_f4_a_slow_body_is_cut_off(site: str, line: Line, figure: Figure) -> None:
    began = time.monotonic()

    with connect(site) as slow:
        slow.sendall(head(line))
        slow.settimeout(0.2)
        reply = b""
        while not reply:
            slow.sendall(b"a")
            try:
                reply = slow.recv(65_536)
            except TimeoutError:
                continue

    took = time.monotonic() - began
    assert reply.startswith(b"HTTP/1.1 408 ")
    assert json.loads(reply.partition(b"\r\n\r\n")[2])["code"] == "request_timeout"
    assert 1.9 <= took <= 7
    assert line.tickets.count() == 0
    figure("F4 a byte every 0.2 s, with 2 s instead of 20: cut off after", f"{took:.1f} s")


def test_f4_slow_bodies_keep_no_thread(
    site: str, line: Line, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    monkeypatch.setattr(bodies, "WITHIN", 20.0)
    beginning = head(line)

    with ExitStack() as stack:
        for _ in range(3 * settings.SERVER_THREADS):
            slow = stack.enter_context(connect(site))
            slow.sendall(beginning + b"firstName=Jane")
        began = time.monotonic()
        with urlopen(f"{site}/sign-in/", timeout=10) as page:  # noqa: S310  our own server
            assert page.status == 200
        took = time.monotonic() - began

    figure(
        f"F4 a page while {3 * settings.SERVER_THREADS} bodies are on their way", f"{took:.2f} s"
    )


def test_half_of_a_request_is_none(site: str, line: Line) -> None:
    with connect(site) as gone:
        gone.sendall(head(line) + b"firstName=Ja")
        time.sleep(0.1)

    with urlopen(f"{site}/sign-in/", timeout=10):  # noqa: S310  our own server
        time.sleep(0.5)
    assert line.tickets.count() == 0


@pytest.mark.parametrize(
    ("length", "body", "expected"),
    [
        (f"Content-Length: {bodies.LARGEST + 1}", b"", (413, "body_too_large")),
        ("Content-Length: 99999999999999999", b"a=", (413, "body_too_large")),
        (
            "Transfer-Encoding: chunked",
            b"200000\r\n" + b"a" * bodies.LARGEST + b"\r\n1\r\na\r\n",
            (413, "body_too_large"),
        ),
        ("Transfer-Encoding: chunked", b"3\r\na=b\r\n0\r\n\r\n", (411, "length_required")),
    ],
)
def test_f4_a_body_without_end_is_refused(
    site: str, line: Line, length: str, body: bytes, expected: tuple[int, str], figure: Figure
) -> None:
    with connect(site) as connection:
        connection.sendall(head(line, length=length, Connection="close") + body)

        found = answer(connection)

    assert found == expected
    assert line.tickets.count() == 0
    figure(f"F4 {length}, {len(body)} bytes sent", found[0])


def test_a_body_in_parts_is_one(site: str, line: Line) -> None:
    with connect(site) as connection:
        connection.sendall(head(line, length="Content-Length: 14", Connection="close"))
        for part in (b"first", b"Name=", b"Jane"):
            time.sleep(0.05)
            connection.sendall(part)
        status = int(connection.recv(65_536).split()[1])

    assert (status, line.tickets.get().first_name) == (200, "Jane")
