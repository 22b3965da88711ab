"""The microsite: the choice of a service, the form, and every reason not to be let in."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories import (
    InputFieldFactory,
    LineFactory,
    LocationFactory,
    clerk_of,
    waiting_ticket,
)
from tickets.actions import lifecycle
from tickets.models import FieldType, Line, LineStatus, Location, OpeningException, Ticket

pytestmark = pytest.mark.django_db

BANNED = re.compile(r"\b(please|sorry|invalid|oops|required)\b", re.IGNORECASE)


@pytest.fixture
def location() -> Location:
    location = LocationFactory.create(slug="city-office", country="EE")
    for position, (type_, title) in enumerate(
        [
            (FieldType.FIRST_NAME, "First name"),
            (FieldType.LAST_NAME, "Last name"),
            (FieldType.PHONE_NUMBER, "Mobile number"),
        ]
    ):
        InputFieldFactory.create(
            location=location,
            type=type_,
            title=title,
            position=position,
            is_mandatory_in_remote_sign_in=type_ == FieldType.FIRST_NAME,
        )
    return location


@pytest.fixture
def line(location: Location) -> Line:
    return LineFactory.create(location=location, name="Passports")


def form_of(client: Client, line: Line, **typed: str) -> dict[str, str]:
    """What a browser would send: the hidden inputs of the form, and what was typed."""
    page = client.get(f"/at/{line.location.slug}/", {"line": line.pk}).content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', page))
    return hidden | typed


def join(client: Client, line: Line, **typed: str) -> Any:
    return client.post(f"/at/{line.location.slug}/", form_of(client, line, **typed))


def test_remote_offers_the_open_lines_with_who_waits(client: Client, line: Line) -> None:
    LineFactory.create(location=line.location, name="Permits")
    LineFactory.create(location=line.location, name="Shut", status=LineStatus.DISABLED)
    LineFactory.create(name="Elsewhere")
    waiting_ticket(line)

    services = client.get("/at/city-office/").context["services"]

    assert [(str(each.line), each.estimate.ahead) for each in services] == [
        ("Passports", 1),
        ("Permits", 0),
    ]


def test_remote_counts_each_line_by_itself_where_one_clerk_serves_both(
    client: Client, line: Line
) -> None:
    permits = LineFactory.create(location=line.location, name="Permits")
    clerk = clerk_of(line.location)
    for each in (line, permits):
        lifecycle.call(waiting_ticket(each), by=clerk)
    waiting_ticket(line)

    page = client.get("/at/city-office/")

    assert [each.estimate.ahead for each in page.context["services"]] == [1, 1]
    html = page.content.decode()
    assert [html.count("1 person waiting"), html.count("nobody is waiting")] == [1, 1]


def test_remote_with_one_open_line_asks_for_the_visitor_at_once(client: Client, line: Line) -> None:
    response = client.get("/at/city-office/")

    assert response.context["line"] == line
    assert list(response.context["form"].fields) == ["first_name", "last_name", "phone_number"]


def test_remote_lets_the_phone_fill_in_the_visitors_own_data(client: Client, line: Line) -> None:
    fields = client.get("/at/city-office/").context["form"].fields.values()

    assert [field.widget.attrs["autocomplete"] for field in fields] == [
        "given-name",
        "family-name",
        "tel",
    ]


def test_join_puts_the_visitor_in_line_and_shows_the_visit(client: Client, line: Line) -> None:
    response = join(client, line, first_name="Jane", last_name="Doe", phone_number="5512 3456")

    ticket = Ticket.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/visit/{ticket.visit_token}/"
    assert (ticket.line, ticket.source, ticket.status) == (line, "MICROSITE", "NEW")
    assert (ticket.full_name, ticket.phone_number) == ("Jane Doe", "+37255123456")
    assert [a.actor_type for a in ticket.activities.all()] == ["VISITOR"]


def test_join_keeps_the_language_of_the_phone(client: Client, line: Line) -> None:
    Location.objects.update(languages=["en", "et"])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "et-EE,et;q=0.9,en;q=0.8"

    response = join(client, line, first_name="Jane")

    assert Ticket.objects.get().language == "et"
    assert client.get(response["Location"])["Content-Language"] == "et"


def test_join_twice_with_one_form_shows_the_first_visit(client: Client, line: Line) -> None:
    form = form_of(client, line, first_name="Jane")

    first = client.post("/at/city-office/", form)
    second = client.post("/at/city-office/", form)

    assert Ticket.objects.count() == 1
    assert second["Location"] == first["Location"]


def test_join_again_shows_the_first_visit_though_sign_in_closed(client: Client, line: Line) -> None:
    form = form_of(client, line, first_name="Jane")
    first = client.post("/at/city-office/", form)
    Location.objects.update(is_remote_sign_in_open=False)

    second = client.post("/at/city-office/", form)

    assert second["Location"] == first["Location"]


def test_join_with_a_form_of_another_location_is_a_visit_of_its_own(
    client: Client, line: Line
) -> None:
    other = LineFactory.create()
    form = form_of(client, line, first_name="Jane")
    client.post("/at/city-office/", form)

    client.post(f"/at/{other.location.slug}/", form | {"line": other.pk})

    assert sorted(t.location_id for t in Ticket.objects.all()) == sorted(
        [line.location_id, other.location_id]
    )


def test_join_without_a_name_keeps_what_was_typed(client: Client, line: Line) -> None:
    form = form_of(client, line, last_name="Doe", phone_number="12")

    response = client.post("/at/city-office/", form)

    page = response.content.decode()
    assert response.status_code == 422
    assert response.context["form"].errors == {
        "first_name": ["Enter your first name."],
        "phone_number": ["Enter a mobile number, such as +372 5123 4567."],
    }
    assert page.count("Enter your first name.") == 2
    assert re.findall(r'name="(?:last_name|phone_number)" value="([^"]*)"', page) == ["Doe", "12"]
    assert re.findall(r"<title>\s*(Error: )", page) == ["Error: "]
    assert response.context["once"] == form["once"]
    assert Ticket.objects.count() == 0


def test_remote_never_scolds(client: Client, line: Line) -> None:
    pages = [
        client.get("/at/city-office/"),
        client.post("/at/city-office/", {"phone_number": "no"}),
        client.post("/at/city-office/", {"line": "0"}),
    ]

    texts = [re.sub(r"<[^>]*>", " ", page.content.decode()) for page in pages]
    assert [BANNED.findall(text) for text in texts] == [[], [], []]


def test_join_is_judged_by_the_fields_of_the_chosen_line(client: Client, line: Line) -> None:
    permits = LineFactory.create(location=line.location, name="Permits")
    field = InputFieldFactory.create(
        location=line.location, title="Plot", is_mandatory_in_remote_sign_in=True
    )
    field.lines.add(permits)

    plain = join(client, line, first_name="Jane")
    refused = join(client, permits, first_name="John")
    answered = join(client, permits, first_name="John", **{f"field-{field.pk}": "12 Oak Road"})

    assert (plain.status_code, refused.status_code, answered.status_code) == (302, 422, 302)
    extras = Ticket.objects.get(first_name="John").extras.values_list("title", "value")
    assert list(extras) == [("Plot", "12 Oak Road")]


def test_join_a_line_of_another_location_is_refused(client: Client, line: Line) -> None:
    other = LineFactory.create()
    form = form_of(client, line, first_name="Jane")

    response = client.post("/at/city-office/", form | {"line": other.pk})

    assert response.status_code == 409
    assert Ticket.objects.count() == 0


@pytest.mark.parametrize("wanted", ["", "0", "abc", "999999999999999999999", "\x00"])
def test_join_a_line_that_does_not_exist_is_refused(
    client: Client, line: Line, wanted: str
) -> None:
    response = client.post("/at/city-office/", {"line": wanted, "first_name": "Jane"})

    assert response.status_code == 409
    assert Ticket.objects.count() == 0


def test_join_a_line_that_closed_meanwhile_offers_the_others(client: Client, line: Line) -> None:
    permits = LineFactory.create(location=line.location, name="Permits")
    form = form_of(client, permits, first_name="Jane")
    Line.objects.filter(pk=permits.pk).update(status=LineStatus.DISABLED)

    response = client.post("/at/city-office/", form)

    assert response.status_code == 409
    assert [each.line for each in response.context["services"]] == [line]
    assert str(response.context["refusal"].message) == "This line takes no new visitors."
    assert Ticket.objects.count() == 0


def test_join_is_refused_while_remote_sign_in_is_closed(client: Client, line: Line) -> None:
    form = form_of(client, line, first_name="Jane")
    Location.objects.update(is_remote_sign_in_open=False)

    response = client.post("/at/city-office/", form)

    assert response.status_code == 409
    assert Ticket.objects.count() == 0


@pytest.mark.parametrize(
    ("is_open", "heading"),
    [(False, "Joining from a phone is closed"), (True, "No line is open now")],
)
def test_remote_says_what_is_closed(
    client: Client, location: Location, *, is_open: bool, heading: str
) -> None:
    Location.objects.update(is_remote_sign_in_open=is_open)

    response = client.get("/at/city-office/")

    assert response.status_code == 200
    assert re.findall(r"<h1>(.*?)</h1>", response.content.decode()) == [heading]


def test_remote_of_an_unknown_and_of_an_inactive_location_do_not_exist(
    client: Client, line: Line
) -> None:
    Location.objects.update(is_active=False)

    inactive = client.get("/at/city-office/")
    unknown = client.get("/at/nowhere/")

    assert (inactive.status_code, unknown.status_code) == (404, 404)
    assert inactive.content == unknown.content


def test_join_needs_a_csrf_token(line: Line) -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post("/at/city-office/", {"first_name": "Jane"})

    assert response.status_code == 403


def test_remote_takes_equally_many_queries_with_more_lines(
    client: Client, line: Line, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    LineFactory.create(location=line.location)
    with django_assert_num_queries(7):
        client.get("/at/city-office/")
    for more in LineFactory.create_batch(2, location=line.location):
        waiting_ticket(more)

    with django_assert_num_queries(7):
        client.get("/at/city-office/")


def test_the_form_takes_equally_many_queries_with_more_lines(
    client: Client, line: Line, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(9):
        client.get("/at/city-office/", {"line": line.pk})
    for more in LineFactory.create_batch(2, location=line.location):
        waiting_ticket(more)

    with django_assert_num_queries(9):
        client.get("/at/city-office/", {"line": line.pk})


# ---- Opening hours, and the language of the page


def closed(location: Location, *intervals: list[int], reason: str = "") -> None:
    location.opening_exceptions.all().delete()
    OpeningException.objects.create(
        location=location, date=location.today(), intervals=intervals, reason=reason
    )


@pytest.mark.parametrize(
    ("intervals", "reason", "says"),
    [
        ([[8 * 60, 12 * 60], [14 * 60 + 30, 17 * 60]], "", "On a break Opens again at 14:30."),
        ([], "Staff day", "Closed now Staff day Opens again on Tuesday at 0:00."),
        ([[8 * 60, 12 * 60]], "", "Closed now Opens again on Tuesday at 0:00."),
    ],
)
def test_remote_says_when_it_opens(
    client: Client, line: Line, intervals: list[list[int]], reason: str, says: str
) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 11, 0, tzinfo=UTC), tick=False):  # 13:00 there
        form = form_of(client, line, first_name="Jane")
        closed(line.location, *intervals, reason=reason)

        page = client.get("/at/city-office/")
        refused = client.post("/at/city-office/", form)

    assert says in words(page)
    assert (refused.status_code, Ticket.objects.count()) == (409, 0)


def words(response: Any) -> str:
    main = response.content.decode().partition("<main")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def test_remote_offers_the_languages_of_the_location_by_their_own_names(
    client: Client, line: Line
) -> None:
    Location.objects.update(languages=["en", "et", "ar", "xx"])

    page = client.get("/at/city-office/", {"lang": "ar"}, headers={"accept-language": "et"})

    html = page.content.decode()
    assert re.findall(r"<html (.*?)>", html) == ['lang="ar" dir="rtl"']
    assert re.findall(r'hreflang="(\w+)"', html) == ["en", "et", "ar"]
    assert [name in html for name in ("English", "Eesti", "العربية")] == [True] * 3
    assert page["Content-Language"] == "ar"


def test_remote_without_a_choice_shows_no_languages(client: Client, line: Line) -> None:
    assert "hreflang" not in client.get("/at/city-office/").content.decode()


def test_language_chosen_by_link_stays_with_the_ticket(client: Client, line: Line) -> None:
    Location.objects.update(languages=["en", "et", "zh"])
    LineFactory.create(location=line.location)
    services = client.get("/at/city-office/", {"lang": "zh"}).content.decode()
    [link] = re.findall(rf'href="([^"]*line={line.pk})"', services)
    form = dict(
        re.findall(
            r'type="hidden" name="(\w+)" value="([^"]+)"',
            client.get(link.replace("&amp;", "&")).content.decode(),
        )
    )

    response = client.post("/at/city-office/", form | {"first_name": "Jane"})

    assert Ticket.objects.get().language == "zh"
    assert client.get(response["Location"])["Content-Language"] == "zh-hans"
