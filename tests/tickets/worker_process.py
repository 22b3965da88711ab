"""A worker for tests to kill: this module is loaded once, each worker is a fork of that."""

import django

django.setup()

from datetime import timedelta

from django.conf import settings

from tests.receiver import LOOPBACK
from tickets import outbox, worker


def run(lease: float, pause: float = 5) -> None:
    """Work until killed; leases are of `lease` seconds, pauses between tries of `pause`."""
    outbox.LEASE = timedelta(seconds=lease)
    outbox.PAUSES = (timedelta(seconds=pause),) * len(outbox.PAUSES)  # type: ignore[assignment]
    settings.WEBHOOK_ALLOWED_NETWORKS = LOOPBACK
    worker.work(lambda: False)
