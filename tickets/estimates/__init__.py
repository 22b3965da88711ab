"""How long a visitor will wait: an honest range, from who is before them and who serves."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tickets import instants
from tickets.estimates.model import (
    ACTIVE_FOR,
    LATELY,
    SAMPLE,
    SERVICES,
    STEP,
    Call,
    Estimate,
    Office,
)
from tickets.models import Interaction, Line, Ticket, User
from tickets.models.fields import InstantField

__all__ = ["STEP", "Estimate", "for_newcomers", "for_ticket", "for_tickets"]

RECENT = timedelta(days=7)  # services that are older say nothing about today


def for_newcomers(lines: Iterable[Line]) -> dict[int, Estimate]:
    """What somebody who joins each line now would wait, by line id; two queries."""
    lines = list(lines)
    office, before = _look({line.location_id for line in lines}, Ticket.objects.waiting())
    return {line.pk: office.wait(line.pk, before) for line in lines}


def for_ticket(ticket: Ticket) -> Estimate:
    """What somebody who waits already still has to wait; two queries."""
    office, before = _look([ticket.location_id], Ticket.objects.before(ticket))
    return office.wait(ticket.line_id, before)


def for_tickets(tickets: Sequence[Ticket]) -> list[Estimate]:
    """The same for the waiting `tickets` of one location, which are in order; three queries."""
    if not tickets:
        return []
    office, _ = _look([tickets[0].location_id], Ticket.objects.none())
    ahead = Ticket.objects.before(tickets[-1]).filter(location=tickets[0].location_id).in_order()
    places = list(ahead.values_list("sort_at", "pk", "line"))
    before: Counter[int] = Counter()
    estimates = []
    passed = 0
    for ticket in tickets:
        while passed < len(places) and places[passed][:2] < (ticket.sort_at, ticket.pk):
            before[places[passed][2]] += 1
            passed += 1
        estimates.append(office.wait(ticket.line_id, before))
    return estimates


def _look(locations: Collection[int], counted: QuerySet[Ticket]) -> tuple[Office, dict[int, int]]:
    """The office that these locations are, and how many of the tickets `counted` are in each line.

    The cost does not grow with what is on record: the latest services of a line are found by its
    own index, from the end.
    """
    now = instants.now()
    here = OuterRef("pk")
    services = Interaction.objects.filter(
        line=here, outcome__in=SERVICES, ended_at__gt=now - RECENT
    ).order_by("-ended_at")
    counts = counted.filter(line=here).order_by().values("line").annotate(count=Count("*"))
    lines = (
        Line.objects.filter(location__in=locations)
        .order_by()
        .annotate(
            sampled_from=Subquery(services.values("ended_at")[SAMPLE - 1 : SAMPLE]),
            count=Coalesce(Subquery(counts.values("count")), 0),
        )
    )
    expected, since, before = {}, {}, {}
    for pk, minutes, sampled_from, count in lines.values_list(
        "pk", "expected_minutes", "sampled_from", "count"
    ):
        expected[pk] = minutes
        since[pk] = min(sampled_from or now - RECENT, now - ACTIVE_FOR)
        before[pk] = count
    calls, chosen = _calls(since, now)
    return Office.seen(expected, calls, chosen, now), before


def _calls(since: Mapping[int, datetime], now: datetime) -> tuple[list[Call], dict[int, set[int]]]:
    """The calls of each line that are open or ended `since`, and the lines that clerks chose."""
    wanted = Q(line__in=since, ended_at=None)
    for line, moment in since.items():
        wanted |= Q(line=line, ended_at__gte=moment)
    made = Interaction.objects.filter(wanted).order_by()
    choices = User.selected_lines.through.objects.filter(
        line__in=since, user__last_called_at__gt=now - LATELY
    )
    never = Value(None, output_field=InstantField())
    rows = made.values_list("line", "user", "started_at", "ended_at", "outcome").union(
        choices.values_list("line", "user", never, never, Value("")), all=True
    )
    calls: list[Call] = []
    chosen: dict[int, set[int]] = {}
    for row in rows.order_by():
        call = Call(*row)
        if call.started_at:
            calls.append(call)
        else:  # a choice, which has no moment
            chosen.setdefault(call.user, set()).add(call.line)
    return calls, chosen
