"""How many requests a key may make: a bucket of tokens in the database, drawn from in lots."""

import time
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from tickets.api.errors import ApiError
from tickets.models import ApiKey

REMAINING = "X-Ratelimit-Remaining"

#: A process takes so many tokens at a time, so that not every request writes. Those that it still
#: holds are what several processes may differ from one bucket by.
LOT = 5

SECOND = 1_000_000  # the unit is the microsecond: whole numbers that suit any rate


@dataclass
class Lot:
    """What this process has drawn from the bucket of one key and not spent."""

    tokens: int = 0
    full_at: int = 0  # when the bucket is full again, as far as this process knows
    lock: Lock = field(default_factory=Lock)


#: By the key's id.
lots: dict[int, Lot] = {}


class TokenBucket(BaseThrottle):
    """Each request of a key takes a token; an empty bucket is 429. Keys without a limit take none."""

    def allow_request(self, request: Request, view: Any) -> bool:
        key, limit = request.auth, settings.RATE_LIMIT
        if not isinstance(key, ApiKey) or not key.is_rate_limited or limit is None:
            return True
        burst, refill = limit
        lot = lots.setdefault(key.pk, Lot())
        remaining, wait = take(lot, key.pk, burst, SECOND // refill)
        view.headers[REMAINING] = str(remaining)
        if wait:
            raise ApiError(
                429,
                "rate_limited",
                _("Too many requests with this key."),
                developer=f"Wait for the seconds of Retry-After. A key has {burst} requests at once "
                f"and {refill} more each second; {REMAINING} says how many are left.",
                retry_after=ceil(wait / SECOND),
            )
        return True


def take(lot: Lot, key_id: int, burst: int, interval: int) -> tuple[int, int]:
    """One token: how many are left, and how long to wait for one if there was none."""
    with lot.lock:
        now = time.time_ns() // 1000
        if not lot.tokens or lot.tokens > _room(lot, now, interval):
            _draw(lot, key_id, now, burst, interval)
        if not lot.tokens:
            return 0, lot.full_at - (burst - 1) * interval - now
        lot.tokens -= 1
        return lot.tokens + _there(lot.full_at, now, burst, interval), 0


def _draw(lot: Lot, key_id: int, now: int, burst: int, interval: int) -> None:
    """Look at the bucket, and take a lot out of it, or as many as there are, if nothing is left."""
    bucket = ApiKey.objects.filter(pk=key_id)
    while True:
        stored = bucket.values_list("bucket_full_at", flat=True).get()
        # Far ahead: the clock was set back, or the limit changed. Such a bucket begins anew.
        lot.full_at = stored if now < stored <= now + 2 * burst * interval else now
        # What was drawn before counts as in the bucket, and a full one takes no more.
        lot.tokens = min(lot.tokens, _room(lot, now, interval))
        tokens = min(LOT, _there(lot.full_at, now, burst, interval))
        if lot.tokens or not tokens:
            return
        full_at = lot.full_at + tokens * interval
        if bucket.filter(bucket_full_at=stored).update(bucket_full_at=full_at):
            lot.tokens, lot.full_at = tokens, full_at
            return


def _room(lot: Lot, now: int, interval: int) -> int:
    """How many tokens the bucket can still take."""
    return max(lot.full_at - now, 0) // interval


def _there(full_at: int, now: int, burst: int, interval: int) -> int:
    """The whole tokens in a bucket that will be full at that moment."""
    return max(burst - ceil(max(full_at - now, 0) / interval), 0)
