"""Every route of version 1 against everybody who may ask; a route without a row is a failure."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import Figure
from tests.factories import LineFactory, LocationFactory, clerk_of, waiting_ticket
from tests.tickets.api import rights
from tests.tickets.api.calls import ROUTES, ROWS, arranged, call_of, names_user
from tests.tickets.api.conftest import JSON, program, refusal, reply
from tickets.models import Line, User

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def test_table_has_a_row_for_each_route_and_no_other() -> None:
    assert {(name.split()[0], row.method) for name, row in ROWS.items()} == ROUTES


def test_z1_every_route_answers_whom_it_should(db: None, figure: Figure) -> None:
    world = rights.world()
    wrong, leaks = {}, []

    for name, row in ROWS.items():
        with rights.taken_back():
            call = call_of(name, arranged(name, world.line, world.clerk, first_name=rights.CANARY))
            user = names_user(name, world.clerk) if row.rights == "visit" else None
            found = rights.answers(world.clients, call, user)
        for kind, answer in found.items():
            status, expected = reply(answer)["statusCode"], rights.STATUSES[kind][row.rights]
            if status != expected:
                wrong[name, kind] = (status, expected)
            if kind in rights.STRANGERS and rights.CANARY in answer.content.decode():
                leaks.append((name, kind))

    assert wrong == {}
    assert leaks == []
    figure(
        "Z1 cells of version 1",
        f"{len(ROWS)} calls × {len(world.clients)} who ask, 0 wrong, 0 leaks",
    )


def test_z1_what_is_another_locations_is_answered_as_if_it_were_missing(
    db: None, figure: Figure
) -> None:
    world = rights.world()
    strangers = {
        kind: client
        for kind, client in world.clients.items()
        if rights.STATUSES[kind]["read"] == 404
    }
    different, count = [], 0

    for name, row in ROWS.items():
        ticket = arranged(name, world.line, world.clerk)
        theirs, missing = (call_of(name, ticket, is_missing=value) for value in (False, True))
        for kind, client in strangers.items():
            if rights.STATUSES[kind][row.rights] == 404:
                count += 1
                said = [rights.body(call.by(client)) for call in (theirs, missing)]
                if said[0] != said[1] or said[0]["statusCode"] != 404:
                    different.append((name, kind, said))

    assert different == []
    figure("Z1 answers to strangers, as to a missing thing", f"{count}, 0 different")


def test_z1_methods_that_a_route_does_not_have_are_refused(
    line: Line, clerk: User, figure: Figure
) -> None:
    ticket, owner = waiting_ticket(line, by=clerk), program()
    wrong, count = [], 0

    for name in dict.fromkeys(name.split()[0] for name in ROWS):
        path = call_of(name, ticket).path
        own = {method for route, method in ROUTES if route == name}
        for method in sorted(METHODS - own):
            count += 1
            found = refusal(owner.generic(method, path, "{}", content_type=JSON))
            if found != (405, "method_not_allowed", ""):
                wrong.append((name, method, found))

    assert wrong == []
    figure("Z1 methods that version 1 does not have", f"{count}, each 405 in JSON")


@pytest.mark.parametrize("name", ["locations", "search-tickets", "count-tickets"])
def test_a_key_of_another_location_finds_nothing_of_ours(
    name: str, line: Line, clerk: User
) -> None:
    ticket = waiting_ticket(line, by=clerk)
    stranger = program(None, LineFactory.create())
    filters = {"location": line.location_id, "line": line.pk}

    body = reply(stranger.get(reverse(f"v1:{name}"), filters))

    found = body.get("count", [each["id"] for each in body.get("data", [])])
    own = stranger.get("/v1/locations").json()["data"]
    assert found == {"locations": [own[0]["id"]], "search-tickets": [], "count-tickets": 0}[name]
    assert ticket.location_id not in [each["id"] for each in own]


@pytest.mark.parametrize("end", ["", "/"])
def test_every_route_takes_a_slash_at_the_end_and_none(line: Line, clerk: User, end: str) -> None:
    client, found = program(), {}

    for name, row in ROWS.items():
        call = call_of(name, arranged(name, line, clerk))
        more = names_user(name, clerk) if row.rights == "visit" else {}
        with rights.taken_back():
            found[name] = call.by(client, end=end, **more).status_code

    assert found == dict.fromkeys(ROWS, 200)


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
