"""Hypothesis takes steps at random; a model in plain Python says what must be there after each (C8)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import Figure
from tests.tickets.actions.conftest import make_office
from tickets import instants
from tickets.actions import details, intake, labels, lifecycle, routing, undo
from tickets.exceptions import NotUndoable, Refusal, UndoConflict
from tickets.models import Activity, Interaction, Ticket, User
from tickets.prepared import Parameter, Select

RUNS, STEPS = 100, 50
taken: list[str] = []

# What is looked at after each step; to write the SQL anew takes longer than to run it.
TICKETS = Select(lambda: Ticket.objects.filter(location=Parameter("location")).in_order())
INTERACTIONS = Select(lambda: Interaction.objects.order_by("id"))
LABELS = Select(lambda: Ticket.objects.exclude(labels=None).values_list("pk", "labels__value"))


@dataclass(frozen=True)
class Visit:
    """What the model knows of one ticket. `place` is its order_after, `ended` its outcomes."""

    line: int
    status: str = "NEW"
    place: datetime | None = None
    called_at: datetime | None = None
    caller: int | None = None
    assigner: int | None = None
    assignee: int | None = None
    ended: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()


@dataclass
class Past:
    """A step that the model took: which fields of which tickets it changed, from what to what."""

    activity: int
    event: str
    changes: dict[int, dict[str, tuple[Any, Any]]] = field(default_factory=dict)


class Line(RuleBasedStateMachine):
    tickets = Bundle("tickets")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        office = make_office()
        self.office = office
        self.lines = [office.line, office.other_line]
        self.clerks = [office.clerk, office.colleague]
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.visits: dict[int, Visit] = {}
        self.created: dict[int, datetime] = {}
        self.order: list[int] = []  # of those who wait, in the whole location
        self.past: list[Past] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.stack.close()

    # How a step is compared

    def take(self, name: str, is_allowed: object, action: Callable[[], Any]) -> Any:
        """Take the step a second later; it must be refused exactly if the model forbids it."""
        taken.append(name)
        self.now += timedelta(seconds=1)
        with instants.pretend(self.now):
            if is_allowed:
                return action()
            with pytest.raises(Refusal):
                action()
            return None

    def row(self, pk: int) -> Ticket:
        return Ticket.objects.select_related("location", "line").get(pk=pk)

    def record(self, event: str, after: dict[int, Visit]) -> None:
        """Put the step into the model's own history and make `after` the truth."""
        activity = Activity.objects.filter(part_of=None).latest("id")
        assert activity.event == event
        past = Past(activity.pk, event)
        for pk, visit in after.items():
            past.changes[pk] = dict(difference(self.visits[pk], visit))
            self.visits[pk] = visit
        self.past.append(past)

    def sort_key(self, pk: int) -> tuple[datetime, int]:
        return (self.visits[pk].place or self.created[pk], pk)

    def put_at_place(self, pk: int) -> None:
        """Somebody waits again at the place that they had."""
        ahead = sum(self.sort_key(other) < self.sort_key(pk) for other in self.order)
        self.order.insert(ahead, pk)

    def moved(self, pk: int) -> datetime | None:
        """The instant that the app chose; whether it sorts right is what the invariant looks at."""
        place: datetime | None = Ticket.objects.values_list("order_after", flat=True).get(pk=pk)
        return place

    def in_line(self, line: int) -> list[int]:
        return [pk for pk in self.order if self.visits[pk].line == line]

    # Steps

    @rule(target=tickets, line=st.integers(0, 1), clerk=st.integers(0, 1))
    def sign_in(self, line: int, clerk: int) -> int:
        ticket: Ticket = self.take(
            "sign in",
            True,  # noqa: FBT003
            lambda: intake.create(self.lines[line], by=self.clerks[clerk]),
        )
        self.visits[ticket.pk] = Visit(line=self.lines[line].pk)
        self.created[ticket.pk] = self.now
        self.order.append(ticket.pk)
        self.past.append(Past(Activity.objects.latest("id").pk, "ticket.created", {ticket.pk: {}}))
        return ticket.pk

    def called(self, pk: int, clerk: User, *, keep_open: bool) -> None:
        after = {
            other: replace(visit, status="SERVED", ended=(*visit.ended, "SERVED"))
            for other, visit in self.visits.items()
            if not keep_open and visit.status == "CALLED" and visit.caller == clerk.pk
        }
        visit = self.visits[pk]
        after[pk] = replace(visit, status="CALLED", caller=clerk.pk, called_at=self.now)
        self.order.remove(pk)
        self.record("ticket.called", after)

    @rule(pk=tickets, clerk=st.integers(0, 1), keep_open=st.booleans())
    def call(self, pk: int, clerk: int, keep_open: bool) -> None:  # noqa: FBT001
        by = self.clerks[clerk]
        may = self.visits[pk].status == "NEW"
        self.take("call", may, lambda: lifecycle.call(self.row(pk), by=by, keep_open=keep_open))
        if may:
            self.called(pk, by, keep_open=keep_open)

    @rule(clerk=st.integers(0, 1), keep_open=st.booleans(), only=st.sampled_from([0, 1, 2]))
    def call_next(self, clerk: int, keep_open: bool, only: int) -> None:  # noqa: FBT001
        by = self.clerks[clerk]
        lines = [line for number, line in enumerate(self.lines) if only in (2, number)]
        mine = [
            pk
            for pk in self.order
            if self.visits[pk].line in [line.pk for line in lines]
            and self.visits[pk].assignee in (None, by.pk)
        ]
        ticket = self.take(
            "call next",
            True,  # noqa: FBT003
            lambda: lifecycle.call_next(lines, by=by, keep_open=keep_open),
        )
        assert (ticket.pk if ticket else None) == (mine[0] if mine else None)
        if ticket:
            self.called(ticket.pk, by, keep_open=keep_open)

    @rule(pk=tickets)
    def recall(self, pk: int) -> None:
        may = self.visits[pk].status == "CALLED"
        self.take("recall", may, lambda: lifecycle.recall(self.row(pk), by=self.clerks[0]))

    @rule(pk=tickets, clerk=st.integers(0, 1))
    def serve(self, pk: int, clerk: int) -> None:
        visit = self.visits[pk]
        may = visit.status == "CALLED"
        self.take("serve", may, lambda: lifecycle.serve(self.row(pk), by=self.clerks[clerk]))
        if may:
            ended = (*visit.ended, "SERVED")
            self.record("ticket.served", {pk: replace(visit, status="SERVED", ended=ended)})

    @rule(pk=tickets, clerk=st.integers(0, 1))
    def no_show(self, pk: int, clerk: int) -> None:
        visit = self.visits[pk]
        may = visit.status == "CALLED"
        self.take(
            "no-show", may, lambda: lifecycle.mark_no_show(self.row(pk), by=self.clerks[clerk])
        )
        if may:
            ended = (*visit.ended, "NOSHOW")
            self.record("ticket.no_show", {pk: replace(visit, status="NOSHOW", ended=ended)})

    @rule(pk=tickets, clerk=st.integers(0, 1))
    def return_first(self, pk: int, clerk: int) -> None:
        visit = self.visits[pk]
        may = visit.status == "CALLED"
        by = self.clerks[clerk]
        self.take(
            "return first",
            may,
            lambda: lifecycle.return_to_queue(self.row(pk), position="FIRST", by=by),
        )
        if may:
            line = self.in_line(visit.line)
            if line and self.sort_key(line[0]) < self.sort_key(pk):
                self.order.insert(self.order.index(line[0]), pk)
            else:
                self.put_at_place(pk)
            self.record("ticket.returned", {pk: self.uncalled(pk, "RETURNED", self.moved(pk))})

    @rule(pk=tickets, clerk=st.integers(0, 1))
    def return_last(self, pk: int, clerk: int) -> None:
        may = self.visits[pk].status == "CALLED"
        by = self.clerks[clerk]
        self.take(
            "return last",
            may,
            lambda: lifecycle.return_to_queue(self.row(pk), position="LAST", by=by),
        )
        if may:
            self.order.append(pk)
            self.record("ticket.returned", {pk: self.uncalled(pk, "RETURNED", self.moved(pk))})

    @rule(pk=tickets, clerk=st.integers(0, 1))
    def rejoin(self, pk: int, clerk: int) -> None:
        may = self.visits[pk].status == "NOSHOW"
        self.take("rejoin", may, lambda: lifecycle.rejoin(self.row(pk), by=self.clerks[clerk]))
        if may:
            self.order.append(pk)
            self.record("ticket.rejoined", {pk: self.uncalled(pk, "", self.moved(pk))})

    def uncalled(self, pk: int, outcome: str, place: datetime | None) -> Visit:
        visit = self.visits[pk]
        ended = (*visit.ended, outcome) if outcome else visit.ended
        return replace(visit, status="NEW", called_at=None, caller=None, place=place, ended=ended)

    @rule(pk=tickets, line=st.integers(0, 1), clerk=st.integers(0, 1))
    def forward(self, pk: int, line: int, clerk: int) -> None:
        visit, target = self.visits[pk], self.lines[line]
        may = visit.status == "CALLED" and visit.line != target.pk
        by = self.clerks[clerk]
        self.take("forward", may, lambda: routing.forward(self.row(pk), line=target, by=by))
        if may:
            self.put_at_place(pk)
            after = self.uncalled(pk, "FORWARDED", visit.place)
            after = replace(after, line=target.pk, assigner=None, assignee=None)
            self.record("ticket.forwarded", {pk: after})

    @rule(pk=tickets, clerk=st.integers(0, 1))
    def cancel(self, pk: int, clerk: int) -> None:
        visit = self.visits[pk]
        may = visit.status == "NEW"
        self.take("cancel", may, lambda: lifecycle.cancel(self.row(pk), by=self.clerks[clerk]))
        if may:
            self.order.remove(pk)
            self.record("ticket.cancelled", {pk: replace(visit, status="CANCELLED_BY_CLERK")})

    @rule(pk=tickets, other=tickets, clerk=st.integers(0, 1))
    def move_behind(self, pk: int, other: int, clerk: int) -> None:
        may = self.visits[pk].status == self.visits[other].status == "NEW"
        by, after = self.clerks[clerk], self.row(other)
        self.take("reorder", may, lambda: routing.reorder(self.row(pk), after=after, by=by))
        if may:
            if pk != other:
                self.order.remove(pk)
                self.order.insert(self.order.index(other) + 1, pk)
            self.record("ticket.reordered", {pk: replace(self.visits[pk], place=self.moved(pk))})

    @rule(pk=tickets, clerk=st.integers(0, 1), assignee=st.integers(0, 1))
    def assign(self, pk: int, clerk: int, assignee: int) -> None:
        visit, to = self.visits[pk], self.clerks[assignee]
        may = visit.status in ("NEW", "CALLED")
        by = self.clerks[clerk]
        self.take("assign", may, lambda: routing.assign(self.row(pk), assignee=to, by=by))
        if may:
            self.record("ticket.assigned", {pk: replace(visit, assigner=by.pk, assignee=to.pk)})

    @rule(pk=tickets, clerk=st.integers(0, 1))
    def unassign(self, pk: int, clerk: int) -> None:
        visit = self.visits[pk]
        may = visit.status == "NEW"
        self.take("unassign", may, lambda: routing.unassign(self.row(pk), by=self.clerks[clerk]))
        if may:
            self.record("ticket.unassigned", {pk: replace(visit, assigner=None, assignee=None)})

    @rule(pk=tickets, line=st.integers(0, 1), clerk=st.integers(0, 1))
    def change_line(self, pk: int, line: int, clerk: int) -> None:
        visit, target = self.visits[pk], self.lines[line]
        is_change = visit.line != target.pk
        may = visit.status == "NEW" or not is_change
        by = self.clerks[clerk]
        self.take("edit line", may, lambda: details.edit(self.row(pk), line=target, by=by))
        if may and is_change:
            self.record("ticket.edited", {pk: replace(visit, line=target.pk)})

    @rule(pk=tickets, value=st.sampled_from(["VIP", "Note"]), clerk=st.integers(0, 1))
    def toggle_label(self, pk: int, value: str, clerk: int) -> None:
        visit = self.visits[pk]
        change = labels.remove if value in visit.labels else labels.add
        by = self.clerks[clerk]
        self.take("label", True, lambda: change(self.row(pk), value=value, by=by))  # noqa: FBT003
        self.record("ticket.labeled", {pk: replace(visit, labels=visit.labels ^ {value})})

    @rule(back=st.integers(1, 6))
    def undo(self, back: int) -> None:
        if len(self.past) < back:
            return
        past = self.past[-back]
        activity = Activity.objects.select_related("user", "ticket").get(pk=past.activity)
        may = not self.is_overwritten(past)

        def action() -> None:
            try:
                undo.undo(activity, by=activity.user or self.clerks[0])
            except UndoConflict:
                raise
            except NotUndoable as wrong:
                raise AssertionError(f"neither undone nor a conflict: {wrong}") from wrong

        self.take("undo", may, action)
        if may:
            self.past.remove(past)
            self.restore(past)

    def is_overwritten(self, past: Past) -> bool:
        """Whether a later step that stands wrote the same things of one of the tickets."""
        later = [each for each in self.past if each.activity > past.activity]
        return any(
            self.is_same(past, written.keys(), each.changes[pk].keys())
            for pk, written in past.changes.items()
            for each in later
            if pk in each.changes
        )

    def is_same(self, past: Past, written: Any, rewritten: Any) -> bool:
        if past.event == "ticket.created" or "line" in written:
            return "status" in rewritten or bool(written & rewritten)
        return bool(written & rewritten)

    def restore(self, past: Past) -> None:
        for pk, changes in past.changes.items():
            visit = self.visits[pk]
            if past.event == "ticket.created":
                visit = replace(visit, status="CANCELLED_BY_CLERK")
            for name, (before, _after) in changes.items():
                if name.startswith("label "):
                    held = visit.labels - {name[6:]} | ({name[6:]} if before else set())
                    visit = replace(visit, labels=held)
                else:
                    visit = replace(visit, **{name: before})
            self.visits[pk] = visit
            if pk in self.order:
                self.order.remove(pk)
            if visit.status == "NEW":
                self.put_at_place(pk)

    # What must be so after every step

    @invariant()
    def app_equals_model(self) -> None:
        rows = TICKETS(location=self.office.location.pk)
        by_pk: dict[int, list[Interaction]] = {row.pk: [] for row in rows}
        for interaction in INTERACTIONS():
            by_pk[interaction.ticket_id].append(interaction)
        held: dict[int, set[str]] = {row.pk: set() for row in rows}
        for pk, value in LABELS():
            held[pk].add(value)
        for row in rows:
            expected = self.visits[row.pk]
            interactions = by_pk[row.pk]
            spread = row.status == "NEW" and row.order_after != expected.place
            if spread:  # neighbours of a move move apart; their order must be the same
                self.visits[row.pk] = expected = replace(expected, place=row.order_after)
            assert expected == Visit(
                line=row.line_id,
                status=row.status,
                place=row.order_after,
                called_at=row.called_at,
                caller=row.caller_id,
                assigner=row.assigner_id,
                assignee=row.assignee_id,
                ended=tuple(each.outcome for each in interactions if each.ended_at),
                labels=frozenset(held[row.pk]),
            )
            assert [each.outcome for each in interactions].count("") == (row.status == "CALLED")
            ends = [each.ended_at or self.now for each in interactions]
            starts = [each.started_at for each in interactions]
            assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
        assert len(rows) == len(self.visits)
        assert [row.pk for row in rows if row.status == "NEW"] == self.order


def difference(before: Visit, after: Visit) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for each in fields(Visit):
        old, new = getattr(before, each.name), getattr(after, each.name)
        if each.name == "labels":
            for value in sorted(old ^ new):
                yield f"label {value}", (value in old, value in new)
        elif old != new:
            yield each.name, (old, new)


@pytest.mark.django_db
def test_any_sequence_of_steps_equals_the_model(figure: Figure) -> None:
    taken.clear()

    run_state_machine_as_test(
        Line,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    connection.check_constraints()

    figure(
        f"C8 {RUNS} runs x {STEPS} steps, {len(set(taken))} kinds, {len(taken)} taken: differences",
        0,
    )
    assert len(set(taken)) >= 13
