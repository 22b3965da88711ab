"""The real client library of Qminder, pointed at a live server on the test's database."""

import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests import conftest
from tests.client_library import node
from tests.live import serving
from tickets.actions import programs


class Refused(Exception):
    """The library rejected: with the server's own words."""


class Library:
    """`library("tickets.call", ticket_id, user_id)`: what the library's promise resolves to."""

    def __init__(self, address: str, key: str) -> None:
        self._process = node.start(urlsplit(address).netloc, key)
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
def installed() -> None:
    """The library from npm, on node. Not to be had: skipped loudly, and a failure in CI."""
    try:
        node.library()
    except node.Missing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"the client library cannot be installed: {missing}")
        conftest.not_run.append(f"client library tests: {missing}")
        pytest.skip(str(missing))


@pytest.fixture
def library(installed: None, transactional_db: None) -> Iterator[Library]:
    """With the key of a program of the account. At the end nothing may have gone wrong on the way."""
    _key, secret = programs.issue_key(name="Client library", is_rate_limited=False)
    with serving() as address:
        client = Library(address, secret)
        try:
            yield client
            assert client.transport_errors == []
        finally:
            client.close()
