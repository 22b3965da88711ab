"""The steps of a ticket's life but the call, and its labels."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.actions import labels, lifecycle, routing
from tickets.api.endpoints import endpoint
from tickets.api.errors import bad_input
from tickets.api.v1 import inputs, reach
from tickets.exceptions import AssigneeNotHere, UserRequired
from tickets.models import Actor, Ticket

SUCCESS = {"statusCode": 200, "result": "success"}


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
def forward(request: Request, pk: int) -> Response:
    ticket, by, values = _step(request, pk)
    routing.forward(ticket, line=reach.line_here(request, values, ticket.location), by=by)
    return Response({"statusCode": 200})


@endpoint("POST")
def assign(request: Request, pk: int) -> Response:
    """Whoever assigns is the one who acts, so it is on record as theirs."""
    values = inputs.parameters(request)
    ticket = reach.ticket(request, pk)
    by = reach.actor(request, values, ticket.location, "assigner")
    if by.user is None:
        raise UserRequired(param="assigner")
    inputs.required(values, "assignee", limit=100)
    assignee = reach.colleague(values, "assignee", ticket.location)
    if assignee is None:
        raise AssigneeNotHere
    routing.assign(ticket, assignee=assignee, by=by)
    return Response(SUCCESS)


@endpoint("POST")
def unassign(request: Request, pk: int) -> Response:
    ticket, by, _values = _step(request, pk)
    routing.unassign(ticket, by=by)
    return Response(SUCCESS)


@endpoint("POST")
def reorder(request: Request, pk: int) -> Response:
    """Behind the ticket `after`; without one, the first of the line."""
    ticket, by, values = _step(request, pk)
    routing.reorder(ticket, after=reach.neighbour(values, ticket), by=by)
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
