"""Every call of version 1 by the name of its route: how it is made, and which right it takes."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.factories import (
    DeskFactory,
    DeviceFactory,
    LineFactory,
    UserFactory,
    clerk_of,
    manager_of,
    waiting_ticket,
)
from tests.tickets.api.conftest import JSON, picture, program
from tickets.actions import lifecycle, programs, webhooks
from tickets.api.v1.urls import urlpatterns
from tickets.models import Line, Location, Ticket, User

#: So far is the id of a missing thing from that of one that is there.
AWAY = 10**17


@dataclass(frozen=True, kw_only=True)
class Row:
    """How a route is called, and which right it takes (`rights`)."""

    method: str = "GET"
    data: dict[str, Any] = field(default_factory=dict)
    names: str = ""
    is_called: bool = False
    has_messages: bool = False
    rights: str = "read"
    body: bytes = b""


@dataclass(frozen=True)
class Call:
    """A request that would succeed; its body is JSON, unless there is another one."""

    method: str
    path: str
    data: Any
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def by(self, client: Client, *, end: str = "", **more: Any) -> Any:
        """The response to this client, with these values `more`, and `end` after the path."""
        sent = self.body or json.dumps({**self.data, **more} if more else self.data)
        path = self.path.rstrip("/") + end if end else self.path
        return client.generic(self.method, path, sent, content_type=JSON, headers=self.headers)


PICTURE = picture()
EXTERNAL = {"provider": "crm", "title": "CRM", "data": {"fields": []}}

#: By the route's name; a second method of a route has a row of its own.
ROWS = {
    "index": Row(rights="root"),
    "locations": Row(rights="list"),
    "location": Row(names="location"),
    "location-lines": Row(names="location"),
    "location-desks": Row(names="location"),
    "location-users": Row(names="location"),
    "line": Row(names="line_pk"),
    "line-estimate": Row(names="line_pk"),
    "create-ticket": Row(method="POST", names="line", rights="visit"),
    "search-tickets": Row(rights="list"),
    "count-tickets": Row(rights="list"),
    "count-tickets POST": Row(method="POST", rights="list"),
    "call-next": Row(method="POST", data={"lines": "LINE"}, rights="visit"),
    "ticket": Row(names="ticket"),
    "call-ticket": Row(method="POST", names="ticket", rights="visit"),
    "recall-ticket": Row(method="POST", names="ticket", is_called=True, rights="visit"),
    "serve-ticket": Row(method="POST", names="ticket", is_called=True, rights="visit"),
    "no-show-ticket": Row(method="POST", names="ticket", is_called=True, rights="visit"),
    "cancel-ticket": Row(method="POST", names="ticket", rights="visit"),
    "return-ticket": Row(
        method="POST", names="ticket", data={"position": "LAST"}, is_called=True, rights="visit"
    ),
    "ticket-labels": Row(method="PUT", names="ticket", data={"labels": ["VIP"]}, rights="visit"),
    "add-label": Row(method="POST", names="ticket", data={"value": "VIP"}, rights="visit"),
    "remove-label": Row(method="POST", names="ticket", data={"value": "VIP"}, rights="visit"),
    "forward-ticket": Row(
        method="POST", names="ticket", data={"line": "OTHER"}, is_called=True, rights="visit"
    ),
    "reorder-ticket": Row(method="POST", names="ticket", rights="visit"),
    "assign-ticket": Row(method="POST", names="ticket", data={"assignee": "CLERK"}, rights="visit"),
    "unassign-ticket": Row(method="POST", names="ticket", rights="visit"),
    "edit-ticket": Row(method="POST", names="ticket", data={"firstName": "Joan"}, rights="visit"),
    "ticket-messages": Row(names="ticket"),
    "ticket-messages POST": Row(
        method="POST", names="ticket", data={"message": "Hello"}, has_messages=True, rights="visit"
    ),
    "ticket-external": Row(method="POST", names="ticket", data=EXTERNAL, rights="visit"),
    "ticket-external PUT": Row(method="PUT", names="ticket", data=EXTERNAL, rights="visit"),
    "ticket-audit": Row(names="ticket"),
    "ticket-estimate": Row(names="ticket"),
    "location-lines POST": Row(
        method="POST", names="location", data={"name": "X"}, rights="set-up"
    ),
    "location-devices": Row(names="location"),
    "location-fields": Row(names="location"),
    "line POST": Row(method="POST", names="line_pk", data={"name": "X"}, rights="set-up"),
    "line DELETE": Row(method="DELETE", names="empty_line", rights="set-up"),
    "enable-line": Row(method="POST", names="empty_line", rights="set-up"),
    "disable-line": Row(method="POST", names="empty_line", rights="set-up"),
    "archive-line": Row(method="POST", names="empty_line", rights="set-up"),
    "unarchive-line": Row(method="POST", names="empty_line", rights="set-up"),
    "users": Row(rights="list"),
    "users POST": Row(
        method="POST",
        data={"email": "EMAIL", "firstName": "Kai", "roles": "ROLES"},
        rights="set-up",
    ),
    "user": Row(names="person"),
    "user DELETE": Row(method="DELETE", names="person", rights="set-up"),
    "user-roles": Row(
        method="POST",
        names="person",
        data={"type": "MANAGER", "location": "LOCATION"},
        rights="set-up",
    ),
    "user-desk": Row(names="person"),
    "user-desk POST": Row(method="POST", names="person", data={"desk": "DESK"}, rights="set-up"),
    "user-desk DELETE": Row(method="DELETE", names="seated_person", rights="set-up"),
    "user-lines": Row(names="person"),
    "user-lines POST": Row(method="POST", names="person", data={"lines": "LINE"}, rights="set-up"),
    "user-picture": Row(method="POST", names="person", body=PICTURE, rights="set-up"),
    "user-picture DELETE": Row(method="DELETE", names="person", rights="set-up"),
    "webhooks": Row(method="POST", data={"url": "https://e.org/"}, rights="hook"),
    "webhook": Row(method="DELETE", names="hook", rights="others-hook"),
    "tv": Row(names="tv"),
    "tv POST": Row(method="POST", names="tv", data={"name": "X"}, rights="set-up"),
    "tv DELETE": Row(method="DELETE", names="tv", rights="set-up"),
    "tv-heartbeat": Row(method="POST", names="tv", data={"uptime": 5}),
    "tv-empty-state": Row(names="tv"),
}
#: Each method of each route.
ROUTES = {
    (pattern.name, method)
    for pattern in urlpatterns
    if pattern.name
    for method in {each.upper() for each in vars(pattern.callback)["cls"].http_method_names}
    - {"HEAD", "OPTIONS"}
}


def arranged(name: str, line: Line, clerk: User, **columns: Any) -> Ticket:
    """A ticket for which the route succeeds."""
    row = ROWS[name]
    if row.has_messages:
        line.location.has_messages = True
        line.location.save(update_fields=["has_messages"])
    ticket = waiting_ticket(line, by=clerk, phone_number="+3725551234", **columns)
    return lifecycle.call(ticket, by=clerk) if row.is_called else ticket


def call_of(name: str, ticket: Ticket, *, is_missing: bool = False) -> Call:
    """The call to a thing of the ticket's location, or to one that is not there."""
    row, away = ROWS[name], AWAY if is_missing else 0
    path = reverse(f"v1:{name.split()[0]}", kwargs=_hole(row.names, ticket, away))
    data = {key: _stand_in(value, ticket, away) for key, value in row.data.items()}
    return Call(row.method, path, data, row.body)


