"""The wait that a visitor is told: a range from who comes first and who serves."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import DjangoAssertNumQueries

from tests.conftest import Figure
from tests.factories import LineFactory, LocationFactory, clerk_of, waiting_ticket
from tickets import estimates
from tickets.actions import lifecycle, routing
from tickets.estimates import Estimate
from tickets.estimates.model import Clerk, Office, Pace
from tickets.models import Interaction, Line, Location, Ticket, User
from tickets.states import Outcome, Status

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    return LineFactory.create(expected_minutes=8)


@pytest.fixture
def clerk(line: Line) -> User:
    return clerk_of(line.location)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def serve(line: Line, clerk: User, *, began: datetime, minutes: int) -> None:
    """One visit, from the sign-in and the call at once to the end."""
    with time_machine.travel(began, tick=False) as clock:
        ticket = lifecycle.call(waiting_ticket(line, by=clerk), by=clerk, keep_open=True)
        clock.shift(timedelta(minutes=minutes))
        lifecycle.serve(ticket, by=clerk)


def serve_many(lines: Sequence[Line], clerks: Sequence[User], ends: Sequence[datetime]) -> None:
    """Services of 4 minutes, by turns of lines and clerks, written past the actions: they are many."""
    length = timedelta(minutes=4)
    tickets = Ticket.objects.bulk_create(
        Ticket(
            location=lines[0].location,
            line=lines[at % len(lines)],
            status=Status.SERVED,
            number=at + 1,
            numbered_on=date(2026, 1, 1),  # so that no number meets those of today
            created_at=end - length,
            called_at=end - length,
            caller=clerks[at % len(clerks)],
            served_at=end,
        )
        for at, end in enumerate(ends)
    )
    Interaction.objects.bulk_create(
        Interaction(
            ticket=ticket,
            line=ticket.line,
            user=clerks[at % len(clerks)],
            started_at=ticket.called_at,
            ended_at=ticket.served_at,
            outcome=Outcome.SERVED,
        )
        for at, ticket in enumerate(tickets)
    )


def serving(line: Line, clerk: User) -> Ticket:
    """A visitor whom the clerk has just called."""
    return lifecycle.call(waiting_ticket(line, by=clerk), by=clerk)


def of_newcomer(line: Line) -> Estimate:
    return estimates.for_newcomers([line])[line.pk]


@pytest.mark.parametrize(
    ("clerks", "ahead", "low", "high"),
    [(1, 0, 0, 20), (1, 3, 15, 55), (2, 3, 5, 30), (4, 0, 0, 5), (4, 99, 180, 225)],
)
def test_wait_is_a_range_in_steps_of_five_minutes(
    clerks: int, ahead: int, low: int, high: int
) -> None:
    busy = Clerk(lines=frozenset({1}), is_there=True, is_free=False)
    office = Office({1: Pace(minutes=8, show_rate=1)}, (busy,) * clerks)

    estimate = office.wait(1, {1: ahead})

    mean = (ahead + 1) * 8 / clerks
    assert estimate == Estimate(ahead=ahead, in_line=ahead, low=low, high=high, mean=mean)


def test_estimate_for_a_newcomer_and_for_who_waits(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    empty = LineFactory.create(location=line.location)
    serving(line, clerk)
    first, second = (waiting_ticket(line, by=clerk) for _ in range(2))

    newcomers = estimates.for_newcomers([line, empty])

    assert newcomers == {
        line.pk: Estimate(ahead=2, in_line=2, low=10, high=40, mean=24),
        empty.pk: Estimate(ahead=0, in_line=0),
    }
    assert estimates.for_ticket(first) == Estimate(ahead=0, in_line=0, low=0, high=20, mean=8)
    assert estimates.for_ticket(second) == Estimate(ahead=1, in_line=1, low=5, high=30, mean=16)
    assert estimates.for_tickets([first, second]) == [
        estimates.for_ticket(first),
        estimates.for_ticket(second),
    ]


def test_estimate_mixes_what_is_expected_with_what_was_measured(line: Line, clerk: User) -> None:
    serve(line, clerk, began=NOW - timedelta(hours=1), minutes=17)
    serve(line, clerk, began=NOW - timedelta(hours=6), minutes=300)  # forgotten open
    serve(line, clerk, began=NOW - timedelta(days=8), minutes=1)  # too long ago

    with time_machine.travel(NOW, tick=False):
        serving(line, clerk)
        estimate = of_newcomer(line)

    assert estimate.mean == (8 * 8 + 17) / 9


def test_estimate_measures_the_latest_thirty_services(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    early = clerk_of(line.location)
    serve(line, early, began=NOW - timedelta(minutes=60), minutes=50)
    serve_many([line], [clerk], [NOW - timedelta(seconds=10 * at) for at in range(30)])
    waiting_ticket(line, by=clerk)

    estimate = of_newcomer(line)

    # The one of 50 minutes is not among them, but the clerk who gave it may still be there.
    assert estimate.mean == (1 + 1) * (8 * 8 + 30 * 4) / (8 + 30) / 2


def test_estimate_measures_nothing_older_than_a_week(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    serve_many([line], [clerk], [NOW - timedelta(days=8, minutes=at) for at in range(40)])
    serving(line, clerk)

    assert of_newcomer(line).mean == 8


def test_estimate_is_unknown_with_nothing_expected_until_three_were_served(clerk: User) -> None:
    line = LineFactory.create(location=Location.objects.get(), expected_minutes=0)
    means = []
    for minutes in (30, 25, 20):
        serve(line, clerk, began=NOW - timedelta(minutes=minutes), minutes=4)
        with time_machine.travel(NOW, tick=False):
            called = serving(line, clerk)
            means.append(of_newcomer(line).mean)
            lifecycle.mark_no_show(called, by=clerk)

    assert means == [None, None, 4]


def test_estimate_counts_who_will_not_come_less(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    for _ in range(8):
        lifecycle.mark_no_show(serving(line, clerk), by=clerk)
    serving(line, clerk)
    for _ in range(4):
        waiting_ticket(line, by=clerk)

    estimate = of_newcomer(line)

    assert (estimate.ahead, estimate.mean) == (4, (4 * 0.5 + 1) * 8)


def test_estimate_counts_a_visitor_sent_on_as_served(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    ticket = serving(line, clerk)
    clock.shift(timedelta(minutes=17))
    other = LineFactory.create(location=line.location)
    routing.forward(ticket, line=other, by=clerk)
    serving(line, clerk)

    assert of_newcomer(line).mean == (8 * 8 + 17) / 9


def test_estimate_counts_the_clerks_who_serve_now(line: Line) -> None:
    open_still, just_ended, away, forgetful = (clerk_of(line.location) for _ in range(4))
    with time_machine.travel(NOW - timedelta(hours=5), tick=False):
        serving(line, forgetful)
    with time_machine.travel(NOW - timedelta(hours=1), tick=False):
        serving(line, open_still)
    serve(line, just_ended, began=NOW - timedelta(minutes=22), minutes=8)
    serve(line, away, began=NOW - timedelta(minutes=24), minutes=8)

    with time_machine.travel(NOW, tick=False):
        waiting_ticket(line, by=away)
        estimate = of_newcomer(line)

    assert estimate.mean == (1 + 1) * 8 / 2


def test_estimate_is_the_call_alone_where_a_clerk_is_free(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    lifecycle.serve(serving(line, clerk), by=clerk)

    assert of_newcomer(line) == Estimate(ahead=0, in_line=0, low=0, high=5, mean=0)


def test_estimate_is_only_who_comes_first_where_nobody_serves(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    waiting_ticket(line, by=clerk)
    second = waiting_ticket(line, by=clerk)

    assert estimates.for_ticket(second) == Estimate(ahead=1, in_line=1)


def test_estimate_counts_the_other_lines_of_the_same_clerk(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    other = LineFactory.create(location=line.location, expected_minutes=8)
    lifecycle.serve(serving(line, clerk), by=clerk)
    clock.shift(timedelta(minutes=16))  # all of which the clerk is with the other line
    serving(other, clerk)
    waiting_ticket(other, by=clerk)
    ticket = waiting_ticket(line, by=clerk)
    waiting_ticket(other, by=clerk)

    estimate = estimates.for_ticket(ticket)

    pace = 8 * 8 / 9  # one service that took no time
    assert (estimate.ahead, estimate.in_line) == (1, 0)
    assert estimate.mean == pytest.approx(8 + pace)
    assert estimates.for_tickets([ticket]) == [estimate]
    assert of_newcomer(line).mean == pytest.approx(2 * 8 + 2 * pace)


def test_estimate_is_one_queue_where_all_clerks_serve_all_lines(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    other = LineFactory.create(location=line.location, expected_minutes=8)
    for each in (clerk, clerk_of(line.location)):
        each.selected_lines.set([line, other])
        serving(line, each)
    for at in (line, other, other, other):
        waiting_ticket(at, by=clerk)

    waits = estimates.for_newcomers([line, other])

    assert [(each.ahead, each.mean) for each in waits.values()] == [(4, 5 * 8 / 2)] * 2
    assert [each.in_line for each in waits.values()] == [1, 3]


def test_estimate_is_no_call_alone_where_somebody_comes_first(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    other = LineFactory.create(location=line.location, expected_minutes=8)
    clerk.selected_lines.set([line, other])
    lifecycle.mark_no_show(serving(line, clerk), by=clerk)
    waiting_ticket(other, by=clerk)

    assert of_newcomer(line).mean == 16


def test_who_comes_first_stays_while_the_clerks_pause(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    other = LineFactory.create(location=line.location)
    for each in (line, other):
        lifecycle.serve(serving(each, clerk), by=clerk)
    waiting_ticket(other, by=clerk)
    clock.shift(timedelta(hours=1))

    assert of_newcomer(line) == Estimate(ahead=1, in_line=0)


def test_estimate_takes_the_lines_that_a_clerk_has_chosen(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    left, chosen = LineFactory.create_batch(2, location=line.location, expected_minutes=8)
    clerk.selected_lines.set([line, chosen])
    lifecycle.serve(serving(left, clerk), by=clerk)
    clock.shift(timedelta(minutes=16))
    serving(line, clerk)
    for each in (left, chosen):
        waiting_ticket(each, by=clerk)

    waits = estimates.for_newcomers([left, line, chosen])

    assert waits[left.pk] == Estimate(ahead=1, in_line=1)
    assert (waits[line.pk].ahead, waits[line.pk].mean) == (1, 16)
    assert (waits[chosen.pk].ahead, waits[chosen.pk].mean) == (1, 16)


def test_estimate_does_not_wait_for_a_clerk_who_is_busy_elsewhere(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    other = LineFactory.create(location=line.location, expected_minutes=8)
    both = clerk_of(line.location)
    both.selected_lines.set([line, other])
    for each in (clerk, both):
        serving(line, each)
    for _ in range(10):
        waiting_ticket(other, by=clerk)

    here, there = estimates.for_newcomers([line, other]).values()

    assert (here.ahead, here.mean) == (0, 8)
    assert (there.ahead, there.mean) == (10, 11 * 8)


def test_estimate_leaves_other_locations_out(
    line: Line, clerk: User, clock: time_machine.Traveller
) -> None:
    elsewhere = LineFactory.create(expected_minutes=8)
    for each in (line, elsewhere):
        serving(each, clerk)
    waiting_ticket(elsewhere)

    assert of_newcomer(line).mean == 8


def test_estimates_of_a_list_are_those_of_each(clock: time_machine.Traveller) -> None:
    location = LocationFactory.create()
    lines = LineFactory.create_batch(3, location=location)
    clerks = [clerk_of(location) for _ in lines]
    for at, clerk in enumerate(clerks):
        clerk.selected_lines.set(lines[at : at + 2])
        serving(lines[at], clerk)
    for at in range(12):
        ticket = waiting_ticket(lines[at % 3], by=clerks[0])
        clock.shift(timedelta(seconds=at % 2))  # some at the same instant
    routing.reorder(ticket, after=None, by=clerks[0])
    waiting = list(Ticket.objects.waiting().in_order())

    for tickets in (waiting, waiting[5:7], waiting[1::2], []):
        together = estimates.for_tickets(tickets)

        assert together == [estimates.for_ticket(ticket) for ticket in tickets]


@pytest.mark.parametrize("count", [1, 3])
def test_estimates_take_as_many_queries_for_three_rows_as_for_one(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    location = LocationFactory.create()
    lines = LineFactory.create_batch(count, location=location)
    clerk = clerk_of(location)
    for each in lines:
        lifecycle.call(waiting_ticket(each, by=clerk), by=clerk, keep_open=True)
    tickets = [waiting_ticket(each, by=clerk) for each in lines]
    last = Ticket.objects.get(pk=tickets[-1].pk)

    with django_assert_num_queries(2):
        estimates.for_newcomers(lines)
    with django_assert_num_queries(2):
        estimates.for_ticket(last)
    with django_assert_num_queries(3):
        estimates.for_tickets(tickets)


def test_uw5_cost_with_500_waiting(clock: time_machine.Traveller, figure: Figure) -> None:
    """Busy days behind it: 4 lines, 800 visits on record, 500 who wait, 8 clerks."""
    location = LocationFactory.create()
    lines = LineFactory.create_batch(4, location=location)
    clerks = [clerk_of(location) for _ in range(8)]
    serve_many(lines, clerks, [NOW - timedelta(minutes=5 * at) for at in range(1, 801)])
    for line, clerk in zip(lines, clerks, strict=False):
        clerk.selected_lines.set(lines)
        serving(line, clerk)
    last = wait_in_line(lines, 500)

    with CaptureQueriesContext(connection) as queries:
        estimate = estimates.for_ticket(last)
    rows = [rows_of(query["sql"]) for query in queries]
    took = []
    for name, call in {
        "a ticket": lambda: estimates.for_ticket(last),
        "a line": lambda: estimates.for_newcomers(lines[:1]),
        "all 4 lines": lambda: estimates.for_newcomers(lines),
    }.items():
        rounds = []
        for _ in range(9):
            start = time.perf_counter()
            call()
            rounds.append(time.perf_counter() - start)
        median, best = sorted(rounds)[4] * 1000, min(rounds) * 1000
        took.append(f"{name} {median:.1f} ms (best {best:.1f})")

    assert estimate.ahead == 499
    # The lines; then 30 services of each, whom 4 clerks serve now, and the 4 lines each has chosen.
    assert rows == [4, 4 * 30 + 4 + 4 * 4]
    figure("UW5 estimate with 500 waiting", f"{len(rows)} queries; median of {', '.join(took)}")


def wait_in_line(lines: Sequence[Line], count: int) -> Ticket:
    """The last of so many who wait."""
    tickets = Ticket.objects.bulk_create(
        Ticket(
            location=lines[0].location,
            line=lines[at % len(lines)],
            number=at + 1,
            numbered_on=date(2026, 1, 2),
            created_at=NOW - timedelta(seconds=count - at),
        )
        for at in range(count)
    )
    return Ticket.objects.get(pk=tickets[-1].pk)


def rows_of(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return len(cursor.fetchall())


def test_quote_is_left_out_where_nobody_plans_by_it() -> None:
    assert Estimate(1, 1, low=400, high=480).quote == (400, 480)
    assert Estimate(1, 1, low=400, high=485).quote is None
    assert Estimate(1, 1).quote is None
