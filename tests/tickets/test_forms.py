"""The questions of a location: which are asked, what is accepted, and what comes of it."""

from typing import Any

import pytest

from tests.factories import InputFieldFactory, LineFactory, LocationFactory, waiting_ticket
from tickets.actions.extras import ExtraValue
from tickets.forms import Audience, LabelForm, VisitorForm, answers_of, name_of
from tickets.models import FieldType, InputField, Line, LineStatus, Location

pytestmark = pytest.mark.django_db


@pytest.fixture
def location() -> Location:
    return LocationFactory.create()


def field(location: Location, type_: str, title: str, **columns: Any) -> InputField:
    made: InputField = InputFieldFactory.create(
        location=location, type=type_, title=title, **columns
    )
    return made


def form(line: Line, data: dict[str, Any], audience: Audience = Audience.CLERK) -> VisitorForm:
    return VisitorForm(data, location=line.location, audience=audience, line=line)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("O'Brien", "Doe"),
        ("李", ""),
        ("Nguyễn", "X Æ"),
        ("A", ""),
        ("ع" * 50, "👩‍👩‍👧"),
    ],
)
def test_names_of_all_kinds_are_accepted(location: Location, first: str, last: str) -> None:
    field(location, "FIRST_NAME", "First", is_mandatory_before_added=True)
    field(location, "LAST_NAME", "Last")
    filled = form(LineFactory.create(location=location), {"first_name": first, "last_name": last})

    assert filled.is_valid(), filled.errors
    assert filled.details == {"first_name": first, "last_name": last, "extras": []}


def test_text_is_composed_before_its_length_counts(location: Location) -> None:
    name = name_of(field(location, "TEXT", "Notes"))
    line = LineFactory.create(location=location)

    shorter = form(line, {name: "e\u0301" * 500})
    longer = form(line, {name: "\u0958" * 500})  # two characters each, once composed

    assert shorter.is_valid()
    assert shorter.details["extras"] == [ExtraValue(title="Notes", value="é" * 500)]
    assert name in longer.errors


@pytest.mark.parametrize("name", ["a" * 51, "a\x00b"])
def test_name_too_long_or_with_a_nul_is_not_accepted(location: Location, name: str) -> None:
    field(location, "FIRST_NAME", "First")

    assert "first_name" in form(LineFactory.create(location=location), {"first_name": name}).errors


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("5123 456", "+3725123456"),
        ("+372 5123456", "+3725123456"),
        ("+1 202 555 0123", "+12025550123"),
        ("", ""),
    ],
)
def test_phone_number_is_read_as_the_country_writes_it(
    location: Location, typed: str, kept: str
) -> None:
    field(location, "PHONE_NUMBER", "Phone")
    filled = form(LineFactory.create(location=location), {"phone_number": typed})

    assert filled.is_valid(), filled.errors
    assert filled.details["phone_number"] == kept


@pytest.mark.parametrize("typed", ["12", "call me", "+999 123"])
def test_phone_number_that_is_none_gets_an_example_of_the_country(
    location: Location, typed: str
) -> None:
    field(location, "PHONE_NUMBER", "Phone")

    errors = form(LineFactory.create(location=location), {"phone_number": typed}).errors

    assert errors["phone_number"] == ["Enter a mobile number, such as +372 5123 4567."]


def test_answers_become_extras(location: Location) -> None:
    text = field(location, "TEXT", "Notes", position=1)
    one = field(location, "SELECT", "Language", position=2)
    several = field(location, "SELECT", "Needs", position=3, is_multiple=True)
    number = field(location, "NUMERIC", "Children", position=4)
    day = field(location, "DATE", "Born", position=5)
    link = field(location, "URL", "Site", position=6)
    for choice in (one, several):
        for title in ("A", "B", "C"):
            choice.options.create(title=title)
    data = {
        name_of(text): " deaf ",
        name_of(one): "B",
        name_of(several): ["A", "C"],
        name_of(number): "2.50",
        name_of(day): "2001-02-03",
        name_of(link): "example.com/a",
    }

    filled = form(LineFactory.create(location=location), data)

    assert filled.is_valid(), filled.errors
    assert filled.details["extras"] == [
        ExtraValue(title="Notes", value="deaf"),
        ExtraValue(title="Language", value="B"),
        ExtraValue(title="Needs", value="A"),
        ExtraValue(title="Needs", value="C"),
        ExtraValue(title="Children", value="2.50"),
        ExtraValue(title="Born", value="2001-02-03"),
        ExtraValue(title="Site", value="https://example.com/a", url="https://example.com/a"),
    ]


