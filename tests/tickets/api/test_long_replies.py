"""A search of ten thousand tickets is written as it is read: memory does not grow with it."""

import tracemalloc
from collections.abc import Iterable
from typing import Any, cast
from urllib.request import Request, urlopen

import orjson
import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.conftest import Figure
from tests.factories import LineFactory
from tests.live import serving
from tests.tickets.api.conftest import refusal, reply
from tickets import instants
from tickets.actions import programs
from tickets.api.authentication import HEADER
from tickets.api.v1 import search
from tickets.models import Extra, Label, Line, Ticket

MOST_GROWTH = 1.5


def fill(line: Line, number: int) -> None:
    """So many more who wait, by plain writes; every second one has a label."""
    now, last = instants.now(), Ticket.objects.count()
    tickets = Ticket.objects.bulk_create(
        Ticket(
            location=line.location,
            line=line,
            first_name="Jane",
            phone_number="+3725551234",
            number=each,
            numbered_on=now.date(),
            public_id=f"A-{each}",
            created_at=now,
        )
        for each in range(last + 1, last + number + 1)
    )
    Extra.objects.bulk_create(Extra(ticket=each, title="Notes", value="Bike") for each in tickets)
    Label.objects.bulk_create(
        Label(ticket=each, value="VIP", color="FF0000") for each in tickets[::2]
    )


def searched(api: Client, query: str = "") -> Any:
    return api.get(f"/v1/tickets/search?limit={search.MOST}&{query}")


def chunks(response: Any) -> Iterable[bytes]:
    return cast("Iterable[bytes]", cast("StreamingHttpResponse", response).streaming_content)


def peak(api: Client) -> int:
    """The most bytes that were in use at once while a reply was made and sent."""
    tracemalloc.start()
    try:
        for _chunk in chunks(searched(api)):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_tickets_found(
    api: Client, line: Line, figure: Figure
) -> None:
    fill(line, 1000)
    peak(api)  # what is made once is there from now on
    small = peak(api)
    fill(line, 9000)

    large = peak(api)

    figure(
        "API memory of a search of 1,000 and of 10,000, kB, growth",
        f"{small // 1000}, {large // 1000}, {large / small:.2f}",
    )
    assert large / small <= MOST_GROWTH


@pytest.mark.parametrize("number", [search.PAGE, search.PAGE + 1, 2 * search.PAGE])
def test_long_reply_has_every_ticket_once_and_in_order(
    api: Client, line: Line, number: int
) -> None:
    fill(line, number)

    response = searched(api, "order=id+DESC")

    body = orjson.loads(b"".join(chunks(response)))
    ids = [str(pk) for pk in Ticket.objects.order_by("-id").values_list("id", flat=True)]
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert body.keys() == {"statusCode", "data"}
    assert [each["id"] for each in body["data"]] == ids
    assert [len(each["extra"]) for each in body["data"]] == [1] * number
    assert sum(len(each["labels"]) for each in body["data"]) == (number + 1) // 2


def test_ticket_looks_the_same_in_a_long_and_in_a_short_reply(api: Client, line: Line) -> None:
    fill(line, search.PAGE + 1)
    scope = "responseScope=INTERACTIONS,MESSAGES,CONNECTED_TICKETS"

    long = orjson.loads(b"".join(chunks(searched(api, scope))))
    short = reply(api.get(f"/v1/tickets/search?limit=10&{scope}"))

    assert long["data"][:10] == short["data"]


def test_statements_grow_with_the_pages_only(api: Client, line: Line, figure: Figure) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            for _chunk in chunks(searched(api)):
                pass
        return len(queries)

    fill(line, search.PAGE + 1)
    statements()
    a_page_and_one = statements()
    fill(line, search.PAGE - 1)
    two_pages = statements()
    fill(line, search.PAGE)
    three_pages = statements()

    figure(
        "API statements of a search of 501, 1,000 and 1,500",
        [
            a_page_and_one,
            two_pages,
            three_pages,
        ],
    )
    assert two_pages == a_page_and_one
    assert three_pages == two_pages + 2  # extras and labels of one more page


def test_long_reply_refuses_before_it_begins(api: Client, line: Line) -> None:
    fill(line, search.PAGE + 1)

    assert refusal(searched(api, "order=name"))[:2] == (400, "parameter_invalid")


def test_long_reply_comes_through_the_server(transactional_db: None) -> None:
    line = LineFactory.create()
    fill(line, search.PAGE + 1)
    _key, secret = programs.issue_key(name="Program", is_rate_limited=False)

    with serving() as address:
        request = Request(  # noqa: S310  our own server
            f"{address}/v1/tickets/search", headers={HEADER: secret}
        )
        with urlopen(request) as response:  # noqa: S310
            body = orjson.loads(response.read())

    assert len(body["data"]) == search.PAGE + 1
