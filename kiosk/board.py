"""The TV: who is called to which desk, and nothing that the room may not read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kiosk.devices import DeviceRequest, paired
from tickets import instants
from tickets.models import Activity, Device, DeviceKind, EventName, Location, Ticket
from tickets.states import Status

PAGE = "kiosk/board.html"
PARTS = {"calls": f"{PAGE}#calls"}

SHOWN_FOR = timedelta(minutes=30)
NEW_FOR = timedelta(seconds=10)
RECENT = 5
#: So many announcements are looked at; some are repeated, or their visitor is back in the line.
LOOKED_AT = 40


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call as strangers may read it: `line` and `desk` are empty where there is none to show."""

    name: str
    number: str
    desk: str
    line: str
    color: str
    is_new: bool
    is_open: bool


@paired(DeviceKind.TV)
@require_safe
def board(request: DeviceRequest, device: Device) -> HttpResponse:
    page = PARTS.get(request.htmx.target or "", PAGE)
    return render(request, page, _context(device.location))


def _context(location: Location) -> dict[str, Any]:
    now = instants.now()
    calls = _calls(location, now)
    current = next((call for call in calls if call.is_open), None)
    return {
        "location": location,
        "now": now,
        "current": current,
        "recent": [call for call in calls if call is not current][:RECENT],
        "waiting": Ticket.objects.waiting().filter(location=location).count(),
    }


def _calls(location: Location, now: datetime) -> list[Call]:
    """The latest announcement of each visitor who is being served or was, the newest first."""
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
    latest: dict[int | None, Activity] = {}
    for announcement in announcements[:LOOKED_AT]:
        latest.setdefault(announcement.ticket_id, announcement)
    return [_call(each, location, now) for each in latest.values()]


def _call(announcement: Activity, location: Location, now: datetime) -> Call:
    ticket = announcement.ticket
    assert ticket is not None
    is_open = ticket.status == Status.CALLED
    return Call(
        name=ticket.name_in_public(location.name_form),
        number=ticket.public_id,
        desk=str(ticket.desk or ""),
        line=ticket.line.name if location.is_line_public else "",
        color=ticket.line.color if location.is_line_public else "",
        is_new=is_open and now - announcement.at < NEW_FOR,
        is_open=is_open,
    )
