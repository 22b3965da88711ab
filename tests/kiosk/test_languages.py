"""Who reads what in which language, and that nobody else's page changes with it."""

import pytest
from django.test import Client
from django.utils import translation

from tests.factories import LineFactory, LocationFactory, clerk_of, waiting_ticket
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
