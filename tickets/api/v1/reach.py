"""What a key may reach, looked up by what a request names; the rest does not exist."""

from collections.abc import Sequence
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from tickets import access
from tickets.api.errors import bad_input, not_found
from tickets.api.v1 import inputs
from tickets.exceptions import DeskNotFound
from tickets.ids import parse as parse_id
from tickets.models import Actor, ApiKey, Desk, Line, Location, Ticket, User
from tickets.models.tickets import TicketQuerySet

RELATIONS = ("extras", "labels", "interactions", "messages")


def key_of(request: Request) -> ApiKey:
    return cast("ApiKey", request.auth)


def locations(request: Request) -> QuerySet[Location]:
    return access.locations_for_key(key_of(request))


def location(request: Request, pk: int) -> Location:
    return locations(request).filter(pk=pk).first() or _missing()


def lines(request: Request) -> QuerySet[Line]:
    return Line.objects.filter(location__in=locations(request))


def line(request: Request, pk: int) -> Line:
    return lines(request).filter(pk=pk).first() or _missing()


def tickets(request: Request) -> TicketQuerySet:
    return Ticket.objects.filter(location__in=locations(request))


def ticket(request: Request, pk: int) -> Ticket:
    return tickets(request).select_related("location").filter(pk=pk).first() or _missing()


def lines_named(request: Request, ids: Sequence[int], param: str) -> list[Line]:
    """All of the lines named, or 404 naming the parameter."""
    found = list(lines(request).filter(pk__in=ids))
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
    staff = User.objects.working_at(place)
    pk = parse_id(named)
    by_name = Q(pk=pk) if pk else Q(email__iexact=named)
    user = staff.filter(by_name).first()
    if key.user and user != key.user:
        raise bad_input(param, _("This key acts for its own user only."))
    if user is None:
        raise bad_input(
            param, _("Nobody of this location's staff is “%(user)s”.") % {"user": named}
        )
    return Actor.program(key, user)


def desk(values: dict[str, Any], place: Location) -> Desk | None:
    pk = inputs.number(values, "desk")
    if pk is None:
        return None
    found = Desk.objects.filter(location=place, pk=pk).first()
    if found is None:
        raise DeskNotFound
    return found


def _missing() -> Any:
    raise not_found()
