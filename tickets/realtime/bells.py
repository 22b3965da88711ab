"""What rings with every commit: SQLite's data_version, or PostgreSQL's LISTEN/NOTIFY."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator
from urllib.parse import quote

import psycopg

logger = logging.getLogger(__name__)

POLL_EVERY = 0.05  # seconds
LONGEST_PAUSE = 5.0  # seconds between two tries to reach PostgreSQL again


async def sqlite_bell(path: str) -> AsyncGenerator[None]:
    """Ring when another connection has committed to the file; looks 20 times a second."""
    address = f"file:{quote(path)}?mode=ro"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False)
    try:
        seen = None
        while True:
            (version,) = connection.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                yield
            await asyncio.sleep(POLL_EVERY)
    finally:
        connection.close()


async def postgres_bell(conninfo: str, channel: str) -> AsyncGenerator[None]:
    """Ring on every NOTIFY, on one connection that comes back by itself and then rings once."""
    pause = 0.1
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
            async with connection:
                await connection.execute(
                    psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel))
                )
                pause = 0.1
                yield
                async for _ in connection.notifies():
                    yield
        except psycopg.OperationalError:
            logger.warning("The database's bell is silent; trying again in %.1f s.", pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
