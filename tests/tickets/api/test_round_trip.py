"""What is in the database comes unchanged through the API and a client's parser, order included."""

import re
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Figure
from tests.factories import DeskFactory, clerk_of, waiting_ticket
from tests.tickets.api.conftest import program, reply
from tickets.actions import routing
from tickets.models import Desk, Direction, Interaction, Line, MessageStatus, Source, Ticket, User
from tickets.states import Outcome, Status

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(?!000)\d{3})?Z")
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
ids = count(1_000)

# ---- what is generated

texts = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
colors = st.text("0123456789ABCDEF", min_size=6, max_size=6)
seconds = st.integers(0, 3_000_000_000)
moments = st.builds(
    lambda s, ms: EPOCH + timedelta(seconds=s, milliseconds=ms),
    seconds,
    st.just(0) | st.integers(1, 999),
)
spans = st.builds(
    lambda s, ms: timedelta(seconds=s, milliseconds=ms),
    st.integers(0, 100_000),
    st.just(0) | st.integers(1, 999),
)


def text(longest: int, *, least: int = 1) -> st.SearchStrategy[str]:
    return st.text(texts, min_size=least, max_size=longest)


def maybe[T](strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


extras = st.fixed_dictionaries(
    {"title": text(50), "value": text(100, least=0)},
    optional={"url": st.just("https://example.org/ä?b=1&c"), "color": colors},
)
labels = st.fixed_dictionaries({"value": text(50), "color": colors})
interactions = st.fixed_dictionaries(
    {"start": moments, "lasts": spans, "outcome": st.sampled_from(Outcome)}
)
messages = st.fixed_dictionaries({"created": moments, "body": text(160)}).flatmap(
    lambda common: st.one_of(
        st.just(common | {"type": Direction.INCOMING, "status": MessageStatus.DELIVERED}),
        st.sampled_from([each for each in MessageStatus if each != MessageStatus.NOT_SENT]).map(
            lambda status: common | {"type": Direction.OUTGOING, "status": status}
        ),
    )
)
visits = st.fixed_dictionaries(
    {
        "status": st.sampled_from(Status),
        "source": st.sampled_from(Source),
        "firstName": maybe(text(50)),
        "lastName": maybe(text(50)),
        "phoneNumber": maybe(st.integers(10_000, 10**15 - 1)),
        "email": maybe(st.emails().filter(lambda address: len(address) <= 100)),
        "created": moments,
        "waited": spans,
        "took": spans,
        "orderAfter": maybe(moments),
        "has_desk": st.booleans(),
        "is_assigned": st.booleans(),
        "extra": st.lists(extras, max_size=3),
        "labels": st.lists(labels, max_size=3, unique_by=lambda label: label["value"]),
        "interactions": st.lists(interactions, max_size=3),
        "messages": st.lists(messages, max_size=3),
    }
)

# ---- into the database


def store(visit: dict[str, Any], line: Line, clerk: User, desk: Desk) -> Ticket:
    pk, status = next(ids), visit["status"]
    was_called = status in (Status.CALLED, Status.SERVED, Status.NOSHOW)
    called_at = visit["created"] + visit["waited"] if was_called else None
    has_desk = was_called and visit["has_desk"]
    with transaction.atomic():
        ticket = Ticket.objects.create(
            id=pk,
            location=line.location,
            line=line,
            status=status,
            source=visit["source"],
            first_name=visit["firstName"] or "",
            last_name=visit["lastName"] or "",
            phone_number=f"+{visit['phoneNumber']}" if visit["phoneNumber"] else "",
            email=visit["email"] or "",
            number=pk,
            numbered_on=visit["created"].date(),
            public_id=f"A-{pk}",
            created_at=visit["created"],
            order_after=visit["orderAfter"],
            called_at=called_at,
            caller=clerk if was_called else None,
            desk=desk if has_desk else None,
            served_at=called_at + visit["took"] if called_at and status == Status.SERVED else None,
            assigner=clerk if visit["is_assigned"] else None,
            assignee=clerk if visit["is_assigned"] else None,
            open_interaction_id=pk if status == Status.CALLED else None,
        )
        for extra in visit["extra"]:
            ticket.extras.create(**extra)
        for label in visit["labels"]:
            ticket.labels.create(**label)
        for each in visit["interactions"]:
            ticket.interactions.create(
                line=line,
                user=clerk,
                started_at=each["start"],
                ended_at=each["start"] + each["lasts"],
                outcome=each["outcome"],
            )
        if called_at and status == Status.CALLED:
            Interaction.objects.create(
                ticket=ticket, line=line, user=clerk, started_at=called_at, called_ticket=ticket
            )
        for each in visit["messages"]:
            ticket.messages.create(
                created_at=each["created"],
                body=each["body"],
                direction=each["type"],
                status=each["status"],
            )
    return ticket


# ---- what a client must read


def expected(visit: dict[str, Any], ticket: Ticket, clerk: User, desk: Desk) -> dict[str, Any]:
    called_at, status = visit["created"] + visit["waited"], visit["status"]
    was_called = status in (Status.CALLED, Status.SERVED, Status.NOSHOW)
    called = {"date": called_at, "caller": clerk.pk}
    if visit["has_desk"]:
        called["desk"] = desk.pk
    return {
        "id": str(ticket.pk),
        "status": status.value,
        "source": visit["source"].value,
        "line": ticket.line_id,
        "firstName": visit["firstName"],
        "lastName": visit["lastName"],
        "phoneNumber": visit["phoneNumber"],
        "email": visit["email"],
        "orderAfter": visit["orderAfter"],
        "created": {"date": visit["created"]},
        "called": called if was_called else None,
        "served": {"date": called_at + visit["took"]} if status == Status.SERVED else None,
        "assigned": {"assigner": clerk.pk, "assignee": clerk.pk} if visit["is_assigned"] else None,
        "extra": visit["extra"],
        "labels": visit["labels"],
        "interactions": [
            {
                "start": each["start"],
                "end": each["start"] + each["lasts"],
                "line": ticket.line_id,
                "user": clerk.pk,
            }
            for each in sorted(visit["interactions"], key=lambda each: each["start"])
            if each["outcome"] != Outcome.NOSHOW
        ],
        "messages": [
            {
                "created": {"date": each["created"]},
                "type": each["type"].value,
                "status": "DELIVERED" if each["status"] == MessageStatus.DELIVERED else "NEW",
                "body": each["body"],
            }
            for each in sorted(visit["messages"], key=lambda each: each["created"])
        ],
    }


def instant(value: str) -> datetime:
    assert DATE.fullmatch(value)
    return datetime.fromisoformat(value)


def parsed(body: dict[str, Any]) -> dict[str, Any]:
    """The reply as a client reads it; what is not there is None."""
    shown = dict(body)
    ticket = {"firstName": None, "lastName": None, "phoneNumber": None, "email": None}
    ticket |= {"orderAfter": None, "called": None, "served": None, "assigned": None}
    assert shown.pop("statusCode") == 200
    assert None not in shown.values()
    if "orderAfter" in shown:
        shown["orderAfter"] = instant(shown["orderAfter"])
    for event in {"created", "called", "served"} & shown.keys():
        shown[event] = shown[event] | {"date": instant(shown[event]["date"])}
    shown["interactions"] = [
        each | {"start": instant(each["start"]), "end": instant(each["end"])}
        for each in shown["interactions"]
    ]
    shown["messages"] = [
        each | {"created": {"date": instant(each["created"]["date"])}} for each in shown["messages"]
    ]
    return ticket | shown


def test_generated_tickets_come_back_equal(line: Line, api: Client, figure: Figure) -> None:
    clerk, desk = clerk_of(line.location), DeskFactory.create(location=line.location)
    seen: list[Status] = []
    whole = {True: 0, False: 0}

    @settings(
        max_examples=200,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(visit=visits)
    def comes_back_equal(visit: dict[str, Any]) -> None:
        ticket = store(visit, line, clerk, desk)

        body = reply(api.get(f"/v1/tickets/{ticket.pk}"))

        assert parsed(body) == expected(visit, ticket, clerk, desk)
        seen.append(visit["status"])
        whole[visit["created"].microsecond == 0] += 1

    comes_back_equal()

    assert set(seen) == set(Status)
    assert min(whole.values()) > 0
    statuses = ", ".join(f"{seen.count(status)} {status.value}" for status in Status)
    figure("API generated tickets equal", f"{len(seen)} ({statuses}; {whole[True]} whole seconds)")


def test_sorting_the_output_gives_the_order_of_the_line(line: Line, clerk: User) -> None:
    rows = [waiting_ticket(line, by=clerk) for _ in range(12)]
    for n in range(60):
        routing.reorder(rows[n * 7 % 12], after=rows[n * 5 % 12], by=clerk)
    routing.reorder(rows[11], after=None, by=clerk)

    found = reply(program().get("/v1/tickets/search", {"status": "NEW"}))["data"]

    def place(ticket: dict[str, Any]) -> tuple[datetime, int]:
        shown = ticket.get("orderAfter") or ticket["created"]["date"]
        return instant(shown), int(ticket["id"])

    in_order = [str(ticket.pk) for ticket in line.tickets.waiting().in_order()]
    assert [ticket["id"] for ticket in sorted(found, key=place)] == in_order
    assert in_order != sorted(in_order, key=int)
