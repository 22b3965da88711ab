"""The wait that a visitor is told: a range from who is ahead and who serves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.factories import LineFactory, LocationFactory, clerk_of, waiting_ticket
from tickets import estimates
from tickets.actions import lifecycle
from tickets.estimates import Estimate, Pace
from tickets.models import Line

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pace", "ahead", "estimate"),
    [
        (Pace(minutes=8, clerks=0), 3, Estimate(3)),
        (Pace(minutes=8, clerks=1), 0, Estimate(0, 0, 20)),
        (Pace(minutes=8, clerks=1), 3, Estimate(3, 15, 55)),
        (Pace(minutes=8, clerks=2), 3, Estimate(3, 5, 30)),
        (Pace(minutes=1, clerks=4), 0, Estimate(0, 0, 5)),
    ],
)
def test_wait_is_a_range_in_steps_of_five_minutes(
    pace: Pace, ahead: int, estimate: Estimate
) -> None:
    assert pace.wait(ahead) == estimate


@pytest.mark.django_db
def test_pace_mixes_what_is_expected_with_what_was_measured() -> None:
    line = LineFactory.create(expected_minutes=8)
    clerk = clerk_of(line.location)
    serve(line, clerk, began=NOW - timedelta(hours=1), minutes=17)
    serve(line, clerk, began=NOW - timedelta(hours=6), minutes=300)  # forgotten open
    serve(line, clerk, began=NOW - timedelta(days=8), minutes=1)  # too long ago

    with time_machine.travel(NOW, tick=False):
        pace = estimates.paces([line])[line.pk]

    assert pace == Pace(minutes=(8 * 8 + 17) / 9, clerks=0)


def serve(line: Line, clerk: Any, *, began: datetime, minutes: int) -> None:
    with time_machine.travel(began, tick=False) as clock:
        ticket = lifecycle.call(waiting_ticket(line, by=clerk), by=clerk, keep_open=True)
        clock.shift(timedelta(minutes=minutes))
        lifecycle.serve(ticket, by=clerk)


@pytest.mark.django_db
def test_pace_counts_who_serves_the_line_now() -> None:
    location = LocationFactory.create()
    line, other = LineFactory.create_batch(2, location=location)
    first, second, third = (clerk_of(location) for _ in range(3))
    with time_machine.travel(NOW - timedelta(hours=1), tick=False):
        lifecycle.call(waiting_ticket(line, by=first), by=first)  # still open
    serve(line, second, began=NOW - timedelta(minutes=14), minutes=2)
    serve(line, third, began=NOW - timedelta(minutes=16), minutes=2)
    serve(other, third, began=NOW - timedelta(minutes=5), minutes=2)

    with time_machine.travel(NOW, tick=False):
        paces = estimates.paces([line, other])

    assert [paces[line.pk].clerks, paces[other.pk].clerks] == [2, 1]


@pytest.mark.django_db
def test_estimate_for_a_newcomer_and_for_who_waits() -> None:
    line, empty = LineFactory.create_batch(2, location=LocationFactory.create())
    clerk = clerk_of(line.location)
    with time_machine.travel(NOW, tick=False):
        lifecycle.call(waiting_ticket(line, by=clerk), by=clerk)
        first, second = (waiting_ticket(line, by=clerk) for _ in range(2))

        newcomers = estimates.for_newcomers([line, empty])
        own = [estimates.for_ticket(ticket) for ticket in (first, second)]

    assert (newcomers[line.pk].ahead, newcomers[empty.pk]) == (2, Estimate(0))
    assert own == [Estimate(0, 0, 20), Estimate(1, 5, 30)]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_estimates_take_as_many_queries_for_three_lines_as_for_one(
    count: int, django_assert_num_queries: Any
) -> None:
    lines = LineFactory.create_batch(count, location=LocationFactory.create())

    with django_assert_num_queries(3):
        estimates.for_newcomers(lines)
