"""Who carries our texts: one small interface, and which provider this installation has."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Protocol

from django.conf import settings
from django.http import HttpRequest


class Trouble(StrEnum):
    """Why a provider did not take a text. UNSURE: it may have taken it."""

    TEMPORARY = "TEMPORARY"
    PERMANENT = "PERMANENT"
    INVALID_NUMBER = "INVALID_NUMBER"
    STOPPED = "STOPPED"
    UNSURE = "UNSURE"


class Refused(Exception):
    """The text was not taken, or it is not known. The message quotes nothing personal."""

    def __init__(self, trouble: Trouble, why: str) -> None:
        super().__init__(why)
        self.trouble = trouble


class Outcome(StrEnum):
    """How far the network is with a text, in the words of MessageStatus."""

    SENT = "SENT"
    DELIVERED = "DELIVERED"
    UNDELIVERED = "UNDELIVERED"
    INVALID_NUMBER = "INVALID_NUMBER"


@dataclass(frozen=True)
class Accepted:
    """The provider has the text, under this id of its own."""

    provider_id: str
    outcome: Outcome = Outcome.SENT


@dataclass(frozen=True)
class Incoming:
    """A text of a visitor, as the provider brings it; numbers in E.164."""

    provider_id: str
    number: str
    to: str
    body: str


class Provider(Protocol):
    """What a carrier has to be able to do. Nothing of it writes to the database."""

    def send(self, *, sender: str, number: str, body: str, callback: str) -> Accepted:
        """Hand a text over, within 15 s. Raises Refused."""

    def is_genuine(self, request: HttpRequest) -> bool:
        """Whether a callback comes from this provider, to this address, about our account."""

    def incoming(self, form: Mapping[str, str]) -> Incoming:
        """The text that a genuine callback brings."""

    def outcome(self, form: Mapping[str, str]) -> Outcome | None:
        """What a genuine callback tells of a text; None if nothing that we keep."""


#: By the name in SMS_PROVIDER. What is not used is not imported: Twilio's package takes a while.
MODULES = {"twilio": "tickets.sms.twilio", "development": "tickets.sms.development"}


def is_there() -> bool:
    return bool(settings.SMS_PROVIDER)


def current() -> Provider:
    """The provider of this installation; only where there is one."""
    provider: Provider = import_module(MODULES[settings.SMS_PROVIDER]).PROVIDER
    return provider


def public_address(path: str) -> str:
    """How the world outside reaches a path of ours, whatever proxy is between."""
    return f"{settings.SITE_URL}{path}"
