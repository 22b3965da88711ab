"""Clerks' programs empty two lines of a real server: nobody is called twice, nobody is lost (C1, C2)."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests import databases
from tests.bench import server
from tests.bench.server import Server
from tests.conftest import Figure, Threads
from tests.tickets.api.storm import (
    Program,
    Reply,
    Sorts,
    by_moment,
    displacement,
    sort_out,
    two_lines,
)
from tickets.models import Ticket

CLERKS = 8
TICKETS = int(os.environ.get("STORM_TICKETS", "500"))
NAIVE_TICKETS = 200
#: Of the work of a server process, by which it is seen that it took part.
LEAST_SHARE = 0.1


@pytest.fixture(scope="module")
def served(django_db_setup: None) -> Iterator[Server]:
    """The site as it is really served; it is empty before each test."""
    workers = 1 if connection.vendor == "sqlite" else 2
    environment = {"DATABASE_URL": databases.address()}
    with server.serving(workers=workers, environment=environment) as running:
        yield running


def cpu_of_workers(running: Server) -> dict[str, float]:
    """What each process that the server started has taken so far; with one there are none."""
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    return {pid: server.cpu_seconds(int(pid)) for pid in children}


def run(programs: list[Program], in_threads: Threads) -> list[Reply]:
    """All programs at once, each until nobody waits for it."""
    connection.close()
    results = in_threads(*(each.work for each in programs))
    assert [result for result in results if isinstance(result, Exception)] == []
    return [reply for each in programs for reply in each.replies]


def shown(found: Sorts) -> str:
    return " / ".join(str(found[sort]) for sort in ("ok", "lost", "double", "unexpected"))


def test_eight_programs_call_each_visitor_once(
    transactional_db: None, served: Server, in_threads: Threads, figure: Figure
) -> None:
    lines = two_lines(TICKETS)
    programs = Program.of_clerks(served.port, lines, CLERKS)
    before = cpu_of_workers(served)

    replies = run(programs, in_threads)

    work = sorted(cpu - before.get(pid, 0) for pid, cpu in cpu_of_workers(served).items())
    found = sort_out(lines, replies)
    statuses = Counter(reply.status for reply in replies)
    figure(f"C1 over HTTP, {CLERKS} clerks: ok / lost / double / unexpected", shown(found))
    figure("C1 over HTTP: replies by status", dict(statuses))
    figure(f"C2 displacement with {CLERKS} clerks", displacement(by_moment(replies)))
    assert found == {"ok": TICKETS}
    assert statuses == {200: TICKETS + CLERKS}
    connection.check_constraints()
    serving = Ticket.objects.called().values_list("caller", flat=True)
    assert len(serving) == len(set(serving))  # a clerk's next call has served the one before
    assert displacement(by_moment(replies)) < CLERKS
    assert connection.vendor == "sqlite" or work[-2] >= LEAST_SHARE * work[-1]


def test_one_program_calls_in_the_order_of_the_lines(
    transactional_db: None, served: Server, in_threads: Threads, figure: Figure
) -> None:
    lines = two_lines(50)

    replies = run(Program.of_clerks(served.port, lines, 1), in_threads)

    figure("C2 displacement with 1 clerk", displacement(replies))
    assert sort_out(lines, replies) == {"ok": 50}
    assert displacement(replies) == 0


def test_programs_that_die_before_the_reply_leave_no_ghost_calls(
    transactional_db: None, served: Server, in_threads: Threads, figure: Figure
) -> None:
    lines = two_lines(200)
    programs = Program.of_clerks(served.port, lines, CLERKS, dies_every=2)

    replies = run(programs, in_threads)

    found, deaths = sort_out(lines, replies), sum(each.deaths for each in programs)
    replayed = sum(reply.is_replayed for reply in replies)
    figure(f"C1 ghost calls after {deaths} deaths ({replayed} replies repeated)", found["lost"])
    assert found == {"ok": 200}
    assert deaths >= 100
    assert replayed >= deaths // 2


def test_the_same_storm_catches_a_naive_call_next(
    transactional_db: None, in_threads: Threads, figure: Figure
) -> None:
    """C1m."""
    lines = two_lines(NAIVE_TICKETS)
    environment = {
        "DATABASE_URL": databases.address(),
        "DJANGO_SETTINGS_MODULE": "tests.tickets.api.naive",
    }

    with server.serving(workers=1, environment=environment) as naive:
        replies = run(Program.of_clerks(naive.port, lines, CLERKS), in_threads)

    found = sort_out(lines, replies)
    figure(f"C1m naive, {CLERKS} clerks: ok / lost / double / unexpected", shown(found))
    assert found["double"] >= (100 if connection.vendor == "postgresql" else 1)
