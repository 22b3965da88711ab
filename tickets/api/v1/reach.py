"""What a key may reach, looked up by what a request names; the rest does not exist."""

from collections.abc import Sequence
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from tickets import access, prepared
from tickets.api.authentication import Program
from tickets.api.errors import bad_input, not_found
from tickets.api.repeats import about
from tickets.api.v1 import inputs
from tickets.exceptions import DeskNotFound
from tickets.ids import parse as parse_id
from tickets.models import (
    Actor,
    ApiKey,
    Desk,
    Device,
    DeviceKind,
    Line,
    Location,
    Ticket,
    User,
)
from tickets.models.locations import LineQuerySet
from tickets.models.people import UserQuerySet
from tickets.prepared import Among, Numbers, Parameter

_line = prepared.Select(
    lambda: Line.objects.not_deleted().filter(pk=Parameter("pk")).select_related("location")
)
_lines = prepared.Select(
    lambda: (
        Line.objects.not_deleted().filter(Among(F("pk"), Numbers("ids"))).select_related("location")
    )
)
_ticket = prepared.Select(
    lambda: Ticket.objects.filter(pk=Parameter("pk")).select_related("location")
)
_colleague = prepared.Select(
    lambda: (
        User.objects.working_at(Parameter("location"))
        .filter(pk=Parameter("pk"))
        .select_related("desk")
    )
)


def key_of(request: Request) -> ApiKey:
    return cast("ApiKey", request.auth)


def site(request: Request) -> str:
    """The address of this installation, as the program called it."""
    return request.build_absolute_uri("/").rstrip("/")


def of_key(request: Request) -> access.Reach:
    return cast("Program", request.user).reach


def locations(request: Request) -> QuerySet[Location]:
    return Location.objects.filter(of_key(request).rows("pk"))


def location(request: Request, pk: int) -> Location:
    return locations(request).filter(pk=pk).first() or _missing()


def managed(request: Request, place_id: int) -> None:
    """Raises PermissionDenied unless the key may set this location up, which it reaches."""
    if not access.managed_by_key(key_of(request)).filter(pk=place_id).exists():
        raise PermissionDenied


def lines(request: Request) -> LineQuerySet:
    return Line.objects.not_deleted().filter(of_key(request).rows())


def line(request: Request, pk: int, param: str = "") -> Line:
    return _reached(request, _line.first(pk=pk)) or _missing(param)


def ticket(request: Request, pk: int) -> Ticket:
    return about(request, _reached(request, _ticket.first(pk=pk)) or _missing())


def _reached[Row: (Line, Ticket)](request: Request, found: Row | None) -> Row | None:
    return found if found and of_key(request).includes(found.location_id) else None


def neighbour(values: dict[str, Any], ticket: Ticket) -> Ticket | None:
    """The ticket of the same location that is named as `after`, or 404 naming the parameter."""
    pk = inputs.number(values, "after")
    if pk is None:
        return None
    near = Ticket.objects.filter(location=ticket.location_id)
    return near.filter(pk=pk).first() or _missing("after")


def line_here(request: Request, values: dict[str, Any], place: Location) -> Line:
    """The `line` that is named, of this location, or 404 naming the parameter."""
    pk = inputs.number(values, "line")
    if pk is None:
        raise bad_input("line", _("Name the line."))
    return lines(request).filter(location=place, pk=pk).first() or _missing("line")


def lines_named(request: Request, ids: Sequence[int], param: str) -> list[Line]:
    """All of the lines named, or 404 naming the parameter."""
    found = [row for row in _lines(ids=ids) if of_key(request).includes(row.location_id)]
    if len(found) != len(set(ids)):
        raise not_found(param)
    return found


def actor(request: Request, values: dict[str, Any], place: Location, param: str = "user") -> Actor:
    """Who acts: the user that the request names, by id or e-mail, else the key's own.

    A key of a user acts for nobody else.
    """
    key = key_of(request)
    named = inputs.text(values, param, limit=100)
    if not named:
        return Actor.program(key, None)
    user = colleague(values, param, place)
    if key.user and user != key.user:
        raise bad_input(param, _("This key acts for its own user only."))
    if user is None:
        raise bad_input(
            param, _("Nobody of this location's staff is “%(user)s”.") % {"user": named}
        )
    return Actor.program(key, user)


def colleague(values: dict[str, Any], param: str, place: Location) -> User | None:
    """Somebody of this location's staff, named by id or e-mail."""
    named = inputs.text(values, param, limit=100)
    if pk := parse_id(named):
        return _colleague.first(pk=pk, location=place.pk)
    staff: UserQuerySet = User.objects.working_at(place)
    return staff.with_email(named).first()


def tv(request: Request, pk: int) -> Device:
    tvs = Device.objects.filter(kind=DeviceKind.TV, is_active=True)
    found = tvs.filter(of_key(request).rows(), pk=pk).select_related("location").first()
    return found or _missing()


def people(request: Request) -> UserQuerySet:
    """Whom the key meets, with what is shown of them."""
    people = access.people_for_key(key_of(request)).select_related("desk", "picture")
    return people.defer("picture__image").prefetch_related("roles")


def person(request: Request, name: str) -> User:
    """Somebody whom the key meets, by id or e-mail."""
    if "\x00" in name:  # which PostgreSQL takes for an error
        _missing()
    pk = parse_id(name)
    met = people(request)
    named = met.filter(pk=pk) if pk else met.with_email(name)
    return named.first() or _missing()


def looked_after(request: Request, person: User) -> None:
    """Raises PermissionDenied unless it is the person's own key, or manages all that they do."""
    key = key_of(request)
    if key.user != person and not access.may_look_after(key, person):
        raise PermissionDenied


def desk(values: dict[str, Any], place: Location) -> Desk | None:
    pk = inputs.number(values, "desk")
    if pk is None:
        return None
    found = Desk.objects.filter(location=place, pk=pk).first()
    if found is None:
        raise DeskNotFound
    return found


def _missing(param: str = "") -> Any:
    raise not_found(param)
