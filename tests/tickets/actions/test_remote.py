"""What visitors do from afar: saying that they are here, and asking for more time."""

import pytest

from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import history
from tickets.actions import lifecycle, remote
from tickets.exceptions import LineFull, NobodyBehind, NoMoreTime, TicketStatus
from tickets.models import VISITOR, ActorType, EventName, Location, Ticket


def order(office: Office) -> list[int]:
    return [ticket.pk for ticket in office.location.tickets.waiting().in_order()]


def test_arrive_is_written_once(office: Office) -> None:
    ticket = office.waiting()

    remote.arrive(ticket, by=VISITOR)
    first = ticket.arrived_at
    remote.arrive(ticket, by=VISITOR)

    assert first
    assert Ticket.objects.get(pk=ticket.pk).arrived_at == first
    assert history(ticket) == [EventName.CREATED, EventName.EDITED]
    assert ticket.activities.latest("id").actor_type == ActorType.VISITOR


def test_arrival_taken_back_is_as_before(office: Office) -> None:
    ticket = office.waiting()
    remote.arrive(ticket, by=VISITOR)

    remote.take_arrival_back(ticket, by=VISITOR)
    remote.take_arrival_back(ticket, by=VISITOR)

    assert Ticket.objects.get(pk=ticket.pk).arrived_at is None
    assert history(ticket) == [EventName.CREATED, EventName.EDITED, EventName.EDITED]


def test_join_counts_arrivals_too_so_that_a_flood_ends(office: Office) -> None:
    Location.objects.update(remote_limit=2)

    for n in range(6):
        name = f"Visitor {n}"
        ticket = remote.join(office.line, first_name=name)
        remote.arrive(ticket, by=VISITOR)

    with pytest.raises(LineFull):
        remote.join(office.line, first_name="One more")
    office.location.refresh_from_db()
    assert remote.full_lines(office.location) == {office.line.pk}
    assert remote.join(office.other_line, first_name="Another").line == office.other_line


def test_arrive_of_somebody_who_was_called_is_refused(office: Office) -> None:
    ticket = office.called()

    with pytest.raises(TicketStatus):
        remote.arrive(ticket, by=VISITOR)

    assert Ticket.objects.get(pk=ticket.pk).arrived_at is None


def test_delay_lets_three_of_the_line_pass(office: Office) -> None:
    ticket = office.waiting()
    others = [
        office.waiting(line).pk
        for line in (office.line, office.other_line, office.line, office.line, office.line)
    ]

    remote.delay(ticket, by=VISITOR)

    assert order(office) == [*others[:4], ticket.pk, others[4]]
    assert (ticket.delays, history(ticket)[-1]) == (1, EventName.REORDERED)


def test_delay_goes_to_the_end_where_fewer_wait(office: Office) -> None:
    ticket = office.waiting()
    other = office.waiting()

    remote.delay(ticket, by=VISITOR)

    assert order(office) == [other.pk, ticket.pk]


def test_delay_is_possible_twice(office: Office) -> None:
    ticket = office.waiting()
    for _ in range(8):
        office.waiting()
    remote.delay(ticket, by=VISITOR)
    remote.delay(ticket, by=VISITOR)
    before = order(office)

    with pytest.raises(NoMoreTime):
        remote.delay(ticket, by=VISITOR)

    assert before.index(ticket.pk) == 6
    assert order(office) == before


def test_delay_with_nobody_behind_is_refused(office: Office) -> None:
    office.waiting()
    ticket = office.waiting()
    office.waiting(office.other_line)

    with pytest.raises(NobodyBehind):
        remote.delay(ticket, by=VISITOR)

    assert Ticket.objects.get(pk=ticket.pk).delays == 0


def test_delay_of_somebody_who_was_called_meanwhile_is_refused(office: Office) -> None:
    ticket = office.waiting()
    office.waiting()
    lifecycle.call(Ticket.objects.get(pk=ticket.pk), by=office.clerk)

    with pytest.raises(TicketStatus):
        remote.delay(ticket, by=VISITOR)
