"""Call next: whose turn it is, over several lines."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from django.db import connection, transaction

from tests.conftest import Threads
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import history
from tickets import instants
from tickets.actions import details, lifecycle, programs, routing, turns
from tickets.exceptions import TransitionNotAllowed, UserRequired
from tickets.models import Activity, Actor, LineStatus, Ticket
from tickets.states import Status


def next_of(office: Office) -> Ticket | None:
    return lifecycle.call_next([office.line, office.other_line], by=office.clerk, keep_open=True)


def test_call_next_takes_the_earliest_head_of_the_lines(office: Office) -> None:
    tickets = [
        office.waiting(office.other_line),
        office.waiting(office.line),
        office.waiting(office.line),
        office.waiting(office.other_line),
    ]

    called = [next_of(office) for _ in range(4)]

    assert called == tickets


def test_call_next_leaves_other_lines(office: Office) -> None:
    office.waiting(office.other_line)
    ticket = office.waiting(office.line)

    assert lifecycle.call_next([office.line], by=office.clerk) == ticket


def test_call_next_follows_a_move_to_the_front(office: Office) -> None:
    office.waiting()
    moved = office.waiting(office.other_line)
    Ticket.objects.filter(pk=moved.pk).update(order_after=instants.now() - timedelta(days=1))

    assert next_of(office) == moved


def test_call_next_skips_visitors_of_somebody_else(office: Office) -> None:
    theirs = routing.assign(office.waiting(), assignee=office.colleague, by=office.clerk)
    free = office.waiting()

    assert [next_of(office), next_of(office)] == [free, None]
    assert Ticket.objects.get(pk=theirs.pk).status == Status.NEW


def test_call_next_gives_ones_own_no_precedence(office: Office) -> None:
    free = office.waiting()
    own = routing.assign(office.waiting(), assignee=office.clerk, by=office.clerk)

    assert [next_of(office), next_of(office)] == [free, own]


@pytest.mark.parametrize("status", [LineStatus.DISABLED, LineStatus.ARCHIVED])
def test_call_next_empties_a_closed_line(office: Office, status: LineStatus) -> None:
    ticket = office.waiting()
    office.line.status = status
    office.line.save()

    assert next_of(office) == ticket


def test_call_next_with_nobody_waiting_changes_nothing(office: Office) -> None:
    serving = office.called()
    before = Activity.objects.count()

    assert lifecycle.call_next([office.line], by=office.clerk) is None
    assert Activity.objects.count() == before
    assert Ticket.objects.get(pk=serving.pk).status == Status.CALLED


def test_call_next_without_lines_calls_nobody(office: Office) -> None:
    office.waiting()

    assert lifecycle.call_next([], by=office.clerk) is None


def test_call_next_serves_the_visitor_before(office: Office) -> None:
    before = office.called()
    office.waiting()

    lifecycle.call_next([office.line], by=office.clerk)

    assert history(before)[-1] == "ticket.served"


def test_call_next_by_a_key_without_user_is_refused(office: Office) -> None:
    key, _secret = programs.issue_key(name="Import")

    with pytest.raises(UserRequired):
        lifecycle.call_next([office.line], by=Actor.program(key, None))


Change = Callable[[Ticket, Office], object]

CHANGES: dict[str, Change] = {
    "assigned to somebody else": lambda t, o: routing.assign(t, assignee=o.colleague, by=o.clerk),
    "moved to another line": lambda t, o: details.edit(t, line=o.other_line, by=o.clerk),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_call_next_looks_again_when_its_candidate_changes_under_its_hand(
    change: Change, office: Office, in_threads: Threads
) -> None:
    candidate, following = office.waiting(), office.waiting()
    is_written = Event()

    def change_slowly() -> None:
        with transaction.atomic():
            change(candidate, office)
            is_written.set()
            time.sleep(0.5)  # meanwhile call next has found the candidate and waits to claim it

    def call_next() -> Ticket | None:
        is_written.wait()
        return lifecycle.call_next([office.line], by=office.clerk)

    _changed, called = in_threads(change_slowly, call_next)

    assert called == following
    assert Ticket.objects.get(pk=candidate.pk).status == Status.NEW


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time")
def test_who_looks_again_holds_nobody_but_whom_they_call(
    office: Office, in_threads: Threads
) -> None:
    lines = [office.line, office.other_line]
    tickets = [office.waiting(line) for line in (*lines, *lines)]
    is_held, is_seen = Event(), Event()

    def hold() -> Ticket | None:
        with transaction.atomic():
            found = turns.free_head(lines, office.clerk)
            is_held.set()
            is_seen.wait(10)
        return found

    def look() -> Ticket | None:
        is_held.wait(10)
        with transaction.atomic():
            found = turns.free_head(lines, office.colleague)
        is_seen.set()
        return found

    assert in_threads(hold, look) == tickets[:2]


def test_call_next_and_the_end_of_the_service_before_never_wait_for_each_other(
    office: Office, in_threads: Threads
) -> None:
    for _round in range(20):
        before = lifecycle.call(office.waiting(), by=office.clerk, keep_open=True)
        office.waiting()

        results = in_threads(
            partial(lifecycle.call_next, [office.line], by=office.clerk),
            partial(lifecycle.serve, Ticket.objects.get(pk=before.pk), by=office.colleague),
        )

        refusals = [result for result in results if isinstance(result, Exception)]
        assert all(isinstance(refusal, TransitionNotAllowed) for refusal in refusals), refusals
        assert isinstance(results[0], Ticket)
        assert before.activities.filter(event="ticket.served").count() == 1
