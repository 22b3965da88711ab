"""What a location hangs on its door: the code of its microsite, in the languages of its visitors."""

import io
from dataclasses import dataclass
from typing import Any

import segno
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from kiosk import languages
from tickets import access
from tickets.models import Location


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What the poster says, in one language."""

    language: str
    direction: str
    title: str
    how: str


@login_required
@require_safe
def poster(request: HttpRequest, slug: str) -> HttpResponse:
    """A page to print, for whoever works there."""
    location = _location(request, slug)
    address = _address(request, location)
    first, *others = _invitations(location)
    context = {
        "location": location,
        "first": first,
        "others": others,
        "address": address.partition("://")[2].removesuffix("/"),
        "code": _code(address).svg_inline(omitsize=True, border=0),
    }
    return render(request, "kiosk/poster.html", context)


@login_required
@require_safe
def code(request: HttpRequest, slug: str) -> HttpResponse:
    """The code alone, for whoever makes a poster of their own."""
    location = _location(request, slug)
    file = io.BytesIO()
    _code(_address(request, location)).save(file, kind="svg", scale=10, light="#fff")
    headers = {"Content-Disposition": f'attachment; filename="{location.slug}.svg"'}
    return HttpResponse(file.getvalue(), content_type="image/svg+xml", headers=headers)


def _location(request: HttpRequest, slug: str) -> Location:
    location = access.locations_for(request.user).filter(slug=slug).first()
    if location is None:
        raise Http404
    return location


def _address(request: HttpRequest, location: Location) -> str:
    return request.build_absolute_uri(reverse("kiosk:remote", args=[location.slug]))


def _code(address: str) -> Any:
    """So redundant that a quarter of it may be scratched off the door."""
    return segno.make(address, error="q", micro=False)


def _invitations(location: Location) -> list[Invitation]:
    found = []
    for language in languages.offered(location):
        page = languages.of_page(language.code) or language.code
        with translation.override(page):
            found.append(
                Invitation(
                    language=page,
                    direction="rtl" if translation.get_language_bidi() else "ltr",
                    title=gettext("Join the line from your phone"),
                    how=gettext("Point your phone’s camera at the code."),
                )
            )
    return found
