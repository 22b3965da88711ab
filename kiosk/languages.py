"""The languages that a visitor may choose, and the one that a page is in."""

from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from tickets import languages
from tickets.languages import of_page
from tickets.models import Location

__all__ = ["Language", "VisitorLanguageMiddleware", "chosen", "of_location", "of_page", "offered"]

#: Where visitors read.
VISITORS = ("/kiosk/", "/tv/", "/at/", "/visit/")
#: Of those, what only the staff reads.
STAFF = ("/kiosk/pair/", "/kiosk/staff/", "/tv/pair/")


class VisitorLanguageMiddleware:
    """A visitor's page begins in the language of the browser, and its errors stay in it.

    A view that knows which language its visitor or its location speaks renders under that one.
    Everything else, the pages of the staff and the API's answers, is in the language of the
    settings: nobody else chooses one, and nothing is left behind in the thread.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if not path.startswith(VISITORS) or path.startswith(STAFF):
            return self.get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            return self.get_response(request)


class Language(NamedTuple):
    """`code` as locations and tickets have it (et, pt-BR, zh), `name` in its own script."""

    code: str
    name: str


def offered(location: Location) -> list[Language]:
    """What the location speaks and there are pages in, in the location's order, each of them once."""
    names = dict(settings.LANGUAGES)
    codes = languages.offered(location.languages)
    return [Language(code, names[page]) for page, code in codes.items()]


def chosen(location: Location, wanted: str | None, accepted: str = "") -> str:
    """The code `wanted` if it is offered, else what the header Accept-Language likes best."""
    codes = [language.code for language in offered(location)]
    if wanted in codes:
        return str(wanted)
    pages = {of_page(code): code for code in reversed(codes)}
    for tag, _quality in parse_accept_lang_header(accepted):
        if code := pages.get(of_page(tag)):
            return code
    return codes[0] if codes else settings.LANGUAGE_CODE


def of_location(location: Location) -> str:
    """Django's name of the language in which the location speaks to everybody, as on its TV."""
    return of_page(chosen(location, None)) or settings.LANGUAGE_CODE
