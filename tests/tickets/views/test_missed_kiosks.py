"""UA6: staff see within a minute that a kiosk is offline, and what becomes of visitors meanwhile."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from tests.conftest import CountQueries, Figure
from tests.factories import DeviceFactory
from tests.kiosk.test_devices import browser_of
from tickets import access, instants, remembered, streams
from tickets.actions import programs
from tickets.models import Device, DeviceKind, Line, Location
from tickets.models.programs import OFFLINE_AFTER

SILENCE = OFFLINE_AFTER[DeviceKind.KIOSK]


@pytest.fixture
def kiosk(line: Line) -> Device:
    """A kiosk that was there a moment ago."""
    device = DeviceFactory.create(location=line.location, name="Front door", keeps_sign_ins=True)
    browser_of(device).get("/kiosk/sync/")
    device.refresh_from_db()
    return device


def told(staff: Client, location: Location) -> list[str]:
    """The strips of the Service View, as words."""
    remembered.FLOORS.clear()
    html = staff.get(f"/service/{location.pk}/").content.decode()
    strips = re.findall(r'<li class="missed-kiosk">.*?</svg>(.*?)</li>', html, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", "", strip).split()) for strip in strips]


def test_kiosk_that_fell_silent_is_told_and_that_it_is_back(
    staff: Client, kiosk: Device, line: Line
) -> None:
    seen = kiosk.last_seen_at
    assert seen
    with time_machine.travel(seen + SILENCE, tick=False) as clock:
        before = told(staff, line.location)
        clock.shift(1)
        after = told(staff, line.location)
        browser_of(kiosk).get("/kiosk/sync/")
        back = told(staff, line.location)

    since = f"{seen.astimezone(line.location.tz):%H:%M}"
    keeps = "It keeps signing people in, and sends them when it is back."
    said = [f"Kiosk Front door offline: since {since} {keeps}"]
    assert (before, after, back) == ([], said, [])


@pytest.mark.parametrize(
    ("columns", "count"),
    [
        ({"keeps_sign_ins": False}, 1),
        ({"keeps_sign_ins": None}, 0),
        ({"is_active": False}, 0),
        ({"secret_hash": None}, 0),
        ({"kind": DeviceKind.TV}, 0),
    ],
    ids=str,
)
def test_only_a_kiosk_in_use_is_missed(
    columns: dict[str, Any], count: int, staff: Client, kiosk: Device, line: Line
) -> None:
    Device.objects.filter(pk=kiosk.pk).update(
        last_seen_at=instants.now() - timedelta(hours=1), **columns
    )

    assert len(told(staff, line.location)) == count


def test_open_stream_is_no_sign_of_life(transactional_db: None, kiosk: Device) -> None:
    secret = programs.renew_secret(kiosk)
    long_ago = instants.now() - timedelta(hours=1)
    Device.objects.filter(pk=kiosk.pk).update(last_seen_at=long_ago)
    cookie = f"{access.DEVICE_COOKIES[DeviceKind.KIOSK]}={secret}"
    headers = [(b"host", b"testserver"), (b"cookie", cookie.encode())]

    channel = streams.authorise({"path": "/stream/kiosk/", "headers": headers, "scheme": "http"})

    kiosk.refresh_from_db()
    assert channel
    assert kiosk.last_seen_at == long_ago


def test_missed_kiosks_cost_the_same_for_one_and_three(
    staff: Client, kiosk: Device, line: Line, count_queries: CountQueries, figure: Figure
) -> None:
    with_one = count_queries(lambda: told(staff, line.location))
    for _ in range(2):
        programs.renew_secret(DeviceFactory.create(location=line.location, keeps_sign_ins=True))
    Device.objects.update(last_seen_at=instants.now() - timedelta(hours=1))

    with_three = count_queries(lambda: told(staff, line.location))

    figure(
        "Service View, queries with 1 kiosk and with 3 that are offline",
        f"{with_one} and {with_three}",
    )
    assert len(told(staff, line.location)) == 3
    assert with_three == with_one


def test_ua6_silence_is_on_the_screen_within_a_minute(figure: Figure) -> None:
    """How long it is waited for, remembered, and until a screen asks; and how often a kiosk asks."""
    page = Path(settings.BASE_DIR, "templates/tickets/service.html").read_text()
    script = Path(settings.BASE_DIR, "static/js/offline/start.js").read_text()
    asks = int(re.findall(r"sse:changed, every (\d+)s", page)[0])
    beats = int(re.findall(r"OFTEN = ([\d_]+)", script)[0]) / 1000

    longest = SILENCE.total_seconds() + remembered.FLOORS._seconds + asks
    oldest = access.DEVICE_SEEN_EVERY.total_seconds() + beats

    figure("UA6 a kiosk's silence is seen after at most, s", longest)
    figure("UA6 age of the last sign of life of a kiosk that is there, at most, s", oldest)
    assert longest <= 60
    assert oldest * 2 < SILENCE.total_seconds()
