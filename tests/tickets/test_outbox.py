"""The outbox: a row goes with its transaction, is taken by one worker, and is tried again."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction

from tests.conftest import CountQueries, Figure, Threads
from tickets import outbox
from tickets.models import Job
from tickets.outbox import Attempt, NotYet

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

done: list[int] = []


@outbox.does("test.note")
def note(*, number: int) -> None:
    done.append(number)


@outbox.does("test.fail")
def fail() -> None:
    Job.objects.create(kind="test.note", created_at=NOON, due_at=NOON)
    raise ValueError("no paper")


@outbox.calls("test.ask")
def ask(*, attempt: Attempt, number: int) -> Callable[[], object]:
    done.append(-number if connection.in_atomic_block else number)
    return lambda: outbox.put("test.answer", due_at=NOON + timedelta(days=1), after=attempt.number)


@outbox.calls("test.not_yet")
def not_yet(*, attempt: Attempt) -> Callable[[], object]:
    tries.append(attempt)
    raise NotYet("busy", pause=timedelta(minutes=7))


tries: list[Attempt] = []


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    done.clear()
    tries.clear()


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def taken() -> Job:
    job = outbox.take()
    assert job
    return job


def test_put_in_a_transaction_that_is_rolled_back_leaves_nothing(db: None) -> None:
    with transaction.atomic():
        outbox.put("test.note", due_at=NOON, number=1)
        transaction.set_rollback(True)

    assert outbox.take() is None


def test_take_gives_what_is_due_in_order_and_do_ends_it(clock: time_machine.Traveller) -> None:
    for number, seconds in ((1, 2), (2, 1), (3, 6)):
        outbox.put("test.note", due_at=NOON + timedelta(seconds=seconds), number=number)
    early = outbox.take()
    clock.shift(timedelta(seconds=5))

    while job := outbox.take():
        outbox.do(job)

    assert early is None
    assert done == [2, 1]
    assert Job.objects.get().arguments == {"number": 3}
    assert outbox.seconds_left() == 1


def test_what_a_killed_worker_held_is_taken_when_the_lease_ends(
    clock: time_machine.Traveller,
) -> None:
    outbox.put("test.note", due_at=NOON, number=1)
    killed = taken()
    clock.shift(outbox.LEASE - timedelta(milliseconds=1))
    early = outbox.take()
    clock.shift(timedelta(milliseconds=1))

    job = taken()

    assert early is None
    assert (job.pk, killed.attempts, job.attempts) == (killed.pk, 1, 2)


def test_do_after_the_lease_leaves_the_row_to_who_has_it(clock: time_machine.Traveller) -> None:
    outbox.put("test.note", due_at=NOON, number=1)
    slow = taken()
    clock.shift(outbox.LEASE)
    quick = taken()

    outbox.do(slow)
    outbox.do(quick)
    outbox.do(quick)

    assert done == [1]


def test_failure_undoes_the_work_and_is_tried_again_for_three_days(
    clock: time_machine.Traveller, figure: Figure
) -> None:
    outbox.put("test.fail", due_at=NOON)
    ratios = []
    for pause in outbox.PAUSES:
        outbox.do(taken())
        left = outbox.seconds_left() or 0
        ratios.append(left / pause.total_seconds())
        clock.shift(left)
    last = taken()

    outbox.do(last)

    job = Job.objects.get()
    assert (job.attempts, job.due_at) == (10, None)
    assert job.error.startswith("ValueError in fail (test_outbox.py:")
    assert (outbox.take(), outbox.seconds_left()) == (None, None)
    assert 0.8 <= min(ratios) < max(ratios) <= 1.2
    assert sum(outbox.PAUSES, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    figure("outbox: tries of what fails, each pause by the schedule", f"10, ±{outbox.JITTER:.0%}")


def test_failure_of_one_lets_the_others_go_on(clock: time_machine.Traveller) -> None:
    outbox.put("test.unknown", due_at=NOON)
    outbox.put("test.note", due_at=NOON, number=1)

    while job := outbox.take():
        outbox.do(job)

    assert done == [1]
    assert Job.objects.get().error.startswith("KeyError in do (outbox.py:")


@pytest.mark.django_db(transaction=True)
def test_call_is_made_in_no_transaction_and_its_end_is_written_with_the_rows() -> None:
    outbox.put("test.ask", due_at=NOON, lane="a", number=1)

    outbox.do(taken())

    assert done == [1]
    assert [(job.kind, job.arguments) for job in Job.objects.all()] == [
        ("test.answer", {"after": 1})
    ]


def test_call_that_took_longer_than_its_lease_writes_nothing(clock: time_machine.Traveller) -> None:
    outbox.put("test.ask", due_at=NOON, lane="a", number=1)
    slow = taken()
    clock.shift(outbox.LEASE)
    taken()

    outbox.do(slow)

    assert Job.objects.get().kind == "test.ask"


def test_call_that_was_told_to_wait_is_made_after_that_pause(clock: time_machine.Traveller) -> None:
    outbox.put("test.not_yet", due_at=NOON, lane="a")
    for _ in range(9):
        outbox.do(taken())
        clock.shift(timedelta(minutes=7))
    last = taken()

    outbox.do(last)

    job = Job.objects.get()
    assert [attempt.is_last for attempt in tries] == [False] * 9 + [True]
    assert (job.due_at, job.error) == (None, "NotYet: busy")


def test_take_leaves_the_rows_of_a_busy_lane(clock: time_machine.Traveller) -> None:
    for lane in ("a", "a", "b"):
        outbox.put("test.ask", due_at=NOON, lane=lane, number=1)

    lanes = [job and job.lane for job in (taken(), outbox.take(["a"]), outbox.take(["a", "b"]))]

    assert lanes == ["a", "b", None]


def test_take_makes_no_call_but_does_the_rest_while_all_slots_are_busy(
    clock: time_machine.Traveller,
) -> None:
    outbox.put("test.ask", due_at=NOON, lane="new", number=1)
    outbox.put("test.note", due_at=NOON, number=2)
    busy = [str(slot) for slot in range(outbox.SLOTS)]

    kinds = [
        job and job.kind for job in (outbox.take(busy), outbox.take(busy), outbox.take(busy[1:]))
    ]

    assert kinds == ["test.note", None, "test.ask"]


def test_webhooks_that_hang_leave_slots_to_others(clock: time_machine.Traveller) -> None:
    hanging = [f"{outbox.WEBHOOK}{number}" for number in range(outbox.SLOTS)]
    for lane in hanging:
        outbox.put("test.ask", due_at=NOON, lane=lane, number=1)
    outbox.put("test.ask", due_at=NOON, lane="sms", number=2)
    busy: list[str] = []

    while job := outbox.take(busy):
        busy.append(job.lane)

    assert busy == [*hanging[: outbox.SLOTS - outbox.SPARED], "sms"]


def test_lane_that_is_slow_is_put_behind_the_others(clock: time_machine.Traveller) -> None:
    for lane in ("slow", "slow", "quick"):
        outbox.put("test.ask", due_at=NOON, lane=lane, number=1)
        clock.shift(timedelta(seconds=1))

    outbox.put_behind("slow")

    assert taken().lane == "quick"


def test_what_was_given_up_is_forgotten_after_a_month(clock: time_machine.Traveller) -> None:
    outbox.put("test.note", due_at=NOON, number=1)
    Job.objects.create(kind="test.note", created_at=NOON, due_at=None)
    clock.shift(outbox.KEPT)
    outbox.forget_given_up()
    kept = Job.objects.count()
    clock.shift(timedelta(milliseconds=1))

    outbox.forget_given_up()

    assert (kept, Job.objects.get().due_at) == (2, NOON)


def test_two_workers_never_take_the_same_row(in_threads: Threads, figure: Figure) -> None:
    calls = [{"number": number} for number in range(200)]
    outbox.put_all("test.note", calls, due_at=NOON)

    def drain() -> list[int]:
        rows = []
        while job := outbox.take():
            rows.append(job.pk)
            outbox.do(job)
        return rows

    shares = in_threads(*[drain] * 4)

    rows = [row for share in shares if isinstance(share, list) for row in share]
    assert sorted(done) == list(range(200))
    assert len(rows) == len(set(rows)) == 200
    figure("outbox: rows of 200 taken twice by 4 workers at once", len(rows) - len(set(rows)))


def test_put_all_takes_as_many_queries_for_many(count_queries: CountQueries) -> None:
    one, three = (
        count_queries(lambda n=n: outbox.put_all("test.note", [{"number": 1}] * n, due_at=NOON))  # type: ignore[misc]
        for n in (1, 3)
    )

    assert one == three
