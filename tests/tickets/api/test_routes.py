"""Every route of version 1 against every kind of key; a route without a row here is a failure."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import Figure
from tests.factories import LineFactory, LocationFactory, clerk_of, waiting_ticket
from tests.tickets.api.conftest import JSON, program, reply
from tickets.actions import lifecycle, programs
from tickets.api.authentication import HEADER
from tickets.api.v1.urls import urlpatterns
from tickets.models import Line, Ticket, User


@dataclass(frozen=True, kw_only=True)
class Row:
    """How a route is called, and what a key of another location gets."""

    method: str = "GET"
    data: dict[str, Any] = field(default_factory=dict)
    names: str = ""
    is_called: bool = False
    stranger: int = 404
    without_key: int = 401


ROWS = {
    "index": Row(stranger=200, without_key=200),
    "locations": Row(stranger=200),
    "location": Row(names="location"),
    "location-lines": Row(names="location"),
    "location-desks": Row(names="location"),
    "location-users": Row(names="location"),
    "line": Row(names="line_pk"),
    "create-ticket": Row(method="POST", names="line"),
    "search-tickets": Row(stranger=200),
    "count-tickets": Row(stranger=200),
    "call-next": Row(method="POST", data={"lines": "LINE"}),
    "ticket": Row(names="ticket"),
    "call-ticket": Row(method="POST", names="ticket"),
    "recall-ticket": Row(method="POST", names="ticket", is_called=True),
    "serve-ticket": Row(method="POST", names="ticket", is_called=True),
    "no-show-ticket": Row(method="POST", names="ticket", is_called=True),
    "cancel-ticket": Row(method="POST", names="ticket"),
    "return-ticket": Row(method="POST", names="ticket", data={"position": "LAST"}, is_called=True),
    "ticket-labels": Row(method="PUT", names="ticket", data={"labels": ["VIP"]}),
    "add-label": Row(method="POST", names="ticket", data={"value": "VIP"}),
    "remove-label": Row(method="POST", names="ticket", data={"value": "VIP"}),
}
ROUTES = [pattern.name for pattern in urlpatterns if pattern.name]


@pytest.fixture
def stranger(line: Line) -> Client:
    return program(None, LineFactory.create())


def request(
    client: Client, name: str, ticket: Ticket, *, is_missing: bool = False, end: str | None = None
) -> Any:
    row = ROWS[name]
    away = 10**17 if is_missing else 0
    holes = {
        "": {},
        "location": {"pk": ticket.location_id + away},
        "line_pk": {"pk": ticket.line_id + away},
        "line": {"line": ticket.line_id + away},
        "ticket": {"pk": ticket.pk + away},
    }
    line = ticket.line_id + away
    data = {key: line if value == "LINE" else value for key, value in row.data.items()}
    path = reverse(f"v1:{name}", kwargs=holes[row.names])
    if end is not None:
        path = path.rstrip("/") + end
    return client.generic(row.method, path, json.dumps(data), content_type=JSON)


@pytest.mark.parametrize("name", ROUTES)
def test_route_answers_the_right_key_only(
    name: str, line: Line, clerk: User, stranger: Client
) -> None:
    row = ROWS[name]
    ticket = waiting_ticket(line, by=clerk)
    if row.is_called:
        lifecycle.call(ticket, by=clerk)
    revoked_key, secret = programs.issue_key(name="Revoked", user=clerk)
    programs.revoke_key(revoked_key)
    clients = {
        "no key": (Client(), row.without_key),
        "unknown key": (Client(headers={HEADER: "no such key"}), row.without_key),
        "revoked key": (Client(headers={HEADER: secret}), row.without_key),
        "other location": (stranger, row.stranger),
        "right key": (program(clerk), 200),
    }

    answers = {kind: request(client, name, ticket) for kind, (client, _) in clients.items()}

    statuses = {kind: reply(answer)["statusCode"] for kind, answer in answers.items()}
    assert statuses == {kind: status for kind, (_, status) in clients.items()}


def test_table_has_a_row_for_each_route_and_no_other(figure: Figure) -> None:
    assert sorted(ROUTES) == sorted(ROWS)
    figure("API routes in the table of keys", f"{len(ROWS)}, each with 5 kinds of key")


@pytest.mark.parametrize("name", [name for name in ROUTES if ROWS[name].stranger == 404])
def test_route_tells_a_stranger_what_it_tells_of_a_missing_thing(
    name: str, line: Line, clerk: User, stranger: Client
) -> None:
    ticket = waiting_ticket(line, by=clerk)

    theirs, missing = (
        reply(request(stranger, name, ticket, is_missing=is_missing))
        for is_missing in (False, True)
    )

    assert theirs | {"requestId": ""} == missing | {"requestId": ""}


@pytest.mark.parametrize("name", ["locations", "search-tickets", "count-tickets"])
def test_a_key_of_another_location_finds_nothing_of_ours(
    name: str, line: Line, clerk: User, stranger: Client
) -> None:
    ticket = waiting_ticket(line, by=clerk)
    filters = {"location": line.location_id, "line": line.pk}

    body = reply(stranger.get(reverse(f"v1:{name}"), filters))

    found = body.get("count", [each["id"] for each in body.get("data", [])])
    own = stranger.get("/v1/locations").json()["data"]
    assert found == {"locations": [own[0]["id"]], "search-tickets": [], "count-tickets": 0}[name]
    assert ticket.location_id not in [each["id"] for each in own]


@pytest.mark.parametrize("name", [name for name in ROUTES if name != "index"])
@pytest.mark.parametrize("end", ["", "/"])
def test_route_takes_a_slash_at_the_end_and_none(
    name: str, end: str, line: Line, clerk: User
) -> None:
    ticket = waiting_ticket(line, by=clerk)
    if ROWS[name].is_called:
        lifecycle.call(ticket, by=clerk)

    response = request(program(clerk), name, ticket, end=end)

    assert reply(response)["statusCode"] == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nowhere", 404, "not_found"),
        ("POST", "/v1/nowhere/", 404, "not_found"),
        ("GET", "/v1/tickets/abc", 404, "not_found"),
        ("GET", "/v1/tickets/51999102%00", 404, "not_found"),
        ("GET", "/v1/tickets/%FF", 404, "not_found"),
        ("GET", "/v1/tickets/" + "9" * 40, 404, "not_found"),
        ("GET", "/v1/tickets/-1", 404, "not_found"),
        ("GET", "/v1/tickets/٣", 404, "not_found"),
        ("GET", "/v1/tickets/call", 405, "method_not_allowed"),
        ("DELETE", "/v1/locations", 405, "method_not_allowed"),
        ("HEAD", "/v1/tickets/call", 405, None),
    ],
)
def test_what_is_not_there_is_refused_in_json(
    api: Client, method: str, path: str, status: int, code: str | None
) -> None:
    api.handler.enforce_csrf_checks = True

    response = api.generic(method, path)

    assert (response.status_code, response["Content-Type"]) == (status, JSON)
    if code:
        assert reply(response)["code"] == code


@pytest.mark.parametrize("path", ["/v1", "/v1/"])
def test_root_of_the_version_with_and_without_a_slash(path: str) -> None:
    assert reply(Client().get(path))["version"] == "v1"


def test_head_is_a_get_without_a_body(api: Client, line: Line) -> None:
    head = api.head("/v1/locations/")

    assert (head.status_code, head.content) == (200, b"")


def test_options_name_the_methods(api: Client) -> None:
    response = api.options("/v1/tickets/count")

    assert reply(response) == {"statusCode": 200}
    assert sorted(response["Allow"].split(", ")) == ["GET", "HEAD", "OPTIONS", "POST"]


def test_an_answer_is_json_whatever_the_client_accepts(api: Client) -> None:
    response = api.get("/v1/locations/", {"format": "xml"}, headers={"Accept": "application/xml"})

    assert (response.status_code, response["Content-Type"]) == (200, JSON)


def test_lines_of_a_location_without_archived_ones(api: Client) -> None:
    place = LocationFactory.create()
    line = LineFactory.create(location=place, color="FF00FF")
    LineFactory.create(location=place, status="ARCHIVED")
    closed = LineFactory.create(location=place, status="DISABLED", color="3355CC")

    body = reply(api.get(f"/v1/locations/{place.pk}/lines"))

    assert body["data"] == [
        {
            "id": each.pk,
            "name": each.name,
            "location": place.pk,
            "color": color,
            "disabled": is_disabled,
        }
        for each, color, is_disabled in ((line, "#ff00ff", False), (closed, "#3355cc", True))
    ]


def test_staff_of_a_location_does_not_tell_where_else_they_work(api: Client, line: Line) -> None:
    elsewhere = LocationFactory.create()
    here = clerk_of(line.location, last_name="Tamm", selected_location=line.location)
    there = clerk_of(line.location, selected_location=elsewhere)
    clerk_of(elsewhere)

    body = reply(api.get(f"/v1/locations/{line.location_id}/users"))

    named = [
        {"id": u.pk, "email": u.email, "firstName": u.first_name, "lastName": u.last_name}
        for u in (here, there)
    ]
    named[0]["selectedLocation"] = line.location_id
    assert body["data"] == named
