"""Open, close and archive the lines of a location."""

from django.db import transaction
from django.db.models import Exists, OuterRef

from tickets import events
from tickets.exceptions import LineHasActiveTickets
from tickets.models import By, EventName, Line, LineStatus, Ticket


def enable(line: Line, *, by: By) -> None:
    """Take visitors again, whether it was disabled or archived."""
    _switch(line, LineStatus.ENABLED, by=by)


def disable(line: Line, *, by: By) -> None:
    """Take nobody new. Raises LineHasActiveTickets while somebody waits or is being served."""
    _switch(line, LineStatus.DISABLED, by=by)


def archive(line: Line, *, by: By) -> None:
    """Put the line away. Raises LineHasActiveTickets while somebody waits or is being served."""
    _switch(line, LineStatus.ARCHIVED, by=by)


def _switch(line: Line, status: LineStatus, *, by: By) -> None:
    with transaction.atomic():
        # Whoever joins a line holds its row, so the look for active tickets comes after the lock.
        held = Line.objects.select_for_update(no_key=True).get(pk=line.pk)
        if held.status == status:
            line.status = status
            return
        rows = Line.objects.filter(pk=line.pk)
        if status != LineStatus.ENABLED:
            rows = rows.exclude(Exists(Ticket.objects.active().filter(line=OuterRef("pk"))))
        if not rows.update(status=status):
            raise LineHasActiveTickets
        events.record(
            EventName.LINE_CHANGED,
            by=by,
            location_id=line.location_id,
            changes={"line_id": [line.pk, line.pk], "status": [held.status, status]},
        )
    line.status = status
