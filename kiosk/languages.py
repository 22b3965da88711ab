"""The languages that a visitor may choose, and the one that a page is in."""

from typing import NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from tickets.models import Location


class Language(NamedTuple):
    """`code` as locations and tickets have it (et, pt-BR, zh), `name` in its own script."""

    code: str
    name: str


def offered(location: Location) -> list[Language]:
    """What the location speaks and there are pages in, in the location's order."""
    names = dict(settings.LANGUAGES)
    pages = [(code, of_page(code)) for code in location.languages]
    return [Language(code, names[page]) for code, page in pages if page]


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


def of_page(code: str) -> str | None:
    """Django's name of the language that pages for `code` are in; None without such pages."""
    try:
        return translation.get_supported_language_variant(code)
    except LookupError:
        return None
