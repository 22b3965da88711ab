"""Where in the line a ticket stands: finding an instant that sorts it where it belongs.

The order is `orderAfter`, else `created`, then id, all visible through the API. So a place must be
expressed as an instant in whole milliseconds, and neighbours that leave no room move apart.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from tickets import prepared
from tickets.instants import MILLISECOND
from tickets.models import Line, Ticket
from tickets.models.locations import LineQuerySet
from tickets.models.tickets import TicketQuerySet
from tickets.prepared import Parameter

#: What each neighbour gets when a run is spread: room for two more moves between any two of them.
LEAST_GAP = 4 * MILLISECOND
#: The same at the end of the line, where nobody limits the run.
END_GAP = 16 * MILLISECOND
LARGEST_ID = 2**63 - 1


_line_to_hold = prepared.Select(
    lambda: (
        Line.objects.filter(pk=Parameter("pk"))
        .select_related("location")
        .select_for_update(of=("self",), no_key=True)
    )
)
#: Whoever waits after an instant, or at it with a higher id; the last of them.
_last_after = prepared.Select(
    lambda: (
        Ticket.objects.waiting()
        .filter(line=Parameter("line"), sort_at__gte=Parameter("now"))
        .filter(Q(sort_at__gt=Parameter("now")) | Q(id__gt=Parameter("ticket")))
        .order_by("-sort_at", "-id")
        .values_list("sort_at", flat=True)[:1]
    )
)


def lock_lines(line_ids: Iterable[int]) -> dict[int, Line]:
    """The lines, held until the transaction ends: one at a time decides who joins and who stands where.

    On SQLite the transaction itself (BEGIN IMMEDIATE) holds everybody else off. Always taken
    before the row of a ticket, so that two actions never wait for each other.
    """
    return _locked(Line.objects.filter(pk__in=line_ids))


def lock_line(line_id: int) -> Line | None:
    """One line with its location, held likewise."""
    return _line_to_hold.first(pk=line_id)


def lock_location(location_id: int) -> dict[int, Line]:
    """All lines of the location, held likewise."""
    return _locked(Line.objects.filter(location=location_id))


def _locked(lines: LineQuerySet) -> dict[int, Line]:
    return {line.pk: line for line in lines.order_by("id").select_for_update(no_key=True)}


def first_of(ticket: Ticket) -> datetime | None:
    """The `order_after` with which the ticket comes before everybody else who waits in its line.

    Somebody who comes first already keeps their place: among other lines it is worth more.
    """
    first = _others(ticket).filter(line=ticket.line_id).in_order().first()
    own: datetime | None = ticket.order_after
    if first is None or (ticket.sort_at, ticket.pk) < (first.sort_at, first.pk):
        return own
    return first.sort_at - MILLISECOND


def last_of(line_id: int, now: datetime, *, ticket_id: int | None = None) -> datetime:
    """The instant behind the last who waits in the line: now, unless somebody was moved past it."""
    last = _last_after(line=line_id, now=now, ticket=ticket_id or LARGEST_ID)
    return last[0] + MILLISECOND if last else now


def behind(after: Ticket, *, ticket: Ticket) -> datetime:
    """The instant between `after` and whoever follows it in the location; makes room if need be."""
    later = Q(sort_at__gt=after.sort_at) | Q(sort_at=after.sort_at, id__gt=after.pk)
    following = _others(ticket).filter(later, location=after.location_id).in_order()
    follower = following.first()
    if not follower:
        return after.sort_at if ticket.pk > after.pk else after.sort_at + MILLISECOND
    place = _between(after, follower, ticket)
    if place is None:
        _move_apart(after, following)
        place = after.sort_at + LEAST_GAP // 2
    return place


def _others(ticket: Ticket) -> TicketQuerySet:
    return Ticket.objects.waiting().exclude(pk=ticket.pk)


def _between(after: Ticket, follower: Ticket, ticket: Ticket) -> datetime | None:
    """Half way from `after` to `follower`, or None where no whole millisecond sorts between them."""
    gap = (follower.sort_at - after.sort_at) // MILLISECOND
    if gap >= 2:
        return after.sort_at + gap // 2 * MILLISECOND
    for place in (after.sort_at, follower.sort_at):
        if (after.sort_at, after.pk) < (place, ticket.pk) < (follower.sort_at, follower.pk):
            return place
    return None


def _move_apart(after: Ticket, following: TicketQuerySet) -> None:
    """Spread the shortest run behind `after` that has room enough, or reaches the end of the line.

    Taking twice as many neighbours each time keeps thousands of moves to one spot cheap.
    """
    size = 1
    while True:
        run = list(following[: size + 1])
        if len(run) <= size:
            step = END_GAP
            break
        beyond = run.pop()
        step = (beyond.sort_at - after.sort_at) // (size + 1) // MILLISECOND * MILLISECOND
        if step >= LEAST_GAP:
            break
        size *= 2
    for count, ticket in enumerate(run, start=1):
        ticket.order_after = after.sort_at + count * step
    Ticket.objects.waiting().bulk_update(run, ["order_after"], batch_size=200)
