"""The TV: who is called to which desk, and nothing that the room may not read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from kiosk import languages
from kiosk.devices import DeviceRequest, paired
from tickets import instants
from tickets.actions import programs
from tickets.models import (
    Activity,
    Device,
    DeviceKind,
    EventName,
    Location,
    Ticket,
    TvLayout,
    TvSound,
    opening,
)
from tickets.states import Status

PAGE = "kiosk/board.html"
PARTS = {"calls": f"{PAGE}#calls"}

SHOWN_FOR = timedelta(minutes=30)
NEW_FOR = timedelta(seconds=10)
#: An older call is shown, but nobody expects to hear it any more.
SAID_WITHIN = timedelta(seconds=60)
#: Calls that come faster than they are said wait their turn in the page for so long.
ANNOUNCED_FOR = timedelta(minutes=3)
RECENT = 5
#: So many announcements are looked at; some are repeated, or their visitor is back in the line.
LOOKED_AT = 40
#: So many of those who wait are listed; as many are shown as there is room for.
LISTED = 12
#: Longer names are written smaller, and still longer ones have the whole width of the screen.
LONG, LONGEST = 12, 24
#: The hour in which a page that nobody looks at may begin anew.
QUIET_HOUR = 3


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody as strangers may read it: `line` and `color` are empty where there is none to show."""

    name: str
    number: str
    line: str
    color: str


@dataclass(frozen=True, kw_only=True)
class Call(Visitor):
    """One announcement of `visit`; what it `says` is empty if it is too late to say it."""

    announcement: int
    visit: int
    desk: str
    says: str
    language: str
    is_in_turn: bool
    is_new: bool
    is_open: bool

    @property
    def length(self) -> str:
        if len(self.name) > LONGEST:
            return "longest"
        return "long" if len(self.name) > LONG else "short"


@paired(DeviceKind.TV)
@require_safe
def board(request: DeviceRequest, device: Device) -> HttpResponse:
    page = PARTS.get(request.htmx.target or "", PAGE)
    with translation.override(languages.of_location(device.location)):
        return render(request, page, _context(device))


@paired(DeviceKind.TV)
@require_POST
def tell_sound(request: DeviceRequest, device: Device) -> HttpResponse:
    """The TV tells whether it is heard, so that somebody comes and turns it on."""
    sound = request.POST.get("sound", "")
    if sound not in TvSound.values:
        return HttpResponseBadRequest("The sound of a TV is ON, CHIME or OFF.")
    programs.note_sound(device, TvSound(sound))
    return HttpResponse(status=204)


def _context(device: Device) -> dict[str, Any]:
    location, now = device.location, instants.now()
    announcements = _announcements(location, now)
    calls = _latest_of_each_visitor(announcements)
    current = next((call for call in calls if call.is_open), None)
    local = now.astimezone(location.tz)
    hours = None if current else opening(location, now)
    waiting = Ticket.objects.waiting().filter(location=location)
    return {
        "device": device,
        "location": location,
        "now": now,
        "announcements": [call for call in announcements if call.is_in_turn or call is current],
        "current": current,
        "recent": [call for call in calls if call is not current][:RECENT],
        "waiting": waiting.count(),
        "next_up": _next_up(device, waiting),
        "opening": hours,
        "greeting": _greeting(local.hour),
        "is_quiet": (hours and hours.is_closed) or (current is None and local.hour == QUIET_HOUR),
    }


def _announcements(location: Location, now: datetime) -> list[Call]:
    """The announcements of all who are being served or were, the newest first."""
    announcements = (
        Activity.objects.standing()
        .filter(
            location=location,
            at__gt=now - SHOWN_FOR,
            event__in=(EventName.CALLED, EventName.RECALLED),
            ticket__status__in=(Status.CALLED, Status.SERVED),
        )
        .select_related("ticket__line", "ticket__desk")
        .order_by("-at", "-id")
    )
    return [_call(each, location, now) for each in announcements[:LOOKED_AT]]


def _latest_of_each_visitor(announcements: list[Call]) -> list[Call]:
    latest: dict[int, Call] = {}
    for call in announcements:
        latest.setdefault(call.visit, call)
    return list(latest.values())


def _next_up(device: Device, waiting: Any) -> list[Visitor]:
    if device.layout != TvLayout.WAITING_LIST:
        return []
    tickets = waiting.select_related("line").in_order()[:LISTED]
    return [Visitor(**_public(ticket, device.location)) for ticket in tickets]


def _public(ticket: Ticket, location: Location) -> dict[str, str]:
    return {
        "name": ticket.name_in_public(location.name_form),
        "number": ticket.public_id,
        "line": ticket.line.public_name if location.is_line_public else "",
        "color": ticket.line.color if location.is_line_public else "",
    }


def _call(announcement: Activity, location: Location, now: datetime) -> Call:
    ticket = announcement.ticket
    assert ticket is not None
    age = now - announcement.at
    is_open = ticket.status == Status.CALLED
    language = _language(ticket, location)
    return Call(
        **_public(ticket, location),
        announcement=announcement.sequence or 0,
        visit=ticket.pk,
        desk=str(ticket.desk or ""),
        says=_says(ticket, location, language) if age < SAID_WITHIN else "",
        language=language,
        is_in_turn=age < ANNOUNCED_FOR,
        is_new=is_open and age < NEW_FOR,
        is_open=is_open,
    )


def _language(ticket: Ticket, location: Location) -> str:
    """The visitor's own language if we speak it, else the location's."""
    wanted = (ticket.language, *location.languages)
    return next(
        (page for code in wanted if (page := languages.of_page(code))), settings.LANGUAGE_CODE
    )


def _says(ticket: Ticket, location: Location, language: str) -> str:
    name = ticket.name_in_public(location.name_form)
    if name == ticket.public_id:
        name = name.replace("-", " ")  # else a voice reads "minus"
    with translation.override(language):
        if not ticket.desk:
            return gettext("%(visitor)s, please go to the counter") % {"visitor": name}
        names = {"visitor": name, "desk": ticket.desk}
        return gettext("%(visitor)s, please go to %(desk)s") % names


def _greeting(hour: int) -> str:
    if hour < 12:
        return gettext("Good morning")
    return gettext("Good afternoon") if hour < 18 else gettext("Good evening")
