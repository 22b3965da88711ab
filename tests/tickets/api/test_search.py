"""Search and count: each filter, order, limit, and a number of queries that rows do not raise."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from tests.conftest import CountQueries, Figure
from tests.factories import LineFactory, clerk_of, waiting_ticket
from tests.tickets.api.conftest import FORM, post, reply
from tickets.actions import labels, lifecycle, messages
from tickets.actions.extras import ExtraValue
from tickets.models import Line, Ticket, User

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def other(line: Line) -> Line:
    return LineFactory.create(location=line.location)


@pytest.fixture
def tickets(line: Line, other: Line, clerk: User) -> list[Ticket]:
    """0 waits, 1 is called, 2 served, 3 missed, 4 cancelled, each a minute after the one before;
    5 waits in the other line; 1 and 2 were called by the clerk, half an hour after the first came.
    """
    colleague = clerk_of(line.location)
    with time_machine.travel(START, tick=False) as clock:
        made = []
        for n in range(6):
            made.append(waiting_ticket(other if n == 5 else line, by=clerk))
            clock.shift(timedelta(minutes=1))
        clock.move_to(START + timedelta(minutes=30))
        lifecycle.call(made[2], by=clerk)
        lifecycle.call(made[3], by=colleague)
        lifecycle.mark_no_show(made[3], by=colleague)
        lifecycle.cancel(made[4], by=clerk)
        clock.shift(timedelta(minutes=1))
        lifecycle.call(made[1], by=clerk)
    return made


def found(api: Client, tickets: list[Ticket], query: str) -> list[int]:
    """Which of `tickets`, by their place in the list."""
    place = {str(ticket.pk): n for n, ticket in enumerate(tickets)}
    body = reply(api.get(f"/v1/tickets/search?{query}"))
    return [place[each["id"]] for each in body["data"]]


FILTERS: list[tuple[str, list[int]]] = [
    ("", [0, 1, 2, 3, 4, 5]),
    ("location={location}", [0, 1, 2, 3, 4, 5]),
    ("location=99999999", []),
    ("line={line}", [0, 1, 2, 3, 4]),
    ("line={line}%2C{other}", [0, 1, 2, 3, 4, 5]),
    ("line={other},", [5]),
    ("line=99999999", []),
    ("status=NEW", [0, 5]),
    ("status=NEW%2CCALLED", [0, 1, 5]),
    ("status=CANCELLED", [4]),
    ("status=CANCELLED_BY_CLERK,NOSHOW", [3, 4]),
    ("caller={clerk}", [1, 2]),
    ("caller={clerk}&status=CALLED", [1]),
    ("caller=99999999", []),
    ("minCreated=2026-01-05T09:04:00Z", [4, 5]),
    ("minCreated=1767603840", [4, 5]),
    ("minCreated=2026-01-05T11:04:00%2B02:00", [4, 5]),
    ("maxCreated=2026-01-05T09:01:00Z", [0, 1]),
    ("maxCreated=2026-01-05T09:01:00.000Z", [0, 1]),
    ("minCreated=2026-01-05T09:01:00Z&maxCreated=2026-01-05T09:02:00Z", [1, 2]),
    ("minCalled=2026-01-05T09:31:00Z", [1]),
    ("maxCalled=2026-01-05T09:30:59Z", [2, 3]),
    ("line={line}&status=NEW&minCreated=2020-01-01T00%3A00%3A00Z", [0]),
]
ORDERS: list[tuple[str, list[int]]] = [
    ("order=id+ASC", [0, 1, 2, 3, 4, 5]),
    ("order=id", [0, 1, 2, 3, 4, 5]),
    ("order=created+DESC", [5, 4, 3, 2, 1, 0]),
    ("order=created%20desc", [5, 4, 3, 2, 1, 0]),
    ("order=number+DESC&limit=2", [5, 4]),
    ("order=called+ASC", [2, 3, 1, 0, 4, 5]),
    ("order=called+DESC", [1, 3, 2, 5, 4, 0]),
    ("order=served+DESC", [2, 5, 4, 3, 1, 0]),
    ("limit=1", [0]),
    ("limit=20000", [0, 1, 2, 3, 4, 5]),
]


@pytest.fixture
def names(line: Line, other: Line, clerk: User) -> dict[str, int]:
    return {
        "location": line.location_id,
        "line": line.pk,
        "other": other.pk,
        "clerk": clerk.pk,
    }


@pytest.mark.parametrize("kind", ["filters", "orders"])
def test_search_finds_what_is_asked_for(
    api: Client, tickets: list[Ticket], names: dict[str, int], kind: str
) -> None:
    table = {"filters": FILTERS, "orders": ORDERS}[kind]

    results = [(query, found(api, tickets, query.format(**names))) for query, _ in table]

    assert results == table


def test_count_counts_what_search_finds(
    api: Client, tickets: list[Ticket], names: dict[str, int]
) -> None:
    path = "/v1/tickets/count"
    counts = []

    for each, _ in FILTERS:
        query = each.format(**names)
        responses = (
            api.get(f"{path}?{query}"),
            api.post(f"{path}/?{query}", content_type=FORM),
            api.post(path, query, content_type=FORM),
        )
        counts += [(each, reply(response)) for response in responses]

    assert counts == [
        (each, {"statusCode": 200, "count": len(expected)})
        for each, expected in FILTERS
        for _ in range(3)
    ]


def test_search_takes_the_query_of_the_client_library(
    api: Client, tickets: list[Ticket], names: dict[str, int]
) -> None:
    query = {
        "line": f"{names['line']},{names['other']}",
        "location": names["location"],
        "status": "NEW,CALLED",
        "caller": names["clerk"],
        "minCreated": "2020-01-01T00:00:00Z",
        "maxCreated": "1800000000",
        "minCalled": "2020-01-01T00:00:00Z",
        "maxCalled": "1800000000",
        "limit": 5,
        "order": "created DESC",
        "responseScope": "MESSAGES,INTERACTIONS",
    }

    assert found(api, tickets, urlencode(query)) == [1]


def busy_ticket(line: Line, clerk: User) -> Ticket:
    """A visit with two of everything."""
    ticket = waiting_ticket(
        line,
        by=clerk,
        phone_number="+3725551234",
        extras=[ExtraValue(title=title, value="1") for title in "AB"],
    )
    labels.replace(ticket, values=["VIP", "Late"], by=clerk)
    lifecycle.call(ticket, by=clerk)
    lifecycle.return_to_queue(ticket, position="LAST", by=clerk)
    lifecycle.call(ticket, by=clerk)
    lifecycle.serve(ticket, by=clerk)
    for _ in range(2):
        messages.receive(ticket, body="I am late.")
    return ticket


@pytest.mark.parametrize("scope", ["", "MESSAGES,INTERACTIONS"])
def test_search_makes_as_many_queries_for_three_tickets_as_for_one(
    api: Client, line: Line, clerk: User, scope: str, count_queries: CountQueries, figure: Figure
) -> None:
    def search() -> Any:
        return api.get("/v1/tickets/search", {"responseScope": scope})

    search()  # from here on the key's use is noted
    busy_ticket(line, clerk)
    one = count_queries(search)
    for _ in range(2):
        busy_ticket(line, clerk)

    three = count_queries(search)

    assert three == one
    figure(f"API queries of a search, scope {scope or 'none'}", f"{one} for 1 and for 3 tickets")


def test_details_make_as_many_queries_for_a_busy_ticket_as_for_a_new_one(
    api: Client, line: Line, clerk: User, count_queries: CountQueries, figure: Figure
) -> None:
    new, busy = waiting_ticket(line, by=clerk), busy_ticket(line, clerk)
    api.get("/v1/locations/")

    queries = [
        count_queries(lambda pk=ticket.pk: api.get(f"/v1/tickets/{pk}"))  # type: ignore[misc]
        for ticket in (new, busy)
    ]

    assert queries[0] == queries[1]
    figure("API queries of a ticket's details", f"{queries[0]} for a new and for a busy one")


def test_a_no_show_is_not_listed_among_the_interactions(
    api: Client, line: Line, clerk: User
) -> None:
    ticket = lifecycle.call(waiting_ticket(line, by=clerk), by=clerk)
    post(api, f"/v1/tickets/{ticket.pk}/marknoshow")

    shown = reply(api.get(f"/v1/tickets/{ticket.pk}"))

    assert (shown["status"], shown["interactions"]) == ("NOSHOW", [])
    assert shown["called"]["caller"] == clerk.pk
