"""The fake phone: there in trials alone, and it answers through the provider's callback."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.factories import LineFactory, waiting_ticket
from tests.live import serving
from tickets.models import Message, Ticket
from tickets.sms import development

NUMBER = "+37255123456"
PAGE = "/fake-phone/37255123456/"


@pytest.fixture
def texted(db: None, settings: Settings) -> Ticket:
    """Somebody whose phone has a text, in a trial."""
    line = LineFactory.create(location__has_messages=True)
    settings.SMS_PROVIDER, settings.SMS_NUMBER = development.NAME, "+15005550006"
    ticket = waiting_ticket(line, phone_number=NUMBER)
    ticket.messages.update(status="DELIVERED", provider_id="dev-1")
    return ticket


def test_phone_shows_what_arrived(client: Client, texted: Ticket) -> None:
    assert client.get("/fake-phone/").headers["Location"] == PAGE
    page = client.get(PAGE).content.decode()
    live = client.get(PAGE, {"live": ""}).content.decode()

    assert "you are in line" in page
    assert "you are in line" in live
    assert "<textarea" not in live


@pytest.mark.parametrize("provider", ["", "twilio"])
@pytest.mark.parametrize("path", ["/fake-phone/", PAGE])
def test_phone_exists_in_trials_alone(
    client: Client, texted: Ticket, settings: Settings, provider: str, path: str
) -> None:
    settings.SMS_PROVIDER = provider

    assert client.get(path).status_code == 404
    assert client.post(path, {"body": "Hi"}).status_code == 404


def test_text_that_is_held_is_on_no_phone(client: Client, texted: Ticket) -> None:
    Message.objects.update(status="QUEUED", provider_id="")

    assert client.get("/fake-phone/").status_code == 200
    assert "you are in line" not in client.get(PAGE).content.decode()


@pytest.mark.django_db(transaction=True)
def test_answer_comes_in_by_the_callback(
    client: Client, texted: Ticket, settings: Settings
) -> None:
    with serving() as site:
        settings.SITE_URL = site
        client.post(PAGE, {"body": "Two minutes"})

    assert texted.messages.get(direction="INCOMING").body == "Two minutes"


def test_answer_that_does_not_get_through_says_why(
    client: Client, texted: Ticket, settings: Settings
) -> None:
    settings.SITE_URL = "http://127.0.0.1:9"

    page = client.post(PAGE, {"body": "Two minutes"}, follow=True)

    assert "SITE_URL has to lead here. It is http://127.0.0.1:9/" in page.content.decode()
    assert texted.messages.filter(direction="INCOMING").count() == 0
