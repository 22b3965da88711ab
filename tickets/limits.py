"""How often something may be done by one network, number or visit: a bucket of tokens in the database.

Right for any number of processes: a token is taken by one conditional UPDATE.
"""

import ipaddress
import time
from datetime import timedelta
from typing import NamedTuple

from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.crypto import salted_hmac

from tickets.models import Bucket

MICROSECOND = timedelta(microseconds=1)
#: Whoever has IPv6 has a whole network of this size.
PREFIX = 64


class Limit(NamedTuple):
    """`burst` times at once, and once more after each `interval`."""

    what: str
    burst: int
    interval: timedelta


def take(limit: Limit, who: str) -> bool:
    """Whether `who`, an address or another name, may do it now; if so, it is counted."""
    name = salted_hmac("tickets.limits", f"{limit.what} {_network(who)}", algorithm="sha256")
    bucket = Bucket.objects.filter(name=name.hexdigest())
    now = _now()
    interval = limit.interval // MICROSECOND
    # Half a token is one: `now` is never quite the same for all who ask at once.
    has_token = bucket.filter(full_at__lte=now + (limit.burst - 1) * interval + interval // 2)
    full_at = Greatest(F("full_at"), Value(now)) + interval
    if has_token.update(full_at=full_at):
        return True
    if not bucket.exists():
        new = Bucket(name=name.hexdigest(), full_at=now)
        Bucket.objects.bulk_create([new], ignore_conflicts=True)
    # Somebody else may have made it since the first try.
    return bool(has_token.update(full_at=full_at))


def forget_full() -> None:
    """A full bucket is as good as none."""
    Bucket.objects.filter(full_at__lte=_now()).delete()


def _now() -> int:
    return time.time_ns() // 1000


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = getattr(found, "ipv4_mapped", None)
    if found.version == 4 or mapped:
        return str(mapped or found)
    return str(ipaddress.ip_network((found, PREFIX), strict=False))
