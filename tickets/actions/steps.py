"""What the steps of a ticket's life have in common: the end of the service, the status, the record."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.db.models import Q

from tickets import events, instants, prepared
from tickets.events import changed
from tickets.models import Activity, By, EventName, Interaction, Message, Ticket
from tickets.prepared import Parameter
from tickets.states import Status, Transition

#: What a ticket that waits again has lost.
UNCALLED = {"called_at": None, "caller_id": None, "desk_id": None}
#: How a ticket is before it is called, whatever was read of it earlier.
WAITING = SimpleNamespace(status=Status.NEW, **UNCALLED)

_end_interaction = prepared.Update(
    Interaction,
    Q(ticket=Parameter("ticket"), ended_at=None),
    ended_at=Parameter("ended_at"),
    outcome=Parameter("outcome"),
    called_ticket=None,
)


def end_interaction(ticket: Ticket, transition: Transition) -> tuple[datetime, Interaction | None]:
    """End the open interaction of a locked ticket, at the instant that the whole step then has.

    None is open, and none ended, if the ticket is not CALLED.
    """
    now = instants.now()
    if ticket.called_at:  # the start of the interaction, if the clock was set back since
        now = max(now, ticket.called_at)
    ended = _end_interaction(ticket=ticket.pk, ended_at=now, outcome=transition.outcome)
    return now, next(iter(ended), None)


def step(
    ticket: Ticket,
    transition: Transition,
    event: EventName,
    *,
    by: By,
    at: datetime,
    interaction: Interaction | None = None,
    part_of: Activity | None = None,
    message: Message | None = None,
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
        interaction=interaction,
        part_of=part_of,
        message=message,
    )
