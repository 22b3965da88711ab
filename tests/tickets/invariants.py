"""What must be true of a location whatever happened there: each rule yields what breaks it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from django.db import connection

from tickets.actions.undo import TRANSITION_OF
from tickets.models import (
    Activity,
    EventName,
    Interaction,
    Location,
    Message,
    MessageStatus,
    Ticket,
)
from tickets.states import Status

#: Columns that are written by steps only, each write with its before and after on record.
ON_RECORD = ("status", "line_id", "caller_id", "desk_id", "assigner_id", "assignee_id")


def violations(location: Location) -> list[str]:
    connection.check_constraints()
    rules = (_calls, _interactions, _history, _versions, _order)
    return [f"{rule.__name__[1:]}: {found}" for rule in rules for found in rule(location)]


def _calls(location: Location) -> Iterator[object]:
    """CALLED, and exactly one open interaction: both or neither."""
    opened = Counter(
        Interaction.objects.filter(ticket__location=location, ended_at=None).values_list(
            "ticket", flat=True
        )
    )
    called = Ticket.objects.called().filter(location=location).values_list("pk", flat=True)
    yield from ((Counter(called) - opened) + (opened - Counter(called))).items()


def _interactions(location: Location) -> Iterator[object]:
    """Those of a ticket come one after the other."""
    spans = defaultdict(list)
    rows = Interaction.objects.filter(ticket__location=location).order_by("id")
    for ticket, start, end in rows.values_list("ticket", "started_at", "ended_at"):
        spans[ticket].append((start, end))
    for ticket, theirs in spans.items():
        for (_start, end), (start, _end) in pairwise(theirs):
            if end is None or start < end:
                yield ticket, end, start


def _history(location: Location) -> Iterator[object]:
    """Each step begins where the one before ended, by the rules, and the last one is how it is."""
    stories = defaultdict(list)
    for activity in Activity.objects.filter(location=location, ticket__isnull=False).order_by(
        "sequence"
    ):
        stories[activity.ticket_id].append(activity)
    for ticket in Ticket.objects.filter(location=location):
        story = stories.pop(ticket.pk, [])
        if not story or story[0].event != EventName.CREATED:
            yield ticket.pk, "no beginning"
        known: dict[str, Any] = {}
        for step in story:
            for name in ON_RECORD & step.changes.keys():
                before, after = step.changes[name]
                if known.get(name) != before:
                    yield ticket.pk, step.event, name, known.get(name), before
                known[name] = after
            if not _is_allowed(step):
                yield ticket.pk, step.event, step.changes["status"]
        now = {name: getattr(ticket, name) for name in ON_RECORD}
        if {name: known.get(name) for name in ON_RECORD} != now:
            yield ticket.pk, known, now


def _is_allowed(step: Activity) -> bool:
    """Whether the table of transitions has it; an undo leads anywhere back."""
    if "status" not in step.changes or step.event in {EventName.CREATED, EventName.UNDONE}:
        return True
    before, after = step.changes["status"]
    transition = TRANSITION_OF[step.event]
    return Status(before) in transition.sources and after == transition.target


def _versions(location: Location) -> Iterator[object]:
    """A row of the record for each version, but for messages that went out: those are no step."""
    version = Location.objects.values_list("version", flat=True).get(pk=location.pk)
    rows = Activity.objects.filter(location=location).values_list("sequence", flat=True)
    found, due = Counter(each or 0 for each in rows), Counter(range(1, version + 1))
    yield from (found - due).items()
    gone_out = Message.objects.filter(ticket__location=location, status=MessageStatus.SENT).count()
    if (due - found).total() != gone_out:
        yield "missing", (due - found).total(), gone_out


def _order(location: Location) -> Iterator[object]:
    """No number twice on a day, and the order that the API's readers sort is the one of the line."""
    tickets = Ticket.objects.filter(location=location)
    numbers = Counter(tickets.values_list("numbered_on", "number"))
    yield from (each for each in numbers.items() if each[1] > 1)
    waiting = list(tickets.waiting().in_order())
    if waiting != sorted(waiting, key=lambda t: (t.order_after or t.created_at, t.pk)):
        yield "order"
