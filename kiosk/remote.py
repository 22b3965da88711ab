"""The microsite: joining a line from one's own phone."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from kiosk import gate, languages
from tickets import access, estimates, idempotency, instants
from tickets.actions import remote as joining
from tickets.estimates import Estimate
from tickets.exceptions import AlreadyInLine, LineClosed, Refusal
from tickets.forms import Audience, VisitorForm
from tickets.models import Line, Location, Ticket, opening
from tickets.states import ACTIVE

PAGE = "kiosk/remote.html"

#: What this browser's visits are, the latest first: their private links, for nobody but itself.
VISITS = "visits"
MOST_VISITS = 5
VISITS_KEPT_FOR = timedelta(hours=24)

#: Whoever typed it may be a stranger: it names no place, and leads to none.
IN_LINE_ALREADY = gettext_noop(
    "This number has a place in this line already. If it is yours, open the page that you got when "
    "you joined, or ask at the location. For somebody else, use another number."
)


@dataclass(frozen=True)
class Service:
    """A line as a visitor chooses it; `is_full` where nobody more may join from afar."""

    line: Line
    estimate: Estimate
    is_full: bool


class Page:
    """One request to the page of a location: who asks, in what language, and what they may join."""

    def __init__(self, request: HttpRequest, location: Location) -> None:
        self.request = request
        self.location = location
        asked = request.POST.get("lang") or request.GET.get("lang")
        accepted = request.headers.get("accept-language", "")
        self.language = languages.chosen(location, asked, accepted)
        self.browser = gate.browser_of(request)
        kept = request.COOKIES.get(VISITS, "").split(".")
        self.visits = [token for token in kept if token][:MOST_VISITS]
        self.lines = self.open_lines()

    def open_lines(self) -> list[Line]:
        """As they are now: one may have closed while somebody typed."""
        is_open = self.location.is_remote_sign_in_open
        return list(access.open_lines(self.location)) if is_open else []

    @property
    def address(self) -> str:
        return reverse("kiosk:remote", args=[self.location.slug])

    def chosen(self, wanted: str | None) -> Line | None:
        """The open line that is asked for; the only one there is, if none is."""
        if wanted is None and len(self.lines) == 1:
            return self.lines[0]
        return next((line for line in self.lines if str(line.pk) == wanted), None)

    def form(self, line: Line, data: QueryDict | None = None) -> VisitorForm:
        form = VisitorForm(data, location=self.location, line=line, audience=Audience.REMOTE)
        if phone := form.fields.get("phone_number"):
            phone.help_text = _("Used only for this visit.")
        return form

    def services(self, refusal: Refusal | None = None) -> HttpResponse:
        """The choice of a line, or why there is none."""
        waits = estimates.for_newcomers(self.lines) if self.lines else {}
        full = joining.full_lines(self.location) if self.lines else set()
        services = [Service(line, waits[line.pk], line.pk in full) for line in self.lines]
        hours = None if self.lines else opening(self.location, instants.now())
        return self._render(
            409 if refusal else 200, services=services, refusal=refusal, opening=hours
        )

    def details(
        self, line: Line, form: VisitorForm, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        """The questions to a visitor of `line`."""
        return self._render(
            status,
            line=line,
            form=form,
            estimate=estimates.for_newcomers([line])[line.pk],
            is_only=len(self.lines) == 1,
            bits=gate.BITS,
            **{"once": gate.new_token(self.browser), **context},
        )

    def _render(self, status: int, **context: Any) -> HttpResponse:
        context |= {
            "location": self.location,
            "language": self.language,
            "languages": languages.offered(self.location),
            "own": self._own_visit(),
        }
        response = render(self.request, PAGE, context, status=status)
        gate.remember(response, self.browser)
        return response

    def _own_visit(self) -> Ticket | None:
        """The latest visit here that this browser has, while it goes on."""
        if not self.visits:
            return None
        tickets = self.location.tickets.filter(visit_token__in=self.visits, status__in=ACTIVE)
        return tickets.select_related("line").order_by("-id").first()


@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def remote(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a service, say who one is, join: two short pages at one address."""
    location = access.remote_location(slug)
    if location is None:
        raise Http404
    page = Page(request, location)
    code = languages.of_page(page.language) or settings.LANGUAGE_CODE
    with translation.override(code):
        response = _answer(page)
        response["Content-Language"] = code
    return response


def _answer(page: Page) -> HttpResponse:
    if page.request.method == "POST":
        return _join(page)
    line = page.chosen(page.request.GET.get("line"))
    if line is None or line.pk in joining.full_lines(page.location):
        return page.services()
    return page.details(line, page.form(line))


def _join(page: Page) -> HttpResponse:
    posted = page.request.POST
    line = page.chosen(posted.get("line"))
    form = page.form(line, posted) if line else None
    token = posted.get(idempotency.FIELD, "")
    if line and form and not gate.is_genuine(token, page.browser):
        return page.details(line, form, status=409, is_stale=True)
    if line and form and not form.is_valid():
        return page.details(line, form, status=422, once=token)

    def join() -> Ticket:
        if line is None or form is None:
            raise LineClosed
        quoted = estimates.for_newcomers([line])[line.pk].quote
        return joining.join(
            line, known=page.visits, language=page.language, quoted=quoted, **form.details
        )

    try:
        if line:
            gate.pass_through(page.request, token)
        result = idempotency.once(token and f"remote:{page.location.pk}:{token}", join)
    except gate.Busy as refusal:
        assert line
        assert form
        again = gate.new_token(page.browser) if refusal.is_worked_for else token
        response = page.details(line, form, status=429, once=again, refusal=refusal)
        response["Retry-After"] = str(gate.FREELY.interval.seconds)
        return response
    except AlreadyInLine as refusal:
        if refusal.is_own:
            return redirect(_visit(refusal.ticket) + "?again")
        assert line
        assert form
        form.add_error("phone_number", gettext(IN_LINE_ALREADY))
        return page.details(line, form, status=422, once=token)
    except Refusal as refusal:
        page.lines = page.open_lines()
        return page.services(refusal)
    assert result.ticket
    return _remember_visit(page, result.ticket)


def _remember_visit(page: Page, ticket: Ticket) -> HttpResponse:
    """To the visit, whose private link this browser keeps, so that coming back finds it again."""
    response = redirect(_visit(ticket))
    others = [token for token in page.visits if token != ticket.visit_token]
    response.set_cookie(
        VISITS,
        ".".join([ticket.visit_token, *others][:MOST_VISITS]),
        max_age=VISITS_KEPT_FOR,
        path=page.address,
        httponly=True,
        samesite="Lax",
        secure=not settings.INSECURE_HTTP,
    )
    return response


def _visit(ticket: Ticket) -> str:
    return reverse("kiosk:visit", args=[ticket.visit_token])
