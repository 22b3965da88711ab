"""What is known of a visitor: put right, noted, and shown where it is hidden."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from tickets import events
from tickets.actions import extras as extra_values
from tickets.actions.extras import ExtraValue
from tickets.actions.routing import hold_open
from tickets.events import changed
from tickets.exceptions import NoPhoneNumber, NoteChanged, NoteFixed, TicketStatus
from tickets.models import FIELD_COLUMNS, Activity, By, EventName, Line, Ticket
from tickets.models.tickets import NUMBER_AS_TYPED
from tickets.states import Status

#: The extra in which coworkers leave each other a note, as in the reference ticket.
NOTES = "Notes"
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


def note_of(ticket: Ticket) -> ExtraValue | None:
    """What coworkers noted about the visit: its extra “Notes”."""
    return next((each for each in extra_values.of(ticket) if _is_note(each)), None)


def write_note(ticket: Ticket, *, text: str, instead_of: str, by: By) -> Ticket:
    """Make `text` the note; an empty one takes it away.

    Raises NoteChanged if the note is no longer `instead_of`, NoteFixed if a program keeps it.
    """
    with transaction.atomic():
        ticket.lock()
        extras = extra_values.of(ticket)
        note = note_of(ticket) or ExtraValue(title=NOTES, value="")
        if not note.is_editable:
            raise NoteFixed
        # Browsers write line breaks and spaces at the ends in their own way.
        if note.value.split() != instead_of.split():
            raise NoteChanged
        extras = extras if note in extras else [*extras, note]
        written = [replace(each, value=text) if each == note else each for each in extras]
        return edit(
            ticket, by=by, extras=[each for each in written if each.value or not _is_note(each)]
        )


def _is_note(extra: ExtraValue) -> bool:
    return extra.title.casefold() == NOTES.casefold()


def reveal(ticket: Ticket, *, by: By) -> Activity:
    """Put on record that `by` looks at the whole number, as it was typed too. Raises NoPhoneNumber."""
    with transaction.atomic():
        ticket.lock()
        if not ticket.phone_number and not ticket.extras.filter(title=NUMBER_AS_TYPED).exists():
            raise NoPhoneNumber
        return events.record(
            EventName.REVEALED, by=by, ticket=ticket, location_id=ticket.location_id
        )
