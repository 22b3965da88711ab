"""What a step costs in a house that has been open for years."""

import pytest
from django.db import connection, transaction

from tests.conftest import Figure
from tests.tickets.actions.conftest import Office, make_office
from tests.tickets.actions.steps import STEPS, Step
from tickets import instants
from tickets.models import Activity, Direction, EventName, Interaction, Message, Ticket
from tickets.states import Outcome, Status

VISITS = 300
EVERY = 10  # instructions of SQLite's machine between two looks


def test_no_step_looks_through_the_history(office: Office, figure: Figure) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("SQLite alone tells how much it looked at, and looks at whole tables by itself")
    for step in STEPS.values():  # what is asked once is asked by now
        instructions(step, office)
    young = {name: instructions(step, office) for name, step in STEPS.items()}
    spend_years()

    old = {name: instructions(step, office) for name, step in STEPS.items()}

    growth = {name: round(old[name] / young[name], 2) for name in STEPS}
    figure(f"SQLite's work for a step after {VISITS} more visits, at most", max(growth.values()))
    assert {name: times for name, times in growth.items() if times > 1.2} == {}


def instructions(step: Step, office: Office) -> int:
    """What SQLite does for the step, which is then taken back."""
    looks = [0]

    def look() -> int:
        looks[0] += 1
        return 0

    with transaction.atomic():
        ticket = step.arrange(office)
        connection.connection.set_progress_handler(look, EVERY)
        step.take(ticket, office)
        connection.connection.set_progress_handler(None, 0)
        transaction.set_rollback(True)
    return looks[0] * EVERY


def spend_years() -> None:
    """Visits of another location that are over, each with its rows in the tables of a visit."""
    office, now = make_office(), instants.now()
    tickets = Ticket.objects.bulk_create(
        Ticket(
            location=office.location,
            line=office.line,
            status=Status.SERVED,
            created_at=now,
            called_at=now,
            caller=office.clerk,
            served_at=now,
            number=number,
            numbered_on=office.location.today(),
            public_id=f"A-{number}",
        )
        for number in range(1, VISITS + 1)
    )
    interactions = Interaction.objects.bulk_create(
        Interaction(
            ticket=ticket,
            line=office.line,
            user=office.clerk,
            started_at=now,
            ended_at=now,
            outcome=Outcome.SERVED,
        )
        for ticket in tickets
    )
    messages = Message.objects.bulk_create(
        Message(ticket=ticket, direction=Direction.OUTGOING, body="Hello", created_at=now)
        for ticket in tickets
    )
    Activity.objects.bulk_create(
        Activity(
            location=office.location,
            ticket=ticket,
            event=EventName.SERVED,
            sequence=1000 + number,
            at=now,
            actor_type="USER",
            user=office.clerk,
            interaction=interaction,
            message=message,
        )
        for number, (ticket, interaction, message) in enumerate(
            zip(tickets, interactions, messages, strict=True)
        )
    )
