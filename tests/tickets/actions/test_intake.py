"""A visitor joins a line: place, number, name tags, and what is refused."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
import time_machine
from django.db import close_old_connections, connection

from tests.conftest import Figure, Threads
from tests.factories import DeviceFactory, InputFieldFactory, LineFactory, LocationFactory
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import history, label_values, latest
from tickets import instants
from tickets.actions import intake, labels, lines
from tickets.actions.extras import ExtraValue
from tickets.exceptions import LineClosed, LineHasActiveTickets, LineNotFound
from tickets.models import VISITOR, Activity, ActorType, Line, NumberCounter, Source, Ticket


def test_create_puts_the_visitor_on_record(office: Office) -> None:
    kiosk = DeviceFactory.create(location=office.location)

    ticket = intake.create(
        office.line,
        by=kiosk,
        source=Source.NAME,
        first_name="李",
        phone_number="+3725123456",
        email="li@example.org",
        language="et",
    )

    ticket.refresh_from_db()
    assert (ticket.status, ticket.source, ticket.line) == ("NEW", "NAME", office.line)
    assert (ticket.first_name, ticket.last_name) == ("李", "")
    assert (ticket.phone_number, ticket.email) == ("+3725123456", "li@example.org")
    assert ticket.language == "et"
    assert (ticket.order_after, ticket.called_at, ticket.served_at) == (None, None, None)
    assert history(ticket) == ["ticket.created"]
    assert (latest(ticket).actor_type, latest(ticket).device) == (ActorType.DEVICE, kiosk)


def test_create_cuts_its_instant_to_milliseconds(office: Office) -> None:
    with time_machine.travel(datetime(2026, 3, 1, 9, 0, 0, 123_999, tzinfo=UTC), tick=False):
        ticket = office.waiting()

    ticket.refresh_from_db()
    assert ticket.created_at == datetime(2026, 3, 1, 9, 0, 0, 123_000, tzinfo=UTC)


def test_create_gives_extras_and_labels(office: Office) -> None:
    field = InputFieldFactory.create(location=office.location, title="Notes")

    ticket = intake.create(
        office.line,
        by=VISITOR,
        extras=[ExtraValue(title="notes", value="a"), ExtraValue(title="Free", value="b")],
        labels=["VIP", "VIP", "Spanish"],
    )

    assert list(ticket.extras.values_list("title", "value", "field")) == [
        ("notes", "a", field.pk),
        ("Free", "b", None),
    ]
    assert label_values(ticket) == ["VIP", "Spanish"]


def test_create_in_a_closed_line_is_refused(office: Office) -> None:
    lines.disable(office.line, by=office.clerk)
    before = Activity.objects.count()

    with pytest.raises(LineClosed):
        office.waiting()

    assert (Ticket.objects.count(), Activity.objects.count()) == (0, before)
    assert NumberCounter.objects.count() == 0


def test_create_in_a_line_that_is_gone_is_refused(office: Office) -> None:
    line = LineFactory.create()
    Line.objects.filter(pk=line.pk).delete()

    with pytest.raises(LineNotFound):
        intake.create(line, by=office.clerk)


def test_create_comes_behind_somebody_moved_past_now(office: Office) -> None:
    late = office.waiting()
    moved_to = instants.now() + timedelta(minutes=1)
    Ticket.objects.filter(pk=late.pk).update(order_after=moved_to)

    ticket = office.waiting()

    assert list(Ticket.objects.waiting().in_order()) == [late, ticket]
    assert ticket.order_after == moved_to + instants.MILLISECOND


def test_create_with_the_same_nonce_returns_the_first_ticket(office: Office) -> None:
    first = intake.create(office.line, by=VISITOR, first_name="Jane", nonce="n1")

    second = intake.create(office.other_line, by=VISITOR, first_name="Joe", nonce="n1")

    assert second == first
    assert second.first_name == "Jane"
    assert history(first) == ["ticket.created"]


def test_create_with_the_same_nonce_elsewhere_is_another_visit(office: Office) -> None:
    first = intake.create(office.line, by=VISITOR, nonce="n1")

    second = intake.create(LineFactory.create(), by=VISITOR, nonce="n1")

    assert second != first


def test_create_with_one_nonce_at_once_makes_one_ticket(
    office: Office, in_threads: Threads
) -> None:
    def create(line: Line) -> Ticket:
        return intake.create(line, by=VISITOR, nonce="n1")

    results = in_threads(
        *(lambda each=line: create(each) for line in [office.line, office.other_line] * 4)
    )

    assert set(results) == {Ticket.objects.get()}
    assert Activity.objects.count() == 1


def test_create_and_disable_at_once_never_leave_a_visitor_in_a_closed_line(
    office: Office, in_threads: Threads
) -> None:
    for _round in range(10):
        line = LineFactory.create(location=office.location)

        created, disabled = in_threads(
            partial(intake.create, line, by=office.clerk),
            partial(lines.disable, line, by=office.clerk),
        )

        outcome = (type(created), type(disabled))
        assert outcome in ((Ticket, LineHasActiveTickets), (LineClosed, type(None)))


def test_number_counts_per_location_and_day(office: Office) -> None:
    elsewhere = LineFactory.create()

    numbers = [
        intake.create(line, by=office.clerk).public_id
        for line in (office.line, office.other_line, elsewhere, office.line)
    ]

    letters = (office.line.letter, office.other_line.letter, elsewhere.letter, office.line.letter)
    expected = [f"{letter}-{n}" for letter, n in zip(letters, (1, 2, 1, 3), strict=True)]
    assert numbers == expected


@pytest.mark.parametrize(
    ("timezone", "last_second"),
    [
        ("Europe/Tallinn", datetime(2026, 1, 15, 21, 59, 59, tzinfo=UTC)),
        ("Europe/Tallinn", datetime(2026, 7, 15, 20, 59, 59, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 1, 16, 4, 59, 59, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 7, 16, 3, 59, 59, tzinfo=UTC)),
    ],
)
@pytest.mark.django_db
def test_number_begins_anew_at_local_midnight(timezone: str, last_second: datetime) -> None:
    line = LineFactory.create(location=LocationFactory.create(timezone=timezone))
    with time_machine.travel(last_second, tick=False) as clock:
        evening = [intake.create(line, by=VISITOR) for _ in range(2)]
        clock.shift(1)

        midnight = intake.create(line, by=VISITOR)

    day = date(last_second.year, last_second.month, 15)
    assert [(t.number, t.numbered_on) for t in evening] == [(1, day), (2, day)]
    assert (midnight.number, midnight.numbered_on) == (1, day + timedelta(days=1))


def test_fifty_sign_ins_at_once_get_fifty_numbers(
    office: Office, in_threads: Threads, figure: Figure
) -> None:
    rounds, parallel = (40 if connection.vendor == "postgresql" else 20), 50
    together = Barrier(parallel, timeout=60)

    def sign_in(line: Line) -> None:
        for _round in range(rounds):
            together.wait()
            intake.create(line, by=VISITOR)
            close_old_connections()  # as after a request: others wait for one of the pool

    both = [office.line, office.other_line] * (parallel // 2)

    results = in_threads(*(partial(sign_in, line) for line in both))

    assert results == [None] * parallel
    given = Counter(Ticket.objects.values_list("numbered_on", "number"))
    duplicates = sum(times - 1 for times in given.values())
    figure(f"C4 duplicate numbers in {rounds} x {parallel} parallel sign-ins", duplicates)
    assert duplicates == 0
    assert sum(given.values()) == rounds * parallel
    assert max(number for _day, number in given) == rounds * parallel


def test_label_has_the_color_that_its_value_has_in_the_location(office: Office) -> None:
    imported = office.waiting()
    imported.labels.create(value="VIP", color="FF00FF")

    ticket = intake.create(office.line, by=VISITOR, labels=["VIP"])
    labels.add(ticket, value="Spanish", by=office.clerk)
    labels.add(imported, value="Spanish", by=office.clerk)

    colors = dict(ticket.labels.values_list("value", "color"))
    assert colors == dict(imported.labels.values_list("value", "color"))
    assert colors["VIP"] == "FF00FF"
