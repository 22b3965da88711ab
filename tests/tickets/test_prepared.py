"""Prepared statements find and write what the ORM does, whatever values a call brings."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.transaction import TransactionManagementError

from tests.conftest import CountQueries, Threads
from tests.factories import LineFactory, clerk_of, waiting_ticket
from tickets import instants, prepared
from tickets.models import Activity, EventName, Line, NumberCounter, Ticket
from tickets.prepared import Among, Numbers, Parameter


@pytest.fixture
def line(db: None) -> Line:
    return LineFactory.create()


@pytest.fixture
def tickets(line: Line) -> list[Ticket]:
    clerk = clerk_of(line.location)
    return [waiting_ticket(line, by=clerk) for _ in range(3)]


def test_select_finds_instances_as_the_orm_does(line: Line, tickets: list[Ticket]) -> None:
    select = prepared.Select(
        lambda: (
            Ticket.objects.filter(line=Parameter("line"), created_at__lte=Parameter("now"))
            .in_order()
            .select_related("location")
        )
    )
    expected = list(Ticket.objects.filter(line=line).in_order().select_related("location"))

    found = select(line=line.pk, now=instants.now() + timedelta(days=1))
    again = select(line=line.pk, now=tickets[0].created_at - timedelta(days=1))

    assert [vars(each) | {"_state": None} for each in found] == [
        vars(each) | {"_state": None} for each in expected
    ]
    assert [each.location for each in found] == [line.location] * 3
    assert again == []


def test_select_makes_one_query_for_a_row_with_its_relation(
    tickets: list[Ticket], count_queries: CountQueries
) -> None:
    select = prepared.Select(
        lambda: Ticket.objects.filter(pk=Parameter("pk")).select_related("location")
    )

    assert count_queries(lambda: select(pk=tickets[0].pk)[0].location.name) == 1


def test_select_finds_named_columns_and_single_values(tickets: list[Ticket]) -> None:
    rows = Ticket.objects.filter(pk=Parameter("pk"))
    named: prepared.Select[Any] = prepared.Select(
        lambda: rows.values_list("id", "public_id", named=True)
    )
    flat: prepared.Select[datetime] = prepared.Select(
        lambda: rows.values_list("created_at", flat=True)
    )

    assert [(row.id, row.public_id) for row in named(pk=tickets[1].pk)] == [
        (tickets[1].pk, tickets[1].public_id)
    ]
    assert flat(pk=tickets[1].pk) == [tickets[1].created_at]
    assert flat.first(pk=0) is None


@pytest.mark.parametrize("number", [0, 1, 3])
def test_among_takes_any_number_of_values(tickets: list[Ticket], number: int) -> None:
    wanted = [ticket.pk for ticket in tickets[:number]]
    is_wanted = Q(Among(F("pk"), Numbers("ids")))
    among = prepared.Select(lambda: Ticket.objects.filter(is_wanted).order_by("id"))
    others = prepared.Select(lambda: Ticket.objects.filter(~is_wanted).order_by("id"))

    assert (among(ids=wanted), others(ids=wanted)) == (tickets[:number], tickets[number:])


def test_chunks_gives_all_rows(tickets: list[Ticket]) -> None:
    select = prepared.Select(lambda: Ticket.objects.filter(Q(pk__gte=Parameter("pk"))).in_order())

    assert list(select.chunks(2, pk=tickets[0].pk)) == tickets


def test_update_returns_the_rows_as_they_are_then(tickets: list[Ticket]) -> None:
    moved_to = instants.now()
    move = prepared.Update(
        Ticket, Q(pk=Parameter("pk"), order_after=None), order_after=Parameter("order_after")
    )

    written = move(pk=tickets[0].pk, order_after=moved_to)
    again = move(pk=tickets[0].pk, order_after=moved_to)

    stored = Ticket.objects.get(pk=tickets[0].pk)
    assert [vars(each) | {"_state": None} for each in written] == [vars(stored) | {"_state": None}]
    assert stored.order_after == stored.sort_at == moved_to
    assert again == []


def test_update_computes_in_the_database(line: Line) -> None:
    counter = NumberCounter.objects.create(location=line.location, day=line.location.today())
    count = prepared.Update(
        NumberCounter,
        Q(pk=Parameter("pk")),
        returning=("id", "last_number"),
        last_number=F("last_number") + 1,
    )

    assert [count(pk=counter.pk)[0].last_number for _ in range(3)] == [1, 2, 3]


def test_insert_writes_what_save_writes(tickets: list[Ticket]) -> None:
    def activity() -> Activity:
        return Activity(
            location_id=tickets[0].location_id,
            ticket=tickets[0],
            event=EventName.EDITED,
            at=instants.now(),
            actor_type="SYSTEM",
            changes={"line_id": [1, 2]},
            personal={"first_name": ["Jüri", None]},
        )

    inserted, saved = activity(), activity()
    inserted.at = saved.at

    prepared.insert(inserted)
    saved.save()

    columns = [
        Activity.objects.filter(pk=each.pk).values().get() | {"id": None}
        for each in (inserted, saved)
    ]
    assert columns[0] == columns[1]
    assert (inserted._state.adding, inserted._state.db) == (saved._state.adding, saved._state.db)


def test_insert_reads_what_the_database_computes(line: Line, tickets: list[Ticket]) -> None:
    ticket = Ticket.objects.get(pk=tickets[0].pk)
    ticket.pk, ticket.number, ticket.visit_token = None, 1000, "other"

    prepared.insert(ticket)

    assert vars(ticket) | {"_state": None} == vars(Ticket.objects.get(number=1000)) | {
        "_state": None
    }


def test_a_statement_written_in_one_thread_runs_in_others(in_threads: Threads) -> None:
    line = LineFactory.create()
    select = prepared.Select(lambda: Line.objects.filter(pk=Parameter("pk")).select_for_update())

    def locked() -> list[Line]:
        with transaction.atomic():
            return select(pk=line.pk)

    locked()
    connection.close()
    results = in_threads(*[locked] * 8)

    assert results == [[line]] * 8


def test_lock_without_a_transaction_is_refused(transactional_db: None) -> None:
    line = LineFactory.create()
    select = prepared.Select(lambda: Line.objects.filter(pk=Parameter("pk")).select_for_update())
    with transaction.atomic():
        select(pk=line.pk)

    with pytest.raises(TransactionManagementError):
        select(pk=line.pk)
