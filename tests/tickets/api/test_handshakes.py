"""Who may open a socket and how long it lasts; the key that opens it is in no log."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.conftest import Figure
from tests.factories import LineFactory, LocationFactory, clerk_of
from tests.live import serving
from tests.tickets.realtime.talking import talking
from tickets.actions import programs, staff
from tickets.api import handshakes
from tickets.api.authentication import HEADER
from tickets.models import ApiKey

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def secret(transactional_db: None) -> str:
    return programs.issue_key(name="Program")[1]


def status(site: str, query: str, path: str = "/events", **options: Any) -> int:
    """101 if the socket opens, else the status of the refusal."""
    place = site.replace("http", "ws", 1)
    try:
        with connect(f"{place}{path}{query}", proxy=None, **options):
            return 101
    except InvalidStatus as refusal:
        return refusal.response.status_code


def test_a_socket_needs_a_live_key(address: str, secret: str) -> None:
    revoked, dead = programs.issue_key(name="Revoked")
    programs.revoke_key(revoked)
    place = LocationFactory.create()
    clerk = clerk_of(place)
    _key, of_nobody = programs.issue_key(name="Of somebody", user=clerk)
    staff.deactivate(clerk, by=clerk_of(place))
    queries = {
        "live": f"?rest-api-key={secret}",
        "after another value": f"?x=1&rest-api-key={secret}",
        "none": "",
        "empty": "?rest-api-key=",
        "unknown": "?rest-api-key=unknown",
        "odd": "?rest-api-key=%00%FF%ED%A0%80",
        "revoked": f"?rest-api-key={dead}",
        "of somebody switched off": f"?rest-api-key={of_nobody}",
        "under another name": f"?key={secret}",
    }

    statuses = {name: status(address, query) for name, query in queries.items()}

    assert statuses == dict.fromkeys(queries, 403) | {"live": 101, "after another value": 101}


def test_a_key_in_the_header_opens_it_too(address: str, secret: str) -> None:
    answers = [
        status(address, "", additional_headers={HEADER: secret}),
        status(address, "", additional_headers={HEADER: "unknown"}),
    ]

    assert answers == [101, 403]


def test_there_is_one_socket_with_a_slash_or_without(address: str, secret: str) -> None:
    query = f"?rest-api-key={secret}"

    answers = [status(address, query, path) for path in ("/events", "/events/", "/v1/events", "/")]

    assert answers == [101, 101, 403, 403]


def test_the_use_of_a_key_is_noted(address: str, secret: str) -> None:
    status(address, f"?rest-api-key={secret}")

    assert ApiKey.objects.get().last_used_at is not None


def test_pages_of_other_sites_are_refused_whatever_their_key(
    address: str, secret: str, settings: object
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = [  # type: ignore[attr-defined]
        "https://partner.example",
        "https://*.sites.example",
    ]
    host = urlsplit(address).netloc
    answers = {
        address: 101,
        "https://partner.example": 101,
        "https://one.sites.example": 101,
        f"https://{host}": 403,
        "http://127.0.0.1:1": 403,
        "http://partner.example": 403,
        "https://partner.example.evil.example": 403,
        "https://sites.example.evil": 403,
        "https://evil.example": 403,
        "http://[": 403,
        "null": 403,
    }

    found = {
        origin: status(address, f"?rest-api-key={secret}", origin=origin) for origin in answers
    }

    assert found == answers


def test_an_origin_is_not_our_own_because_the_request_says_so(address: str, secret: str) -> None:
    """A name of somebody else's that resolves to this machine."""
    port = urlsplit(address).port
    evil = f"http://evil.example:{port}"
    query = f"?rest-api-key={secret}"

    assert status(evil, query, address=("127.0.0.1", port), origin=evil) == 403


