"""The two bells: each rings with every commit of somebody else, and comes back by itself."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

from tests.factories import LineFactory, waiting_ticket
from tickets import events
from tickets.realtime import bells


async def rings(bell: AsyncIterator[None], within: float) -> bool:
    try:
        await asyncio.wait_for(anext(bell), within)
    except TimeoutError:
        return False
    return True


def test_sqlite_bell_rings_with_a_commit_and_not_with_a_rollback(tmp_path: Path) -> None:
    path = tmp_path / "with space & 100%.sqlite3"
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE things (id INTEGER)")
    writer.commit()

    async def scene() -> list[bool]:
        bell = bells.sqlite_bell(str(path))
        heard = [await rings(bell, 1)]
        writer.execute("INSERT INTO things VALUES (1)")
        writer.commit()
        heard.append(await rings(bell, 1))
        return heard

    async def scene_of_a_rollback() -> list[bool]:
        bell = bells.sqlite_bell(str(path))
        heard = [await rings(bell, 1)]
        writer.execute("INSERT INTO things VALUES (2)")
        writer.rollback()
        heard.append(await rings(bell, 0.3))
        return heard

    assert asyncio.run(scene()) == [True, True]
    assert asyncio.run(scene_of_a_rollback()) == [True, False]
    writer.close()


def conninfo() -> str:
    """How to reach the PostgreSQL of this run, or of none: then there is no bell to try."""
    parameters = connection.get_connection_params()
    keys = ("host", "port", "user", "password", "dbname")
    return make_conninfo(**{key: str(parameters[key]) for key in keys if parameters.get(key)})


@pytest.mark.django_db(transaction=True)
def test_bell_of_this_database_rings_with_an_action() -> None:
    line = LineFactory.create()
    if connection.vendor == "sqlite":
        bell = bells.sqlite_bell(str(connection.settings_dict["NAME"]))
    else:
        bell = bells.postgres_bell(conninfo(), events.BELL)

    async def scene() -> list[bool]:
        heard = [await rings(bell, 5)]
        await asyncio.to_thread(sign_in_and_roll_back)
        heard.append(await still(bell))
        return heard

    def sign_in_and_roll_back() -> None:
        try:
            with transaction.atomic():
                waiting_ticket(line)
                transaction.set_rollback(True)
        finally:
            connection.close()

    assert asyncio.run(scene()) == [True, True]


async def still(bell: AsyncIterator[None]) -> bool:
    return not await rings(bell, 0.5)


@pytest.mark.django_db(transaction=True)
def test_postgres_bell_comes_back_and_rings() -> None:
    if connection.vendor != "postgresql":
        return

    async def scene() -> list[bool]:
        heard = []
        async with aclosing(bells.postgres_bell(conninfo(), "a_channel")) as bell:
            heard.append(await rings(bell, 5))
            await asyncio.to_thread(tell, CUT_OFF)
            heard.append(await rings(bell, 5))
            await asyncio.to_thread(tell, "NOTIFY a_channel")
            heard.append(await rings(bell, 5))
        return heard

    assert asyncio.run(scene()) == [True, True, True]


CUT_OFF = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE query LIKE 'LISTEN%a_channel%' AND pid <> pg_backend_pid()
"""


def tell(sql: LiteralString) -> None:
    with psycopg.connect(conninfo(), autocommit=True) as other:
        other.execute(sql)
