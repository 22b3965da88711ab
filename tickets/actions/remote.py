"""What a visitor does from afar: joining a line, saying that they are here, asking for more time."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from tickets import events, instants
from tickets.actions import intake, places
from tickets.events import changed
from tickets.exceptions import (
    AlreadyInLine,
    LineFull,
    LineNotFound,
    NobodyBehind,
    NoMoreTime,
    TicketStatus,
)
from tickets.models import VISITOR, By, EventName, Line, Location, Source, Ticket
from tickets.states import Status

#: Who joins again so soon is the same visitor, not a second one.
SAME_VISIT = timedelta(minutes=15)
#: So many visitors pass somebody who needs more time, and so often one may ask for it.
STEPS_BACK = 3
MOST_DELAYS = 2
#: So many times as many as may be on their way wait at most, those who say that they are here included.
MOST_ARRIVED = 3


def join(line: Line, *, known: Collection[str] = (), **details: Any) -> Ticket:
    """Put a visitor into `line` from their own phone; `details` as `intake.create` takes them.

    `known` are the visit tokens that this browser was given. Raises AlreadyInLine if the same
    visitor joined the same line a short while ago, LineFull, LineClosed, LineNotFound.
    """
    with transaction.atomic():
        held = places.lock_line(line.pk)
        if held is None:
            raise LineNotFound
        if ticket := _place_of(line, known, details):
            raise AlreadyInLine(ticket, is_own=ticket.visit_token in known)
        if full_lines(held.location, line):
            raise LineFull
        return intake.create(line, by=VISITOR, source=Source.MICROSITE, **details)


def _place_of(line: Line, known: Collection[str], details: dict[str, Any]) -> Ticket | None:
    """The place that this visitor has already: by the phone number, else by browser and name."""
    phone = details.get("phone_number", "")
    same = Q(phone_number=phone)
    if not phone:
        names = {name: details.get(name, "") for name in ("first_name", "last_name")}
        same &= Q(visit_token__in=known, **names)
    joined = line.tickets.active().filter(same, created_at__gte=instants.now() - SAME_VISIT)
    return joined.order_by("-id").first()


def full_lines(location: Location, *lines: Line) -> set[int]:
    """The ids of the lines, of these or of all, that take nobody more from afar.

    Who says that they are here makes room for another one; a flood that says so does not.
    """
    limit = location.remote_limit
    if limit is None:
        return set()
    remote = Ticket.objects.waiting().filter(location=location, source=Source.MICROSITE)
    if lines:
        remote = remote.filter(line__in=lines)
    is_away = Q(arrived_at=None)
    counts = (
        remote.order_by()
        .values("line")
        .annotate(away=Count("pk", filter=is_away), waiting=Count("*"))
    )
    full = counts.filter(Q(away__gte=limit) | Q(waiting__gte=limit * MOST_ARRIVED))
    return set(full.values_list("line", flat=True))


def arrive(ticket: Ticket, *, by: By) -> Ticket:
    """The visitor is here. Raises TicketStatus for somebody who does not wait any more."""
    return _write_arrival(ticket, instants.now(), by=by)


def take_arrival_back(ticket: Ticket, *, by: By) -> Ticket:
    """The visitor is not here after all. Raises TicketStatus likewise."""
    return _write_arrival(ticket, None, by=by)


def _write_arrival(ticket: Ticket, arrived_at: datetime | None, *, by: By) -> Ticket:
    with transaction.atomic():
        _hold_waiting(ticket)
        if bool(ticket.arrived_at) != bool(arrived_at):
            _write(ticket, EventName.EDITED, by=by, arrived_at=arrived_at)
    return ticket


def delay(ticket: Ticket, *, by: By) -> Ticket:
    """Let the next three visitors of the line pass, twice at most.

    Raises NoMoreTime, NobodyBehind, TicketStatus.
    """
    with transaction.atomic():
        places.lock_location(ticket.location_id)
        _hold_waiting(ticket)
        if ticket.delays >= MOST_DELAYS:
            raise NoMoreTime
        passing = list(behind(ticket)[:STEPS_BACK])
        if not passing:
            raise NobodyBehind
        place = places.behind(passing[-1], ticket=ticket)
        _write(ticket, EventName.REORDERED, by=by, order_after=place, delays=ticket.delays + 1)
    return ticket


def behind(ticket: Ticket) -> Any:
    """Who waits behind `ticket` in the same line, in order."""
    return ticket.line.tickets.after(ticket).in_order()


def _hold_waiting(ticket: Ticket) -> None:
    ticket.lock()
    if ticket.status != Status.NEW:
        raise TicketStatus(ticket.whereabouts)


def _write(ticket: Ticket, event: EventName, *, by: By, **after: Any) -> None:
    """Change columns of a locked ticket, and put it on record."""
    changes = changed(ticket, **after)
    Ticket.objects.filter(pk=ticket.pk).update(**after)
    ticket.refresh_from_db()
    events.record(event, by=by, ticket=ticket, location_id=ticket.location_id, changes=changes)
