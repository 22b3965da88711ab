"""A form that comes twice is taken once, and shows the result of the first time (C5, I2)."""

import pytest

from tests.conftest import Figure, Threads
from tests.factories import LineFactory, clerk_of
from tickets import idempotency
from tickets.actions import intake, lifecycle
from tickets.exceptions import LineClosed
from tickets.idempotency import Result
from tickets.models import LineStatus, SpentToken, Ticket


@pytest.mark.django_db
def test_once_takes_the_action_and_shows_its_ticket_again() -> None:
    line = LineFactory.create()
    clerk = clerk_of(line.location)
    token = idempotency.new_token()

    results = [idempotency.once(token, lambda: intake.create(line, by=clerk)) for _ in range(2)]

    ticket = Ticket.objects.get()
    assert results == [Result(ticket, is_repeated=False), Result(ticket, is_repeated=True)]
    assert SpentToken.objects.get().token != token  # kept as a hash


@pytest.mark.django_db
def test_once_with_another_token_is_another_action() -> None:
    line = LineFactory.create()
    clerk = clerk_of(line.location)

    for _time in range(2):
        idempotency.once(idempotency.new_token(), lambda: intake.create(line, by=clerk))

    assert Ticket.objects.count() == 2


@pytest.mark.django_db
def test_once_without_a_token_takes_the_form_as_it_comes() -> None:
    line = LineFactory.create()
    clerk = clerk_of(line.location)

    for _time in range(2):
        result = idempotency.once("", lambda: intake.create(line, by=clerk))

    assert not result.is_repeated
    assert (Ticket.objects.count(), SpentToken.objects.count()) == (2, 0)


@pytest.mark.django_db
def test_once_spends_nothing_on_a_refusal() -> None:
    line = LineFactory.create(status=LineStatus.DISABLED)
    clerk = clerk_of(line.location)
    with pytest.raises(LineClosed):
        idempotency.once("token", lambda: intake.create(line, by=clerk))
    type(line).objects.update(status=LineStatus.ENABLED)

    result = idempotency.once("token", lambda: intake.create(line, by=clerk))

    assert not result.is_repeated


@pytest.mark.django_db
def test_once_spends_nothing_where_nobody_waits() -> None:
    line = LineFactory.create()
    clerk = clerk_of(line.location)
    nobody = idempotency.once("token", lambda: lifecycle.call_next([line], by=clerk))
    ticket = intake.create(line, by=clerk)

    somebody = idempotency.once("token", lambda: lifecycle.call_next([line], by=clerk))

    assert (nobody, somebody) == (
        Result(None, is_repeated=False),
        Result(ticket, is_repeated=False),
    )


@pytest.mark.django_db
def test_once_lets_a_broken_rule_of_the_database_through() -> None:
    line = LineFactory.create()

    def broken() -> Ticket:
        return Ticket.objects.create(
            location=line.location, line=line, number=0, numbered_on="2026-01-01",
            public_id="A-0", created_at="2026-01-01T00:00Z",
        )  # fmt: skip

    with pytest.raises(Exception, match="ticket_number_positive"):
        idempotency.once("token", broken)


def test_one_form_twice_at_once_adds_one_visitor(in_threads: Threads, figure: Figure) -> None:
    line = LineFactory.create()
    clerk = clerk_of(line.location)
    rounds, wrong = 20, 0

    for number in range(rounds):
        results = in_threads(
            *[
                lambda token=f"t{number}": idempotency.once(
                    token, lambda: intake.create(line, by=clerk)
                )
            ]
            * 2
        )
        tickets = {result.ticket for result in results if isinstance(result, Result)}
        repeated = [result.is_repeated for result in results if isinstance(result, Result)]
        wrong += (len(tickets), sorted(repeated)) != (1, [False, True])

    figure(f"I2 double sign-ins of {rounds} double submits", Ticket.objects.count() - rounds)
    assert (wrong, Ticket.objects.count()) == (0, rounds)


def test_call_next_twice_at_once_calls_one_visitor(in_threads: Threads, figure: Figure) -> None:
    line = LineFactory.create()
    clerk = clerk_of(line.location)
    for _visitor in range(20):
        intake.create(line, by=clerk)
    rounds, wrong = 10, 0

    for number in range(rounds):
        results = in_threads(
            *[
                lambda token=f"t{number}": idempotency.once(
                    token, lambda: lifecycle.call_next([line], by=clerk, keep_open=True)
                )
            ]
            * 2
        )
        wrong += len({result.ticket for result in results if isinstance(result, Result)}) != 1

    called = Ticket.objects.called().count()
    figure(f"C5 visitors called by {rounds} double taps on Call next", called)
    assert (wrong, called) == (0, rounds)
