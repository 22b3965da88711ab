"""Labels: added, removed and replaced once, whoever else does the same."""

from tests.conftest import Threads
from tests.tickets.actions.conftest import Office
from tests.tickets.actions.steps import history, label_values, latest
from tickets.actions import labels
from tickets.models import Activity, Ticket


def test_add_attaches_the_label(office: Office) -> None:
    ticket = office.waiting()

    assert labels.add(ticket, value="VIP", by=office.clerk)
    assert label_values(ticket) == ["VIP"]
    assert latest(ticket).personal == {"labels": [[], ["VIP"]]}


def test_add_of_a_label_that_is_there_leaves_no_trace(office: Office) -> None:
    ticket = office.waiting()
    labels.add(ticket, value="VIP", by=office.clerk)

    assert not labels.add(ticket, value="VIP", by=office.clerk)
    assert history(ticket) == ["ticket.created", "ticket.labeled"]


def test_add_by_two_at_once_happens_once(office: Office, in_threads: Threads) -> None:
    ticket = office.waiting()
    rows = [Ticket.objects.get(pk=ticket.pk) for _ in range(4)]

    results = in_threads(
        *(lambda each=row: labels.add(each, value="VIP", by=office.clerk) for row in rows)
    )

    assert sorted(map(repr, results)) == ["False", "False", "False", "True"]
    assert label_values(ticket) == ["VIP"]
    assert Activity.objects.filter(event="ticket.labeled").count() == 1


def test_adds_of_different_labels_at_once_all_stay_on_record(
    office: Office, in_threads: Threads
) -> None:
    ticket = office.waiting()
    rows = [Ticket.objects.get(pk=ticket.pk) for _ in range(4)]

    in_threads(
        *(
            lambda each=row, value=f"L{number}": labels.add(each, value=value, by=office.clerk)
            for number, row in enumerate(rows)
        )
    )

    pairs = [activity.personal["labels"] for activity in labeled(ticket)]
    assert [len(before) for before, _after in pairs] == [0, 1, 2, 3]
    assert pairs[-1][1] == label_values(ticket)


def labeled(ticket: Ticket) -> list[Activity]:
    return list(ticket.activities.filter(event="ticket.labeled").order_by("id"))


def test_remove_takes_the_label_off(office: Office) -> None:
    ticket = office.waiting()
    labels.replace(ticket, values=["VIP", "Spanish"], by=office.clerk)

    assert labels.remove(ticket, value="VIP", by=office.clerk)
    assert label_values(ticket) == ["Spanish"]


def test_remove_of_a_label_that_is_not_there_leaves_no_trace(office: Office) -> None:
    ticket = office.waiting()

    assert not labels.remove(ticket, value="VIP", by=office.clerk)
    assert history(ticket) == ["ticket.created"]


def test_replace_makes_the_values_the_labels(office: Office) -> None:
    ticket = office.waiting()
    labels.replace(ticket, values=["A", "B"], by=office.clerk)

    assert labels.replace(ticket, values=["B", "C", "C"], by=office.clerk)
    assert label_values(ticket) == ["B", "C"]
    assert not labels.replace(ticket, values=["C", "B"], by=office.clerk)


def test_same_value_has_the_same_color_everywhere_in_the_location(office: Office) -> None:
    tickets = [office.waiting() for _ in range(3)]

    for ticket in tickets:
        labels.add(ticket, value="VIP", by=office.clerk)

    assert len({ticket.labels.get().color for ticket in tickets}) == 1
