"""What open screens cost: how soon they are told, in how much memory, and what they take from calls."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from django.conf import settings
from django.test import Client

from tests.bench import load
from tests.bench.operations import Call, call_next
from tests.bench.place import CLERKS, Place
from tests.bench.server import Server, cpu_seconds, with_descendants
from tests.factories import clerk_of
from tickets.api.authentication import HEADER
from tickets.models import Activity

WAITING = 200
SCREENS = 50
PATIENCE = 30  # seconds until everybody is told, at most
#: One call after another, so far apart that each is told by itself.
APART = 0.3
CHANGED = b"event: changed"
MARKS = re.compile(r'data-parts="([^"]*)"')
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Figure:
    """`goal` is the most that it may be, or the least of a share; a figure without one is beside."""

    name: str
    value: float
    unit: str
    goal: float | None = None


@dataclass(frozen=True)
class Sizes:
    """How much is measured: small while one develops, whole for the record."""

    streams: int = 200
    many: int = 1000
    calls: int = 20
    rounds: int = 3
    seconds: float = 2.0

    @classmethod
    def small(cls) -> "Sizes":
        return cls(streams=50, many=100, calls=6, rounds=2, seconds=1.0)


class Ear(asyncio.Protocol):
    """One stream as a browser holds it; notes when it is told of a change."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self.told: list[float] = []
        self.opened = asyncio.get_running_loop().create_future()
        self.woken = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            if not data.startswith(b"HTTP/1.1 200"):
                raise load.BadReply(data[:200].decode(errors="replace"))
            self.opened.set_result(None)
        if CHANGED in data:
            self.told.append(time.time())
            self.woken.set()


@dataclass
class Page:
    """The Service View of one clerk: its own session, its stream, and what it has on it."""

    port: int
    path: str
    cookie: str
    have: str = ""
    fetched: int = 0
    received: int = 0
    connection: Any = None

    def request(self, path: str, **headers: str) -> bytes:
        lines = {"Host": "localhost", "Cookie": self.cookie, **headers}
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"GET {path} HTTP/1.1\r\n{text}\r\n".encode()

    async def open(self) -> None:
        self.have = self._marks(await self._get(self.request(self.path)))

    async def refetch(self) -> None:
        """As the page does when it is told; browsers take it compressed."""
        sent = {
            "HX-Request": "true",
            "HX-Target": "live",
            "X-Have": self.have,
            "Accept-Encoding": "gzip",
        }
        body = await self._get(self.request(self.path, **sent))
        self.fetched += 1
        self.received += len(body)

    async def _get(self, request: bytes) -> bytes:
        if self.connection is None:
            self.connection = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.connection
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200") or not length:
            raise load.BadReply(head.decode(errors="replace"))
        body: bytes = await reader.readexactly(int(length[1]))
        return body

    @staticmethod
    def _marks(body: bytes) -> str:
        return " ".join(MARKS.findall(body.decode()))


