"""US5: every step that can be undone, at once, later, and after somebody else changed something."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.conftest import Figure
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import STEPS, Step, latest, state_of
from tickets.actions import details, labels, lifecycle, messages, remote, routing, undo
from tickets.actions.extras import ExtraValue
from tickets.exceptions import NotUndoable, UndoConflict
from tickets.models import EventName, Message, Ticket

UNDOABLE = {name: step for name, step in STEPS.items() if step.event in undo.UNDOABLE}
UNDOABLE["sign in"] = Step(EventName.CREATED, Office.waiting, lambda t, o: t)

Change = Callable[[Ticket, Office], object]

#: What a colleague may do to the same things after each step.
SAME_THING: dict[str, Change] = {
    "sign in": lambda t, o: lifecycle.call(t, by=o.colleague),
    "call": lambda t, o: lifecycle.serve(t, by=o.colleague),
    "call next": lambda t, o: lifecycle.mark_no_show(t, by=o.colleague),
    "no-show": lambda t, o: lifecycle.rejoin(t, by=o.colleague),
    "return first": lambda t, o: lifecycle.call(t, by=o.colleague),
    "return last": lambda t, o: lifecycle.cancel(t, by=o.colleague),
    "forward": lambda t, o: lifecycle.call(t, by=o.colleague),
    "rejoin": lambda t, o: lifecycle.call(t, by=o.colleague),
    "reorder": lambda t, o: routing.move(t, to="DOWN", by=o.colleague),
    "more time": lambda t, o: routing.move(t, to="TOP", by=o.colleague),
    "arrive": lambda t, o: remote.take_arrival_back(t, by=o.colleague),
    "assign": lambda t, o: routing.assign(t, assignee=o.colleague, by=o.colleague),
    "unassign": lambda t, o: routing.assign(t, assignee=o.colleague, by=o.colleague),
    "edit": lambda t, o: details.edit(t, first_name="Jo", by=o.colleague),
    "label": lambda t, o: labels.remove(t, value="Spanish", by=o.colleague),
    "remove label": lambda t, o: labels.add(t, value="VIP", by=o.colleague),
    "replace labels": lambda t, o: labels.remove(t, value="Spanish", by=o.colleague),
}
#: After these nobody can change the same thing: the visit is over, or the thing is the step's own.
FINAL = ("serve", "cancel", "message")


def something_else(ticket: Ticket, office: Office) -> None:
    """What no step of the table writes: a label and a column of their own."""
    labels.add(ticket, value="Colleague’s own", by=office.colleague)
    details.edit(ticket, email="jane@example.org", by=office.colleague)


def fingerprint(ticket: Ticket, *, besides: tuple[str, ...] = ()) -> str:
    state = {name: value for name, value in state_of(ticket).items() if name not in besides}
    return hashlib.sha256(json.dumps(state, default=str, sort_keys=True).encode()).hexdigest()


def taken(step: Step, office: Office) -> tuple[Ticket, str, Any]:
    """The visit with the step done, how it was before, and the step on record."""
    ticket = step.arrange(office)
    before = fingerprint(ticket)
    step.take(ticket, office)
    return Ticket.objects.get(pk=ticket.pk), before, latest(ticket)


def test_us5_the_tables_name_every_step_there_is() -> None:
    assert {step.event for step in UNDOABLE.values()} == set(undo.UNDOABLE)
    assert {*SAME_THING, *FINAL} == {*UNDOABLE}


each_undoable = pytest.mark.parametrize("name", UNDOABLE)


@each_undoable
def test_us5_undo_at_once_is_equal_by_hash(name: str, office: Office, figure: Figure) -> None:
    ticket, before, activity = taken(UNDOABLE[name], office)

    undo.undo(activity, by=office.clerk)

    if name == "sign in":  # there is no visit before it: it ends
        assert Ticket.objects.get(pk=ticket.pk).status == "CANCELLED_BY_CLERK"
    else:
        assert fingerprint(ticket) == before
    figure(f"US5 undo at once, {name}", "equal")


@each_undoable
def test_us5_undo_after_ten_minutes_is_equal_by_hash(
    name: str, office: Office, figure: Figure
) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=10)):
        ticket, before, activity = taken(UNDOABLE[name], office)

    if name == "message":
        messages.hand_over(message=activity.message_id)
        with pytest.raises(NotUndoable, match="gone out"):
            undo.undo(activity, by=office.clerk)
        figure("US5 undo after 10 minutes, message", "refused: it went out")
        return
    undo.undo(activity, by=office.clerk)

    if name != "sign in":
        assert fingerprint(ticket) == before
    figure(f"US5 undo after 10 minutes, {name}", "equal")


@each_undoable
def test_us5_undo_leaves_what_a_colleague_changed_beside_it(
    name: str, office: Office, figure: Figure
) -> None:
    step = UNDOABLE[name]
    ticket = step.arrange(office)
    before = fingerprint(ticket, besides=("labels", "email"))
    labels_before = set(ticket.labels.values_list("value", flat=True))
    step.take(ticket, office)
    activity = latest(ticket)
    something_else(Ticket.objects.get(pk=ticket.pk), office)

    undo.undo(activity, by=office.clerk)

    ticket.refresh_from_db()
    if name != "sign in":
        assert fingerprint(ticket, besides=("labels", "email")) == before
    assert ticket.email == "jane@example.org"
    assert set(ticket.labels.values_list("value", flat=True)) == {
        *labels_before,
        "Colleague’s own",
    }
    figure(f"US5 undo after another's change elsewhere, {name}", "equal, theirs stays")


@pytest.mark.parametrize("name", SAME_THING)
def test_us5_undo_after_a_colleague_changed_the_same_names_them(
    name: str, office: Office, figure: Figure
) -> None:
    ticket, _before, activity = taken(UNDOABLE[name], office)
    SAME_THING[name](ticket, office)
    after = fingerprint(ticket)

    with pytest.raises(UndoConflict, match=r"^Juan changed this since: "):
        undo.undo(activity, by=office.clerk)

    assert fingerprint(ticket) == after
    figure(f"US5 undo after another's change of the same, {name}", "refused, naming them")


def test_us5_a_message_undone_within_five_seconds_never_goes_out(
    office: Office, figure: Figure
) -> None:
    ticket = details.edit(office.waiting(), phone_number="+3725123456", by=office.clerk)
    messages.send(ticket, body="Come.", by=office.clerk)

    undo.undo(latest(ticket), by=office.clerk)

    assert Message.objects.count() == 0
    figure("US5 SMS of a step undone within 5 s", 0)


def test_us5_a_note_is_undone_like_any_edit(office: Office) -> None:
    ticket = office.waiting()
    details.edit(ticket, extras=[ExtraValue(title="Order", value="17")], by=office.clerk)
    before = fingerprint(ticket)
    details.write_note(ticket, text="Deaf", instead_of="", by=office.clerk)

    undo.undo(latest(ticket), by=office.clerk)

    assert fingerprint(ticket) == before
