"""Settings of a server whose call next is naive: it reads before its transaction, and does not look again."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from qminder_site.settings import *
from qminder_site.settings import MIDDLEWARE

if TYPE_CHECKING:
    from tickets.models import Actor, Line, Ticket

MIDDLEWARE = ["tests.tickets.api.naive.install", *MIDDLEWARE]

barrier = Barrier(2)


def install(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    """Once, when the server starts; there are no models before."""
    from tickets.actions import lifecycle

    lifecycle.call_next = call_next  # type: ignore[assignment]
    return get_response


def call_next(lines: "Sequence[Line]", *, by: "Actor", **_options: Any) -> "Ticket | None":
    """Call next as it is often written: read the head, check it, save it.

    A barrier parts the reading from the writing, so that two clerks have looked before either
    writes; that is what happens under load, only every time. The write is fair: it checks what it
    read, it is one transaction, and it brings the interaction and the history into a form that
    every constraint of the database accepts. So a clerk gets a visitor or nobody, never an error,
    and a double call is one visitor whom two clerks were told to be theirs.
    """
    from tickets import events, instants
    from tickets.actions import lifecycle
    from tickets.models import EventName, Interaction, Ticket
    from tickets.states import Status

    ticket = Ticket.objects.waiting().filter(line__in=lines).in_order().first()
    if ticket is None:
        barrier.abort()  # nobody is left to wait for
        return None
    with suppress(BrokenBarrierError):
        barrier.wait(5)
    if ticket.status != Status.NEW:
        return None
    clerk = lifecycle.clerk_of(by)
    with transaction.atomic():
        ticket.status = Status.CALLED
        ticket.caller = clerk
        ticket.called_at = now = max(instants.now(), ticket.created_at)
        ticket.open_interaction_id = ticket.pk
        ticket.save()
        Interaction.objects.update_or_create(
            ticket=ticket,
            ended_at=None,
            defaults={
                "line": ticket.line,
                "user": clerk,
                "started_at": now,
                "called_ticket_id": ticket.pk,
            },
        )
        events.record(EventName.CALLED, by=by, ticket=ticket, location_id=ticket.location_id)
    return ticket
