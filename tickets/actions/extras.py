"""A ticket's extras as values: how they come in, are written, and are kept on record."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tickets.models import Extra, InputField, Ticket


@dataclass(frozen=True, kw_only=True)
class ExtraValue:
    """One extra: `title` and `value`, a `url` where the value is a link, `color` as RRGGBB."""

    title: str
    value: str
    url: str = ""
    color: str = ""
    is_editable: bool = True


def of(ticket: Ticket) -> list[ExtraValue]:
    return [
        ExtraValue(
            title=e.title, value=e.value, url=e.url, color=e.color, is_editable=e.is_editable
        )
        for e in ticket.extras.all()
    ]


def on_record(extras: Iterable[ExtraValue]) -> list[dict[str, Any]]:
    return [asdict(extra) for extra in extras]


def from_record(extras: Iterable[dict[str, Any]]) -> list[ExtraValue]:
    return [ExtraValue(**extra) for extra in extras]


def replace(ticket: Ticket, extras: Sequence[ExtraValue]) -> None:
    """Make `extras` the ticket's extras; each meets the location's input field of the same title."""
    ticket.extras.all().delete()
    add(ticket, extras)


def add(ticket: Ticket, extras: Sequence[ExtraValue]) -> None:
    if not extras:
        return
    fields = {
        field.title.casefold(): field
        for field in InputField.objects.filter(location=ticket.location_id)
    }
    Extra.objects.bulk_create(
        Extra(ticket=ticket, field=fields.get(extra.title.casefold()), **asdict(extra))
        for extra in extras
    )
