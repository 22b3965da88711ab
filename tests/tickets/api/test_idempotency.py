"""A POST that is repeated with its `Idempotency-Key`: what is replayed, what is refused, what is kept."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.conf import settings as site
from django.db import OperationalError, connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django.fixtures import Settings

from tests.conftest import CountQueries, Figure
from tests.factories import DeskFactory, waiting_ticket
from tests.tickets.api.calls import ROWS, arranged, call_of, right_key
from tests.tickets.api.conftest import FORM, JSON, create, post, program, refusal, reply
from tickets import instants
from tickets.actions import programs
from tickets.api import handler, repeats
from tickets.api.authentication import HEADER
from tickets.api.openapi import views as openapi
from tickets.middleware import VERSION
from tickets.models import IdempotencyKey, Line, Location, User

POSTS = [name for name, row in ROWS.items() if row.method == "POST"]


def keyed(client: Client, key: str = "key-1") -> Client:
    """The same program, sending this key with each request; for one thread."""
    headers: dict[str, Any] = client.defaults
    own = Client(**headers | {"HTTP_IDEMPOTENCY_KEY": key})
    own.handler = client.handler  # to load the middleware takes longer than a request
    return own


def again(client: Client, first: Any, body: bytes | None = None) -> Any:
    """The request behind the reply `first` once more, with another body if one is given."""
    sent = first.wsgi_request
    body = sent.body if body is None else body
    return client.generic("POST", sent.path, body, content_type=sent.META["CONTENT_TYPE"])


def told(response: Any) -> tuple[int, bytes, str]:
    """What must be equal in the first reply and in a replay."""
    return response.status_code, response.content, response["Content-Type"]


@pytest.mark.parametrize("name", POSTS)
def test_post_repeated_has_one_effect_and_one_answer(name: str, line: Line, clerk: User) -> None:
    ticket = arranged(name, line, clerk)
    client = keyed(right_key(name, clerk, line.location))

    first = call_of(name, ticket).by(client)
    version = Location.objects.get(pk=line.location_id).version
    second = again(client, first)
    changed = again(client, first, b'{"another":"body"}')

    assert reply(first)["statusCode"] == 200
    assert (told(second), second[repeats.REPLAYED]) == (told(first), "true")
    assert repeats.REPLAYED not in first
    assert refusal(changed) == (422, "idempotency_key_reused", repeats.HEADER)
    assert Location.objects.get(pk=line.location_id).version == version


#: Plain views beside the calls: what is not there, and what describes the calls, which is only read.
NO_POSTS = (handler.unknown_path, openapi.document, openapi.page)


class OfAnyMethod:
    http_method_names = ("post",)


def post_routes() -> Iterator[tuple[str, str]]:
    """The version and a path of each view of the API that may take a POST.

    They come from the configuration of the addresses; of a plain function nobody knows.
    """
    for version, urlconf in [("", site.ROOT_URLCONF), *site.API_VERSIONS.items()]:
        for route, pattern in walk(get_resolver(urlconf).url_patterns):
            view = pattern.callback
            is_ours = view.__module__.startswith("tickets.api.") and view not in NO_POSTS
            if is_ours and "post" in getattr(view, "cls", OfAnyMethod).http_method_names:
                yield version, "/" + re.sub(r"<([\w-]+):\w+>", stand_in, route)


def walk(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        else:
            yield route, pattern


def stand_in(hole: re.Match[str]) -> str:
    return str(UUID(int=1)) if "uuid" in hole[1] else "1"


def test_every_post_route_looks_at_the_header(api: Client, figure: Figure) -> None:
    routes = set(post_routes())
    client = keyed(api, "x" * 256)

    answers = {
        (version, path): client.generic(
            "POST", path, content_type=JSON, headers={VERSION: version} if version else {}
        )
        for version, path in routes
    }

    refused = (400, "parameter_invalid", repeats.HEADER)
    others = {route: answer for route, answer in answers.items() if refusal(answer) != refused}
    assert len(routes) >= len(POSTS)
    assert others == {}
    honoured = f"{len(routes) - len(others)} of {len(routes)}"
    figure("I1 POST routes of all versions that honour Idempotency-Key", honoured)


@pytest.mark.parametrize("key", ["", "x" * 256, "käse", "a\tb", "a\x00b", "a\x7fb"])
def test_post_with_an_odd_key_is_refused(api: Client, line: Line, key: str) -> None:
    response = create(keyed(api, key), line, b"{}")

    assert refusal(response) == (400, "parameter_invalid", repeats.HEADER)
    assert line.tickets.count() == 0


@pytest.mark.parametrize("key", ["x" * 255, '"8e03978e-40d5-43dd"', "a b", "~!"])
def test_post_takes_any_key_of_printable_ascii(api: Client, line: Line, key: str) -> None:
    ids = [reply(create(keyed(api, key), line, b"{}"))["id"] for _ in range(2)]

    assert ids == [str(line.tickets.get().pk)] * 2


def test_get_and_put_ignore_the_header(api: Client, line: Line, clerk: User) -> None:
    ticket = waiting_ticket(line, by=clerk)
    client = keyed(program(clerk))

    found = [
        reply(client.get(f"/v1/tickets/{ticket.pk}")),
        reply(client.get("/v1/tickets/count")),
        reply(client.put(f"/v1/tickets/{ticket.pk}/labels", {"labels": ["A"]}, JSON)),
    ]

    assert [each["statusCode"] for each in found] == [200, 200, 200]
    assert IdempotencyKey.objects.count() == 0


def test_post_without_the_header_costs_nothing_more(
    api: Client, line: Line, count_queries: CountQueries, figure: Figure
) -> None:
    create(api, line, b"{}")

    plain = count_queries(lambda: create(api, line, b"{}"))
    with_key = count_queries(lambda: create(keyed(api), line, b"{}"))

    assert IdempotencyKey.objects.count() == 1
    # The claim and the answer; each BEGIN and COMMIT is a savepoint inside a test's transaction.
    assert with_key - plain <= 6
    figure("I1 statements more with the header, inside a test's transaction", with_key - plain)


@pytest.mark.parametrize(
    ("path", "body", "content_type"),
    [
        ("/v1/lines/{}/ticket", b"firstName=Joan", FORM),
        ("/v1/lines/{}/ticket", b"firstName=Jane&lastName=Doe", FORM),
        ("/v1/lines/{}/ticket?lastName=Doe", b"firstName=Jane", FORM),
        ("/v1/lines/{}/ticket", b"firstName=Jane", JSON),
    ],
)
def test_key_with_another_body_query_or_type_is_refused(
    api: Client, line: Line, path: str, body: bytes, content_type: str
) -> None:
    client = keyed(api)
    create(client, line, b"firstName=Jane", FORM)

    response = client.generic("POST", path.format(line.pk), body, content_type=content_type)

    assert refusal(response) == (422, "idempotency_key_reused", repeats.HEADER)
    assert line.tickets.count() == 1


def test_key_of_another_program_is_another_key(api: Client, line: Line) -> None:
    ids = {reply(create(keyed(each), line, b"{}"))["id"] for each in (api, program())}

    assert (len(ids), line.tickets.count()) == (2, 2)


def test_refusal_is_replayed(line: Line, clerk: User) -> None:
    client = keyed(program(clerk))
    line.location.is_desk_required = True
    line.location.save()
    ticket = waiting_ticket(line, by=clerk)
    first = post(client, f"/v1/tickets/{ticket.pk}/call")

    desk = DeskFactory.create(location=line.location)
    User.objects.filter(pk=clerk.pk).update(desk=desk)
    second = post(client, f"/v1/tickets/{ticket.pk}/call")

    assert refusal(first) == (409, "desk_required", "desk")
    assert (told(second), second[repeats.REPLAYED]) == (told(first), "true")
    assert ticket.activities.count() == 1


def test_nobody_waiting_is_replayed(line: Line, clerk: User) -> None:
    client = keyed(program(clerk))
    first = post(client, "/v1/tickets/call", lines=line.pk)
    ticket = waiting_ticket(line, by=clerk)

    second = post(client, "/v1/tickets/call", lines=line.pk)

    assert (reply(first), told(second)) == ({"statusCode": 200}, told(first))
    assert ticket.activities.count() == 1


def test_rate_limit_comes_first(line: Line, settings: Settings) -> None:
    settings.RATE_LIMIT = (1, 1)
    _key, secret = programs.issue_key(name="Limited")
    client = keyed(Client(headers={HEADER: secret}))

    with time_machine.travel("2026-11-24T09:00:00Z", tick=False) as clock:
        first = reply(create(client, line, b"{}"))
        refused = create(client, line, b"{}")
        other = create(keyed(client, "key-2"), line, b"{}")
        clock.shift(1)
        later = reply(create(client, line, b"{}"))

    assert [refusal(each)[:2] for each in (refused, other)] == [(429, "rate_limited")] * 2
    assert (later, line.tickets.count()) == (first, 1)
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["key-1"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"phoneNumber":"abc"}', 400), (b"{", 400), (b'{"a":"' + b"x" * 65_536 + b'"}', 413)],
)
def test_validation_error_is_not_kept(api: Client, line: Line, body: bytes, status: int) -> None:
    client = keyed(api)

    refused = create(client, line, body)
    kept = IdempotencyKey.objects.count()
    corrected = create(client, line, b'{"phoneNumber":"3725551234"}')

    assert (refusal(refused)[0], kept) == (status, 0)
    assert reply(corrected)["id"] == str(line.tickets.get().pk)


def test_missing_thing_is_not_kept(api: Client, line: Line) -> None:
    response = keyed(api).post(f"/v1/lines/{line.pk + 1}/ticket", content_type=JSON)

    assert refusal(response)[0] == 404
    assert IdempotencyKey.objects.count() == 0


def test_answer_is_kept_for_24_hours(api: Client, line: Line, figure: Figure) -> None:
    client = keyed(api)
    day = timedelta(hours=24)
    with time_machine.travel("2026-11-24T09:00:00Z", tick=False) as clock:
        first = reply(create(client, line, b"{}"))["id"]

        clock.shift(day - instants.MILLISECOND)
        within = reply(create(client, line, b"{}"))["id"]
        clock.shift(instants.MILLISECOND)
        after = reply(create(client, line, b'{"firstName":"Joan"}'))["id"]
        again_after = reply(create(client, line, b'{"firstName":"Joan"}'))["id"]

    assert (within, after == first, again_after) == (first, False, after)
    assert line.tickets.count() == 2
    figure("I1 an answer is kept", "24 h to the millisecond")


def test_old_keys_are_swept_by_and_by(
    api: Client, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "SWEEP_EVERY", 10)
    old = instants.now() - timedelta(hours=24)
    IdempotencyKey.objects.bulk_create(
        IdempotencyKey(scope="old", key=str(number), request_hash="", created_at=old)
        for number in range(repeats.SWEPT_AT_ONCE + 5)
    )

    for number in range(repeats.SWEEP_EVERY):
        post(keyed(api, f"new {number}"), "/v1/tickets/count")

    left = IdempotencyKey.objects
    assert left.filter(scope="old").count() == 5
    assert left.exclude(scope="old").count() == repeats.SWEEP_EVERY


def test_a_sweep_that_fails_is_not_the_requests_trouble(
    api: Client, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "SWEEP_EVERY", 1)

    def refuse_to_delete(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("DELETE"):
            raise OperationalError("database is locked")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse_to_delete):
        response = create(keyed(api), line, b'{"firstName":"Jane"}')

    assert reply(response)["statusCode"] == 200


def test_answer_that_is_no_longer_kept_is_not_made_again(api: Client, line: Line) -> None:
    client = keyed(api)
    create(client, line, b"{}")
    IdempotencyKey.objects.update(body=None)

    response = create(client, line, b"{}")

    assert refusal(response) == (409, "idempotency_answer_gone", repeats.HEADER)
    assert line.tickets.count() == 1
