"""The visitor's private status page: the place in the line, the call, and how the visit ended."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.middleware import HtmxDetails

from kiosk import languages, pace
from kiosk.pace import Shown
from tickets import access, estimates, idempotency, instants, limits
from tickets.actions import lifecycle
from tickets.actions import remote as from_afar
from tickets.exceptions import NobodyBehind, NoMoreTime, Refusal, RejoinTooLate
from tickets.limits import Limit
from tickets.models import (
    VISITOR,
    By,
    Direction,
    EventName,
    MessageStatus,
    NameForm,
    Source,
    Ticket,
)
from tickets.states import Status

PAGE = "kiosk/visit.html"
PARTS = {"visit": f"{PAGE}#visit"}
STEP_PAGE = "kiosk/confirm.html"
#: The sheet that asks once more over the status page, which stays live below it.
SHEET = "sheet-content"
SHEET_PART = f"{STEP_PAGE}#step"

#: So often a visitor may say that they are here, or that they are not; each time is on record.
ARRIVALS = Limit("arrival", burst=6, interval=timedelta(minutes=1))

#: So many of the people ahead are drawn; the number beside them is exact.
DRAWN = 7

#: The cookie with the range that this page shows in this browser.
SHOWN = "shown"
SHOWN_FOR = timedelta(hours=1)


class VisitRequest(HttpRequest):
    htmx: HtmxDetails


VisitView = Callable[[VisitRequest, Ticket], HttpResponse]


def of_visit(view: VisitView) -> Callable[[VisitRequest, str], HttpResponse]:
    """A page behind a private link. Who tries links is soon told to wait; a real one always opens."""

    @gzip_page
    @wraps(view)
    def page(request: VisitRequest, token: str) -> HttpResponse:
        ticket = access.ticket_by_visit_token(token)
        if ticket:
            return view(request, ticket)
        if limits.take(access.VISIT_GUESSES, request.META.get("REMOTE_ADDR", "")):
            raise Http404
        response = render(request, "404.html", status=429)
        response["Retry-After"] = str(access.VISIT_GUESSES.interval.seconds)
        return response

    return page


@require_safe
@of_visit
def visit(request: VisitRequest, ticket: Ticket) -> HttpResponse:
    notice = _("You are in line already: this is your place.")
    return _status_page(request, ticket, notice if "again" in request.GET else "")


@require_http_methods(["GET", "HEAD", "POST"])
@of_visit
def leave(request: VisitRequest, ticket: Ticket) -> HttpResponse:
    """Give up the place in the line, after a second look. Who was called is told where to go."""
    return _step(request, ticket, lifecycle.cancel, "leave", is_possible=_waits(ticket))


@require_http_methods(["GET", "HEAD", "POST"])
@of_visit
def rejoin(request: VisitRequest, ticket: Ticket) -> HttpResponse:
    """Back to the end of the line for who missed the call a short while ago."""
    return _step(request, ticket, lifecycle.rejoin, "rejoin", is_possible=_may_rejoin(ticket))


@require_http_methods(["GET", "HEAD", "POST"])
@of_visit
def arrive(request: VisitRequest, ticket: Ticket) -> HttpResponse:
    """Tell the staff that a visitor who joined from afar is here."""
    is_possible = _waits(ticket) and not ticket.arrived_at
    action = _unhurried(from_afar.arrive)
    return _step(request, ticket, action, "arrive", is_possible=is_possible)


@require_http_methods(["GET", "HEAD", "POST"])
@of_visit
def take_arrival_back(request: VisitRequest, ticket: Ticket) -> HttpResponse:
    is_possible = _waits(ticket) and bool(ticket.arrived_at)
    action = _unhurried(from_afar.take_arrival_back)
    return _step(request, ticket, action, "take-arrival-back", is_possible=is_possible)


@require_http_methods(["GET", "HEAD", "POST"])
@of_visit
def delay(request: VisitRequest, ticket: Ticket) -> HttpResponse:
    """More time: a few of those behind go first."""
    return _step(request, ticket, from_afar.delay, "delay", is_possible=_waits(ticket))


class Hasty(Refusal):
    """The same visit has done this too often in a short while."""

    code = "hasty"
    message = _("You have changed this several times. Wait a minute, then try again.")


def _unhurried(action: Callable[..., Ticket]) -> Callable[..., Ticket]:
    """The action, so often and no more. Raises Hasty."""

    def limited(ticket: Ticket, *, by: By) -> Ticket:
        if not limits.take(ARRIVALS, ticket.visit_token):
            raise Hasty
        return action(ticket, by=by)

    return limited


def _waits(ticket: Ticket) -> bool:
    return ticket.status == Status.NEW


def _step(
    request: VisitRequest,
    ticket: Ticket,
    action: Callable[..., Ticket],
    name: str,
    *,
    is_possible: bool,
) -> HttpResponse:
    """A page that asks once more, then the step itself; refused, the status page says how it is.

    The forms are not on the status page: with its referrer policy a browser names no origin, and
    a plain form from there would be taken for a forgery. htmx brings them over the page.
    """
    is_in_sheet = request.htmx.target == SHEET
    if request.method == "POST":
        token = request.POST.get(idempotency.FIELD, "")
        try:
            idempotency.once(
                token and f"{request.path}:{token}", lambda: action(ticket, by=VISITOR)
            )
        except Refusal as refusal:
            ticket.refresh_from_db()
            notice = _words_of(refusal, name, ticket)
            return _status_page(request, ticket, notice, status=200 if request.htmx else 409)
    elif is_possible:
        context = _context(ticket) | {"step": name, "once": idempotency.new_token()}
        return _render(request, ticket, SHEET_PART if is_in_sheet else STEP_PAGE, context)
    elif is_in_sheet:
        return HttpResponse(status=204, headers={"HX-Trigger": "outdated"})
    return redirect("kiosk:visit", ticket.visit_token)


def _words_of(refusal: Refusal, name: str, ticket: Ticket) -> Promise | str:
    """Why a step was not taken, where the status page does not say it already."""
    if name == "leave" and ticket.status == Status.CALLED:
        return _("You have not left the line: you were called just before.")
    if isinstance(refusal, RejoinTooLate | NoMoreTime | NobodyBehind | Hasty):
        return refusal.message
    return ""


def _status_page(
    request: VisitRequest, ticket: Ticket, notice: Promise | str = "", *, status: int = 200
) -> HttpResponse:
    context = _context(ticket) | {"notice": notice, "is_refused": status != 200}
    shown = _shown(request, context)
    page = PARTS.get(request.htmx.target or "", PAGE)
    response = _render(request, ticket, page, context)
    response.status_code = status
    response["Referrer-Policy"] = "no-referrer"
    if shown:
        response.set_cookie(
            SHOWN,
            str(shown),
            max_age=SHOWN_FOR,
            path=reverse("kiosk:visit", args=[ticket.visit_token]),
            httponly=True,
            samesite="Lax",
            secure=not settings.INSECURE_HTTP,
        )
    return response


def _shown(request: VisitRequest, context: dict[str, Any]) -> Shown | None:
    """Put the range that the page may show now into its context."""
    estimate = context.get("estimate")
    if estimate is None or estimate.quote is None:
        return None
    now = int(instants.now().timestamp())
    before = Shown.parse(request.COOKIES.get(SHOWN, ""))
    shown = pace.next_range(*estimate.quote, after=before, now=now)
    context["estimate"] = replace(estimate, low=shown.low, high=shown.high)
    return shown


def _render(
    request: VisitRequest, ticket: Ticket, page: str, context: dict[str, Any]
) -> HttpResponse:
    """In the visitor's language and the location's time, and not for search engines."""
    language = languages.of_page(ticket.language) or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(ticket.location.tz):
        response = render(request, page, context)
        response["Content-Language"] = language
    if page in PARTS.values():  # a phone on the way fetches it again and again
        response.content = b" ".join(response.content.split())
    response["X-Robots-Tag"] = "noindex"
    return response


def _context(ticket: Ticket) -> dict[str, Any]:
    context: dict[str, Any] = {
        "ticket": ticket,
        "location": ticket.location,
        "name": ticket.name_in_public(NameForm.FIRST_INITIAL),
        # A message that may still be stopped by an undo is not shown before it goes out; what the
        # page says itself was only for the phone. What was answered from the phone is there, and
        # belongs to its owner, whoever gave that number here.
        "talk": ticket.messages.exclude(status=MessageStatus.QUEUED).filter(
            moment="", direction=Direction.OUTGOING
        ),
    }
    match ticket.status:
        case Status.NEW:
            estimate = estimates.for_ticket(ticket)
            context |= {
                "estimate": estimate,
                "place": estimate.ahead + 1,
                "ahead": range(min(estimate.ahead, DRAWN)),
                "is_remote": ticket.source == Source.MICROSITE,
                "delays_left": from_afar.MOST_DELAYS - ticket.delays,
                "passing": len(from_afar.behind(ticket)[: from_afar.STEPS_BACK]),
            }
        case Status.CALLED:
            announced = (EventName.CALLED, EventName.RECALLED)
            context["announcements"] = ticket.activities.filter(event__in=announced).count()
        case Status.NOSHOW:
            context["may_rejoin"] = _may_rejoin(ticket)
    return context


def _may_rejoin(ticket: Ticket) -> bool:
    return ticket.status == Status.NOSHOW and lifecycle.may_rejoin(ticket, instants.now())
