"""Who is let in from afar: no page, no ticket; one phone, one place; room for those at the door (K6-K8)."""

import hashlib
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client
from pytest_django.fixtures import Settings

from kiosk import gate
from tests.conftest import Figure, Threads
from tests.entries import browser
from tests.factories import (
    DeviceFactory,
    InputFieldFactory,
    LineFactory,
    LocationFactory,
    clerk_of,
    waiting_ticket,
)
from tickets.actions import intake, lifecycle, remote
from tickets.models import VISITOR, FieldType, Line, Location, Ticket

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HIDDEN = re.compile(r'type="hidden" name="(\w+)" value="([^"]+)"')


@pytest.fixture
def line() -> Line:
    location = LocationFactory.create(slug="city", country="EE", remote_limit=None)
    for type_, title in ((FieldType.FIRST_NAME, "First name"), (FieldType.PHONE_NUMBER, "Mobile")):
        InputFieldFactory.create(location=location, type=type_, title=title)
    return LineFactory.create(location=location, name="Passports")


def form_of(client: Client, line: Line) -> dict[str, str]:
    page = client.get("/at/city/", {"line": line.pk}).content.decode()
    return dict(HIDDEN.findall(page))


def join(client: Client, line: Line, **typed: str) -> Any:
    return client.post("/at/city/", form_of(client, line) | typed)


def work(token: str) -> str:
    """What the phone does, in the words of the rule: so many zeros at the beginning."""
    for number in count():
        digest = hashlib.sha256(f"{token} {number}".encode()).hexdigest()
        if f"{int(digest, 16):0256b}".startswith("0" * gate.BITS):
            return str(number)
    raise AssertionError


# ---- K6


@pytest.mark.once
def test_k6_posts_without_a_token_make_no_ticket(line: Line, figure: Figure) -> None:
    bot = Client(enforce_csrf_checks=True)

    answers = Counter(
        bot.post("/at/city/", {"line": line.pk, "first_name": "Bot"}).status_code
        for _ in range(1000)
    )

    assert answers == {403: 1000}
    assert Ticket.objects.count() == 0
    figure("K6 tickets of 1,000 posts without a token", Ticket.objects.count())


@pytest.mark.parametrize("token", ["", "made-up", "made-up:1abc:signature"])
def test_join_with_a_token_that_no_page_gave_keeps_what_was_typed(
    client: Client, line: Line, token: str
) -> None:
    response = client.post(
        "/at/city/", form_of(client, line) | {"once": token, "first_name": "Jane"}
    )

    page = response.content.decode()
    assert (response.status_code, Ticket.objects.count()) == (409, 0)
    assert 'value="Jane"' in page
    assert "This page was open for a long time." in page
    assert (
        client.post("/at/city/", dict(HIDDEN.findall(page)) | {"first_name": "Jane"}).status_code
        == 302
    )


