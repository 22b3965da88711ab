"""Tickets: create, read, and every step of their life."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.actions import intake, labels, lifecycle
from tickets.api.endpoints import endpoint
from tickets.api.errors import bad_input
from tickets.api.v1 import inputs, reach, resources, search
from tickets.models import Actor, Line, Source, Ticket

SUCCESS = {"statusCode": 200, "result": "success"}


def _shown(ticket: Ticket) -> Response:
    row = Ticket.objects.prefetch_related(*reach.RELATIONS).get(pk=ticket.pk)
    return Response(resources.ticket(row) | {"statusCode": 200})


@endpoint("POST")
def create(request: Request, line: int) -> Response:
    """A visitor joins the line. With an `Idempotency-Key`, a repeated call makes no second ticket."""
    values = inputs.parameters(request)
    joined = reach.line(request, line)
    ticket = intake.create(
        joined,
        by=Actor.program(reach.key_of(request), None),
        source=inputs.choice(values, "source", tuple(Source.values), Source.MANUAL),
        first_name=inputs.name(values, "firstName"),
        last_name=inputs.name(values, "lastName"),
        phone_number=inputs.phone_number(values),
        email=inputs.email(values),
        extras=inputs.extras(values),
        labels=inputs.labels(values),
        nonce=_nonce(request, joined),
    )
    return Response({"statusCode": 200, "id": str(ticket.pk)})


def _nonce(request: Request, line: Line) -> str | None:
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return None
    own = f"{reach.key_of(request).pk}:{line.pk}:{key}"
    return hashlib.sha256(own.encode()).hexdigest()


@endpoint("GET")
def details(request: Request, pk: int) -> Response:
    return _shown(reach.ticket(request, pk))


@endpoint("GET")
def search_tickets(request: Request) -> Response:
    """Tickets by filters; `interactions` and `messages` only when `responseScope` asks."""
    values = inputs.parameters(request)
    scope = search.scope(values)
    relations = ["extras", "labels"]
    relations += ["interactions"] if resources.INTERACTIONS in scope else []
    relations += ["messages"] if resources.MESSAGES in scope else []
    rows = search.ordered(search.matching(request, values), values).prefetch_related(*relations)
    data = [resources.ticket(row, scope) for row in rows[: search.limit(values)]]
    return Response({"statusCode": 200, "data": data})


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
    place = reach.location(request, lines[0].location_id)
    if any(line.location_id != place.pk for line in lines):
        raise bad_input("lines", _("All lines must be of one location."))
    ticket = lifecycle.call_next(lines, **_call_options(request, values, place))
    return _shown(ticket) if ticket else Response({"statusCode": 200})


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


@endpoint("POST")
def recall(request: Request, pk: int) -> Response:
    ticket, by, _values = _step(request, pk)
    lifecycle.recall(ticket, by=by)
    return Response(SUCCESS)


@endpoint("POST")
def mark_served(request: Request, pk: int) -> Response:
    ticket, by, _values = _step(request, pk)
    lifecycle.serve(ticket, by=by)
    return Response(SUCCESS)


@endpoint("POST")
def mark_no_show(request: Request, pk: int) -> Response:
    ticket, by, _values = _step(request, pk)
    lifecycle.mark_no_show(ticket, by=by)
    return Response(SUCCESS)


@endpoint("POST")
def cancel(request: Request, pk: int) -> Response:
    ticket, by, _values = _step(request, pk)
    lifecycle.cancel(ticket, by=by)
    return Response(SUCCESS)


@endpoint("POST")
def return_to_queue(request: Request, pk: int) -> Response:
    ticket, by, values = _step(request, pk)
    position = inputs.choice(values, "position", ("FIRST", "LAST"))
    lifecycle.return_to_queue(ticket, position="FIRST" if position == "FIRST" else "LAST", by=by)
    return Response(SUCCESS)


@endpoint("POST")
def add_label(request: Request, pk: int) -> Response:
    ticket, by, values = _step(request, pk)
    is_new = labels.add(ticket, value=inputs.label(values), by=by)
    return Response({"statusCode": 200, "result": "success" if is_new else "no action"})


@endpoint("POST")
def remove_label(request: Request, pk: int) -> Response:
    ticket, by, values = _step(request, pk)
    labels.remove(ticket, value=inputs.label(values), by=by)
    return Response(SUCCESS)


@endpoint("PUT")
def replace_labels(request: Request, pk: int) -> Response:
    ticket, by, values = _step(request, pk)
    if values.get("labels") is None:
        raise bad_input("labels", _("Send all labels that the ticket shall have."))
    labels.replace(ticket, values=inputs.labels(values), by=by)
    return Response(SUCCESS)


def _step(request: Request, pk: int) -> tuple[Ticket, Actor, dict[str, Any]]:
    values = inputs.parameters(request)
    ticket = reach.ticket(request, pk)
    return ticket, reach.actor(request, values, ticket.location), values
