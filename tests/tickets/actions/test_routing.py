"""Forward, reorder, assign, unassign: what each changes, and when it refuses."""

from threading import Event
from time import sleep

import pytest
from django.db import transaction

from tests.conftest import Threads
from tests.factories import LineFactory, UserFactory, clerk_of
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import history, latest
from tickets.actions import lifecycle, lines, programs, routing
from tickets.exceptions import (
    AssigneeNotHere,
    LineClosed,
    LineNotFound,
    NotSameLocation,
    TicketStatus,
    TransitionNotAllowed,
    UserRequired,
)
from tickets.models import Actor, RoleType, Ticket
from tickets.states import Outcome, Status


def waiting_ids(office: Office) -> list[int]:
    tickets = Ticket.objects.waiting().filter(location=office.location)
    return list(tickets.in_order().values_list("pk", flat=True))


def test_forward_keeps_the_earned_place_and_clears_the_rest(office: Office) -> None:
    ticket = routing.assign(office.waiting(), assignee=office.clerk, by=office.clerk)
    later = office.waiting(office.other_line)
    lifecycle.call(ticket, by=office.clerk, desk=office.desk)

    routing.forward(ticket, line=office.other_line, by=office.clerk)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.line) == (Status.NEW, office.other_line)
    assert (ticket.called_at, ticket.caller, ticket.desk) == (None, None, None)
    assert (ticket.assigner, ticket.assignee, ticket.order_after) == (None, None, None)
    assert waiting_ids(office) == [ticket.pk, later.pk]
    interaction = ticket.interactions.get()
    assert (interaction.line, interaction.outcome) == (office.line, Outcome.FORWARDED)


def test_forward_to_a_closed_line_is_refused(office: Office) -> None:
    ticket = office.called()
    lines.disable(office.other_line, by=office.clerk)

    with pytest.raises(LineClosed):
        routing.forward(ticket, line=office.other_line, by=office.clerk)

    assert ticket.interactions.get().ended_at is None


def test_forward_to_another_location_is_refused(office: Office) -> None:
    with pytest.raises(LineNotFound):
        routing.forward(office.called(), line=LineFactory.create(), by=office.clerk)


def test_forward_to_the_same_line_is_refused(office: Office) -> None:
    with pytest.raises(LineNotFound):
        routing.forward(office.called(), line=office.line, by=office.clerk)


def test_forward_of_a_waiting_visitor_is_refused(office: Office) -> None:
    with pytest.raises(TransitionNotAllowed):
        routing.forward(office.waiting(), line=office.other_line, by=office.clerk)


def test_reorder_comes_right_behind_the_other(office: Office) -> None:
    first, second, third = (office.waiting() for _ in range(3))

    routing.reorder(third, after=first, by=office.clerk)

    assert waiting_ids(office) == [first.pk, third.pk, second.pk]


def test_reorder_behind_somebody_of_another_line_keeps_the_line(office: Office) -> None:
    other = office.waiting(office.other_line)
    second, third = office.waiting(), office.waiting()

    routing.reorder(third, after=other, by=office.clerk)

    assert waiting_ids(office) == [other.pk, third.pk, second.pk]
    assert Ticket.objects.get(pk=third.pk).line == office.line


def test_reorder_behind_oneself_changes_no_place(office: Office) -> None:
    first, second = office.waiting(), office.waiting()

    routing.reorder(first, after=first, by=office.clerk)

    assert waiting_ids(office) == [first.pk, second.pk]
    assert Ticket.objects.get(pk=first.pk).order_after is None


def test_reorder_to_the_front_is_first_of_the_own_line(office: Office) -> None:
    other = office.waiting(office.other_line)
    first, second = office.waiting(), office.waiting()

    routing.reorder(second, after=None, by=office.clerk)

    ids = waiting_ids(office)
    assert [pk for pk in ids if pk != other.pk] == [second.pk, first.pk]


def test_reorder_of_the_first_to_the_front_keeps_the_earned_place(office: Office) -> None:
    first, other, _second = (
        office.waiting(),
        office.waiting(office.other_line),
        office.waiting(),
    )

    routing.reorder(first, after=None, by=office.clerk)

    assert waiting_ids(office)[:2] == [first.pk, other.pk]
    assert Ticket.objects.get(pk=first.pk).order_after is None


