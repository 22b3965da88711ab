"""What a clerk does with a visitor, by plain forms and under htmx."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import DeskFactory, LineFactory, clerk_of, waiting_ticket
from tests.tickets.views.seen import seen
from tests.tickets.views.test_service import HTMX, page_of
from tickets import idempotency
from tickets.actions import details, lifecycle
from tickets.models import Activity, EventName, Line, Ticket, User
from tickets.states import Status
from tickets.views.service import call_next_token

STEPS: dict[str, tuple[dict[str, Any], Status]] = {
    "recall-ticket": ({}, Status.CALLED),
    "serve-ticket": ({}, Status.SERVED),
    "no-show-ticket": ({}, Status.NOSHOW),
    "return-ticket": ({"position": "FIRST"}, Status.NEW),
}


@pytest.fixture
def called(line: Line, clerk: User) -> Ticket:
    return lifecycle.call(waiting_ticket(line, by=clerk), by=clerk)


def step(client: Client, name: str, ticket: Ticket, **data: Any) -> Any:
    return client.post(reverse(f"tickets:{name}", args=[ticket.pk]), data)


def call_next(client: Client, line: Line, token: str) -> Any:
    url = reverse("tickets:call-next", args=[line.location_id])
    return client.post(url, {idempotency.FIELD: token})


def test_call_next_calls_the_first_and_comes_back(staff: Client, line: Line, clerk: User) -> None:
    first = waiting_ticket(line, by=clerk)
    waiting_ticket(line, by=clerk)

    response = call_next(staff, line, "token")

    first.refresh_from_db()
    assert (first.status, first.caller) == (Status.CALLED, clerk)
    assert response["Location"] == page_of(line.location)


def test_call_next_submitted_twice_calls_one_visitor(
    staff: Client, line: Line, clerk: User
) -> None:
    for _ in range(2):
        waiting_ticket(line, by=clerk)
    token = call_next_token(clerk)

    call_next(staff, line, token)
    call_next(staff, line, token)

    assert Ticket.objects.called().count() == 1


def test_call_next_from_a_stale_tab_calls_nobody_else(
    staff: Client, line: Line, clerk: User
) -> None:
    for _ in range(2):
        waiting_ticket(line, by=clerk)
    tabs = [seen(staff.get(page_of(line.location))).call_next_token for _ in range(2)]

    for token in tabs:
        call_next(staff, line, token)

    assert Ticket.objects.called().count() == 1


def test_call_next_works_again_after_nobody_waited(staff: Client, line: Line, clerk: User) -> None:
    token = call_next_token(clerk)
    response = call_next(staff, line, token)
    waiting_ticket(line, by=clerk)

    call_next(staff, line, token)

    assert response.status_code == 302
    assert Ticket.objects.called().count() == 1


def test_call_next_says_that_nobody_waits(staff: Client, line: Line) -> None:
    url = reverse("tickets:call-next", args=[line.location_id])

    response = staff.post(url, headers=HTMX)

    assert response.content.decode().count("Nobody is waiting for you.") == 1


def test_call_one_calls_that_visitor(staff: Client, line: Line, clerk: User) -> None:
    waiting_ticket(line, by=clerk)
    second = waiting_ticket(line, by=clerk)

    step(staff, "call-ticket", second)

    assert list(Ticket.objects.called()) == [second]


@pytest.mark.parametrize("name", STEPS)
def test_each_step_leads_where_it_says(staff: Client, called: Ticket, name: str) -> None:
    data, status = STEPS[name]

    response = step(staff, name, called, **data)

    called.refresh_from_db()
    assert called.status == status
    assert response["Location"] == page_of(called.location)


def test_forward_moves_to_the_other_line(staff: Client, called: Ticket) -> None:
    other = LineFactory.create(location=called.location)

    step(staff, "forward-ticket", called, line=other.pk)

    called.refresh_from_db()
    assert (called.status, called.line) == (Status.NEW, other)


@pytest.mark.parametrize("chosen", ["", "nonsense", "9" * 25, "9" * 5000])
def test_forward_to_no_line_is_refused(staff: Client, called: Ticket, chosen: str) -> None:
    response = step(staff, "forward-ticket", called, line=chosen)

    called.refresh_from_db()
    assert (response.status_code, called.status) == (409, Status.CALLED)


def test_forward_to_a_line_elsewhere_is_refused(staff: Client, called: Ticket) -> None:
    response = step(staff, "forward-ticket", called, line=LineFactory.create().pk)

    called.refresh_from_db()
    assert (response.status_code, called.status) == (409, Status.CALLED)


def test_cancel_and_rejoin(staff: Client, line: Line, clerk: User, called: Ticket) -> None:
    waiting = waiting_ticket(line, by=clerk)
    lifecycle.mark_no_show(called, by=clerk)

    step(staff, "cancel-ticket", waiting)
    step(staff, "rejoin-ticket", called)

    waiting.refresh_from_db()
    called.refresh_from_db()
    assert (waiting.status, called.status) == (Status.CANCELLED_BY_CLERK, Status.NEW)


def test_undo_takes_back_the_step_that_was_shown(staff: Client, called: Ticket) -> None:
    shown = seen(staff.get(page_of(called.location))).last_step
    url = reverse("tickets:undo", args=[called.location_id])

    staff.post(url, {"activity": shown})

    called.refresh_from_db()
    assert called.status == Status.NEW
    assert Activity.objects.get(event=EventName.UNDONE).undoes_id == shown


@pytest.mark.parametrize("activity", ["", "0", "x", "9" * 25, "9" * 5000])
def test_undo_of_nothing_does_not_exist(staff: Client, line: Line, activity: str) -> None:
    url = reverse("tickets:undo", args=[line.location_id])

    assert staff.post(url, {"activity": activity}).status_code == 404


def test_too_late_tells_who_was_faster(staff: Client, line: Line, clerk: User) -> None:
    colleague = clerk_of(line.location, first_name="Jaan", last_name="Kask")
    ticket = waiting_ticket(line, by=clerk, first_name="Jane")
    lifecycle.call(ticket, by=colleague)

    response = step(staff, "call-ticket", ticket)

    assert response.status_code == 409
    assert response.content.decode().count("Jane is being served by Jaan Kask.") == 1


def test_too_late_under_htmx_is_a_message_beside_fresh_work(
    staff: Client, line: Line, clerk: User
) -> None:
    colleague = clerk_of(line.location, first_name="Jaan", last_name="Kask")
    ticket = waiting_ticket(line, by=clerk, first_name="Jane")
    lifecycle.call(ticket, by=colleague)
    url = reverse("tickets:call-ticket", args=[ticket.pk])

    response = staff.post(url, headers=HTMX)

    assert response.status_code == 200
    assert response.content.decode().count("Jane is being served by Jaan Kask.") == 1
    assert seen(response).waiting == []


def test_recall_submitted_twice_announces_once(staff: Client, called: Ticket) -> None:
    for _ in range(2):
        step(staff, "recall-ticket", called, once="token")

    assert Activity.objects.filter(event=EventName.RECALLED).count() == 1


def test_one_page_s_token_serves_each_of_its_forms(staff: Client, called: Ticket) -> None:
    step(staff, "recall-ticket", called, once="token")
    step(staff, "serve-ticket", called, once="token")

    called.refresh_from_db()
    assert called.status == Status.SERVED


@pytest.mark.parametrize("name", [*STEPS, "call-ticket", "forward-ticket", "cancel-ticket"])
def test_steps_do_not_exist_for_another_location(staff: Client, name: str) -> None:
    ticket = waiting_ticket(LineFactory.create())

    assert step(staff, name, ticket).status_code == 404


@pytest.mark.parametrize("name", [*STEPS, "call-ticket", "forward-ticket", "cancel-ticket"])
def test_steps_need_a_sign_in(client: Client, line: Line, name: str) -> None:
    ticket = waiting_ticket(line)

    response = step(client, name, ticket)

    assert response["Location"].startswith(reverse("tickets:sign-in"))
    ticket.refresh_from_db()
    assert ticket.status == Status.NEW


def test_call_records_the_line_that_a_colleague_just_changed(line: Line, clerk: User) -> None:
    other = LineFactory.create(location=line.location)
    stale = waiting_ticket(line, by=clerk)
    details.edit(Ticket.objects.get(pk=stale.pk), by=clerk, line=other)

    called = lifecycle.call(stale, by=clerk)

    assert (called.line, called.interactions.get().line) == (other, other)


def test_call_ignores_an_own_desk_that_was_switched_off(line: Line, clerk: User) -> None:
    clerk.desk = DeskFactory.create(location=line.location, is_active=False)
    clerk.save()

    called = lifecycle.call(waiting_ticket(line, by=clerk), by=clerk)

    assert (called.status, called.desk) == (Status.CALLED, None)
