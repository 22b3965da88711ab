"""Messages by a program: listed in both directions, queued, and refused where none can go out."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.factories import waiting_ticket
from tests.tickets.api.conftest import FORM, JSON, SUCCESS, post, refusal, reply, step
from tickets.actions import messages
from tickets.instants import to_wire
from tickets.models import Line, Message, MessageStatus, Ticket, User


@pytest.fixture
def reachable(line: Line, clerk: User) -> Ticket:
    """Somebody with a mobile number, where messages are on."""
    line.location.has_messages = True
    line.location.save()
    return waiting_ticket(line, by=clerk, phone_number="+13185551234")


def send(api: Client, ticket: Ticket, body: str, content_type: str = FORM, query: str = "") -> Any:
    path = f"/v1/tickets/{ticket.pk}/messages{query}"
    return api.generic("POST", path, body, content_type=content_type)


def test_messages_of_both_directions_are_listed_as_in_the_ticket(
    api: Client, reachable: Ticket, clerk: User
) -> None:
    sent = messages.send(reachable, body="Hello!", by=clerk)
    received = messages.receive(reachable, body="I am late.")

    body = reply(api.get(f"/v1/tickets/{reachable.pk}/messages"))

    shown = [
        {
            "created": {"date": to_wire(each.created_at)},
            "type": direction,
            "status": status,
            "body": each.body,
        }
        for each, direction, status in (
            (sent, "OUTGOING", "NEW"),
            (received, "INCOMING", "DELIVERED"),
        )
    ]
    assert body == {"statusCode": 200, "messages": shown}
    assert reply(api.get(f"/v1/tickets/{reachable.pk}"))["messages"] == shown


def test_messages_of_a_ticket_without_any_are_an_empty_list(api: Client, ticket: Ticket) -> None:
    body = reply(api.get(f"/v1/tickets/{ticket.pk}/messages"))

    assert body == {"statusCode": 200, "messages": []}


@pytest.mark.parametrize("how", ["form", "JSON", "query +", "query %20"])
@pytest.mark.parametrize("named", ["pk", "email"])
def test_send_queues_the_message_for_the_visitor(
    api: Client, reachable: Ticket, clerk: User, how: str, named: str
) -> None:
    text, user = "Hello & welcome", getattr(clerk, named)
    form = f"message=Hello+%26+welcome&user={user}"

    body = {
        "form": lambda: send(api, reachable, form),
        "JSON": lambda: send(api, reachable, json.dumps({"message": text, "user": user}), JSON),
        "query +": lambda: send(api, reachable, "", query=f"?{form}"),
        "query %20": lambda: send(
            api, reachable, "", query=f"?null&message={quote(text)}&user={user}"
        ),
    }[how]()

    message = Message.objects.get()
    assert reply(body) == SUCCESS
    assert (message.body, message.user, message.status) == (text, clerk, MessageStatus.QUEUED)
    assert message.not_before == message.created_at + timedelta(seconds=5)


def test_send_needs_no_user(api: Client, reachable: Ticket) -> None:
    step(api, reachable, "messages", message="x" * 1600)

    assert Message.objects.get().user is None


@pytest.mark.parametrize("text", ["", "   ", "x" * 1601, "a\x00b"])
def test_send_refuses_nothing_and_too_much(api: Client, reachable: Ticket, text: str) -> None:
    response = post(api, f"/v1/tickets/{reachable.pk}/messages", message=text)

    assert refusal(response) == (400, "parameter_invalid", "message")
    assert Message.objects.count() == 0


def test_send_without_a_text_is_refused(api: Client, reachable: Ticket) -> None:
    response = post(api, f"/v1/tickets/{reachable.pk}/messages")

    assert refusal(response) == (400, "parameter_invalid", "message")


def test_send_where_messages_are_off_is_refused(api: Client, line: Line, clerk: User) -> None:
    ticket = waiting_ticket(line, by=clerk, phone_number="+13185551234")

    response = post(api, f"/v1/tickets/{ticket.pk}/messages", message="Hello")

    assert refusal(response) == (409, "messages_off", "")


def test_send_to_a_visitor_without_a_number_is_refused(
    api: Client, reachable: Ticket, line: Line, clerk: User
) -> None:
    ticket = waiting_ticket(line, by=clerk)

    response = post(api, f"/v1/tickets/{ticket.pk}/messages", message="Hello")

    assert refusal(response) == (409, "no_phone_number", "")


def test_send_by_somebody_who_does_not_work_here_is_refused(api: Client, reachable: Ticket) -> None:
    response = post(
        api, f"/v1/tickets/{reachable.pk}/messages", message="Hello", user="who@example.org"
    )

    assert refusal(response) == (400, "parameter_invalid", "user")
