"""Labels of a ticket: tags, and small notes between coworkers."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Count

from tickets import events, instants
from tickets.models import By, EventName, Label, Location, Ticket

#: Told apart from each other on a light and on a dark page, and by people who see fewer colours.
PALETTE = (
    "7C3AED",
    "0F766E",
    "B45309",
    "BE123C",
    "1D4ED8",
    "4D7C0F",
    "A21CAF",
    "0369A1",
    "9A3412",
    "475569",
)


#: A label is suggested while a visit had it so lately, and so many are.
SUGGESTED_FOR = timedelta(days=30)
SUGGESTED = 50


def add(ticket: Ticket, *, value: str, by: By) -> bool:
    """Attach a label; False, and nothing on record, if the ticket has it already."""
    with transaction.atomic():
        return _change(ticket, [*_values(ticket, lock=True), value], by=by)


def remove(ticket: Ticket, *, value: str, by: By) -> bool:
    """Take a label off; False, and nothing on record, if the ticket does not have it."""
    with transaction.atomic():
        return _change(ticket, [v for v in _values(ticket, lock=True) if v != value], by=by)


def replace(ticket: Ticket, *, values: Sequence[str], by: By) -> bool:
    """Make `values` the ticket's labels; False, and nothing on record, if they are already."""
    with transaction.atomic():
        ticket.lock()
        return _change(ticket, values, by=by)


def suggestions(location: Location) -> list[str]:
    """The labels of a location's visits of late, the most used first."""
    since = instants.now() - SUGGESTED_FOR
    used = Label.objects.filter(ticket__location=location, ticket__created_at__gte=since)
    ranked = used.order_by().values("value").annotate(uses=Count("id"))
    return list(ranked.order_by("-uses", "value").values_list("value", flat=True)[:SUGGESTED])


def _values(ticket: Ticket, *, lock: bool) -> list[str]:
    if lock:
        ticket.lock()
    return list(ticket.labels.values_list("value", flat=True))


def _change(ticket: Ticket, values: Sequence[str], *, by: By) -> bool:
    before = _values(ticket, lock=False)
    after = list(dict.fromkeys(values))
    if set(after) == set(before):
        return False
    ticket.labels.exclude(value__in=after).delete()
    attach(ticket, [value for value in after if value not in before])
    events.record(
        EventName.LABELED,
        by=by,
        ticket=ticket,
        location_id=ticket.location_id,
        personal={"labels": [before, after]},
    )
    return True


def rewrite(ticket: Ticket, values: Sequence[str]) -> None:
    """Make `values` the ticket's labels, in this order."""
    colors = _colors(ticket, values)
    ticket.labels.all().delete()
    _write(ticket, values, colors)


def attach(ticket: Ticket, values: Sequence[str]) -> None:
    """Write the labels, each in the colour that its value has in this location."""
    if values := list(dict.fromkeys(values)):
        _write(ticket, values, _colors(ticket, values))


def _write(ticket: Ticket, values: Sequence[str], colors: dict[str, str]) -> None:
    Label.objects.bulk_create(
        Label(ticket=ticket, value=value, color=colors[value]) for value in values
    )


def _colors(ticket: Ticket, values: Sequence[str]) -> dict[str, str]:
    known = Label.objects.filter(ticket__location=ticket.location_id, value__in=values)
    earliest = known.order_by("-id").values_list("value", "color")
    return {value: _color(value) for value in values} | dict(earliest)


def _color(value: str) -> str:
    digest = hashlib.sha256(value.encode()).digest()
    return PALETTE[int.from_bytes(digest[:4]) % len(PALETTE)]
