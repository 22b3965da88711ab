"""What requests of the API still pass through on their shorter way."""

from django.test import Client
from django.utils import translation
from pytest_django import Settings

PATH = "/v1/locations"


def test_api_refuses_an_unknown_host(db: None) -> None:
    assert Client(SERVER_NAME="elsewhere.example").get(PATH).status_code == 400


def test_api_sends_insecure_requests_to_https(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True

    response = Client().get(PATH)

    assert (response.status_code, response["Location"]) == (301, f"https://testserver{PATH}")


def test_api_speaks_english_whatever_is_asked_for(db: None) -> None:
    refusals = {
        Client(headers={"Accept-Language": code}).get(PATH).json()["message"]
        for code in ("en", "et", "ar")
    }

    assert len(refusals) == 1
    assert translation.get_language() == "en"


def test_api_sets_no_cookie_and_measures_its_answer(db: None) -> None:
    response = Client().get(PATH)

    assert response.cookies == {}
    assert response["Content-Length"] == str(len(response.content))
