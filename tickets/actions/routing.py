"""Whose turn it is, and with whom: forward, reorder, assign, unassign."""

from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tickets import events
from tickets.actions import places
from tickets.actions.lifecycle import clerk_of
from tickets.actions.steps import UNCALLED, end_interaction, step
from tickets.events import changed
from tickets.exceptions import (
    AssigneeNotHere,
    LineClosed,
    LineNotFound,
    NotSameLocation,
    TicketChanged,
    TicketStatus,
)
from tickets.models import By, EventName, Line, Ticket, User
from tickets.states import ACTIVE, FORWARD, Status

UNASSIGNED = {"assigner_id": None, "assignee_id": None}


def forward(ticket: Ticket, *, line: Line, by: By) -> Ticket:
    """Send a called visitor to wait in another line, at the place that their waiting time earned.

    Raises LineNotFound, LineClosed, TransitionNotAllowed.
    """
    with transaction.atomic():
        target = hold_open(line, ticket)
        ticket.lock()
        if target.pk == ticket.line_id and ticket.status == Status.CALLED:
            raise LineNotFound(_("The visitor is in this line already. Choose another one."))
        now, ended = end_interaction(ticket, FORWARD)
        after: dict[str, Any] = {"line_id": target.pk, **UNCALLED, **UNASSIGNED}
        step(ticket, FORWARD, EventName.FORWARDED, by=by, at=now, interaction=ended, **after)
    return ticket


def hold_open(line: Line, ticket: Ticket) -> Line:
    """The line that `ticket` is to join, held so that nobody closes it before the commit."""
    target = places.lock_lines({line.pk, ticket.line_id}).get(line.pk)
    if target is None or target.location_id != ticket.location_id:
        raise LineNotFound
    if not target.is_open:
        raise LineClosed
    return target


def reorder(ticket: Ticket, *, after: Ticket | None, by: By) -> Ticket:
    """Move a waiting visitor right behind `after`, or to be the first of their line.

    Raises NotSameLocation if `after` does not wait in this location, TicketStatus.
    """
    with transaction.atomic():
        places.lock_location(ticket.location_id)
        ticket.lock()
        if ticket.status != Status.NEW:
            raise TicketStatus(ticket.whereabouts)
        if after is None:
            place = places.first_of(ticket)
        else:
            after.refresh_from_db()  # nobody can move it now; a call may hold it and wait for `ticket`
            if after.location_id != ticket.location_id or after.status != Status.NEW:
                raise NotSameLocation
            place = places.behind(after, ticket=ticket) if after != ticket else ticket.order_after
        _write(ticket, (Status.NEW,), EventName.REORDERED, by=by, order_after=place)
    return ticket


def move(ticket: Ticket, *, to: Literal["UP", "DOWN", "TOP"], by: By) -> bool:
    """Let a waiting visitor change places with the one before or after them in their line, or
    come first there; False, and nothing on record, if nobody is there to pass. Raises TicketStatus.
    """
    with transaction.atomic():
        places.lock_location(ticket.location_id)
        ticket.lock()
        if ticket.status != Status.NEW:
            raise TicketStatus(ticket.whereabouts)
        here = Ticket.objects.filter(location=ticket.location_id)
        ahead = here.before(ticket).filter(line=ticket.line_id).in_order().reverse()
        passed = (
            here.after(ticket).filter(line=ticket.line_id).in_order() if to == "DOWN" else ahead
        )
        neighbour = passed.first()
        if neighbour is None:
            return False
        after: Ticket | None = None
        if to == "DOWN":
            after = neighbour
        elif to == "UP":  # as near as possible: visitors of other lines are not passed
            after = here.before(neighbour).in_order().last()
        reorder(ticket, after=after, by=by)
    return True


def assign(ticket: Ticket, *, assignee: User, by: By) -> Ticket:
    """Give a waiting or called visitor to one clerk. Raises AssigneeNotHere, TicketStatus."""
    assigner = clerk_of(by)
    with transaction.atomic():
        # Whoever switches the assignee off waits, and then finds this ticket among theirs.
        User.objects.select_for_update(no_key=True).get(pk=assignee.pk)
        ticket.lock()
        if not User.objects.working_at(ticket.location).filter(pk=assignee.pk).exists():
            raise AssigneeNotHere
        after = {"assigner_id": assigner.pk, "assignee_id": assignee.pk}
        _write(ticket, ACTIVE, EventName.ASSIGNED, by=by, **after)
    return ticket


def unassign(ticket: Ticket, *, by: By) -> Ticket:
    """Give a waiting visitor back to everybody. Raises TicketStatus."""
    with transaction.atomic():
        ticket.lock()
        _write(ticket, (Status.NEW,), EventName.UNASSIGNED, by=by, **UNASSIGNED)
    return ticket


def clear_assignment(ticket: Ticket, *, by: By) -> None:
    """The assignee of a locked ticket left: whether it waits or is called, it is nobody's."""
    _write(ticket, ACTIVE, EventName.UNASSIGNED, by=by, **UNASSIGNED)


def _write(
    ticket: Ticket, statuses: tuple[Status, ...], event: EventName, *, by: By, **after: Any
) -> None:
    """Change columns of a locked ticket while it is in one of `statuses`, and put it on record."""
    if ticket.status not in statuses:
        raise TicketStatus(ticket.whereabouts)
    changes = changed(ticket, **after)
    if not Ticket.objects.filter(pk=ticket.pk, status__in=statuses).update(**after):
        raise TicketChanged
    ticket.refresh_from_db()
    events.record(event, by=by, ticket=ticket, location_id=ticket.location_id, changes=changes)