def test_reorder_of_a_called_visitor_is_refused(office: Office) -> None:
    with pytest.raises(TicketStatus):
        routing.reorder(office.called(), after=None, by=office.clerk)


def test_reorder_behind_a_called_visitor_is_refused(office: Office) -> None:
    called = office.called()

    with pytest.raises(NotSameLocation):
        routing.reorder(office.waiting(), after=called, by=office.clerk)


def test_reorder_behind_a_visitor_whose_clerk_calls_the_next_one_waits_for_nobody(
    office: Office, in_threads: Threads
) -> None:
    served, waiting = office.called(), office.waiting()
    is_held = Event()

    def reorder() -> Ticket:
        with transaction.atomic():
            waiting.lock()
            is_held.set()
            sleep(0.3)  # in which the call holds whom it serves and comes to wait for `waiting`
            return routing.reorder(waiting, after=served, by=office.clerk)

    def call() -> Ticket:
        is_held.wait(5)
        return lifecycle.call(Ticket.objects.get(pk=waiting.pk), by=office.clerk)

    reordered, called = in_threads(reorder, call)

    assert (type(reordered), called) == (NotSameLocation, waiting)


def test_reorder_behind_somebody_of_another_location_is_refused(office: Office) -> None:
    line = LineFactory.create()
    elsewhere = office.waiting(line)

    with pytest.raises(NotSameLocation):
        routing.reorder(office.waiting(), after=elsewhere, by=office.clerk)


def test_assign_names_both(office: Office) -> None:
    ticket = routing.assign(office.waiting(), assignee=office.colleague, by=office.clerk)

    ticket.refresh_from_db()
    assert (ticket.assigner, ticket.assignee) == (office.clerk, office.colleague)


def test_assign_of_a_called_visitor_is_done(office: Office) -> None:
    ticket = routing.assign(office.called(), assignee=office.colleague, by=office.clerk)

    assert ticket.assignee == office.colleague


def test_assign_to_an_administrator_is_done(office: Office) -> None:
    admin = UserFactory.create()
    admin.roles.create(type=RoleType.ADMIN)

    assert routing.assign(office.waiting(), assignee=admin, by=office.clerk).assignee == admin


def test_assign_to_somebody_of_another_location_is_refused(office: Office) -> None:
    stranger = clerk_of(LineFactory.create().location)

    with pytest.raises(AssigneeNotHere):
        routing.assign(office.waiting(), assignee=stranger, by=office.clerk)


def test_assign_to_somebody_switched_off_is_refused(office: Office) -> None:
    gone = clerk_of(office.location, is_active=False)

    with pytest.raises(AssigneeNotHere):
        routing.assign(office.waiting(), assignee=gone, by=office.clerk)


def test_assign_of_a_served_visitor_is_refused(office: Office) -> None:
    ticket = office.served()

    with pytest.raises(TicketStatus, match="Jane Doe was served by"):
        routing.assign(ticket, assignee=office.clerk, by=office.clerk)

    assert history(ticket)[-1] == "ticket.served"


def test_assign_by_a_key_without_user_is_refused(office: Office) -> None:
    key, _secret = programs.issue_key(name="Import")

    with pytest.raises(UserRequired):
        routing.assign(office.waiting(), assignee=office.clerk, by=Actor.program(key, None))


def test_unassign_gives_the_visitor_back(office: Office) -> None:
    ticket = routing.assign(office.waiting(), assignee=office.colleague, by=office.clerk)

    routing.unassign(ticket, by=office.clerk)

    ticket.refresh_from_db()
    assert (ticket.assigner, ticket.assignee) == (None, None)
    assert latest(ticket).changes == {
        "assigner_id": [office.clerk.pk, None],
        "assignee_id": [office.colleague.pk, None],
    }


def test_unassign_of_a_called_visitor_is_refused(office: Office) -> None:
    with pytest.raises(TicketStatus):
        routing.unassign(office.called(), by=office.clerk)
