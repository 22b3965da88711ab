"""Whatever changes anything, by whatever way: the same event, the version, the bell, the screens (E1)."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests import canary
from tests.conftest import Figure
from tests.entries import ENTRIES, PARTS, SILENT, VERBS, Name, entries_in_code, verbs_in_code
from tests.tickets.actions.conftest import make_office
from tests.tickets.realtime.test_bells import conninfo
from tickets import events, streams
from tickets.actions import privacy, undo
from tickets.models import Activity, EventName, Location, Ticket
from tickets.realtime.hub import Hub, Listener

#: Has no event, but changes what screens show.
TOLD = ("messages.hand_over", "sending.settle", "sending.transmit")
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
            asyncio.run_coroutine_threadsafe(_others_end(), self._loop).result()
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

    def rings(self, awaited: AbstractSet[str] = frozenset()) -> AbstractSet[str]:
        """For which locations it rang since the last look, some of them `awaited`.

        On SQLite, one ring is for all.
        """
        if connection.vendor == "sqlite":
            (version,) = self._bell.execute("PRAGMA data_version").fetchone()
            before, self._before = getattr(self, "_before", None), version
            return awaited if version != before else frozenset()
        heard: set[str] = set()
        until = time.monotonic() + (WITHIN if awaited else 0.01)
        while time.monotonic() < until and not (awaited and awaited <= heard):
            heard |= {each.payload for each in self._bell.notifies(timeout=0.01)}
        return heard


async def _others_end() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture
def watch(transactional_db: None) -> Iterator[Watch]:
    with Watch().on() as watching:
        yield watching


def test_e1_every_verb_and_every_entry_has_a_row(db: None) -> None:
    undone = {name for surface, name in ENTRIES if surface == "undo"}
    rows = {
        (surface, name.split(",")[0])
        for surface, name in ENTRIES
        if surface not in ("other", "undo")
    }

    in_code = {name for name in VERBS.keys() | SILENT.keys() if not name.startswith("a ")}
    assert verbs_in_code() == in_code | PARTS
    assert entries_in_code() == rows
    assert undone == {str(event) for event in undo.UNDOABLE}


def test_e1_every_entry_publishes_what_its_verb_does(watch: Watch, figure: Figure) -> None:
    published: dict[Name, list[EventName]] = {}
    raised: dict[Name, bool] = {}
    unrung, waits = [], []
    texts = canary.Texts()

    for name, entry in ENTRIES.items():
        office = make_office()
        channel = events.channel_of(office.location.pk)
        ask = entry.ready(office)
        canary.drench(office, texts)
        screen = watch.screen(channel)
        before = dict(Location.objects.values_list("pk", "version"))
        last = Activity.objects.order_by("-id").values_list("pk", flat=True).first() or 0
        watch.rings()

        answer = ask()
        at = time.monotonic()

        rows = Activity.objects.filter(pk__gt=last).order_by("pk")
        published[name] = [EventName(event) for event in rows.values_list("event", flat=True)]
        versions = dict(Location.objects.values_list("pk", "version"))
        changed = {pk for pk, version in versions.items() if before.get(pk, 0) != version}
        raised[name] = bool(changed)
        awaited = {str(pk) for pk in changed}
        if not awaited <= watch.rings(awaited):
            unrung.append(name)
        if office.location.pk in changed:
            waits.append((screen, channel, versions[office.location.pk], at))
        assert getattr(answer, "status_code", 302) in (200, 201, 302) or not entry.published, name

    time.sleep(WITHIN)
    delays = [screen.told_at(channel, told) - at for screen, channel, told, at in waits]
    assert published == {name: each.published for name, each in ENTRIES.items()}
    assert raised == {n: bool(each.published) or each.verbs in TOLD for n, each in ENTRIES.items()}
    assert unrung == []
    assert max(delays) <= WITHIN
    taken = {verb for each in ENTRIES.values() for verb in each.verbs.split(", ")} & VERBS.keys()
    figure(
        "E1 verbs that publish, entries, of them told on a screen",
        (len(taken), len(ENTRIES), len(waits)),
    )
    figure("E1 entries that publish something else, ring no bell", (0, len(unrung)))
    links = canary.links()
    canary.end_all_visits()
    held = canary.found(links)
    privacy.erase(Ticket.objects.all(), by=office.clerk)
    left = canary.found(links)
    assert left == {}
    figure(
        "P1 entries, values that held something of their visitors, after erasing",
        (len(ENTRIES), sum(held.values()), sum(left.values())),
    )
    figure("E1 reply to a screen's waking, slowest, ms", round(max(delays) * 1000))
