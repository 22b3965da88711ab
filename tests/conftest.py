"""Fixtures for all tests; what was measured and what could not be run is listed at the end."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest
from django.core.management import call_command
from django.core.signals import setting_changed
from django.db import connections
from django.test import TransactionTestCase, override_settings
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from tests import databases
from tickets import remembered
from tickets.api import throttling

figures: list[str] = []
not_run: list[str] = []

Figure = Callable[[str, object], None]
CountQueries = Callable[[Callable[[], object]], int]


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """A SQLite test database is a file: threads share it as the server's threads do."""
    connection = connections["default"]
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(databases.scratch / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        databases.never_mind_crashes()
    TransactionTestCase._fixture_teardown = databases.empty  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def middleware_loaded_once() -> Iterator[None]:
    """All clients pass through the same middleware, as in a server, while no setting changes.

    To load it takes longer than a request, and most tests have a client of their own.
    """
    loaded: dict[str, Any] = {}
    load = ClientHandler.load_middleware

    def load_once(handler: ClientHandler, is_async: bool = False) -> None:  # noqa: FBT001, FBT002
        if not loaded:
            load(handler, is_async)
            loaded.update({name: each for name, each in vars(handler).items() if name[0] == "_"})
        vars(handler).update(loaded)

    def forget(**_signal: object) -> None:
        loaded.clear()

    setting_changed.connect(forget)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClientHandler, "load_middleware", load_once)
        yield
    setting_changed.disconnect(forget)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What the process knows of the database of one test is not true in the next."""
    remembered.KEYS.clear()
    remembered.FLOORS.clear()
    throttling.lots.clear()


@pytest.fixture
def figure() -> Figure:
    """Report a measured figure: `figure("C1 double calls", 0)`; all are printed at the end."""

    def report(name: str, value: object) -> None:
        figures.append(f"{name}: {value}")

    return report


@pytest.fixture
def count_queries(db: None) -> CountQueries:
    """How many queries a call makes."""

    def count(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(connections["default"]) as queries:
            call()
        return len(queries)

    return count


def lacks(what: str) -> NoReturn:
    """A test lacks something that is not to be had: skipped loudly, and a failure in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    not_run.append(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium. Missing: skipped loudly, and a failure in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path:
        return path
    lacks("browser tests: Chromium is missing (apt-get install chromium)")


@pytest.fixture
def in_threads(transactional_db: None) -> "Threads":
    """Run callables at the same time, each thread with a database connection of its own."""
    return Threads()


class Threads:
    def __call__[R](self, *calls: Callable[[], R]) -> list[R | Exception]:
        """The result of each call, or the exception that it raised, in their order."""
        from concurrent.futures import ThreadPoolExecutor
        from threading import Barrier

        start = Barrier(len(calls))

        def run(call: Callable[[], R]) -> R | Exception:
            start.wait()
            try:
                return call()
            except Exception as error:  # noqa: BLE001  the test looks at it
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(run, calls))


def pytest_collection_finish() -> None:
    """What is imported by now stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if figures:
        terminalreporter.section("figures")
        for line in figures:
            terminalreporter.write_line(line)
    if not_run:
        terminalreporter.section("NOT RUN")
        for line in sorted(set(not_run)):
            terminalreporter.write_line(line, red=True, bold=True)
