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
from tickets.actions import assistance, details, lifecycle, routing, undo
from tickets.exceptions import AssigneeNotHere, LineNotFound
from tickets.models import Activity, DeviceKind, Line, Ticket, User
from tickets.views import visit
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

        if visit.STAYS in request.POST:
            return visit.stay(request, ticket, action)
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

    def action() -> Ticket:
        ticket = undo.undo(activity, by=request.user)
        if undo.text_went_out(activity):
            messages.info(request, _("Undone. The text message about it had gone out already."))
        return ticket

    if visit.STAYS in request.POST and activity.ticket:
        return visit.stay(request, activity.ticket, action)
    return answer(request, location, action)


@login_required
@require_POST
def promise_help(request: StaffRequest, pk: int) -> HttpResponse:
    """The clerk is on the way to a kiosk where somebody wants help."""
    location = get_object_or_404(access.locations_for(request.user), pk=pk)
    chosen = ids.parse(request.POST.get("kiosk", "")) or 0
    kiosk = get_object_or_404(location.devices.filter(kind=DeviceKind.KIOSK), pk=chosen)
    return answer(request, location, lambda: assistance.promise(kiosk, by=request.user))


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
    routing.forward(ticket, line=_chosen_line(request, ticket), by=request.user)


@_step
def change_line(request: StaffRequest, ticket: Ticket) -> None:
    details.edit(ticket, line=_chosen_line(request, ticket), by=request.user)


def _chosen_line(request: StaffRequest, ticket: Ticket) -> Line:
    chosen = ids.parse(request.POST.get("line", ""))
    line = ticket.location.lines.filter(pk=chosen).first() if chosen else None
    if line is None:
        raise LineNotFound
    return line


@_step
def assign(request: StaffRequest, ticket: Ticket) -> None:
    chosen = ids.parse(request.POST.get("assignee", ""))
    assignee = User.objects.filter(pk=chosen).first() if chosen else None
    if assignee is None:
        raise AssigneeNotHere(_("Choose a colleague who works here."))
    routing.assign(ticket, assignee=assignee, by=request.user)


@_step
def unassign(request: StaffRequest, ticket: Ticket) -> None:
    routing.unassign(ticket, by=request.user)


@_step
def move(request: StaffRequest, ticket: Ticket) -> None:
    """Up, down, or to the top of their line."""
    match request.POST.get("to"):
        case "UP" | "DOWN" | "TOP" as to if not routing.move(ticket, to=to, by=request.user):
            said = _("%(visitor)s is the last in the line.") if to == "DOWN" else None
            said = said or _("%(visitor)s is the first in the line.")
            messages.info(request, said % {"visitor": ticket.name})


@_step
def cancel(request: StaffRequest, ticket: Ticket) -> None:
    lifecycle.cancel(ticket, by=request.user)


@_step
def rejoin(request: StaffRequest, ticket: Ticket) -> None:
    lifecycle.rejoin(ticket, by=request.user)
