"""What a process remembers: for its time, no more than so much, and nothing of nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction

from tickets.remembered import Remembered

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_get_asks_again_after_its_time_and_when_the_clock_was_set_back() -> None:
    remembered, answers = Remembered(seconds=5, most=9), iter("abcd")
    seen = []

    with time_machine.travel(NOW, tick=False) as clock:
        for seconds in (0, 4.9, 0.2, -1, 1):
            clock.shift(timedelta(seconds=seconds))
            seen.append(remembered.get("key", lambda: next(answers)))

    assert seen == ["a", "a", "b", "c", "c"]


def test_get_of_nothing_keeps_nothing() -> None:
    remembered, answers = Remembered(seconds=5, most=9), iter([None, "found"])

    assert [remembered.get("key", lambda: next(answers)) for _ in range(3)] == [
        None,
        *["found"] * 2,
    ]


def test_get_keeps_no_more_than_so_many() -> None:
    remembered = Remembered(seconds=5, most=10)

    for number in range(1000):
        remembered.get(str(number), lambda: "value")

    assert len(remembered._kept) <= 10


@pytest.mark.django_db(transaction=True)
def test_forget_in_a_transaction_also_forgets_what_was_read_before_its_commit() -> None:
    remembered, answers = Remembered(seconds=5, most=9), iter("abc")
    seen = [remembered.get("key", lambda: next(answers))]

    with transaction.atomic():
        remembered.forget()
        seen.append(remembered.get("key", lambda: next(answers)))
    seen.append(remembered.get("key", lambda: next(answers)))

    assert seen == ["a", "b", "c"]
