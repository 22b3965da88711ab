"""Who reads what in which language, and that nobody else's page changes with it."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from kiosk import languages
from tests.factories import (
    InputFieldFactory,
    LineFactory,
    LocationFactory,
    clerk_of,
    waiting_ticket,
)
from tickets import access, instants
from tickets.forms import Audience, VisitorForm, name_of
from tickets.models import Line

ESTONIAN = {"accept-language": "et"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Line:
    return LineFactory.create(location=LocationFactory.create(slug="city", languages=["en", "et"]))


def way(client: Client, path: str) -> str:
    html = client.get(path, headers=ESTONIAN).content.decode()
    return html.partition('<html lang="')[2].partition('"')[0]


@pytest.mark.parametrize("path", ["/at/city/", "/at/nowhere/", "/visit/nobody/"])
def test_page_of_a_visitor_speaks_the_language_of_the_browser(
    client: Client, line: Line, path: str
) -> None:
    assert way(client, path) == "et"


def test_status_page_speaks_the_language_of_the_ticket(client: Client, line: Line) -> None:
    ticket = waiting_ticket(line, language="ar")

    assert way(client, f"/visit/{ticket.visit_token}/") == "ar"


@pytest.mark.parametrize("path", ["/sign-in/", "/kiosk/pair/", "/tv/pair/", "/nowhere/"])
def test_page_of_the_staff_is_english(client: Client, line: Line, path: str) -> None:
    assert way(client, path) == "en"


def test_service_view_is_english(client: Client, line: Line) -> None:
    client.force_login(clerk_of(line.location))

    assert way(client, f"/service/{line.location.pk}/") == "en"


def test_page_leaves_no_language_behind(client: Client, line: Line) -> None:
    way(client, "/at/city/")

    assert translation.get_language() == "en"


def test_language_is_offered_once_in_the_order_of_the_location(line: Line) -> None:
    line.location.languages = ["zh", "en", "fi", "zh-TW", "et", "en"]

    assert languages.offered(line.location) == [
        ("zh", "简体中文"),
        ("en", "English"),
        ("et", "Eesti"),
    ]


def test_visitor_reads_the_names_that_the_location_translated(client: Client, line: Line) -> None:
    LineFactory.create(
        location=line.location, name="Passports", translations={"et": {"name": "Passid"}}
    )

    estonian = client.get("/at/city/", headers=ESTONIAN).content.decode()
    english = client.get("/at/city/").content.decode()

    assert [word in estonian for word in ("Passid", "Passports")] == [True, False]
    assert [word in english for word in ("Passid", "Passports")] == [False, True]


@pytest.mark.parametrize(
    ("columns", "asked"),
    [
        ({"title": "First name"}, "Eesnimi"),
        ({"title": "Given name"}, "Given name"),
        ({"title": "First name", "visitor_facing_title": "Who are you?"}, "Who are you?"),
        ({"title": "First name", "translations": {"et": {"title": "Nimi"}}}, "Nimi"),
        (
            {
                "title": "First name",
                "translations": {"et": {"title": "Nimi", "visitorFacingTitle": "Kes te olete?"}},
            },
            "Kes te olete?",
        ),
    ],
)
def test_question_is_in_the_language_of_the_page(
    line: Line, columns: dict[str, Any], asked: str
) -> None:
    field = InputFieldFactory.create(location=line.location, type="FIRST_NAME", **columns)

    with translation.override("et"):
        assert field.question == asked


def test_answer_is_shown_translated_and_kept_as_it_is(line: Line) -> None:
    field = InputFieldFactory.create(location=line.location, type="SELECT", title="Why")
    field.options.create(title="Renewal", translations={"et": {"title": "Uuendamine"}})
    name = name_of(field)

    with translation.override("et"):
        form = VisitorForm(
            {name: "Renewal"}, location=line.location, line=line, audience=Audience.KIOSK
        )

    assert form.fields[name].choices == [("Renewal", "Uuendamine")]  # type: ignore[attr-defined]
    assert form.is_valid()
    assert [each.value for each in form.details["extras"]] == ["Renewal"]


def test_nobody_signs_in_outside_of_the_opening_hours(line: Line) -> None:
    for weekday in range(7):
        line.location.opening_days.create(weekday=weekday, intervals=[[540, 720], [780, 1020]])
    open_at = {}

    for clock in ("08:59", "09:00", "12:30", "16:59", "17:00"):
        moment = datetime.fromisoformat(f"2026-05-04T{clock}").replace(tzinfo=line.location.tz)
        with instants.pretend(moment):
            open_at[clock] = access.open_lines(line.location).exists()

    assert open_at == {
        "08:59": False,
        "09:00": True,
        "12:30": False,
        "16:59": True,
        "17:00": False,
    }
