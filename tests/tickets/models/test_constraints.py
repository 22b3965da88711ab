"""What the database itself refuses, tried in SQL past every line of Python (C9)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.conftest import Figure
from tests.factories import (
    DeskFactory,
    DeviceFactory,
    InputFieldFactory,
    LineFactory,
    LocationFactory,
    clerk_of,
    waiting_ticket,
)
from tickets import instants
from tickets.actions import labels, lifecycle, messages, programs, undo
from tickets.models import (
    IdempotencyKey,
    Interaction,
    Message,
    NumberCounter,
    RoleType,
    SpentToken,
    Ticket,
    User,
)

NEW_INTERACTION = (
    "INSERT INTO tickets_interaction"
    " (ticket_id, line_id, user_id, started_at, ended_at, outcome, called_ticket_id)"
    " VALUES (%(ticket)s, %(line)s, %(clerk)s, %(now)s, %(end)s, %(outcome)s, %(called_ticket)s)"
)


def interaction(ticket: str, **columns: Any) -> tuple[str, dict[str, Any]]:
    given = {"end": None, "outcome": "", "called_ticket": None} | columns
    return NEW_INTERACTION.replace("%(ticket)s", f"%({ticket})s"), given


def ticket(which: str, change: str) -> str:
    return f"UPDATE tickets_ticket SET {change} WHERE id = %({which})s"


def change(table: str, change: str) -> str:
    return f"UPDATE tickets_{table} SET {change} WHERE id = %({table})s"


ILLEGAL: dict[str, str | tuple[str, dict[str, Any]]] = {
    # Tickets
    "status unknown": ticket("new", "status = 'LOST'"),
    "source unknown": ticket("new", "source = 'FAX'"),
    "redacted while waiting": ticket("new", "redacted_at = created_at"),
    "called without caller": ticket("called", "caller_id = NULL"),
    "called without time": ticket("called", "called_at = NULL"),
    "called naming no interaction": ticket("called", "open_interaction_id = NULL"),
    "called naming another's interaction": ticket("called", "open_interaction_id = %(other)s"),
    "called, naming no interaction, without one": ticket(
        "new", "status = 'CALLED', caller_id = %(clerk)s, called_at = %(now)s"
    ),
    "called without an open interaction": ticket(
        "new",
        "status = 'CALLED', caller_id = %(clerk)s, called_at = %(now)s, open_interaction_id = id",
    ),
    "waiting with a caller": ticket("new", "caller_id = %(clerk)s"),
    "waiting with a time of call": ticket("new", "called_at = %(now)s"),
    "waiting with a desk": ticket("new", "desk_id = %(desk)s"),
    "waiting with an open interaction": ticket("new", "open_interaction_id = id"),
    "waiting again, interaction left open": ticket(
        "called",
        "status = 'NEW', called_at = NULL, caller_id = NULL, desk_id = NULL,"
        " open_interaction_id = NULL",
    ),
    "served, interaction left open": ticket(
        "called", "status = 'SERVED', served_at = %(now)s, open_interaction_id = NULL"
    ),
    "cancelled with a caller": ticket(
        "cancelled", "caller_id = %(clerk)s, called_at = %(now)s"
    ),
    "served without a caller": ticket("served", "caller_id = NULL"),
    "served without a time": ticket("served", "served_at = NULL"),
    "no-show with a time of service": ticket("no_show", "served_at = %(now)s"),
    "no-show without a caller": ticket("no_show", "caller_id = NULL"),
    "called before created": ticket("called", "called_at = %(long_ago)s"),
    "created after called": ticket("called", "created_at = %(later)s"),
    "served before called": ticket("served", "served_at = %(long_ago)s"),
    "quoted from nothing": ticket("new", "quoted_high = 5"),
    "quoted up to nothing": ticket("new", "quoted_low = 5"),
    "quoted backwards": ticket("new", "quoted_low = 10, quoted_high = 5"),
    "assigned by nobody": ticket("new", "assignee_id = %(clerk)s"),
    "assigned to nobody": ticket("new", "assigner_id = %(clerk)s"),
    "number zero": ticket("new", "number = 0"),
    "number twice a day": ticket("new", "number = 2"),
    "nonce twice": ticket("new", "nonce = 'taken'"),
    "visit token twice": ticket("new", "visit_token = 'taken'"),
    "line that is not there": ticket("new", "line_id = 0"),
    "location that is not there": ticket("new", "location_id = 0"),
    # Interactions
    "second open interaction": interaction("called", called_ticket="%(called)s"),
    "open interaction of a waiting ticket": interaction("new", called_ticket="%(new)s"),
    "open interaction of a served ticket": interaction("served", called_ticket="%(served)s"),
    "open interaction that names no ticket": interaction("new"),
    "open interaction that names another ticket": interaction("new", called_ticket="%(called)s"),
    "ended interaction that names a ticket": change("interaction", "called_ticket_id = ticket_id"),
    "end before start": change("interaction", "ended_at = %(long_ago)s"),
    "end without outcome": change("interaction", "outcome = ''"),
    "outcome without end": change("interaction", "ended_at = NULL"),
    "outcome unknown": change("interaction", "outcome = 'LOST'"),
    "ended while the ticket is called": (
        "UPDATE tickets_interaction SET ended_at = started_at, outcome = 'SERVED',"
        " called_ticket_id = NULL WHERE id = %(open)s"
    ),
    "deleted while the ticket is called": "DELETE FROM tickets_interaction WHERE id = %(open)s",
    "moved to another ticket": (
        "UPDATE tickets_interaction SET ticket_id = %(new)s WHERE id = %(open)s"
    ),
    # Desks, people, programs
    "second clerk on one desk": change("user", "desk_id = %(desk)s"),
    "one e-mail twice, in capitals": change("user", "email = 'TAKEN@EXAMPLE.ORG'"),
    "clerk of nowhere": change("role", "location_id = NULL"),
    "administrator of one location": change("role", "type = 'ADMIN'"),
    "role unknown": change("role", "type = 'CLOWN'"),
    "role twice": change("role", "user_id = %(clerk)s"),
    "device of no kind": change("device", "kind = 'FAX'"),
    "pairing code twice": change("device", "code = '123456'"),
    "device secret twice": change("device", "secret_hash = 'taken'"),
    "key secret twice": change("apikey", "secret_hash = 'taken'"),
    # Locations
    "data kept for more than ten years": change("location", "retention_days = 3651"),
    "names in an unknown form": change("location", "name_form = 'ALL'"),
    "web address twice": change("location", "slug = 'taken'"),
    "line of no status": change("line", "status = 'GONE'"),
    "line letter twice": change("line", "letter = 'ZZ'"),
    "desk name twice": change("desk", "name = 'taken'"),
    "field of no type": change("inputfield", "type = 'BLOOD'"),
    "field title twice, in capitals": change("inputfield", "title = 'TAKEN'"),
    "second field for the first name": change("inputfield", "type = 'FIRST_NAME'"),
    "second counter of a day": change("numbercounter", "day = '2026-01-01'"),
    # What hangs on a ticket
    "label twice": change("label", "value = 'taken'"),
    "message of no direction": change("message", "direction = 'SIDEWAYS'"),
    "message of no status": change("message", "status = 'LOST'"),
    "message of no moment": change("message", "moment = 'LUNCH'"),
    "message not sent for no reason": change("message", "status = 'NOT_SENT'"),
    "sent message with a reason not to": change("message", "reason = 'OVER'"),
    "received message not delivered": change("message", "direction = 'INCOMING'"),
    "unknown event": change("activity", "event = 'ticket.eaten'"),
    "a person's step without a person": change("activity", "user_id = NULL"),
    "a program's step without a key": change("activity", "actor_type = 'KEY'"),
    "a device's step without a device": change("activity", "actor_type = 'DEVICE'"),
    "one step undone twice": change("activity", "undoes_id = %(undone)s"),
    "form token twice": "UPDATE tickets_spenttoken SET token = 'taken' WHERE token = 'free'",
    "idempotency key twice": change("idempotencykey", "key = 'taken'"),
}  # fmt: skip


@pytest.fixture
def rows(transactional_db: None) -> dict[str, Any]:
    """One row of every kind, each with a neighbour that it could collide with."""
    location = LocationFactory.create(has_messages=True)
    LocationFactory.create(slug="taken")
    line = LineFactory.create(location=location)
    LineFactory.create(location=location, letter="ZZ")
    desk, free_desk = DeskFactory.create_batch(2, location=location)
    DeskFactory.create(location=location, name="taken")
    clerk, second = clerk_of(location, desk=desk), clerk_of(location)
    clerk_of(location, email="taken@example.org")
    new, called, other, served, no_show, cancelled = (
        waiting_ticket(line, by=clerk) for _ in range(6)
    )
    for each in (called, other, served, no_show):
        lifecycle.call(each, by=clerk, keep_open=True)
    lifecycle.serve(served, by=clerk)
    lifecycle.mark_no_show(no_show, by=clerk)
    lifecycle.cancel(cancelled, by=clerk)
    Ticket.objects.filter(pk=other.pk).update(
        nonce="taken", visit_token="taken", phone_number="+3725123456"
    )
    other.refresh_from_db()
    labels.replace(new, values=["taken", "free"], by=clerk)
    messages.send(other, body="Come.", by=clerk)
    undone = new.activities.latest("id")
    undo.undo(undone, by=clerk)
    labels.replace(new, values=["taken", "free"], by=clerk)
    kiosk, second_kiosk = DeviceFactory.create_batch(2, location=location)
    programs.renew_secret(kiosk)
    type(kiosk).objects.filter(pk=kiosk.pk).update(secret_hash="taken", code="123456")
    key, _secret = programs.issue_key(name="taken")
    type(key).objects.filter(pk=key.pk).update(secret_hash="taken")
    field = InputFieldFactory.create(location=location)
    InputFieldFactory.create(location=location, title="Taken", type="FIRST_NAME")
    counter = NumberCounter.objects.create(location=location, day="2026-01-02")
    NumberCounter.objects.create(location=location, day="2026-01-01")
    for name in ("taken", "free"):
        SpentToken.objects.create(token=name, spent_at=instants.now())
        last = IdempotencyKey.objects.create(
            scope="a", key=name, request_hash="a", created_at=instants.now()
        )
    now = instants.now()  # no earlier than anything above, so that only one rule is broken
    opened = Interaction.objects.get(ticket=called)
    opened.ticket.activities.update(interaction=None)  # so that only the rule itself can refuse
    return {
        "now": now,
        "long_ago": now - timedelta(days=365),
        "later": now + timedelta(days=365),
        "location": location.pk,
        "line": line.pk,
        "desk": desk.pk,
        "clerk": clerk.pk,
        "user": second.pk,
        "role": second.roles.get().pk,
        "new": new.pk,
        "called": called.pk,
        "other": other.pk,
        "served": served.pk,
        "no_show": no_show.pk,
        "cancelled": cancelled.pk,
        "open": opened.pk,
        "interaction": Interaction.objects.get(ticket=served).pk,
        "device": second_kiosk.pk,
        "apikey": programs.issue_key(name="free")[0].pk,
        "inputfield": field.pk.hex,
        "numbercounter": counter.pk,
        "label": new.labels.get(value="free").pk,
        "message": Message.objects.get().pk,
        "activity": new.activities.latest("id").pk,
        "undone": undone.pk,
        "idempotencykey": last.pk,
    } | {"free_desk": free_desk.pk}


def is_refused(statement: str | tuple[str, dict[str, Any]], rows: dict[str, Any]) -> bool:
    sql, given = (statement, {}) if isinstance(statement, str) else statement
    for name, value in given.items():
        placeholder = f"%({name})s"
        is_reference = isinstance(value, str) and value.startswith("%(")
        sql = sql.replace(placeholder, value) if is_reference else sql
    values = rows | {k: v for k, v in given.items() if f"%({k})s" in sql}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, {k: v for k, v in values.items() if f"%({k})s" in sql})
            assert cursor.rowcount == 1, f"nothing was tried: {sql}"
    except IntegrityError:
        return True
    return False


def test_every_illegal_row_is_refused_by_the_database(rows: dict[str, Any], figure: Figure) -> None:
    admitted = [name for name, statement in ILLEGAL.items() if not is_refused(statement, rows)]

    refused = len(ILLEGAL) - len(admitted)
    figure("C9 illegal rows refused by the database", f"{refused} of {len(ILLEGAL)}")
    assert admitted == []


def test_legal_rows_are_admitted(rows: dict[str, Any]) -> None:
    legal: list[str | tuple[str, dict[str, Any]]] = [
        change("user", "desk_id = %(free_desk)s"),
        ticket("new", "number = 77"),
        ticket("new", "order_after = %(long_ago)s"),
        ticket("new", "assigner_id = %(clerk)s, assignee_id = %(user)s"),
        interaction("new", end=rows["now"], outcome="RETURNED"),
    ]

    assert [is_refused(statement, rows) for statement in legal] == [False] * len(legal)


@pytest.mark.django_db(transaction=True)
def test_the_reference_ticket_is_admitted() -> None:
    location = LocationFactory.create()
    line = LineFactory.create(pk=88100, location=location)
    desk = DeskFactory.create(pk=3, location=location)
    caller, assigner = clerk_of(location, pk=15144), clerk_of(location, pk=15100)
    start = datetime(2016, 5, 5, 14, 5, 29, tzinfo=UTC)
    end = datetime(2016, 5, 5, 14, 5, 34, tzinfo=UTC)

    with transaction.atomic():
        reference = Ticket.objects.create(
            pk=51999102,
            location=location,
            line=line,
            status="SERVED",
            first_name="Jane",
            last_name="Doe",
            number=42,
            numbered_on="2016-04-29",
            public_id="A-42",
            created_at=datetime(2016, 4, 29, 12, 29, 40, 701_000, tzinfo=UTC),
            order_after=datetime(2015, 4, 29, 12, 29, 40, 701_000, tzinfo=UTC),
            called_at=start,
            caller=caller,
            desk=desk,
            served_at=end,
            assigner=assigner,
            assignee=caller,
        )
        reference.extras.create(title="Notes", value="assistance required")
        reference.labels.create(value="VIP", color="FF00FF")
        reference.interactions.create(
            line=line, user=caller, started_at=start, ended_at=end, outcome="SERVED"
        )
        reference.messages.create(
            direction="OUTGOING",
            body="Hello Jane! You are now in the queue.",
            status="DELIVERED",
            created_at=datetime(2017, 6, 15, 18, 43, 41, tzinfo=UTC),
        )

    assert Ticket.objects.get(pk=51999102).sort_at.year == 2015
    assert User.objects.working_at(location).count() == 2
    assert RoleType.CLERK in caller.roles.values_list("type", flat=True)
