"""Fixtures for all tests; what was measured and what could not be run is listed at the end."""

import gc
import os
import shutil
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connections
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


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def quick_passwords(settings: object) -> None:
    settings.PASSWORD_HASHERS = [  # type: ignore[attr-defined]
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]


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


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium. Missing: skipped loudly, and a failure in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path:
        return path
    if os.environ.get("CI") == "true":
        pytest.fail("Chromium is missing: apt-get install chromium")
    not_run.append("browser tests: Chromium is missing (apt-get install chromium)")
    pytest.skip("Chromium is missing")


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