def test_join_with_the_token_of_another_browser_or_an_old_one_is_asked_again(
    client: Client, line: Line
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        form = form_of(client, line) | {"first_name": "Jane"}
        stranger = browser()
        stranger.get("/at/city/")

        stolen = stranger.post("/at/city/", form)
        clock.shift(timedelta(hours=12, seconds=1))
        old = client.post("/at/city/", form)

    assert (stolen.status_code, old.status_code) == (409, 409)
    assert Ticket.objects.count() == 0


def test_join_past_the_share_of_a_network_asks_for_work(
    client: Client, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "FREELY", gate.FREELY._replace(burst=1))
    monkeypatch.setattr(gate, "BITS", 8)
    join(browser(), line, first_name="Ann")

    busy = join(client, line, first_name="Jane")
    page = busy.content.decode()
    form = dict(HIDDEN.findall(page)) | {"first_name": "Jane"}
    wrong = client.post("/at/city/", form | {"work": "x"})
    worked = client.post("/at/city/", form | {"work": work(form["once"])})

    assert (busy.status_code, busy["Retry-After"]) == (429, "2")
    assert re.findall(r'data-bits="(\d+)"', page) == ["8"]
    assert 'value="Jane"' in page
    assert "join again in a few seconds" in page
    assert (wrong.status_code, worked.status_code) == (429, 302)


def test_join_past_the_share_of_a_network_goes_on_without_javascript(
    client: Client, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "FREELY", gate.FREELY._replace(burst=1))
    with time_machine.travel(NOON, tick=False) as clock:
        join(browser(), line, first_name="Ann")
        busy = join(client, line, first_name="Jane")
        clock.shift(timedelta(seconds=2))

        form = dict(HIDDEN.findall(busy.content.decode())) | {"first_name": "Jane"}
        again = client.post("/at/city/", form)

    assert (busy.status_code, again.status_code) == (429, 302)


def test_work_is_good_for_a_few_tries_only(
    client: Client, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "FREELY", gate.FREELY._replace(burst=1))
    monkeypatch.setattr(gate, "BITS", 8)
    for name in ("Ann", "Bob"):
        waiting_ticket(line, phone_number=f"+3725512345{len(name)}")
    form = form_of(client, line)
    tried = form | {"phone_number": "+372 5512 3453", "work": work(form["once"])}

    answers = [client.post("/at/city/", tried).status_code for _ in range(5)]

    assert answers == [422, 422, 422, 422, 429]


@pytest.mark.once
def test_k6_everybody_behind_one_wifi_gets_in(
    line: Line, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "BITS", 6)  # the test does the work of all phones
    asked = Counter(_let_in(line, f"Visitor-{number}") for number in range(200))

    assert Ticket.objects.waiting().count() == 200
    assert asked.total() == 200
    figure("K6 visitors behind one address who got in, of them by work", ("200 of 200", asked[429]))


def _let_in(line: Line, name: str) -> int:
    """One more joins, from the page on, and works if that is asked; the first answer."""
    phone = browser()
    phone.cookies[gate.COOKIE] = name
    token = gate.new_token(name)
    form = {"line": line.pk, "first_name": name, "once": token}
    answer: int = phone.post("/at/city/", form).status_code
    if answer == 429:
        phone.post("/at/city/", form | {"work": work(token)})
    return answer


# ---- K7


def test_k7_the_same_phone_gets_its_place(client: Client, line: Line, figure: Figure) -> None:
    first = join(client, line, first_name="Jane", phone_number="5512 3456")

    second = join(client, line, first_name="Jane", phone_number="+372 55 12 34 56")

    assert Ticket.objects.count() == 1
    assert second["Location"] == f"{first['Location']}?again"
    assert (
        "You are in line already: this is your place."
        in client.get(second["Location"]).content.decode()
    )
    figure("K7 places of one phone that joins one line twice in 15 minutes", 1)


def test_k7_back_and_join_again_is_the_same_place(client: Client, line: Line) -> None:
    first = join(client, line, first_name="Jane")

    second = join(client, line, first_name="Jane")

    assert second["Location"] == f"{first['Location']}?again"


def test_k7_two_people_with_one_phone_have_two_places(client: Client, line: Line) -> None:
    join(client, line, first_name="Jane")

    join(client, line, first_name="Mary")

    assert [t.first_name for t in line.tickets.waiting().in_order()] == ["Jane", "Mary"]


def test_k7_a_stranger_with_the_number_is_told_of_no_page(client: Client, line: Line) -> None:
    ticket = waiting_ticket(line, first_name="Jane", phone_number="+37255123456")

    response = join(client, line, first_name="Eve", phone_number="5512 3456")

    page = response.content.decode()
    assert (response.status_code, Ticket.objects.count()) == (422, 1)
    assert "This number has a place in this line already." in page
    assert [
        trace for trace in (ticket.visit_token, ticket.public_id, "Jane") if trace in page
    ] == []
    assert 'value="5512 3456"' in page


def test_k7_ends_after_a_while_with_the_visit_and_in_another_line(
    client: Client, line: Line
) -> None:
    other = LineFactory.create(location=line.location)
    with time_machine.travel(NOON, tick=False) as clock:
        join(client, line, first_name="Jane", phone_number="5512 3456")
        elsewhere = join(client, other, first_name="Jane", phone_number="5512 3456")
        clock.shift(timedelta(minutes=15, seconds=1))
        later = join(client, line, first_name="Jane", phone_number="5512 3456")
        lifecycle.cancel(line.tickets.latest("id"), by=VISITOR)
        left = join(client, line, first_name="Jane", phone_number="5512 3456")

    assert [r["Location"].count("again") for r in (elsewhere, later, left)] == [0, 0, 0]
    assert Ticket.objects.count() == 4


def test_page_leads_back_to_the_own_visit(client: Client, line: Line) -> None:
    joined = join(client, line, first_name="Jane")

    own = client.get("/at/city/")
    of_others = browser().get("/at/city/")
    lifecycle.cancel(Ticket.objects.get(), by=VISITOR)
    over = client.get("/at/city/")

    pages = [page.content.decode() for page in (own, of_others, over)]
    assert [f'href="{joined["Location"]}"' in page for page in pages] == [True, False, False]


# ---- K8


def test_k8_lines_full_of_remote_visitors_take_those_at_the_door(
    client: Client, line: Line, figure: Figure
) -> None:
    Location.objects.update(remote_limit=2)
    for name in ("Ann", "Bob"):
        join(browser(), line, first_name=name)
    form = form_of(client, LineFactory.create(location=line.location)) | {"line": str(line.pk)}

    refused = client.post("/at/city/", form | {"first_name": "Jane"})
    kiosk = DeviceFactory.create(location=line.location)
    walk_ins = [intake.create(line, by=kiosk, source="NAME") for _ in range(3)]

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Come in person: at the location you can always join" in page
    assert [each.is_full for each in refused.context["services"]] == [True, False]
    assert len(walk_ins) == 3
    figure("K8 walk-ins refused in a line full of remote visitors", 0)


def test_k8_who_is_here_makes_room(client: Client, line: Line) -> None:
    Location.objects.update(remote_limit=1)
    join(browser(), line, first_name="Ann")
    full = client.get("/at/city/", {"line": line.pk})
    remote.arrive(Ticket.objects.get(), by=VISITOR)

    joined = join(client, line, first_name="Jane")

    assert "form" not in full.context
    assert joined.status_code == 302


def test_k8_two_at_once_do_not_share_the_last_place(line: Line, in_threads: Threads) -> None:
    Location.objects.update(remote_limit=1)

    results = in_threads(*[lambda: remote.join(line)] * 2)

    assert sorted(type(result).__name__ for result in results) == ["LineFull", "Ticket"]
    assert Ticket.objects.count() == 1


def test_k8_a_limit_is_one_at_least(line: Line) -> None:
    line.location.remote_limit = 0

    with pytest.raises(Exception, match="remote_limit"):
        line.location.full_clean()


# ---- The wait that was quoted


def test_quoted_wait_is_kept(client: Client, line: Line, settings: Settings) -> None:
    lifecycle.call(waiting_ticket(line), by=clerk_of(line.location))
    for _ in range(3):
        waiting_ticket(line)

    response = join(client, line, first_name="Jane")

    ticket = Ticket.objects.get(first_name="Jane", source="MICROSITE")
    estimate = client.get(response["Location"]).context["estimate"]
    assert (ticket.quoted_low, ticket.quoted_high) == (estimate.low, estimate.high)
    assert estimate.high > 0


def test_quoted_wait_is_empty_where_nobody_was_told_any(client: Client, line: Line) -> None:
    join(client, line, first_name="Jane")

    ticket = Ticket.objects.get()
    assert (ticket.quoted_low, ticket.quoted_high) == (None, None)


def test_token_is_signed_for_one_browser() -> None:
    token = gate.new_token("mine")

    assert (gate.is_genuine(token, "mine"), gate.is_genuine(token, "yours")) == (True, False)
    with pytest.raises(signing.BadSignature):
        signing.TimestampSigner(salt="other").unsign(token)
