"""A worker for tests to kill: this module is loaded once, each worker is a fork of that."""

import django

django.setup()

from datetime import timedelta

from tickets import outbox, worker


def run(lease: float) -> None:
    """Work until killed; leases are of `lease` seconds."""
    outbox.LEASE = timedelta(seconds=lease)
    worker.work(lambda: False)
