"""Sign-ins that a kiosk took without network: each becomes one ticket, at the place it has earned."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from kiosk import languages
from kiosk.devices import DeviceRequest, paired
from kiosk.sign_in import SHOWN_TICKET, one_time
from tickets import idempotency, instants
from tickets.actions import closing, intake, programs
from tickets.actions.extras import ExtraValue
from tickets.exceptions import LineClosed, LineNotFound
from tickets.forms import Audience, VisitorForm
from tickets.models import Device, DeviceKind, Line, Location, Source, Ticket
from tickets.models.tickets import NUMBER_AS_TYPED

#: A kiosk knows how long ago somebody signed in, and is believed so far.
WINDOW = timedelta(hours=12)
#: So many are taken in one request.
TOGETHER = 25
#: What both databases can keep.
TEXT = re.compile("[^\x00\ud800-\udfff]*")


class Malformed(Exception):
    """What no kiosk of ours sends; `field` says where."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class SentForm(forms.Form):
    """What comes with the answers: `token` was made once for this sign-in."""

    token = forms.RegexField(r"^[\w-]{16,64}\Z")
    line = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    age = forms.FloatField()
    language = forms.CharField(max_length=10, required=False)


class ReportForm(forms.Form):
    """What a kiosk tells of itself."""

    keeps = forms.BooleanField(required=False)
    waiting = forms.IntegerField(min_value=0, max_value=10**6)
    refused = forms.IntegerField(min_value=0, max_value=10**6)
    shown = forms.CharField(max_length=64, required=False)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A sign-in as the kiosk took it, `age` milliseconds ago."""

    token: str
    line: Line
    age: float
    language: str
    answers: QueryDict


@paired(DeviceKind.KIOSK)
@require_http_methods(["GET", "HEAD", "POST"])
def sync(request: DeviceRequest, device: Device) -> HttpResponse:
    """Take what a kiosk sends in its order; a second time changes nothing, as the tokens are spent.

    422 names what is malformed before anything is taken. 409: there is no line to put somebody in.
    """
    if request.method != "POST":
        told = {
            "csrf": get_token(request),
            "keeps": device.keeps_sign_ins,
            "waiting": device.waiting_sign_ins,
            "refused": device.refused_sign_ins,
        }
        return JsonResponse(told)
    try:
        report, sent = _read(request.body, device.location)
    except Malformed as fault:
        return JsonResponse({"field": fault.field, "message": fault.message}, status=422)
    try:
        for sign_in in sent:
            ticket = _take(device, sign_in)
            if ticket and sign_in.token == report["shown"]:
                request.session[SHOWN_TICKET] = ticket.pk
    except LineClosed as refusal:
        return JsonResponse({"field": "line", "message": str(refusal.message)}, status=409)
    programs.note_outbox(
        device, keeps=report["keeps"], waiting=report["waiting"], refused=report["refused"]
    )
    return JsonResponse({"taken": len(sent)})


def _read(body: bytes, location: Location) -> tuple[dict[str, Any], list[Sent]]:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("", "Send JSON.") from None
    if not isinstance(sent, dict):
        raise Malformed("", "Send an object.")
    sign_ins = sent.get("sign_ins")
    if not isinstance(sign_ins, list) or len(sign_ins) > TOGETHER:
        raise Malformed("sign_ins", f"Send a list of at most {TOGETHER}.")
    report = _checked(ReportForm(sent), "")
    lines = {line.pk: line for line in location.lines.all()}
    return report, [_sign_in(each, f"sign_ins.{n}.", lines) for n, each in enumerate(sign_ins)]


def _sign_in(sent: Any, where: str, lines: dict[int, Line]) -> Sent:
    if not isinstance(sent, dict):
        raise Malformed(where.rstrip("."), "Send an object.")
    pairs = sent.get("answers", [])
    if not isinstance(pairs, list):
        raise Malformed(f"{where}answers", "Send a list.")
    answers = QueryDict(mutable=True)
    for pair in pairs:
        match pair:
            case [str(name), str(value)] if TEXT.fullmatch(name + value):
                answers.appendlist(name, value)
            case _:
                raise Malformed(f"{where}answers", "Send pairs of a name and a text.")
    sign_in = _checked(SentForm(sent), where)
    if sign_in["line"] not in lines:
        raise Malformed(f"{where}line", str(LineNotFound.message))
    return Sent(**sign_in | {"line": lines[sign_in["line"]], "answers": answers})


def _checked(form: forms.Form, where: str) -> dict[str, Any]:
    for field, errors in form.errors.items():
        raise Malformed(f"{where}{field}", str(errors[0]))
    return form.cleaned_data


def _take(device: Device, sign_in: Sent) -> Ticket | None:
    token = one_time(sign_in.token, device)
    return idempotency.once(token, lambda: _join(device, sign_in)).ticket


def _join(device: Device, sign_in: Sent) -> Ticket:
    """Into the line that the visitor chose, or the first open one if it is gone."""
    signed_in_at = _place(device, sign_in.age)
    for line in _lines(sign_in.line):
        with translation.override(settings.LANGUAGE_CODE):
            details = _details(sign_in, line)
        try:
            ticket = intake.create(
                line,
                by=device,
                source=Source.NAME,
                language=languages.chosen(device.location, sign_in.language),
                signed_in_at=signed_in_at,
                **details,
            )
        except LineClosed:
            continue
        programs.note_late(device, ticket.created_at)
        closing.end_if_late(ticket)
        return ticket
    raise LineClosed


def _place(device: Device, age: float) -> datetime:
    """When it was, by our clock: not before the one that this kiosk sent last, and never to come."""
    now = instants.now()
    # Held first, as whatever writes a device holds it before the location.
    held = Device.objects.select_for_update(no_key=True)
    last = held.values_list("late_until", flat=True).get(pk=device.pk)
    age = min(max(age, 0), WINDOW / instants.MILLISECOND)
    return min(max(now - age * instants.MILLISECOND, last or now - WINDOW), now)


def _lines(wanted: Line) -> list[Line]:
    return [wanted, *wanted.location.lines.open()]


def _as_typed(name: str, field: forms.Field) -> str:
    """How an answer that does not pass is called: a number stays hidden, as numbers are."""
    if name == "phone_number":
        return NUMBER_AS_TYPED
    return (gettext("As typed: %(question)s") % {"question": field.label})[:50]


def _details(sign_in: Sent, line: Line) -> dict[str, Any]:
    """The answers that pass; the staff find the others as they were typed, and a label that says so."""
    answers = sign_in.answers
    form = VisitorForm(answers, location=line.location, audience=Audience.KIOSK, line=line)
    labels = []
    if not form.is_valid():
        labels.append(gettext("Check the answers"))
    details = form.details
    details["extras"] += [
        ExtraValue(
            title=_as_typed(name, field),
            value=", ".join(answers.getlist(name))[:500],
        )
        for name, field in form.fields.items()
        if name in form.errors and any(answers.getlist(name))
    ]
    if line != sign_in.line:
        labels.append((gettext("Wanted %(line)s") % {"line": sign_in.line})[:50])
    return {**details, "labels": labels}
