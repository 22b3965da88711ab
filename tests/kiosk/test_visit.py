"""The private status page: what it tells in every status, leaving, rejoining, and its end."""

import re
import secrets
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import batched, pairwise
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from tests.conftest import Figure
from tests.factories import DeskFactory, LineFactory, LocationFactory, clerk_of, waiting_ticket
from tickets.actions import lifecycle, messages, remote, undo
from tickets.models import VISITOR, Desk, Line, Message, Ticket, User

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "visit"}
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def line() -> Line:
    location = LocationFactory.create(name="City Office", slug="city-office", has_messages=True)
    return LineFactory.create(location=location, name="Passports", letter="A")


@pytest.fixture
def clerk(line: Line) -> User:
    return clerk_of(line.location, first_name="Mari", last_name="Maasikas")


@pytest.fixture
def desk(line: Line) -> Desk:
    return DeskFactory.create(location=line.location, name="Desk 2")


@pytest.fixture
def ticket(line: Line) -> Ticket:
    return waiting_ticket(
        line, first_name="Jane", last_name="Doehringer", phone_number="+3725123456"
    )


def address(ticket: Ticket, step: str = "") -> str:
    return f"/visit/{ticket.visit_token}/{step}"


def text(response: Any) -> str:
    """The words of the page's main part, one space between them."""
    main = response.content.decode().partition("<main")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def heading(response: Any) -> str:
    [found] = re.findall(r"<h1.*?>(.*?)</h1>", response.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", "", found).split())


def token_of(client: Client, ticket: Ticket, step: str) -> str:
    once: str = client.get(address(ticket, step)).context["once"]
    return once


def test_visit_waiting_tells_place_and_people_ahead(client: Client, line: Line) -> None:
    waiting_ticket(line, first_name="Ann")
    waiting_ticket(line, first_name="Bob")
    ticket = waiting_ticket(line, first_name="Jane", last_name="Doe")

    response = client.get(address(ticket))

    assert heading(response) == "You are in line, Jane D."
    assert (response.context["place"], response.context["estimate"].ahead) == (3, 2)
    assert "2 people ahead of you" in text(response)
    assert ticket.public_id in text(response)


def test_visit_waiting_without_a_clerk_promises_no_minutes(client: Client, ticket: Ticket) -> None:
    response = client.get(address(ticket))

    assert "min" not in text(response).split()
    assert "You are next" in text(response)


def test_visit_waiting_tells_a_range_while_somebody_serves(
    client: Client, line: Line, clerk: User
) -> None:
    lifecycle.call(waiting_ticket(line), by=clerk)
    for _ in range(4):
        waiting_ticket(line)
    ticket = waiting_ticket(line)

    response = client.get(address(ticket))

    estimate = response.context["estimate"]
    assert f"about {estimate.low}–{estimate.high} min" in text(response)


def test_visit_called_tells_the_desk(
    client: Client, ticket: Ticket, clerk: User, desk: Desk
) -> None:
    lifecycle.call(ticket, by=clerk, desk=desk)

    response = client.get(address(ticket))

    assert heading(response) == "It is your turn, Jane D."
    assert "Go to Desk 2" in text(response)
    assert "visit--called" in response.content.decode()


def test_visit_called_without_a_desk_leads_to_the_counter(
    client: Client, ticket: Ticket, clerk: User
) -> None:
    lifecycle.call(ticket, by=clerk)

    response = client.get(address(ticket))

    assert "Go to the counter" in text(response)


def test_visit_called_again_is_announced_again(client: Client, ticket: Ticket, clerk: User) -> None:
    lifecycle.call(ticket, by=clerk)
    lifecycle.recall(ticket, by=clerk)

    response = client.get(address(ticket))

    assert re.findall(r'data-announcements="(\d+)"', response.content.decode()) == ["2"]


def test_visit_that_was_there_already_says_so_in_the_visitors_language(
    client: Client, ticket: Ticket
) -> None:
    Ticket.objects.update(language="et")

    page = client.get(f"{address(ticket)}?again", headers={"Accept-Language": "ru"})

    with translation.override("et"):
        said = gettext("You are in line already: this is your place.")
    assert said != "You are in line already: this is your place."
    assert said in text(page)


def test_visit_served_says_goodbye(client: Client, ticket: Ticket, clerk: User) -> None:
    lifecycle.call(ticket, by=clerk)
    lifecycle.serve(ticket, by=clerk)

    response = client.get(address(ticket))

    assert heading(response) == "All done"


def test_visit_cancelled_leads_back_to_the_microsite(client: Client, ticket: Ticket) -> None:
    lifecycle.cancel(ticket, by=VISITOR)

    response = client.get(address(ticket))

    assert heading(response) == "You are no longer in line"
    assert 'href="/at/city-office/"' in response.content.decode()


def test_visit_part_is_the_part_alone(client: Client, ticket: Ticket, figure: Figure) -> None:
    response = client.get(address(ticket), headers=HTMX)

    page = response.content.decode().strip()
    assert page.startswith('<div id="visit"')
    assert page.count("<html") == 0


@pytest.mark.parametrize("status", ["waiting", "called", "served", "missed", "left"])
def test_ur1_status_update_is_small(
    client: Client, line: Line, clerk: User, desk: Desk, figure: Figure, status: str
) -> None:
    lifecycle.call(waiting_ticket(line), by=clerk)
    for _ in range(9):
        waiting_ticket(line)
    ticket = waiting_ticket(line, by=VISITOR, source="MICROSITE", first_name="Jane")
    waiting_ticket(line)
    if status == "left":
        lifecycle.cancel(ticket, by=VISITOR)
    elif status != "waiting":
        lifecycle.call(ticket, by=clerk, desk=desk)
    if status in ("served", "missed"):
        (lifecycle.serve if status == "served" else lifecycle.mark_no_show)(ticket, by=clerk)

    update = client.get(address(ticket), headers=HTMX | {"Accept-Encoding": "gzip"})

    assert update["Content-Encoding"] == "gzip"
    assert len(update.content) <= 1000
    figure(f"UR1 status update while {status}, bytes transferred", len(update.content))


def test_visit_target_of_the_client_names_no_template(client: Client, ticket: Ticket) -> None:
    response = client.get(
        address(ticket), headers={"HX-Request": "true", "HX-Target": "admin/base.html"}
    )

    assert response.templates[0].name == "kiosk/visit.html"
    assert response.content.decode().count("<html") == 1


def test_visit_shows_only_the_own_first_name_and_initial(
    client: Client, ticket: Ticket, clerk: User
) -> None:
    waiting_ticket(ticket.line, first_name="Secretus", last_name="Otherman")
    pages = [client.get(address(ticket)).content.decode()]
    pages.append(client.get(address(ticket, "leave/")).content.decode())
    lifecycle.call(ticket, by=clerk)
    pages.append(client.get(address(ticket)).content.decode())
    lifecycle.mark_no_show(ticket, by=clerk)
    pages.append(client.get(address(ticket)).content.decode())

    traces = ["Doehringer", "5123456", "Secretus", "Otherman", "Maasikas", "Mari", str(clerk.email)]

    assert [trace for trace in traces for page in pages if trace in page] == []


def test_visit_is_private(client: Client, ticket: Ticket) -> None:
    response = client.get(address(ticket))

    page = response.content.decode()
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Cache-Control"] == "no-store, private"
    assert '<meta name="robots" content="noindex">' in page
    assert response.cookies == {}


def test_visit_refreshes_without_javascript(client: Client, ticket: Ticket) -> None:
    page = client.get(address(ticket)).content.decode()

    assert re.findall(r'<noscript><meta http-equiv="refresh" content="([^"]+)"', page) == [
        f"30; url={address(ticket)}"
    ]


@pytest.mark.parametrize(
    ("there", "html"), [("ar", 'lang="ar" dir="rtl"'), ("de", 'lang="en" dir="ltr"')]
)
def test_visit_speaks_the_language_of_the_ticket_where_there_is_a_catalogue(
    client: Client, line: Line, settings: Settings, there: str, html: str
) -> None:
    settings.LANGUAGES = [("en", "English"), (there, there)]
    ticket = waiting_ticket(line, language="ar")

    response = client.get(address(ticket), headers={"accept-language": "de"})

    assert re.findall(r"<html (.*?)>", response.content.decode()) == [html]


def test_visit_shows_what_the_staff_wrote_once_it_went_out(
    client: Client, ticket: Ticket, clerk: User
) -> None:
    sent = messages.send(ticket, body="Come closer", by=clerk)
    messages.hand_over(message=sent.pk)
    messages.receive(ticket, body="On my way")
    messages.send(ticket, body="Held back", by=clerk)

    response = client.get(address(ticket))

    assert [str(message) for message in response.context["talk"]] == ["Come closer"]
    assert Message.objects.count() == 3


def test_leave_asks_first(client: Client, ticket: Ticket) -> None:
    response = client.get(address(ticket, "leave/"))

    ticket.refresh_from_db()
    assert heading(response) == "Leave the line?"
    assert ticket.status == "NEW"
    assert response["X-Robots-Tag"] == "noindex"


def test_leave_cancels_the_visit(client: Client, ticket: Ticket) -> None:
    once = token_of(client, ticket, "leave/")

    response = client.post(address(ticket, "leave/"), {"once": once})

    ticket.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, address(ticket))
    assert ticket.status == "CANCELLED_BY_CLERK"
    assert [a.actor_type for a in ticket.activities.filter(event="ticket.cancelled")] == ["VISITOR"]


