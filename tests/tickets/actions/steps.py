"""Every step of a visit as a row of one table, so that what holds for all is tested for all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.tickets.actions.conftest import Office
from tickets.actions import details, external, labels, lifecycle, messages, remote, routing
from tickets.actions.extras import ExtraValue
from tickets.models import Activity, EventName, Label, Ticket
from tickets.states import Transition


@dataclass(frozen=True)
class Step:
    """`take` acts on the ticket that `arrange` left where the step leads from."""

    event: EventName
    arrange: Callable[[Office], Ticket]
    take: Callable[[Ticket, Office], object]


def _assigned(office: Office) -> Ticket:
    return routing.assign(office.waiting(), assignee=office.colleague, by=office.clerk)


def _called_and_assigned(office: Office) -> Ticket:
    return routing.assign(office.called(), assignee=office.colleague, by=office.clerk)


def _behind_another(office: Office) -> Ticket:
    office.waiting()
    return office.waiting()


def _before_another(office: Office) -> Ticket:
    ticket = office.waiting()
    office.waiting()
    return ticket


def _labeled(office: Office) -> Ticket:
    ticket = office.waiting()
    labels.replace(ticket, values=["VIP", "Wheelchair"], by=office.clerk)
    return ticket


def _noted(office: Office) -> Ticket:
    ticket = office.waiting()
    notes = [ExtraValue(title="Notes", value="deaf", color="AA0000", is_editable=False)]
    return details.edit(ticket, extras=notes, by=office.clerk)


def _with_phone(office: Office) -> Ticket:
    return details.edit(office.waiting(), phone_number="+3725123456", by=office.clerk)


def _known_elsewhere(office: Office) -> Ticket:
    ticket = office.waiting()
    fields = [{"type": "text", "title": "Customer", "value": "since 2019"}]
    external.put(ticket, provider="crm", title="CRM", fields=fields, by=office.clerk)
    return ticket


def _called_while_another_waits(office: Office) -> Ticket:
    ticket = office.called()
    office.waiting()
    return ticket


STEPS = {
    "call": Step(
        EventName.CALLED,
        Office.waiting,
        lambda t, o: lifecycle.call(t, by=o.clerk, desk=o.desk),
    ),
    "call next": Step(
        EventName.CALLED,
        Office.waiting,
        lambda t, o: lifecycle.call_next([o.line, o.other_line], by=o.clerk),
    ),
    "recall": Step(EventName.RECALLED, Office.called, lambda t, o: lifecycle.recall(t, by=o.clerk)),
    "serve": Step(EventName.SERVED, Office.called, lambda t, o: lifecycle.serve(t, by=o.clerk)),
    "no-show": Step(
        EventName.NO_SHOW, Office.called, lambda t, o: lifecycle.mark_no_show(t, by=o.clerk)
    ),
    "return first": Step(
        EventName.RETURNED,
        _called_while_another_waits,
        lambda t, o: lifecycle.return_to_queue(t, position="FIRST", by=o.clerk),
    ),
    "return last": Step(
        EventName.RETURNED,
        _called_while_another_waits,
        lambda t, o: lifecycle.return_to_queue(t, position="LAST", by=o.clerk),
    ),
    "forward": Step(
        EventName.FORWARDED,
        _called_and_assigned,
        lambda t, o: routing.forward(t, line=o.other_line, by=o.clerk),
    ),
    "rejoin": Step(
        EventName.REJOINED, Office.no_show, lambda t, o: lifecycle.rejoin(t, by=o.clerk)
    ),
    "cancel": Step(EventName.CANCELLED, _assigned, lambda t, o: lifecycle.cancel(t, by=o.clerk)),
    "reorder": Step(
        EventName.REORDERED,
        _behind_another,
        lambda t, o: routing.reorder(t, after=None, by=o.clerk),
    ),
    "assign": Step(
        EventName.ASSIGNED,
        _assigned,
        lambda t, o: routing.assign(t, assignee=o.clerk, by=o.clerk),
    ),
    "unassign": Step(EventName.UNASSIGNED, _assigned, lambda t, o: routing.unassign(t, by=o.clerk)),
    "edit": Step(
        EventName.EDITED,
        _noted,
        lambda t, o: details.edit(
            t,
            by=o.clerk,
            line=o.other_line,
            first_name="李",
            last_name="",
            extras=[ExtraValue(title="Link", value="site", url="https://example.com")],
        ),
    ),
    "arrive": Step(EventName.EDITED, Office.waiting, lambda t, o: remote.arrive(t, by=o.clerk)),
    "more time": Step(
        EventName.REORDERED, _before_another, lambda t, o: remote.delay(t, by=o.clerk)
    ),
    "label": Step(
        EventName.LABELED, _labeled, lambda t, o: labels.add(t, value="Spanish", by=o.clerk)
    ),
    "remove label": Step(
        EventName.LABELED, _labeled, lambda t, o: labels.remove(t, value="VIP", by=o.clerk)
    ),
    "replace labels": Step(
        EventName.LABELED,
        _labeled,
        lambda t, o: labels.replace(t, values=["Wheelchair", "Spanish"], by=o.clerk),
    ),
    "message": Step(
        EventName.MESSAGE_SENT,
        _with_phone,
        lambda t, o: messages.send(t, body="Come to the door.", by=o.clerk),
    ),
    "external data": Step(
        EventName.EXTERNAL_CHANGED,
        _known_elsewhere,
        lambda t, o: external.put(t, provider="crm", title="CRM", fields=[], by=o.clerk),
    ),
}

TRANSITIONS = {
    name: step
    for name, step in STEPS.items()
    if step.event.value.split(".")[1]
    in ("called", "served", "no_show", "returned", "forwarded", "rejoined", "cancelled")
}


def state_of(ticket: Ticket) -> dict[str, Any]:
    """Everything that is kept of a visit, except its history."""
    row = Ticket.objects.values().get(pk=ticket.pk)
    extras = ("title", "value", "url", "color", "is_editable", "field")
    return row | {
        "interactions": list(ticket.interactions.order_by("id").values()),
        "extras": list(ticket.extras.order_by("id").values(*extras)),
        "labels": list(ticket.labels.order_by("id").values("value", "color")),
        "messages": list(ticket.messages.order_by("id").values()),
        "external": list(ticket.external_data.order_by("id").values()),
    }


def history(ticket: Ticket) -> list[str]:
    return list(ticket.activities.order_by("id").values_list("event", flat=True))


def latest(ticket: Ticket) -> Activity:
    return ticket.activities.latest("id")


def label_values(ticket: Ticket) -> list[str]:
    return list(Label.objects.filter(ticket=ticket).order_by("id").values_list("value", flat=True))


def names(*transitions: Transition) -> list[str]:
    return [transition.name for transition in transitions]
