"""What is known of a visit: put right, told by messages and by other programs, and read back."""

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from tickets import estimates, instants
from tickets.actions import details, messages
from tickets.actions import external as external_data
from tickets.api.endpoints import endpoint
from tickets.api.v1 import audit, external, inputs, reach, resources
from tickets.api.v1.steps import SUCCESS
from tickets.exceptions import TicketStatus
from tickets.models import Ticket
from tickets.states import Status

#: How each value that an edit may send is read, and where it is kept.
COLUMNS: dict[str, tuple[str, Callable[[dict[str, Any], str], str]]] = {
    "firstName": ("first_name", inputs.name),
    "lastName": ("last_name", inputs.name),
    "phoneNumber": ("phone_number", inputs.phone_number),
    "email": ("email", inputs.email),
}


@endpoint("POST")
def edit(request: Request, pk: int) -> Response:
    """Change what is sent and nothing else; what is sent empty is cleared, the first name too."""
    values = inputs.changes(request)
    ticket = reach.ticket(request, pk)
    by = reach.actor(request, values, ticket.location)
    columns = {
        column: read(values, name) for name, (column, read) in COLUMNS.items() if name in values
    }
    details.edit(
        ticket,
        by=by,
        line=reach.line_here(request, values, ticket.location) if "line" in values else None,
        extras=inputs.extras(values) if "extra" in values else None,
        **columns,
    )
    return Response(SUCCESS)


@endpoint("GET", "POST")
def message_list(request: Request, pk: int) -> Response:
    """Read what was written in both directions, or write to the visitor."""
    ticket = reach.ticket(request, pk)
    if request.method == "POST":
        return _send(request, ticket)
    shown = [resources.message(row) for row in ticket.messages.with_text()]
    return Response({"statusCode": 200, "messages": shown})


def _send(request: Request, ticket: Ticket) -> Response:
    values = inputs.parameters(request)
    by = reach.actor(request, values, ticket.location)
    body = inputs.required(values, "message", limit=1600)
    messages.send(ticket, body=body, by=by)
    return Response(SUCCESS)


@endpoint("POST", "PUT")
def put_external(request: Request, pk: int) -> Response:
    """Show beside the visit what another program knows; replaces what it sent before."""
    values = inputs.parameters(request)
    ticket = reach.ticket(request, pk)
    by = reach.actor(request, values, ticket.location)
    names = {name: inputs.required(values, name, limit=100) for name in ("provider", "title")}
    external_data.put(ticket, fields=external.fields(values), by=by, **names)
    return Response(SUCCESS)


@endpoint("GET")
def history(request: Request, pk: int) -> Response:
    """Every step on the ticket, who took it and what it changed; the newest last."""
    rows = reach.ticket(request, pk).activities.order_by("id")
    return Response({"statusCode": 200, "data": [audit.step(row) for row in rows]})


@endpoint("GET")
def ticket_estimate(request: Request, pk: int) -> Response:
    ticket = reach.ticket(request, pk)
    if ticket.status != Status.NEW:
        raise TicketStatus(ticket.whereabouts)
    return Response({"statusCode": 200, **_moment_of_service(estimates.for_ticket(ticket))})


@endpoint("GET")
def line_estimate(request: Request, pk: int) -> Response:
    """What somebody who joins the line now has to expect."""
    line = reach.line(request, pk)
    estimate = estimates.for_newcomers([line])[line.pk]
    shown = {"statusCode": 200, "estimatedPeopleWaiting": estimate.in_line}
    return Response(shown | _moment_of_service(estimate))


def _moment_of_service(estimate: estimates.Estimate) -> dict[str, int]:
    """Unix seconds; nothing where nobody serves or too little is known."""
    if estimate.mean is None:
        return {}
    return {"estimatedTimeOfService": round(instants.now().timestamp() + estimate.mean * 60)}
