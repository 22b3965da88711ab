"""Undo: everything as it was before the step, and when that is refused."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from tests.conftest import Threads
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import STEPS, Step, history, label_values, latest, state_of
from tickets.actions import details, labels, lifecycle, messages, programs, routing, staff, undo
from tickets.actions.extras import ExtraValue
from tickets.exceptions import (
    AssigneeNotHere,
    NotUndoable,
    UndoConflict,
    UndoNotYours,
    UndoTooLate,
    UserRequired,
)
from tickets.models import SYSTEM, Activity, Actor, EventName, Message, Ticket
from tickets.states import Status

UNDOABLE = {name: step for name, step in STEPS.items() if name not in ("recall", "external data")}

each_undoable = pytest.mark.parametrize("step", UNDOABLE.values(), ids=UNDOABLE.keys())


@each_undoable
def test_undo_restores_the_visit_exactly(step: Step, office: Office) -> None:
    ticket = step.arrange(office)
    before = state_of(ticket)
    step.take(ticket, office)
    activity = latest(ticket)

    undo.undo(activity, by=office.clerk)

    assert state_of(ticket) == before
    assert history(ticket)[-1] == EventName.UNDONE
    assert latest(ticket).undoes == activity
    connection.check_constraints()


@each_undoable
def test_undo_twice_is_refused(step: Step, office: Office) -> None:
    ticket = step.arrange(office)
    step.take(ticket, office)
    activity = latest(ticket)
    undo.undo(activity, by=office.clerk)
    before = (state_of(ticket), history(ticket))

    with pytest.raises(NotUndoable):
        undo.undo(Activity.objects.get(pk=activity.pk), by=office.clerk)

    assert (state_of(ticket), history(ticket)) == before


@each_undoable
def test_undo_of_somebody_elses_step_is_refused(step: Step, office: Office) -> None:
    ticket = step.arrange(office)
    step.take(ticket, office)

    with pytest.raises(UndoNotYours):
        undo.undo(latest(ticket), by=office.colleague)


@each_undoable
def test_undo_after_a_day_is_refused(step: Step, office: Office) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=24, seconds=1)):
        ticket = step.arrange(office)
        step.take(ticket, office)

    with pytest.raises(UndoTooLate):
        undo.undo(latest(ticket), by=office.clerk)


@each_undoable
def test_undo_can_be_followed_by_the_step_again(step: Step, office: Office) -> None:
    ticket = step.arrange(office)
    step.take(ticket, office)
    undo.undo(latest(ticket), by=office.clerk)

    step.take(Ticket.objects.get(pk=ticket.pk), office)

    assert latest(ticket).event == step.event


@pytest.mark.parametrize("name", ["call", "serve", "no-show", "forward", "rejoin", "cancel"])
def test_undo_by_two_at_once_happens_once(name: str, office: Office, in_threads: Threads) -> None:
    step = STEPS[name]
    ticket = step.arrange(office)
    before = state_of(ticket)
    step.take(ticket, office)
    rows = [Activity.objects.get(pk=latest(ticket).pk) for _ in range(2)]

    results = in_threads(*(lambda each=row: undo.undo(each, by=office.clerk) for row in rows))

    refused = [result for result in results if isinstance(result, NotUndoable)]
    assert len(refused) == 1
    assert state_of(ticket) == before
    assert history(ticket).count(EventName.UNDONE) == 1


def test_undo_of_the_adding_cancels_the_visit(office: Office) -> None:
    ticket = office.waiting()

    undo.undo(latest(ticket), by=office.clerk)

    ticket.refresh_from_db()
    assert ticket.status == Status.CANCELLED_BY_CLERK


def test_undo_of_the_adding_after_a_call_is_refused(office: Office) -> None:
    ticket = office.waiting()
    created = latest(ticket)
    lifecycle.call(ticket, by=office.colleague)

    with pytest.raises(UndoConflict, match=r"^Juan changed this since: Called\.$"):
        undo.undo(created, by=office.clerk)


def test_undo_of_the_adding_after_an_edit_is_done(office: Office) -> None:
    ticket = office.waiting()
    created = latest(ticket)
    details.edit(ticket, line=office.other_line, first_name="Joan", by=office.colleague)

    undo.undo(created, by=office.clerk)

    assert Ticket.objects.get(pk=ticket.pk).status == Status.CANCELLED_BY_CLERK


def test_undo_of_a_call_takes_up_again_whom_it_ended(office: Office) -> None:
    before = [lifecycle.call(office.waiting(), by=office.clerk, keep_open=True) for _ in range(2)]
    state = [state_of(ticket) for ticket in before]
    ticket = lifecycle.call(office.waiting(), by=office.clerk)

    undo.undo(latest(ticket), by=office.clerk)

    assert [state_of(each) for each in before] == state
    assert Ticket.objects.get(pk=ticket.pk).status == Status.NEW
    assert [history(each)[-1] for each in before] == [EventName.UNDONE] * 2


def test_undo_of_a_call_whose_other_visit_went_on_is_refused_whole(office: Office) -> None:
    before = lifecycle.call(office.waiting(), by=office.clerk)
    ticket = lifecycle.call(office.waiting(), by=office.clerk)
    Ticket.objects.get(pk=before.pk)
    served = latest(before)
    undo_part = pytest.raises(NotUndoable)

    with undo_part:
        undo.undo(served, by=office.clerk)  # a part goes back with its whole only

    assert Ticket.objects.get(pk=ticket.pk).status == Status.CALLED
    assert Ticket.objects.get(pk=before.pk).status == Status.SERVED


def test_undo_of_calls_goes_back_step_by_step(office: Office) -> None:
    first = lifecycle.call(office.waiting(), by=office.clerk)
    second = lifecycle.call(office.waiting(), by=office.clerk)
    third = lifecycle.call(office.waiting(), by=office.clerk)

    undo.undo(called(third), by=office.clerk)
    undo.undo(called(second), by=office.clerk)

    statuses = [Ticket.objects.get(pk=each.pk).status for each in (first, second, third)]
    assert statuses == [Status.CALLED, Status.NEW, Status.NEW]


def called(ticket: Ticket) -> Activity:
    return ticket.activities.get(event=EventName.CALLED)


def test_undo_of_a_call_after_its_service_names_who_ended_it(office: Office) -> None:
    ticket = office.called()
    call = latest(ticket)
    lifecycle.serve(ticket, by=office.colleague)

    with pytest.raises(UndoConflict) as refusal:
        undo.undo(call, by=office.clerk)

    assert str(refusal.value.message) == "Juan changed this since: Served."
    assert history(ticket)[-1] == EventName.SERVED


def test_undo_of_an_edit_after_another_of_the_same_column_is_refused(office: Office) -> None:
    ticket = details.edit(office.waiting(), first_name="Joan", by=office.clerk)
    first = latest(ticket)
    details.edit(ticket, first_name="Jo", by=office.colleague)

    with pytest.raises(UndoConflict):
        undo.undo(first, by=office.clerk)


def test_undo_of_an_edit_leaves_another_column(office: Office) -> None:
    ticket = details.edit(office.waiting(), first_name="Joan", by=office.clerk)
    first = latest(ticket)
    details.edit(ticket, last_name="Miró", by=office.colleague)

    undo.undo(first, by=office.clerk)

    ticket.refresh_from_db()
    assert (ticket.first_name, ticket.last_name) == ("Jane", "Miró")


def test_undo_of_an_edit_after_the_later_one_was_undone_is_done(office: Office) -> None:
    ticket = details.edit(office.waiting(), first_name="Joan", by=office.clerk)
    first = latest(ticket)
    details.edit(ticket, first_name="Jo", by=office.colleague)
    undo.undo(latest(ticket), by=office.colleague)

    undo.undo(first, by=office.clerk)

    assert Ticket.objects.get(pk=ticket.pk).first_name == "Jane"


def test_undo_of_a_change_of_line_after_the_call_is_refused(office: Office) -> None:
    ticket = details.edit(office.waiting(), line=office.other_line, by=office.clerk)
    change = latest(ticket)
    lifecycle.call(ticket, by=office.colleague)

    with pytest.raises(UndoConflict, match="Juan changed this since: Called"):
        undo.undo(change, by=office.clerk)


def test_undo_leaves_labels_and_notes_added_since(office: Office) -> None:
    ticket = office.waiting()
    labels.replace(ticket, values=["A", "B", "C"], by=office.clerk)
    labels.remove(ticket, value="B", by=office.clerk)
    removal = latest(ticket)
    labels.add(ticket, value="D", by=office.colleague)
    labels.remove(ticket, value="C", by=office.colleague)
    note = [ExtraValue(title="Note", value="back at noon")]
    details.edit(ticket, extras=note, by=office.colleague)

    undo.undo(removal, by=office.clerk)

    assert label_values(ticket) == ["A", "B", "D"]
    assert ticket.extras.get().value == "back at noon"


def test_undo_of_a_label_after_the_same_label_changed_is_refused(office: Office) -> None:
    ticket = office.waiting()
    labels.add(ticket, value="VIP", by=office.clerk)
    added = latest(ticket)
    labels.remove(ticket, value="VIP", by=office.colleague)

    with pytest.raises(UndoConflict):
        undo.undo(added, by=office.clerk)


def test_undo_of_a_status_leaves_what_was_added_since(office: Office) -> None:
    ticket = office.served()
    served = latest(ticket)
    labels.add(ticket, value="VIP", by=office.colleague)
    details.edit(ticket, last_name="Miró", by=office.colleague)

    undo.undo(served, by=office.clerk)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.last_name) == (Status.CALLED, "Miró")
    assert label_values(ticket) == ["VIP"]


def test_undo_of_a_recall_is_refused(office: Office) -> None:
    ticket = lifecycle.recall(office.called(), by=office.clerk)

    with pytest.raises(NotUndoable):
        undo.undo(latest(ticket), by=office.clerk)


def test_undo_of_an_undo_is_refused(office: Office) -> None:
    ticket = office.called()
    undo.undo(latest(ticket), by=office.clerk)

    with pytest.raises(NotUndoable):
        undo.undo(latest(ticket), by=office.clerk)


def test_undo_by_a_key_without_user_is_refused(office: Office) -> None:
    key, _secret = programs.issue_key(name="Import")

    with pytest.raises(UserRequired):
        undo.undo(latest(office.waiting()), by=Actor.program(key, None))


def test_undo_of_a_step_of_the_system_is_refused(office: Office) -> None:
    ticket = lifecycle.cancel(office.waiting(), by=SYSTEM)

    with pytest.raises(UndoNotYours):
        undo.undo(latest(ticket), by=office.clerk)


def test_undo_never_gives_a_visitor_back_to_somebody_who_left(office: Office) -> None:
    ticket = routing.assign(office.waiting(), assignee=office.colleague, by=office.clerk)
    routing.unassign(ticket, by=office.clerk)
    staff.deactivate(office.colleague, by=office.clerk)

    with pytest.raises(AssigneeNotHere):
        undo.undo(latest(ticket), by=office.clerk)

    assert Ticket.objects.get(pk=ticket.pk).assignee is None


def test_undo_of_a_message_that_went_out_is_refused(office: Office) -> None:
    ticket = details.edit(office.waiting(), phone_number="+3725123456", by=office.clerk)
    message = messages.send(ticket, body="Come.", by=office.clerk)
    messages.hand_over(message=message.pk)

    with pytest.raises(NotUndoable, match="gone out"):
        undo.undo(latest(ticket), by=office.clerk)

    assert Message.objects.count() == 1


def test_undo_of_a_message_leaves_another(office: Office) -> None:
    ticket = details.edit(office.waiting(), phone_number="+3725123456", by=office.clerk)
    messages.send(ticket, body="First.", by=office.clerk)
    first = latest(ticket)
    messages.send(ticket, body="Second.", by=office.clerk)

    undo.undo(first, by=office.clerk)

    assert Message.objects.get().body == "Second."


def test_last_undoable_is_the_newest_step_that_can_go_back(office: Office) -> None:
    ticket = office.called()
    call = latest(ticket)
    lifecycle.recall(ticket, by=office.clerk)
    labels.add(ticket, value="VIP", by=office.colleague)

    assert undo.last_undoable(office.location.pk)[office.clerk.pk] == call


def test_last_undoable_goes_on_backwards(office: Office) -> None:
    ticket = office.waiting()
    created = latest(ticket)
    lifecycle.call(ticket, by=office.clerk)
    undo.undo(latest(ticket), by=office.clerk)

    assert undo.last_undoable(office.location.pk) == {office.clerk.pk: created}


def test_last_undoable_leaves_out_a_message_that_went_out(office: Office) -> None:
    ticket = details.edit(office.waiting(), phone_number="+3725123456", by=office.clerk)
    edit = latest(ticket)
    message = messages.send(ticket, body="Come.", by=office.clerk)
    messages.hand_over(message=message.pk)

    assert undo.last_undoable(office.location.pk) == {office.clerk.pk: edit}


def test_last_undoable_is_none_after_a_day_or_elsewhere(office: Office) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=25)):
        office.called()

    assert undo.last_undoable(office.location.pk) == {}
    assert undo.last_undoable(office.location.pk + 1) == {}
