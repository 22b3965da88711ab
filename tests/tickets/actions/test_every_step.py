"""What holds for every step: on record with its commit, no trace without one, one winner of two."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from tests.conftest import Threads
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import STEPS, TRANSITIONS, Step, history, latest, state_of
from tickets.actions import lifecycle, routing
from tickets.exceptions import TransitionNotAllowed
from tickets.models import Activity, ActorType, Location, Ticket

each_step = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())


def version(office: Office) -> int:
    return Location.objects.get(pk=office.location.pk).version


@each_step
def test_step_is_on_record_and_raises_the_version(step: Step, office: Office) -> None:
    ticket = step.arrange(office)
    before, told = history(ticket), version(office)

    step.take(ticket, office)

    assert history(ticket) == [*before, step.event]
    assert latest(ticket).actor_type == ActorType.USER
    assert latest(ticket).user == office.clerk
    assert version(office) == told + 1
    connection.check_constraints()


@each_step
def test_step_rolled_back_leaves_nothing(step: Step, office: Office) -> None:
    ticket = step.arrange(office)
    before = (state_of(ticket), version(office), Activity.objects.count())

    with transaction.atomic():
        step.take(Ticket.objects.get(pk=ticket.pk), office)
        transaction.set_rollback(True)

    assert (state_of(ticket), version(office), Activity.objects.count()) == before


@each_step
def test_step_keeps_the_object_equal_to_its_row(step: Step, office: Office) -> None:
    ticket = Ticket.objects.get(pk=step.arrange(office).pk)

    result = step.take(ticket, office)

    acted = result if isinstance(result, Ticket) else ticket
    columns = [field.attname for field in Ticket._meta.concrete_fields if field.name != "sort_at"]
    stored = Ticket.objects.values(*columns).get(pk=ticket.pk)
    assert {name: getattr(acted, name) for name in columns} == stored


@pytest.mark.parametrize("step", TRANSITIONS.values(), ids=TRANSITIONS.keys())
def test_transition_of_two_at_once_happens_once(
    step: Step, office: Office, in_threads: Threads
) -> None:
    ticket = step.arrange(office)
    before = history(ticket)
    rows = [Ticket.objects.select_related("location").get(pk=ticket.pk) for _ in range(2)]

    results = in_threads(*(take_on(step, row, office) for row in rows))

    assert sorted(map(kind, results)) == ["done", "refused"]
    assert history(ticket)[: len(before) + 1] == [*before, step.event]
    assert ticket.interactions.filter(ended_at=None).count() <= 1


def take_on(step: Step, ticket: Ticket, office: Office) -> Callable[[], object]:
    return lambda: step.take(ticket, office)


def kind(result: object) -> str:
    if result is None or isinstance(result, TransitionNotAllowed):  # None: nobody left to call
        return "refused"
    return f"error: {result!r}" if isinstance(result, Exception) else "done"


def test_different_ends_of_one_service_exclude_each_other(
    office: Office, in_threads: Threads
) -> None:
    ticket = office.called()
    ends: list[Callable[[Ticket], Any]] = [
        lambda t: lifecycle.serve(t, by=office.clerk),
        lambda t: lifecycle.mark_no_show(t, by=office.colleague),
        lambda t: lifecycle.return_to_queue(t, position="FIRST", by=office.clerk),
        lambda t: routing.forward(t, line=office.other_line, by=office.colleague),
    ]
    rows = [Ticket.objects.select_related("location").get(pk=ticket.pk) for _ in ends]

    results = in_threads(*(lambda e=end, r=row: e(r) for end, row in zip(ends, rows, strict=True)))

    assert sorted(map(kind, results)) == ["done", "refused", "refused", "refused"]
    assert ticket.interactions.exclude(ended_at=None).count() == 1
    assert len(history(ticket)) == 3


def test_call_and_cancel_of_one_visitor_exclude_each_other(
    office: Office, in_threads: Threads
) -> None:
    ticket = office.waiting()
    rows = [Ticket.objects.select_related("location").get(pk=ticket.pk) for _ in range(2)]

    results = in_threads(
        lambda: lifecycle.call(rows[0], by=office.clerk),
        lambda: lifecycle.cancel(rows[1], by=office.colleague),
    )

    assert sorted(map(kind, results)) == ["done", "refused"]
    assert len(history(ticket)) == 2
