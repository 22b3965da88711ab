"""What a key may reach and set up, looked up by what a request names; the rest does not exist."""

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from tickets import access
from tickets.api.authentication import Program
from tickets.api.errors import ApiError
from tickets.api.repeats import about
from tickets.models import Actor, ApiKey, InputField, Line, Location, Ticket


def key_of(request: Request) -> ApiKey:
    return cast("ApiKey", request.auth)


def actor(request: Request) -> Actor:
    """The program, on behalf of its key's user if it has one."""
    return Actor.program(key_of(request), None)


def ticket(request: Request, pk: int) -> Ticket:
    rows = Ticket.objects.filter(_reach(request).rows()).select_related("location")
    return about(request, _one(rows, pk))


def line(request: Request, pk: int, param: str) -> Line:
    rows = Line.objects.not_deleted().filter(_reach(request).rows())
    return _one(rows.select_related("location"), pk, param)


def lines_of(location: Location, ids: list[int], param: str) -> list[Line]:
    """All of the lines named, of this location, or 404 naming the parameter."""
    found = list(location.lines.not_deleted().filter(pk__in=ids))
    if len(found) != len(ids):
        raise missing(param)
    return found


def field(request: Request, pk: UUID, param: str = "") -> InputField:
    rows = InputField.objects.filter(_reach(request).rows())
    return _one(rows.select_related("location"), pk, param)


def managed(request: Request, pk: int, param: str = "") -> Location:
    """The location, which this key may set up; 403 if it may look only."""
    found = _one(_locations(request), pk, param)
    if not access.managed_by_key(key_of(request)).filter(pk=found.pk).exists():
        raise PermissionDenied
    return found


def location(request: Request, pk: int) -> Location:
    return _one(_locations(request), pk)


def refuse_unless_account_wide(request: Request) -> None:
    if not access.is_account_wide(key_of(request)):
        raise PermissionDenied


def missing(param: str = "") -> ApiError:
    """The thing is not there, or not for this key: the same answer to both."""
    return ApiError(404, "resource_missing", _("There is no such thing here."), param=param)


def _locations(request: Request) -> QuerySet[Location]:
    return Location.objects.filter(_reach(request).rows("pk"))


def _reach(request: Request) -> access.Reach:
    return cast("Program", request.user).reach


def _one[M: Model](rows: QuerySet[M], pk: Any, param: str = "") -> M:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise missing(param)
    return found
