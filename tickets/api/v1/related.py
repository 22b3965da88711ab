"""What tickets show beside their own columns, read for all of them by one statement per relation."""

from collections import defaultdict
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet

from tickets import prepared
from tickets.models import Extra, Interaction, Label, Message
from tickets.prepared import Among, Numbers

INTERACTIONS = "INTERACTIONS"
MESSAGES = "MESSAGES"
#: What a ticket's details show; a search shows what `responseScope` asks for.
EVERYTHING = frozenset({INTERACTIONS, MESSAGES})

Rows = Mapping[int, Sequence[Any]]


@dataclass(frozen=True)
class Related:
    """The rows of each relation by the id of their ticket, in order."""

    extras: Rows
    labels: Rows
    interactions: Rows = field(default_factory=dict)
    messages: Rows = field(default_factory=dict)


def _of_tickets(rows: QuerySet[Any], *columns: str) -> QuerySet[Any, Any]:
    of_tickets = rows.filter(Among(F("ticket_id"), Numbers("tickets")))
    return of_tickets.values_list("ticket_id", *columns, named=True)


_extras = prepared.Select(
    lambda: _of_tickets(Extra.objects.order_by("id"), "title", "value", "url", "color")
)
_labels = prepared.Select(lambda: _of_tickets(Label.objects.order_by("id"), "value", "color"))
_interactions = prepared.Select(
    lambda: _of_tickets(
        Interaction.objects.order_by("started_at", "id"),
        *("started_at", "ended_at", "line_id", "user_id", "outcome"),
    )
)
_messages = prepared.Select(
    lambda: _of_tickets(
        Message.objects.with_text().order_by("created_at", "id"),
        *("created_at", "direction", "status", "body"),
    )
)


def read(ticket_ids: Collection[int], scope: Container[str] = EVERYTHING) -> Related:
    """What these tickets have; interactions and messages if `scope` names them."""

    def rows(select: prepared.Select[Any]) -> Rows:
        found: defaultdict[int, list[Any]] = defaultdict(list)
        for row in select(tickets=ticket_ids):
            found[row.ticket_id].append(row)
        return found

    return Related(
        extras=rows(_extras),
        labels=rows(_labels),
        interactions=rows(_interactions) if INTERACTIONS in scope else {},
        messages=rows(_messages) if MESSAGES in scope else {},
    )
