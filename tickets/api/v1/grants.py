"""Roles that a request wants to give, as far as its key may give them."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from rest_framework.request import Request

from tickets import access
from tickets.actions.staff import Grant
from tickets.api.errors import bad_input, not_found
from tickets.api.v1 import inputs, reach
from tickets.models import RoleType

#: What can be given, by the names that programs send; an owner is made by nobody.
TYPES = {
    "CLERK": RoleType.CLERK,
    "MANAGER": RoleType.MANAGER,
    "ADMIN": RoleType.ADMIN,
    "ADMINISTRATOR": RoleType.ADMIN,
}


def several(request: Request, values: Mapping[str, Any]) -> list[Grant]:
    """At least one of `roles`, a JSON list of {type, location}."""
    sent = inputs.json_list(values, "roles")
    if not sent or not all(isinstance(each, dict) for each in sent):
        raise bad_input("roles", _("“roles” must be a JSON list of objects with a type."))
    return list(dict.fromkeys(one(request, each, within="roles.") for each in sent))


def one(request: Request, values: Mapping[str, Any], *, within: str = "") -> Grant:
    """A `type` with its `location`. Raises PermissionDenied where the key does not manage."""
    sent = {f"{within}{name}": value for name, value in values.items()}
    type_ = TYPES[inputs.choice(sent, f"{within}type", tuple(TYPES))]
    if type_ == RoleType.ADMIN:
        if not access.is_account_wide(reach.key_of(request)):
            raise PermissionDenied
        return Grant(type_)
    pk = inputs.number(sent, f"{within}location")
    if pk is None:
        raise bad_input(f"{within}location", _("A clerk or manager needs a location."))
    place = reach.locations(request).filter(pk=pk).first()
    if place is None:
        raise not_found(f"{within}location")
    reach.managed(request, place.pk)
    return Grant(type_, place)
