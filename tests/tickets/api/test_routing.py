"""Forward, reorder, assign and unassign by a program: the effect, and each refusal by its code."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.factories import LineFactory, clerk_of, waiting_ticket
from tests.tickets.api.conftest import FORM, JSON, SUCCESS, post, program, refusal, reply, step
from tickets.actions import lifecycle, routing
from tickets.models import Activity, Line, Ticket, User


@pytest.fixture
def called(ticket: Ticket, clerk: User) -> Ticket:
    return lifecycle.call(ticket, by=clerk)


@pytest.fixture
def other_line(line: Line) -> Line:
    return LineFactory.create(location=line.location)


def send(api: Client, ticket: Ticket, name: str, how: str, **values: Any) -> Any:
    """One step, its values sent as a form, as JSON, or in the query."""
    path = f"/v1/tickets/{ticket.pk}/{name}"
    if how == "JSON":
        return reply(api.post(path, json.dumps(values), content_type=JSON))
    if how == "query":
        return reply(api.generic("POST", f"{path}?{urlencode(values)}"))
    return reply(api.post(path, urlencode(values), content_type=FORM))


each_way = pytest.mark.parametrize("how", ["form", "JSON", "query"])


def waiting(line: Line) -> list[Ticket]:
    return list(line.tickets.waiting().in_order())


@each_way
@pytest.mark.parametrize("named", ["id", "email"])
def test_forward_sends_a_called_ticket_to_another_line(
    api: Client, called: Ticket, other_line: Line, clerk: User, how: str, named: str
) -> None:
    user = clerk.pk if named == "id" else clerk.email

    body = send(api, called, "forward", how, line=other_line.pk, user=user)

    called.refresh_from_db()
    assert body == {"statusCode": 200}
    assert (called.status, called.line, called.called_at) == ("NEW", other_line, None)
    assert Activity.objects.latest("id").user == clerk


def test_forward_needs_no_user(api: Client, called: Ticket, other_line: Line) -> None:
    body = step(api, called, "forward", line=other_line.pk)

    called.refresh_from_db()
    assert (body, called.line) == ({"statusCode": 200}, other_line)


@pytest.mark.parametrize("kind", ["elsewhere", "nowhere"])
def test_forward_to_a_line_that_is_not_here_is_not_found(
    api: Client, called: Ticket, kind: str
) -> None:
    pk = LineFactory.create().pk if kind == "elsewhere" else 10**17

    response = post(api, f"/v1/tickets/{called.pk}/forward", line=pk)

    assert refusal(response) == (404, "not_found", "line")


@pytest.mark.parametrize("value", ["", "abc"])
def test_forward_to_no_line_is_refused(api: Client, ticket: Ticket, value: str) -> None:
    response = post(api, f"/v1/tickets/{ticket.pk}/forward", line=value)

    assert refusal(response) == (400, "parameter_invalid", "line")


def test_forward_to_a_closed_line_is_refused(api: Client, called: Ticket, other_line: Line) -> None:
    other_line.status = "DISABLED"
    other_line.save()

    response = post(api, f"/v1/tickets/{called.pk}/forward", line=other_line.pk)

    assert refusal(response) == (409, "line_closed", "line")


def test_forward_to_the_same_line_is_refused(api: Client, called: Ticket) -> None:
    response = post(api, f"/v1/tickets/{called.pk}/forward", line=called.line_id)

    assert refusal(response) == (409, "line_not_found", "line")


def test_forward_of_a_waiting_ticket_is_refused(
    api: Client, ticket: Ticket, other_line: Line
) -> None:
    response = post(api, f"/v1/tickets/{ticket.pk}/forward", line=other_line.pk)

    assert refusal(response) == (409, "ticket_status", "")


@each_way
def test_reorder_moves_a_ticket_behind_another(
    api: Client, line: Line, ticket: Ticket, clerk: User, how: str
) -> None:
    second, third = (waiting_ticket(line, by=clerk) for _ in range(2))

    body = send(api, third, "reorder", how, after=ticket.pk)

    rows = reply(api.get("/v1/tickets/search", {"line": line.pk}))["data"]
    rows.sort(key=lambda row: row.get("orderAfter", row["created"]["date"]))
    assert (body, waiting(line)) == (SUCCESS, [ticket, third, second])
    assert [int(row["id"]) for row in rows] == [ticket.pk, third.pk, second.pk]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [("", FORM), ("after=", FORM), ('{"after":null}', JSON), ('{"after":""}', JSON), ("{}", JSON)],
)
def test_reorder_after_nobody_makes_a_ticket_the_first(
    api: Client, line: Line, ticket: Ticket, clerk: User, body: str, content_type: str
) -> None:
    second = waiting_ticket(line, by=clerk)

    path = f"/v1/tickets/{second.pk}/reorder"
    result = reply(api.generic("POST", path, body, content_type=content_type))

    assert (result, waiting(line)) == (SUCCESS, [second, ticket])


@pytest.mark.parametrize("kind", ["elsewhere", "nowhere"])
def test_reorder_after_a_ticket_that_is_not_here_is_not_found(
    api: Client, ticket: Ticket, kind: str
) -> None:
    after = waiting_ticket(LineFactory.create()).pk if kind == "elsewhere" else 10**17

    response = post(api, f"/v1/tickets/{ticket.pk}/reorder", after=after)

    assert refusal(response) == (404, "not_found", "after")


def test_reorder_after_somebody_who_does_not_wait_is_refused(
    api: Client, line: Line, called: Ticket, clerk: User
) -> None:
    second = waiting_ticket(line, by=clerk)

    response = post(api, f"/v1/tickets/{second.pk}/reorder", after=called.pk)

    assert refusal(response) == (409, "other_location", "after")


def test_reorder_after_no_id_is_refused(api: Client, ticket: Ticket) -> None:
    response = post(api, f"/v1/tickets/{ticket.pk}/reorder", after="abc")

    assert refusal(response) == (400, "parameter_invalid", "after")


def test_reorder_of_a_called_ticket_is_refused(api: Client, called: Ticket) -> None:
    response = post(api, f"/v1/tickets/{called.pk}/reorder")

    assert refusal(response) == (409, "ticket_status", "")


@each_way
@pytest.mark.parametrize("named", ["pk", "email"])
def test_assign_is_shown_and_on_record_as_the_assigners(
    api: Client, ticket: Ticket, clerk: User, how: str, named: str
) -> None:
    assignee = clerk_of(ticket.location)
    values = {"assigner": getattr(clerk, named), "assignee": getattr(assignee, named)}

    body = send(api, ticket, "assign", how, **values)

    shown = reply(api.get(f"/v1/tickets/{ticket.pk}"))
    assert body == SUCCESS
    assert shown["assigned"] == {"assigner": clerk.pk, "assignee": assignee.pk}
    assert Activity.objects.latest("id").user == clerk


def test_assign_by_the_key_of_a_user_needs_no_assigner(ticket: Ticket, clerk: User) -> None:
    step(program(clerk), ticket, "assign", assignee=clerk.pk)

    ticket.refresh_from_db()
    assert (ticket.assigner, ticket.assignee) == (clerk, clerk)


def test_assign_by_the_key_of_somebody_else_is_refused(ticket: Ticket, clerk: User) -> None:
    other = clerk_of(ticket.location)

    response = post(
        program(clerk), f"/v1/tickets/{ticket.pk}/assign", assigner=other.pk, assignee=clerk.pk
    )

    assert refusal(response) == (400, "parameter_invalid", "assigner")


def test_assign_without_an_assigner_is_refused(api: Client, ticket: Ticket, clerk: User) -> None:
    response = post(api, f"/v1/tickets/{ticket.pk}/assign", assignee=clerk.pk)

    assert refusal(response) == (409, "user_required", "assigner")


def test_assign_to_nobody_is_refused(api: Client, ticket: Ticket, clerk: User) -> None:
    response = post(api, f"/v1/tickets/{ticket.pk}/assign", assigner=clerk.pk)

    assert refusal(response) == (400, "parameter_invalid", "assignee")


@pytest.mark.parametrize("kind", ["elsewhere", "switched off", "nowhere"])
def test_assign_to_somebody_who_is_not_here_is_refused_alike(
    api: Client, ticket: Ticket, clerk: User, kind: str
) -> None:
    people = {
        "elsewhere": lambda: clerk_of(LineFactory.create().location).pk,
        "switched off": lambda: clerk_of(ticket.location, is_active=False).pk,
        "nowhere": lambda: "nobody@example.org",
    }

    response = post(
        api, f"/v1/tickets/{ticket.pk}/assign", assigner=clerk.pk, assignee=people[kind]()
    )

    assert refusal(response) == (409, "assignee_not_here", "assignee")


def test_assign_of_a_served_ticket_is_refused(api: Client, called: Ticket, clerk: User) -> None:
    lifecycle.serve(called, by=clerk)

    response = post(api, f"/v1/tickets/{called.pk}/assign", assigner=clerk.pk, assignee=clerk.pk)

    assert refusal(response) == (409, "ticket_status", "")


@each_way
def test_unassign_gives_a_ticket_back_to_everybody(
    api: Client, ticket: Ticket, clerk: User, how: str
) -> None:
    routing.assign(ticket, assignee=clerk, by=clerk)

    body = send(api, ticket, "unassign", how, user=clerk.email)

    shown = reply(api.get(f"/v1/tickets/{ticket.pk}"))
    assert (body, "assigned" in shown) == (SUCCESS, False)


def test_unassign_of_a_called_ticket_is_refused(api: Client, called: Ticket, clerk: User) -> None:
    routing.assign(called, assignee=clerk, by=clerk)

    response = post(api, f"/v1/tickets/{called.pk}/unassign", user=clerk.pk)

    assert refusal(response) == (409, "ticket_status", "")


@pytest.mark.parametrize("name", ["forward", "reorder", "unassign"])
def test_a_user_who_does_not_work_here_is_refused(
    api: Client, called: Ticket, other_line: Line, name: str
) -> None:
    response = post(
        api, f"/v1/tickets/{called.pk}/{name}", line=other_line.pk, user="who@example.org"
    )

    assert refusal(response) == (400, "parameter_invalid", "user")
