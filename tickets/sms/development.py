"""A provider for trials: its network is the page of the fake phone, its callbacks are signed."""

import hmac
import json
import secrets
import ssl
from collections.abc import Mapping
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from tickets.sms.providers import Accepted, Incoming, Outcome, public_address

NAME = "development"
SIGNATURE = "X-Development-Signature"
WITHIN = 5.0  # seconds


class Development:
    """Every text arrives at once; the fake phone reads it where it is kept."""

    def send(self, *, sender: str, number: str, body: str, callback: str) -> Accepted:
        return Accepted(f"dev-{secrets.token_hex(12)}", Outcome.DELIVERED)

    def is_genuine(self, request: HttpRequest) -> bool:
        given = request.headers.get(SIGNATURE, "")
        address = public_address(request.get_full_path())
        return hmac.compare_digest(given.encode(), _signature(address, request.body).encode())

    def incoming(self, form: Mapping[str, str]) -> Incoming:
        return Incoming(
            provider_id=form.get("id", ""),
            number=form.get("from", ""),
            to=form.get("to", ""),
            body=form.get("body", ""),
        )

    def outcome(self, form: Mapping[str, str]) -> Outcome | None:
        status = form.get("status", "")
        return Outcome(status) if status in set(Outcome) else None


def is_on() -> bool:
    return bool(settings.SMS_PROVIDER == NAME)


def signed(path: str, body: bytes) -> tuple[str, dict[str, str]]:
    """The address and the headers of a genuine callback."""
    address = public_address(path)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        SIGNATURE: _signature(address, body),
    }
    return address, headers


def call_back(path: str, body: bytes) -> bool:
    """Ask our own address, as a carrier would; False if it cannot be reached or refuses."""
    address, headers = signed(path, body)
    context = ssl.create_default_context(cafile=settings.TLS_CERT) if settings.TLS_CERT else None
    if context:
        context.check_hostname = False
    asked = Request(address, data=body, headers=headers)  # noqa: S310  an address of ours
    try:
        with urlopen(asked, timeout=WITHIN, context=context):  # noqa: S310
            return True
    except (URLError, TimeoutError):
        return False


def _signature(address: str, body: bytes) -> str:
    signed_text = json.dumps([address, body.decode("latin-1")])
    return salted_hmac("tickets.sms.development", signed_text, algorithm="sha256").hexdigest()


PROVIDER = Development()