def names_user(name: str, user: User) -> dict[str, Any]:
    """What a key without a user says beside, so that a step has somebody who took it."""
    return {"assigner" if name == "assign-ticket" else "user": user.pk}


def right_key(name: str, clerk: User, place: Location) -> Client:
    """A program that may make this call."""
    match ROWS[name].rights:
        case "set-up" | "hook":
            return program(manager_of(place))
        case "others-hook":
            return program()
    return program(clerk)


def _hole(names: str, ticket: Ticket, away: int) -> dict[str, int]:
    """What fills the gap in a route's address."""
    place = ticket.location
    match names:
        case "":
            return {}
        case "location":
            return {"pk": place.pk + away}
        case "line_pk":
            return {"pk": ticket.line_id + away}
        case "line":
            return {"line": ticket.line_id + away}
        case "empty_line":
            return {"pk": LineFactory.create(location=place).pk + away}
        case "person":
            return {"name": clerk_of(place).pk + away}
        case "seated_person":
            desk = DeskFactory.create(location=place)
            return {"name": clerk_of(place, desk=desk).pk + away}
        case "tv":
            return {"pk": DeviceFactory.create(location=place, kind="TV").pk + away}
        case "hook":
            key, _secret = programs.issue_key(name="Hooked", user=clerk_of(place))
            return {"pk": webhooks.register("https://e.org/", key=key).pk + away}
    return {"pk": ticket.pk + away}


def _stand_in(value: Any, ticket: Ticket, away: int) -> Any:
    """What a word in the table stands for."""
    match value:
        case "LINE":
            return ticket.line_id + away
        case "OTHER":
            return LineFactory.create(location=ticket.location).pk
        case "CLERK":
            return clerk_of(ticket.location).pk
        case "LOCATION":
            return ticket.location_id + away
        case "DESK":
            return DeskFactory.create(location=ticket.location).pk
        case "EMAIL":
            return UserFactory.build().email
        case "ROLES":
            return [{"type": "CLERK", "location": ticket.location_id + away}]
    return value
