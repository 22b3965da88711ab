"""The range on a screen: up at once, down a step a minute at most."""

import random
from itertools import pairwise

import pytest

from kiosk.pace import Shown, next_range
from tests.conftest import Figure


@pytest.mark.parametrize(
    ("seconds", "low", "high"),
    [(20, 30, 45), (59, 30, 45), (60, 25, 40), (300, 5, 20)],
)
def test_range_goes_down_a_step_a_minute(seconds: int, low: int, high: int) -> None:
    before = Shown(30, 45, changed_at=1000, shown_at=1000)

    shown = next_range(0, 5, after=before, now=1000 + seconds)

    assert (shown.low, shown.high) == (low, high)


def test_range_that_stood_for_long_still_goes_down_by_one_step() -> None:
    before = Shown(30, 45, changed_at=1000, shown_at=1570)

    shown = next_range(0, 5, after=before, now=1600)

    assert shown == Shown(25, 40, changed_at=1600, shown_at=1600)


def test_range_goes_up_at_once() -> None:
    before = Shown(5, 20, changed_at=1000, shown_at=1000)

    assert next_range(30, 60, after=before, now=1001) == Shown(30, 60, 1001, 1001)


def test_range_never_jumps_on_a_screen_that_is_watched(figure: Figure) -> None:
    chance = random.Random(4)
    now, shown = 0, None
    seen: list[Shown] = []

    for _ in range(2000):
        now += chance.randrange(1, 31)
        low = 5 * chance.randrange(20)
        shown = next_range(low, low + 5 * chance.randrange(1, 6), after=shown, now=now)
        seen.append(shown)

    drops = [(a.low - b.low, a.high - b.high) for a, b in pairwise(seen)]
    assert max(max(drop) for drop in drops) == 5
    falls = [b.shown_at for a, b in pairwise(seen) if b.low < a.low or b.high < a.high]
    assert min(b - a for a, b in pairwise(falls)) >= 60
    assert min(each.low for each in seen) >= 0
    figure("UX 4, steps down at once, and in a minute, of 2,000 looks", (1, 1))


@pytest.mark.parametrize(
    "kept", ["", "a-b-c-d", "1-2-3", "1-2-3-4-5", "-1-2-3", f"{'9' * 13}-1-1-1"]
)
def test_what_no_page_of_ours_kept_is_left_out(kept: str) -> None:
    assert Shown.parse(kept) is None


def test_range_is_kept_as_text() -> None:
    assert Shown.parse(str(Shown(5, 20, 1000, 1030))) == Shown(5, 20, 1000, 1030)
