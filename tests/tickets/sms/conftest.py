"""A location that sends texts by Twilio, whose far end is a server on loopback."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from tests.tickets.actions.conftest import Office, make_office
from tests.tickets.sms import twilio_server
from tests.tickets.sms.twilio_server import Server
from tickets.actions import intake, messages, sending
from tickets.models import Job, Message
from tickets.outbox import Attempt
from tickets.sms import twilio
from tickets.sms.breaker import breaker


@pytest.fixture(autouse=True)
def rested() -> None:
    breaker.succeeded()


@pytest.fixture
def carried(settings: Settings) -> None:
    """By Twilio, with nobody at the far end."""
    settings.SMS_PROVIDER = "twilio"
    settings.SMS_NUMBER = twilio_server.NUMBER
    settings.SITE_URL = "https://queue.example.org"
    settings.TWILIO_ACCOUNT_SID = twilio_server.ACCOUNT
    settings.TWILIO_AUTH_TOKEN = twilio_server.TOKEN


@pytest.fixture
def far_end(carried: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with twilio_server.running() as server:
        client = twilio_server.client(server.server_port)
        monkeypatch.setattr(twilio, "_client", lambda *_account: client)
        yield server


@pytest.fixture
def office(db: None, carried: None) -> Office:
    return make_office()


def queued(office: Office, *, number: str = "+3725123456") -> Message:
    """A text that the clerk wrote to somebody who waits."""
    ticket = intake.create(office.line, by=office.clerk, phone_number=number)
    ticket.messages.all().delete()
    Job.objects.all().delete()
    return messages.send(ticket, body="Come to the door.", by=office.clerk)


def try_to_send(text: Message, attempt: int = 1) -> Message:
    """One attempt of the worker. Raises NotYet."""
    write = sending.transmit(attempt=Attempt(attempt), message=text.pk)
    with transaction.atomic():
        write()
    text.refresh_from_db()
    return text