def test_a_host_that_is_none_has_no_pages(secret: str, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
    scope = {"scheme": "ws", "query_string": f"rest-api-key={secret}".encode()}

    keys = [
        handshakes.key_of({**scope, "headers": [(b"host", host), (b"origin", b"http://" + host)]})
        for host in (b"any.example", b"[", b"")
    ]

    assert keys == [ApiKey.objects.get(), None, None]


def test_a_live_socket_ends_within_five_seconds_of_its_right(address: str, figure: Figure) -> None:
    key, secret = programs.issue_key(name="Revoked")
    place = LineFactory.create().location
    clerk = clerk_of(place)
    _key, of_clerk = programs.issue_key(name="Of a clerk", user=clerk)
    with talking(address, secret) as program, talking(address, of_clerk) as other:
        assert program.subscribe("TICKET_CREATED") is None
        time.sleep(0.5)
        programs.revoke_key(key)
        staff.deactivate(clerk, by=clerk_of(place))
        start = time.monotonic()
        codes = [each.closed(8) for each in (program, other)]
        took = time.monotonic() - start

    figure("/events: ended after the key was revoked, s", round(took, 1))
    assert codes == [1008, 1008]
    assert took <= 5


def test_a_message_may_have_64_kb_and_no_more(address: str, secret: str, figure: Figure) -> None:
    with talking(address, secret) as program:
        error = program.ask("x" * 64 * 1024)
        program.connection.send("x" * (64 * 1024 + 1))
        code = program.closed(5)

    with talking(address, secret) as program:
        program.connection.send(iter(["x" * 1024] * 65))  # in pieces
        in_pieces = program.closed(5)

    figure("/events: codes after a message over 64 kB, whole and in pieces", (code, in_pieces))
    assert error
    assert error["code"] == "body_unreadable"
    assert (code, in_pieces) == (1009, 1009)


def test_a_binary_message_ends_the_socket(address: str, secret: str) -> None:
    with talking(address, secret) as program:
        program.connection.send(b"PING")

        assert program.closed(5) == 1003


def test_ping_as_text_is_answered_as_text(address: str, secret: str) -> None:
    with talking(address, secret) as program:
        program.connection.send("PING")

        assert program.connection.recv(2) == "PONG"


def test_a_peer_that_does_not_answer_pings_is_let_go(transactional_db: None, secret: str) -> None:
    with serving(ws_ping_interval=0.3, ws_ping_timeout=0.3) as address:
        place = urlsplit(address)
        with socket.create_connection((place.hostname or "", place.port or 0), 5) as line:
            start = time.monotonic()
            line.sendall(
                f"GET /events?rest-api-key={secret} HTTP/1.1\r\nHost: {place.netloc}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            with line.makefile("rb") as answer:
                received = answer.read()
            took = time.monotonic() - start

    frames = received.partition(b"\r\n\r\n")[2]
    assert frames[:2] == b"\x89\x04"  # a ping
    assert frames[6:7] == b"\x88"  # and then the end
    assert 0.6 <= took <= 3


def test_a_peer_that_answers_pings_stays(transactional_db: None, secret: str) -> None:
    with (
        serving(ws_ping_interval=0.2, ws_ping_timeout=1.0) as address,
        talking(address, secret) as program,
    ):
        assert program.silent(1.5)


def test_a_server_that_stops_tells_the_program_to_come_again(
    transactional_db: None, secret: str
) -> None:
    with ExitStack() as kept:
        with serving() as address:
            program = kept.enter_context(talking(address, secret))
            assert program.subscribe("TICKET_CREATED") is None

        assert program.closed(5) == 1012


def test_the_servers_own_lines_about_sockets_hold_no_key(
    transactional_db: None, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    query = f"?rest-api-key={secret}"
    with serving(log_level="info", log_config=None) as address:
        status(address, query)
        status(address, query, origin="https://evil.example")
        status(address, query, "/graphql/subscription")

    said = [r.getMessage().split(" - ")[1] for r in caplog.records if "WebSocket" in r.getMessage()]
    assert said == [
        '"WebSocket /events" [accepted]',
        '"WebSocket /events" 403',
        '"WebSocket /graphql/subscription" 403',
    ]
    assert secret not in caplog.text


def test_the_key_of_a_socket_is_in_no_log(
    transactional_db: None, secret: str, figure: Figure
) -> None:
    query = f"?rest-api-key={secret}"
    with served() as (process, address):
        with talking(address, secret) as program:
            assert program.subscribe("TICKET_CREATED") is None
            status(address, query, origin="https://evil.example")
            status(address, query, "/graphql/subscription")
            status(address, f"{query}unknown")
            answer = get(address, f"/events{query}")
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            code = program.closed(5)
        output, _ = process.communicate(timeout=10)
        took = time.monotonic() - began

    figure("/events: the key in the output of a server at LOG_LEVEL=DEBUG", output.count(secret))
    assert (answer, code) == (404, 1012)
    assert took <= 3
    assert "Not Found: an address that is none of ours" in output  # it does log
    assert secret not in output


@contextmanager
def served() -> "Iterator[tuple[subprocess.Popen[str], str]]":
    """`manage.py serve` on the database of this test, logging all that it can."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {"DATABASE_URL": database_url(), "LOG_LEVEL": "DEBUG", "INSECURE_HTTP": "true"}
    with subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--without-worker", f"--port={port}"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline and process.poll() is None:
                with socket.socket() as trial:
                    if trial.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def database_url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def get(address: str, path: str) -> int:
    client = HTTPConnection(urlsplit(address).netloc, timeout=10)
    try:
        client.request("GET", path)
        return client.getresponse().status
    finally:
        client.close()
