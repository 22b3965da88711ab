"""What a kiosk keeps for when it has no network: the pages of a sign-in, and nothing of a visitor."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.conftest import CountQueries, Figure
from tests.factories import (
    DeviceFactory,
    InputFieldFactory,
    LineFactory,
    LocationFactory,
    waiting_ticket,
)
from tests.kiosk.test_devices import browser_of
from tickets import instants
from tickets.models import Device, Line, LineStatus, Location, NameForm

pytestmark = pytest.mark.django_db

PATH = "/kiosk/offline/"
TEMPLATE = re.compile(
    r'<template\s+data-step="([^"]+)"\s+data-line="(\d*)"\s+data-state="(\w+)"\s+data-title="([^"]*)"\s*>'
    r"(.*?)</template>",
    re.DOTALL,
)


@pytest.fixture
def location() -> Location:
    location = LocationFactory.create(languages=["en", "ar"])
    for position, type_ in enumerate(["FIRST_NAME", "PHONE_NUMBER"]):
        InputFieldFactory.create(
            location=location,
            type=type_,
            title=type_,
            is_mandatory_before_added=not position,
            position=position,
        )
    return location


@pytest.fixture
def line(location: Location) -> Line:
    return LineFactory.create(location=location, name="Passports")


@pytest.fixture
def device(location: Location) -> Device:
    return DeviceFactory.create(location=location)


@pytest.fixture
def kiosk(device: Device) -> Client:
    return browser_of(device)


def pages(answer: Any) -> list[tuple[str, str, str, str]]:
    """Step, line, state and page of each."""
    found = TEMPLATE.findall(answer.content.decode())
    return [(step, line, state, html) for step, line, state, _title, html in found]


def test_kept_pages_are_every_question_of_every_line(
    kiosk: Client, location: Location, line: Line
) -> None:
    other = LineFactory.create(location=location)
    only_other = InputFieldFactory.create(location=location, title="Notes", position=2)
    only_other.lines.add(other)
    LineFactory.create(location=location, status=LineStatus.DISABLED)

    kept = [each[:3] for each in pages(kiosk.get(PATH))]

    about = [
        ("first_name", "asked"),
        ("first_name", "missing"),
        ("phone_number", "asked"),
        ("phone_number", "wrong"),
    ]
    assert kept == [
        ("line", "", "asked"),
        ("line", "", "missing"),
        *((step, str(line.pk), state) for step, state in about),
        *((step, str(other.pk), state) for step, state in about),
        (f"field-{only_other.pk}", str(other.pk), "asked"),
    ]


def test_kept_pages_of_one_line_begin_with_the_name(kiosk: Client, line: Line) -> None:
    kept = pages(kiosk.get(PATH))

    assert kept[0][:3] == ("first_name", str(line.pk), "asked")


def test_kept_pages_hold_nothing_of_this_moment(
    kiosk: Client, location: Location, line: Line, device: Device
) -> None:
    LineFactory.create(location=location)
    waiting_ticket(line)
    Device.objects.filter(pk=device.pk).update(help_wanted_at=instants.now())

    html = kiosk.get(PATH).content.decode()

    said = ("1 person waiting", "Nobody waiting", "csrfmiddlewaretoken", 'name="once"', "need help")
    there = [each for each in said if each in html.partition("<main")[2].partition("</main")[0]]
    assert there == []
    forms = [html for _step, _line, _state, html in pages(kiosk.get(PATH))]
    assert [each for each in said if any(each in form for form in forms)] == []
    assert set(re.findall(r'name="first_name" value="([^"]+)"', "".join(forms))) == set()


def test_kept_pages_are_in_the_language_asked_for(kiosk: Client, line: Line) -> None:
    answer = kiosk.get(PATH, {"lang": "ar"})

    html = answer.content.decode()
    assert html.count('dir="rtl"') == 1
    assert re.findall(r'hreflang="(\w+)" href="([^"]+)"', html) == [
        ("en", f"{PATH}?lang=en"),
        ("ar", f"{PATH}?lang=ar"),
    ]


def test_kept_pages_leave_the_cookies_as_they_are(kiosk: Client, line: Line) -> None:
    answer = kiosk.get(PATH)

    assert list(answer.cookies) == ["kiosk_device"]


def test_kept_pages_of_a_location_without_a_line_say_that_it_is_closed(
    kiosk: Client, location: Location
) -> None:
    answer = kiosk.get(PATH)

    assert pages(answer) == []
    assert answer.content.decode().count("Sign-in is closed") == 1


@pytest.mark.parametrize(("form", "told"), [(NameForm.NUMBER, True), (NameForm.FIRST, False)])
def test_who_is_called_by_number_is_told_to_ask_for_it(
    kiosk: Client, location: Location, form: str, told: object
) -> None:
    Location.objects.filter(pk=location.pk).update(name_form=form)

    assert kiosk.get(PATH).context["is_called_by_number"] == told


def test_kept_pages_come_small(kiosk: Client, line: Line) -> None:
    answer = kiosk.get(PATH, headers={"Accept-Encoding": "gzip"})

    assert answer["Content-Encoding"] == "gzip"


def test_kept_pages_cost_the_same_for_more_lines_and_questions(
    kiosk: Client, location: Location, line: Line, count_queries: CountQueries, figure: Figure
) -> None:
    other = LineFactory.create(location=location)
    kiosk.get(PATH)  # which notes that the kiosk is there
    few = count_queries(lambda: kiosk.get(PATH))
    for position in (3, 4, 5):
        field = InputFieldFactory.create(location=location, type="SELECT", position=position)
        field.lines.add(line, other)
        for title in ("A", "B", "C"):
            field.options.create(title=title)
        LineFactory.create(location=location)

    many = count_queries(lambda: kiosk.get(PATH))

    figure("kiosk offline pages, queries with 2 lines and with 5, 3 choices more", (few, many))
    assert len(pages(kiosk.get(PATH))) > 20
    assert many == few


def test_worker_is_in_charge_of_the_kiosk(client: Client) -> None:
    answer = client.get("/kiosk/worker.js")

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/javascript")


def test_manifest_makes_an_app_of_the_kiosk(client: Client) -> None:
    manifest = client.get("/kiosk/manifest.webmanifest").json()

    assert (manifest["scope"], manifest["start_url"], manifest["display"]) == (
        "/kiosk/",
        "/kiosk/",
        "fullscreen",
    )
    assert [icon["sizes"] for icon in manifest["icons"]] == ["192x192", "512x512", "512x512"]
