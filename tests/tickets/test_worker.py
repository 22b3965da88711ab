"""The worker: kills lose nothing, held messages go out in time, and an undo and it never both win."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from tests import databases
from tests.conftest import Figure, Threads
from tests.factories import LineFactory, LocationFactory, waiting_ticket
from tests.tickets import worker_process
from tickets import instants, outbox, worker
from tickets.actions import details, messages, undo
from tickets.exceptions import NotUndoable
from tickets.models import Direction, Job, Line, Location, Message, MessageStatus, Ticket

ROWS = 1000
KILLS = 10
ROUNDS = 20

#: Servers, browsers and other tests share the cores of a test machine.
SLOWER = 3


@pytest.fixture
def line(transactional_db: None) -> Line:
    return LineFactory.create(location=LocationFactory.create(has_messages=True))


def ticket_in(line: Line) -> Ticket:
    ticket = waiting_ticket(line)
    clerk = ticket.activities.get().user
    assert clerk
    return details.edit(ticket, phone_number="+3725123456", by=clerk)


@contextmanager
def working(wrapper: Callable[..., Any] = lambda execute, *args: execute(*args)) -> Iterator[None]:
    """A worker in a thread, whose queries go through `wrapper`."""
    over = Event()

    def work() -> None:
        with connection.execute_wrapper(wrapper):
            worker.work(over.is_set)
        connections.close_all()

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)


def wait_until(condition: Callable[[], bool]) -> float:
    """The seconds until it holds."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + 60, "it did not happen"
        time.sleep(0.02)
    return time.monotonic() - began


def test_rows_go_out_while_workers_are_killed(
    line: Line, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    ticket = ticket_in(line)
    now = instants.now()
    held = Message.objects.bulk_create(
        Message(ticket=ticket, direction=Direction.OUTGOING, body="Come.", created_at=now)
        for _ in range(ROWS)
    )
    calls = [{"message": each.pk} for each in held]
    outbox.put_all("message.hand_over", calls, due_at=now)
    version = Location.objects.get().version
    monkeypatch.setenv("DATABASE_URL", databases.address())
    fork = multiprocessing.get_context("forkserver")
    fork.set_forkserver_preload(["tests.tickets.worker_process"])
    began = time.monotonic()
    held_by_killed: set[int] = set()
    for stretch in range(1, KILLS + 2):
        process = fork.Process(target=worker_process.run, args=(0.5,))
        process.start()
        left = ROWS - ROWS * stretch // (KILLS + 1)
        wait_until(lambda left=left: Job.objects.count() <= left)  # type: ignore[misc]
        process.kill()
        process.join()
        held_by_killed.update(Job.objects.filter(attempts__gt=0).values_list("pk", flat=True))

    seconds = time.monotonic() - began
    sent = Message.objects.filter(status=MessageStatus.SENT).count()
    told = Location.objects.get().version - version
    assert (sent, told) == (ROWS, ROWS)
    figure(
        f"worker, {KILLS} kills: rows of {ROWS} out, lost, done twice, taken over; s",
        f"{sent}, {ROWS - sent}, {told - sent}, {len(held_by_killed)}; {seconds:.1f}",
    )


def test_row_is_done_within_half_a_second_of_being_due(line: Line, figure: Figure) -> None:
    ticket = ticket_in(line)
    clerk = ticket.activities.earliest("id").user
    assert clerk
    lateness = []
    with working():
        for ahead in (0.0, 0.4, 0.6):
            message = messages.send(ticket, body="Come.", by=clerk)
            Job.objects.update(due_at=instants.now() + timedelta(seconds=ahead))
            sent = Message.objects.filter(pk=message.pk, status=MessageStatus.SENT)
            lateness.append(wait_until(sent.exists) - ahead)

    assert max(lateness) <= 0.5 * SLOWER
    figure("worker: from a row's due time until it is done, at most, s", round(max(lateness), 2))


def do_after(delay: float, job: Job) -> None:
    time.sleep(delay)
    outbox.do(job)


def test_undo_of_a_message_and_the_worker_never_both_win(
    line: Line, in_threads: Threads, figure: Figure
) -> None:
    ticket = ticket_in(line)
    clerk = ticket.activities.earliest("id").user
    assert clerk
    taken_back = 0
    for delay in (count**2 * 0.0001 for count in range(ROUNDS)):
        message = messages.send(ticket, body="Come.", by=clerk)
        Job.objects.update(due_at=instants.now())
        activity = ticket.activities.latest("id")
        job = outbox.take()
        assert job

        result, _none = in_threads(
            lambda activity=activity: undo.undo(activity, by=clerk),  # type: ignore[misc]
            lambda job=job, delay=delay: do_after(delay, job),  # type: ignore[misc]
        )

        row = Message.objects.filter(pk=message.pk).first()
        is_undone = ticket.activities.filter(undoes=activity).exists()
        if isinstance(result, NotUndoable):
            assert (is_undone, row and row.status) == (False, MessageStatus.SENT)
        else:
            assert (is_undone, row) == (True, None)
            taken_back += 1

    assert Job.objects.count() == 0
    figure("undo of a message beside the worker: both won", 0)
    figure(f"undo of a message beside the worker: taken back, of {ROUNDS}", taken_back)


def test_worker_goes_on_after_the_database_was_away(line: Line) -> None:
    lost: list[str] = []

    def lose(execute: Any, sql: str, *args: Any) -> Any:
        if not lost:
            lost.append(sql)
            raise OperationalError("gone")
        return execute(sql, *args)

    outbox.put("visit.end", due_at=instants.now(), pk=0, status="NEW")

    with working(lose):
        wait_until(lambda: not Job.objects.exists())

    assert len(lost) == 1


def test_call_that_hangs_holds_up_no_other(transactional_db: None, figure: Figure) -> None:
    go_on = Event()
    made: list[str] = []

    @outbox.calls("test.call")
    def call(*, attempt: outbox.Attempt, to: str) -> Callable[[], object]:
        made.append(to)
        if to == "hanging":
            go_on.wait(60)
        return lambda: None

    now = instants.now()
    for to in ("hanging", "hanging", *["well"] * 50):
        outbox.put("test.call", due_at=now, lane=to, to=to)

    with working():
        seconds = wait_until(lambda: made.count("well") == 50)
        hanging = made.count("hanging")
        go_on.set()
        wait_until(lambda: not Job.objects.exists())

    assert (hanging, made.count("hanging")) == (1, 2)
    figure("worker: calls of a lane that hangs, beside 50 of another; s", f"1, {seconds:.1f}")
