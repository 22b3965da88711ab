"""Every call of version 2020-09-01 by its route's name: how it is made, and which right it takes."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from tests.tickets.api.calls import AWAY, Call
from tests.tickets.api.v2020.conftest import NEWER, NO_FIELD
from tickets.api.v2020 import lines
from tickets.api.v2020.urls import urlpatterns
from tickets.models import InputField, Ticket

DAY = {
    "businessHours": [{"opens": {"hours": 9, "minutes": 0}, "closes": {"hours": 17, "minutes": 0}}]
}
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), DAY)
LINE = {"name": "Passports", "color": "TEAL"}
LOCATION = {"name": "Narva", "latitude": 59.38, "longitude": 28.19, "address": "1", "country": "EE"}
FIELD = {"id": "0b0d2b5e-7e0d-4a36-9a1e-6f3f6a5a0b11", "type": "TEXT", "title": "Notes"}
ANSWER = {"value": "wheelchair"}
TICKET = {"lineId": "LINE", "firstName": "Jane"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """How a route is called, which right it takes, and what success is."""

    method: str
    body: Any = None
    names: str = ""
    success: int = 200
    rights: str = "set-up"


#: By the route's name; a second method of a route has a row of its own.
ROWS = {
    "create-ticket": Row(method="POST", body=TICKET, success=201, rights="visit"),
    "create-ticket-old": Row(method="POST", body=TICKET, success=201, rights="visit"),
    "edit-ticket": Row(method="PATCH", body={"firstName": "Joan"}, names="ticket", rights="visit"),
    "answer": Row(method="POST", body=ANSWER, names="answer", rights="visit"),
    "answer DELETE": Row(method="DELETE", names="answer", rights="visit"),
    "v1-answer": Row(method="POST", body=ANSWER, names="answer", rights="visit"),
    "v1-answer DELETE": Row(method="DELETE", names="answer", rights="visit"),
    "create-location": Row(method="POST", body=LOCATION, success=201, rights="account"),
    "edit-location": Row(method="PATCH", body={"name": "Narva"}, names="location"),
    "create-line": Row(method="POST", body=LINE, names="location", success=201),
    "v1-create-line": Row(method="POST", body=LINE, names="location", success=201),
    "v1-create-line GET": Row(method="GET", names="location", rights="read"),
    "hours": Row(method="GET", names="location", rights="read"),
    "hours PUT": Row(method="PUT", body=WEEK, names="location"),
    "exceptions": Row(method="GET", names="location", rights="read"),
    "exceptions PUT": Row(
        method="PUT", body=[{"date": "2026-12-24", "closed": True}], names="location"
    ),
    "create-field": Row(method="POST", body=FIELD | {"location": {"id": "LOCATION"}}, success=201),
    "edit-field": Row(method="PATCH", body={"title": "Remarks"}, names="field"),
}


def methods(pattern: Any) -> set[str]:
    if pattern.callback is lines.under_v1:
        return {"GET", "POST"}
    return {name.upper() for name in pattern.callback.cls.http_method_names} - {"HEAD", "OPTIONS"}


#: Each method of each route.
ROUTES = {(pattern.name, method) for pattern in urlpatterns for method in methods(pattern)}


def call_of(name: str, ticket: Ticket, field: InputField, *, is_missing: bool = False) -> Call:
    """The call to a thing of the ticket's location, or to one that is not there."""
    away = AWAY if is_missing else 0
    body = ROWS[name].body
    if body == TICKET:
        body = TICKET | {"lineId": ticket.line_id + away}
    if isinstance(body, dict) and "location" in body:
        body = body | {"location": {"id": ticket.location_id + away}, "id": str(uuid.uuid4())}
    path = path_of(name, ticket, field, is_missing=is_missing)
    return Call(ROWS[name].method, path, body, headers=NEWER)


def path_of(name: str, ticket: Ticket, field: InputField, *, is_missing: bool = False) -> str:
    away = 10**17 if is_missing else 0
    asked = NO_FIELD if is_missing else field.pk
    holes: dict[str, dict[str, Any]] = {
        "": {},
        "ticket": {"pk": ticket.pk + away},
        "answer": {"pk": ticket.pk + away, "field": asked},
        "location": {"pk": ticket.location_id + away},
        "field": {"pk": asked},
    }
    urlconf = settings.API_VERSIONS["2020-09-01"]
    return reverse(f"v2020:{name.split()[0]}", urlconf, kwargs=holes[ROWS[name].names])
