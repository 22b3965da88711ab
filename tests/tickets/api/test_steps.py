"""Every step of a visit, taken by a program: the reply, what becomes of the ticket, each refusal."""

import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.factories import DeskFactory, LineFactory, clerk_of, waiting_ticket
from tests.tickets.api.conftest import JSON, SUCCESS, post, program, reply, step
from tickets.actions import lifecycle, routing
from tickets.models import Activity, Desk, Line, Ticket, User
from tickets.states import Status


@pytest.fixture
def called(ticket: Ticket, clerk: User) -> Ticket:
    return lifecycle.call(ticket, by=clerk)


def test_call_shows_the_called_ticket(api: Client, ticket: Ticket, clerk: User, line: Line) -> None:
    desk = DeskFactory.create(location=line.location)

    body = step(api, ticket, "call", user=clerk.pk, desk=desk.pk)

    date = body["called"].pop("date")
    assert body == reply(api.get(f"/v1/tickets/{ticket.pk}")) | {"called": body["called"]}
    assert (body["status"], body["called"]) == ("CALLED", {"caller": clerk.pk, "desk": desk.pk})
    assert date.endswith("Z")


def test_call_goes_on_record_as_the_program_for_the_user(
    api: Client, ticket: Ticket, clerk: User
) -> None:
    step(api, ticket, "call", user=clerk.pk)

    activity = Activity.objects.filter(ticket=ticket).latest("id")
    assert (activity.event, activity.actor_type, activity.user) == ("ticket.called", "KEY", clerk)
    assert activity.key is not None


def test_call_takes_the_user_by_email(api: Client, ticket: Ticket, clerk: User) -> None:
    body = step(api, ticket, "call", user=clerk.email.upper())

    assert body["called"]["caller"] == clerk.pk


def test_call_with_the_key_of_a_user_needs_no_user(ticket: Ticket, clerk: User) -> None:
    body = step(program(clerk), ticket, "call")

    assert body["called"]["caller"] == clerk.pk


@pytest.mark.parametrize("name", ["call", "cancel"])
def test_step_without_a_user_is_refused_where_the_ticket_records_one(
    api: Client, ticket: Ticket, name: str
) -> None:
    body = step(api, ticket, name)

    assert (body["statusCode"], body["code"], body["param"]) == (409, "user_required", "user")


@pytest.mark.parametrize("kind", ["elsewhere", "switched off", "nowhere"])
def test_call_to_a_desk_that_is_not_here_is_refused_alike(
    api: Client, ticket: Ticket, clerk: User, kind: str
) -> None:
    desks = {
        "elsewhere": lambda: DeskFactory.create().pk,
        "switched off": lambda: DeskFactory.create(location=ticket.location, is_active=False).pk,
        "nowhere": lambda: 10**17,
    }

    body = step(api, ticket, "call", user=clerk.pk, desk=desks[kind]())

    assert (body["statusCode"], body["code"], body["param"]) == (409, "desk_not_found", "desk")
    assert not Desk.objects.filter(clerks=clerk).exists()


@pytest.mark.parametrize("kept", [None, "false", "False", "true", "TRUE", True, False])
def test_call_serves_who_was_called_before_unless_told_to_keep_them(
    api: Client, line: Line, called: Ticket, clerk: User, kept: object
) -> None:
    values = {} if kept is None else {"keepActiveTicketsOpen": kept}
    second = waiting_ticket(line, by=clerk)

    body = json.dumps({"user": clerk.pk, **values})
    api.post(f"/v1/tickets/{second.pk}/call", body, content_type=JSON)

    called.refresh_from_db()
    is_kept = str(kept).lower() == "true"
    assert called.status == (Status.CALLED if is_kept else Status.SERVED)


def test_call_next_takes_the_first_of_all_the_lines(api: Client, line: Line, clerk: User) -> None:
    other = LineFactory.create(location=line.location)
    first, _second = waiting_ticket(other, by=clerk), waiting_ticket(line, by=clerk)

    body = reply(post(api, "/v1/tickets/call", lines=f"{line.pk},{other.pk}", user=clerk.pk))

    assert (body["id"], body["status"]) == (str(first.pk), "CALLED")


def test_call_next_skips_who_is_assigned_to_somebody_else(
    api: Client, line: Line, ticket: Ticket, clerk: User
) -> None:
    routing.assign(ticket, assignee=clerk_of(line.location), by=clerk)
    second = waiting_ticket(line, by=clerk)

    body = reply(post(api, "/v1/tickets/call", lines=line.pk, user=clerk.pk))

    assert body["id"] == str(second.pk)


