"""The Service View: the page, its news, and the answer to every step taken there."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from tickets import access, idempotency, prepared
from tickets.actions import staff
from tickets.exceptions import Refusal
from tickets.models import Line, Location, Ticket, User
from tickets.views import floor, parts
from tickets.views.floor import PAGE, Floor, Queue
from tickets.views.parts import Part, Parts, draw


class StaffRequest(HttpRequest):
    """A request behind `login_required`."""

    user: User
    htmx: HtmxDetails


@dataclass(frozen=True)
class Head:
    """How many wait, in which lines, and whether the door is open."""

    location_id: int
    total: int
    lines: tuple[tuple[str, str, int, bool], ...]
    closed: str


@dataclass(frozen=True)
class NextCall:
    location_id: int
    token: str
    name: str
    finishes: bool


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
@vary_on_headers("HX-Request")
@gzip_page
def service(request: StaffRequest, pk: int) -> HttpResponse:
    location = access.location_for(request.user, pk)
    if location is None:
        raise Http404
    lists = _lists(request.user, location)
    if request.htmx:
        return _news(request, lists)
    context = {
        "location": location,
        "lists": {each.id.replace("-", "_"): each for each in [*lists, _said(request), _token()]},
    }
    return render(request, PAGE, context)


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
            context = {"refusal": refusal, "back": _page_of_step(request, location)}
            return render(request, "409.html", context, status=409)
        messages.error(request, str(refusal.message))
    if not request.htmx:
        return redirect(_page_of_step(request, location))
    request.user.refresh_from_db()
    location.refresh_from_db()
    lists = [*_lists(request.user, location), _said(request), _token()]
    return _news(request, lists)


def _page_of_step(request: StaffRequest, location: Location) -> str:
    """The page of this location from which a step was taken: the Service View, or its history."""
    view = reverse("tickets:service", args=[location.pk])
    page = request.POST.get("page", "")
    return page if page.startswith(view) else view


def lines_of(clerk: User, location: Location) -> list[Line]:
    """The lines that the clerk calls from: those chosen, else all of the location."""
    return _chosen(clerk, list(location.lines.in_use()))


_lines_chosen_by = prepared.Select(
    lambda: User.selected_lines.through.objects.filter(
        user=prepared.Parameter("clerk")
    ).values_list("line", flat=True)
)


def _chosen(clerk: User, lines: list[Line]) -> list[Line]:
    chosen = set(_lines_chosen_by(clerk=clerk.pk))
    return [line for line in lines if line.pk in chosen] or lines


def call_next_token(clerk: User) -> str:
    """The same in all of the clerk's tabs until the next call: a stale one calls nobody twice."""
    return f"after {clerk.last_called_at}"


def _news(request: StaffRequest, lists: list[Parts]) -> HttpResponse:
    return parts.news(lists, have=request.headers.get(parts.HAVE, ""))


def _lists(clerk: User, location: Location) -> list[Parts]:
    """Everything on the page that changes by itself."""
    here = floor.of(location)
    lines = _chosen(clerk, list(here.lines))
    queue = floor.queue(location, lines)
    mine = [each.card for each in here.served if each.caller_id == clerk.pk]
    return [
        Parts("calls-for-help", here.calls),
        Parts("missed-kiosks", here.missed),
        Parts("waiting-head", [_head(location, here, lines, queue)]),
        Parts("rows", queue.rows, beside=queue.remaining),
        Parts("waiting-end", _end(queue)),
        Parts("next", [_next_call(clerk, location, queue, is_serving=bool(mine))]),
        Parts("serving", mine or [draw(f"{PAGE}#nobody", queue.total > 0)]),
        Parts("last-step", [here.last_steps[clerk.pk]] if clerk.pk in here.last_steps else []),
        Parts("elsewhere", [each.row for each in here.served if each.caller_id != clerk.pk]),
        Parts("ended", here.ended),
    ]


def _head(location: Location, here: Floor, lines: list[Line], queue: Queue) -> Part:
    shown = tuple(
        (line.name, line.color, queue.counts.get(line.pk, 0), line.is_open) for line in lines
    )
    return draw(f"{PAGE}#head", Head(location.pk, queue.total, shown, here.closed))


def _end(queue: Queue) -> list[Part]:
    if not queue.rows:
        return [draw(f"{PAGE}#nobody-waits", None)]
    if queue.total > len(queue.rows):
        return [draw(f"{PAGE}#more", (len(queue.rows), queue.total))]
    return []


def _next_call(clerk: User, location: Location, queue: Queue, *, is_serving: bool) -> Part:
    token, name = call_next_token(clerk), queue.next_for(clerk.pk)
    finishes = is_serving and not location.keeps_active_tickets_open
    return draw(f"{PAGE}#call-next", NextCall(location.pk, token, name, finishes))


def _said(request: StaffRequest) -> Parts:
    """What a step had to say; it stays until the next one."""
    said = [(str(each), each.level_tag == "error") for each in messages.get_messages(request)]
    return Parts("said", [draw(f"{PAGE}#notice", each) for each in said])


def _token() -> Parts:
    """What the next step spends: a double click does it once."""
    token = idempotency.new_token()
    field = f'<input type="hidden" name="{idempotency.FIELD}" value="{token}">'
    return Parts("token", [Part(token[:7], field)])
