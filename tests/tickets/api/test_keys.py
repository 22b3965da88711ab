"""The key: in the header only, for its locations only, and dead soon after it is revoked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from tests.conftest import CountQueries, Figure
from tests.factories import (
    DeskFactory,
    LineFactory,
    LocationFactory,
    UserFactory,
    clerk_of,
    waiting_ticket,
)
from tests.tickets.api.conftest import FORM, JSON, post, program, refusal, reply, step
from tickets.actions import programs, staff
from tickets.api.authentication import HEADER
from tickets.models import ApiKey, Line, Location, Role, RoleType, User

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


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
def test_z10_a_key_in_the_address_is_refused_even_beside_the_header(
    api: Client, figure: Figure, path: str
) -> None:
    secret = programs.issue_key(name="Program")[1]

    bodies = [reply(client.get(path, {"rest-api-key": secret})) for client in (api, Client())]

    errors = [(body["statusCode"], body["code"], body["param"]) for body in bodies]
    assert errors == [(400, "key_in_query", "rest-api-key")] * 2
    assert secret not in str(bodies)
    figure(f"Z10 key in the address of {path}", [error[0] for error in errors])


@pytest.mark.parametrize("where", ["form", "JSON", "cookie", "Authorization"])
def test_z10_a_key_elsewhere_than_in_the_header_is_none(
    line: Line, figure: Figure, where: str
) -> None:
    secret, client = programs.issue_key(name="Program")[1], Client()
    sent = {"rest-api-key": secret, HEADER: secret}
    client.cookies.load(sent if where == "cookie" else {})

    response = client.post(
        "/v1/tickets/count",
        sent if where == "JSON" else urlencode(sent if where == "form" else {}),
        content_type=JSON if where == "JSON" else FORM,
        headers={"Authorization": f"Bearer {secret}"} if where == "Authorization" else None,
    )

    assert refusal(response) == (401, "not_authenticated", "")
    figure(f"Z10 key in {where} instead of the header", response.status_code)


def test_z10_a_key_is_kept_as_a_hash_and_a_beginning(db: None, figure: Figure) -> None:
    key, secret = programs.issue_key(name="Program")

    stored = ApiKey.objects.filter(pk=key.pk).values().get()
    assert secret not in str(stored)
    assert (stored["prefix"], len(stored["secret_hash"])) == (secret[:6], 64)
    figure("Z10 kept of a key", f"the first 6 of {len(secret)} letters, and a SHA-256")


def test_z10_a_key_of_some_locations_reaches_these_only(line: Line, figure: Figure) -> None:
    second, other = LineFactory.create(), LineFactory.create()
    api = program(None, line, second)

    found = [api.get(f"/v1/lines/{each.pk}").status_code for each in (line, second, other)]

    assert locations_of(api) == [line.location_id, second.location_id]
    assert found == [200, 200, 404]
    figure("Z10 a key of two locations, at them and at a third one", found)


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
    before = api.get("/v1/locations/").status_code
    staff.deactivate(clerk, by=clerk_of(line.location))

    assert before == 200
    assert reply(api.get("/v1/locations/"))["code"] == "not_authenticated"


def test_z10_a_revoked_key_is_no_key_from_the_next_request_on(line: Line) -> None:
    key, secret = programs.issue_key(name="Program")
    api = Client(headers={HEADER: secret})
    before = api.get("/v1/locations/").status_code
    programs.revoke_key(key)

    assert (before, api.get("/v1/locations/").status_code) == (200, 401)


#: What somebody changes through another process, and what the key then is for this one.
ENDS: dict[str, tuple[Callable[[ApiKey], object], tuple[int, int]]] = {
    "key revoked": (
        lambda key: ApiKey.objects.filter(pk=key.pk).update(revoked_at=NOW),
        (401, 401),
    ),
    "user switched off": (
        lambda key: User.objects.filter(pk=key.user_id).update(is_active=False),
        (401, 401),
    ),
    "role taken away": (lambda key: Role.objects.filter(user=key.user_id).delete(), (200, 404)),
    "bound to another location": (
        lambda key: ApiKey.locations.through.objects.create(
            apikey_id=key.pk, location_id=LocationFactory.create().pk
        ),
        (200, 404),
    ),
    "location switched off": (
        lambda _key: Location.objects.update(is_active=False),
        (200, 404),
    ),
}


@pytest.mark.parametrize("what", ENDS)
def test_z10_what_ends_a_right_ends_it_everywhere_within_five_seconds(
    line: Line, clerk: User, figure: Figure, what: str
) -> None:
    end, expected = ENDS[what]
    key, secret = programs.issue_key(name="Program", user=clerk, is_rate_limited=False)
    api = Client(headers={HEADER: secret})
    seen = []

    with time_machine.travel(NOW, tick=False) as clock:
        api.get("/v1/locations")
        end(key)
        for _half_second in range(12):
            clock.shift(timedelta(seconds=0.5))
            replies = [api.get(f"/v1/{path}") for path in ("locations", f"lines/{line.pk}")]
            seen.append(tuple(each.status_code for each in replies))

    assert seen == [(200, 200)] * 9 + [expected] * 3
    figure(f"Z10 seconds until another process knows: {what}", (seen.index(expected) + 1) / 2)


def test_z10_a_location_switched_off_is_gone_for_a_key_of_the_account(line: Line) -> None:
    api = program()

    with time_machine.travel(NOW, tick=False) as clock:
        before = locations_of(api)
        Location.objects.update(is_active=False)
        clock.shift(timedelta(seconds=5))
        after = locations_of(api)

    assert (before, after) == ([line.location_id], [])


def test_a_location_that_was_just_opened_is_there_for_a_key_of_the_account(line: Line) -> None:
    api = program()

    before = locations_of(api)
    opened = LocationFactory.create()

    assert (before, locations_of(api)) == ([line.location_id], [line.location_id, opened.pk])


def test_a_key_costs_no_query_while_it_is_remembered(
    line: Line, clerk: User, count_queries: CountQueries, figure: Figure
) -> None:
    keys = [program(), program(None, line), program(clerk)]

    with time_machine.travel(NOW, tick=False):
        counts = [
            [count_queries(lambda: api.get(f"/v1/lines/{line.pk}")) for _ in range(3)]  # noqa: B023
            for api in keys
        ]

    assert [each[1:] for each in counts] == [[1, 1]] * 3
    figure("queries of a line, thrice, by a key of the account, a location, a user", counts)


def test_a_key_of_a_user_calls_to_the_desk_where_the_user_has_just_sat_down(
    line: Line, clerk: User
) -> None:
    api, desks = program(clerk), [DeskFactory.create(location=line.location) for _ in range(2)]
    called_to = []

    for desk in desks:
        staff.choose_desk(User.objects.get(pk=clerk.pk), desk=desk, by=clerk)
        ticket = waiting_ticket(line, by=clerk)
        called_to.append(step(api, ticket, "call")["called"]["desk"])

    assert called_to == [desk.pk for desk in desks]


def test_z10_the_use_of_a_key_is_noted_once_a_minute(line: Line, figure: Figure) -> None:
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
    figure("Z10 last use of a key used after 0, 25, 50, 75, 100 s", noted)


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
