"""Somebody at a kiosk wants help, and a clerk promises to come."""

from django.db import transaction

from tickets import events, instants
from tickets.exceptions import HelpPromised
from tickets.models import By, Device, EventName

COLUMNS = ("help_wanted_at", "help_promised_at")


def ask(device: Device) -> None:
    """Tell all clerks of the location that help is wanted here; nothing is new if they know."""
    with transaction.atomic():
        unasked = Device.objects.filter(pk=device.pk, help_wanted_at=None)
        if unasked.update(help_wanted_at=instants.now(), help_promised_at=None):
            _record(EventName.HELP_WANTED, device, by=device)
    device.refresh_from_db(fields=COLUMNS)


def promise(device: Device, *, by: By) -> None:
    """Say that `by` is on the way, which the kiosk then shows.

    Raises HelpPromised if somebody else said so, or nobody wants help any more.
    """
    with transaction.atomic():
        asked = Device.objects.filter(pk=device.pk, help_wanted_at__isnull=False)
        if not asked.update(help_wanted_at=None, help_promised_at=instants.now()):
            raise HelpPromised
        _record(EventName.HELP_PROMISED, device, by=by)
    device.refresh_from_db(fields=COLUMNS)


def _record(event: EventName, device: Device, *, by: By) -> None:
    changes = {"device_id": [device.pk, device.pk]}
    events.record(event, by=by, location_id=device.location_id, changes=changes)
