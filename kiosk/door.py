"""What all pages of a kiosk share: how the visitor wants them, the call for help, and the wipe.

How they are wanted rides from page to page as the answers do, in forms and in addresses. It is
kept nowhere, so that the next visitor finds the kiosk as the location has it.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import translation

from kiosk import languages
from kiosk.devices import DeviceRequest, paired
from tickets import instants
from tickets.models import Device, DeviceKind, Location

#: A browser without JavaScript cannot warn a visitor; it goes back to the welcome page after this.
UNWARNED = 180

#: The cookie and the form field that say whose visit a page belongs to: the one of the visitor
#: before does not answer any more, whatever the browser still holds of it.
VISIT = "kiosk_visit"

#: The form field by which a page is asked for again, the other way round.
TOGGLE = "toggle"


@dataclass(frozen=True)
class Manner:
    """How a visitor wants the pages: their language, and what helps to read them."""

    location: Location
    lang: str
    is_large: bool = False
    has_contrast: bool = False
    is_read_aloud: bool = False

    @classmethod
    def of(cls, request: HttpRequest, location: Location) -> "Manner":
        sent = request.POST if request.method == "POST" else request.GET
        manner = cls(
            location,
            languages.chosen(location, sent.get("lang")),
            is_large=sent.get("text") == "large",
            has_contrast=sent.get("contrast") == "high",
            is_read_aloud=sent.get("voice") == "on",
        )
        match sent.get(TOGGLE):
            case "text":
                return replace(manner, is_large=not manner.is_large)
            case "contrast":
                return replace(manner, has_contrast=not manner.has_contrast)
        return manner

    @property
    def fields(self) -> dict[str, str]:
        """What rides along in a form."""
        return {
            "lang": self.lang,
            "text": "large" if self.is_large else "",
            "contrast": "high" if self.has_contrast else "",
            "voice": "on" if self.is_read_aloud else "",
        }

    @property
    def is_plain(self) -> bool:
        """Whether it is how the location has it for everybody."""
        return self == Manner(self.location, languages.chosen(self.location, None))

    @property
    def query(self) -> str:
        """What rides along in an address, with the question mark; empty if it is plain."""
        return "" if self.is_plain else self.beside()

    def beside(self, *flags: str) -> str:
        """The same beside these flags of the address."""
        ridden = {name: value for name, value in self.fields.items() if value}
        return f"?{urlencode(dict.fromkeys(flags, 1) | ridden)}"

    @property
    def offered(self) -> list[tuple[languages.Language, str]]:
        """The languages to choose from, each with its address's query; none if there is no choice."""
        offered = languages.offered(self.location)
        choices = [(each, replace(self, lang=each.code).query) for each in offered]
        return choices if len(choices) > 1 else []


DoorView = Callable[[DeviceRequest, Device, Manner], HttpResponse]


def at_door(view: DoorView) -> Callable[[DeviceRequest], HttpResponse]:
    """A page of the kiosk, in the language that its visitor chose."""

    @paired(DeviceKind.KIOSK)
    @wraps(view)
    def page(request: DeviceRequest, device: Device) -> HttpResponse:
        manner = Manner.of(request, device.location)
        language = languages.of_page(manner.lang) or settings.LANGUAGE_CODE
        with translation.override(language):
            response = view(request, device, manner)
        response.headers["Content-Language"] = language
        return response

    return page


def draw(
    request: DeviceRequest,
    template: str,
    device: Device,
    manner: Manner,
    context: dict[str, Any],
    *,
    status: int = 200,
    is_new_visit: bool = False,
) -> HttpResponse:
    """A page with what all of them have, and its own `context` beside it."""
    known = None if is_new_visit else request.COOKIES.get(VISIT)
    visit = known or secrets.token_urlsafe(18)
    shared = {
        "device": device,
        "location": device.location,
        "manner": manner,
        "visit": visit,
        "is_watched": not manner.is_plain,
        "is_help_wanted": device.help_wanted_at is not None,
        "is_help_coming": device.is_help_coming(instants.now()),
        "unwarned": UNWARNED,
    }
    response = render(request, template, shared | context, status=status)
    if not known:
        response.set_cookie(
            VISIT,
            visit,
            path=resolve_url("kiosk:welcome"),
            httponly=True,
            samesite="Lax",
            secure=not settings.INSECURE_HTTP,
        )
    return response


def is_over(request: HttpRequest) -> bool:
    """Whether a form belongs to a visit that was wiped from the screen."""
    visit = request.COOKIES.get(VISIT)
    return not visit or request.POST.get(VISIT) != visit


def to(name: str, manner: Manner) -> HttpResponse:
    return redirect(resolve_url(f"kiosk:{name}") + manner.query)
