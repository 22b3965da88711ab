"""Edit: what is given changes, the rest stays, and the line only while the visitor waits."""

import pytest

from tests.factories import InputFieldFactory, LineFactory
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import history, latest
from tickets.actions import details, lines, routing
from tickets.actions.extras import ExtraValue
from tickets.exceptions import LineClosed, LineNotFound, TicketStatus
from tickets.models import Ticket


def test_edit_changes_what_is_given(office: Office) -> None:
    ticket = office.waiting()

    details.edit(ticket, first_name="Joan", email="joan@example.org", by=office.clerk)

    ticket.refresh_from_db()
    assert (ticket.first_name, ticket.last_name) == ("Joan", "Doe")
    assert latest(ticket).changes == {}
    assert latest(ticket).personal == {
        "first_name": ["Jane", "Joan"],
        "email": ["", "joan@example.org"],
    }


def test_edit_of_a_served_visitor_is_done(office: Office) -> None:
    ticket = details.edit(office.served(), last_name="Miró", by=office.clerk)

    assert ticket.last_name == "Miró"


def test_edit_of_the_line_keeps_place_and_assignment(office: Office) -> None:
    first, ticket = office.waiting(), office.waiting()
    routing.reorder(ticket, after=None, by=office.clerk)
    routing.assign(ticket, assignee=office.colleague, by=office.clerk)
    place = ticket.order_after

    details.edit(ticket, line=office.other_line, by=office.clerk)

    ticket.refresh_from_db()
    assert (ticket.line, ticket.order_after) == (office.other_line, place)
    assert ticket.assignee == office.colleague
    assert list(Ticket.objects.waiting().in_order()) == [ticket, first]
    assert latest(ticket).changes == {"line_id": [office.line.pk, office.other_line.pk]}


@pytest.mark.parametrize("arrange", [Office.called, Office.served, Office.cancelled])
def test_edit_of_the_line_of_somebody_not_waiting_is_refused(
    office: Office, arrange: object
) -> None:
    assert callable(arrange)
    ticket = arrange(office)

    with pytest.raises(TicketStatus):
        details.edit(ticket, line=office.other_line, first_name="Joan", by=office.clerk)

    assert Ticket.objects.get(pk=ticket.pk).first_name == "Jane"


def test_edit_to_a_closed_line_is_refused(office: Office) -> None:
    lines.disable(office.other_line, by=office.clerk)

    with pytest.raises(LineClosed):
        details.edit(office.waiting(), line=office.other_line, by=office.clerk)


def test_edit_to_another_locations_line_is_refused(office: Office) -> None:
    with pytest.raises(LineNotFound):
        details.edit(office.waiting(), line=LineFactory.create(), by=office.clerk)


def test_edit_with_the_line_it_is_in_asks_nothing_of_the_line(office: Office) -> None:
    ticket = office.called()

    details.edit(ticket, line=office.line, first_name="Joan", by=office.clerk)

    assert Ticket.objects.get(pk=ticket.pk).first_name == "Joan"


def test_edit_without_a_change_leaves_no_trace(office: Office) -> None:
    ticket = office.waiting()

    details.edit(ticket, line=office.line, first_name="Jane", extras=[], by=office.clerk)

    assert history(ticket) == ["ticket.created"]


def test_edit_replaces_all_extras(office: Office) -> None:
    field = InputFieldFactory.create(location=office.location, title="Notes")
    ticket = details.edit(
        office.waiting(), extras=[ExtraValue(title="Old", value="1")], by=office.clerk
    )

    details.edit(
        ticket,
        extras=[ExtraValue(title="NOTES", value="a"), ExtraValue(title="b", value="b")],
        by=office.clerk,
    )

    kept = list(ticket.extras.values_list("title", "value", "field"))
    assert kept == [("NOTES", "a", field.pk), ("b", "b", None)]


def test_edit_of_an_unknown_column_is_a_mistake_of_the_program(office: Office) -> None:
    with pytest.raises(TypeError, match="status"):
        details.edit(office.waiting(), status="SERVED", by=office.clerk)
