"""Which tickets a search or a count is about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import batched
from typing import Any

from django.db.models import F, Func, IntegerField, OrderBy, Q
from django.utils.translation import gettext as _
from rest_framework.request import Request

from tickets import instants, prepared
from tickets.api.errors import bad_input
from tickets.api.v1 import inputs, reach, related
from tickets.models import Ticket
from tickets.prepared import Among, Numbers, Parameter
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
CONNECTED = "CONNECTED_TICKETS"
SCOPES = (related.INTERACTIONS, related.MESSAGES, CONNECTED)
DEFAULT_LIMIT = 1000
MOST = 20_000
#: What is in memory at once of a long reply.
PAGE = 500
#: The columns that are shown.
COLUMNS = (
    *("id", "location_id", "status", "source", "line_id"),
    *("first_name", "last_name", "phone_number", "email"),
    *("order_after", "created_at", "called_at", "caller_id", "desk_id", "served_at"),
    *("assigner_id", "assignee_id"),
)

Row = Any
Order = tuple[OrderBy, ...]


@dataclass(frozen=True)
class Wanted:
    """Which tickets: a condition with parameters, and their values."""

    condition: Q
    values: dict[str, Any]

    def count(self) -> int:
        return _count(self.condition).first(**self.values) or 0

    def pages(self, order: Order, limit: int) -> Iterator[Sequence[Row]]:
        """The first `limit` of them in this order, PAGE at a time."""
        rows = _rows(self.condition, order, limit)
        if limit <= PAGE:
            yield rows(**self.values)
        else:
            yield from batched(rows.chunks(PAGE, **self.values), PAGE)


@lru_cache(maxsize=128)
def _rows(condition: Q, order: Order, limit: int) -> prepared.Select[Row]:
    rows = Ticket.objects.filter(condition).order_by(*order)
    return prepared.Select(lambda: rows.values_list(*COLUMNS, named=True)[:limit])


@lru_cache(maxsize=128)
def _count(condition: Q) -> prepared.Select[int]:
    # An aggregate of the ORM's own would group by the ticket.
    total = Func(template="COUNT(*)", output_field=IntegerField())
    tickets = Ticket.objects.filter(condition).order_by()
    return prepared.Select(lambda: tickets.values_list(total, flat=True))


def matching(request: Request, values: Mapping[str, Any]) -> Wanted:
    """The tickets that pass every filter; dates are inclusive at both ends."""
    reached = reach.of_key(request)
    condition = Q()
    given: dict[str, Any] = {"reached": reached.location_ids}
    if reached.location_ids or not reached.is_all_others:
        is_reached = Q(Among(F("location_id"), Numbers("reached")))
        condition &= ~is_reached if reached.is_all_others else is_reached
    if (location := inputs.number(values, "location")) is not None:
        condition &= Q(location=Parameter("location"))
    if lines := inputs.numbers(values, "line"):
        condition &= Q(Among(F("line_id"), Numbers("lines")))
    statuses = _statuses(values)
    if (caller := inputs.number(values, "caller")) is not None:
        condition &= Q(caller=Parameter("caller"))
        statuses = statuses or [Status.CALLED, Status.SERVED]
    if statuses:
        # One alone as such: SQLite then sees that an index of those who wait will do.
        one, *more = statuses
        condition &= Q(status__in=statuses) if more else Q(status=one)
    given |= {"location": location, "lines": lines, "caller": caller}
    for name, lookup in (
        ("minCreated", "created_at__gte"),
        ("maxCreated", "created_at__lte"),
        ("minCalled", "called_at__gte"),
        ("maxCalled", "called_at__lte"),
    ):
        if moment := inputs.instant(values, name):
            condition &= Q(**{lookup: Parameter(name)})
            given[name] = instants.cut(moment)
    return Wanted(condition, given)


def _statuses(values: Mapping[str, Any]) -> list[Status]:
    names = [s.strip() for s in inputs.text(values, "status", limit=500).split(",") if s.strip()]
    for name in names:
        if name not in STATUSES:
            message = _("“status” knows %(options)s.") % {"options": ", ".join(STATUSES)}
            raise bad_input("status", message)
    return [STATUSES[name] for name in names]


def order(values: Mapping[str, Any]) -> Order:
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
        return column.desc(nulls_last=nulls_last), ticket_id.desc()
    return column.asc(nulls_last=nulls_last), ticket_id.asc()


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
