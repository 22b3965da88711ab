"""Lines: read, and set up by who manages their location."""

from collections.abc import Callable

from rest_framework.request import Request
from rest_framework.response import Response

from tickets.actions import lines
from tickets.api.endpoints import endpoint
from tickets.api.v1 import inputs, reach, resources
from tickets.models import Actor, Line, Location

DONE = {"statusCode": 200}
LONGEST_NAME = 30


@endpoint("GET", "POST")
def location_lines(request: Request, pk: int) -> Response:
    """The lines of a location, or a new one."""
    place = reach.location(request, pk)
    if request.method == "POST":
        return _create(request, place)
    data = [resources.line(row) for row in place.lines.in_use()]
    return Response({"statusCode": 200, "data": data})


def _create(request: Request, place: Location) -> Response:
    values = inputs.parameters(request)
    reach.managed(request, place.pk)
    line = lines.create(
        place,
        name=inputs.required(values, "name", limit=LONGEST_NAME),
        color=inputs.color(values),
        by=Actor.program(reach.key_of(request), None),
    )
    return Response({"statusCode": 200, "id": line.pk})


@endpoint("GET", "POST", "DELETE")
def line_details(request: Request, pk: int) -> Response:
    """The line; a POST changes the name or the colour that it sends, a DELETE is for good."""
    line = reach.line(request, pk)
    if request.method == "POST":
        return _edit(request, line)
    if request.method == "DELETE":
        return _switch(request, line, lines.delete)
    return Response(resources.line(line) | {"statusCode": 200})


def _edit(request: Request, line: Line) -> Response:
    values = inputs.parameters(request)
    reach.managed(request, line.location_id)
    after = {}
    if values.get("name") is not None:
        after["name"] = inputs.required(values, "name", limit=LONGEST_NAME)
    if color := inputs.color(values):
        after["color"] = color
    lines.edit(line, by=Actor.program(reach.key_of(request), None), **after)
    return Response(DONE)


@endpoint("POST")
def enable(request: Request, pk: int) -> Response:
    return _switch(request, reach.line(request, pk), lines.enable)


@endpoint("POST")
def disable(request: Request, pk: int) -> Response:
    return _switch(request, reach.line(request, pk), lines.disable)


@endpoint("POST")
def archive(request: Request, pk: int) -> Response:
    return _switch(request, reach.line(request, pk), lines.archive)


@endpoint("POST")
def unarchive(request: Request, pk: int) -> Response:
    return _switch(request, reach.line(request, pk), lines.unarchive)


def _switch(request: Request, line: Line, switch: Callable[..., None]) -> Response:
    reach.managed(request, line.location_id)
    switch(line, by=Actor.program(reach.key_of(request), None))
    return Response(DONE)
