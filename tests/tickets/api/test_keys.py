"""The key: in the header only, for its locations only, and dead the moment it is revoked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.factories import LineFactory, LocationFactory, UserFactory, clerk_of, waiting_ticket
from tests.tickets.api.conftest import post, program, refusal, reply, step
from tickets.actions import programs, staff
from tickets.api.authentication import HEADER
from tickets.models import ApiKey, Line, RoleType, User


def locations_of(api: Client) -> list[int]:
    return [each["id"] for each in reply(api.get("/v1/locations/"))["data"]]


def test_no_key_is_told_where_it_goes(line: Line) -> None:
    response = Client().get("/v1/locations/")

    body = reply(response)
    assert body | {"requestId": ""} == {
        "statusCode": 401,
        "message": "Please authenticate",
        "developerMessage": "Set X-Qminder-REST-API-Key HTTP header with API key",
        "code": "not_authenticated",
        "requestId": "",
    }
    assert response["WWW-Authenticate"] == "Key"


@pytest.mark.parametrize("path", ["/v1/", "/v1/locations/", "/v1/tickets/search"])
def test_a_key_in_the_address_is_refused_even_beside_the_header(api: Client, path: str) -> None:
    body = reply(api.get(path, {"rest-api-key": "secret"}))

    assert (body["statusCode"], body["code"], body["param"]) == (
        400,
        "key_in_query",
        "rest-api-key",
    )
    assert "secret" not in str(body)


def test_a_key_is_kept_as_a_hash_and_a_beginning(db: None) -> None:
    key, secret = programs.issue_key(name="Program")

    stored = ApiKey.objects.filter(pk=key.pk).values().get()
    assert secret not in str(stored)
    assert (stored["prefix"], len(stored["secret_hash"])) == (secret[:6], 64)


def test_a_key_without_locations_reaches_all_that_are_active(db: None) -> None:
    places = [LocationFactory.create(name=name) for name in "AB"]
    LocationFactory.create(is_active=False)

    assert locations_of(program()) == [place.pk for place in places]


def test_a_key_for_a_location_that_was_switched_off_reaches_nothing(line: Line) -> None:
    api = program(None, line)
    line.location.is_active = False
    line.location.save()

    assert locations_of(api) == []


def test_a_key_of_a_user_reaches_where_the_user_works(line: Line, clerk: User) -> None:
    LocationFactory.create()

    assert locations_of(program(clerk)) == [line.location_id]


def test_a_key_of_an_administrator_reaches_everything(line: Line) -> None:
    admin = UserFactory.create()
    admin.roles.create(type=RoleType.ADMIN)

    assert locations_of(program(admin)) == [line.location_id]


def test_a_key_whose_user_has_no_role_any_more_sees_nothing(line: Line, clerk: User) -> None:
    ticket = waiting_ticket(line, by=clerk)
    api, scoped = program(clerk), program(clerk, line)
    clerk.roles.all().delete()

    seen = [
        (locations_of(each), reply(each.get("/v1/tickets/count"))["count"])
        for each in (api, scoped)
    ]
    details = [each.get(f"/v1/tickets/{ticket.pk}").status_code for each in (api, scoped)]

    assert seen == [([], 0), ([], 0)]
    assert details == [404, 404]


def test_a_key_of_somebody_switched_off_is_no_key(line: Line, clerk: User) -> None:
    api = program(clerk)
    staff.deactivate(clerk, by=clerk_of(line.location))

    assert reply(api.get("/v1/locations/"))["code"] == "not_authenticated"


def test_a_revoked_key_is_no_key_from_the_next_request_on(line: Line) -> None:
    key, secret = programs.issue_key(name="Program")
    api = Client(headers={HEADER: secret})
    before = api.get("/v1/locations/").status_code
    programs.revoke_key(key)

    assert (before, api.get("/v1/locations/").status_code) == (200, 401)


def test_the_use_of_a_key_is_noted_once_a_minute(line: Line) -> None:
    key, secret = programs.issue_key(name="Program")
    api = Client(headers={HEADER: secret})
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    noted: list[Any] = []

    with time_machine.travel(start, tick=False) as clock:
        for _ in range(5):
            api.get("/v1/locations/")
            key.refresh_from_db()
            noted.append((key.last_used_at - start).total_seconds())
            clock.shift(timedelta(seconds=25))

    assert noted == [0, 0, 0, 75, 75]


def test_an_unknown_key_writes_nothing(line: Line) -> None:
    key, _ = programs.issue_key(name="Program")

    Client(headers={HEADER: "no such key"}).get("/v1/locations/")

    key.refresh_from_db()
    assert key.last_used_at is None


def test_lines_of_two_locations_are_not_called_together(api: Client, line: Line) -> None:
    other = LineFactory.create()

    body = reply(post(api, "/v1/tickets/call", lines=f"{line.pk},{other.pk}"))

    assert (body["statusCode"], body["param"]) == (400, "lines")


@pytest.mark.parametrize("name", ["pk", "email"])
def test_a_key_of_a_user_names_nobody_else(line: Line, clerk: User, name: str) -> None:
    ticket, colleague = waiting_ticket(line, by=clerk), clerk_of(line.location)

    response = post(program(clerk), f"/v1/tickets/{ticket.pk}/call", user=getattr(colleague, name))

    ticket.refresh_from_db()
    assert refusal(response) == (400, "parameter_invalid", "user")
    assert (ticket.status, ticket.caller) == ("NEW", None)


@pytest.mark.parametrize("name", ["pk", "email"])
def test_a_key_of_a_user_may_name_that_user(line: Line, clerk: User, name: str) -> None:
    ticket = waiting_ticket(line, by=clerk)

    body = step(program(clerk), ticket, "call", user=getattr(clerk, name))

    assert body["called"]["caller"] == clerk.pk
