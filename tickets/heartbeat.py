"""Whether a worker lives: each leaves a sign of life, and whoever asks looks how old it is."""

from datetime import timedelta

from tickets import instants
from tickets.models import Heartbeat

#: However many workers there are, together they write it no more often.
EVERY = timedelta(seconds=15)
SILENT_AFTER = timedelta(seconds=60)
#: The one row.
KEY = 1


def beat() -> None:
    """A worker lives; or a server was started, and its worker has a minute to come."""
    now = instants.now()
    # One from the future was left before the clock was set back.
    stale = Heartbeat.objects.filter(pk=KEY).exclude(at__range=(now - EVERY, now))
    if not stale.update(at=now):
        Heartbeat.objects.bulk_create([Heartbeat(pk=KEY, at=now)], ignore_conflicts=True)


def is_silent() -> bool:
    """Whether no worker was heard of for a minute."""
    return not Heartbeat.objects.filter(at__gt=instants.now() - SILENT_AFTER).exists()
