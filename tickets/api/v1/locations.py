"""Locations, and what is set up in them, read."""

from rest_framework.decorators import authentication_classes, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import instants
from tickets.api.authentication import HEADER, refuse_key_in_address
from tickets.api.endpoints import endpoint
from tickets.api.v1 import reach, resources
from tickets.models import User


@endpoint("GET")
@authentication_classes([])
@permission_classes([])
def index(request: Request) -> Response:
    """The API's root: what is here, and how to come in."""
    refuse_key_in_address(request)
    root = request.build_absolute_uri(request.path.rstrip("/"))
    return Response(
        {
            "statusCode": 200,
            "version": "v1",
            "authentication": f"Send your API key in the {HEADER} header.",
            "locations": f"{root}/locations/",
            "tickets": f"{root}/tickets/search",
        }
    )


@endpoint("GET")
def location_list(request: Request) -> Response:
    now = instants.now()
    data = [resources.location(row, now) for row in reach.locations(request)]
    return Response({"statusCode": 200, "data": data})


@endpoint("GET")
def location_details(request: Request, pk: int) -> Response:
    row = reach.location(request, pk)
    return Response(resources.location(row, instants.now()) | {"statusCode": 200})


@endpoint("GET")
def location_desks(request: Request, pk: int) -> Response:
    rows = reach.location(request, pk).desks.filter(is_active=True)
    return Response({"statusCode": 200, "desks": [resources.desk(row) for row in rows]})


@endpoint("GET")
def location_users(request: Request, pk: int) -> Response:
    place = reach.location(request, pk)
    rows = User.objects.working_at(place).select_related("picture").defer("picture__image")
    site = reach.site(request)
    data = [resources.colleague(row, place, site) for row in rows]
    return Response({"statusCode": 200, "data": data})


@endpoint("GET")
def location_devices(request: Request, pk: int) -> Response:
    now = instants.now()
    rows = reach.location(request, pk).devices.filter(is_active=True)
    data = [resources.listed_device(row, now) for row in rows]
    return Response({"statusCode": 200, "data": data})


@endpoint("GET")
def location_fields(request: Request, pk: int) -> Response:
    """What a visitor is asked: who they are, the line if there is a choice, and then the rest."""
    place = reach.location(request, pk)
    rows = place.input_fields.filter(is_active=True).prefetch_related("options")
    fields = [resources.input_field(row) for row in rows]
    about_person = [each for each in fields if "title" not in each]
    others = [each for each in fields if "title" in each]
    has_choice = place.lines.open().count() > 1
    line = [{"type": "line"}] if has_choice else []
    return Response({"statusCode": 200, "fields": [*about_person, *line, *others]})
