"""Nobody is told of what is not committed yet, nor of what never was (E4)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from django.db import connection, transaction

from tests.conftest import Figure, Threads
from tests.factories import LocationFactory, clerk_of
from tickets import events, streams
from tickets.events import EventName, channel_of
from tickets.models import Activity, Location, User
from tickets.realtime.hub import Hub, Listener

WRITERS = 4
COMMITS = 330  # of each writer
AT_ONCE = 9  # events of one commit, as of a call that serves others
EVERY = 10  # so many-th transaction is rolled back


class Screen(Listener):
    """Looks as soon as it is woken whether all that it is told of can be read."""

    def __init__(self, location: Location) -> None:
        super().__init__()
        self._pk = location.pk
        self._channel = channel_of(location.pk)
        self.seen = 0
        self.woken = 0
        self.unreadable: list[tuple[int, int]] = []

    def wake(self) -> None:
        super().wake()
        told = self.told.get(self._channel, 0)
        if told > self.seen:
            self.woken += 1
            found = count(self._pk, after=self.seen, upto=told)
            if found != told - self.seen:
                self.unreadable.append((told, found))
            self.seen = told


def count(location_id: int, *, after: int, upto: int) -> int:
    """By a connection that lives no longer: the loop has one of its own, which nobody would close."""
    rows = Activity.objects.filter(location=location_id, sequence__gt=after, sequence__lte=upto)
    try:
        return rows.count()
    finally:
        connection.close()


def writer(location: Location, clerk: User, number: int) -> Callable[[], int]:
    """Commits so many; every tenth transaction is rolled back when all of it is written."""

    def write() -> int:
        written = 0
        for turn in range(1, COMMITS + 1):
            with transaction.atomic():
                for _ in range(AT_ONCE):
                    events.record(EventName.LOCATION_CHANGED, by=clerk, location_id=location.pk)
                if (turn + number) % EVERY == 0:
                    transaction.set_rollback(True)
                else:
                    written += AT_ONCE
        return written

    return write


def listening(hub: Hub, screens: Sequence[Screen], until: Callable[[], bool]) -> Callable[[], int]:
    """A process with a hub, on a database connection of its own."""

    def listen() -> int:
        async def run() -> None:
            for screen in screens:
                hub.follow(screen, [screen._channel])
            hub.start()
            while not until():
                await asyncio.sleep(0.05)
            hub.stop()
            await asyncio.sleep(0.2)  # until the bell is silent

        asyncio.run(run())
        return 0

    return listen


def test_e4_no_event_is_seen_before_its_commit(
    transactional_db: None, in_threads: Threads, figure: Figure
) -> None:
    from qminder_site import asgi

    locations = LocationFactory.create_batch(2)
    clerk = clerk_of(locations[0])
    screens = [Screen(location) for location in locations]
    writers = [writer(locations[n % 2], clerk, n) for n in range(WRITERS)]
    due = WRITERS * (COMMITS - COMMITS // EVERY) * AT_ONCE

    def all_seen() -> bool:
        return sum(screen.seen for screen in screens) >= due

    results = in_threads(*writers, listening(Hub(asgi.bell, streams.versions), screens, all_seen))

    unreadable = [each for screen in screens for each in screen.unreadable]
    sequences = Counter(Activity.objects.values_list("location", "sequence"))
    versions = Location.objects.values_list("pk", "version")
    figure(
        f"E4 events told, in commits; of them not readable; of {WRITERS * (COMMITS // EVERY)} rolled back",
        (sum(s.seen for s in screens), due // AT_ONCE, len(unreadable), len(sequences) - due),
    )
    figure("E4 times that the screens were woken", sum(screen.woken for screen in screens))
    assert sum(result for result in results if isinstance(result, int)) == due
    assert unreadable == []
    assert sequences == Counter(
        (pk, number) for pk, version in versions for number in range(1, version + 1)
    )
