"""Facts about one ticket: its names, its order, how long it waited, where it is."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import DeskFactory, LineFactory, LocationFactory, clerk_of, waiting_ticket
from tickets.actions import lifecycle
from tickets.models import NameForm, Ticket
from tickets.states import CANCEL, Status


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        (NameForm.FIRST_INITIAL, ["Jane D.", "李", "D.", "A-4"]),
        (NameForm.FIRST, ["Jane", "李", "A-4", "A-4"]),
        (NameForm.INITIALS, ["J. D.", "李.", "A-4", "A-4"]),
        (NameForm.NUMBER, ["A-4", "A-4", "A-4", "A-4"]),
    ],
)
def test_name_in_public_shows_no_more_than_the_location_allows(form: str, shown: list[str]) -> None:
    names = [("Jane", "Doe"), ("李", ""), ("", "Doe"), ("", "")]
    tickets = [Ticket(first_name=a, last_name=b, public_id="A-4") for a, b in names]

    assert [ticket.name_in_public(form) for ticket in tickets] == shown


def test_name_for_staff_falls_back_to_the_number() -> None:
    tickets = [
        Ticket(first_name="Jane", last_name="Doe", public_id="A-4"),
        Ticket(first_name="李", public_id="A-4"),
        Ticket(public_id="A-4"),
    ]

    assert [ticket.name for ticket in tickets] == ["Jane Doe", "李", "A-4"]
    assert [str(ticket) for ticket in tickets] == ["A-4 Jane Doe", "A-4 李", "A-4"]


def test_masked_phone_number_keeps_four_digits() -> None:
    shown = [Ticket(phone_number=n).masked_phone_number for n in ("+3725123456", "")]

    assert shown == ["•••3456", ""]


def test_waited_ends_with_the_call_and_is_never_negative() -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    minute = timedelta(minutes=1)
    waiting, called = Ticket(created_at=start), Ticket(created_at=start, called_at=start + minute)

    waited = [
        waiting.waited(start + 5 * minute),
        called.waited(start + 5 * minute),
        waiting.waited(start - minute),
    ]

    assert waited == [5 * minute, minute, timedelta()]


@pytest.mark.django_db
def test_whereabouts_says_where_the_visitor_is() -> None:
    line = LineFactory.create()
    clerk = clerk_of(line.location, first_name="Mari")
    desk = DeskFactory.create(location=line.location, name="Desk 3")
    names = ("at the desk", "without desk", "served", "missed", "removed", "waiting")
    tickets = [waiting_ticket(line, first_name=name, by=clerk) for name in names]
    at_desk, no_desk, served, missed, removed, _waiting = tickets
    lifecycle.call(at_desk, by=clerk, desk=desk, keep_open=True)
    for ticket in (no_desk, served, missed):
        lifecycle.call(ticket, by=clerk, keep_open=True)
    lifecycle.serve(served, by=clerk)
    lifecycle.mark_no_show(missed, by=clerk)
    lifecycle.cancel(removed, by=clerk)

    assert [ticket.whereabouts for ticket in tickets] == [
        "at the desk is being served by Mari at Desk 3.",
        "without desk is being served by Mari.",
        "served was served by Mari.",
        "missed was marked as a no-show by Mari.",
        "removed is no longer in the line.",
        "waiting is waiting.",
    ]


@pytest.mark.django_db
def test_apply_writes_where_the_row_says_and_not_where_the_object_says() -> None:
    line = LineFactory.create()
    ticket = waiting_ticket(line)
    stale = Ticket.objects.get(pk=ticket.pk)
    ticket.apply(CANCEL)

    with pytest.raises(Exception, match="no longer in the line"):
        stale.apply(CANCEL)

    assert stale.status == Status.CANCELLED_BY_CLERK


@pytest.mark.django_db
def test_before_counts_all_lines() -> None:
    location = LocationFactory.create()
    line, other = LineFactory.create_batch(2, location=location)
    first, elsewhere, last, _after = (waiting_ticket(each) for each in (line, other, line, line))

    assert list(Ticket.objects.before(last).in_order()) == [first, elsewhere]
    assert Ticket.objects.before(first).count() == 0
