"""The one form about a visitor: adding them by hand, and putting right what is known of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tickets import access, estimates, idempotency
from tickets.actions import details, intake
from tickets.exceptions import Refusal
from tickets.forms import Audience, EditForm, VisitorForm
from tickets.models import Source, Ticket
from tickets.views import visit
from tickets.views.service import StaffRequest, answer

FORM_PAGE = "tickets/visitor_form.html"
#: What the drawer shows of the page.
FORM_PART = f"{FORM_PAGE}#drawer-content"


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
        line = form.cleaned_data["line"]
        quoted = estimates.for_newcomers([line])[line.pk].quote
        ticket = intake.create(
            line, by=request.user, source=Source.MANUAL, quoted=quoted, **form.details
        )
        messages.success(request, _("%(visitor)s is in the line.") % {"visitor": ticket.name})
        return ticket

    return answer(request, location, action)


def _form_page(
    request: StaffRequest, form: VisitorForm, title: str, ticket: Ticket | None = None
) -> HttpResponse:
    context = {
        "title": title,
        "ticket": ticket,
        "location": form.location,
        "form": form,
        "once": request.POST.get(idempotency.FIELD) or idempotency.new_token(),
    }
    page = FORM_PART if request.htmx else FORM_PAGE
    response = render(request, page, context, status=422 if form.is_bound else 200)
    response["HX-Retarget"] = "#drawer-content"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Put right what is known of a visitor; then the visit is shown again."""
    ticket = visit.reached(request, pk)
    form = EditForm(
        request.POST if request.method == "POST" else None,
        ticket=ticket,
        is_revealed=visit.revealed_by(request, ticket) is not None,
    )
    if not form.is_valid():
        return _form_page(request, form, _("Edit visitor"), ticket)
    try:
        details.edit(ticket, by=request.user, **form.details)
    except Refusal as refusal:
        return visit.refuse(request, ticket, refusal)
    if request.htmx:
        return visit.show(request, visit.reached(request, pk))
    return redirect("tickets:ticket", pk)
