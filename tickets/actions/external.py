"""Data of other programs: what each of them knows of a visitor, kept beside the visit."""

from typing import Any

from django.db import transaction

from tickets import events, instants
from tickets.models import By, EventName, ExternalData, Ticket


def put(ticket: Ticket, *, provider: str, title: str, fields: list[Any], by: By) -> bool:
    """Make this the record of `provider`; False, and nothing on record, if it is already."""
    now = instants.now()
    with transaction.atomic():
        ticket.lock()
        record = ticket.external_data.filter(provider=provider).first()
        before = _kept(record) if record else None
        record = record or ExternalData(ticket=ticket, provider=provider)
        record.title, record.fields, record.changed_at = title, fields, now
        if before == (after := _kept(record)):
            return False
        record.save()
        events.record(
            EventName.EXTERNAL_CHANGED,
            by=by,
            ticket=ticket,
            location_id=ticket.location_id,
            at=now,
            personal={"external": [before, after]},
        )
    return True


def _kept(record: ExternalData) -> dict[str, Any]:
    return {"provider": record.provider, "title": record.title, "fields": record.fields}
