"""What a kiosk keeps for when it has no network: a service worker, and the pages that it then shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import TextInput
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from kiosk import door, languages, sign_in
from kiosk.devices import DeviceRequest
from kiosk.door import Manner, at_door
from tickets import forms
from tickets.forms import Audience
from tickets.models import Device, NameForm

WORKER = "js/offline/worker.js"
#: As many sign-ins are kept on a kiosk; then it sends visitors to the staff.
LIMIT = 1_000
#: What is typed to see how a question refuses what it does not understand.
NONSENSE = "?"

BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL)
TITLE = re.compile(r"<title>\s*(.*?)\s*</title>", re.DOTALL)
#: Good for one request; what is kept has none.
TOKENS = re.compile(r'<input type="hidden" name="(?:csrfmiddlewaretoken|once|kiosk_visit)"[^>]*>')


@dataclass(frozen=True)
class Page:
    """The page of a question, as the server sends it: `asked`, or come back `missing` or `wrong`."""

    step: str
    line: str
    state: str
    title: str
    html: str


@gzip_page
@at_door
@require_safe
def offline(request: DeviceRequest, device: Device, manner: Manner) -> HttpResponse:
    """All pages of a sign-in in one language, which need no server any more.

    They show nothing of this moment: neither whether the location is open nor a call for help.
    """
    request.is_offline = True
    device.help_wanted_at = device.help_promised_at = None
    location = device.location
    context = {
        "called_from": "welcome",
        "languages": languages.offered(location),
        "pages": list(_pages(request, device, manner)),
        "limit": LIMIT,
        "is_called_by_number": location.name_form == NameForm.NUMBER,
    }
    response = door.draw(request, "kiosk/offline.html", device, manner, context)
    # These belong to the page that the visitor looks at; the browser keeps what it has.
    request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)
    response.cookies.pop(door.VISIT, None)
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at an address of its own: it is in charge of what lies below."""
    with staticfiles_storage.open(WORKER) as file:
        return HttpResponse(file.read(), content_type="text/javascript")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What makes a kiosk an app that fills the screen."""
    home = reverse("kiosk:welcome")
    icons = [
        {"src": static(f"icons/kiosk-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    about: dict[str, Any] = {
        "id": home,
        "start_url": home,
        "scope": home,
        "name": gettext("Visitor sign-in"),
        "short_name": gettext("Sign in"),
        "display": "fullscreen",
        "display_override": ["fullscreen", "standalone"],
        "background_color": "#0b5a4a",
        "theme_color": "#0b5a4a",
        "icons": [*icons, icons[-1] | {"purpose": "maskable"}],
    }
    return JsonResponse(about, content_type="application/manifest+json")


def _pages(request: DeviceRequest, device: Device, manner: Manner) -> Iterator[Page]:
    """Each question of each line, and how it comes back unanswered or not understood."""
    lines = list(device.location.lines.open())
    every = forms.asked_at(device.location, Audience.KIOSK)
    for line in ["", *(str(line.pk) for line in lines)] if lines else []:
        chosen = QueryDict(f"line={line}" if line else "")
        questions = sign_in.Questions(chosen, device.location, lines, every)
        page = sign_in.Page(request, device, manner, questions)
        for name in questions.names:
            if (name == "line") == (not line):
                yield from _states(page, line, name)


def _states(page: sign_in.Page, line: str, name: str) -> Iterator[Page]:
    questions = page.questions
    yield _kept(page.asking(name), line, name, "asked")
    is_typed = isinstance(questions.asked(name).fields[name].widget, TextInput)
    for state, answer in {"missing": "", **({"wrong": NONSENSE} if is_typed else {})}.items():
        questions.answers[name] = answer
        form = questions.answered(name)
        if not form.is_valid():
            yield _kept(page.asking(name, form), line, name, state)
    del questions.answers[name]  # it would ride along with the others


def _kept(response: HttpResponse, line: str, name: str, state: str) -> Page:
    html = response.content.decode()
    body, title = BODY.search(html), TITLE.search(html)
    assert body
    assert title
    return Page(name, line, state, title[1], TOKENS.sub("", body[1]))
