"""What a clerk does with a visitor: one form each, one action each."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tickets import access, ids
from tickets.actions import lifecycle, routing, undo
from tickets.exceptions import LineNotFound
from tickets.models import Activity, Ticket
from tickets.views.service import StaffRequest, answer, lines_of

Step = Callable[[StaffRequest, Ticket], object]


def _step(take: Step) -> Callable[..., HttpResponse]:
    """The view of a step on one ticket of a location where this person works."""

    @login_required
    @require_POST
    @wraps(take)
    def view(request: StaffRequest, pk: int) -> HttpResponse:
        tickets = access.tickets_for(request.user).select_related("location", "line")
        ticket = get_object_or_404(tickets, pk=pk)

        def action() -> Ticket:
            take(request, ticket)
            return ticket

        return answer(request, ticket.location, action)

    return view


@login_required
@require_POST
def call_next(request: StaffRequest, pk: int) -> HttpResponse:
    location = get_object_or_404(access.locations_for(request.user), pk=pk)

    def action() -> Ticket | None:
        called = lifecycle.call_next(
            lines_of(request.user, location),
            by=request.user,
            keep_open=location.keeps_active_tickets_open,
        )
        if called is None:
            messages.info(request, _("Nobody is waiting for you."))
        return called

    return answer(request, location, action)


@login_required
@require_POST
def undo_last(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back the step that the page showed beside its Undo."""
    location = get_object_or_404(access.locations_for(request.user), pk=pk)
    shown = ids.parse(request.POST.get("activity", "")) or 0
    activity = get_object_or_404(Activity.objects.filter(location=location), pk=shown)
    return answer(request, location, lambda: undo.undo(activity, by=request.user))


@_step
def call(request: StaffRequest, ticket: Ticket) -> None:
    keep_open = ticket.location.keeps_active_tickets_open
    lifecycle.call(ticket, by=request.user, keep_open=keep_open)


@_step
def recall(request: StaffRequest, ticket: Ticket) -> None:
    lifecycle.recall(ticket, by=request.user)


@_step
def serve(request: StaffRequest, ticket: Ticket) -> None:
    lifecycle.serve(ticket, by=request.user)


@_step
def no_show(request: StaffRequest, ticket: Ticket) -> None:
    lifecycle.mark_no_show(ticket, by=request.user)


@_step
def return_to_queue(request: StaffRequest, ticket: Ticket) -> None:
    is_first = request.POST.get("position") == "FIRST"
    lifecycle.return_to_queue(ticket, position="FIRST" if is_first else "LAST", by=request.user)


@_step
def forward(request: StaffRequest, ticket: Ticket) -> None:
    chosen = ids.parse(request.POST.get("line", ""))
    line = ticket.location.lines.filter(pk=chosen).first() if chosen else None
    if line is None:
        raise LineNotFound
    routing.forward(ticket, line=line, by=request.user)


@_step
def cancel(request: StaffRequest, ticket: Ticket) -> None:
    lifecycle.cancel(ticket, by=request.user)


@_step
def rejoin(request: StaffRequest, ticket: Ticket) -> None:
    lifecycle.rejoin(ticket, by=request.user)
