"""A clerk's two tabs, two clerks at one desk, and that there is always a way on (C6, C7)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import Figure, Threads
from tests.factories import DeskFactory, InputFieldFactory, LineFactory, clerk_of, waiting_ticket
from tests.tickets.actions.conftest import Office, make_office
from tests.tickets.api.rights import taken_back
from tickets.actions import lifecycle, routing, staff
from tickets.models import Desk, Line, LineStatus, Ticket, User
from tickets.states import Status

ROUNDS = 10
#: All ask through one: to load the middleware takes longer than a request.
HANDLER: Any = Client().handler


def browser(user: User) -> Client:
    client = Client()
    if HANDLER._middleware_chain is None:
        HANDLER.load_middleware()
    client.handler = HANDLER
    client.force_login(user)
    return client


def test_c6_call_next_in_two_tabs_at_once_never_leaves_two_open_calls(
    transactional_db: None, in_threads: Threads, figure: Figure
) -> None:
    line = LineFactory.create()
    clerk = clerk_of(line.location)
    for _ in range(4 * ROUNDS):
        waiting_ticket(line, by=clerk)
    path = reverse("tickets:call-next", args=[line.location_id])
    tabs = [browser(clerk), browser(clerk)]
    most, statuses = 0, set()

    for number in range(ROUNDS):
        answers = in_threads(
            *(
                lambda tab=tab, once=f"{number} {name}": tab.post(path, {"once": once})
                for name, tab in enumerate(tabs)
            )
        )
        statuses |= {getattr(answer, "status_code", repr(answer)) for answer in answers}
        most = max(most, Ticket.objects.called().filter(caller=clerk).count())

    figure(f"C6 open calls of a clerk with two tabs, {ROUNDS} rounds, at most", most)
    assert statuses == {302}
    assert most == 1


def test_c6_where_the_location_allows_it_both_calls_stay_open(db: None) -> None:
    line = LineFactory.create()
    line.location.keeps_active_tickets_open = True
    line.location.save()
    clerk = clerk_of(line.location)
    for _ in range(2):
        waiting_ticket(line, by=clerk)
    client = browser(clerk)

    for once in "ab":
        client.post(reverse("tickets:call-next", args=[line.location_id]), {"once": once})

    assert Ticket.objects.called().filter(caller=clerk).count() == 2


def _update(row: Any, **columns: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(**columns)


def _waits_for_somebody_who_left(office: Office) -> Ticket:
    ticket = routing.assign(office.waiting(), assignee=office.colleague, by=office.clerk)
    _update(office.colleague, is_active=False)
    return ticket


def _called_by_somebody_who_left(office: Office) -> Ticket:
    ticket = lifecycle.call(office.waiting(), by=office.colleague)
    staff.deactivate(office.colleague, by=office.clerk)
    return ticket


def _called_from(status: LineStatus) -> Callable[[Office], Ticket]:
    def arrange(office: Office) -> Ticket:
        ticket = office.called()
        _update(ticket.line, status=status)
        return ticket

    return arrange


def _waits_in_a_closed_line(office: Office) -> Ticket:
    ticket = office.waiting()
    _update(ticket.line, status=LineStatus.DISABLED)
    return ticket


def _at_a_desk_that_is_gone(office: Office) -> Ticket:
    ticket = office.called()
    _update(office.desk, is_active=False)
    return ticket


def _without_a_mandatory_answer(office: Office) -> Ticket:
    InputFieldFactory.create(location=office.location, is_mandatory_before_served=True)
    return office.called()


def _beside_another(office: Office) -> Ticket:
    """Two open calls although the location does not want them: by an undo, or an older setting."""
    office.called()
    return office.called()


SITUATIONS: dict[str, Callable[[Office], Ticket]] = {
    "waits": Office.waiting,
    "waits for a colleague who left": _waits_for_somebody_who_left,
    "waits in a closed line": _waits_in_a_closed_line,
    "called": Office.called,
    "called by a colleague who left": _called_by_somebody_who_left,
    "called from a disabled line": _called_from(LineStatus.DISABLED),
    "called from an archived line": _called_from(LineStatus.ARCHIVED),
    "called from a deleted line": _called_from(LineStatus.DELETED),
    "called to a desk that is gone": _at_a_desk_that_is_gone,
    "called, an answer is missing": _without_a_mandatory_answer,
    "called, beside another": _beside_another,
}
STEPS = ("call", "serve", "no-show", "return", "forward", "cancel")


@pytest.mark.parametrize("name", SITUATIONS)
def test_c6_every_state_has_a_way_out_on_the_pages(name: str, db: None) -> None:
    office = make_office()
    ticket = SITUATIONS[name](office)
    client = browser(office.clerk)
    before, ways = ticket.status, set()

    for step in STEPS:
        with taken_back():
            path = reverse(f"tickets:{step}-ticket", args=[ticket.pk])
            answer = client.post(path, {"line": office.other_line.pk})
            assert answer.status_code in (302, 409)
            ticket.refresh_from_db()
            if answer.status_code == 302 and ticket.status != before:
                ways.add(step)

    assert client.get(reverse("tickets:ticket", args=[ticket.pk])).status_code == 200
    assert ways & ({"call", "cancel"} if before == Status.NEW else {"serve", "no-show"})


@pytest.mark.parametrize("name", SITUATIONS)
def test_c6_call_next_goes_on_whatever_the_clerk_left(name: str, db: None) -> None:
    office = make_office()
    left = SITUATIONS[name](office)
    _update(office.line, status=LineStatus.ENABLED)
    for each in (office.line, office.other_line):
        waiting_ticket(each, by=office.colleague)
    client = browser(office.clerk)
    path = reverse("tickets:call-next", args=[office.location.pk])

    answer = client.post(path)

    left.refresh_from_db()
    mine = Ticket.objects.called().filter(caller=office.clerk)
    if name == "called, an answer is missing":  # named, and put right on the visitor's page
        assert (answer.status_code, list(mine)) == (409, [left])
    else:
        assert (answer.status_code, mine.count()) == (302, 1)


def test_c7_two_clerks_who_choose_one_desk_at_once(
    transactional_db: None, in_threads: Threads, figure: Figure
) -> None:
    line = LineFactory.create()
    people = [clerk_of(line.location, first_name=name) for name in ("Mari", "Juan")]
    browsers = [browser(person) for person in people]
    path = reverse("tickets:workplace", args=[line.location_id])
    wrong = []

    for _ in range(ROUNDS):
        desk = DeskFactory.create(location=line.location)
        answers: list[Any] = in_threads(
            *(
                lambda client=client, desk=desk: client.post(
                    path, {"desk": desk.pk, "lines": [line.pk]}
                )
                for client in browsers
            )
        )
        if not _one_won(desk, line, people, answers):
            wrong.append([getattr(answer, "content", answer) for answer in answers])

    figure(f"C7 desks with one winner, the other told who, of {ROUNDS}", ROUNDS - len(wrong))
    assert wrong == []


def _one_won(desk: Desk, line: Line, people: list[User], answers: list[Any]) -> bool:
    there = [person for person in people if User.objects.filter(pk=person.pk, desk=desk).exists()]
    if len(there) != 1 or sorted(a.status_code for a in answers) != [302, 422]:
        return False
    told = next(answer for answer in answers if answer.status_code == 422).content.decode()
    return f"{there[0]} is at {desk}. Choose another desk." in told
