"""Eight clerks empty two lines at once: nobody is called twice, nobody is lost (C1, C1m)."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

from django.db import connection, transaction

from tests.conftest import Figure, Threads
from tests.factories import clerk_of
from tests.tickets.actions.conftest import Office
from tickets import events, instants
from tickets.actions import intake, lifecycle
from tickets.models import EventName, Interaction, Line, Ticket, User
from tickets.states import Status

CLERKS = 8
TICKETS = 500

CallNext = Callable[[Sequence[Line], User], Ticket | None]


def guarded(lines: Sequence[Line], clerk: User) -> Ticket | None:
    return lifecycle.call_next(lines, by=clerk)


class Naive:
    """Call next as it is often written: read the head, check it, save it.

    The read comes before the transaction, and a barrier parts it from the write, so that two
    clerks have looked before either writes; that is what happens under load, only every time.
    The write is fair: it checks what it read, it is one transaction, and it brings the
    interaction and the history into a form that every constraint of the database accepts. So a
    clerk gets a visitor or nobody, never an error, and a double call is one visitor whom two
    clerks were told to be theirs.
    """

    def __init__(self) -> None:
        self.barrier = Barrier(2)

    def __call__(self, lines: Sequence[Line], clerk: User) -> Ticket | None:
        ticket = Ticket.objects.waiting().filter(line__in=lines).in_order().first()
        if ticket is None:
            self.barrier.abort()  # nobody is left to wait for
            return None
        with suppress(BrokenBarrierError):
            self.barrier.wait(5)
        if ticket.status != Status.NEW:
            return None
        with transaction.atomic():
            ticket.status = Status.CALLED
            ticket.caller = clerk
            ticket.called_at = now = max(instants.now(), ticket.created_at)
            ticket.open_interaction_id = ticket.pk
            ticket.save()
            Interaction.objects.update_or_create(
                ticket=ticket,
                ended_at=None,
                defaults={
                    "line": ticket.line,
                    "user": clerk,
                    "started_at": now,
                    "called_ticket_id": ticket.pk,
                },
            )
            events.record(EventName.CALLED, by=clerk, ticket=ticket, location_id=ticket.location_id)
        return ticket


def storm(office: Office, in_threads: Threads, call_next: CallNext) -> Counter[str]:
    """All clerks call until nobody waits; every ticket sorted into ok, double, lost, unexpected."""
    lines = [office.line, office.other_line]
    for number in range(TICKETS):
        intake.create(lines[number % 2], by=office.clerk)
    clerks = [clerk_of(office.location) for _ in range(CLERKS)]
    connection.close()  # as many connections as there are clerks are all that the pool gives

    def work(clerk: User) -> list[int]:
        got = []
        while ticket := call_next(lines, clerk):
            got.append(ticket.pk)
        return got

    results = in_threads(*(lambda c=clerk: work(c) for clerk in clerks))

    errors = [result for result in results if isinstance(result, Exception)]
    assert errors == []
    connection.check_constraints()
    calls = Counter(pk for result in results if isinstance(result, list) for pk in result)
    return check(office, calls)


def check(office: Office, calls: Counter[int]) -> Counter[str]:
    tickets = {ticket.pk: ticket for ticket in Ticket.objects.filter(location=office.location)}
    found: Counter[str] = Counter({"unexpected": len(calls.keys() - tickets.keys())})
    for pk, ticket in tickets.items():
        interactions = list(ticket.interactions.all())
        told = ticket.activities.filter(event=EventName.CALLED).count()
        if calls[pk] > 1:
            found["double"] += 1
        elif calls[pk] == 0 or ticket.status == Status.NEW:
            found["lost"] += 1
        elif [each.user_id for each in interactions] != [ticket.caller_id] or told != 1:
            found["unexpected"] += 1
        else:
            found["ok"] += 1
    return +found


def test_eight_clerks_call_each_visitor_once(
    office: Office, in_threads: Threads, figure: Figure
) -> None:
    found = storm(office, in_threads, guarded)

    figure(
        f"C1 {CLERKS} clerks, {TICKETS} tickets: double, lost, unexpected",
        [found["double"], found["lost"], found["unexpected"]],
    )
    assert found == {"ok": TICKETS}
    serving = Ticket.objects.called().values_list("caller", flat=True)
    assert len(serving) == len(set(serving))  # a clerk's next call has served the one before


def test_the_same_storm_catches_a_naive_call_next(
    office: Office, in_threads: Threads, figure: Figure
) -> None:
    found = storm(office, in_threads, Naive())

    figure(f"C1m naive, {CLERKS} clerks, {TICKETS} tickets: double", found["double"])
    assert found["double"] >= (100 if connection.vendor == "postgresql" else 1)
