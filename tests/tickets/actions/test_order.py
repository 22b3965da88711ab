"""The order of a location after thousands of moves to one spot."""

import random
from datetime import datetime

import pytest
from django.db import transaction

from tests.conftest import Figure
from tests.tickets.actions.conftest import Office
from tickets.actions import routing
from tickets.models import Ticket

MOVES = 400
BATCH = 50  # moves that are committed together, which spares us waiting for the disk


@pytest.mark.django_db(transaction=True)  # in one transaction PostgreSQL keeps every old row
def test_moves_to_one_spot_equal_a_list_after_each_step(office: Office, figure: Figure) -> None:
    tickets = [office.waiting([office.line, office.other_line][n % 2]) for n in range(40)]
    expected = [ticket.pk for ticket in tickets]
    anchor = tickets[10]
    others = [ticket for ticket in tickets if ticket != anchor]
    chance = random.Random(42)

    differences = 0
    for _batch in range(MOVES // BATCH):
        with transaction.atomic():
            for _move in range(BATCH):
                moved = chance.choice(others)
                expected.remove(moved.pk)
                expected.insert(expected.index(anchor.pk) + 1, moved.pk)

                routing.reorder(moved, after=anchor, by=office.clerk)

                differences += shown_order() != (expected, expected)
    figure(f"order differs from a list after {MOVES} moves to one spot", differences)
    assert differences == 0


def shown_order() -> tuple[list[int], list[int]]:
    """The ids as we call them, and sorted by what the API shows of each ticket."""
    rows = list(Ticket.objects.waiting().in_order().values_list("pk", "order_after", "created_at"))

    def place(row: tuple[int, datetime | None, datetime]) -> tuple[datetime, int]:
        pk, order_after, created_at = row
        return (order_after or created_at, pk)

    return [row[0] for row in rows], [row[0] for row in sorted(rows, key=place)]


def test_moves_to_the_front_equal_a_list(office: Office) -> None:
    tickets = [office.waiting() for _ in range(10)]
    expected = [ticket.pk for ticket in tickets]
    chance = random.Random(42)

    for _move in range(200):
        moved = chance.choice(tickets)
        expected.remove(moved.pk)
        expected.insert(0, moved.pk)

        routing.reorder(moved, after=None, by=office.clerk)

        assert shown_order() == (expected, expected)


def test_moves_to_the_end_equal_a_list(office: Office) -> None:
    tickets = [office.waiting() for _ in range(10)]
    expected = [ticket.pk for ticket in tickets]
    chance = random.Random(42)

    for _move in range(200):
        moved = chance.choice(tickets)
        expected.remove(moved.pk)
        expected.append(moved.pk)
        last = Ticket.objects.get(pk=expected[-2])

        routing.reorder(moved, after=last, by=office.clerk)

        assert shown_order() == (expected, expected)


def test_only_the_moved_get_an_order_after(office: Office) -> None:
    first, second, third = (office.waiting() for _ in range(3))
    spread = [first.created_at, second.created_at, third.created_at]
    for minute, ticket in enumerate((first, second, third)):
        place = spread[0].replace(minute=minute)
        Ticket.objects.filter(pk=ticket.pk).update(created_at=place)

    routing.reorder(third, after=first, by=office.clerk)

    moved = Ticket.objects.exclude(order_after=None)
    assert list(moved) == [third]
