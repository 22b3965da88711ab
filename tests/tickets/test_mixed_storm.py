"""Everything at once, by every surface, on the site as it is really served (C3)."""

import os
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import connection

from tests import databases
from tests.bench import server
from tests.bench.server import Server
from tests.conftest import Figure, Threads
from tests.tickets.invariants import violations
from tests.tickets.mixed_storm import DONE, Place, cast
from tickets.models import Activity, EventName, Ticket

CLERKS = 8
SECONDS = float(os.environ.get("STORM_SECONDS", "15"))
#: May be answered with success where there was nothing to change: nobody to call, a label or line it has.
MAY_CHANGE_NOTHING = {EventName.CALLED, EventName.LABELED, EventName.EDITED}


@pytest.fixture(scope="module")
def served(django_db_setup: None) -> Iterator[Server]:
    workers = 1 if connection.vendor == "sqlite" else 2
    environment = {"DATABASE_URL": databases.address(), "SERVER_THREADS": "8"}
    with server.serving(workers=workers, environment=environment) as running:
        yield running


def deadlocks() -> int:
    """How many the database has resolved so far, whoever noticed."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        count: int = cursor.fetchone()[0]
    return count


def test_c3_a_mixed_storm_breaks_nothing(
    transactional_db: None, served: Server, in_threads: Threads, figure: Figure
) -> None:
    place = Place.open(CLERKS)
    actors = cast(served.port, place)
    before, until = deadlocks(), time.monotonic() + SECONDS
    for actor in actors:
        actor.until = until
    connection.close()

    results = in_threads(*(actor.work for actor in actors))

    answers: Counter[tuple[EventName, int]] = sum((each.answers for each in actors), Counter())
    statuses = Counter({s: sum(n for (_, t), n in answers.items() if t == s) for _, s in answers})
    done = Counter(
        {e: sum(n for (f, s), n in answers.items() if f == e and s in DONE) for e, _ in answers}
    )
    rows = Activity.objects.filter(location=place.location, part_of=None, undoes__part_of=None)
    on_record = Counter(EventName(event) for event in rows.values_list("event", flat=True))
    broken = violations(place.location)
    seen = deadlocks() - before
    figure(f"C3 {SECONDS:g} s, {len(actors)} at once: replies by status", dict(statuses))
    figure("C3 steps done, kinds of steps", (sum(done.values()), len(done)))
    figure("C3 invariants broken, deadlocks in the database", (len(broken), seen))
    assert [result for result in results if result is not None] == []
    assert [odd for each in actors for odd in each.odd] == []
    assert broken == []
    assert seen == 0
    assert Ticket.objects.filter(location=place.location).count() == done[EventName.CREATED]
    exact = on_record.keys() - MAY_CHANGE_NOTHING
    assert {e: on_record[e] for e in exact} == {e: done[e] for e in exact}
    assert all(on_record[event] <= done[event] for event in MAY_CHANGE_NOTHING)
