"""UW4: managers see how the waits that visitors were told compare with those that they had."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.conftest import CountQueries, Figure
from tests.factories import LineFactory, clerk_of, waiting_ticket
from tests.tickets.admin.conftest import Office, SignIn, open_office, url
from tickets import instants
from tickets.actions import lifecycle
from tickets.admin.waits import Promise, promises
from tickets.models import Line, Location, User


def told(line: Line, quoted: tuple[int, int] | None, *, waits: int, clerk: User) -> None:
    """Somebody who was told a range, and was called after so many minutes."""
    ticket = waiting_ticket(line, by=clerk, quoted=quoted)
    with time_machine.travel(instants.now() + timedelta(minutes=waits)):
        lifecycle.call(ticket, by=clerk)
        lifecycle.serve(ticket, by=clerk)


@pytest.fixture
def line(db: None) -> Line:
    return LineFactory.create()


@time_machine.travel("2026-03-02T09:00:00Z", tick=False)
def test_uw4_errors_are_told_by_day_and_line(line: Line, figure: Figure) -> None:
    clerk = clerk_of(line.location)
    other = LineFactory.create(location=line.location, position=line.position + 1)
    for waits in (4, 10, 20, 40):
        told(line, (5, 25), waits=waits, clerk=clerk)
    told(other, (0, 6), waits=3, clerk=clerk)
    told(other, None, waits=50, clerk=clerk)  # nobody told them anything
    with time_machine.travel("2026-02-27T09:00:00Z", tick=False):
        told(line, (5, 15), waits=10, clerk=clerk)
    with time_machine.travel("2026-01-05T09:00:00Z", tick=False):
        told(line, (5, 15), waits=10, clerk=clerk)

    days = promises(line.location)

    figure(
        "UW4 median absolute error, min, and % late, of 4 visits with one late",
        (days[0][1][0].error, days[0][1][0].late),
    )
    assert [(day.isoformat(), lines) for day, lines in days] == [
        (
            "2026-03-02",
            [
                Promise(line=line, visitors=4, waited=15, error=8, late=25, early=25),
                Promise(line=other, visitors=1, waited=3, error=0, late=0, early=0),
            ],
        ),
        ("2026-02-27", [Promise(line=line, visitors=1, waited=10, error=0, late=0, early=0)]),
    ]


def test_who_asked_for_more_time_is_left_out(line: Line) -> None:
    told(line, (5, 25), waits=40, clerk=clerk_of(line.location))
    line.tickets.update(delays=1)

    assert promises(line.location) == []


def test_page_is_for_managers_of_the_location(
    office: Office, manager: User, sign_in: SignIn, client: Client
) -> None:
    told(office.line, (5, 25), waits=10, clerk=office.clerk)
    foreign = open_office()
    signed_in = sign_in(manager)
    path = url("location_waits", office.location.pk)

    page = signed_in.get(path).content.decode()

    assert page.count(str(office.line)) == 1
    assert signed_in.get("/admin/").content.decode().count(path) == 1
    assert signed_in.get(url("location_waits", foreign.location.pk)).status_code == 404
    assert sign_in(office.clerk).get(path).status_code in (302, 403)
    assert client.get(path).status_code == 302


def test_page_costs_the_same_for_more_lines_and_days(
    line: Line, count_queries: CountQueries, figure: Figure
) -> None:
    location = Location.objects.get(pk=line.location_id)
    clerk = clerk_of(location)
    told(line, (5, 25), waits=10, clerk=clerk)
    with_one = count_queries(lambda: promises(location))
    for _ in range(2):
        told(LineFactory.create(location=location), (5, 25), waits=10, clerk=clerk)

    with_three = count_queries(lambda: promises(location))

    figure("waits told, queries with 1 line and 3", f"{with_one} and {with_three}")
    assert with_three == with_one
