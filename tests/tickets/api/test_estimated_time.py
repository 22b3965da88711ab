"""Estimated time: the instant at which the model expects the service, or nothing if it cannot know."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from tests.factories import waiting_ticket
from tests.tickets.api.conftest import refusal, reply
from tickets import estimates
from tickets.actions import lifecycle
from tickets.models import Line, Ticket, User

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def called(line: Line, clerk: User) -> Ticket:
    """Somebody is being served, so that the model knows of a clerk."""
    return lifecycle.call(waiting_ticket(line, by=clerk), by=clerk)


def expected_at(mean: float | None) -> int:
    assert mean
    return round((NOW + timedelta(minutes=mean)).timestamp())


@time_machine.travel(NOW, tick=False)
def test_time_of_a_ticket_is_what_the_model_expects(
    api: Client, line: Line, called: Ticket, clerk: User
) -> None:
    first, second = (waiting_ticket(line, by=clerk) for _ in range(2))

    bodies = [reply(api.get(f"/v1/tickets/{t.pk}/estimated-time")) for t in (first, second)]

    means = [estimates.for_ticket(each).mean for each in (first, second)]
    assert bodies == [
        {"statusCode": 200, "estimatedTimeOfService": expected_at(mean)} for mean in means
    ]
    assert NOW.timestamp() < bodies[0]["estimatedTimeOfService"]
    assert bodies[0]["estimatedTimeOfService"] < bodies[1]["estimatedTimeOfService"]


def test_time_of_a_ticket_that_nobody_serves_is_left_out(api: Client, ticket: Ticket) -> None:
    body = reply(api.get(f"/v1/tickets/{ticket.pk}/estimated-time"))

    assert body == {"statusCode": 200}


def test_time_of_a_ticket_that_does_not_wait_is_refused(api: Client, called: Ticket) -> None:
    response = api.get(f"/v1/tickets/{called.pk}/estimated-time")

    assert refusal(response) == (409, "ticket_status", "")


@time_machine.travel(NOW, tick=False)
def test_time_of_a_line_is_a_newcomers(
    api: Client, line: Line, called: Ticket, clerk: User
) -> None:
    for _ in range(2):
        waiting_ticket(line, by=clerk)

    body = reply(api.get(f"/v1/lines/{line.pk}/estimated-time"))

    mean = estimates.for_newcomers([line])[line.pk].mean
    assert body == {
        "statusCode": 200,
        "estimatedPeopleWaiting": 2,
        "estimatedTimeOfService": expected_at(mean),
    }


def test_time_of_a_line_that_nobody_serves_is_left_out(api: Client, ticket: Ticket) -> None:
    body = reply(api.get(f"/v1/lines/{ticket.line_id}/estimated-time"))

    assert body == {"statusCode": 200, "estimatedPeopleWaiting": 1}
