"""What the fuzzed program finds: the demo's locations, with things of every kind; their ids."""

from typing import Any

from tests.factories import (
    DeskFactory,
    DeviceFactory,
    InputFieldFactory,
    LineFactory,
    LocationFactory,
    clerk_of,
    waiting_ticket,
)
from tickets import demo
from tickets.actions import external, lifecycle, messages, programs, routing, webhooks
from tickets.models import DeviceKind, Line, Ticket, User

PHONE = "+3725551234"
MESSAGE = {"type": "message", "content": "Owes 12 €", "importance": "warning"}
Dictionaries = dict[str, list[Any]]


def fill() -> tuple[str, Dictionaries]:
    """The secret of an account's key without a limit, and the ids of what it may find, by kind.

    There is the demo, and an office that has the ids of the document's examples.
    """
    demo.fill()
    key, secret = programs.issue_key(name="Fuzz", is_rate_limited=False)
    office = LocationFactory.create(id=4052, has_messages=True)
    lines = [LineFactory.create(id=id_, location=office) for id_ in (88100, 88101, 88102)]
    staff = [clerk_of(office, id=id_) for id_ in (15100, 15144)]
    busy = clerk_of(office)  # nobody calls for them, which would end what they have called
    desks = [DeskFactory.create(location=office) for _ in range(3)]
    tvs = [DeviceFactory.create(location=office, kind=DeviceKind.TV) for _ in range(3)]
    fields = [
        InputFieldFactory.create(location=office, type=type_, title=title)
        for type_, title in (("FIRST_NAME", "First name"), ("TEXT", "Notes"), ("NUMERIC", "Age"))
    ]
    hooks = [webhooks.register(f"https://hooks.example.org/{n}", key=key) for n in range(5)]
    tickets = [_visitor(lines[n % 2], staff) for n in range(60)]
    for ticket in tickets[::3]:
        lifecycle.call(ticket, by=busy, keep_open=True)
    return secret, {
        "locations": [office.pk, demo.locations()[0].pk],
        "lines": [line.pk for line in lines],
        "tickets": [ticket.pk for ticket in tickets],
        "desks": [desk.pk for desk in desks],
        "users": [user.pk for user in staff],
        "webhooks": [hook.pk for hook in hooks],
        "tvs": [tv.pk for tv in tvs],
        "fields": [str(field.pk) for field in fields],
    }


def _visitor(line: Line, staff: list[User]) -> Ticket:
    """Somebody who has everything that a ticket can have."""
    clerk, colleague = staff
    ticket = waiting_ticket(line, by=clerk, phone_number=PHONE, labels=["VIP"])
    routing.assign(ticket, assignee=colleague, by=clerk)
    messages.send(ticket, body="Hello", by=clerk)
    external.put(ticket, provider="crm", title="CRM", fields=[MESSAGE], by=clerk)
    return ticket


#: Which of them fills which place, and how often.
BINDINGS = {
    name: {"dictionary": kind, "probability": share}
    for name, kind, share in (
        ("path.locationId", "locations", 0.8),
        ("path.lineId", "lines", 0.8),
        ("path.ticketId", "tickets", 0.8),
        ("path.userId", "users", 0.8),
        ("path.webhookId", "webhooks", 0.8),
        ("path.tvId", "tvs", 0.8),
        ("path.inputFieldId", "fields", 0.8),
        ("query.location", "locations", 0.6),
        ("query.line", "lines", 0.6),
        ("body.user", "users", 0.8),
        ("body.assigner", "users", 0.8),
        ("body.assignee", "users", 0.8),
        ("body.desk", "desks", 0.7),
        ("body.line", "lines", 0.7),
        ("body.lines", "lines", 0.7),
        ("body.lineId", "lines", 0.8),
        ("body.after", "tickets", 0.7),
        ("body.location", "locations", 0.7),
        ("body.location.id", "locations", 0.8),
        ("body.roles[*].location", "locations", 0.8),
        ("body.fields[*].inputFieldId", "fields", 0.8),
        ("body.visibleForLines[*].id", "lines", 0.8),
    )
}
