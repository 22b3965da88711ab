"""The poster with the code of a microsite, and who may print it."""

import re

import pytest
from django.test import Client

from tests.factories import LocationFactory, UserFactory, clerk_of
from tickets.models import Location

pytestmark = pytest.mark.django_db

PATHS = ("/poster/city/", "/poster/city/code.svg")


@pytest.fixture
def location() -> Location:
    return LocationFactory.create(slug="city", languages=["et", "en", "ar", "fi"])


def test_poster_invites_in_the_languages_of_the_location(
    client: Client, location: Location
) -> None:
    client.force_login(clerk_of(location))

    html = client.get("/poster/city/").content.decode()

    title = r'lang="(\w+)" dir="(\w+)">\s*<(?:h1|strong)[^>]*>([^<]+)<'
    assert re.findall(title, html) == [
        ("et", "ltr", "Võtke koht järjekorras oma telefonist"),
        ("en", "ltr", "Join the line from your phone"),
        ("ar", "rtl", "انضم إلى الطابور من هاتفك"),
    ]
    assert "<bdi>testserver/at/city</bdi>" in html


def test_code_is_a_file_of_its_own(client: Client, location: Location) -> None:
    client.force_login(clerk_of(location))

    answer = client.get("/poster/city/code.svg")

    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Disposition"] == 'attachment; filename="city.svg"'
    assert b"<svg" in answer.content


@pytest.mark.parametrize("path", PATHS)
def test_poster_is_for_who_works_there(client: Client, location: Location, path: str) -> None:
    client.force_login(UserFactory.create())
    stranger = client.get(path).status_code
    client.force_login(clerk_of(LocationFactory.create()))
    of_another = client.get(path).status_code
    client.logout()

    nobody = client.get(path)

    assert (stranger, of_another) == (404, 404)
    assert nobody["Location"] == f"/sign-in/?next={path}"
