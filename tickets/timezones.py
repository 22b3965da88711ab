"""Which time zone a place on the map is in, and whether two zones show the same time."""

import functools
import zoneinfo
from datetime import datetime, timedelta

import tzfpy

#: More often than clocks are put forward or back.
STEP = timedelta(days=14)
YEAR = timedelta(days=366)


def at(latitude: float, longitude: float) -> str | None:
    """The zone's name; None where the map is newer than this machine's zones."""
    name = tzfpy.get_tz(longitude, latitude)
    return name if name in _known() else None


@functools.cache
def _known() -> set[str]:
    """Looked up once: it takes hundreds of files to know."""
    return zoneinfo.available_timezones()


def show_the_same(one: str, other: str, *, since: datetime) -> bool:
    """Whether nobody can tell their clocks apart in the year from `since`: Europe/Kiev, Europe/Kyiv."""
    zones = zoneinfo.ZoneInfo(one), zoneinfo.ZoneInfo(other)
    moments = [since + n * STEP for n in range(YEAR // STEP + 1)]
    first, second = ([each.astimezone(tz).utcoffset() for each in moments] for tz in zones)
    return first == second
