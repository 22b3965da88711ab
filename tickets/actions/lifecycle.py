"""From the call to the end of a visit: call, recall, serve, no-show, return, rejoin, cancel."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext

from tickets import events, instants
from tickets.actions import places
from tickets.events import changed
from tickets.exceptions import (
    DeskNotFound,
    DeskRequired,
    MandatoryFieldMissing,
    RejoinTooLate,
    TicketStatus,
    TransitionNotAllowed,
    UserRequired,
)
from tickets.models import (
    FIELD_COLUMNS,
    Activity,
    Actor,
    ActorType,
    By,
    Desk,
    EventName,
    FieldType,
    InputField,
    Interaction,
    Line,
    Location,
    Ticket,
    User,
)
from tickets.states import (
    CALL,
    CANCEL,
    NO_SHOW,
    REJOIN,
    RETURN,
    SERVE,
    Outcome,
    Status,
    Transition,
)

REJOIN_WITHIN = timedelta(minutes=10)


def call(ticket: Ticket, *, by: By, desk: Desk | None = None, keep_open: bool = False) -> Ticket:
    """Call a waiting visitor to `desk`, by default the caller's own; opens an interaction.

    Unless `keep_open`, the other visitors whom this caller serves in the location become SERVED
    in the same transaction. Raises TransitionNotAllowed if the visitor does not wait any more,
    UserRequired, DeskRequired, DeskNotFound, and MandatoryFieldMissing for one of the others.
    """
    return _claim(ticket, Q(), by=by, desk=desk, keep_open=keep_open)


def call_next(
    lines: Sequence[Line], *, by: By, desk: Desk | None = None, keep_open: bool = False
) -> Ticket | None:
    """Call whoever comes first in `lines`, skipping visitors assigned to somebody else.

    None, and nothing changed, if nobody waits there. Otherwise as `call`.
    """
    caller = clerk_of(by)
    theirs = Q(assignee=None) | Q(assignee=caller)
    while head := _head(lines, theirs):
        try:
            only_if = theirs & Q(line__in=[line.pk for line in lines])
            return _claim(head, only_if, by=by, desk=desk, keep_open=keep_open)
        except TransitionNotAllowed:
            continue  # another clerk was faster: look again
    return None


def _head(lines: Sequence[Line], theirs: Q) -> Ticket | None:
    """The first of the heads of the lines, each found by its own index look-up."""
    heads = [
        Ticket.objects.waiting().filter(theirs, line=line).in_order().first() for line in lines
    ]
    return min(
        (h for h in heads if h), key=lambda ticket: (ticket.sort_at, ticket.pk), default=None
    )


def _claim(ticket: Ticket, only_if: Q, *, by: By, desk: Desk | None, keep_open: bool) -> Ticket:
    caller = clerk_of(by)
    location = ticket.location
    desk = _desk_for(location, caller, desk)
    with transaction.atomic():
        now = _instant_of_call(ticket)
        # The caller's own row first: of two calls by one clerk the second sees the first.
        User.objects.filter(pk=caller.pk).update(last_called_at=now)
        others = [] if keep_open else _lock_others(ticket, caller)
        after = {"called_at": now, "caller_id": caller.pk, "desk_id": desk.pk if desk else None}
        ticket.apply(CALL, only_if=only_if, **after)
        ticket.refresh_from_db(fields=["line"])  # a colleague may have edited it meanwhile
        interaction = Interaction.objects.create(
            ticket=ticket,
            line_id=ticket.line_id,
            user=caller,
            desk=desk,
            started_at=now,
            called_ticket_id=ticket.pk,
        )
        activity = events.record(
            EventName.CALLED,
            by=by,
            ticket=ticket,
            location_id=location.pk,
            at=now,
            changes=changed(Ticket(), **after, status=CALL.target),
            interaction=interaction,
        )
        for other in others:
            serve(other, by=by, part_of=activity)
    return ticket


def _instant_of_call(ticket: Ticket) -> datetime:
    """Now; never before the sign-in or the last interaction, even if the clock was set back."""
    signed_in: datetime = ticket.created_at
    ended: datetime | None = ticket.interactions.aggregate(last=Max("ended_at"))["last"]
    return max(instants.now(), signed_in, ended or signed_in)


def _lock_others(ticket: Ticket, caller: User) -> list[Ticket]:
    """Whom else the caller serves in the location, held before the location's own row is written.

    The location's row is the last that any action takes, so no two wait for each other.
    """
    others = Ticket.objects.called().filter(location=ticket.location_id, caller=caller)
    return list(others.exclude(pk=ticket.pk).order_by("id").select_for_update(of=("self",)))


def clerk_of(by: By) -> User:
    """The user whom the ticket will name. Raises UserRequired for an actor that is nobody."""
    user = Actor.of(by).user
    if user is None:
        raise UserRequired
    return user


def _desk_for(location: Location, caller: User, desk: Desk | None) -> Desk | None:
    if desk is None:
        own = caller.desk
        desk = own if own and own.location_id == location.pk and own.is_active else None
    if desk is None and location.is_desk_required:
        raise DeskRequired
    if desk and (desk.location_id != location.pk or not desk.is_active):
        raise DeskNotFound
    return desk


def recall(ticket: Ticket, *, by: By) -> Ticket:
    """Announce a called visitor again; neither the call nor the interaction changes."""
    with transaction.atomic():
        ticket.lock()
        if ticket.status != Status.CALLED:
            raise TicketStatus(ticket.whereabouts)
        events.record(EventName.RECALLED, by=by, ticket=ticket, location_id=ticket.location_id)
    return ticket


def serve(ticket: Ticket, *, by: By, part_of: Activity | None = None) -> Ticket:
    """End the service of a called visitor. Raises MandatoryFieldMissing, TransitionNotAllowed."""
    with transaction.atomic():
        ticket.lock()
        if Actor.of(by).type == ActorType.USER and ticket.status == Status.CALLED:
            _refuse_missing_answers(ticket)
        now = end_interaction(ticket, SERVE)
        step(ticket, SERVE, EventName.SERVED, by=by, at=now, part_of=part_of, served_at=now)
    return ticket


def mark_no_show(ticket: Ticket, *, by: By) -> Ticket:
    """A called visitor did not come."""
    with transaction.atomic():
        ticket.lock()
        step(ticket, NO_SHOW, EventName.NO_SHOW, by=by, at=end_interaction(ticket, NO_SHOW))
    return ticket


def return_to_queue(ticket: Ticket, *, position: Literal["FIRST", "LAST"], by: By) -> Ticket:
    """Send a called visitor back to wait, FIRST or LAST of the line; an assignment stays."""
    clerk_of(by)
    with transaction.atomic():
        places.lock_lines([ticket.line_id])
        ticket.lock()
        now = end_interaction(ticket, RETURN)
        if position == "FIRST":
            place = places.first_of(ticket)
        else:
            place = places.last_of(ticket.line_id, now, ticket_id=ticket.pk)
        step(ticket, RETURN, EventName.RETURNED, by=by, at=now, order_after=place, **UNCALLED)
    return ticket


def rejoin(ticket: Ticket, *, by: By) -> Ticket:
    """A visitor who missed the call waits again, at the end of the line.

    A visitor may do so for 10 minutes, a clerk always. Raises RejoinTooLate, TransitionNotAllowed.
    """
    with transaction.atomic():
        places.lock_lines([ticket.line_id])
        ticket.lock()
        now = instants.now()
        is_theirs = Actor.of(by).type == ActorType.VISITOR and ticket.status == Status.NOSHOW
        if is_theirs and not may_rejoin(ticket, now):
            raise RejoinTooLate
        place = places.last_of(ticket.line_id, now, ticket_id=ticket.pk)
        step(ticket, REJOIN, EventName.REJOINED, by=by, at=now, order_after=place, **UNCALLED)
    return ticket


def may_rejoin(ticket: Ticket, now: datetime) -> bool:
    missed = ticket.interactions.filter(outcome=Outcome.NOSHOW).order_by("id").last()
    return bool(missed and missed.ended_at and now - missed.ended_at <= REJOIN_WITHIN)


def cancel(ticket: Ticket, *, by: By) -> Ticket:
    """Take a waiting visitor out of the line: a clerk removes them, or the visitor leaves."""
    if Actor.of(by).type == ActorType.KEY:
        clerk_of(by)
    with transaction.atomic():
        ticket.lock()
        step(ticket, CANCEL, EventName.CANCELLED, by=by, at=instants.now())
    return ticket


#: What a ticket that waits again has lost.
UNCALLED = {"called_at": None, "caller_id": None, "desk_id": None}


def end_interaction(ticket: Ticket, transition: Transition) -> datetime:
    """End the open interaction of a locked ticket, at the instant that the whole step then has."""
    interaction = ticket.interactions.filter(ended_at=None).first()
    now = max(instants.now(), interaction.started_at) if interaction else instants.now()
    ticket.interactions.filter(ended_at=None).update(
        ended_at=now, outcome=transition.outcome, called_ticket=None
    )
    return now


def step(
    ticket: Ticket,
    transition: Transition,
    event: EventName,
    *,
    by: By,
    at: datetime,
    part_of: Activity | None = None,
    **after: Any,
) -> None:
    """Apply the transition to a locked ticket and put it on record."""
    changes = changed(ticket, status=transition.target, **after)
    ticket.apply(transition, **after)
    events.record(
        event,
        by=by,
        ticket=ticket,
        location_id=ticket.location_id,
        at=at,
        changes=changes,
        interaction=ticket.interactions.latest("id") if transition.outcome else None,
        part_of=part_of,
    )


def _refuse_missing_answers(ticket: Ticket) -> None:
    mandatory = InputField.objects.asked_in(ticket.line).filter(is_mandatory_before_served=True)
    answered = {extra.title.casefold() for extra in ticket.extras.all() if extra.value}
    for field in mandatory:
        column = FIELD_COLUMNS.get(FieldType(field.type))
        if not (getattr(ticket, column) if column else field.title.casefold() in answered):
            raise MandatoryFieldMissing(
                gettext("Fill in “%(field)s” before this visitor is served.")
                % {"field": field.title},
                param=field.title,
            )
