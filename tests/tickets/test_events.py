"""A record: who, what, before and after, and the version of its location alone."""

from datetime import UTC, datetime

import pytest

from tests.factories import LineFactory, LocationFactory, clerk_of, waiting_ticket
from tickets import events
from tickets.models import EventName, Location, Ticket

pytestmark = pytest.mark.django_db


def test_record_raises_the_version_of_its_location_alone() -> None:
    here, elsewhere = LocationFactory.create_batch(2)

    for _time in range(2):
        events.record(EventName.LINE_CHANGED, by=clerk_of(here), location_id=here.pk)

    versions = [Location.objects.get(pk=each.pk).version for each in (here, elsewhere)]
    assert versions == [2, 0]


def test_record_keeps_what_changed() -> None:
    ticket = waiting_ticket(LineFactory.create())
    clerk = clerk_of(ticket.location)

    activity = events.record(
        EventName.EDITED,
        by=clerk,
        ticket=ticket,
        location_id=ticket.location_id,
        changes={"line_id": [1, 2]},
        personal={"first_name": ["Jane", "Joan"]},
    )

    activity.refresh_from_db()
    assert activity.written() == {"line_id": [1, 2], "first_name": ["Jane", "Joan"]}
    assert activity.user == clerk


def test_changed_names_only_what_differs() -> None:
    moment = datetime(2026, 3, 2, 9, 0, 0, 5000, tzinfo=UTC)
    ticket = Ticket(first_name="Jane", last_name="Doe")

    pairs = events.changed(ticket, first_name="Jane", last_name="", called_at=moment)

    assert pairs == {"last_name": ["Doe", ""], "called_at": [None, "2026-03-02T09:00:00.005Z"]}
