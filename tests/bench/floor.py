"""The floor: the SQL statements of a request, run by cursor in a bare view of the same process.

They are recorded from two real requests, so that they are the product's own, whatever it becomes.
A parameter that was the same in both stays; one that was not is found again where it came from: the
request, or a row that an earlier statement returned; else it is the time, or a random token.
"""

import os
import pickle
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime

from tickets import instants

Rows = list[Any]
Ids = tuple[int, ...]
#: The environment variable that names the file of what was recorded, for the server processes.
FILE = "FLOOR_STATEMENTS"
TOKEN = re.compile(r"[\w-]+")
#: What a second look for a ticket ends in.
PASSING_OVER = (
    ' FOR UPDATE OF "tickets_ticket" SKIP LOCKED' if connection.vendor == "postgresql" else ""
)
SAVEPOINT = re.compile(r'"s\d+_x\d+"')


@dataclass(frozen=True)
class FromRow:
    statement: int
    column: int


@dataclass(frozen=True)
class Now:
    pass


@dataclass(frozen=True)
class Token:
    length: int


@dataclass
class Statement:
    """One statement of a request; `block` numbers its transaction, 0 is outside of any."""

    sql: str
    params: tuple[Any, ...]
    block: int
    count: int = 0  # of rows, as far as the driver knows without fetching them
    rows: Rows = field(default_factory=list)
    fresh: dict[int, FromRow | Now | Token] = field(default_factory=dict)

    @property
    def is_claim(self) -> bool:
        """Whether it has to change something, or somebody else was faster."""
        return self.sql.startswith("UPDATE") and (self.count > 0 or bool(self.rows))

    @property
    def look(self) -> int:
        """The latest of the statements that its values come from."""
        sources = [s.statement for s in self.fresh.values() if isinstance(s, FromRow)]
        return max(sources, default=0)


class Lost(Exception):
    """Another process was faster. `look_again` is the statement that found what was lost."""

    def __init__(self, look_again: int) -> None:
        self.look_again = look_again


# ---- recording


def record[T](send: Callable[[T], Ids], calls: tuple[T, T]) -> list[Statement]:
    """The statements of two calls of one kind; `send` makes a call and returns the ids in it."""
    once, again = (_recorded(send, call) for call in calls)
    assert [s.sql for s in once] == [s.sql for s in again], "two requests, two ways"
    for number, (one, other) in enumerate(zip(once, again, strict=True)):
        for position, pair in enumerate(zip(one.params, other.params, strict=True)):
            if pair[0] != pair[1] and (source := _source(pair, once[:number], again[:number])):
                one.fresh[position] = source
    return once


def _recorded[T](send: Callable[[T], Ids], call: T) -> list[Statement]:
    statements: list[Statement] = []
    blocks: list[Any] = []

    def block() -> int:
        if not connection.in_atomic_block:
            return 0
        if not blocks or blocks[-1] is not connection.atomic_blocks[0]:
            blocks.append(connection.atomic_blocks[0])
        return len(blocks)

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        result = execute(sql, params, many, context)
        if not sql.startswith("BEGIN"):
            cursor = context["cursor"]
            text = SAVEPOINT.sub('"nested"', sql)
            statement = Statement(text, tuple(params or ()), block(), cursor.rowcount)
            cursor.cursor = Overheard(cursor.cursor, statement.rows)
            statements.append(statement)
        return result

    with connection.execute_wrapper(listen):
        ids = send(call)
    return [Statement("", (), 0, rows=[ids]), *statements]


class Overheard:
    """A cursor that keeps the rows that are fetched from it."""

    def __init__(self, cursor: Any, rows: Rows) -> None:
        self._cursor = cursor
        self._rows = rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def __iter__(self) -> Iterator[Any]:
        for row in self._cursor:
            self._rows.append(row)
            yield row

    def fetchone(self) -> Any:
        row = self._cursor.fetchone()
        self._rows += [row] if row else []
        return row

    def fetchmany(self, *size: int) -> Any:
        rows = self._cursor.fetchmany(*size)
        self._rows += rows
        return rows

    def fetchall(self) -> Any:
        rows = self._cursor.fetchall()
        self._rows += rows
        return rows


def _source(
    pair: tuple[Any, Any], once: Sequence[Statement], again: Sequence[Statement]
) -> FromRow | Now | Token | None:
    for number, (one, other) in enumerate(zip(once, again, strict=True)):
        if one.rows and other.rows:
            values = list(zip(one.rows[0], other.rows[0], strict=True))
            if pair in values:
                return FromRow(number, values.index(pair))
    if isinstance(pair[0], datetime) or (isinstance(pair[0], str) and _is_moment(pair[0])):
        return Now()
    if isinstance(pair[0], str) and TOKEN.fullmatch(pair[0]):
        return Token(len(pair[0]))
    return None  # a text in JSON; an old one costs the same


def _is_moment(text: str) -> bool:
    try:
        return parse_datetime(text) is not None
    except ValueError:
        return False


# ---- replaying


@cache
def _statements() -> dict[str, list[Statement]]:
    recorded: dict[str, list[Statement]] = pickle.loads(  # noqa: S301  our own file
        Path(os.environ[FILE]).read_bytes()
    )
    return recorded


def replay(statements: Sequence[Statement], ids: Ids) -> list[Rows]:
    """The rows of each statement. After a lost claim it looks again, as the product does:
    passing over what others hold, and if it loses that too, from the look on."""
    now = connection.ops.adapt_datetimefield_value(instants.now())
    found: list[Rows] = [[ids]]
    again: int | None = None
    while len(found) < len(statements):
        try:
            for block, part in groupby(statements[len(found) :], key=lambda each: each.block):
                with transaction.atomic() if block else nullcontext():
                    _run(part, statements, found, now, again)
        except Lost as lost:
            again = lost.look_again if again is None else None
            del found[lost.look_again + (again is not None) :]
    return found


def _run(
    part: Iterable[Statement],
    statements: Sequence[Statement],
    found: list[Rows],
    now: Any,
    again: int | None,
) -> None:
    with connection.cursor() as cursor:
        for statement in part:
            if statement.is_claim and again is not None and statement.look == again:
                look = statements[again]
                found[again] = _rows(cursor, look, look.sql + PASSING_OVER, found, now)
                if not found[again]:
                    raise Lost(again)
            rows = _rows(cursor, statement, statement.sql, found, now)
            if statement.is_claim and not (rows or cursor.rowcount > 0):
                raise Lost(statement.look)
            found.append(rows)


def _rows(cursor: Any, statement: Statement, sql: str, found: list[Rows], now: Any) -> Rows:
    params = list(statement.params)
    for position, source in statement.fresh.items():
        params[position] = _value(source, found, now)
    cursor.execute(sql, params)
    return cursor.fetchall() if cursor.description else []


def _value(source: FromRow | Now | Token, found: list[Rows], now: Any) -> Any:
    match source:
        case FromRow(statement, column):
            return found[statement][0][column]
        case Token(length):
            return secrets.token_urlsafe(length)[:length]
        case _:
            return now


def floor(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    """A middleware before all others, so that nothing of the site is in the floor's way."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/floor/"):
            return get_response(request)
        operation = request.path_info.removeprefix("/floor/")
        sent = request.META["QUERY_STRING"]
        ids = tuple(int(each) for each in sent.split(",")) if sent else ()
        body = orjson.dumps(replay(_statements()[operation], ids), default=str)
        headers = {"Content-Length": str(len(body))}
        return HttpResponse(body, content_type="application/json", headers=headers)

    return middleware
