"""The kiosk's questions, as a browser without JavaScript answers them."""

import re
from typing import Any

import pytest
import segno
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kiosk import door
from kiosk.sign_in import SHOWN_TICKET
from tests.factories import (
    DeviceFactory,
    InputFieldFactory,
    LineFactory,
    LocationFactory,
    clerk_of,
    waiting_ticket,
)
from tests.kiosk.test_devices import browser_of
from tickets.actions import details, lifecycle
from tickets.models import (
    Activity,
    Device,
    Line,
    LineStatus,
    Location,
    OpeningException,
    Source,
    Ticket,
)

pytestmark = pytest.mark.django_db

PATH = "/kiosk/sign-in/"


@pytest.fixture
def location() -> Location:
    """A location that asks for the first name."""
    location = LocationFactory.create()
    InputFieldFactory.create(
        location=location,
        type="FIRST_NAME",
        title="First name",
        is_mandatory_before_added=True,
        position=0,
    )
    return location


@pytest.fixture
def line(location: Location) -> Line:
    return LineFactory.create(location=location, letter="A")


@pytest.fixture
def device(location: Location) -> Device:
    return DeviceFactory.create(location=location)


@pytest.fixture
def kiosk(device: Device) -> Client:
    return browser_of(device)


def hidden_in(page: Any) -> dict[str, Any]:
    """What the page's form carries without the visitor's doing."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode()
    ):
        found.setdefault(name, []).append(value)
    found.pop("csrfmiddlewaretoken", None)
    return found


def press(kiosk: Client, page: Any, **given: Any) -> Any:
    """Submit the form on `page` with what the visitor typed and the button they pressed."""
    return kiosk.post(PATH, hidden_in(page) | given)


def begun(kiosk: Client) -> dict[str, str]:
    """What a form carries to be of the visit that has begun in this browser."""
    kiosk.get("/kiosk/")
    return {door.VISIT: kiosk.cookies[door.VISIT].value}


def close(line: Line) -> None:
    Line.objects.filter(pk=line.pk).update(status=LineStatus.DISABLED)


def test_sign_in_with_one_line_asks_the_name_and_joins(
    kiosk: Client, line: Line, device: Device
) -> None:
    page = kiosk.get(PATH)

    answer = press(kiosk, page, first_name=" Jane ")

    ticket = Ticket.objects.get()
    assert page.context["name"] == "first_name"
    assert (answer.status_code, answer["Location"]) == (302, "/kiosk/done/")
    assert (ticket.line, ticket.first_name, ticket.source) == (line, "Jane", Source.NAME)
    assert (ticket.language, ticket.public_id) == ("en", "A-1")
    assert Activity.objects.get().device == device


def test_sign_in_asks_every_field_in_its_order(
    kiosk: Client, location: Location, line: Line
) -> None:
    other = LineFactory.create(location=location)
    for position, (type_, title) in enumerate(
        [("LAST_NAME", "Last name"), ("PHONE_NUMBER", "Phone"), ("SELECT", "Reason")], start=1
    ):
        field = InputFieldFactory.create(
            location=location, type=type_, title=title, position=position, is_multiple=True
        )
    field.options.create(title="Renewal")
    field.options.create(title="Loss")
    InputFieldFactory.create(location=location, title="Staff only", is_shown_in_kiosk=False)
    elsewhere = InputFieldFactory.create(location=location, title="Elsewhere")
    elsewhere.lines.add(line)
    reason = f"field-{field.pk}"

    pages = [kiosk.get(PATH)]
    for given in (
        {"line": str(other.pk)},
        {"first_name": "Jane"},
        {"last_name": "Doe"},
        {"phone_number": "512 3456"},
    ):
        pages.append(press(kiosk, pages[-1], **given))
    press(kiosk, pages[-1], **{reason: ["Renewal", "Loss"]})

    asked = [page.context["name"] for page in pages]
    assert asked == ["line", "first_name", "last_name", "phone_number", reason]
    ticket = Ticket.objects.get()
    assert (ticket.line, ticket.full_name, ticket.phone_number) == (
        other,
        "Jane Doe",
        "+3725123456",
    )
    extras = [(extra.title, extra.value) for extra in ticket.extras.all()]
    assert extras == [("Reason", "Renewal"), ("Reason", "Loss")]


def test_sign_in_of_a_location_that_asks_nothing_is_one_touch(kiosk: Client, line: Line) -> None:
    line.location.input_fields.all().delete()
    page = kiosk.get(PATH)

    answer = press(kiosk, page, line=str(line.pk))

    assert page.context["name"] == "line"
    assert answer["Location"] == "/kiosk/done/"
    assert Ticket.objects.get().name == "A-1"


def test_question_left_open_is_asked_again(kiosk: Client, line: Line) -> None:
    InputFieldFactory.create(location=line.location, title="Notes", position=1)
    page = kiosk.get(PATH)

    answer = press(kiosk, page, first_name="  ")

    html = answer.content.decode()
    assert answer.status_code == 422
    assert html.count("<title>Error: ") == 1
    assert html.count("There is a problem") == 1
    assert answer.context["form"].errors == {"first_name": ["Enter your first name."]}
    assert Ticket.objects.count() == 0


def test_question_that_was_jumped_over_is_asked_at_the_end(kiosk: Client, line: Line) -> None:
    notes = InputFieldFactory.create(location=line.location, title="Notes", position=1)

    answer = kiosk.post(PATH, begun(kiosk) | {"step": f"field-{notes.pk}"})

    assert (answer.status_code, answer.context["name"]) == (422, "first_name")
    assert answer.context["form"].errors == {"first_name": ["Enter your first name."]}
    assert Ticket.objects.count() == 0


def test_wrong_answer_is_kept_and_explained(kiosk: Client, line: Line) -> None:
    InputFieldFactory.create(location=line.location, type="PHONE_NUMBER", title="Phone", position=1)
    page = press(kiosk, kiosk.get(PATH), first_name="Jane")

    answer = press(kiosk, page, phone_number="12")

    assert answer.status_code == 422
    assert answer.context["form"]["phone_number"].value() == "12"
    assert dict(answer.context["others"])["first_name"] == "Jane"


@pytest.mark.parametrize("type_", ["PHONE_NUMBER", "EMAIL", "TEXT", "SELECT", "DATE", "NUMERIC"])
def test_optional_question_may_be_skipped(kiosk: Client, line: Line, type_: str) -> None:
    InputFieldFactory.create(location=line.location, type=type_, title="Optional", position=1)
    page = press(kiosk, kiosk.get(PATH), first_name="Jane")

    answer = press(kiosk, page, skip="1", **{page.context["name"]: "half an answ"})

    assert answer["Location"] == "/kiosk/done/"
    ticket = Ticket.objects.get()
    assert (ticket.phone_number, ticket.email, ticket.extras.count()) == ("", "", 0)


def test_mandatory_question_may_not_be_skipped(kiosk: Client, line: Line) -> None:
    answer = press(kiosk, kiosk.get(PATH), skip="1", first_name="Jane")

    assert answer.status_code == 422
    assert Ticket.objects.count() == 0


def test_back_keeps_the_answers(kiosk: Client, line: Line, location: Location) -> None:
    LineFactory.create(location=location)
    InputFieldFactory.create(location=location, type="TEXT", title="Notes", position=1)
    page = press(kiosk, kiosk.get(PATH), line=str(line.pk))
    page = press(kiosk, page, first_name="Jane")
    notes = page.context["name"]

    back = press(kiosk, page, back="1", **{notes: "half"})
    again = press(kiosk, back, first_name=back.context["field"].value())

    assert (back.context["name"], back.context["field"].value()) == ("first_name", "Jane")
    assert (again.context["name"], again.context["field"].value()) == (notes, "half")


def test_back_from_the_first_question_leads_to_the_welcome_page(kiosk: Client, line: Line) -> None:
    answer = press(kiosk, kiosk.get(PATH), back="1")

    assert answer["Location"] == "/kiosk/"


def test_answers_leave_no_trace_but_the_form(kiosk: Client, line: Line) -> None:
    InputFieldFactory.create(location=line.location, type="TEXT", title="Notes", position=1)

    page = press(kiosk, kiosk.get(PATH), first_name="Jane")

    assert sorted(kiosk.cookies) == ["csrftoken", "kiosk_device", "kiosk_visit"]
    assert page.request["PATH_INFO"] + page.request["QUERY_STRING"] == PATH
    assert page["Cache-Control"] == "no-store, private"


def test_second_submit_shows_the_first_ticket(kiosk: Client, line: Line) -> None:
    page = kiosk.get(PATH)
    press(kiosk, page, first_name="Jane")
    kiosk.get("/kiosk/done/")

    answer = press(kiosk, page, first_name="Jane")

    assert answer["Location"] == "/kiosk/done/"
    assert kiosk.get("/kiosk/done/").context["ticket"] == Ticket.objects.get()


def test_line_that_closed_meanwhile_leads_back_to_the_choice(
    kiosk: Client, line: Line, location: Location
) -> None:
    other = LineFactory.create(location=location)
    page = press(kiosk, kiosk.get(PATH), line=str(line.pk))
    close(line)

    refused = press(kiosk, page, first_name="Jane")
    after = press(kiosk, refused, line=str(other.pk))

    assert (refused.status_code, refused.context["name"]) == (409, "line")
    assert refused.context["refusal"].code == "line_closed"
    assert after.context["field"].value() == "Jane"
    press(kiosk, after, first_name="Jane")
    assert Ticket.objects.get().line == other


def test_line_that_closes_in_the_last_moment_refuses(
    kiosk: Client, line: Line, location: Location
) -> None:
    LineFactory.create(location=location)
    page = press(kiosk, kiosk.get(PATH), line=str(line.pk))

    def close_before_the_ticket(execute: Any, sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if sql.startswith('INSERT INTO "tickets_spenttoken"'):
            close(line)
        return result

    with connection.execute_wrapper(close_before_the_ticket):
        refused = press(kiosk, page, first_name="Jane")

    assert (refused.status_code, refused.context["name"]) == (409, "line")
    assert dict(refused.context["others"])["first_name"] == "Jane"
    assert Ticket.objects.count() == 0


def test_sign_in_without_an_open_line_is_closed(kiosk: Client, line: Line) -> None:
    page = kiosk.get(PATH)
    close(line)

    answers = [kiosk.get(PATH), press(kiosk, page, first_name="Jane")]

    assert [answer["Location"] for answer in answers] == ["/kiosk/", "/kiosk/"]
    assert Ticket.objects.count() == 0


def test_sign_in_to_a_line_of_another_location_is_refused(kiosk: Client, line: Line) -> None:
    elsewhere = LineFactory.create()

    answer = press(kiosk, kiosk.get(PATH), line=str(elsewhere.pk), first_name="Jane")

    assert (answer.status_code, Ticket.objects.count()) == (409, 0)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"step": "line", "line": "x"},
        {"step": "nothing"},
        {"step": "first_name", "line": "9" * 30},
        {"step": "first_name", "first_name": "x" * 51},
        {"step": "first_name", "first_name": "a\x00b"},
    ],
)
def test_forged_form_creates_nothing(kiosk: Client, line: Line, sent: dict[str, str]) -> None:
    answer = kiosk.post(PATH, begun(kiosk) | sent)

    assert answer.status_code in {200, 409, 422}
    assert Ticket.objects.count() == 0


def test_done_shows_place_number_and_the_visitors_own_page(kiosk: Client, line: Line) -> None:
    waiting_ticket(line)
    press(kiosk, kiosk.get(PATH), first_name="Jane")

    answer = kiosk.get("/kiosk/done/")

    html = answer.content.decode()
    assert answer.context["estimate"].ahead == 1
    assert html.count("You’re in line, <bdi>Jane</bdi>") == 1
    assert html.count("<bdi>A-2</bdi>") == 1
    assert answer["Refresh"] == "15; url=/kiosk/"
    assert re.findall(r"\sstyle=|<style|\son\w+=", html) == []


def test_done_stays_longer_for_who_asks(kiosk: Client, line: Line) -> None:
    press(kiosk, kiosk.get(PATH), first_name="Jane")

    answer = kiosk.get("/kiosk/done/?keep")

    assert answer["Refresh"] == "150; url=/kiosk/"


def test_done_points_to_the_visitors_own_page(kiosk: Client, line: Line) -> None:
    press(kiosk, kiosk.get(PATH), first_name="Jane")

    answer = kiosk.get("/kiosk/done/")

    address = f"http://testserver{reverse('kiosk:visit', args=[Ticket.objects.get().visit_token])}"
    code = segno.make(address, error="m").svg_inline(light="#fff", omitsize=True)
    assert answer.content.decode().count(code) == 1


def test_done_tells_a_visitor_who_was_called_at_once(kiosk: Client, line: Line) -> None:
    press(kiosk, kiosk.get(PATH), first_name="Jane")
    lifecycle.call(Ticket.objects.get(), by=clerk_of(line.location))

    answer = kiosk.get("/kiosk/done/")

    assert (answer.context["is_called"], answer.context["estimate"]) == (True, None)


def test_welcome_forgets_the_visitor(kiosk: Client, line: Line) -> None:
    press(kiosk, kiosk.get(PATH), first_name="Jane")

    kiosk.get("/kiosk/")

    assert dict(kiosk.session) == {}
    assert kiosk.get("/kiosk/done/")["Location"] == "/kiosk/"


def test_done_of_another_location_is_not_shown(kiosk: Client, line: Line) -> None:
    session = kiosk.session
    session["kiosk_ticket"] = waiting_ticket(LineFactory.create()).pk
    session.save()
    kiosk.cookies["sessionid"] = session.session_key or ""

    assert kiosk.get("/kiosk/done/")["Location"] == "/kiosk/"


def test_welcome_shows_who_waits_in_each_line(
    kiosk: Client, line: Line, location: Location
) -> None:
    closed = LineFactory.create(location=location, status=LineStatus.DISABLED, position=1000)
    LineFactory.create(location=location, status=LineStatus.ARCHIVED)
    waiting_ticket(line)

    services = kiosk.get("/kiosk/").context["services"]

    shown = [(each.line, each.estimate and each.estimate.ahead) for each in services]
    assert shown == [(line, 1), (closed, None)]


def test_welcome_counts_each_line_by_itself_where_one_clerk_serves_both(
    kiosk: Client, line: Line, location: Location
) -> None:
    other = LineFactory.create(location=location, position=1000)
    clerk = clerk_of(location)
    for each in (line, other):
        lifecycle.call(waiting_ticket(each), by=clerk)
    waiting_ticket(line)

    page = kiosk.get("/kiosk/")

    assert [each.estimate.ahead for each in page.context["services"]] == [1, 1]
    html = page.content.decode()
    assert [html.count("1 person waiting"), html.count("Nobody waiting")] == [1, 1]


def test_welcome_without_an_open_line_says_that_it_is_closed(kiosk: Client, line: Line) -> None:
    close(line)

    answer = kiosk.get("/kiosk/")

    assert answer.context["opening"].is_open is False
    assert answer.content.decode().count("On a break") == 1


def test_welcome_answers_its_part_alone(kiosk: Client, line: Line) -> None:
    answer = kiosk.get("/kiosk/", headers={"HX-Request": "true", "HX-Target": "lines"})

    html = answer.content.decode().strip()
    assert (html.count("<html"), html[:8]) == (0, "<section")


def test_language_rides_along_and_stays_with_the_ticket(
    kiosk: Client, line: Line, location: Location
) -> None:
    Location.objects.filter(pk=location.pk).update(languages=["en", "ar"])
    InputFieldFactory.create(location=location, type="TEXT", title="Notes", position=1)

    welcome = kiosk.get("/kiosk/")
    pages = [kiosk.get(f"{PATH}?lang=ar")]
    pages.append(press(kiosk, pages[0], first_name="Jane"))
    answer = press(kiosk, pages[1], skip="1")
    pages.append(kiosk.get(answer["Location"]))

    offered = [(each.name, query) for each, query in welcome.context["manner"].offered]
    assert offered == [("English", ""), ("العربية", "?lang=ar")]
    html = [page.content.decode() for page in pages]
    assert [each.count('<html lang="ar" dir="rtl">') for each in html] == [1, 1, 1]
    assert [page["Content-Language"] for page in pages] == ["ar", "ar", "ar"]
    assert Ticket.objects.get().language == "ar"
    assert kiosk.get("/kiosk/").content.decode().count('<html lang="en" dir="ltr">') == 1


def test_language_that_is_not_offered_is_the_locations_own(kiosk: Client, line: Line) -> None:
    press(kiosk, kiosk.get(f"{PATH}?lang=ar"), first_name="Jane")

    assert Ticket.objects.get().language == "en"
    assert kiosk.get("/kiosk/").content.decode().count('class="language"') == 0


@pytest.mark.parametrize(("what", "name"), [("text", "large"), ("contrast", "contrast")])
def test_look_changes_where_the_visitor_is_and_keeps_the_answers(
    kiosk: Client, line: Line, what: str, name: str
) -> None:
    InputFieldFactory.create(location=line.location, type="TEXT", title="Notes", position=1)
    page = press(kiosk, kiosk.get(PATH), first_name="Jane")
    notes = page.context["name"]

    other = press(kiosk, page, toggle=what, **{notes: "half"})
    back = press(kiosk, other, back="1", **{notes: "half"})
    same = press(kiosk, back, toggle=what)

    looks = [each.content.decode().count(f"kiosk--{name}") for each in (page, other, back, same)]
    assert looks == [0, 1, 1, 0]
    assert other.context["field"].value() == "half"
    assert (back.context["field"].value(), Ticket.objects.count()) == ("Jane", 0)


def test_change_puts_the_same_ticket_right(
    kiosk: Client, line: Line, location: Location, device: Device
) -> None:
    other = LineFactory.create(location=location)
    InputFieldFactory.create(location=location, type="PHONE_NUMBER", title="Phone", position=1)
    notes = InputFieldFactory.create(location=location, type="TEXT", title="Reason", position=2)
    page = press(kiosk, kiosk.get(PATH), line=str(line.pk))
    for given in ({"first_name": "Jnae"}, {"phone_number": "5123456"}):
        page = press(kiosk, page, **given)
    press(kiosk, page, **{f"field-{notes.pk}": "Renewal"})
    made = Ticket.objects.get()
    details.write_note(made, text="Deaf", instead_of="", by=clerk_of(location))
    change = kiosk.get("/kiosk/done/").context["change"]

    page = kiosk.get(PATH + change)
    asked = []
    for given in (
        {"line": str(other.pk)},
        {"first_name": "Jane"},
        {"phone_number": "+372 512 3456"},
        {f"field-{notes.pk}": "Loss"},
    ):
        asked.append((page.context["name"], page.context["field"].value()))
        page = press(kiosk, page, **given)

    assert asked == [
        ("line", str(line.pk)),
        ("first_name", "Jnae"),
        ("phone_number", "+3725123456"),
        (f"field-{notes.pk}", "Renewal"),
    ]
    assert page["Location"] == "/kiosk/done/"
    ticket = Ticket.objects.get()
    assert (ticket.pk, ticket.number, ticket.sort_at) == (made.pk, made.number, made.sort_at)
    assert (ticket.line, ticket.first_name, ticket.phone_number) == (other, "Jane", "+3725123456")
    extras = [(extra.title, extra.value) for extra in ticket.extras.all()]
    assert extras == [("Notes", "Deaf"), ("Reason", "Loss")]
    assert Activity.objects.latest("id").device == device


def test_change_of_a_visitor_who_was_called_shows_their_turn(kiosk: Client, line: Line) -> None:
    other = LineFactory.create(location=line.location)
    page = press(kiosk, kiosk.get(PATH), line=str(line.pk))
    press(kiosk, page, first_name="Jane")
    page = press(kiosk, kiosk.get(f"{PATH}?change=1"), line=str(other.pk))
    lifecycle.call(Ticket.objects.get(), by=clerk_of(line.location))

    late = press(kiosk, page, first_name="Joan")
    later = kiosk.get(f"{PATH}?change=1")

    assert [late["Location"], later["Location"]] == ["/kiosk/done/", "/kiosk/done/"]
    ticket = Ticket.objects.get()
    assert (ticket.line, ticket.first_name) == (line, "Jane")


def test_change_without_a_ticket_leads_to_the_welcome_page(kiosk: Client, line: Line) -> None:
    press(kiosk, kiosk.get(PATH), first_name="Jane")
    page = kiosk.get(f"{PATH}?change=1")
    kiosk.get("/kiosk/")

    late = press(kiosk, page, first_name="Joan")

    assert late["Location"] == "/kiosk/"
    assert kiosk.get(f"{PATH}?change=1", follow=True).redirect_chain[-1] == ("/kiosk/", 302)
    assert Ticket.objects.get().first_name == "Jane"


def test_change_whose_ticket_is_no_longer_shown_makes_no_second_one(
    kiosk: Client, line: Line
) -> None:
    press(kiosk, kiosk.get(PATH), first_name="Jane")
    page = kiosk.get(f"{PATH}?change=1")
    session = kiosk.session
    del session[SHOWN_TICKET]
    session.save()

    late = press(kiosk, page, first_name="Joan")

    assert late["Location"] == "/kiosk/"
    assert Ticket.objects.get().first_name == "Jane"


def test_welcome_that_refreshes_its_lines_forgets_nobody(kiosk: Client, line: Line) -> None:
    press(kiosk, kiosk.get(PATH), first_name="Jane")

    kiosk.get("/kiosk/", headers={"HX-Request": "true", "HX-Target": "lines"})

    assert kiosk.get("/kiosk/done/").status_code == 200


def test_form_of_the_visitor_before_shows_nothing(kiosk: Client, line: Line) -> None:
    InputFieldFactory.create(location=line.location, type="TEXT", title="Notes", position=1)
    page = press(kiosk, kiosk.get(PATH), first_name="Jane")
    kiosk.get("/kiosk/")

    answers = [
        press(kiosk, page, **given)
        for given in ({"toggle": "text"}, {"back": "1"}, {"skip": "1"}, {"help": "1"})
    ]

    assert [answer["Location"] for answer in answers] == ["/kiosk/"] * 4
    assert (Ticket.objects.count(), Device.objects.get().help_wanted_at) == (0, None)


def test_part_of_the_welcome_page_ends_no_visit(kiosk: Client, line: Line) -> None:
    page = kiosk.get(PATH)
    kiosk.get("/kiosk/", headers={"HX-Request": "true", "HX-Target": "lines"})

    press(kiosk, page, first_name="Jane")

    assert Ticket.objects.count() == 1


def closed_today(location: Location, reason: str = "") -> None:
    OpeningException.objects.create(
        location=location, date=location.today(), intervals=[], reason=reason
    )


def test_welcome_out_of_hours_says_why_and_when_it_opens(
    kiosk: Client, line: Line, location: Location
) -> None:
    closed_today(location, "Staff training")

    answer = kiosk.get("/kiosk/")

    html = answer.content.decode()
    assert html.count("Closed now") == 1
    assert html.count("<bdi>Staff training</bdi>") == 1
    assert html.count("Opens again ") == 1
    assert html.count('name="help"') == 1
    assert kiosk.get(PATH)["Location"] == "/kiosk/"


def test_sign_in_that_was_begun_in_time_is_finished(
    kiosk: Client, line: Line, location: Location
) -> None:
    page = kiosk.get(PATH)
    closed_today(location)

    press(kiosk, page, first_name="Jane")

    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(("path", "lines"), [("/kiosk/", 1), (PATH, 2)])
def test_pages_ask_as_many_queries_for_two_more_lines(
    kiosk: Client, line: Line, location: Location, path: str, lines: int
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            kiosk.get(path)
        return len(captured)

    LineFactory.create_batch(lines - 1, location=location)
    waiting_ticket(line)
    kiosk.get(path)
    few = queries()
    for _ in range(2):
        waiting_ticket(LineFactory.create(location=location))

    assert queries() == few