def test_leave_twice_with_one_form_shows_the_same_page(client: Client, ticket: Ticket) -> None:
    once = token_of(client, ticket, "leave/")

    answers = [client.post(address(ticket, "leave/"), {"once": once}) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [address(ticket)] * 2
    assert ticket.activities.filter(event="ticket.cancelled").count() == 1


def test_leave_after_the_call_tells_the_desk_instead(
    client: Client, ticket: Ticket, clerk: User, desk: Desk
) -> None:
    once = token_of(client, ticket, "leave/")
    lifecycle.call(ticket, by=clerk, desk=desk)

    response = client.post(address(ticket, "leave/"), {"once": once})

    ticket.refresh_from_db()
    assert (response.status_code, ticket.status) == (409, "CALLED")
    assert heading(response) == "It is your turn, Jane D."
    assert "You have not left the line: you were called just before." in text(response)
    assert "Go to Desk 2" in text(response)
    assert "Doehringer" not in response.content.decode()


def test_leave_is_not_asked_of_somebody_who_does_not_wait(
    client: Client, ticket: Ticket, clerk: User
) -> None:
    lifecycle.call(ticket, by=clerk)

    response = client.get(address(ticket, "leave/"))

    assert (response.status_code, response["Location"]) == (302, address(ticket))


@pytest.mark.parametrize("step", ["leave/", "rejoin/"])
def test_steps_need_a_csrf_token(ticket: Ticket, step: str) -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.post(address(ticket, step)).status_code == 403


def missed(ticket: Ticket, clerk: User) -> None:
    lifecycle.call(ticket, by=clerk)
    lifecycle.mark_no_show(ticket, by=clerk)


def test_rejoin_within_ten_minutes_waits_at_the_end(
    client: Client, line: Line, clerk: User
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        ticket = waiting_ticket(line)
        missed(ticket, clerk)
        waiting_ticket(line, first_name="Ann")
        clock.shift(timedelta(minutes=10))
        offered = client.get(address(ticket))
        once = token_of(client, ticket, "rejoin/")

        response = client.post(address(ticket, "rejoin/"), {"once": once})

    ticket.refresh_from_db()
    assert address(ticket, "rejoin/") in offered.content.decode()
    assert (response.status_code, response["Location"]) == (302, address(ticket))
    assert ticket.status == "NEW"
    assert [t.first_name for t in line.tickets.waiting().in_order()] == ["Ann", "Jane"]


def test_rejoin_later_is_refused_kindly(client: Client, line: Line, clerk: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        ticket = waiting_ticket(line)
        missed(ticket, clerk)
        once = token_of(client, ticket, "rejoin/")
        clock.shift(timedelta(minutes=10, seconds=1))

        response = client.post(address(ticket, "rejoin/"), {"once": once})
        asked = client.get(address(ticket, "rejoin/"))

    ticket.refresh_from_db()
    assert (response.status_code, ticket.status) == (409, "NOSHOW")
    assert "It is too late to rejoin." in text(response)
    assert "Join again" in text(response)
    assert address(ticket, "rejoin/") not in response.content.decode()
    assert (asked.status_code, asked["Location"]) == (302, address(ticket))


def test_rejoin_twice_with_one_form_rejoins_once(
    client: Client, ticket: Ticket, clerk: User
) -> None:
    missed(ticket, clerk)
    once = token_of(client, ticket, "rejoin/")

    answers = [client.post(address(ticket, "rejoin/"), {"once": once}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert ticket.activities.filter(event="ticket.rejoined").count() == 1


def test_rejoin_after_being_served_is_refused(client: Client, ticket: Ticket, clerk: User) -> None:
    lifecycle.call(ticket, by=clerk)
    lifecycle.serve(ticket, by=clerk)

    response = client.post(address(ticket, "rejoin/"))

    ticket.refresh_from_db()
    assert (response.status_code, ticket.status) == (409, "SERVED")
    assert "Doehringer" not in response.content.decode()


@pytest.mark.parametrize("end", ["served", "missed", "left", "added by mistake"])
def test_visit_dies_a_day_after_its_end(client: Client, line: Line, clerk: User, end: str) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        ticket = waiting_ticket(line, by=clerk)
        clock.shift(timedelta(hours=20))
        if end == "left":
            lifecycle.cancel(ticket, by=VISITOR)
        elif end == "added by mistake":
            undo.undo(ticket.activities.get(), by=clerk)
        else:
            lifecycle.call(ticket, by=clerk)
            (lifecycle.serve if end == "served" else lifecycle.mark_no_show)(ticket, by=clerk)
        clock.shift(timedelta(hours=24) - timedelta(milliseconds=1))
        alive = client.get(address(ticket)).status_code
        clock.shift(timedelta(milliseconds=1))

        dead = [client.get(address(ticket, step)).status_code for step in ("", "leave/", "rejoin/")]

    assert alive == 200
    assert dead == [404, 404, 404]


def test_visit_stays_while_it_goes_on(client: Client, line: Line) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        ticket = waiting_ticket(line)
        clock.shift(timedelta(days=3))

        response = client.get(address(ticket))

    assert response.status_code == 200


def test_visit_of_an_unknown_token_and_of_an_inactive_location_do_not_exist(
    client: Client, ticket: Ticket
) -> None:
    ticket.location.is_active = False
    ticket.location.save()

    inactive = client.get(address(ticket))
    unknown = client.get("/visit/unknown/")

    assert (inactive.status_code, unknown.status_code) == (404, 404)
    assert inactive.content == unknown.content


def test_k5_random_tokens_never_hit_and_are_throttled(
    client: Client, ticket: Ticket, figure: Figure
) -> None:
    guesses = [secrets.token_urlsafe(24) for _ in range(10_000)]

    found = sum(
        Ticket.objects.filter(visit_token__in=some).count() for some in batched(guesses, 500)
    )
    with time_machine.travel(NOON, tick=False):
        answers = Counter(client.get(f"/visit/{guess}/").status_code for guess in guesses[:100])
        own = client.get(address(ticket)).status_code

    assert found == 0
    assert answers == {404: 30, 429: 70}
    assert own == 200
    assert len(ticket.visit_token) == 32
    figure("K5 hits of 10,000 random visit tokens; answers to 100 of one network", (0, answers))


def test_k5_another_network_is_not_throttled(client: Client, ticket: Ticket) -> None:
    for _ in range(31):
        client.get("/visit/unknown/")

    answers = [client.get("/visit/unknown/", REMOTE_ADDR=a) for a in ("127.0.0.1", "192.0.2.7")]

    assert [answer.status_code for answer in answers] == [429, 404]


def test_visit_takes_equally_many_queries_with_more_people(
    client: Client, line: Line, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ticket = waiting_ticket(line)
    with django_assert_num_queries(5):
        client.get(address(ticket))
    for more in LineFactory.create_batch(2, location=line.location):
        waiting_ticket(more)
    last = waiting_ticket(line)

    with django_assert_num_queries(5):
        client.get(address(last))


# ---- I'm here, and more time


def take(client: Client, ticket: Ticket, step: str, **headers: str) -> Any:
    once = token_of(client, ticket, step)
    return client.post(address(ticket, step), {"once": once}, headers=headers)


def test_arrive_is_seen_by_the_clerks_and_taken_back(
    client: Client, line: Line, clerk: User
) -> None:
    ticket = remote.join(line, first_name="Jane")
    staff = Client()
    staff.force_login(clerk)

    take(client, ticket, "here/")
    here = client.get(address(ticket))
    seen = staff.get(f"/service/{line.location_id}/").content.decode()
    take(client, ticket, "not-here/")
    away = client.get(address(ticket))

    assert "The staff know that you are here." in text(here)
    assert ("Is here" in seen, "Remote" in seen) == (True, False)
    assert "I’m here" in text(away)
    assert [a.actor_type for a in ticket.activities.all()] == ["VISITOR"] * 3


def test_arrive_is_not_asked_of_somebody_at_the_door(client: Client, ticket: Ticket) -> None:
    assert "I’m here" not in text(client.get(address(ticket)))


def test_arrive_with_one_form_twice_is_one_step(client: Client, line: Line) -> None:
    ticket = remote.join(line, first_name="Jane")
    once = token_of(client, ticket, "here/")

    for _ in range(2):
        client.post(address(ticket, "here/"), {"once": once})

    assert ticket.activities.count() == 2


def test_more_time_moves_back_and_tells_the_clerk(client: Client, line: Line, clerk: User) -> None:
    ticket = waiting_ticket(line)
    for _ in range(4):
        waiting_ticket(line)
    staff = Client()
    staff.force_login(clerk)

    asked = client.get(address(ticket, "more-time/"))
    take(client, ticket, "more-time/")
    after = client.get(address(ticket))
    seen = staff.get(f"/tickets/{ticket.pk}/").content.decode()

    assert "3 people behind you go first. You can do this twice in one visit." in text(asked)
    assert after.context["place"] == 4
    assert "Needed more time, moved down in the line" in seen


def test_more_time_is_offered_while_it_helps(client: Client, line: Line) -> None:
    ticket = waiting_ticket(line)
    alone = client.get(address(ticket))
    for _ in range(9):
        waiting_ticket(line)
    at_first = client.get(address(ticket))
    for _ in range(2):
        take(client, ticket, "more-time/")
    at_last = client.get(address(ticket))

    offers = ["Need more time" in text(page) for page in (alone, at_first, at_last)]
    assert offers == [False, True, False]


def test_more_time_a_third_time_says_why_not(client: Client, line: Line) -> None:
    ticket = waiting_ticket(line)
    for _ in range(9):
        waiting_ticket(line)
    for _ in range(2):
        take(client, ticket, "more-time/")

    plain = take(client, ticket, "more-time/")
    part = take(client, ticket, "more-time/", **HTMX)

    assert (plain.status_code, part.status_code) == (409, 200)
    for page in (plain, part):
        assert "You have moved back twice already." in page.content.decode()
    assert part.content.startswith(b'<div id="visit"')


def test_arrival_is_told_and_taken_back_so_often_and_no_more(
    client: Client, line: Line, figure: Figure
) -> None:
    ticket = remote.join(line, first_name="Jane")
    other = remote.join(line, first_name="John")
    with time_machine.travel(NOON, tick=False) as clock:
        toggles = [*["here/", "not-here/"] * 3, "here/"]
        answers = [take(client, ticket, step) for step in toggles]
        of_another = take(client, other, "here/")
        clock.shift(timedelta(minutes=1))
        a_minute_later = take(client, ticket, "here/")

    written = ticket.activities.filter(event="ticket.edited").count()
    figure("arrivals told by one visit at once, of 7; on record", written - 1)
    assert [answer.status_code for answer in answers] == [302] * 6 + [409]
    assert "You have changed this several times. Wait a minute" in answers[-1].content.decode()
    assert (of_another.status_code, a_minute_later.status_code, written) == (302, 302, 7)


def test_step_is_asked_in_a_sheet_over_the_page(client: Client, ticket: Ticket) -> None:
    sheet = client.get(address(ticket, "leave/"), headers=HTMX | {"HX-Target": "sheet-content"})

    page = sheet.content.decode()
    assert (page.count("<form"), page.count("<html")) == (1, 0)


def test_step_that_came_too_late_lets_the_page_look_again(
    client: Client, ticket: Ticket, clerk: User
) -> None:
    lifecycle.call(ticket, by=clerk)

    sheet = client.get(address(ticket, "leave/"), headers=HTMX | {"HX-Target": "sheet-content"})

    assert (sheet.status_code, sheet["HX-Trigger"]) == (204, "outdated")


def test_visit_range_does_not_jump_down_on_the_screen(
    client: Client, line: Line, clerk: User, figure: Figure
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        lifecycle.call(waiting_ticket(line), by=clerk)
        others = [waiting_ticket(line) for _ in range(8)]
        ticket = waiting_ticket(line)
        shown = [client.get(address(ticket)).context["estimate"]]
        for other in others:
            lifecycle.cancel(other, by=clerk)
        for seconds in (20, 40, 30, 30):
            clock.shift(timedelta(seconds=seconds))
            shown.append(client.get(address(ticket)).context["estimate"])
        fresh = Client().get(address(ticket)).context["estimate"]

    lows = [each.low for each in shown]
    assert [a - b for a, b in pairwise(lows)] == [0, 5, 0, 5]
    assert [each.ahead for each in shown] == [8, 0, 0, 0, 0]
    assert (fresh.low, fresh.high) == (0, 20)
    figure(
        "UX 4, range on a screen in two minutes after eight people left",
        [str(e.low) for e in shown],
    )


def test_visit_keeps_the_shown_range_for_itself(client: Client, line: Line, clerk: User) -> None:
    lifecycle.call(waiting_ticket(line), by=clerk)
    ticket = waiting_ticket(line)

    cookie = client.get(address(ticket)).cookies["shown"]

    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (
        address(ticket),
        True,
        "Lax",
    )
