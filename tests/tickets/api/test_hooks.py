"""What hooks are told: each step with its commit, in Qminder's form, to whoever may hear it."""

import json
from typing import Any

import pytest
from django.db import transaction

from tests.conftest import CountQueries, Figure
from tests.factories import LocationFactory, manager_of
from tests.tickets.actions.conftest import Office, make_office
from tests.tickets.actions.steps import STEPS
from tickets import events, outbox
from tickets.actions import intake, lifecycle, lines, locations, messages, programs, webhooks
from tickets.api.v1 import resources
from tickets.api.v1.hooks import TYPES
from tickets.models import Activity, Delivery, EventName, Job, Webhook


@pytest.fixture
def office(db: None) -> Office:
    return make_office()


def hook_of(*places: Any, **columns: Any) -> Webhook:
    key, _secret = programs.issue_key(name="Program", **columns)
    key.locations.set(places)
    return webhooks.register("https://hook.example.org/", key=key)


def told() -> list[dict[str, Any]]:
    """What was left by now is fanned out: the bodies, in order."""
    for job in Job.objects.filter(kind="webhook.tell").order_by("id"):
        outbox.do(job)
    return [json.loads(row.body) for row in Delivery.objects.order_by("id")]


def test_every_event_has_a_type_or_none() -> None:
    assert set(TYPES) == set(EventName)


@pytest.mark.parametrize("name", STEPS)
def test_each_step_is_told_once_with_the_ticket(name: str, office: Office) -> None:
    ticket = STEPS[name].arrange(office)
    hook_of(office.location)

    STEPS[name].take(ticket, office)

    row = Activity.objects.latest("id")
    ticket.refresh_from_db()
    (body,) = told()
    assert body == {
        "type": TYPES[STEPS[name].event],
        "timestamp": body["timestamp"],
        "location": office.location.pk,
        "sequence": row.sequence,
        "data": resources.ticket(ticket),
    }


def test_a_visit_is_told_in_qminders_types_and_ours(office: Office, figure: Figure) -> None:
    hook_of()

    ticket = intake.create(
        office.line, by=office.clerk, first_name="Jane", phone_number="+3725123456"
    )
    messages.send(ticket, body="Soon.", by=office.clerk)
    lifecycle.call(ticket, by=office.clerk)
    lifecycle.return_to_queue(ticket, position="FIRST", by=office.clerk)
    lifecycle.call(ticket, by=office.clerk)
    lifecycle.mark_no_show(ticket, by=office.clerk)
    lifecycle.rejoin(ticket, by=office.clerk)
    lifecycle.cancel(ticket, by=office.clerk)

    bodies = told()
    types = [body["type"] for body in bodies]
    assert types == [
        "ticket_created",
        "message_sent",
        "ticket_called",
        "ticket_returned",
        "ticket_called",
        "ticket_no_show",
        "ticket_rejoined",
        "ticket_cancelled",
    ]
    sequences = [body["sequence"] for body in bodies]
    assert sequences == sorted(set(sequences))
    figure("hooks: steps of a visit told, in order", f"{len(types)}, yes")


def test_lines_and_locations_are_told_as_they_are(office: Office) -> None:
    hook_of()

    lines.edit(office.line, name="Renamed", by=office.clerk)
    nothing: dict[str, Any] = {"new_lines": [], "questions": [], "week": {}}
    place = locations.create(by=office.clerk, name="New", timezone="UTC", **nothing)

    bodies = [(body["type"], body["data"]["id"], body["data"]["name"]) for body in told()]
    assert bodies[0] == ("line_changed", office.line.pk, "Renamed")
    assert ("location_created", place.pk, "New") in bodies


def test_what_is_the_staffs_own_is_told_to_nobody(office: Office) -> None:
    ticket = office.waiting()
    hook_of(office.location)

    events.record(
        EventName.REVEALED, by=office.clerk, location_id=office.location.pk, ticket=ticket
    )

    assert told() == []


def test_only_hooks_of_the_location_are_told(office: Office) -> None:
    elsewhere = LocationFactory.create()
    here = [hook_of(), hook_of(office.location), hook_of(user=manager_of(office.location))]
    hook_of(elsewhere)
    hook_of(user=manager_of(elsewhere))
    hook_of(user=office.clerk)
    programs.revoke_key(hook_of().key)

    office.waiting()
    told()

    assert [row.webhook for row in Delivery.objects.order_by("id")] == here
    assert len(set(Delivery.objects.values_list("message_id", flat=True))) == 3
    assert len(set(Delivery.objects.values_list("body", flat=True))) == 1
    jobs = Job.objects.filter(kind="webhook.send").values_list("lane", flat=True)
    assert sorted(jobs) == sorted(f"webhook:{hook.pk}" for hook in here)


def test_action_that_is_rolled_back_tells_nobody(office: Office) -> None:
    hook_of()

    with transaction.atomic():
        office.waiting()
        transaction.set_rollback(True)

    assert (told(), Job.objects.count()) == ([], 0)


def test_place_without_hooks_costs_no_query_more(
    office: Office, count_queries: CountQueries, figure: Figure
) -> None:
    office.waiting()  # what is prepared once is prepared now
    before = count_queries(office.waiting)
    elsewhere = hook_of(LocationFactory.create())
    webhooks.switch_off(hook_of(office.location))

    without = count_queries(office.waiting)
    elsewhere.key.locations.add(office.location)
    with_one = count_queries(office.waiting)
    hook_of()
    with_two = count_queries(office.waiting)

    assert (without - before, with_one - before, with_two - before) == (0, 1, 1)
    figure(
        "hooks: queries of a sign-in without, with 1, with 2 hooks", (before, with_one, with_two)
    )
