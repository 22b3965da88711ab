"""The visitor's private status page: the place in the line, the call, and how the visit ended."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.middleware import HtmxDetails

from kiosk.languages import of_page
from tickets import access, estimates, idempotency, instants
from tickets.actions import lifecycle
from tickets.exceptions import Refusal
from tickets.models import VISITOR, EventName, MessageStatus, NameForm, Ticket
from tickets.states import Status

PAGE = "kiosk/visit.html"
PARTS = {"visit": f"{PAGE}#visit"}
CONFIRM_PAGE = "kiosk/confirm.html"

#: So many of the people ahead are drawn; the number beside them is exact.
DRAWN = 7


class VisitRequest(HttpRequest):
    htmx: HtmxDetails


@require_safe
def visit(request: VisitRequest, token: str) -> HttpResponse:
    page = PARTS.get(request.htmx.target or "", PAGE)
    return _status_page(request, _ticket(token), page)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: VisitRequest, token: str) -> HttpResponse:
    """Give up the place in the line, after a second look. Who was called is told where to go."""
    ticket = _ticket(token)
    return _step(
        request, ticket, lifecycle.cancel, "leave", is_possible=ticket.status == Status.NEW
    )


@require_http_methods(["GET", "HEAD", "POST"])
def rejoin(request: VisitRequest, token: str) -> HttpResponse:
    """Back to the end of the line for who missed the call a short while ago."""
    ticket = _ticket(token)
    return _step(request, ticket, lifecycle.rejoin, "rejoin", is_possible=_may_rejoin(ticket))


def _ticket(token: str) -> Ticket:
    ticket = access.ticket_by_visit_token(token)
    if ticket is None:
        raise Http404
    return ticket


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
    a plain form from there would be taken for a forgery.
    """
    if request.method == "POST":
        token = request.POST.get(idempotency.FIELD, "")
        try:
            idempotency.once(
                token and f"{request.path}:{token}", lambda: action(ticket, by=VISITOR)
            )
        except Refusal as refusal:
            now = _ticket(ticket.visit_token)
            return _status_page(request, now, PAGE, refused=name, refusal=refusal)
    elif is_possible:
        context = _context(ticket) | {"step": name, "once": idempotency.new_token()}
        return _render(request, ticket, CONFIRM_PAGE, context)
    return redirect("kiosk:visit", ticket.visit_token)


def _status_page(
    request: VisitRequest,
    ticket: Ticket,
    page: str,
    *,
    refused: str = "",
    refusal: Refusal | None = None,
) -> HttpResponse:
    context = _context(ticket) | {"refused": refused, "refusal": refusal}
    response = _render(request, ticket, page, context)
    response.status_code = 409 if refusal else 200
    response["Referrer-Policy"] = "no-referrer"
    return response


def _render(
    request: VisitRequest, ticket: Ticket, page: str, context: dict[str, Any]
) -> HttpResponse:
    """In the visitor's language and the location's time, and not for search engines."""
    language = of_page(ticket.language) or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(ticket.location.tz):
        response = render(request, page, context)
        response["Content-Language"] = language
    response["X-Robots-Tag"] = "noindex"
    return response


def _context(ticket: Ticket) -> dict[str, Any]:
    context: dict[str, Any] = {
        "ticket": ticket,
        "location": ticket.location,
        "name": ticket.name_in_public(NameForm.FIRST_INITIAL),
        # A message that may still be stopped by an undo is not shown before it goes out.
        "talk": ticket.messages.exclude(status=MessageStatus.QUEUED),
    }
    match ticket.status:
        case Status.NEW:
            estimate = estimates.for_ticket(ticket)
            ahead = range(min(estimate.ahead, DRAWN))
            context |= {"estimate": estimate, "place": estimate.ahead + 1, "ahead": ahead}
        case Status.CALLED:
            announced = (EventName.CALLED, EventName.RECALLED)
            context["announcements"] = ticket.activities.filter(event__in=announced).count()
        case Status.NOSHOW:
            context["may_rejoin"] = _may_rejoin(ticket)
    return context


def _may_rejoin(ticket: Ticket) -> bool:
    return ticket.status == Status.NOSHOW and lifecycle.may_rejoin(ticket, instants.now())
