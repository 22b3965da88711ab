"""The ticket that the API has to show exactly: every key, every type, every form of a date."""

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.factories import DeskFactory, LineFactory, LocationFactory, UserFactory
from tests.tickets.api.conftest import program, reply
from tickets.models import Direction, Line, Location, MessageStatus, Ticket
from tickets.states import Outcome, Status

REFERENCE: dict[str, Any] = {
    "id": "51999102",
    "status": "SERVED",
    "source": "MANUAL",
    "line": 88100,
    "firstName": "Jane",
    "lastName": "Doe",
    "orderAfter": "2015-04-29T12:29:40.701Z",
    "created": {"date": "2016-04-29T12:29:40.701Z"},
    "called": {"date": "2016-05-05T14:05:29Z", "caller": 15144, "desk": 3},
    "served": {"date": "2016-05-05T14:05:34Z"},
    "assigned": {"assigner": 15100, "assignee": 15144},
    "extra": [{"title": "Notes", "value": "assistance required"}],
    "labels": [{"value": "VIP", "color": "FF00FF"}],
    "interactions": [
        {
            "start": "2016-05-05T14:05:29Z",
            "end": "2016-05-05T14:05:34Z",
            "line": 88100,
            "user": 15144,
        }
    ],
    "messages": [
        {
            "created": {"date": "2017-06-15T18:43:41Z"},
            "type": "OUTGOING",
            "status": "DELIVERED",
            "body": "Hello Jane! You are now in the queue. We will let you know when it's your turn.",
        }
    ],
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def location(db: None) -> Location:
    return LocationFactory.create()


@pytest.fixture
def line(location: Location) -> Line:
    return LineFactory.create(id=88100, location=location)


@pytest.fixture
def reference(line: Line) -> Ticket:
    caller = UserFactory.create(id=15144)
    called_at, served_at = at("2016-05-05T14:05:29Z"), at("2016-05-05T14:05:34Z")
    with transaction.atomic():
        ticket = Ticket.objects.create(
            id=51999102,
            location=line.location,
            line=line,
            status=Status.SERVED,
            first_name="Jane",
            last_name="Doe",
            number=1,
            numbered_on=at("2016-04-29T00:00:00Z").date(),
            public_id="A-1",
            order_after=at("2015-04-29T12:29:40.701Z"),
            created_at=at("2016-04-29T12:29:40.701Z"),
            called_at=called_at,
            caller=caller,
            desk=DeskFactory.create(id=3, location=line.location),
            served_at=served_at,
            assigner=UserFactory.create(id=15100),
            assignee=caller,
        )
        ticket.extras.create(title="Notes", value="assistance required")
        ticket.labels.create(value="VIP", color="FF00FF")
        ticket.interactions.create(
            line=line,
            user=caller,
            started_at=called_at,
            ended_at=served_at,
            outcome=Outcome.SERVED,
        )
        ticket.messages.create(
            direction=Direction.OUTGOING,
            status=MessageStatus.DELIVERED,
            created_at=at("2017-06-15T18:43:41Z"),
            body=REFERENCE["messages"][0]["body"],
        )
    return ticket


def typed(value: Any) -> Any:
    """`value` with the type of every leaf: to `==` alone, 1, 1.0 and True are the same."""
    if isinstance(value, dict):
        return {key: typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [typed(each) for each in value]
    return type(value), value


def test_details_are_the_reference_ticket(reference: Ticket) -> None:
    body = reply(program().get("/v1/tickets/51999102"))

    assert typed(body) == typed(REFERENCE | {"statusCode": 200})


@pytest.mark.parametrize(
    ("scope", "asked"),
    [
        ("", set()),
        ("MESSAGES", {"messages"}),
        ("INTERACTIONS", {"interactions"}),
        ("MESSAGES,INTERACTIONS", {"messages", "interactions"}),
    ],
)
def test_search_shows_of_it_what_is_asked_for(
    reference: Ticket, scope: str, asked: set[str]
) -> None:
    body = reply(program().get("/v1/tickets/search", {"responseScope": scope}))

    unasked = {"messages", "interactions"} - asked
    expected = {key: value for key, value in REFERENCE.items() if key not in unasked}
    assert typed(body["data"]) == typed([expected])


def test_a_ticket_without_any_optional_part_has_four_empty_arrays(line: Line) -> None:
    created_at = at("2016-04-29T12:29:40Z")
    Ticket.objects.create(
        id=7,
        location=line.location,
        line=line,
        number=1,
        numbered_on=created_at.date(),
        public_id="A-1",
        created_at=created_at,
    )

    body = reply(program().get("/v1/tickets/7"))

    assert body == {
        "statusCode": 200,
        "id": "7",
        "status": "NEW",
        "source": "MANUAL",
        "line": 88100,
        "created": {"date": "2016-04-29T12:29:40Z"},
        "extra": [],
        "labels": [],
        "interactions": [],
        "messages": [],
    }


def test_search_of_a_ticket_without_parts_has_the_arrays_that_are_asked_for(
    api: Client, reference: Ticket
) -> None:
    for relation in (
        reference.extras,
        reference.labels,
        reference.interactions,
        reference.messages,
    ):
        relation.all().delete()

    plain, asked = (
        reply(api.get("/v1/tickets/search", {"responseScope": scope}))["data"][0]
        for scope in ("", "MESSAGES,INTERACTIONS")
    )

    assert [key for key, value in plain.items() if value == []] == ["extra", "labels"]
    assert [key for key, value in asked.items() if value == []] == [
        "extra",
        "labels",
        "interactions",
        "messages",
    ]
