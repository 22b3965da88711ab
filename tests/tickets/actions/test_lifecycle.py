"""Call, recall, serve, no-show, return, rejoin, cancel: what each changes, and when it refuses."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import DeskFactory, InputFieldFactory, LocationFactory
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import history, latest
from tickets import instants
from tickets.actions import details, intake, lifecycle, programs, routing
from tickets.actions.extras import ExtraValue
from tickets.exceptions import (
    DeskNotFound,
    DeskRequired,
    MandatoryFieldMissing,
    RejoinTooLate,
    TicketStatus,
    TransitionNotAllowed,
    UserRequired,
)
from tickets.models import SYSTEM, VISITOR, Actor, ActorType, Ticket
from tickets.states import Outcome, Status


def waiting_ids(office: Office) -> list[int]:
    tickets = Ticket.objects.waiting().filter(location=office.location)
    return list(tickets.in_order().values_list("pk", flat=True))


def test_call_takes_the_visitor_to_the_desk(office: Office) -> None:
    ticket = office.waiting()

    lifecycle.call(ticket, by=office.clerk, desk=office.desk)

    ticket.refresh_from_db()
    interaction = ticket.interactions.get()
    assert ticket.status == Status.CALLED
    assert (ticket.caller, ticket.desk) == (office.clerk, office.desk)
    assert (interaction.user, interaction.desk) == (office.clerk, office.desk)
    assert interaction.line == office.line
    assert interaction.started_at == ticket.called_at
    assert (interaction.ended_at, interaction.outcome) == (None, "")
    assert latest(ticket).interaction == interaction


def test_call_without_desk_uses_the_callers_own(office: Office) -> None:
    office.clerk.desk = office.desk
    office.clerk.save()

    ticket = lifecycle.call(office.waiting(), by=office.clerk)

    assert ticket.desk == office.desk


def test_call_leaves_out_the_callers_desk_in_another_location(office: Office) -> None:
    office.clerk.desk = DeskFactory.create()
    office.clerk.save()

    ticket = lifecycle.call(office.waiting(), by=office.clerk)

    assert ticket.desk is None


def test_call_to_a_desk_of_another_location_is_refused(office: Office) -> None:
    ticket = office.waiting()

    with pytest.raises(DeskNotFound):
        lifecycle.call(ticket, by=office.clerk, desk=DeskFactory.create())

    assert history(ticket) == ["ticket.created"]


def test_call_to_a_closed_desk_is_refused(office: Office) -> None:
    closed = DeskFactory.create(location=office.location, is_active=False)

    with pytest.raises(DeskNotFound):
        lifecycle.call(office.waiting(), by=office.clerk, desk=closed)


def test_call_without_the_required_desk_is_refused(office: Office) -> None:
    ticket = office.waiting()
    ticket.location.is_desk_required = True
    ticket.location.save()

    with pytest.raises(DeskRequired):
        lifecycle.call(ticket, by=office.clerk)


def test_call_by_a_key_without_user_is_refused(office: Office) -> None:
    key, _secret = programs.issue_key(name="Import")

    with pytest.raises(UserRequired):
        lifecycle.call(office.waiting(), by=Actor.program(key, None))


def test_call_by_a_key_for_a_user_names_both(office: Office) -> None:
    key, _secret = programs.issue_key(name="Import")

    ticket = lifecycle.call(office.waiting(), by=Actor.program(key, office.clerk))

    assert ticket.caller == office.clerk
    assert latest(ticket).actor_type == ActorType.KEY
    assert (latest(ticket).key, latest(ticket).user) == (key, office.clerk)


def test_call_of_a_called_visitor_says_who_was_faster(office: Office) -> None:
    ticket = office.waiting()
    late = Ticket.objects.get(pk=ticket.pk)
    lifecycle.call(ticket, by=office.colleague, desk=office.desk)

    with pytest.raises(TransitionNotAllowed) as refusal:
        lifecycle.call(late, by=office.clerk)

    assert str(refusal.value.message) == (
        "Only a visitor who is waiting can be called. "
        f"Jane Doe is being served by {office.colleague} at {office.desk}."
    )


def test_call_keeps_the_assignment_to_somebody_else(office: Office) -> None:
    ticket = routing.assign(office.waiting(), assignee=office.colleague, by=office.clerk)

    lifecycle.call(ticket, by=office.clerk)

    ticket.refresh_from_db()
    assert (ticket.caller, ticket.assignee) == (office.clerk, office.colleague)


def test_call_serves_the_callers_visitor_before(office: Office) -> None:
    before = lifecycle.call(office.waiting(), by=office.clerk)
    told = latest(before).location.version

    ticket = lifecycle.call(office.waiting(), by=office.clerk)

    before.refresh_from_db()
    assert before.status == Status.SERVED
    assert before.interactions.get().outcome == Outcome.SERVED
    assert history(before) == ["ticket.created", "ticket.called", "ticket.served"]
    assert latest(before).part_of == latest(ticket)
    assert latest(before).location.version == told + 3  # a sign-in, a call, a service


def test_call_leaves_others_visitors_and_other_locations(office: Office) -> None:
    theirs = lifecycle.call(office.waiting(), by=office.colleague)
    elsewhere = lifecycle.call(elsewhere_waiting(office), by=office.clerk)

    lifecycle.call(office.waiting(), by=office.clerk)

    statuses = [Ticket.objects.get(pk=ticket.pk).status for ticket in (theirs, elsewhere)]
    assert statuses == [Status.CALLED, Status.CALLED]


def elsewhere_waiting(office: Office) -> Ticket:
    location = LocationFactory.create()
    line = location.lines.create(name="Elsewhere", letter="E", color="000000")
    return intake.create(line, by=office.clerk)


def test_call_kept_open_leaves_the_callers_visitor_before(office: Office) -> None:
    before = lifecycle.call(office.waiting(), by=office.clerk)

    lifecycle.call(office.waiting(), by=office.clerk, keep_open=True)

    assert Ticket.objects.get(pk=before.pk).status == Status.CALLED


def test_call_refused_leaves_the_callers_visitor_before(office: Office) -> None:
    before = lifecycle.call(office.waiting(), by=office.clerk)
    taken = lifecycle.call(office.waiting(), by=office.colleague)

    with pytest.raises(TransitionNotAllowed):
        lifecycle.call(taken, by=office.clerk)

    assert Ticket.objects.get(pk=before.pk).status == Status.CALLED


def test_call_is_refused_while_the_visitor_before_lacks_an_answer(office: Office) -> None:
    lifecycle.call(office.waiting(), by=office.clerk)
    ticket = office.waiting()
    InputFieldFactory.create(
        location=office.location, title="Result", is_mandatory_before_served=True
    )

    with pytest.raises(MandatoryFieldMissing):
        lifecycle.call(ticket, by=office.clerk)

    assert Ticket.objects.get(pk=ticket.pk).status == Status.NEW


def test_call_never_starts_before_the_interaction_before_it(office: Office) -> None:
    ticket = office.called()
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False):
        lifecycle.return_to_queue(ticket, position="LAST", by=office.clerk)

    lifecycle.call(ticket, by=office.clerk)  # the clock is an hour back again

    first, second = ticket.interactions.order_by("id")
    assert second.started_at == first.ended_at
    assert second.ended_at is None


def test_call_never_starts_before_the_sign_in(office: Office) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        ticket = office.waiting()

    lifecycle.call(ticket, by=office.clerk)

    assert ticket.called_at == ticket.created_at


def test_service_never_ends_before_it_began(office: Office) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        ticket = office.called()

    lifecycle.serve(ticket, by=office.clerk)

    assert ticket.served_at == ticket.called_at == ticket.interactions.get().ended_at


def test_recall_changes_neither_call_nor_interaction(office: Office) -> None:
    ticket = office.called()
    before = (ticket.called_at, list(ticket.interactions.values()))

    lifecycle.recall(ticket, by=office.colleague)

    ticket.refresh_from_db()
    assert (ticket.called_at, list(ticket.interactions.values())) == before
    assert latest(ticket).user == office.colleague


def test_recall_of_a_waiting_visitor_is_refused(office: Office) -> None:
    with pytest.raises(TicketStatus, match="Jane Doe is waiting"):
        lifecycle.recall(office.waiting(), by=office.clerk)


def test_serve_ends_the_interaction(office: Office) -> None:
    ticket = office.called()

    lifecycle.serve(ticket, by=office.clerk)

    ticket.refresh_from_db()
    interaction = ticket.interactions.get()
    assert ticket.status == Status.SERVED
    assert interaction.outcome == Outcome.SERVED
    assert interaction.ended_at == ticket.served_at
    assert interaction.started_at == ticket.called_at
    assert ticket.caller == office.clerk


def test_serve_by_a_colleague_leaves_the_caller(office: Office) -> None:
    ticket = lifecycle.serve(office.called(), by=office.colleague)

    assert ticket.caller == office.clerk
    assert ticket.interactions.get().user == office.clerk
    assert latest(ticket).user == office.colleague


@pytest.mark.parametrize("arrange", [Office.waiting, Office.served, Office.no_show])
def test_serve_of_somebody_not_called_is_refused(office: Office, arrange: object) -> None:
    assert callable(arrange)

    with pytest.raises(TransitionNotAllowed):
        lifecycle.serve(arrange(office), by=office.clerk)


def test_serve_without_a_mandatory_answer_is_refused(office: Office) -> None:
    ticket = office.called()
    InputFieldFactory.create(
        location=office.location, title="Result", is_mandatory_before_served=True
    )

    with pytest.raises(MandatoryFieldMissing) as refusal:
        lifecycle.serve(ticket, by=office.clerk)

    assert refusal.value.param == "Result"
    assert ticket.interactions.get().ended_at is None


def test_serve_without_a_mandatory_column_is_refused(office: Office) -> None:
    ticket = office.called()
    InputFieldFactory.create(
        location=office.location,
        type="PHONE_NUMBER",
        title="Phone",
        is_mandatory_before_served=True,
    )

    with pytest.raises(MandatoryFieldMissing):
        lifecycle.serve(ticket, by=office.clerk)


def test_serve_with_the_mandatory_answer_is_done(office: Office) -> None:
    InputFieldFactory.create(
        location=office.location, title="Result", is_mandatory_before_served=True
    )
    ticket = details.edit(
        office.called(), extras=[ExtraValue(title="RESULT", value="done")], by=office.clerk
    )

    lifecycle.serve(ticket, by=office.clerk)

    assert ticket.status == Status.SERVED


def test_serve_of_a_waiting_visitor_names_the_status_before_any_answer(office: Office) -> None:
    InputFieldFactory.create(
        location=office.location, title="Result", is_mandatory_before_served=True
    )

    with pytest.raises(TransitionNotAllowed):
        lifecycle.serve(office.waiting(), by=office.clerk)


def test_serve_by_the_system_asks_nothing(office: Office) -> None:
    ticket = office.called()
    InputFieldFactory.create(location=office.location, is_mandatory_before_served=True)

    lifecycle.serve(ticket, by=SYSTEM)

    assert ticket.status == Status.SERVED


def test_no_show_keeps_who_called(office: Office) -> None:
    ticket = lifecycle.mark_no_show(office.called(), by=office.clerk)

    ticket.refresh_from_db()
    assert ticket.status == Status.NOSHOW
    assert (ticket.caller, ticket.desk) == (office.clerk, office.desk)
    assert ticket.interactions.get().outcome == Outcome.NOSHOW


def test_no_show_of_a_waiting_visitor_is_refused(office: Office) -> None:
    with pytest.raises(TransitionNotAllowed):
        lifecycle.mark_no_show(office.waiting(), by=office.clerk)


def test_return_first_comes_before_the_first_of_the_line(office: Office) -> None:
    ticket = office.waiting()
    first = office.waiting()
    routing.reorder(first, after=None, by=office.clerk)
    office.waiting()
    lifecycle.call(ticket, by=office.clerk)

    lifecycle.return_to_queue(ticket, position="FIRST", by=office.clerk)

    assert waiting_ids(office)[:2] == [ticket.pk, first.pk]


def test_return_first_of_the_earliest_keeps_the_earned_place(office: Office) -> None:
    ticket = office.called()
    office.waiting()

    lifecycle.return_to_queue(ticket, position="FIRST", by=office.clerk)

    ticket.refresh_from_db()
    assert ticket.order_after is None


def test_return_first_to_an_empty_line_keeps_the_place(office: Office) -> None:
    ticket = lifecycle.return_to_queue(office.called(), position="FIRST", by=office.clerk)

    assert ticket.order_after is None


def test_return_last_comes_behind_the_last_of_the_line(office: Office) -> None:
    ticket = office.called()
    others = [office.waiting() for _ in range(3)]

    lifecycle.return_to_queue(ticket, position="LAST", by=office.clerk)

    assert waiting_ids(office) == [*(other.pk for other in others), ticket.pk]


def test_return_last_comes_behind_somebody_moved_past_now(office: Office) -> None:
    ticket = office.called()
    late = office.waiting()
    Ticket.objects.filter(pk=late.pk).update(order_after=instants.now() + timedelta(minutes=1))

    lifecycle.return_to_queue(ticket, position="LAST", by=office.clerk)

    assert waiting_ids(office) == [late.pk, ticket.pk]


def test_return_last_behind_one_of_the_same_instant(office: Office) -> None:
    ticket = office.called()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1), tick=False):
        later = office.waiting()
        lifecycle.return_to_queue(ticket, position="LAST", by=office.clerk)

    assert waiting_ids(office) == [later.pk, ticket.pk]


def test_return_clears_the_call_and_keeps_the_assignment(office: Office) -> None:
    ticket = routing.assign(office.called(), assignee=office.colleague, by=office.clerk)

    lifecycle.return_to_queue(ticket, position="LAST", by=office.clerk)

    ticket.refresh_from_db()
    assert ticket.status == Status.NEW
    assert (ticket.called_at, ticket.caller, ticket.desk) == (None, None, None)
    assert (ticket.assigner, ticket.assignee) == (office.clerk, office.colleague)
    assert ticket.interactions.get().outcome == Outcome.RETURNED


def test_return_by_a_key_without_user_is_refused(office: Office) -> None:
    key, _secret = programs.issue_key(name="Import")

    with pytest.raises(UserRequired):
        lifecycle.return_to_queue(office.called(), position="LAST", by=Actor.program(key, None))


def test_return_of_a_waiting_visitor_is_refused(office: Office) -> None:
    with pytest.raises(TransitionNotAllowed):
        lifecycle.return_to_queue(office.waiting(), position="LAST", by=office.clerk)


def test_rejoin_goes_to_the_end_of_the_line(office: Office) -> None:
    ticket = office.no_show()
    other = office.waiting()

    lifecycle.rejoin(ticket, by=office.clerk)

    ticket.refresh_from_db()
    assert waiting_ids(office) == [other.pk, ticket.pk]
    assert (ticket.called_at, ticket.caller, ticket.desk) == (None, None, None)
    assert ticket.interactions.get().outcome == Outcome.NOSHOW


@pytest.mark.parametrize(
    ("after", "status"), [(timedelta(minutes=10), "NEW"), (timedelta(minutes=10.01), "NOSHOW")]
)
def test_rejoin_by_the_visitor_is_possible_for_ten_minutes(
    office: Office, after: timedelta, status: str
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        ticket = office.no_show()
        clock.shift(after)

        with suppress(RejoinTooLate):
            lifecycle.rejoin(ticket, by=VISITOR)

    assert Ticket.objects.get(pk=ticket.pk).status == status


def test_rejoin_by_a_clerk_is_always_possible(office: Office) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=5)):
        ticket = office.no_show()

    lifecycle.rejoin(ticket, by=office.clerk)

    assert ticket.status == Status.NEW


def test_rejoin_twice_by_the_visitor_says_that_they_wait(office: Office) -> None:
    ticket = lifecycle.rejoin(office.no_show(), by=VISITOR)

    with pytest.raises(TransitionNotAllowed, match="Jane Doe is waiting"):
        lifecycle.rejoin(ticket, by=VISITOR)


def test_rejoin_of_a_served_visitor_is_refused(office: Office) -> None:
    with pytest.raises(TransitionNotAllowed):
        lifecycle.rejoin(office.served(), by=office.clerk)


@pytest.mark.parametrize("by", [VISITOR, SYSTEM])
def test_cancel_says_who_did_it(office: Office, by: Actor) -> None:
    ticket = lifecycle.cancel(office.waiting(), by=by)

    assert ticket.status == Status.CANCELLED_BY_CLERK
    assert latest(ticket).actor_type == by.type


def test_cancel_by_a_key_without_user_is_refused(office: Office) -> None:
    key, _secret = programs.issue_key(name="Import")

    with pytest.raises(UserRequired):
        lifecycle.cancel(office.waiting(), by=Actor.program(key, None))


def test_cancel_of_a_called_visitor_says_to_which_desk(office: Office) -> None:
    with pytest.raises(TransitionNotAllowed, match=f"by {office.clerk} at {office.desk}"):
        lifecycle.cancel(office.called(), by=VISITOR)
