"""Single visits in the Service View: adding a visitor by hand, and looking at one closely."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tickets import access, idempotency
from tickets.actions import details, extras, intake, labels
from tickets.forms import Audience, LabelForm, VisitorForm, answers_of
from tickets.models import Activity, Source, Ticket
from tickets.views.service import StaffRequest, answer

FORM_PAGE = "tickets/visitor_form.html"
TICKET_PAGE = "tickets/ticket.html"
#: What the drawer shows of each page.
FORM_PART = f"{FORM_PAGE}#drawer-content"
TICKET_PART = f"{TICKET_PAGE}#drawer-content"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """The one form in which a clerk signs a visitor in."""
    location = get_object_or_404(access.locations_for(request.user), pk=pk)
    form = VisitorForm(
        request.POST if request.method == "POST" else None,
        location=location,
        audience=Audience.CLERK,
    )
    if not form.is_valid():
        return _form_page(request, form, _("Add visitor"))

    def action() -> Ticket:
        ticket = intake.create(
            form.cleaned_data["line"], by=request.user, source=Source.MANUAL, **form.details
        )
        messages.success(request, _("%(visitor)s is in the line.") % {"visitor": ticket.name})
        return ticket

    return answer(request, location, action)


def _form_page(request: StaffRequest, form: VisitorForm, title: str) -> HttpResponse:
    context = {
        "title": title,
        "location": form.location,
        "form": form,
        "once": request.POST.get(idempotency.FIELD) or idempotency.new_token(),
    }
    page = FORM_PART if request.htmx else FORM_PAGE
    response = render(request, page, context, status=422 if form.is_bound else 200)
    response["HX-Retarget"] = "#drawer-content"
    return response


@login_required
@require_safe
def ticket(request: StaffRequest, pk: int) -> HttpResponse:
    return _details_page(request, _ticket(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Put right what is known of a visitor; extras that no question asks for stay as they are."""
    ticket = _ticket(request, pk)
    form = VisitorForm(
        request.POST if request.method == "POST" else None,
        location=ticket.location,
        line=ticket.line,
        audience=Audience.CLERK,
        initial=answers_of(ticket),
    )
    if not form.is_valid():
        return _form_page(request, form, _("Edit visitor"))
    asked = {field.title.casefold() for field in form.input_fields.values()}
    free = [each for each in extras.of(ticket) if each.title.casefold() not in asked]
    known = form.details
    known["extras"] += free
    return answer(request, ticket.location, lambda: details.edit(ticket, by=request.user, **known))


@login_required
@require_POST
def add_label(request: StaffRequest, pk: int) -> HttpResponse:
    ticket = _ticket(request, pk)
    form = LabelForm(request.POST)
    if not form.is_valid():
        return _details_page(request, ticket, form)
    labels.add(ticket, value=form.cleaned_data["value"], by=request.user)
    return _details_page(request, ticket) if request.htmx else redirect("tickets:ticket", pk)


@login_required
@require_POST
def remove_label(request: StaffRequest, pk: int) -> HttpResponse:
    ticket = _ticket(request, pk)
    labels.remove(ticket, value=request.POST.get("value", ""), by=request.user)
    return _details_page(request, ticket) if request.htmx else redirect("tickets:ticket", pk)


def _ticket(request: StaffRequest, pk: int) -> Ticket:
    tickets = access.tickets_for(request.user)
    related = tickets.select_related("location", "line", "desk", "caller", "assignee")
    return get_object_or_404(related, pk=pk)


def _details_page(
    request: StaffRequest, ticket: Ticket, label_form: LabelForm | None = None
) -> HttpResponse:
    timeline = Activity.objects.filter(ticket=ticket).select_related(
        "user", "key", "device", "undoes"
    )
    context = {
        "ticket": ticket,
        "location": ticket.location,
        "label_form": label_form or LabelForm(),
        "timeline": timeline.order_by("-id"),
        "other_lines": ticket.location.lines.open().exclude(pk=ticket.line_id),
        "once": idempotency.new_token(),
    }
    page = TICKET_PART if request.htmx else TICKET_PAGE
    status = 422 if label_form else 200
    return render(request, page, context, status=status)
