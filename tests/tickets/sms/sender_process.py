"""A worker for tests to kill while Twilio's far end has its text."""

from datetime import timedelta

from django.conf import settings

from tests.tickets.sms import twilio_server
from tickets import outbox, worker
from tickets.sms import twilio


def run(lease: float, port: int) -> None:
    """Work until killed; leases are of `lease` seconds."""
    settings.SMS_PROVIDER = "twilio"
    settings.SMS_NUMBER = twilio_server.NUMBER
    settings.TWILIO_ACCOUNT_SID = twilio_server.ACCOUNT
    settings.TWILIO_AUTH_TOKEN = twilio_server.TOKEN
    client = twilio_server.client(port, timeout=20)
    twilio._client = lambda *_account: client  # type: ignore[assignment]
    outbox.LEASE = timedelta(seconds=lease)
    worker.work(lambda: False)
