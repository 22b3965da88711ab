"""What programs send: every way to send a value, and each value that is refused by its name."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.factories import LineFactory, waiting_ticket
from tests.tickets.api.conftest import FORM, JSON, create, program, refusal, reply
from tickets.models import Line, Ticket, User


def created(api: Client, line: Line, **values: Any) -> dict[str, Any]:
    """The ticket that comes of `values`, sent as JSON."""
    pk = reply(create(api, line, json.dumps(values)))["id"]
    body: dict[str, Any] = reply(api.get(f"/v1/tickets/{pk}"))
    return body


@pytest.mark.parametrize(
    ("query", "body", "content_type"),
    [
        ("", "firstName=Jane&phoneNumber=13185551234&email=j%40e.com", FORM),
        ("", '{"firstName":"Jane","phoneNumber":13185551234,"email":"j@e.com"}', JSON),
        ("", '{"firstName":"Jane","phoneNumber":"+13185551234","email":"j@e.com"}', JSON),
        ("?firstName=Jane&phoneNumber=%2B13185551234&email=j@e.com", "", FORM),
        ("?firstName=Jack&email=j@e.com", "firstName=Jane&phoneNumber=+13185551234", FORM),
    ],
)
def test_create_takes_form_json_and_query(
    api: Client, line: Line, query: str, body: str, content_type: str
) -> None:
    path = f"/v1/lines/{line.pk}/ticket{query}"

    pk = reply(api.generic("POST", path, body, content_type=content_type))["id"]

    shown = reply(api.get(f"/v1/tickets/{pk}"))
    assert (shown["firstName"], shown["phoneNumber"], shown["email"]) == (
        "Jane",
        13185551234,
        "j@e.com",
    )


def test_create_takes_everything_that_the_client_library_sends(api: Client, line: Line) -> None:
    body = (
        "firstName=Jane&lastName=O%27Eyre+%26+co&phoneNumber=13185551234&email=j%40e.com&source=NAME"
        "&extra=%5B%7B%22title%22%3A%22Order+ID%22%2C%22value%22%3A%22A+1%22%7D%2C%7B%22title%22%3A"
        "%22Site%22%2C%22value%22%3A%22Open%22%2C%22url%22%3A%22https%3A%2F%2Fx.y%2F%22%2C%22color"
        "%22%3A%22%23ff00aa%22%2C%22editable%22%3Afalse%7D%5D"
    )

    pk = reply(create(api, line, body, FORM))["id"]

    shown = reply(api.get(f"/v1/tickets/{pk}"))
    date = shown.pop("created")["date"]
    assert shown == {
        "statusCode": 200,
        "id": pk,
        "status": "NEW",
        "source": "NAME",
        "line": line.pk,
        "firstName": "Jane",
        "lastName": "O'Eyre & co",
        "phoneNumber": 13185551234,
        "email": "j@e.com",
        "extra": [
            {"title": "Order ID", "value": "A 1"},
            {"title": "Site", "value": "Open", "url": "https://x.y/", "color": "FF00AA"},
        ],
        "labels": [],
        "interactions": [],
        "messages": [],
    }
    assert date.endswith("Z")
    editable = Ticket.objects.get(pk=pk).extras.values_list("is_editable", flat=True)
    assert list(editable) == [True, False]


def test_create_with_nothing_makes_a_nameless_ticket(api: Client, line: Line) -> None:
    pk = reply(api.post(f"/v1/lines/{line.pk}/ticket", content_type=JSON))["id"]

    assert (pk.isdecimal(), Ticket.objects.get(pk=pk).source) == (True, "MANUAL")


def test_create_repeated_with_its_idempotency_key_is_one_ticket(api: Client, line: Line) -> None:
    path = f"/v1/lines/{line.pk}/ticket"
    others = program()

    ids = [
        reply(each.post(path, content_type=JSON, headers={"Idempotency-Key": "key-1"}))["id"]
        for each in (api, api, others)
    ]

    assert ids[0] == ids[1]
    assert ids[0] != ids[2]
    assert line.tickets.count() == 2


def test_create_is_one_ticket_however_its_address_is_written(api: Client, line: Line) -> None:
    paths = [f"/v1/lines/{pk}/ticket{end}" for pk in (line.pk, f"0{line.pk}") for end in ("", "/")]

    ids = {
        reply(api.post(path, content_type=JSON, headers={"Idempotency-Key": "key-1"}))["id"]
        for path in paths
    }

    assert ids == {str(line.tickets.get().pk)}


def test_create_in_two_lines_with_one_idempotency_key_is_two_tickets(
    api: Client, line: Line
) -> None:
    other = LineFactory.create(location=line.location)

    for each in (line, other):
        path = f"/v1/lines/{each.pk}/ticket"
        reply(api.post(path, content_type=JSON, headers={"Idempotency-Key": "key-1"}))

    assert (line.tickets.count(), other.tickets.count()) == (1, 1)


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"phoneNumber": "0555123456"}, "phoneNumber"),
        ({"phoneNumber": "+0555123456"}, "phoneNumber"),
        ({"phoneNumber": 1234}, "phoneNumber"),
        ({"phoneNumber": 1234567890123456}, "phoneNumber"),
        ({"phoneNumber": 10**30}, "phoneNumber"),
        ({"phoneNumber": -13185551234}, "phoneNumber"),
        ({"phoneNumber": 13185551234.5}, "phoneNumber"),
        ({"phoneNumber": True}, "phoneNumber"),
        ({"phoneNumber": "١٢٣٤٥٦٧"}, "phoneNumber"),
        ({"phoneNumber": "1 318 555"}, "phoneNumber"),
        ({"firstName": "x" * 201}, "firstName"),
        ({"firstName": ["Jane"]}, "firstName"),
        ({"firstName": {"$ne": 1}}, "firstName"),
        ({"lastName": "a\x00b"}, "lastName"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@" + "b" * 100 + ".com"}, "email"),
        ({"source": "PRINTER"}, "source"),
        ({"extra": "no json"}, "extra"),
        ({"extra": "[" * 5_000}, "extra"),
        ({"extra": '[{"title":"\\ud800","value":"x"}]'}, "extra"),
        ({"extra": {"title": "a", "value": "b"}}, "extra"),
        ({"extra": ["a"]}, "extra"),
        ({"extra": [{"value": "b"}]}, "extra.title"),
        ({"extra": [{"title": " ", "value": "b"}]}, "extra.title"),
        ({"extra": [{"title": "a"}]}, "extra.value"),
        ({"extra": [{"title": "a", "value": None}]}, "extra.value"),
        ({"extra": [{"title": "a", "value": ["b"]}]}, "extra.value"),
        ({"extra": [{"title": "a" * 51, "value": "b"}]}, "extra.title"),
        ({"extra": [{"title": "a", "value": "b" * 501}]}, "extra.value"),
        ({"extra": [{"title": "a", "value": "b", "color": "red"}]}, "extra.color"),
        ({"extra": [{"title": "a", "value": "b", "url": "javascript:alert(1)"}]}, "extra.url"),
        ({"extra": [{"title": "a", "value": "b"}] * 101}, "extra"),
        ({"labels": [str(number) for number in range(101)]}, "labels"),
        ({"labels": "VIP"}, "labels"),
        ({"labels": ["x" * 51]}, "labels"),
        ({"labels": [""]}, "labels"),
        ({"labels": [["VIP"]]}, "labels"),
    ],
)
def test_create_refuses_and_names_the_parameter(
    api: Client, line: Line, values: dict[str, Any], param: str
) -> None:
    assert refusal(create(api, line, json.dumps(values))) == (400, "parameter_invalid", param)
    assert line.tickets.count() == 0


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("location=abc", "location"),
        ("location=-1", "location"),
        ("location=1.5", "location"),
        ("location=" + "9" * 19, "location"),
        ("line=1,x", "line"),
        ("line=%00", "line"),
        ("status=WAITING", "status"),
        ("caller=me", "caller"),
        ("limit=0", "limit"),
        ("limit=20001", "limit"),
        ("order=name", "order"),
        ("order=id+SIDEWAYS", "order"),
        ("responseScope=EVERYTHING", "responseScope"),
        ("minCreated=yesterday", "minCreated"),
        ("maxCreated=2020-13-01T00:00:00Z", "maxCreated"),
        ("minCalled=" + "9" * 30, "minCalled"),
        ("maxCalled=0001-01-01T00:00:00%2B14:00", "maxCalled"),
        ("maxCalled=9999-12-31T23:59:59-14:00", "maxCalled"),
    ],
)
def test_search_refuses_and_names_the_parameter(api: Client, query: str, param: str) -> None:
    response = api.get(f"/v1/tickets/search?{query}")

    assert refusal(response) == (400, "parameter_invalid", param)


@pytest.mark.parametrize("kind", [int, float, str])
def test_ids_are_taken_as_numbers_and_as_texts(
    api: Client, line: Line, clerk: User, kind: type
) -> None:
    ticket = waiting_ticket(line, by=clerk)
    body = json.dumps({"lines": kind(line.pk), "user": kind(clerk.pk)})

    shown = reply(api.post("/v1/tickets/call", body, content_type=JSON))

    assert (shown["id"], shown["called"]["caller"]) == (str(ticket.pk), clerk.pk)


@pytest.mark.parametrize(
    ("values", "status", "param"),
    [
        ({"user": 10**17}, 400, "user"),
        ({"user": "9" * 30}, 400, "user"),
        ({"user": "nobody@example.org"}, 400, "user"),
        ({"user": [1]}, 400, "user"),
        ({"desk": "x"}, 400, "desk"),
        ({"keepActiveTicketsOpen": "maybe"}, 400, "keepActiveTicketsOpen"),
        ({}, 409, "user"),
    ],
)
def test_call_refuses_and_names_the_parameter(
    api: Client, line: Line, clerk: User, values: dict[str, Any], status: int, param: str
) -> None:
    ticket = waiting_ticket(line, by=clerk)

    response = api.post(f"/v1/tickets/{ticket.pk}/call", json.dumps(values), content_type=JSON)

    found = refusal(response)
    assert (found[0], found[2]) == (status, param)
    ticket.refresh_from_db()
    assert ticket.status == "NEW"


def test_a_failure_of_ours_tells_nothing_but_a_request_id(
    api: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tickets.api.v1.reach.locations", lambda _request: 1 / 0)

    body = reply(api.get("/v1/locations/"))

    request_id = body.pop("requestId")
    assert body == {
        "statusCode": 500,
        "message": "Something went wrong on our side. Nothing was changed.",
        "code": "internal",
    }
    assert f"API error {request_id}" in caplog.messages


def test_a_name_of_a_first_letter_only_and_no_last_name(api: Client, line: Line) -> None:
    shown = created(api, line, firstName="J")

    assert (shown["firstName"], "lastName" in shown) == ("J", False)
