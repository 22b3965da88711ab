"""The kiosk: a visitor at the door answers one question a page and joins a line.

Nothing is kept between two pages: what was answered rides along in the form, so that a visitor who
walks away leaves no trace on the server or in the browser.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import segno
from django.forms import TextInput
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from kiosk import door
from kiosk.devices import DeviceRequest
from kiosk.door import Manner, at_door
from tickets import access, estimates, forms, idempotency, instants
from tickets.actions import assistance, details, extras, intake
from tickets.actions.extras import ExtraValue
from tickets.estimates import Estimate
from tickets.exceptions import LineClosed, Refusal, TicketStatus
from tickets.forms import Audience, VisitorForm
from tickets.models import Device, InputField, Line, Location, Source, Ticket, opening
from tickets.states import Status

WELCOME = "kiosk/welcome.html"
WELCOME_PARTS = {"lines": f"{WELCOME}#lines"}

#: Seconds after which the last page gives way to the welcome page; more for whoever asks for it,
#: or reads more slowly.
SHOWN_FOR = 15
KEPT_FOR = 150

#: The session's name for the ticket of the visitor who stands here, until the welcome page is back.
SHOWN_TICKET = "kiosk_ticket"
#: Says that the answers put a ticket right that is there already.
CHANGE = "change"
#: What a page of the questions carries beside the answers.
CONTROLS = {
    *("csrfmiddlewaretoken", idempotency.FIELD, door.VISIT, "step", "back", "skip"),
    *("lang", "text", "contrast", "voice", door.TOGGLE, "help", CHANGE),
}


@dataclass(frozen=True)
class Service:
    """A line as a visitor chooses it; without an estimate while it takes nobody new."""

    line: Line
    estimate: Estimate | None


class Questions:
    """What a visitor is asked, in order, and what they have answered so far."""

    def __init__(
        self,
        answers: QueryDict,
        location: Location,
        lines: Sequence[Line],
        asked: Sequence[InputField] | None = None,
    ) -> None:
        self.answers = answers.copy()
        self.location = location
        self._asked = forms.asked_at(location, Audience.KIOSK) if asked is None else asked
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
            asked=self._asked,
        )


@at_door
@require_safe
def welcome(request: DeviceRequest, device: Device, manner: Manner) -> HttpResponse:
    """Whose place this is, whether it is open, and the way in; all of the last visitor is gone."""
    if SHOWN_TICKET in request.session and not request.htmx:
        del request.session[SHOWN_TICKET]
    location = device.location
    services = _services(location)
    context = {
        "services": services,
        "opening": opening(location, instants.now()),
        "is_live": True,
        "called_from": "welcome",
    }
    if part := WELCOME_PARTS.get(request.htmx.target or ""):
        return door.draw(request, part, device, manner, context)
    return door.draw(request, WELCOME, device, manner, context, is_new_visit=True)


@at_door
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: DeviceRequest, device: Device, manner: Manner) -> HttpResponse:
    """Take the answer to one question and ask the next; after the last one, join the line.

    What was begun before the place closed is finished.
    """
    lines = list(device.location.lines.open())
    if not lines:
        return door.to("welcome", manner)
    if request.method != "POST":
        return _first_page(request, device, manner, lines)
    if door.is_over(request):
        return redirect("kiosk:welcome")
    questions = Questions(request.POST, device.location, lines)
    page = Page(request, device, manner, questions)
    if questions.line is None and request.POST.get("line"):
        return page.just_closed()
    step = request.POST.get("step")
    if step not in questions.names:
        return page.asking(questions.names[0])
    if "help" in request.POST:
        assistance.ask(device)
        return page.asking(step)
    if door.TOGGLE in request.POST:
        return page.asking(step)
    if "back" in request.POST:
        before = questions.before(step)
        return page.asking(before) if before else door.to("welcome", manner)
    if "skip" in request.POST:
        questions.answers.pop(step, None)
    form = questions.answered(step)
    if not form.is_valid():
        return page.asking(step, form)
    after = questions.after(step)
    return page.asking(after) if after else _join(page)


@at_door
@require_safe
def done(request: DeviceRequest, device: Device, manner: Manner) -> HttpResponse:
    """Where the visitor stands in the line; gone with the next welcome page."""
    ticket = _shown_ticket(request, device)
    if ticket is None:
        return door.to("welcome", manner)
    address = request.build_absolute_uri(reverse("kiosk:visit", args=[ticket.visit_token]))
    is_kept = "keep" in request.GET
    is_slow = manner.is_large or manner.is_read_aloud or device.help_wanted_at
    context = {
        "ticket": ticket,
        "is_kept": is_kept,
        "is_watched": False,
        "called_from": "done",
        "keep": manner.beside("keep"),
        "change": manner.beside(CHANGE),
        "estimate": estimates.for_ticket(ticket) if ticket.status == Status.NEW else None,
        "is_called": ticket.status == Status.CALLED,
        "code": segno.make(address, error="m").svg_inline(light="#fff", omitsize=True),
    }
    response = door.draw(request, "kiosk/done.html", device, manner, context)
    seconds = KEPT_FOR if is_kept or is_slow else SHOWN_FOR
    response["Refresh"] = f"{seconds}; url={reverse('kiosk:welcome')}"
    return response


def _shown_ticket(request: HttpRequest, device: Device) -> Ticket | None:
    tickets = Ticket.objects.filter(location=device.location).select_related("line", "desk")
    return tickets.filter(pk=request.session.get(SHOWN_TICKET, 0)).first()


def _first_page(
    request: DeviceRequest, device: Device, manner: Manner, lines: Sequence[Line]
) -> HttpResponse:
    """The first question; with the answers of the ticket that is to be put right, if there is one."""
    answers = QueryDict(mutable=True)
    if CHANGE in request.GET:
        ticket = _shown_ticket(request, device)
        if ticket is None or ticket.status != Status.NEW:
            return door.to("done", manner)
        for name, answer in forms.answers_of(ticket).items():
            answers.setlist(name, answer if isinstance(answer, list) else [answer])
        answers["line"] = str(ticket.line_id)
    elif not access.open_lines(device.location):
        return door.to("welcome", manner)
    questions = Questions(answers, device.location, lines)
    return Page(request, device, manner, questions).asking(questions.names[0])


@dataclass(frozen=True)
class Page:
    """The page of one question, whichever it is."""

    request: DeviceRequest
    device: Device
    manner: Manner
    questions: Questions

    def asking(
        self, name: str, wrong: VisitorForm | None = None, refusal: Refusal | None = None
    ) -> HttpResponse:
        """Asked afresh, with what is `wrong` in it, or with a refusal."""
        questions, request = self.questions, self.request
        form = wrong or questions.asked(name)
        widget = form.fields[name].widget
        if isinstance(widget, TextInput):
            widget.attrs |= {"autofocus": not form.errors, "spellcheck": "false"}
        is_line = name == "line"
        context = {
            "asks": "question",
            "is_watched": True,
            "name": name,
            "form": form,
            "field": form[name],
            "question": gettext("Which service do you need?") if is_line else form[name].label,
            "line": questions.line,
            "services": _services(questions.location) if is_line else [],
            "others": questions.others(name),
            "place": questions.names.index(name) + 1,
            "total": len(questions.names) if questions.line else 0,
            "once": request.POST.get(idempotency.FIELD) or idempotency.new_token(),
            "is_change": CHANGE in request.GET or CHANGE in request.POST,
            "refusal": refusal,
        }
        status = 409 if refusal else 422 if wrong else 200
        template = "kiosk/sign_in.html"
        return door.draw(request, template, self.device, self.manner, context, status=status)

    def just_closed(self) -> HttpResponse:
        refusal = LineClosed(
            gettext("This service has just stopped taking visitors. What you typed is kept.")
        )
        return self.asking("line", refusal=refusal)


def _join(page: Page) -> HttpResponse:
    """Make the ticket, or put the one right that is there."""
    request, device, questions = page.request, page.device, page.questions
    form = questions.answered()
    if not form.is_valid():
        wrong = next(name for name in questions.names if name in form.errors)
        return page.asking(wrong, questions.answered(wrong))
    line = questions.line
    assert line is not None
    known = None
    if CHANGE in request.POST:
        known = _shown_ticket(request, device)
        if known is None:
            return door.to("welcome", page.manner)
    language = page.manner.lang

    def action() -> Ticket:
        if known:
            changed = form.details | {"extras": _extras(known, form), "language": language}
            return details.edit(known, by=device, line=line, **changed)
        quoted = estimates.for_newcomers([line])[line.pk].quote
        return intake.create(
            line,
            by=device,
            source=Source.NAME,
            language=language,
            quoted=quoted,
            **form.details,
        )

    token = request.POST.get(idempotency.FIELD, "")
    try:
        result = idempotency.once(token and one_time(token, device), action)
    except LineClosed:
        lines = list(device.location.lines.open())
        if not lines:
            return door.to("welcome", page.manner)
        left = Questions(request.POST, device.location, lines)
        return Page(request, device, page.manner, left).just_closed()
    except TicketStatus:  # called meanwhile: the line is settled
        return door.to("done", page.manner)
    if result.ticket:
        request.session[SHOWN_TICKET] = result.ticket.pk
    return door.to("done", page.manner)


def one_time(token: str, device: Device) -> str:
    """The name of a form's token: a kiosk that is paired anew at its place sends what it kept once."""
    return f"kiosk:{device.location_id}:{token}"


def _extras(ticket: Ticket, form: VisitorForm) -> list[ExtraValue]:
    """What the visitor answers now, after what the kiosk does not ask."""
    asked = {field.title.casefold() for field in form.input_fields.values()}
    kept = [extra for extra in extras.of(ticket) if extra.title.casefold() not in asked]
    return [*kept, *form.details["extras"]]


def _services(location: Location) -> list[Service]:
    lines = list(location.lines.in_use())
    waits = estimates.for_newcomers(line for line in lines if line.is_open)
    return [Service(line, waits.get(line.pk)) for line in lines]
