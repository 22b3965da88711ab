"""External data by a program: one record of each provider, and what is wrong named by its place."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from tests.tickets.api.conftest import FORM, JSON, SUCCESS, post, refusal, reply
from tickets.models import Activity, ExternalData, Ticket, User

ITEM = {
    "title": "Order 17",
    "text": "two pairs",
    "url": "https://shop.example.org/17",
    "footer": "paid",
    "timestamp": "2026-01-05T09:00:00Z",
}
FIELDS: list[dict[str, Any]] = [
    {"type": "message", "content": "Owes 12 €", "importance": "warning"},
    {"type": "text", "title": "Customer", "value": "since 2019 & longer"},
    {"type": "email", "title": "E-mail", "value": "j@e.com"},
    {"type": "phoneNumber", "title": "Phone", "value": "+13185551234"},
    {"type": "list", "title": "Orders", "items": [ITEM, {"title": "Order 18"}]},
]


def put(api: Client, ticket: Ticket, *, method: str = "POST", **values: Any) -> Any:
    sent = {"provider": "crm", "title": "CRM", "data": {"fields": FIELDS}} | values
    path = f"/v1/tickets/{ticket.pk}/external"
    return api.generic(method, path, json.dumps(sent), content_type=JSON)


def kept(ticket: Ticket) -> list[tuple[Any, ...]]:
    return list(ticket.external_data.values_list("provider", "title", "fields"))


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("how", ["form", "JSON", "JSON inside", "query"])
def test_external_data_is_kept_as_it_was_sent(
    api: Client, ticket: Ticket, method: str, how: str
) -> None:
    data = {"fields": FIELDS}
    path = f"/v1/tickets/{ticket.pk}/external"
    form = urlencode({"provider": "crm", "title": "CRM", "data": json.dumps(data)})

    response = {
        "form": lambda: api.generic(method, path, form, content_type=FORM),
        "query": lambda: api.generic(method, f"{path}?{form}"),
        "JSON": lambda: put(api, ticket, method=method),
        "JSON inside": lambda: put(api, ticket, method=method, data=json.dumps(data)),
    }[how]()

    assert reply(response) == SUCCESS
    assert kept(ticket) == [("crm", "CRM", FIELDS)]


def test_external_data_takes_what_the_client_library_sends(api: Client, ticket: Ticket) -> None:
    body = (
        "provider=crm&title=CRM&data=%7B%22fields%22%3A%5B%7B%22type%22%3A%22text%22%2C"
        "%22title%22%3A%22a%22%2C%22value%22%3A%22b%22%7D%5D%7D"
    )

    response = api.generic("POST", f"/v1/tickets/{ticket.pk}/external", body, content_type=FORM)

    assert reply(response) == SUCCESS
    assert kept(ticket) == [("crm", "CRM", [{"type": "text", "title": "a", "value": "b"}])]


def test_external_data_of_one_provider_is_replaced(api: Client, ticket: Ticket) -> None:
    for provider, title in (("crm", "CRM"), ("tax", "Taxes"), ("crm", "Customers")):
        reply(put(api, ticket, provider=provider, title=title))

    assert kept(ticket) == [("crm", "Customers", FIELDS), ("tax", "Taxes", FIELDS)]


def test_external_data_is_on_record_as_the_programs(
    api: Client, ticket: Ticket, clerk: User
) -> None:
    reply(put(api, ticket, user=clerk.email))

    activity = Activity.objects.latest("id")
    assert (activity.event, activity.actor_type, activity.user) == (
        "external.changed",
        "KEY",
        clerk,
    )


def test_external_data_without_what_is_optional_gets_the_defaults(
    api: Client, ticket: Ticket
) -> None:
    fields = [
        {"type": "message", "content": "Hello", "unknown": 1},
        {"type": "text", "title": "Points", "value": 120},
        {"type": "text", "title": "Note", "value": ""},
        {"type": "list", "title": "Orders", "items": []},
    ]

    reply(put(api, ticket, data={"fields": fields, "unknown": 1}))

    assert kept(ticket)[0][2] == [
        {"type": "message", "content": "Hello", "importance": "info"},
        {"type": "text", "title": "Points", "value": "120"},
        {"type": "text", "title": "Note", "value": ""},
        {"type": "list", "title": "Orders", "items": []},
    ]


def test_external_data_takes_unix_seconds_as_a_timestamp(api: Client, ticket: Ticket) -> None:
    items = [{"title": "Order", "timestamp": 1767603600}]

    reply(put(api, ticket, data={"fields": [{"type": "list", "title": "Orders", "items": items}]}))

    stored = kept(ticket)[0][2][0]["items"]
    assert stored == [{"title": "Order", "timestamp": "2026-01-05T09:00:00Z"}]


def item(**values: Any) -> dict[str, Any]:
    return {"type": "list", "title": "Orders", "items": [{"title": "A"}, values]}


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("text", ""),
        (None, ""),
        ({}, ".type"),
        ({"type": "html", "title": "a", "value": "b"}, ".type"),
        ({"type": ["text"], "title": "a", "value": "b"}, ".type"),
        ({"type": "message"}, ".content"),
        ({"type": "message", "content": " "}, ".content"),
        ({"type": "message", "content": "a", "importance": "fatal"}, ".importance"),
        ({"type": "text", "value": "b"}, ".title"),
        ({"type": "text", "title": "a"}, ".value"),
        ({"type": "text", "title": "a", "value": True}, ".value"),
        ({"type": "text", "title": "a", "value": "x" * 1001}, ".value"),
        ({"type": "email", "title": "a", "value": ["j@e.com"]}, ".value"),
        ({"type": "phoneNumber", "title": {}, "value": "1"}, ".title"),
        ({"type": "list", "title": "a"}, ".items"),
        ({"type": "list", "title": "a", "items": {"title": "b"}}, ".items"),
        ({"type": "list", "title": "a", "items": ["b"]}, ".items[0]"),
        ({"type": "list", "items": []}, ".title"),
        (item(text="no title"), ".items[1].title"),
        (item(title="a", url="javascript:alert(1)"), ".items[1].url"),
        (item(title="a", url="//example.org"), ".items[1].url"),
        (item(title="a", timestamp="soon"), ".items[1].timestamp"),
        (item(title="a", timestamp=10**13), ".items[1].timestamp"),
        # Which the page of a location east or west of there could not show.
        (item(title="a", timestamp="0001-01-01T00:00:00Z"), ".items[1].timestamp"),
        (item(title="a", timestamp="9999-12-31T23:59:59Z"), ".items[1].timestamp"),
        (item(title="a", footer=[]), ".items[1].footer"),
    ],
)
def test_external_data_is_refused_by_its_place(
    api: Client, ticket: Ticket, field: Any, place: str
) -> None:
    response = put(api, ticket, data={"fields": [*FIELDS[:2], field]})

    assert refusal(response) == (400, "parameter_invalid", f"data.fields[2]{place}")
    assert ExternalData.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"provider": ""}, "provider"),
        ({"provider": None}, "provider"),
        ({"provider": "x" * 101}, "provider"),
        ({"title": " "}, "title"),
        ({"title": "x" * 101}, "title"),
        ({"data": None}, "data"),
        ({"data": ""}, "data"),
        ({"data": "{"}, "data"),
        ({"data": "[]"}, "data"),
        ({"data": []}, "data"),
        ({"data": {}}, "data.fields"),
        ({"data": {"fields": {}}}, "data.fields"),
        ({"data": '{"fields":null}'}, "data.fields"),
        ({"user": "who@example.org"}, "user"),
    ],
)
def test_external_data_refuses_by_name(
    api: Client, ticket: Ticket, values: dict[str, Any], param: str
) -> None:
    response = put(api, ticket, **values)

    assert refusal(response) == (400, "parameter_invalid", param)
    assert ExternalData.objects.count() == 0


def test_external_data_has_a_limit(api: Client, ticket: Ticket) -> None:
    fields = [{"type": "text", "title": "a", "value": "x" * 1000}] * 17

    response = put(api, ticket, data={"fields": fields})

    assert refusal(response) == (400, "parameter_invalid", "data")
    assert reply(put(api, ticket, data={"fields": fields[:15]})) == SUCCESS


def test_external_data_in_another_order_of_methods_is_the_same_record(
    api: Client, ticket: Ticket
) -> None:
    for method in ("PUT", "POST"):
        reply(put(api, ticket, method=method))

    assert kept(ticket) == [("crm", "CRM", FIELDS)]


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH"])
def test_external_data_knows_no_other_method(api: Client, ticket: Ticket, method: str) -> None:
    response = api.generic(method, f"/v1/tickets/{ticket.pk}/external")

    assert refusal(response)[:2] == (405, "method_not_allowed")


def test_external_data_keeps_a_title_in_other_letters(api: Client, ticket: Ticket) -> None:
    body = f"provider=%D7%90&title={quote('שלום + עולם')}&data=%7B%22fields%22:[]%7D"

    response = post(api, f"/v1/tickets/{ticket.pk}/external?{body}")

    assert reply(response) == SUCCESS
    assert kept(ticket) == [("א", "שלום + עולם", [])]
