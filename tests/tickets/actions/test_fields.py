"""Answers to a location's questions, given by two at once."""

from functools import partial

from tests.conftest import Figure, Threads
from tests.factories import InputFieldFactory
from tests.tickets.actions.conftest import make_office
from tickets.actions import fields
from tickets.actions.extras import ExtraValue
from tickets.models import Ticket

ROUNDS = 20


def test_answers_to_two_questions_at_once_are_both_kept(
    in_threads: Threads, figure: Figure
) -> None:
    office = make_office()
    asked = [InputFieldFactory.create(location=office.location, title=title) for title in "AB"]
    waiting = [office.waiting() for _ in range(ROUNDS)]

    for ticket in waiting:
        in_threads(
            *(
                partial(
                    fields.answer,
                    Ticket.objects.get(pk=ticket.pk),
                    field,
                    [ExtraValue(title=field.title, value="x")],
                    by=office.clerk,
                )
                for field in asked
            )
        )

    answers = [sorted(extra.title for extra in ticket.extras.all()) for ticket in waiting]
    assert answers == [["A", "B"]] * ROUNDS
    figure("answers to two questions of a ticket at once", f"{ROUNDS} pairs, 0 lost")
