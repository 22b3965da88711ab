"""One visit closely: the drawer of the Service View, which is also a page of its own.

What changes by itself is in parts that hold nothing typed (`LIVE`): a refresh, and the answer to
every step taken here, bring them anew and leave the text boxes beside them alone.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tickets import access, idempotency, ids, instants
from tickets.actions import details, labels
from tickets.exceptions import Refusal
from tickets.forms import LabelForm, MessageForm, NoteForm
from tickets.models import Activity, EventName, Extra, Ticket, User
from tickets.models.tickets import TicketQuerySet
from tickets.views import timeline
from tickets.views.service import StaffRequest

PAGE = "tickets/ticket.html"
DRAWER = f"{PAGE}#drawer-content"
LIVE = f"{PAGE}#live"
ANSWER = f"{PAGE}#answer"
#: The form field by which a step says that it was taken on this page, in which of its forms.
STAYS = "stay"

EARLIER = 5


@login_required
@require_safe
def ticket(request: StaffRequest, pk: int) -> HttpResponse:
    ticket = reached(request, pk)
    if "seen" in request.GET:
        return _refresh(request, ticket)
    return show(request, ticket)


@login_required
@require_POST
def reveal(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the whole phone number, on this page only, and put on record that it was shown."""
    ticket = reached(request, pk)
    try:
        shown = details.reveal(ticket, by=request.user)
    except Refusal as refusal:
        return refuse(request, ticket, refusal)
    if not request.htmx:
        return redirect(f"{reverse('tickets:ticket', args=[pk])}?shown={shown.pk}")
    return render(request, ANSWER, _live_context(request, ticket, shown=shown.pk))


def reached(request: StaffRequest, pk: int) -> Ticket:
    related = ("location", "line", "desk", "caller", "assignee")
    tickets = access.tickets_for(request.user).select_related(*related)
    return get_object_or_404(tickets, pk=pk)


def stay(
    request: StaffRequest, ticket: Ticket, action: Callable[[], Ticket | None]
) -> HttpResponse:
    """Take a step of this page, once, and show the visit as it is now.

    A form beside the live parts comes back empty, or stays as it is after a refusal.
    """
    token = request.POST.get(idempotency.FIELD, "")
    try:
        idempotency.once(token and f"{request.user.pk}:{request.path}:{token}", action)
    except Refusal as refusal:
        return refuse(request, ticket, refusal)
    if not request.htmx:
        return redirect("tickets:ticket", ticket.pk)
    ticket = reached(request, ticket.pk)
    context = _forms(ticket) | _live_context(request, ticket)
    return render(request, ANSWER, context | {"fresh": request.POST.get(STAYS)})


def refuse(request: StaffRequest, ticket: Ticket, refusal: Refusal) -> HttpResponse:
    """Say why a step was not taken, beside the visit as it is now."""
    if not request.htmx:
        back = reverse("tickets:ticket", args=[ticket.pk])
        return render(request, "409.html", {"refusal": refusal, "back": back}, status=409)
    messages.error(request, str(refusal.message))
    context = _live_context(request, reached(request, ticket.pk))
    response = render(request, ANSWER, context)
    response["HX-Reswap"] = "none"
    return response


def show(
    request: StaffRequest, ticket: Ticket, *, status: int = 200, **typed: Form
) -> HttpResponse:
    """The whole page or drawer; `typed` are forms that come back with what was typed."""
    context = {
        **_forms(ticket),
        **typed,
        **_live_context(request, ticket),
        "suggestions": labels.suggestions(ticket.location),
        "earlier": _earlier(request.user, ticket),
    }
    page = DRAWER if request.htmx else PAGE
    return render(request, page, context, status=status)


def show_again(
    request: StaffRequest, ticket: Ticket, part: str, *, status: int = 422, **typed: Form
) -> HttpResponse:
    """A form that is not taken as it is, with its errors and what was typed."""
    if not request.htmx:
        return show(request, ticket, status=status, **typed)
    context = {**_forms(ticket), **typed, "ticket": ticket, "once": idempotency.new_token()}
    return render(request, f"{PAGE}#{part}", context, status=status)


def revealed_by(request: StaffRequest, ticket: Ticket) -> int | None:
    """The step by which this person put on record that this page shows them the phone number."""
    asked = request.POST.get("shown") or request.GET.get("shown", "")
    looks = Activity.objects.filter(event=EventName.REVEALED, user=request.user, ticket=ticket)
    pk = ids.parse(asked)
    return pk if pk and looks.filter(pk=pk).exists() else None


def _refresh(request: StaffRequest, ticket: Ticket) -> HttpResponse:
    """The live parts, if anything of this visit changed since the page saw it."""
    if request.GET["seen"] == _stamp(ticket):
        return HttpResponse(status=204)
    return render(request, LIVE, _live_context(request, ticket) | {"oob": True})


def _stamp(ticket: Ticket) -> str:
    """Tells two states of a visit apart: its last step, how far its messages are, what is left of it."""
    last = ticket.activities.order_by("-id").values_list("pk", flat=True).first()
    sent = ticket.messages.order_by("id").values_list("status", flat=True)
    redacted = "redacted" if ticket.redacted_at else ""
    return f"{last}-{'.'.join(sent)}{redacted}"


def _forms(ticket: Ticket) -> dict[str, Any]:
    note = details.note_of(ticket)
    return {
        "label_form": LabelForm(),
        "message_form": MessageForm(),
        "note_form": NoteForm(note=note_on(ticket)),
        "colleagues": User.objects.working_at(ticket.location),
        "is_note_fixed": bool(note and not note.is_editable),
    }


def note_on(ticket: Ticket) -> str:
    note = details.note_of(ticket)
    return note.value if note else ""


def _live_context(
    request: StaffRequest, ticket: Ticket, *, shown: int | None = None
) -> dict[str, Any]:
    return {
        "seen": _stamp(ticket),  # first: what changes while the rest is read is then read again
        "ticket": ticket,
        "location": ticket.location,
        "shown": shown or revealed_by(request, ticket),
        "timeline": timeline.of(ticket, by=request.user),
        "other_lines": ticket.location.lines.open().exclude(pk=ticket.line_id),
        "once": idempotency.new_token(),
        "today": ticket.location.today(),
        "now": instants.now(),
    }


def _earlier(clerk: User, ticket: Ticket) -> TicketQuerySet:
    """Other visits of the same phone number where this clerk works, the latest first."""
    if not ticket.phone_number:
        return Ticket.objects.none()
    notes = Extra.objects.filter(title__iexact=details.NOTES)
    visits = access.tickets_for(clerk).filter(phone_number=ticket.phone_number)
    visits = visits.exclude(phone_number="").exclude(pk=ticket.pk)
    visits = visits.select_related("location", "line", "caller")
    return visits.prefetch_related(Prefetch("extras", notes, "notes")).order_by("-created_at")[
        :EARLIER
    ]
