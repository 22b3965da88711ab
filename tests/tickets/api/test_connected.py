"""Connected tickets: the other visits of the same person, only when they are asked for."""

from typing import Any

import pytest
from django.test import Client

from tests.conftest import CountQueries, Figure
from tests.factories import LineFactory, waiting_ticket
from tests.tickets.api.conftest import refusal, reply
from tickets.actions.extras import ExtraValue
from tickets.models import Line, Ticket, User

PHONE = "+13185551234"


def search(api: Client, **values: Any) -> list[dict[str, Any]]:
    values = {"responseScope": "CONNECTED_TICKETS"} | values
    rows: list[dict[str, Any]] = reply(api.get("/v1/tickets/search", values))["data"]
    return rows


def details(api: Client, ticket: Ticket, scope: str = "CONNECTED_TICKETS") -> dict[str, Any]:
    shown: dict[str, Any] = reply(api.get(f"/v1/tickets/{ticket.pk}", {"responseScope": scope}))
    return shown


def ids(tickets: list[dict[str, Any]]) -> list[int]:
    return [int(each["id"]) for each in tickets]


@pytest.fixture
def visits(line: Line, clerk: User) -> list[Ticket]:
    """Three visits of one person."""
    extras = [ExtraValue(title="Notes", value="deaf")]
    return [
        waiting_ticket(line, by=clerk, phone_number=PHONE, extras=extras, labels=["VIP"])
        for _ in range(3)
    ]


def test_connected_tickets_are_the_others_with_the_newest_first(
    api: Client, visits: list[Ticket]
) -> None:
    shown = details(api, visits[1])

    plain = [details(api, visits[index], "") for index in (2, 0)]
    hidden = ("statusCode", "interactions", "messages")
    assert shown["connectedTickets"] == [
        {key: value for key, value in each.items() if key not in hidden} for each in plain
    ]


def test_search_shows_connected_tickets_as_the_details_do(
    api: Client, visits: list[Ticket]
) -> None:
    rows = search(api)

    shown = [details(api, visit)["connectedTickets"] for visit in visits]
    assert [row["connectedTickets"] for row in rows] == shown
    assert [row.keys() & {"interactions", "messages"} for row in rows] == [set()] * 3


def test_connected_tickets_are_of_the_same_number_and_location(
    api: Client, line: Line, visits: list[Ticket], clerk: User
) -> None:
    elsewhere = waiting_ticket(LineFactory.create(), phone_number=PHONE)
    other = waiting_ticket(line, by=clerk, phone_number="+13185551235")
    nameless = [waiting_ticket(line, by=clerk) for _ in range(2)]

    rows = search(api)

    connected = {int(row["id"]): ids(row["connectedTickets"]) for row in rows}
    first, second, third = (visit.pk for visit in visits)
    assert connected == {
        first: [third, second],
        second: [third, first],
        third: [second, first],
        elsewhere.pk: [],
        other.pk: [],
        **{each.pk: [] for each in nameless},
    }


@pytest.mark.parametrize("scope", ["", "MESSAGES", "INTERACTIONS"])
def test_connected_tickets_are_shown_only_when_asked_for(
    api: Client, visits: list[Ticket], scope: str
) -> None:
    shown = [details(api, visits[0], scope), search(api, responseScope=scope)[0]]

    assert ["connectedTickets" in each for each in shown] == [False, False]


@pytest.mark.parametrize("scope", ["", "MESSAGES", "CONNECTED_TICKETS"])
def test_details_have_the_four_arrays_whatever_is_asked_for(
    api: Client, ticket: Ticket, scope: str
) -> None:
    shown = details(api, ticket, scope)

    arrays = {key for key, value in shown.items() if value == []} - {"connectedTickets"}
    assert arrays == {"extra", "labels", "interactions", "messages"}


def test_details_refuse_a_scope_that_they_do_not_know(api: Client, ticket: Ticket) -> None:
    response = api.get(f"/v1/tickets/{ticket.pk}", {"responseScope": "EVERYTHING"})

    assert refusal(response) == (400, "parameter_invalid", "responseScope")


def test_connected_tickets_are_the_latest_twenty(api: Client, line: Line, clerk: User) -> None:
    made = [waiting_ticket(line, by=clerk, phone_number=PHONE).pk for _ in range(22)]

    oldest, newest = (ids(search(api)[index]["connectedTickets"]) for index in (0, -1))

    assert oldest == made[:1:-1]
    assert newest == made[-2:0:-1]


def test_search_with_connected_tickets_makes_as_many_queries_for_three_as_for_one(
    api: Client, line: Line, clerk: User, count_queries: CountQueries, figure: Figure
) -> None:
    def visit(number: str) -> None:
        for _ in range(2):
            waiting_ticket(line, by=clerk, phone_number=number, labels=["VIP"])

    search(api)
    visit(PHONE)
    one = count_queries(lambda: search(api))
    for number in ("+13185551235", "+13185551236"):
        visit(number)

    three = count_queries(lambda: search(api))

    assert three == one
    figure("API queries of a search with connected tickets", f"{one} for 2 and for 6 tickets")
