"""How often one network may do something: bursts, refills, and many processes at once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from kiosk import gate
from tests.conftest import Figure, Threads
from tickets import limits
from tickets.limits import Limit
from tickets.models import Bucket

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LIMIT = Limit("test", burst=3, interval=timedelta(seconds=10))

pytestmark = pytest.mark.django_db


def test_take_gives_a_burst_and_then_one_each_interval() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        at_once = [limits.take(LIMIT, "192.0.2.1") for _ in range(4)]
        clock.shift(timedelta(seconds=10))
        later = [limits.take(LIMIT, "192.0.2.1") for _ in range(2)]

    assert at_once == [True, True, True, False]
    assert later == [True, False]


def test_take_counts_each_network_and_each_thing_by_itself() -> None:
    other = LIMIT._replace(what="other")
    for _ in range(3):
        limits.take(LIMIT, "192.0.2.1")

    taken = [
        limits.take(LIMIT, "192.0.2.1"),
        limits.take(LIMIT, "::ffff:192.0.2.1"),
        limits.take(LIMIT, "192.0.2.2"),
        limits.take(other, "192.0.2.1"),
    ]

    assert taken == [False, False, True, True]


def test_take_counts_a_network_of_ipv6_as_one() -> None:
    taken = [limits.take(LIMIT, f"2001:db8:1:2::{host}") for host in range(1, 5)]

    assert taken == [True, True, True, False]
    assert limits.take(LIMIT, "2001:db8:1:3::1")


def test_take_of_many_at_once_gives_what_is_there(in_threads: Threads) -> None:
    taken = in_threads(*[lambda: limits.take(LIMIT, "192.0.2.1")] * 8)

    assert sorted(map(str, taken)) == ["False"] * 5 + ["True"] * 3


def test_no_address_is_stored() -> None:
    limits.take(LIMIT, "192.0.2.1")

    assert "192" not in Bucket.objects.get().name.split(".")
    assert len(Bucket.objects.get().name) == 64


def test_full_buckets_are_forgotten() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        limits.take(LIMIT, "192.0.2.1")
        clock.shift(timedelta(seconds=5))
        limits.take(LIMIT, "192.0.2.2")
        clock.shift(timedelta(seconds=5))

        limits.forget_full()

        assert Bucket.objects.count() == 1


def test_k6_a_flood_gets_no_more_than_its_share(figure: Figure) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        flood = sum(_taken_after(clock) for _ in range(1000))
        patient = 0
        for _ in range(30):
            clock.shift(gate.FREELY.interval)
            patient += limits.take(gate.FREELY, "192.0.2.1")

    assert flood <= gate.FREELY.burst + 30
    assert patient >= 20
    figure("K6 of 1,000 in a minute of one network let in without work", flood)
    figure("K6 let in a minute without JavaScript, of who tries every 2 s", patient)


def _taken_after(clock: time_machine.Traveller) -> bool:
    clock.shift(timedelta(milliseconds=60))
    return limits.take(gate.FREELY, "192.0.2.1")
