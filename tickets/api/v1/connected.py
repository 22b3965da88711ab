"""Other visits of the same person: those with the same phone number in the same location."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from tickets.api.v1 import resources
from tickets.api.v1.related import read
from tickets.models import Ticket

MOST = 20


def add_to(shown: Sequence[dict[str, Any]], rows: Sequence[Any]) -> None:
    """Give each of `shown`, which are `rows`, its `connectedTickets`; three queries for all.

    They are the latest others, the newest first, each without interactions and messages.
    """
    found: dict[tuple[int, str], list[Ticket]] = defaultdict(list)
    latest = _latest([row for row in rows if row.phone_number])
    related = read([other.pk for other in latest], ())
    for other in latest:
        found[other.location_id, other.phone_number].append(other)
    for each, row in zip(shown, rows, strict=True):
        same = found.get((row.location_id, row.phone_number), [])
        others = [other for other in same if other.pk != row.id][:MOST]
        each["connectedTickets"] = [resources.ticket(other, (), related) for other in others]


def _latest(rows: Sequence[Any]) -> list[Ticket]:
    same = Ticket.objects.exclude(phone_number="").filter(
        location__in={row.location_id for row in rows},
        phone_number__in={row.phone_number for row in rows},
    )
    newest = Window(
        RowNumber(),
        partition_by=["location", "phone_number"],
        order_by=[F("created_at").desc(), F("id").desc()],
    )
    # One more than are shown: the ticket itself is among them.
    latest = same.annotate(recency=newest).filter(recency__lte=MOST + 1)
    return list(latest.order_by("-created_at", "-id"))
