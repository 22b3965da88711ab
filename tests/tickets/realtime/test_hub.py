"""The hub: who is woken by what, and that a broken bell is not the end of it."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from tickets.realtime import hub as hub_module
from tickets.realtime.hub import Hub, Listener, Versions


class World:
    """Versions of channels, and a bell that is rung by hand."""

    def __init__(self) -> None:
        self.versions: Versions = {"a": 1, "b": 1}
        self.rings: asyncio.Queue[Exception | None] = asyncio.Queue()
        self.hub = Hub(self.bell, lambda: dict(self.versions))

    async def bell(self) -> AsyncGenerator[None]:
        yield
        while True:
            trouble = await self.rings.get()
            if trouble:
                raise trouble
            yield

    async def ring(self, **versions: int) -> None:
        self.versions |= versions
        self.rings.put_nowait(None)
        await asyncio.sleep(0.05)


async def quiet(*listeners: Listener) -> None:
    """Let the first look at the versions pass, upon which everybody is woken."""
    await asyncio.sleep(0.05)
    for listener in listeners:
        await listener.wait(0.01)


def test_hub_wakes_who_listens_to_what_changed() -> None:
    async def scene() -> list[bool]:
        world = World()
        a, b = world.hub.join("a"), world.hub.join("b")
        world.hub.start()
        await quiet(a, b)
        await world.ring(a=2)
        heard = [await a.wait(0.05), await b.wait(0.05)]
        await world.ring()
        heard += [await a.wait(0.05), await b.wait(0.05)]
        world.hub.stop()
        return heard

    assert asyncio.run(scene()) == [True, False, False, False]


def test_hub_wakes_once_for_many_changes() -> None:
    async def scene() -> list[bool]:
        world = World()
        a = world.hub.join("a")
        world.hub.start()
        await quiet(a)
        for version in range(2, 7):
            await world.ring(a=version)
        heard = [await a.wait(0.05), await a.wait(0.05)]
        world.hub.stop()
        return heard

    assert asyncio.run(scene()) == [True, False]


def test_hub_forgets_who_left_and_looks_at_nothing_for_nobody() -> None:
    async def scene() -> list[int]:
        world = World()
        looks = 0

        def versions() -> Versions:
            nonlocal looks
            looks += 1
            return world.versions

        world.hub = Hub(world.bell, versions)
        listener = world.hub.join("a")
        world.hub.leave(listener)
        world.hub.start()
        await world.ring(a=2)
        before = looks
        world.hub.join("a")
        await world.ring(a=3)
        world.hub.stop()
        return [before, looks]

    assert asyncio.run(scene()) == [0, 1]


def test_hub_listens_anew_after_a_broken_bell(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hub_module, "PAUSE", 0.01)

    async def scene() -> list[bool]:
        world = World()
        a = world.hub.join("a")
        world.hub.start()
        await quiet(a)
        world.rings.put_nowait(RuntimeError("the database went away"))
        await asyncio.sleep(0.1)
        heard = [await a.wait(0.05)]  # told to look again, whatever was missed
        await world.ring(a=2)
        heard.append(await a.wait(0.05))
        world.hub.stop()
        return heard

    assert asyncio.run(scene()) == [True, True]
    assert "The bell broke" in caplog.text


def test_stop_ends_every_stream() -> None:
    async def scene() -> list[bool]:
        world = World()
        listeners = [world.hub.join("a"), world.hub.join("b")]
        world.hub.start()
        await quiet(*listeners)
        world.hub.stop()
        return [await each.wait(0.05) and each.is_closing for each in listeners]

    assert asyncio.run(scene()) == [True, True]