def test_call_next_with_nobody_waiting_has_no_id_and_changes_nothing(
    api: Client, line: Line, called: Ticket, clerk: User
) -> None:
    body = reply(post(api, "/v1/tickets/call", lines=line.pk, user=clerk.pk))

    called.refresh_from_db()
    assert (body, called.status) == ({"statusCode": 200}, Status.CALLED)


def test_call_next_without_lines_is_refused(api: Client, clerk: User) -> None:
    body = reply(post(api, "/v1/tickets/call", user=clerk.pk))

    assert (body["statusCode"], body["param"]) == (400, "lines")


@pytest.mark.parametrize("kind", ["elsewhere", "nowhere"])
def test_call_next_of_a_line_out_of_reach_is_not_found(line: Line, clerk: User, kind: str) -> None:
    pk = LineFactory.create().pk if kind == "elsewhere" else 10**17

    body = reply(post(program(clerk), "/v1/tickets/call", lines=f"{line.pk},{pk}"))

    assert (body["statusCode"], body["code"], body["param"]) == (404, "not_found", "lines")


@pytest.mark.parametrize(
    ("name", "status"),
    [("recall", "CALLED"), ("markserved", "SERVED"), ("marknoshow", "NOSHOW")],
)
def test_step_of_a_called_ticket_succeeds(
    api: Client, called: Ticket, name: str, status: str
) -> None:
    body = step(api, called, name)

    called.refresh_from_db()
    assert (body, called.status) == (SUCCESS, status)


def test_cancel_takes_a_waiting_ticket_out_of_the_line(
    api: Client, ticket: Ticket, clerk: User
) -> None:
    body = step(api, ticket, "cancel", user=clerk.pk)

    ticket.refresh_from_db()
    assert (body, ticket.status) == (SUCCESS, "CANCELLED_BY_CLERK")


@pytest.mark.parametrize(("position", "index"), [("FIRST", 0), ("LAST", 2)])
@pytest.mark.parametrize("where", ["query", "body"])
def test_return_to_queue_puts_the_ticket_first_or_last(
    api: Client, line: Line, called: Ticket, clerk: User, position: str, index: int, where: str
) -> None:
    for _ in range(2):
        waiting_ticket(line, by=clerk)
    values = {"position": position, "user": clerk.pk}

    if where == "query":
        body = step(api, called, f"returntoqueue?{urlencode(values)}")
    else:
        body = step(api, called, "returntoqueue", **values)

    shown = reply(api.get(f"/v1/tickets/{called.pk}"))
    assert body == SUCCESS
    assert list(line.tickets.waiting().in_order()).index(called) == index
    assert "called" not in shown
    assert [each["user"] for each in shown["interactions"]] == [clerk.pk]


@pytest.mark.parametrize("values", [{}, {"position": "MIDDLE"}])
def test_return_to_queue_without_a_position_is_refused(
    api: Client, called: Ticket, clerk: User, values: dict[str, str]
) -> None:
    body = step(api, called, "returntoqueue", user=clerk.pk, **values)

    assert (body["statusCode"], body["param"]) == (400, "position")


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (Status.CALLED, "call"),
        (Status.CALLED, "cancel"),
        (Status.NEW, "recall"),
        (Status.NEW, "markserved"),
        (Status.NEW, "marknoshow"),
        (Status.NEW, "returntoqueue?position=LAST"),
    ],
)
def test_step_from_the_wrong_status_is_refused_with_a_code(
    line: Line, clerk: User, status: Status, name: str
) -> None:
    ticket = waiting_ticket(line, by=clerk)
    if status == Status.CALLED:
        lifecycle.call(ticket, by=clerk)
    before = Ticket.objects.filter(pk=ticket.pk).values().get()

    body = step(program(clerk), ticket, name)

    assert (body["statusCode"], body["code"]) == (409, "ticket_status")
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before


def test_create_in_a_closed_line_is_refused_with_a_code(api: Client, line: Line) -> None:
    line.status = "DISABLED"
    line.save()

    body = reply(post(api, f"/v1/lines/{line.pk}/ticket", firstName="Jane"))

    assert (body["statusCode"], body["code"], body["param"]) == (409, "line_closed", "line")