class Crowd:
    """Open streams, in a thread with a loop of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.ears: list[Ear] = []
        self._thread.start()

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def listen(self, requests: Sequence[bytes]) -> None:
        self.run(self._listen(requests))

    async def _listen(self, requests: Sequence[bytes]) -> None:
        for request in requests:
            # One after the other: of several at once, one process would accept all.
            _transport, ear = await self._loop.create_connection(
                lambda request=request: Ear(request),  # type: ignore[misc]
                "127.0.0.1",
                self._port,
            )
            await asyncio.wait_for(ear.opened, PATIENCE)
            self.ears.append(ear)

    def close(self) -> None:
        async def hang_up() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            for ear in self.ears:
                ear.transport.abort()

        self.run(hang_up())
        self.ears = []
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@dataclass(frozen=True)
class Screens:
    """The measurements of one database."""

    place: Place
    server: Server
    pool: Executor
    database_pids: Sequence[int]
    sizes: Sizes = field(default_factory=Sizes)

    def figures(self) -> Iterator[Figure]:
        self.place.hold(WAITING)
        cookies = [self._cookie(pk) for pk in self.place.clerk_ids]
        yield from self._memory(cookies)
        yield from self._told_and_calls(cookies)
        yield from self._refetches()

    def _cookie(self, clerk: int) -> str:
        return session_of(self.place.clerk(clerk))

    def _streams(self, cookies: Sequence[str], count: int) -> list[bytes]:
        path = f"/stream/service/{self.place.line.location_id}/"
        pages = [Page(self.server.port, path, cookie) for cookie in cookies]
        return [pages[number % len(pages)].request(path) for number in range(count)]

    @contextmanager
    def _crowd(self, cookies: Sequence[str], count: int) -> Iterator[Crowd]:
        with closing(Crowd(self.server.port)) as crowd:
            crowd.listen(self._streams(cookies, count))
            yield crowd

    def _memory(self, cookies: Sequence[str]) -> Iterator[Figure]:
        few, many = self.sizes.streams, self.sizes.many
        with self._crowd(cookies, few):  # what a first stream costs but once
            self._told()
        time.sleep(1)
        found = {0: self._resident()}
        with closing(Crowd(self.server.port)) as crowd:
            for count in (few, many):
                crowd.listen(self._streams(cookies, count - len(crowd.ears)))
                time.sleep(1)
                found[count] = self._resident()
        yield Figure(f"memory of a stream, 0 to {few}", (found[few] - found[0]) / few, "kB", 25)
        yield Figure(
            f"memory of a stream, {few} to {many}",
            (found[many] - found[few]) / (many - few),
            "kB",
            25,
        )

    def _resident(self) -> float:
        """kB of the server's processes; pages that they share count once."""
        total = 0
        for pid in with_descendants((self.server.pid,)):
            with suppress(OSError):
                rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
                total += int(re.findall(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[0])
        return total

    def _told(self) -> float:
        """Call the next visitor through the API; the instant of the step."""
        (call, *_) = call_next(self.place, 0)
        last = Activity.objects.order_by("-id").values_list("pk", flat=True).first() or 0
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        with closing(connection):
            headers = {HEADER: self.place.key, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request(call.method, call.path, call.form, headers)
            reply = json.loads(connection.getresponse().read())
        if "id" not in reply:
            raise load.BadReply(f"nobody was called: {reply}")
        at: datetime = Activity.objects.filter(pk__gt=last).earliest("id").at
        return at.timestamp()

    def _told_and_calls(self, cookies: Sequence[str]) -> Iterator[Figure]:
        without = [self._rate() for _ in range(self.sizes.rounds)]
        self.place.hold(WAITING)
        with self._crowd(cookies, self.sizes.streams) as crowd:
            time.sleep(1)
            waits, missed = self._waits(crowd)
            within = [self._rate() for _ in range(self.sizes.rounds)]
        without += [self._rate() for _ in range(self.sizes.rounds)]
        self.place.hold(WAITING)
        of = f"of a call on {self.sizes.streams} streams"
        yield Figure(f"told {of}, median", median(waits) * 1000, "ms")
        yield Figure(f"told {of}, p95", quantiles(waits, n=20)[-1] * 1000, "ms", 250)
        yield Figure(f"not told {of}", missed, "", 0)
        rates = median(without), median(within)
        yield Figure("call next without streams", rates[0], "/s")
        yield Figure(f"call next with {self.sizes.streams} streams", rates[1], "/s")
        yield Figure("share of call next that is left", rates[1] / rates[0], "", -0.8)

    def _waits(self, crowd: Crowd) -> tuple[list[float], int]:
        waits, missed = [], 0
        for _ in range(self.sizes.calls):
            for ear in crowd.ears:
                ear.told.clear()
            at = self._told()
            deadline = time.time() + PATIENCE
            while time.time() < deadline and not all(ear.told for ear in crowd.ears):
                time.sleep(0.01)
            waits += [ear.told[0] - at for ear in crowd.ears if ear.told]
            missed += sum(not ear.told for ear in crowd.ears)
            time.sleep(APART)
        return waits, missed

    def _rate(self) -> float:
        most = int(self.sizes.seconds * 1000)
        self.place.hold(most + CLERKS)
        calls: list[list[Call]] = [call_next(self.place, client) for client in range(CLERKS)]
        requests = [[call.to_site(self.place.key) for call in own] for own in calls]
        job = self.pool.submit(
            load.run, self.server.port, requests, seconds=self.sizes.seconds, most=most
        )
        outcome = job.result(timeout=self.sizes.seconds + 4 * load.PATIENCE)
        return outcome.requests / outcome.seconds

    def _refetches(self) -> Iterator[Figure]:
        """One change, and what the server computes until all screens show it."""
        path = f"/service/{self.place.line.location_id}/"
        cookies = [session_of(clerk_of(self.place.line.location)) for _ in range(SCREENS)]
        pages = [Page(self.server.port, path, cookie) for cookie in cookies]
        costs, sizes = [], []
        with self._crowd(cookies, SCREENS) as crowd:

            async def show(page: Page, ear: Ear) -> None:
                await page.open()
                try:
                    while True:
                        await ear.woken.wait()
                        ear.woken.clear()
                        await page.refetch()
                finally:
                    page.connection[1].close()

            async def start() -> list[Any]:
                pairs = zip(pages, crowd.ears, strict=True)
                return [asyncio.ensure_future(show(page, ear)) for page, ear in pairs]

            shows = crowd.run(start())
            time.sleep(3)
            for _ in range(self.sizes.calls // 2):
                before = [page.fetched for page in pages]
                size = sum(page.received for page in pages)
                used = self._cpu()
                self._told()
                deadline = time.time() + PATIENCE
                while time.time() < deadline and any(
                    page.fetched == count for page, count in zip(pages, before, strict=True)
                ):
                    time.sleep(0.01)
                costs.append(self._cpu() - used)
                sizes.append((sum(page.received for page in pages) - size) / SCREENS)
                broken = [each.exception() for each in shows if each.done()]
                if broken or any(
                    page.fetched == count for page, count in zip(pages, before, strict=True)
                ):
                    raise RuntimeError(f"not all screens were told: {broken[:3]}")
                time.sleep(1)
        yield Figure(f"CPU of one change on {SCREENS} screens", median(costs) * 1000, "ms", 150)
        yield Figure("bytes of a screen's refetch", median(sizes), "")

    def _cpu(self) -> float:
        return cpu_seconds(self.server.pid, *self.database_pids)


def session_of(clerk: Any) -> str:
    client = Client()
    client.force_login(clerk)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"
