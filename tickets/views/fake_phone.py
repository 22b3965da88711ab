"""The fake phone of a trial: what visitors' phones would show, and a way to answer from them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tickets import instants
from tickets.actions import sending
from tickets.forms import MessageForm
from tickets.models import Direction, Message, StrayText, Ticket
from tickets.sms import development, providers

PAGE = "tickets/fake_phone.html"
LIVE = f"{PAGE}#live"
MOST_PHONES = 12


@dataclass(frozen=True)
class Bubble:
    """One text, as the phone has it."""

    body: str
    at: datetime
    is_own: bool


@dataclass(frozen=True)
class Phone:
    """A number that texts went to, and whose it is."""

    number: str
    name: str
    at: datetime

    @property
    def digits(self) -> str:
        return self.number.removeprefix("+")


def _only_in_trials(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def page(request: HttpRequest, **names: str) -> HttpResponse:
        if not development.is_on():
            raise Http404
        return view(request, **names)

    return page


@_only_in_trials
@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """The phone that got a text last, or word that none has."""
    phones = _phones()
    if phones:
        return redirect("tickets:fake-phone", phones[0].digits)
    return render(request, PAGE)


@_only_in_trials
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest, number: str) -> HttpResponse:
    digits = "".join(filter(str.isdecimal, number))
    if request.method == "POST":
        _answer(request, f"+{digits}")
        return redirect("tickets:fake-phone", digits)
    is_refresh = "live" in request.GET
    context = {
        "digits": digits,
        "number": f"+{digits}",
        "phones": _phones(),
        "bubbles": _bubbles(f"+{digits}"),
        "now": instants.now(),
        "form": None if is_refresh else MessageForm(),
    }
    latest = _latest_visit(f"+{digits}")
    with timezone.override(latest.location.tz if latest else None):
        return render(request, LIVE if is_refresh else PAGE, context)


def _answer(request: HttpRequest, number: str) -> None:
    """Through the callback of the provider, signed as it signs."""
    form = MessageForm(request.POST)
    if not form.is_valid():
        return
    latest = _latest_visit(number)
    sent = {
        "id": get_random_string(24),
        "from": number,
        "to": sending.number_of(latest.location if latest else None),
        "body": form.cleaned_data["body"],
    }
    path = reverse("tickets:text-in", args=[development.NAME])
    if not development.call_back(path, urlencode(sent).encode()):
        said = _("The text did not get through: SITE_URL has to lead here. It is %(address)s.")
        messages.error(request, said % {"address": providers.public_address("/")})


def _latest_visit(number: str) -> Ticket | None:
    return Ticket.objects.filter(phone_number=number).select_related("location").first()


def _arrived() -> Q:
    return ~Q(provider_id="") | Q(direction=Direction.INCOMING)


def _phones() -> list[Phone]:
    """Those that got or wrote a text, the latest first."""
    rows = (
        Message.objects.filter(_arrived())
        .exclude(ticket__phone_number="")
        .order_by()
        .values("ticket__phone_number")
        .annotate(at=Max("created_at"), ticket=Max("ticket"))
        .order_by("-at")[:MOST_PHONES]
    )
    tickets = Ticket.objects.in_bulk([row["ticket"] for row in rows])
    return [
        Phone(number=row["ticket__phone_number"], name=tickets[row["ticket"]].name, at=row["at"])
        for row in rows
    ]


def _bubbles(number: str) -> list[Bubble]:
    texts: Iterable[Message] = Message.objects.filter(_arrived(), ticket__phone_number=number)
    strays = StrayText.objects.filter(number=number)
    found = [Bubble(each.body, each.created_at, each.direction == "INCOMING") for each in texts]
    found += [Bubble(each.body, each.received_at, is_own=True) for each in strays]
    return sorted(found, key=lambda bubble: bubble.at)
