"""The texts that are written by themselves, in the transaction of the step that they tell of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation

from tickets import languages
from tickets.actions import messages
from tickets.models import Line, Location, Message, Ticket, Wording
from tickets.models.messages import is_switched_on
from tickets.sms import providers, wording
from tickets.sms.wording import Moment


def write(moment: Moment, ticket: Ticket, *, at: datetime, desk: object = "") -> Message | None:
    """The text of this moment, held for five seconds; None where none is sent.

    Part of the step's transaction. No query where nobody carries texts or the visitor left no
    number.
    """
    if not (providers.is_there() and ticket.phone_number and ticket.location.has_messages):
        return None
    own = wordings(ticket.location_id, ticket.line_id)
    if not is_switched_on(moment, *own):
        return None
    with translation.override(language_of(ticket)):
        text = worded(moment, *own)
        used = wording.placeholders_in(text)
        values = {
            "first_name": ticket.first_name or ticket.public_id,
            "number": ticket.public_id,
            "location": ticket.location.name,
            "link": link_to(ticket.visit_token),
            "desk": desk,
        }
        if "line" in used:
            values["line"] = ticket.line.public_name
        if "place" in used:
            values["place"] = ticket.line.tickets.before(ticket).count() + 1
        return messages.put(ticket, body=wording.filled(text, values), at=at, moment=moment)


def wordings(location_id: int, line_id: int | None) -> tuple[Wording | None, Wording | None]:
    """What the line says, and what its location says."""
    found = Wording.objects.filter(Q(line=None) | Q(line=line_id), location=location_id)
    by_line: dict[int | None, Wording] = {each.line_id: each for each in found}
    return by_line.get(line_id) if line_id else None, by_line.get(None)


def worded(moment: Moment, *own: Wording | None) -> str:
    """The text of this moment in the language that is spoken, with its placeholders."""
    texts = (languages.written(each.texts, moment) for each in own if each)
    return next(filter(None, texts), str(wording.USUAL[moment]))


def language_of(ticket: Ticket) -> str:
    return languages.of_page(ticket.language) or settings.LANGUAGE_CODE


def link_to(visit_token: str) -> str:
    return providers.public_address(reverse("kiosk:visit", args=[visit_token]))


def sample(location: Location, line: Line | None) -> Mapping[str, Any]:
    """What a preview puts in."""
    desk = location.desks.filter(is_active=True).first()
    return {
        "first_name": "Jane",
        "number": f"{line.letter if line else 'A'}-42",
        "line": line or location.lines.not_deleted().first() or "",
        "location": location.name,
        "link": link_to("x" * 32),
        "desk": desk or "2",
        "place": 3,
    }
