"""Data of other programs: one record of each, replaced as a whole, on record as personal."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import history, latest
from tickets.actions import external, undo
from tickets.exceptions import NotUndoable
from tickets.models import ExternalData, Ticket

FIELDS: list[dict[str, Any]] = [{"type": "text", "title": "Customer", "value": "since 2019"}]


def kept(ticket: Ticket) -> list[tuple[Any, ...]]:
    return list(ticket.external_data.values_list("provider", "title", "fields"))


def test_put_keeps_one_record_of_each_provider(office: Office) -> None:
    ticket = office.waiting()

    external.put(ticket, provider="crm", title="CRM", fields=[], by=office.clerk)
    external.put(ticket, provider="tax", title="Taxes", fields=[], by=office.clerk)
    external.put(ticket, provider="crm", title="Customers", fields=FIELDS, by=office.clerk)

    assert kept(ticket) == [("crm", "Customers", FIELDS), ("tax", "Taxes", [])]


def test_put_is_on_record_as_personal(office: Office) -> None:
    ticket = office.waiting()

    external.put(ticket, provider="crm", title="CRM", fields=FIELDS, by=office.clerk)

    after = {"provider": "crm", "title": "CRM", "fields": FIELDS}
    assert latest(ticket).changes == {}
    assert latest(ticket).personal == {"external": [None, after]}


def test_put_of_the_same_again_is_no_step(office: Office) -> None:
    ticket = office.waiting()

    results = [
        external.put(ticket, provider="crm", title="CRM", fields=FIELDS, by=office.clerk)
        for _ in range(2)
    ]

    assert results == [True, False]
    assert history(ticket) == ["ticket.created", "external.changed"]


def test_put_cannot_be_undone(office: Office) -> None:
    ticket = office.waiting()
    external.put(ticket, provider="crm", title="CRM", fields=FIELDS, by=office.clerk)

    with pytest.raises(NotUndoable):
        undo.undo(latest(ticket), by=office.clerk)


def test_put_stands_in_the_way_of_no_undo(office: Office) -> None:
    ticket = office.called()
    called = latest(ticket)
    external.put(ticket, provider="crm", title="CRM", fields=FIELDS, by=office.clerk)

    undo.undo(called, by=office.clerk)

    assert kept(ticket) == [("crm", "CRM", FIELDS)]
    assert Ticket.objects.get(pk=ticket.pk).status == "NEW"


def test_database_refuses_a_second_record_of_a_provider(office: Office) -> None:
    ticket = office.waiting()
    external.put(ticket, provider="crm", title="CRM", fields=FIELDS, by=office.clerk)
    record = ticket.external_data.get()

    record.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        record.save(force_insert=True)

    assert ExternalData.objects.count() == 1
