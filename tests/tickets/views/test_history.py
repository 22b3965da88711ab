"""The history of a day, and the search: what they show, to whom, and what can be put right there."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.conftest import CountQueries
from tests.factories import LineFactory, clerk_of, waiting_ticket
from tickets import instants
from tickets.actions import labels, lifecycle, messages
from tickets.models import Activity, Line, Location, Ticket, User
from tickets.states import Status


def history_of(location: Location) -> str:
    return reverse("tickets:history", args=[location.pk])


def names(response: Any) -> list[str]:
    found = re.findall(r'class="row__name"[^>]*>([^<]*)<', response.content.decode())
    return [name.strip() for name in found]


def find(staff: Client, line: Line, query: str) -> list[str]:
    return names(staff.get(reverse("tickets:search", args=[line.location_id]), {"q": query}))


def test_history_shows_the_visits_of_today_the_latest_first(
    staff: Client, line: Line, clerk: User
) -> None:
    with time_machine.travel(instants.now() - timedelta(days=1)):
        waiting_ticket(line, by=clerk, first_name="Yesterday")
    waiting_ticket(line, by=clerk, first_name="Ann")
    lifecycle.cancel(waiting_ticket(line, by=clerk, first_name="Ben"), by=clerk)

    response = staff.get(history_of(line.location))

    assert names(response) == ["Ben", "Ann"]


def test_history_shows_another_day(staff: Client, line: Line, clerk: User) -> None:
    with time_machine.travel(instants.now() - timedelta(days=1)):
        waiting_ticket(line, by=clerk, first_name="Yesterday")
        day = line.location.today()

    response = staff.get(history_of(line.location), {"day": day.isoformat()})

    assert names(response) == ["Yesterday"]


@pytest.mark.parametrize("name", ["line", "status", "clerk"])
def test_history_is_filtered(staff: Client, line: Line, clerk: User, name: str) -> None:
    other = LineFactory.create(location=line.location)
    colleague = clerk_of(line.location)
    lifecycle.call(waiting_ticket(line, by=clerk, first_name="Ann"), by=clerk)
    lifecycle.serve(
        lifecycle.call(waiting_ticket(other, by=clerk, first_name="Ben"), by=colleague),
        by=colleague,
    )
    wanted = {"line": str(other.pk), "status": "SERVED", "clerk": str(colleague.pk)}[name]

    assert names(staff.get(history_of(line.location), {name: wanted})) == ["Ben"]


@pytest.mark.parametrize("name", ["day", "line", "status", "clerk", "page"])
def test_history_filters_nothing_by_what_it_does_not_understand(
    staff: Client, line: Line, clerk: User, name: str
) -> None:
    waiting_ticket(line, by=clerk, first_name="Ann")

    assert names(staff.get(history_of(line.location), {name: "nonsense"})) == ["Ann"]


def test_history_offers_undo_of_ones_own_last_step_only(
    staff: Client, line: Line, clerk: User
) -> None:
    mine = lifecycle.call(waiting_ticket(line, by=clerk), by=clerk)
    theirs = lifecycle.call(waiting_ticket(line, by=clerk), by=clerk_of(line.location))

    html = staff.get(history_of(line.location)).content.decode()

    steps = [int(pk) for pk in re.findall(r'name="activity"\s+value="(\d+)"', html)]
    assert [Activity.objects.get(pk=pk).ticket_id for pk in steps] == [mine.pk]
    assert theirs.status == Status.CALLED


@pytest.mark.parametrize(("has_gone_out", "offered"), [(False, 1), (True, 0)])
def test_history_offers_undo_of_a_message_until_it_went_out(
    staff: Client, line: Line, clerk: User, *, has_gone_out: bool, offered: int
) -> None:
    Location.objects.filter(pk=line.location_id).update(has_messages=True)
    ticket = waiting_ticket(line, by=clerk, phone_number="+3725551234")
    message = messages.send(Ticket.objects.get(pk=ticket.pk), body="Hello", by=clerk)
    if has_gone_out:
        messages.hand_over(message=message.pk)

    html = staff.get(history_of(line.location)).content.decode()

    assert html.count('name="activity"') == offered


def test_history_comes_back_after_a_step(staff: Client, line: Line, clerk: User) -> None:
    missed = lifecycle.mark_no_show(
        lifecycle.call(waiting_ticket(line, by=clerk), by=clerk), by=clerk
    )
    page = f"{history_of(line.location)}?status=NOSHOW"

    response = staff.post(reverse("tickets:rejoin-ticket", args=[missed.pk]), {"page": page})

    missed.refresh_from_db()
    assert (response["Location"], missed.status) == (page, Status.NEW)


def test_a_step_comes_back_to_no_page_elsewhere(staff: Client, line: Line, clerk: User) -> None:
    url = reverse("tickets:call-ticket", args=[waiting_ticket(line, by=clerk).pk])

    response = staff.post(url, {"page": "//example.org/"})

    assert response["Location"] == reverse("tickets:service", args=[line.location_id])


@pytest.mark.parametrize("name", ["history", "search"])
def test_another_location_does_not_exist(staff: Client, name: str) -> None:
    other = LineFactory.create()

    assert staff.get(reverse(f"tickets:{name}", args=[other.location_id])).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("jane", ["Jane Doe"]),
        ("DOE ja", ["Jane Doe"]),
        ("õun", ["Õie Õun"]),
        ("vip", ["Jane Doe"]),
        ("55 12 34", ["Jane Doe"]),
        ("055123456", ["Jane Doe"]),
        ("2", ["Õie Õun"]),
        ("nobody", []),
        ("", []),
        ("%", []),
        ("55", []),
    ],
)
def test_search_finds(staff: Client, line: Line, clerk: User, query: str, found: list[str]) -> None:
    jane = waiting_ticket(
        line, by=clerk, first_name="Jane", last_name="Doe", phone_number="+37255123456"
    )
    labels.add(jane, value="VIP", by=clerk)
    waiting_ticket(line, by=clerk, first_name="Õie", last_name="Õun")

    assert find(staff, line, query) == found


def test_search_finds_by_the_public_number(staff: Client, line: Line, clerk: User) -> None:
    ticket = waiting_ticket(line, by=clerk, first_name="Ann")

    assert find(staff, line, ticket.public_id.lower().replace("-", " ")) == ["Ann"]


def test_search_leaves_out_what_ended_on_another_day(
    staff: Client, line: Line, clerk: User
) -> None:
    with time_machine.travel(instants.now() - timedelta(days=1)):
        lifecycle.cancel(waiting_ticket(line, by=clerk, first_name="Jane"), by=clerk)
        waiting_ticket(line, by=clerk, first_name="Janet")

    assert find(staff, line, "jane") == ["Janet"]


def test_search_under_htmx_is_a_part_for_the_drawer(staff: Client, line: Line) -> None:
    url = reverse("tickets:search", args=[line.location_id])

    response = staff.get(url, {"q": "x"}, headers={"HX-Request": "true"})

    assert response.content.decode().count("<html") == 0


@pytest.mark.parametrize("name", ["history", "search"])
def test_lists_cost_the_same_with_one_row_and_three(
    staff: Client, line: Line, clerk: User, count_queries: CountQueries, name: str
) -> None:
    url = reverse(f"tickets:{name}", args=[line.location_id])
    costs = []
    for count in (1, 2):
        for _ in range(count):
            ticket: Ticket = lifecycle.call(
                waiting_ticket(line, by=clerk, labels=["VIP"]), by=clerk
            )
            lifecycle.serve(ticket, by=clerk)
        staff.get(url, {"q": "jane"})
        costs.append(count_queries(lambda: staff.get(url, {"q": "jane"})))

    assert costs[0] == costs[1]
