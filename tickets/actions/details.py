"""Put right what is known of a visitor: name, number, e-mail, extras, and the line they chose."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from tickets import events
from tickets.actions import extras as extra_values
from tickets.actions.extras import ExtraValue
from tickets.actions.routing import hold_open
from tickets.events import changed
from tickets.exceptions import TicketStatus
from tickets.models import FIELD_COLUMNS, By, EventName, Line, Ticket
from tickets.states import Status

COLUMNS = (*FIELD_COLUMNS.values(), "language")


def edit(
    ticket: Ticket,
    *,
    by: By,
    line: Line | None = None,
    extras: Sequence[ExtraValue] | None = None,
    **columns: str,
) -> Ticket:
    """Change what is given and leave the rest; `extras` replaces them all.

    The line changes only while the visitor waits, and keeps place and assignment. Nothing goes
    on record where nothing changes. Raises TicketStatus, LineNotFound, LineClosed.
    """
    if unknown := set(columns) - set(COLUMNS):
        raise TypeError(f"not columns of a visitor: {sorted(unknown)}")
    with transaction.atomic():
        if line:
            line = hold_open(line, ticket) if line.pk != ticket.line_id else None
        ticket.lock()
        changes: dict[str, list[Any]] = {}
        if line and line.pk != ticket.line_id:
            if ticket.status != Status.NEW:
                raise TicketStatus(ticket.whereabouts)
            changes = changed(ticket, line_id=line.pk)
        personal = changed(ticket, **columns)
        updates = {name: pair[1] for name, pair in {**changes, **personal}.items()}
        if updates:
            Ticket.objects.filter(pk=ticket.pk).update(**updates)
        if extras is not None and list(extras) != (before := extra_values.of(ticket)):
            extra_values.replace(ticket, extras)
            kept = [extra_values.on_record(before), extra_values.on_record(extras)]
            personal["extras"] = kept
        if not changes and not personal:
            return ticket
        ticket.refresh_from_db()
        events.record(
            EventName.EDITED,
            by=by,
            ticket=ticket,
            location_id=ticket.location_id,
            changes=changes,
            personal=personal,
        )
    return ticket
