"""What is written about a visit, and to the visitor: labels, the note, text messages."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tickets import ids
from tickets.actions import details, labels, messages
from tickets.forms import LabelForm, MessageForm, NoteForm
from tickets.models import Ticket
from tickets.views import visit
from tickets.views.service import StaffRequest


@login_required
@require_POST
def add_label(request: StaffRequest, pk: int) -> HttpResponse:
    ticket = visit.reached(request, pk)
    form = LabelForm(request.POST)
    if not form.is_valid():
        return visit.show_again(request, ticket, "label-form", label_form=form)

    def action() -> Ticket:
        labels.add(ticket, value=form.cleaned_data["value"], by=request.user)
        return ticket

    return visit.stay(request, ticket, action)


@login_required
@require_POST
def remove_label(request: StaffRequest, pk: int) -> HttpResponse:
    ticket = visit.reached(request, pk)

    def action() -> Ticket:
        labels.remove(ticket, value=request.POST.get("value", ""), by=request.user)
        return ticket

    return visit.stay(request, ticket, action)


@login_required
@require_POST
def write_note(request: StaffRequest, pk: int) -> HttpResponse:
    ticket = visit.reached(request, pk)
    form = NoteForm(request.POST.dict(), note=visit.note_on(ticket))
    if not form.is_valid():
        return visit.show_again(request, ticket, "note-form", note_form=form)

    def action() -> Ticket:
        note = form.cleaned_data
        return details.write_note(
            ticket, text=note["text"], instead_of=note["instead_of"], by=request.user
        )

    return visit.stay(request, ticket, action)


@login_required
@require_POST
def write_message(request: StaffRequest, pk: int) -> HttpResponse:
    ticket = visit.reached(request, pk)
    form = MessageForm(request.POST)
    is_ready = form.is_valid()
    if not is_ready or "count" in request.POST:  # counts without a script, and sends nothing
        return visit.show_again(
            request, ticket, "message-form", status=200 if is_ready else 422, message_form=form
        )

    def action() -> Ticket:
        messages.send(ticket, body=form.cleaned_data["body"], by=request.user)
        return ticket

    return visit.stay(request, ticket, action)


@login_required
@require_POST
def read_messages(request: StaffRequest, pk: int) -> HttpResponse:
    """What the visitor wrote was seen, up to the message that the page showed last.

    The page sends this by itself and hears of it as of any step: an answer with the visit would
    come between a clerk's step and its own.
    """
    ticket = visit.reached(request, pk)
    messages.mark_read(ticket, upto=ids.parse(request.POST.get("upto", "")) or 0, by=request.user)
    return HttpResponse(status=204) if request.htmx else redirect("tickets:ticket", pk)
