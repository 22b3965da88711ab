"""The microsite: joining a line from one's own phone."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tickets import access, estimates, idempotency
from tickets.actions import intake
from tickets.exceptions import LineClosed, Refusal
from tickets.forms import Audience, VisitorForm
from tickets.models import VISITOR, Line, Location, Source, Ticket

PAGE = "kiosk/remote.html"


@require_http_methods(["GET", "HEAD", "POST"])
def remote(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a service, say who one is, join: two short pages at one address."""
    location = access.remote_location(slug)
    if location is None:
        raise Http404
    lines = _open_lines(location)
    if request.method == "POST":
        return _join(request, location, lines)
    line = _chosen(lines, request.GET.get("line"))
    if line is None:
        return _choice_page(request, location, lines)
    return _form_page(request, line, _form(location, line), is_only=len(lines) == 1)


def _join(request: HttpRequest, location: Location, lines: Sequence[Line]) -> HttpResponse:
    line = _chosen(lines, request.POST.get("line"))
    form = _form(location, line, request.POST) if line else None
    if line and form and not form.is_valid():
        return _form_page(request, line, form, is_only=len(lines) == 1)

    def join() -> Ticket:
        if line is None or form is None:
            raise LineClosed
        language = get_language() or "en"
        return intake.create(
            line, by=VISITOR, source=Source.MICROSITE, language=language, **form.details
        )

    token = request.POST.get(idempotency.FIELD, "")
    try:
        result = idempotency.once(token and f"remote:{location.pk}:{token}", join)
    except Refusal as refusal:
        return _choice_page(request, location, _open_lines(location), refusal)
    assert result.ticket
    return redirect("kiosk:visit", result.ticket.visit_token)


def _open_lines(location: Location) -> list[Line]:
    return list(access.open_lines(location)) if location.is_remote_sign_in_open else []


def _chosen(lines: Sequence[Line], wanted: str | None) -> Line | None:
    """The open line that is asked for; the only one there is, if none is."""
    if wanted is None and len(lines) == 1:
        return lines[0]
    return next((line for line in lines if str(line.pk) == wanted), None)


def _form(location: Location, line: Line, data: QueryDict | None = None) -> VisitorForm:
    form = VisitorForm(data, location=location, line=line, audience=Audience.REMOTE)
    if phone := form.fields.get("phone_number"):
        phone.help_text = _("Used only for this visit.")
    return form


def _choice_page(
    request: HttpRequest, location: Location, lines: Sequence[Line], refusal: Refusal | None = None
) -> HttpResponse:
    waits = estimates.for_newcomers(lines) if lines else {}
    context = {
        "location": location,
        "services": [{"line": line, "estimate": waits[line.pk]} for line in lines],
        "refusal": refusal,
    }
    return render(request, PAGE, context, status=409 if refusal else 200)


def _form_page(
    request: HttpRequest, line: Line, form: VisitorForm, *, is_only: bool
) -> HttpResponse:
    context = {
        "location": form.location,
        "line": line,
        "estimate": estimates.for_newcomers([line])[line.pk],
        "form": form,
        "is_only": is_only,
        "once": request.POST.get(idempotency.FIELD) or idempotency.new_token(),
    }
    return render(request, PAGE, context, status=422 if form.is_bound else 200)
