"""Which tickets a search or a count is about."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from rest_framework.request import Request

from tickets.api.errors import bad_input
from tickets.api.v1 import inputs, reach, resources
from tickets.models.tickets import TicketQuerySet
from tickets.states import Status

#: The old name that clients still send.
STATUSES = {**{status.value: status for status in Status}, "CANCELLED": Status.CANCELLED_BY_CLERK}
ORDER_KEYS = {
    "id": "id",
    "number": "number",
    "created": "created_at",
    "called": "called_at",
    "served": "served_at",
}
SCOPES = (resources.INTERACTIONS, resources.MESSAGES, "CONNECTED_TICKETS")
DEFAULT_LIMIT = 1000
MOST = 20_000


def matching(request: Request, values: Mapping[str, Any]) -> TicketQuerySet:
    """The tickets that pass every filter; dates are inclusive at both ends."""
    rows = reach.tickets(request)
    if (location := inputs.number(values, "location")) is not None:
        rows = rows.filter(location=location)
    if lines := inputs.numbers(values, "line"):
        rows = rows.filter(line__in=lines)
    statuses = _statuses(values)
    if (caller := inputs.number(values, "caller")) is not None:
        rows = rows.filter(caller=caller)
        statuses = statuses or [Status.CALLED, Status.SERVED]
    if statuses:
        rows = rows.filter(status__in=statuses)
    for name, lookup in (
        ("minCreated", "created_at__gte"),
        ("maxCreated", "created_at__lte"),
        ("minCalled", "called_at__gte"),
        ("maxCalled", "called_at__lte"),
    ):
        if moment := inputs.instant(values, name):
            rows = rows.filter(**{lookup: moment})
    return rows


def _statuses(values: Mapping[str, Any]) -> list[Status]:
    names = [s.strip() for s in inputs.text(values, "status", limit=500).split(",") if s.strip()]
    for name in names:
        if name not in STATUSES:
            message = _("“status” knows %(options)s.") % {"options": ", ".join(STATUSES)}
            raise bad_input("status", message)
    return [STATUSES[name] for name in names]


def ordered(rows: TicketQuerySet, values: Mapping[str, Any]) -> TicketQuerySet:
    """By `order`, such as "created DESC"; else by id."""
    key, _space, direction = inputs.text(values, "order", limit=40).partition(" ")
    key, direction = key or "id", direction.upper() or "ASC"
    if key not in ORDER_KEYS or direction not in ("ASC", "DESC"):
        message = _("“order” is one of %(keys)s and ASC or DESC.")
        raise bad_input("order", message % {"keys": ", ".join(ORDER_KEYS)})
    column, ticket_id = F(ORDER_KEYS[key]), F("id")
    # PostgreSQL and SQLite disagree on where to put what has no date.
    nulls_last = True if key in ("called", "served") else None
    if direction == "DESC":
        return rows.order_by(column.desc(nulls_last=nulls_last), ticket_id.desc())
    return rows.order_by(column.asc(nulls_last=nulls_last), ticket_id.asc())


def limit(values: Mapping[str, Any]) -> int:
    value = inputs.number(values, "limit")
    if value is None:
        return DEFAULT_LIMIT
    if not 1 <= value <= MOST:
        raise bad_input("limit", _("“limit” is from 1 to %(most)d.") % {"most": MOST})
    return value


def scope(values: Mapping[str, Any]) -> frozenset[str]:
    names = inputs.text(values, "responseScope", limit=100).split(",")
    found = frozenset(name.strip() for name in names if name.strip())
    if found - set(SCOPES):
        message = _("“responseScope” knows %(options)s.") % {"options": ", ".join(SCOPES)}
        raise bad_input("responseScope", message)
    return found
