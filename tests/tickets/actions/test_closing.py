"""The close of a day: nobody is left waiting or called, and the system did it."""

from tests.conftest import Threads
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import latest
from tickets.actions import closing, intake, lifecycle
from tickets.models import ActorType, Line, Ticket
from tickets.states import Status


def test_close_day_ends_every_visit(office: Office) -> None:
    ended = [office.served(), office.no_show(), office.cancelled()]
    waiting, called = office.waiting(), office.called()
    before = [latest(ticket).pk for ticket in ended]

    assert closing.close_day(office.location) == 2

    rows = [Ticket.objects.get(pk=ticket.pk) for ticket in (waiting, called)]
    assert [row.status for row in rows] == [Status.CANCELLED_BY_CLERK, Status.SERVED]
    assert {latest(row).actor_type for row in rows} == {ActorType.SYSTEM}
    assert [latest(ticket).pk for ticket in ended] == before
    assert closing.close_day(office.location) == 0


def test_close_day_leaves_other_locations(office: Office) -> None:
    line = Line.objects.create(
        location=type(office.location).objects.create(name="B", slug="b", country="EE"),
        name="B",
        letter="B",
        color="000000",
    )
    ticket = intake.create(line, by=office.clerk)

    closing.close_day(office.location)

    assert Ticket.objects.get(pk=ticket.pk).status == Status.NEW


def test_close_day_beside_clerks_at_work_ends_each_visit_once(
    office: Office, in_threads: Threads
) -> None:
    tickets = [office.called() for _ in range(10)]

    results = in_threads(
        lambda: closing.close_day(office.location),
        lambda: [lifecycle.serve(ticket, by=office.clerk) for ticket in tickets],
    )

    ended = [ticket.activities.filter(event="ticket.served").count() for ticket in tickets]
    assert ended == [1] * 10
    assert isinstance(results[0], int)
