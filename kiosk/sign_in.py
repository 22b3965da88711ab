"""The kiosk: a visitor at the door answers one question a page and joins a line.

Nothing is kept between two pages: what was answered rides along in the form, so that a visitor who
walks away leaves no trace on the server or in the browser.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import segno
from django.forms import TextInput
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from kiosk.devices import DeviceRequest, paired
from tickets import access, estimates, idempotency
from tickets.actions import intake
from tickets.estimates import Estimate
from tickets.exceptions import LineClosed, Refusal
from tickets.forms import Audience, VisitorForm
from tickets.models import Device, DeviceKind, Line, Location, Source, Ticket
from tickets.states import Status

WELCOME = "kiosk/welcome.html"
WELCOME_PARTS = {"lines": f"{WELCOME}#lines"}

#: Seconds after which the last page gives way to the welcome page; more for whoever asks for it.
SHOWN_FOR = 15
KEPT_FOR = 150

#: The session's name for the ticket of the visitor who stands here, until the welcome page is back.
SHOWN_TICKET = "kiosk_ticket"
#: What a page of the questions carries beside the answers.
CONTROLS = {"csrfmiddlewaretoken", idempotency.FIELD, "step", "back", "skip"}


@dataclass(frozen=True)
class Service:
    """A line as a visitor chooses it; without an estimate while it takes nobody new."""

    line: Line
    estimate: Estimate | None


class Questions:
    """What a visitor is asked, in order, and what they have answered so far."""

    def __init__(self, answers: QueryDict, location: Location, lines: Sequence[Line]) -> None:
        self.answers = answers.copy()
        self.location = location
        if len(lines) == 1:
            self.answers.setdefault("line", str(lines[0].pk))
        chosen = self.answers.get("line")
        self.line = next((line for line in lines if str(line.pk) == chosen), None)
        about_visitor = list(self._form(self.answers).fields) if self.line else []
        is_line_asked = len(lines) > 1 or not about_visitor
        self.names = ["line", *about_visitor] if is_line_asked else about_visitor

    def asked(self, name: str) -> VisitorForm:
        """The question `name`, with an earlier answer filled in."""
        form = self._form(None, name)
        widget = form.fields[name].widget
        form.initial[name] = widget.value_from_datadict(self.answers, {}, name)
        return form

    def answered(self, *names: str) -> VisitorForm:
        """The answers to `names`, or to everything about the visitor, ready to be checked."""
        return self._form(self.answers, *names)

    def before(self, name: str) -> str | None:
        place = self.names.index(name)
        return self.names[place - 1] if place else None

    def after(self, name: str) -> str | None:
        return next(iter(self.names[self.names.index(name) + 1 :]), None)

    def others(self, name: str) -> list[tuple[str, str]]:
        """The answers to all questions but `name`, to ride along with it."""
        return [
            (other, value)
            for other, values in self.answers.lists()
            if other not in CONTROLS and other != name
            for value in values
        ]

    def _form(self, answers: QueryDict | None, *names: str) -> VisitorForm:
        return VisitorForm(
            answers,
            location=self.location,
            audience=Audience.KIOSK,
            line=None if names == ("line",) else self.line,
            only=names or None,
        )


@paired(DeviceKind.KIOSK)
@require_safe
def welcome(request: DeviceRequest, device: Device) -> HttpResponse:
    if SHOWN_TICKET in request.session:
        del request.session[SHOWN_TICKET]
    services = _services(device.location)
    context = {
        "location": device.location,
        "services": services,
        "is_open": any(service.estimate for service in services),
    }
    return render(request, WELCOME_PARTS.get(request.htmx.target or "", WELCOME), context)


@paired(DeviceKind.KIOSK)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: DeviceRequest, device: Device) -> HttpResponse:
    """Take the answer to one question and ask the next; after the last one, join the line."""
    lines = list(access.open_lines(device.location))
    if not lines:
        return redirect("kiosk:welcome")
    questions = Questions(request.POST, device.location, lines)
    if questions.line is None and request.POST.get("line"):
        return _just_closed(request, questions)
    step = request.POST.get("step")
    if step not in questions.names:
        return _page(request, questions, questions.names[0])
    if "back" in request.POST:
        before = questions.before(step)
        return _page(request, questions, before) if before else redirect("kiosk:welcome")
    if "skip" in request.POST:
        questions.answers.pop(step, None)
    form = questions.answered(step)
    if not form.is_valid():
        return _page(request, questions, step, form)
    after = questions.after(step)
    return _page(request, questions, after) if after else _join(request, device, questions)


@paired(DeviceKind.KIOSK)
@require_safe
def done(request: DeviceRequest, device: Device) -> HttpResponse:
    """Where the visitor stands in the line; gone with the next welcome page."""
    tickets = Ticket.objects.filter(location=device.location).select_related("line", "desk")
    ticket = tickets.filter(pk=request.session.get(SHOWN_TICKET, 0)).first()
    if ticket is None:
        return redirect("kiosk:welcome")
    address = request.build_absolute_uri(reverse("kiosk:visit", args=[ticket.visit_token]))
    is_kept = "keep" in request.GET
    context = {
        "location": device.location,
        "ticket": ticket,
        "is_kept": is_kept,
        "estimate": estimates.for_ticket(ticket) if ticket.status == Status.NEW else None,
        "is_called": ticket.status == Status.CALLED,
        "code": segno.make(address, error="m").svg_inline(light="#fff", omitsize=True),
    }
    response = render(request, "kiosk/done.html", context)
    seconds = KEPT_FOR if is_kept else SHOWN_FOR
    response["Refresh"] = f"{seconds}; url={reverse('kiosk:welcome')}"
    return response


def _join(request: DeviceRequest, device: Device, questions: Questions) -> HttpResponse:
    form = questions.answered()
    if not form.is_valid():
        wrong = next(name for name in questions.names if name in form.errors)
        return _page(request, questions, wrong, questions.answered(wrong))
    line = questions.line
    assert line is not None

    def action() -> Ticket:
        language = get_language() or "en"
        return intake.create(line, by=device, source=Source.NAME, language=language, **form.details)

    token = request.POST.get(idempotency.FIELD, "")
    try:
        result = idempotency.once(token and f"kiosk:{device.pk}:{token}", action)
    except LineClosed:
        return _just_closed(request, questions)
    if result.ticket:
        request.session[SHOWN_TICKET] = result.ticket.pk
    return redirect("kiosk:done")


def _just_closed(request: DeviceRequest, questions: Questions) -> HttpResponse:
    refusal = LineClosed(
        gettext("This service has just stopped taking visitors. What you typed is kept.")
    )
    return _page(request, questions, "line", refusal=refusal)


def _page(
    request: DeviceRequest,
    questions: Questions,
    name: str,
    wrong: VisitorForm | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """The page of one question: asked afresh, with what is `wrong` in it, or with a refusal."""
    form = wrong or questions.asked(name)
    widget = form.fields[name].widget
    if isinstance(widget, TextInput):
        widget.attrs |= {"autofocus": not form.errors, "spellcheck": "false"}
    is_line = name == "line"
    context = {
        "location": questions.location,
        "name": name,
        "form": form,
        "field": form[name],
        "question": gettext("Which service do you need?") if is_line else form[name].label,
        "line": questions.line,
        "services": _services(questions.location) if is_line else [],
        "others": questions.others(name),
        "once": request.POST.get(idempotency.FIELD) or idempotency.new_token(),
        "refusal": refusal,
    }
    status = 409 if refusal else 422 if wrong else 200
    return render(request, "kiosk/sign_in.html", context, status=status)


def _services(location: Location) -> list[Service]:
    lines = list(location.lines.in_use())
    waits = estimates.for_newcomers(line for line in lines if line.is_open)
    return [Service(line, waits.get(line.pk)) for line in lines]
