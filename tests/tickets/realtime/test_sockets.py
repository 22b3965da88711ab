"""A socket by itself: what it tells and in what order, and how it ends, whatever its session does."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tickets.realtime import sockets
from tickets.realtime.hub import Hub, Versions
from tickets.realtime.sockets import Reader, converse
from tickets.realtime.sse import Scope


@dataclass(frozen=True)
class Item:
    version: int


class World:
    """One channel, a program on a socket that hears all of it, and a bell that is rung by hand."""

    def __init__(self) -> None:
        self.version = 0
        self.right = True
        self.is_broken = False
        self.is_read = True
        self.looks = 0
        self.reads: list[tuple[str, int, int]] = []
        self.sent: list[dict[str, Any]] = []
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.rings: asyncio.Queue[None] = asyncio.Queue()
        self.hub = Hub(self.bell, lambda: {"a": self.version})
        self.reader = Reader(self.read)

    async def bell(self) -> AsyncGenerator[None]:
        while True:
            yield
            await self.rings.get()

    def read(self, channel: str, after: int, upto: int) -> Sequence[Item]:
        self.reads.append((channel, after, upto))
        if self.is_broken:
            raise RuntimeError("the database went away")
        return [Item(version) for version in range(after + 1, upto + 1)]

    def reach(self) -> Versions | None:
        self.looks += 1
        return {"a": self.version} if self.right else None

    def hear(self, text: str) -> Sequence[str]:
        return [f"heard {text}"]

    def tell(self, news: Item) -> Iterator[str]:
        yield str(news.version)

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        if not self.is_read:
            await asyncio.sleep(60)

    async def talk(self) -> None:
        """One socket, from the request to its end."""
        self.inbox.put_nowait({"type": "websocket.connect"})
        scope: Scope = {"type": "websocket", "query_string": b"key"}
        await converse(self.hub, self.reader, lambda _: self, scope, self.inbox.get, self.send)

    @property
    def told(self) -> list[str]:
        return [message["text"] for message in self.sent if message["type"] == "websocket.send"]

    @property
    def end(self) -> Any:
        last = self.sent[-1]
        return last["code"] if last["type"] == "websocket.close" else None


def play(scene: Callable[[World, "asyncio.Task[None]"], Awaitable[None]]) -> World:
    """A world after a scene with one open socket."""

    async def run() -> World:
        world = World()
        world.hub.start()
        talk = asyncio.create_task(world.talk())
        async with asyncio.timeout(5):
            await until(lambda: world.looks == 1)
            await asyncio.sleep(0.05)
            await scene(world, talk)
        world.hub.stop()
        world.inbox.put_nowait({"type": "websocket.disconnect"})
        await asyncio.wait([talk], timeout=2)
        return world

    return asyncio.run(run())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def test_many_changes_at_once_are_told_in_order_and_read_in_parts() -> None:
    async def scene(world: World, talk: "asyncio.Task[None]") -> None:
        world.version = 250
        world.rings.put_nowait(None)
        await until(lambda: len(world.told) == 250)

    world = play(scene)

    assert world.told == [str(n) for n in range(1, 251)]
    assert world.reads == [("a", 0, 100), ("a", 100, 200), ("a", 200, 250)]


def test_a_silent_bell_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "LOOK_EVERY", 0.1)

    async def scene(world: World, talk: "asyncio.Task[None]") -> None:
        world.version = 2
        await until(lambda: len(world.told) == 2)

    assert play(scene).told == ["1", "2"]


def test_messages_are_answered_in_order() -> None:
    async def scene(world: World, talk: "asyncio.Task[None]") -> None:
        for text in ("one", "PING", "two"):
            world.inbox.put_nowait({"type": "websocket.receive", "text": text})
        await until(lambda: len(world.told) == 3)

    assert play(scene).told == ["heard one", "PONG", "heard two"]


def test_a_message_is_not_heard_without_a_right() -> None:
    async def scene(world: World, talk: "asyncio.Task[None]") -> None:
        world.right = False
        world.inbox.put_nowait({"type": "websocket.receive", "text": "one"})
        await talk

    world = play(scene)

    assert (world.told, world.end) == ([], 1008)


def test_trouble_ends_the_socket_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def scene(world: World, talk: "asyncio.Task[None]") -> None:
        world.is_broken = True
        world.version = 1
        world.rings.put_nowait(None)
        await talk

    world = play(scene)

    assert (world.told, world.end) == ([], 1011)
    assert "A socket ended in trouble." in caplog.text


def test_a_peer_that_reads_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SEND_WITHIN", 0.1)

    async def scene(world: World, talk: "asyncio.Task[None]") -> None:
        world.is_read = False
        world.version = 3
        world.rings.put_nowait(None)
        await talk

    world = play(scene)

    assert (world.told, world.end) == (["1"], None)


def test_a_stopped_hub_ends_sockets_and_asks_to_come_again() -> None:
    async def scene(world: World, talk: "asyncio.Task[None]") -> None:
        world.hub.stop()
        await talk

    assert play(scene).end == 1012


def test_a_program_that_left_is_sent_nothing_more() -> None:
    async def scene(world: World, talk: "asyncio.Task[None]") -> None:
        world.inbox.put_nowait({"type": "websocket.disconnect"})
        await talk

    world = play(scene)

    assert [message["type"] for message in world.sent] == ["websocket.accept"]


def test_what_many_sockets_want_at_once_is_read_once() -> None:
    async def run() -> tuple[int, list[int], bool]:
        world = World()
        wanted = [asyncio.create_task(world.reader.news("a", 0, 3)) for _ in range(20)]
        await asyncio.sleep(0)
        wanted[0].cancel()
        news = await asyncio.gather(*wanted[1:])
        await world.reader.news("a", 3, 4)
        return len(world.reads), [len(each) for each in news], wanted[0].cancelled()

    assert asyncio.run(run()) == (2, [3] * 19, True)
