"""The Service View: who waits, who is being served, and the answer to every step taken there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.middleware import HtmxDetails

from tickets import access, estimates, idempotency, instants
from tickets.actions import staff, undo
from tickets.estimates import Estimate
from tickets.exceptions import Refusal
from tickets.models import Activity, EventName, Line, Location, Ticket, User
from tickets.states import ENDED

PAGE = "tickets/service.html"
PARTS = {"live": f"{PAGE}#live"}
#: What answers a step: the messages, and the live part. A refresh that was under way goes nowhere.
WORK = f"{PAGE}#work"

JUST_ENDED = 5
#: So many rows of a list are shown; who comes after them is counted.
SHOWN = 200


class StaffRequest(HttpRequest):
    """A request behind `login_required`."""

    user: User
    htmx: HtmxDetails


@dataclass(frozen=True)
class Waiting:
    """One row of the waiting list: `minutes` waited, and what is still to come."""

    ticket: Ticket
    minutes: int
    estimate: Estimate


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose_location(request: StaffRequest) -> HttpResponse:
    """Straight to where this person works, or the choice of it, which is remembered."""
    locations = list(access.locations_for(request.user))
    if request.method == "POST":
        chosen = [each for each in locations if str(each.pk) == request.POST.get("location")]
        if not chosen:
            raise Http404
        staff.choose_location(request.user, location=chosen[0])
        return redirect("tickets:service", chosen[0].pk)
    own = request.user.selected_location_id
    remembered = [each for each in locations if len(locations) == 1 or each.pk == own]
    if remembered and "choose" not in request.GET:
        return redirect("tickets:service", remembered[0].pk)
    return render(request, "tickets/locations.html", {"locations": locations})


@login_required
@require_safe
def service(request: StaffRequest, pk: int) -> HttpResponse:
    location = get_object_or_404(access.locations_for(request.user), pk=pk)
    page = PARTS.get(request.htmx.target or "", PAGE)
    return render(request, page, _context(request, location))


def answer(
    request: StaffRequest, location: Location, action: Callable[[], Ticket | None]
) -> HttpResponse:
    """Take the step that a form asks for, once, and show the work as it is now.

    Under htmx a refusal is a message beside the work; a plain form gets a page with status 409.
    """
    token = request.POST.get(idempotency.FIELD, "")
    try:
        idempotency.once(token and f"{request.user.pk}:{request.path}:{token}", action)
    except Refusal as refusal:
        if not request.htmx:
            back = reverse("tickets:service", args=[location.pk])
            return render(request, "409.html", {"refusal": refusal, "back": back}, status=409)
        messages.error(request, str(refusal.message))
    if not request.htmx:
        return redirect("tickets:service", location.pk)
    request.user.refresh_from_db()
    return render(request, WORK, _context(request, location))


def lines_of(clerk: User, location: Location) -> list[Line]:
    """The lines that the clerk calls from: those chosen, else all of the location."""
    lines = list(location.lines.in_use())
    chosen = set(clerk.selected_lines.values_list("pk", flat=True))
    return [line for line in lines if line.pk in chosen] or lines


def call_next_token(clerk: User) -> str:
    """The same in all of the clerk's tabs until the next call: a stale one calls nobody twice."""
    return f"after {clerk.last_called_at}"


def _context(request: StaffRequest, location: Location) -> dict[str, Any]:
    clerk = request.user
    lines = lines_of(clerk, location)
    called = Ticket.objects.called().filter(location=location).order_by("-called_at", "-id")
    called = called.select_related("line", "desk", "caller").prefetch_related(
        "extras", "labels", "messages"
    )
    serving = [ticket for ticket in called if ticket.caller_id == clerk.pk]
    return {
        "location": location,
        "lines": lines,
        "waiting": _waiting(lines),
        "total": Ticket.objects.waiting().filter(line__in=lines).count(),
        "serving": serving,
        "elsewhere": [ticket for ticket in called if ticket.caller_id != clerk.pk],
        "ended": _just_ended(location),
        "last_step": undo.last_undoable(clerk, location.pk),
        "call_next_token": call_next_token(clerk),
        "once": idempotency.new_token(),
        "now": instants.now(),
    }


def _just_ended(location: Location) -> list[Ticket]:
    """The visits that ended last, for who walks up a minute too late."""
    ends = Activity.objects.standing().filter(
        location=location,
        event__in=(EventName.SERVED, EventName.NO_SHOW, EventName.CANCELLED),
        ticket__status__in=ENDED,
    )
    latest = ends.select_related("ticket__line").order_by("-id")[:JUST_ENDED]
    return list(dict.fromkeys(each.ticket for each in latest if each.ticket))


def _waiting(lines: list[Line]) -> list[Waiting]:
    tickets = Ticket.objects.waiting().filter(line__in=lines).in_order()
    tickets = tickets.select_related("line", "assignee").prefetch_related("labels", "messages")
    shown = list(tickets[:SHOWN])
    now = instants.now()
    return [
        Waiting(ticket, int(ticket.waited(now).total_seconds() // 60), estimate)
        for ticket, estimate in zip(shown, estimates.for_tickets(shown), strict=True)
    ]
