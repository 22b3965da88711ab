"""Labels by the API: added, removed, replaced; never wiped by mistake."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.factories import waiting_ticket
from tests.tickets.api.conftest import JSON, SUCCESS, post, refusal, reply, step
from tickets.models import Line, Ticket, User


def labels_of(api: Client, ticket: Ticket) -> list[str]:
    labels = reply(api.get(f"/v1/tickets/{ticket.pk}"))["labels"]
    return [label["value"] for label in labels]


def test_label_added_a_second_time_is_no_action(api: Client, ticket: Ticket) -> None:
    results = [step(api, ticket, "labels/add", value="Has documents") for _ in range(2)]

    assert [body["result"] for body in results] == ["success", "no action"]
    assert labels_of(api, ticket) == ["Has documents"]


def test_label_has_one_colour_everywhere_in_a_location(
    api: Client, line: Line, ticket: Ticket, clerk: User
) -> None:
    other = waiting_ticket(line, by=clerk)
    for each in (ticket, other):
        step(api, each, "labels/add", value="VIP", user=clerk.pk)

    shown = [reply(api.get(f"/v1/tickets/{each.pk}"))["labels"] for each in (ticket, other)]

    assert shown[0] == shown[1]
    assert shown[0][0]["color"] == shown[0][0]["color"].upper().removeprefix("#")


def test_label_is_removed(api: Client, ticket: Ticket) -> None:
    step(api, ticket, "labels/add", value="VIP")

    body = step(api, ticket, "labels/remove", value="VIP")

    assert (body, labels_of(api, ticket)) == (SUCCESS, [])


def put_labels(api: Client, ticket: Ticket, **values: Any) -> Any:
    path = f"/v1/tickets/{ticket.pk}/labels"
    return reply(api.put(path, json.dumps(values), content_type=JSON))


@pytest.mark.parametrize("labels", [["A", "B"], ["B", "C", "C"], []])
def test_labels_are_replaced_as_a_whole(api: Client, ticket: Ticket, labels: list[str]) -> None:
    for value in ("A", "B"):
        step(api, ticket, "labels/add", value=value)

    body = put_labels(api, ticket, labels=labels)

    assert (body, sorted(labels_of(api, ticket))) == (SUCCESS, sorted(set(labels)))


@pytest.mark.parametrize("values", [{}, {"labels": None}, {"label": ["A"]}])
def test_labels_are_not_wiped_by_a_body_without_them(
    api: Client, ticket: Ticket, values: dict[str, Any]
) -> None:
    step(api, ticket, "labels/add", value="VIP")

    body = put_labels(api, ticket, **values)

    assert (body["statusCode"], body["param"]) == (400, "labels")
    assert labels_of(api, ticket) == ["VIP"]


def test_a_label_is_mandatory_where_it_is_added(api: Client, line: Line, clerk: User) -> None:
    ticket = waiting_ticket(line, by=clerk)

    response = post(api, f"/v1/tickets/{ticket.pk}/labels/add", user=clerk.pk)

    assert refusal(response) == (400, "parameter_invalid", "value")
