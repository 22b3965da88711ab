"""What version 1 shows of the steps on a ticket: who, when, and what changed, in the ticket's words."""

from collections.abc import Callable, Iterator
from typing import Any

from tickets.instants import to_wire
from tickets.models import Activity


def _same(value: Any) -> Any:
    return value


def _phone_number(value: str) -> int:
    return int(value.removeprefix("+"))


def _extras(value: list[dict[str, Any]]) -> list[dict[str, Any]]:
    keys = ("title", "value", "url", "color")
    return [{key: each[key] for key in keys if each[key] or key == "value"} for each in value]


#: What a step keeps on record, as the API calls and shows it, in the order in which it shows it:
#: PostgreSQL keeps none.
FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "status": ("status", _same),
    "arrived_at": ("arrived", _same),
    "delays": ("delays", _same),
    "line_id": ("line", _same),
    "order_after": ("orderAfter", _same),
    "called_at": ("called", _same),
    "caller_id": ("caller", _same),
    "desk_id": ("desk", _same),
    "served_at": ("served", _same),
    "assigner_id": ("assigner", _same),
    "assignee_id": ("assignee", _same),
    "first_name": ("firstName", _same),
    "last_name": ("lastName", _same),
    "phone_number": ("phoneNumber", _phone_number),
    "email": ("email", _same),
    "language": ("languageCode", _same),
    "extras": ("extra", _extras),
    "labels": ("labels", _same),
    "message": ("message", _same),
    "external": ("external", _same),
}


def step(row: Activity) -> dict[str, Any]:
    """`user` where one is known; a change has no `value` where nothing is there now."""
    shown: dict[str, Any] = {
        "created": {"date": to_wire(row.at)},
        "action": row.event,
        "actor": row.actor_type,
    }
    if row.user_id:
        shown["user"] = row.user_id
    shown["changes"] = list(_changes(row))
    return shown


def _changes(row: Activity) -> Iterator[dict[str, Any]]:
    written = row.written()
    for name, (field, show) in FIELDS.items():
        if name not in written:
            continue
        before, after = written[name]
        change = {"field": field}
        if before not in (None, ""):
            change["previousValue"] = show(before)
        if after not in (None, ""):
            change["value"] = show(after)
        yield change
