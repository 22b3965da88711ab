"""From the call to the end of a visit: call, recall, serve, no-show, return, rejoin, cancel."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from tickets import events, instants, prepared
from tickets.actions import places, texts, turns
from tickets.actions.steps import UNCALLED, WAITING, end_interaction, step
from tickets.events import changed
from tickets.exceptions import (
    DeskNotFound,
    DeskRequired,
    LineNotFound,
    MandatoryFieldMissing,
    RejoinTooLate,
    TicketStatus,
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
    LineStatus,
    Location,
    Ticket,
    User,
)
from tickets.prepared import Parameter
from tickets.sms.wording import Moment
from tickets.states import (
    CALL,
    CANCEL,
    NO_SHOW,
    REJOIN,
    RETURN,
    SERVE,
    Outcome,
    Status,
)

REJOIN_WITHIN = timedelta(minutes=10)

_mark_caller = prepared.Update(
    User,
    Q(pk=Parameter("caller")),
    returning=("id",),
    last_called_at=Parameter("last_called_at"),
)


def call(ticket: Ticket, *, by: By, desk: Desk | None = None, keep_open: bool = False) -> Ticket:
    """Call a waiting visitor to `desk`, by default the caller's own; opens an interaction.

    Unless `keep_open`, the other visitors whom this caller serves in the location become SERVED
    in the same transaction. Raises TransitionNotAllowed if the visitor does not wait any more,
    UserRequired, DeskRequired, DeskNotFound, and MandatoryFieldMissing for one of the others.
    """
    desk = _desk_for(ticket.location, clerk_of(by), desk)
    with transaction.atomic():
        others = _begin_call(ticket.location, by=by, keep_open=keep_open)
        return _claim(ticket, by=by, desk=desk, others=others)


def call_next(
    lines: Sequence[Line], *, by: By, desk: Desk | None = None, keep_open: bool = False
) -> Ticket | None:
    """Call whoever comes first in `lines`, skipping visitors assigned to somebody else.

    None, and nothing changed, if nobody waits there. Otherwise as `call`.
    """
    caller = clerk_of(by)
    head = turns.head(lines, caller)
    while head:
        location = head.location
        called_to = _desk_for(location, caller, desk)
        # Who lost the head looks again at the same moment as all others who lost it. So that they
        # do not meet at the next one, each takes somebody whom nobody else is about to call.
        for is_again in (False, True):
            with suppress(_Lost), transaction.atomic():
                others = _begin_call(location, by=by, keep_open=keep_open)
                if is_again:
                    head = turns.free_head(lines, caller)
                if head is None:
                    raise _Lost
                return _claim(head, by=by, desk=called_to, others=others, is_next=True)
        head = turns.head(lines, caller)
    return None


class _Lost(Exception):
    """Another clerk was faster; nothing of this attempt stays."""


def _begin_call(location: Location, *, by: By, keep_open: bool) -> list[Ticket]:
    """Whom the call ends, locked. The caller's own row comes first: of two calls by one clerk the
    second sees the first."""
    caller = clerk_of(by)
    _mark_caller(caller=caller.pk, last_called_at=instants.now())
    return [] if keep_open else turns.served_by(caller, location)


def _claim(
    ticket: Ticket, *, by: By, desk: Desk | None, others: list[Ticket], is_next: bool = False
) -> Ticket:
    caller = clerk_of(by)
    now = turns.instant_of_call(ticket)
    after: dict[str, Any] = {
        "called_at": now,
        "caller_id": caller.pk,
        "desk_id": desk.pk if desk else None,
    }
    if not is_next:
        ticket.apply(CALL, **after)
    elif not ticket.claim(
        CALL,
        only_if=turns.STILL_THEIRS,
        given={"caller": caller.pk, "line": ticket.line_id},
        **after,
    ):
        raise _Lost
    interaction = Interaction(
        ticket=ticket,
        line_id=ticket.line_id,
        user=caller,
        desk=desk,
        started_at=now,
        called_ticket_id=ticket.pk,
    )
    prepared.insert(interaction)
    moment = Moment.CALLED_TO_DESK if desk else Moment.CALLED
    activity = events.record(
        EventName.CALLED,
        by=by,
        ticket=ticket,
        location_id=ticket.location_id,
        at=now,
        changes=changed(WAITING, **after, status=CALL.target),
        interaction=interaction,
        message=texts.write(moment, ticket, at=now, desk=desk),
    )
    for other in others:
        _serve(other, by=by, part_of=activity)
    return ticket


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


def serve(ticket: Ticket, *, by: By) -> Ticket:
    """End the service of a called visitor. Raises MandatoryFieldMissing, TransitionNotAllowed."""
    with transaction.atomic():
        ticket.lock()
        _serve(ticket, by=by)
    return ticket


def _serve(ticket: Ticket, *, by: By, part_of: Activity | None = None) -> None:
    """The same for a ticket that is locked already."""
    if Actor.of(by).type == ActorType.USER and ticket.status == Status.CALLED:
        _refuse_missing_answers(ticket)
    now, ended = end_interaction(ticket, SERVE)
    step(
        ticket,
        SERVE,
        EventName.SERVED,
        by=by,
        at=now,
        interaction=ended,
        part_of=part_of,
        message=texts.write(Moment.SERVED, ticket, at=now),
        served_at=now,
    )


def mark_no_show(ticket: Ticket, *, by: By) -> Ticket:
    """A called visitor did not come."""
    with transaction.atomic():
        ticket.lock()
        now, ended = end_interaction(ticket, NO_SHOW)
        step(ticket, NO_SHOW, EventName.NO_SHOW, by=by, at=now, interaction=ended)
    return ticket


def return_to_queue(ticket: Ticket, *, position: Literal["FIRST", "LAST"], by: By) -> Ticket:
    """Send a called visitor back to wait, FIRST or LAST of the line; an assignment stays."""
    clerk_of(by)
    with transaction.atomic():
        places.lock_lines([ticket.line_id])
        ticket.lock()
        now, ended = end_interaction(ticket, RETURN)
        if position == "FIRST":
            place = places.first_of(ticket)
        else:
            place = places.last_of(ticket.line_id, now, ticket_id=ticket.pk)
        after: dict[str, Any] = {"order_after": place, **UNCALLED}
        step(ticket, RETURN, EventName.RETURNED, by=by, at=now, interaction=ended, **after)
    return ticket


def rejoin(ticket: Ticket, *, by: By) -> Ticket:
    """A visitor who missed the call waits again, at the end of the line.

    A visitor may do so for 10 minutes, a clerk always, as long as the line is there. Raises
    RejoinTooLate, LineNotFound, TransitionNotAllowed.
    """
    with transaction.atomic():
        line = places.lock_lines([ticket.line_id])[ticket.line_id]
        ticket.lock()
        if line.status == LineStatus.DELETED and ticket.status == Status.NOSHOW:
            raise LineNotFound(
                gettext("This line is no longer there. Add the visitor to another one.")
            )
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