@pytest.mark.parametrize(
    ("type_", "typed"),
    [
        ("SELECT", "D"),
        ("NUMERIC", "many"),
        ("DATE", "tomorrow"),
        ("URL", "javascript:alert(1)"),
        ("EMAIL", "jane"),
        ("TEXT", "a" * 501),
    ],
)
def test_answer_that_is_none_is_not_accepted(location: Location, type_: str, typed: str) -> None:
    asked = field(location, type_, "Question")

    errors = form(LineFactory.create(location=location), {name_of(asked): typed}).errors

    assert list(errors) == [name_of(asked)]


@pytest.mark.parametrize(
    ("audience", "asked", "mandatory"),
    [
        (Audience.CLERK, ["Door", "Phone", "Both"], ["Door"]),
        (Audience.KIOSK, ["Door", "Both"], ["Door"]),
        (Audience.REMOTE, ["Phone", "Both"], ["Phone"]),
    ],
)
def test_each_audience_is_asked_its_own(
    location: Location, audience: Audience, asked: list[str], mandatory: list[str]
) -> None:
    door = {"is_shown_in_remote_sign_in": False, "is_mandatory_before_added": True}
    phone = {"is_shown_in_kiosk": False, "is_mandatory_in_remote_sign_in": True}
    field(location, "TEXT", "Door", position=1, **door)
    field(location, "TEXT", "Phone", position=2, **phone)
    field(location, "TEXT", "Both", position=3)

    fields = form(LineFactory.create(location=location), {}, audience).fields.values()

    assert [each.label for each in fields] == asked
    assert [each.label for each in fields if each.required] == mandatory


def test_shared_devices_fill_nothing_in(location: Location) -> None:
    for type_ in FieldType:
        field(location, type_, type_)
    line = LineFactory.create(location=location)

    hints = {
        audience: {
            each.widget.attrs["autocomplete"] for each in form(line, {}, audience).fields.values()
        }
        for audience in Audience
    }

    assert hints[Audience.KIOSK] == hints[Audience.CLERK] == {"off"}
    assert hints[Audience.REMOTE] == {"off", "given-name", "family-name", "tel", "email"}


def test_line_is_chosen_among_open_ones_of_the_location(location: Location) -> None:
    line = LineFactory.create(location=location)
    closed = LineFactory.create(location=location, status=LineStatus.DISABLED)
    elsewhere = LineFactory.create()

    valid = [
        VisitorForm({"line": each.pk}, location=location, audience=Audience.REMOTE).is_valid()
        for each in (line, closed, elsewhere)
    ]

    assert valid == [True, False, False]


def test_only_asks_just_the_named_questions(location: Location) -> None:
    field(location, "FIRST_NAME", "First", is_mandatory_before_added=True)
    field(location, "LAST_NAME", "Last", is_mandatory_before_added=True)
    page = VisitorForm(
        {"first_name": "Jane"},
        location=location,
        audience=Audience.KIOSK,
        line=LineFactory.create(location=location),
        only=("first_name",),
    )

    assert page.is_valid()
    assert page.details == {"first_name": "Jane", "extras": []}


def test_label_is_composed_and_not_empty() -> None:
    assert LabelForm({"value": " e\u0301 "}).is_valid()
    assert list(LabelForm({"value": " "}).errors) == ["value"]


def test_answer_is_a_list_of_a_choice_only(location: Location) -> None:
    notes = field(location, "TEXT", "Notes", is_multiple=True)
    ticket = waiting_ticket(LineFactory.create(location=location))
    ticket.extras.create(title="Notes", value="wheelchair", field=notes)

    assert answers_of(ticket)[name_of(notes)] == "wheelchair"
