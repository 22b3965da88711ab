"""The real client library of Qminder, pointed at a live server on the test's database."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests import node
from tests.live import serving
from tickets.actions import programs

HERE = Path(__file__).parent


class Refused(Exception):
    """The library rejected: with the server's own words."""


class Library:
    """`library("tickets.call", ticket_id, user_id)`: what the library's promise resolves to."""

    def __init__(self, packages: Path, address: str, key: str) -> None:
        place = urlsplit(address).netloc
        self._process = node.start(HERE / "client.js", place, key, packages=packages)
        self.requests: list[str] = []
        self.transport_errors: list[str] = []

    def __call__(self, method: str, *args: Any) -> Any:
        reply = self.ask(method, *args)
        self.requests += reply["requests"]
        if reply.get("isTransport"):
            self.transport_errors.append(f"{method}: {reply['error']}")
        if "error" in reply:
            raise Refused(reply["error"])
        return reply["value"]

    def methods(self) -> list[str]:
        """All that its services can do."""
        return list(self.ask("methods")["value"])

    def ask(self, method: str, *args: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps({"method": method, "args": args}), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate(timeout=10)


@pytest.fixture(scope="session")
def packages() -> Path:
    """The library from npm, on node."""
    return node.need(HERE)


@pytest.fixture
def library(packages: Path, transactional_db: None) -> Iterator[Library]:
    """With the key of a program of the account. At the end nothing may have gone wrong on the way."""
    _key, secret = programs.issue_key(name="Client library", is_rate_limited=False)
    with serving() as address:
        client = Library(packages, address, secret)
        try:
            yield client
            assert client.transport_errors == []
        finally:
            client.close()
