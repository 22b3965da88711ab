"""The audit of a ticket: every step in its order, in the ticket's own words."""

from typing import Any

import pytest
from django.test import Client

from tests.conftest import CountQueries
from tests.factories import DeskFactory, waiting_ticket
from tests.tickets.actions.conftest import Office, make_office
from tests.tickets.actions.steps import STEPS
from tests.tickets.api.conftest import program, reply, step
from tickets.actions import details, labels, lifecycle, messages
from tickets.actions.extras import ExtraValue
from tickets.api.v1.audit import FIELDS
from tickets.models import VISITOR, Activity, Line, Ticket, User


def audit(api: Client, ticket: Ticket) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = reply(api.get(f"/v1/tickets/{ticket.pk}/audit"))["data"]
    return rows


def changes(api: Client, ticket: Ticket) -> list[dict[str, Any]]:
    """What the newest step changed."""
    found: list[dict[str, Any]] = audit(api, ticket)[-1]["changes"]
    return found


def test_audit_tells_who_did_what_with_the_newest_last(
    api: Client, line: Line, ticket: Ticket, clerk: User
) -> None:
    called = lifecycle.call(ticket, by=clerk, desk=DeskFactory.create(location=line.location))
    step(api, ticket, "recall")

    rows = audit(api, ticket)

    signed_in, when = (reply(api.get(f"/v1/tickets/{ticket.pk}"))[k] for k in ("created", "called"))
    assert rows[:2] == [
        {
            "created": signed_in,
            "action": "ticket.created",
            "actor": "USER",
            "user": clerk.pk,
            "changes": [
                {"field": "status", "value": "NEW"},
                {"field": "line", "value": line.pk},
            ],
        },
        {
            "created": {"date": when["date"]},
            "action": "ticket.called",
            "actor": "USER",
            "user": clerk.pk,
            "changes": [
                {"field": "status", "previousValue": "NEW", "value": "CALLED"},
                {"field": "called", "value": when["date"]},
                {"field": "caller", "value": clerk.pk},
                {"field": "desk", "value": called.desk_id},
            ],
        },
    ]
    assert (rows[2].pop("created")["date"][-1], rows[2:]) == (
        "Z",
        [{"action": "ticket.recalled", "actor": "KEY", "changes": []}],
    )


def test_audit_shows_personal_values_as_the_ticket_does(
    api: Client, ticket: Ticket, clerk: User
) -> None:
    notes = ExtraValue(title="Notes", value="deaf", url="https://x.y/", color="FF00AA")

    details.edit(ticket, by=clerk, extras=[notes], first_name="", phone_number="+13185551234")

    shown = {"title": "Notes", "value": "deaf", "url": "https://x.y/", "color": "FF00AA"}
    assert changes(api, ticket) == [
        {"field": "firstName", "previousValue": "Jane"},
        {"field": "phoneNumber", "value": 13185551234},
        {"field": "extra", "previousValue": [], "value": [shown]},
    ]


def test_audit_shows_labels_and_messages(api: Client, ticket: Ticket, clerk: User) -> None:
    labels.add(ticket, value="VIP", by=clerk)
    labeled = changes(api, ticket)
    messages.receive(ticket, body="I am late.")

    row = audit(api, ticket)[-1]

    assert labeled == [{"field": "labels", "previousValue": [], "value": ["VIP"]}]
    assert (row["action"], row["actor"], "user" in row) == ("message.received", "VISITOR", False)
    assert row["changes"] == [{"field": "message", "value": "I am late."}]


def test_audit_keeps_the_steps_when_the_personal_part_is_gone(
    api: Client, ticket: Ticket, clerk: User
) -> None:
    details.edit(ticket, first_name="Joan", by=clerk)
    Activity.objects.update(personal={})

    row = audit(api, ticket)[-1]

    assert (row["action"], row["changes"]) == ("ticket.edited", [])


@pytest.mark.parametrize("name", STEPS)
def test_audit_has_a_word_for_whatever_a_step_writes(name: str, db: None) -> None:
    office = make_office()
    ticket = STEPS[name].arrange(office)
    STEPS[name].take(ticket, office)

    rows = audit(program(), ticket)

    written = [each.written() for each in ticket.activities.order_by("id")]
    assert [{each["field"] for each in row["changes"]} for row in rows] == [
        {FIELDS[name][0] for name in names} for names in written
    ]


def test_audit_has_a_word_for_leaving_the_line(db: None) -> None:
    office: Office = make_office()
    ticket = lifecycle.cancel(office.waiting(), by=VISITOR)

    row = audit(program(), ticket)[-1]

    assert (row["action"], row["actor"]) == ("ticket.cancelled", "VISITOR")


def test_audit_costs_the_same_with_one_step_and_three(
    line: Line, clerk: User, count_queries: CountQueries
) -> None:
    api, ticket = program(), waiting_ticket(line, by=clerk)
    costs = []
    for values in ([], ["A", "B"]):
        for value in values:
            labels.add(ticket, value=value, by=clerk)
        audit(api, ticket)
        costs.append(count_queries(lambda: audit(api, ticket)))

    assert costs[0] == costs[1]
