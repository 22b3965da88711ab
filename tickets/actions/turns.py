"""Whose turn it is: the first of each line, and what a call must know besides."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from tickets import instants, prepared
from tickets.models import Interaction, Line, Location, Ticket, User
from tickets.prepared import Parameter

#: Whom a caller may get from a line: everybody but those assigned to somebody else.
_FOR_CALLER = Q(assignee=None) | Q(assignee=Parameter("caller"))
#: What must still be so when a head is claimed.
STILL_THEIRS = _FOR_CALLER & Q(line=Parameter("line"))


def _first() -> QuerySet[Any, Any]:
    heads = Ticket.objects.waiting().filter(_FOR_CALLER, line=Parameter("line")).in_order()
    return heads.annotate(last_end=Subquery(_last_end(OuterRef("pk"))))[:1]


def _last_end(ticket: Any) -> QuerySet[Any, Any]:
    ended = Interaction.objects.filter(ticket=ticket, ended_at__isnull=False)
    return ended.order_by("-ended_at").values_list("ended_at", flat=True)[:1]


_head = prepared.Select(_first)
_free_head = prepared.Select(lambda: _first().select_for_update(of=("self",), skip_locked=True))
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
    return _earliest(_head, lines, caller)


def free_head(lines: Sequence[Line], caller: User) -> Ticket | None:
    """The same, in a transaction: passes over whom somebody else is calling at this moment."""
    return _earliest(_free_head, lines, caller)


def _earliest(look: prepared.Select[Ticket], lines: Sequence[Line], caller: User) -> Ticket | None:
    heads = []
    for line in lines:
        for ticket in look(line=line.pk, caller=caller.pk):
            ticket.location = line.location  # which is at hand
            heads.append(ticket)
    return min(heads, key=lambda ticket: (ticket.sort_at, ticket.pk), default=None)


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
