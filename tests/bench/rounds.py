"""One database's figures: rounds of each operation, on the site and on the floor in turn."""

import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from django.test import Client

from tests.bench import floor, load, streams
from tests.bench.operations import OPERATIONS, Call, Operation
from tests.bench.place import CLERKS, Place
from tests.bench.server import Server, cpu_seconds, serving
from tickets.api.authentication import HEADER

WARM_UP = 0.3  # seconds
SECTIONS = ("streams", "operations")


@dataclass(frozen=True)
class Figure:
    """Requests per second, and CPU milliseconds per request: medians of the rounds."""

    operation: str
    waiting: int
    subject: str
    rate: float
    cpu: float


@dataclass(frozen=True)
class Trial:
    """What is measured how: `workers` server processes, and the database's own pids."""

    workers: int
    database_pids: Sequence[int]
    sizes: Sequence[int]
    rounds: int
    seconds: float
    statements: Path
    database_url: str
    sections: Sequence[str] = SECTIONS
    screens: streams.Sizes = field(default_factory=streams.Sizes)

    def figures(self) -> Iterator[Figure | streams.Figure]:
        place = Place.open()
        environment = {"DATABASE_URL": self.database_url, floor.FILE: str(self.statements)}
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            if "streams" in self.sections:
                with serving(workers=self.workers, environment=environment) as server:
                    screens = streams.Screens(place, server, pool, self.database_pids, self.screens)
                    yield from screens.figures()
            for size in self.sizes if "operations" in self.sections else ():
                place.hold(size)
                self.statements.write_bytes(pickle.dumps(record(place)))
                with serving(workers=self.workers, environment=environment) as server:
                    for operation in OPERATIONS:
                        yield from Stage(self, place, server, pool, operation, size).figures()


@dataclass(frozen=True)
class Stage:
    """One operation, with so many waiting."""

    trial: Trial
    place: Place
    server: Server
    pool: ProcessPoolExecutor
    operation: Operation
    size: int

    def figures(self) -> list[Figure]:
        rounds: dict[str, list[tuple[float, float]]] = {"site": [], "floor": []}
        for subject in rounds:
            self._round(subject, WARM_UP)
        for _ in range(self.trial.rounds):
            for subject, results in rounds.items():
                results.append(self._round(subject, self.trial.seconds))
        return [
            Figure(
                self.operation.name,
                self.size,
                subject,
                rate=median(rate for rate, _cpu in results),
                cpu=median(cpu for _rate, cpu in results),
            )
            for subject, results in rounds.items()
        ]

    def _round(self, subject: str, seconds: float) -> tuple[float, float]:
        self.place.hold(self.operation.to_begin_with(self.size, spare=CLERKS))
        calls = [self.operation.calls(self.place, client) for client in range(CLERKS)]
        # The floor, too, begins where each clerk serves somebody: nothing in it is left out.
        self._run("site", calls, seconds=0, most=CLERKS)
        before, used = self.place.waiting.count(), self._cpu_seconds()
        outcome = self._run(subject, calls, seconds=seconds, most=self.operation.most)
        used = self._cpu_seconds() - used
        change = self.place.waiting.count() - before
        if change != outcome.requests * self.operation.waiting:
            raise RuntimeError(
                f"{outcome.requests} × {self.operation.name} on the {subject}: {change:+} waiting"
            )
        return outcome.requests / outcome.seconds, used / outcome.requests * 1000

    def _run(
        self, subject: str, calls: list[list[Call]], *, seconds: float, most: int
    ) -> load.Outcome:
        def encoded(call: Call) -> bytes:
            if subject == "floor":
                return call.to_floor(self.operation.slug)
            return call.to_site(self.place.key)

        requests = [[encoded(call) for call in own] for own in calls]
        job = self.pool.submit(load.run, self.server.port, requests, seconds=seconds, most=most)
        return job.result(timeout=seconds + 4 * load.PATIENCE)

    def _cpu_seconds(self) -> float:
        return cpu_seconds(self.server.pid, *self.trial.database_pids)


def record(place: Place) -> dict[str, list[floor.Statement]]:
    """The statements of every operation, by its slug; taken while nobody else is at work."""
    program = Client(headers={HEADER: place.key}, SERVER_NAME="localhost")

    def send(call: Call) -> floor.Ids:
        reply = program.generic(
            call.method, call.path, call.form, content_type="application/x-www-form-urlencoded"
        )
        if reply.status_code != 200:
            raise RuntimeError(f"{call.path}: {reply.content!r}")
        return call.ids

    recorded = {}
    for operation in OPERATIONS:
        one, other = (operation.calls(place, client)[0] for client in (0, 1))
        send(one), send(other)  # the first of the day, and of a clerk, goes another way
        recorded[operation.slug] = floor.record(send, (one, other))
    return recorded
