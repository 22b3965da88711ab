"""Whatever changes anything, by whatever way: the same event, the version, the bell, the screens (E1)."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.conftest import Figure
from tests.entries import ENTRIES, PARTS, SILENT, VERBS, Name, entries_in_code, verbs_in_code
from tests.tickets.actions.conftest import make_office
from tests.tickets.realtime.test_bells import conninfo
from tickets import events, streams
from tickets.actions import undo
from tickets.models import Activity, EventName, Location
from tickets.realtime.hub import Hub, Listener

WITHIN = 1.0  # seconds from the commit until a screen is told


class Screen(Listener):
    """Notes when it is woken, and for which version."""

    def __init__(self) -> None:
        super().__init__()
        self.woken: list[tuple[float, dict[str, int]]] = []

    def wake(self) -> None:
        self.woken.append((time.monotonic(), dict(self.told)))

    def told_at(self, channel: str, version: int) -> float:
        return next(
            (at for at, told in self.woken if told.get(channel, 0) >= version), float("inf")
        )


class Watch:
    """What rings with a commit, as a server's process hears it; and a hub that passes it on."""

    def __init__(self) -> None:
        from qminder_site import asgi

        self._loop = asyncio.new_event_loop()
        self._hub = Hub(asgi.bell, streams.versions)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @contextmanager
    def on(self) -> Iterator["Watch"]:
        self._thread.start()
        self._run(self._hub.start)
        if connection.vendor == "sqlite":
            self._bell: Any = sqlite3.connect(str(connection.settings_dict["NAME"]))
        else:
            self._bell = psycopg.connect(conninfo(), autocommit=True)
            self._bell.execute(f"LISTEN {events.BELL}")
        try:
            yield self
        finally:
            self._bell.close()
            self._run(self._hub.stop)
            time.sleep(0.1)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _run(self, call: Any, *args: Any) -> None:
        async def run() -> None:
            call(*args)

        asyncio.run_coroutine_threadsafe(run(), self._loop).result()

    def screen(self, channel: str) -> Screen:
        screen = Screen()
        self._run(self._hub.follow, screen, [channel])
        return screen

    def rings(self) -> set[str]:
        """For which locations it rang since the last look: on SQLite, one ring is for all."""
        if connection.vendor == "sqlite":
            (version,) = self._bell.execute("PRAGMA data_version").fetchone()
            before, self._before = getattr(self, "_before", None), version
            return {"any"} if version != before else set()
        return {each.payload for each in self._bell.notifies(timeout=0.01)}


@pytest.fixture
def watch(transactional_db: None) -> Iterator[Watch]:
    with Watch().on() as watching:
        yield watching


def test_e1_every_verb_and_every_entry_has_a_row(db: None) -> None:
    undone = {name for surface, name in ENTRIES if surface == "undo"}
    rows = {entry for entry in ENTRIES if entry[0] not in ("job", "undo")}

    in_code = {name for name in VERBS.keys() | SILENT.keys() if not name.startswith("a ")}
    assert verbs_in_code() == in_code | PARTS
    assert entries_in_code() == rows
    assert undone == {str(event) for event in undo.UNDOABLE}


def test_e1_every_entry_publishes_what_its_verb_does(watch: Watch, figure: Figure) -> None:
    published: dict[Name, list[EventName]] = {}
    unrung, waits = [], []

    for name, entry in ENTRIES.items():
        office = make_office()
        channel = events.channel_of(office.location.pk)
        ask = entry.ready(office)
        screen = watch.screen(channel)
        last = Activity.objects.latest("id").pk if Activity.objects.exists() else 0
        watch.rings()

        answer = ask()
        at, rings = time.monotonic(), watch.rings()

        rows = list(Activity.objects.filter(pk__gt=last).order_by("pk"))
        published[name] = [EventName(row.event) for row in rows]
        versions = Location.objects.in_bulk({row.location_id for row in rows})
        for row in rows:
            is_told = {"any", str(row.location_id)} & rings
            if (
                not is_told
                or row.sequence is None
                or row.sequence > versions[row.location_id].version
            ):
                unrung.append(name)
        if published[name] and rows[0].location_id == office.location.pk:
            waits.append((screen, channel, versions[rows[0].location_id].version, at))
        assert getattr(answer, "status_code", 302) in (200, 201, 302) or not entry.published, name

    time.sleep(WITHIN)
    delays = [screen.told_at(channel, told) - at for screen, channel, told, at in waits]
    assert published == {name: each.published for name, each in ENTRIES.items()}
    assert unrung == []
    assert max(delays) <= WITHIN
    taken = {verb for each in ENTRIES.values() for verb in each.verbs.split(", ")} & VERBS.keys()
    figure(
        "E1 verbs that publish, entries, of them told on a screen",
        (len(taken), len(ENTRIES), len(waits)),
    )
    figure("E1 entries that publish something else, ring no bell", (0, len(unrung)))
    figure("E1 reply to a screen's waking, slowest, ms", round(max(delays) * 1000))
