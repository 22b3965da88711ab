"""People of the staff: who they are, what they may do, where they sit and what they call from."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import access
from tickets.actions import staff
from tickets.api.endpoints import endpoint
from tickets.api.errors import bad_input, not_found
from tickets.api.v1 import grants, inputs, reach, resources
from tickets.exceptions import DeskNotFound
from tickets.models import Actor, Desk, Location, User

DONE = {"statusCode": 200}


@endpoint("GET", "POST")
def user_list(request: Request) -> Response:
    """Whom the key meets, or somebody new, who is mailed a link to set a password."""
    if request.method == "POST":
        return _invite(request)
    reached = _reached(request)
    data = [resources.user(row, reached, reach.site(request)) for row in reach.people(request)]
    return Response({"statusCode": 200, "data": data})


def _invite(request: Request) -> Response:
    values = inputs.parameters(request)
    user = staff.invite(
        email=inputs.email_of_staff(values),
        first_name=inputs.required(values, "firstName", limit=50),
        last_name=inputs.text(values, "lastName", limit=50),
        grants=grants.several(request, values),
        site=reach.site(request),
        by=_actor(request),
    )
    return Response({"statusCode": 200, "id": str(user.pk)})


@endpoint("GET", "DELETE")
def user_details(request: Request, name: str) -> Response:
    """Somebody by id or e-mail; a DELETE switches them off, for tickets still name them."""
    person = reach.person(request, name)
    if request.method == "DELETE":
        reach.looked_after(request, person)
        staff.deactivate(person, by=_actor(request))
        return Response(DONE)
    shown = resources.user(person, _reached(request), reach.site(request))
    return Response(shown | {"statusCode": 200})


@endpoint("POST")
def add_role(request: Request, name: str) -> Response:
    values = inputs.parameters(request)
    person = reach.person(request, name)
    staff.give_role(person, grant=grants.one(request, values), by=_actor(request))
    return Response(DONE)


@endpoint("GET", "POST", "DELETE")
def user_desk(request: Request, name: str) -> Response:
    """The desk where somebody sits: of the location where they work at the moment."""
    person = reach.person(request, name)
    if request.method == "POST":
        values = inputs.parameters(request)
        desk = _desk(request, values, person)
        if not _decides_for(request, person, desk.location_id):
            raise PermissionDenied
        with transaction.atomic():
            if person.selected_location_id is None:
                staff.choose_location(person, location=desk.location)
            staff.choose_desk(person, desk=desk, by=_actor(request))
        return Response(DONE)
    seen = person.desk if person.desk and person.desk.location_id in _reached(request) else None
    if request.method == "DELETE":
        if seen and not _decides_for(request, person, seen.location_id):
            raise PermissionDenied
        if seen:
            staff.choose_desk(person, desk=None, by=_actor(request))
        return Response(DONE)
    return Response({"statusCode": 200} | ({"selectedDeskId": seen.pk} if seen else {}))


def _desk(request: Request, values: dict[str, Any], person: User) -> Desk:
    pk = inputs.number(values, "desk")
    if pk is None:
        raise bad_input("desk", _("Name the desk."))
    places = _work_places(request, person)
    if person.selected_location_id:
        places = [place for place in places if place.pk == person.selected_location_id]
    found = Desk.objects.filter(pk=pk, location__in=places).select_related("location").first()
    if found is None:
        raise DeskNotFound
    return found


@endpoint("GET", "POST")
def user_lines(request: Request, name: str) -> Response:
    """The lines that somebody calls from; none means all of them. A POST replaces the choice."""
    person = reach.person(request, name)
    if request.method == "POST":
        _choose_lines(request, person)
        return Response(DONE)
    chosen = person.selected_lines.filter(location__in=_reached(request)).not_deleted()
    return Response({"statusCode": 200, "selectedLines": [line.pk for line in chosen]})


def _choose_lines(request: Request, person: User) -> None:
    ids = inputs.id_list(request, "lines")
    places = _work_places(request, person)
    lines = reach.lines_named(request, ids, "lines")
    if any(line.location not in places for line in lines):
        raise not_found("lines")
    decided = [place for place in places if _decides_for(request, person, place.pk)]
    if not decided or any(line.location not in decided for line in lines):
        raise PermissionDenied
    with transaction.atomic():
        for place in decided:
            here = [line for line in lines if line.location_id == place.pk]
            staff.choose_lines(person, location=place, lines=here)


def _actor(request: Request) -> Actor:
    return Actor.program(reach.key_of(request), None)


def _reached(request: Request) -> set[int]:
    return set(reach.locations(request).values_list("pk", flat=True))


def _work_places(request: Request, person: User) -> list[Location]:
    """Where they work, as far as the key reaches."""
    places = reach.locations(request)
    if not person.is_account_wide:
        places = places.filter(pk__in=[role.location_id for role in person.roles.all()])
    return list(places)


def _decides_for(request: Request, person: User, place_id: int) -> bool:
    """Everybody sets up their own work, and managers that of the people at their location."""
    key = reach.key_of(request)
    return key.user == person or access.managed_by_key(key).filter(pk=place_id).exists()
