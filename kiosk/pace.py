"""The wait on a visitor's screen: it never jumps down, however fast the line moves."""

from dataclasses import dataclass
from typing import Self

from tickets.estimates import STEP

MINUTE = 60


@dataclass(frozen=True)
class Shown:
    """A range in minutes, when it last changed, and when it was last shown, in seconds."""

    low: int
    high: int
    changed_at: int
    shown_at: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        parts = text.split("-")
        if len(parts) != 4 or not all(part.isascii() and part.isdecimal() for part in parts):
            return None
        if max(map(len, parts)) > 12:
            return None
        return cls(*map(int, parts))

    def __str__(self) -> str:
        return f"{self.low}-{self.high}-{self.changed_at}-{self.shown_at}"


def next_range(low: int, high: int, *, after: Shown | None, now: int) -> Shown:
    """What to show for a wait of `low` to `high`: upwards at once, downwards a step a minute.

    While nobody looked the minutes passed as well, so a phone that slept shows what is true.
    """
    if after is None or now < after.shown_at:
        return Shown(low, high, now, now)
    asleep = (now - after.shown_at) // MINUTE
    steps = max(asleep, int(now - after.changed_at >= MINUTE))
    low = max(low, after.low - steps * STEP)
    high = max(high, after.high - steps * STEP)
    is_same = (low, high) == (after.low, after.high)
    return Shown(low, high, after.changed_at if is_same else now, now)
