"""Tickets: create, read, search, count, and call."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.actions import intake, lifecycle
from tickets.api.endpoints import endpoint
from tickets.api.errors import bad_input
from tickets.api.rendering import streamed
from tickets.api.repeats import about
from tickets.api.v1 import connected, inputs, reach, resources, search
from tickets.models import Actor, Source, Ticket


def _shown(ticket: Ticket) -> Response:
    return Response(resources.ticket(ticket) | {"statusCode": 200})


@endpoint("POST")
def create(request: Request, line: int) -> Response:
    """A visitor joins the line."""
    values = inputs.parameters(request)
    ticket = intake.create(
        reach.line(request, line),
        by=Actor.program(reach.key_of(request), None),
        source=inputs.choice(values, "source", tuple(Source.values), Source.MANUAL),
        first_name=inputs.name(values, "firstName"),
        last_name=inputs.name(values, "lastName"),
        phone_number=inputs.phone_number(values),
        email=inputs.email(values),
        extras=inputs.extras(values),
        labels=inputs.labels(values),
    )
    return Response({"statusCode": 200, "id": str(ticket.pk)})


@endpoint("GET")
def details(request: Request, pk: int) -> Response:
    """Everything of one ticket; its `connectedTickets` only when `responseScope` asks."""
    scope = search.scope(inputs.parameters(request))
    ticket = reach.ticket(request, pk)
    response = _shown(ticket)
    if search.CONNECTED in scope:
        connected.add_to([response.data], [ticket])
    return response


@endpoint("GET")
def search_tickets(request: Request) -> HttpResponseBase:
    """Tickets by filters; `interactions` and `messages` only when `responseScope` asks."""
    values = inputs.parameters(request)
    scope = search.scope(values)
    limit = search.limit(values)
    found = search.matching(request, values).pages(search.order(values), limit)
    pages = (_page(rows, scope) for rows in found)
    first = next(pages, [])  # an error is one before the reply begins
    if len(first) < search.PAGE or limit == search.PAGE:
        return Response({"statusCode": 200, "data": first})
    return streamed("data", chain([first], pages))


def _page(rows: Sequence[Any], scope: frozenset[str]) -> list[dict[str, Any]]:
    shown = resources.tickets(rows, scope)
    if search.CONNECTED in scope:
        connected.add_to(shown, rows)
    return shown


@endpoint("GET", "POST")
def count(request: Request) -> Response:
    total = search.matching(request, inputs.parameters(request)).count()
    return Response({"statusCode": 200, "count": total})


@endpoint("POST")
def call_next(request: Request) -> Response:
    """Call whoever comes first in `lines`; without an id in the reply nobody waits."""
    values = inputs.parameters(request)
    ids = inputs.numbers(values, "lines")
    if not ids:
        raise bad_input("lines", _("Name the lines to call from."))
    lines = reach.lines_named(request, ids, "lines")
    place = lines[0].location
    if any(line.location_id != place.pk for line in lines):
        raise bad_input("lines", _("All lines must be of one location."))
    ticket = lifecycle.call_next(lines, **_call_options(request, values, place))
    return _shown(about(request, ticket)) if ticket else Response({"statusCode": 200})


@endpoint("POST")
def call(request: Request, pk: int) -> Response:
    values = inputs.parameters(request)
    ticket = reach.ticket(request, pk)
    return _shown(lifecycle.call(ticket, **_call_options(request, values, ticket.location)))


def _call_options(request: Request, values: dict[str, Any], place: Any) -> dict[str, Any]:
    return {
        "by": reach.actor(request, values, place),
        "desk": reach.desk(values, place),
        "keep_open": inputs.flag(values, "keepActiveTicketsOpen"),
    }
