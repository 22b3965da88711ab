"""Edit by a program: what is sent changes, what is sent empty is cleared, the rest stays."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.factories import LineFactory, waiting_ticket
from tests.tickets.api.conftest import FORM, JSON, SUCCESS, post, program, refusal, reply, step
from tickets.actions import lifecycle
from tickets.actions.extras import ExtraValue
from tickets.models import Activity, Line, Ticket, User

KNOWN = {
    "firstName": "Jane",
    "lastName": "Doe",
    "phoneNumber": 13185551234,
    "email": "j@e.com",
    "extra": [{"title": "Notes", "value": "deaf"}],
}


@pytest.fixture
def known(line: Line, clerk: User) -> Ticket:
    """Somebody of whom everything is known."""
    return waiting_ticket(
        line,
        by=clerk,
        first_name="Jane",
        last_name="Doe",
        phone_number="+13185551234",
        email="j@e.com",
        extras=[ExtraValue(title="Notes", value="deaf")],
    )


def visitor(api: Client, ticket: Ticket) -> dict[str, Any]:
    """What the API says of the visitor; a cleared value is left out."""
    shown = reply(api.get(f"/v1/tickets/{ticket.pk}"))
    return {name: shown[name] for name in KNOWN if name in shown}


def edit(api: Client, ticket: Ticket, body: str, content_type: str = FORM, query: str = "") -> Any:
    path = f"/v1/tickets/{ticket.pk}/edit{query}"
    return api.generic("POST", path, body, content_type=content_type)


def send(api: Client, ticket: Ticket, how: str, **values: Any) -> Any:
    """An edit, its values sent as a form, as JSON, or in the query."""
    if how == "JSON":
        return reply(edit(api, ticket, json.dumps(values), JSON))
    extra = {"extra": json.dumps(values["extra"])} if "extra" in values else {}
    text = urlencode(values | extra)
    if how == "query":
        return reply(edit(api, ticket, "", query=f"?{text}"))
    return reply(edit(api, ticket, text))


@pytest.mark.parametrize("how", ["form", "JSON", "query"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("firstName", "João + co"),
        ("lastName", "O'Eyre & co"),
        ("phoneNumber", 37255512345),
        ("email", "joan@example.org"),
        ("extra", [{"title": "Order ID", "value": "A 1"}, {"title": "Notes", "value": "new"}]),
    ],
)
def test_edit_changes_what_is_sent_and_nothing_else(
    api: Client, known: Ticket, how: str, name: str, value: Any
) -> None:
    body = send(api, known, how, **{name: value})

    assert (body, visitor(api, known)) == (SUCCESS, KNOWN | {name: value})


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("{name}=", FORM),
        ("{name}=null", FORM),
        ("null&{name}=null", FORM),
        ('{{"{name}":null}}', JSON),
        ('{{"{name}":""}}', JSON),
    ],
)
def test_edit_clears_what_is_sent_empty(
    api: Client, known: Ticket, name: str, body: str, content_type: str
) -> None:
    reply(edit(api, known, body.format(name=name), content_type))

    cleared = {key: value for key, value in KNOWN.items() if key != name}
    assert visitor(api, known) == cleared | ({"extra": []} if name == "extra" else {})


@pytest.mark.parametrize("query", ["?lastName=null", "?null&lastName=", "?lastName"])
def test_edit_clears_what_the_query_sends_empty(api: Client, known: Ticket, query: str) -> None:
    reply(edit(api, known, "", query=query))

    assert visitor(api, known) == {k: v for k, v in KNOWN.items() if k != "lastName"}


def test_edit_takes_null_as_a_text_in_json_for_a_name(api: Client, known: Ticket) -> None:
    reply(edit(api, known, '{"lastName":"null"}', JSON))

    assert visitor(api, known) == KNOWN | {"lastName": "null"}


def test_edit_of_a_form_that_begins_with_null_takes_the_rest(api: Client, known: Ticket) -> None:
    body = reply(edit(api, known, "null&firstName=Joan"))

    assert (body, visitor(api, known)) == (SUCCESS, KNOWN | {"firstName": "Joan"})


@pytest.mark.parametrize(("body", "content_type"), [("", FORM), ("null", FORM), ("{}", JSON)])
def test_edit_with_nothing_changes_nothing(
    api: Client, known: Ticket, body: str, content_type: str
) -> None:
    result = reply(edit(api, known, body, content_type))

    assert (result, visitor(api, known)) == (SUCCESS, KNOWN)
    assert list(known.activities.values_list("event", flat=True)) == ["ticket.created"]


def test_edit_takes_everything_that_the_client_library_sends(
    api: Client, line: Line, known: Ticket, clerk: User
) -> None:
    other = LineFactory.create(location=line.location)
    body = (
        f"firstName=John&line={other.pk}&phoneNumber=123456789"
        f"&extra=%5B%7B%22title%22%3A%22A%22%2C%22value%22%3A%22B%22%7D%5D&user={clerk.pk}"
    )

    result = reply(edit(api, known, body))

    assert result == SUCCESS
    assert visitor(api, known) == KNOWN | {
        "firstName": "John",
        "phoneNumber": 123456789,
        "extra": [{"title": "A", "value": "B"}],
    }
    assert Ticket.objects.get(pk=known.pk).line == other
    assert Activity.objects.latest("id").user == clerk


def test_edit_takes_the_user_by_email(api: Client, known: Ticket, clerk: User) -> None:
    step(api, known, "edit", firstName="Joan", user=clerk.email)

    assert Activity.objects.latest("id").user == clerk


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"phoneNumber": "0555"}, "phoneNumber"),
        ({"email": "nobody"}, "email"),
        ({"firstName": "x" * 51}, "firstName"),
        ({"lastName": ["Doe"]}, "lastName"),
        ({"extra": "no json"}, "extra"),
        ({"extra": [{"title": "A"}]}, "extra.value"),
        ({"line": ""}, "line"),
        ({"line": None}, "line"),
        ({"line": "abc"}, "line"),
        ({"user": "who@example.org"}, "user"),
    ],
)
def test_edit_refuses_by_name_and_changes_nothing(
    api: Client, known: Ticket, values: dict[str, Any], param: str
) -> None:
    response = edit(api, known, json.dumps({"firstName": "Joan"} | values), JSON)

    assert refusal(response) == (400, "parameter_invalid", param)
    assert visitor(api, known) == KNOWN


@pytest.mark.parametrize("kind", ["elsewhere", "nowhere"])
def test_edit_to_a_line_that_is_not_here_is_not_found(
    api: Client, ticket: Ticket, kind: str
) -> None:
    pk = LineFactory.create().pk if kind == "elsewhere" else 10**17

    response = post(api, f"/v1/tickets/{ticket.pk}/edit", line=pk)

    assert refusal(response) == (404, "not_found", "line")


def test_edit_to_a_closed_line_is_refused(api: Client, line: Line, known: Ticket) -> None:
    closed = LineFactory.create(location=line.location, status="DISABLED")

    response = post(api, f"/v1/tickets/{known.pk}/edit", line=closed.pk, firstName="Joan")

    assert refusal(response) == (409, "line_closed", "line")
    assert visitor(api, known) == KNOWN


def test_edit_of_the_line_of_a_called_ticket_is_refused(
    line: Line, known: Ticket, clerk: User
) -> None:
    other = LineFactory.create(location=line.location)
    lifecycle.call(known, by=clerk)

    response = post(program(clerk), f"/v1/tickets/{known.pk}/edit", line=other.pk)

    assert refusal(response) == (409, "ticket_status", "")
