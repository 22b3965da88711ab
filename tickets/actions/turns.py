"""Whose turn it is: the first of each line, and what a call must know besides."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from tickets import instants, prepared
from tickets.models import Interaction, Line, Location, Ticket, User
from tickets.models.tickets import TicketQuerySet
from tickets.prepared import Among, Numbers, Parameter

#: Whom a caller may get from a line: everybody but those assigned to somebody else.
_FOR_CALLER = Q(assignee=None) | Q(assignee=Parameter("caller"))
#: So many of each line are looked at: more than are called at the same moment.
LOOKED_AT = 16
#: What must still be so when a head is claimed.
STILL_THEIRS = _FOR_CALLER & Q(line=Parameter("line"))


def _waiting(**among: Any) -> TicketQuerySet:
    return Ticket.objects.waiting().filter(_FOR_CALLER, **among).in_order()


def _first(waiting: TicketQuerySet) -> QuerySet[Any, Any]:
    return waiting.annotate(last_end=Subquery(_last_end(OuterRef("pk"))))[:1]


def _last_end(ticket: Any) -> QuerySet[Any, Any]:
    ended = Interaction.objects.filter(ticket=ticket, ended_at__isnull=False)
    return ended.order_by("-ended_at").values_list("ended_at", flat=True)[:1]


_head = prepared.Select(lambda: _first(_waiting(line=Parameter("line"))))
_next = prepared.Select(
    lambda: _waiting(line=Parameter("line")).values_list("pk", flat=True)[:LOOKED_AT]
)
# Whose they are was asked just before, and is again by the claim. Asked here as well, SQLite would
# take the index of the assignee and read all that wait.
_free = prepared.Select(
    lambda: _first(
        Ticket.objects.waiting()
        .filter(Among(F("pk"), Numbers("ids")), Among(F("line"), Numbers("lines")))
        .in_order()
        .select_for_update(of=("self",), skip_locked=True)
    )
)
_served = prepared.Select(
    lambda: (
        Ticket.objects.called()
        .filter(location=Parameter("location"), caller=Parameter("caller"))
        .order_by("id")
        .select_for_update(of=("self",))
    )
)
_end = prepared.Select(lambda: _last_end(Parameter("ticket")))


def head(lines: Sequence[Line], caller: User) -> Ticket | None:
    """The first of the heads of the lines, each found by its own index look-up."""
    heads = [each for line in lines for each in _head(line=line.pk, caller=caller.pk)]
    return _at_hand(min(heads, key=lambda ticket: (ticket.sort_at, ticket.pk), default=None), lines)


def free_head(lines: Sequence[Line], caller: User) -> Ticket | None:
    """The same, in a transaction: passes over whom somebody else is calling at this moment.

    It holds nobody but whom it returns, so that no other caller passes over a visitor who is not
    called.
    """
    asked = [line.pk for line in lines]
    ids = [pk for line in asked for pk in _next(line=line, caller=caller.pk)]
    return _at_hand(_free.first(ids=ids, lines=asked), lines)


def _at_hand(ticket: Ticket | None, lines: Sequence[Line]) -> Ticket | None:
    """The ticket with its location, which need not be read."""
    if ticket:
        ticket.location = next(line.location for line in lines if line.pk == ticket.line_id)
    return ticket


def served_by(caller: User, location: Location) -> list[Ticket]:
    """Whom the caller serves in the location, held before the location's own row is written.

    The location's row is the last that any action takes, so no two wait for each other.
    """
    return _served(location=location.pk, caller=caller.pk)


def instant_of_call(ticket: Ticket) -> datetime:
    """Now; never before the sign-in or the last interaction, even if the clock was set back."""
    known = vars(ticket)  # a head was found together with it; only this call may rely on it
    end = known.pop("last_end") if "last_end" in known else _end.first(ticket=ticket.pk)
    signed_in: datetime = ticket.created_at
    return max(instants.now(), signed_in, end or signed_in)
