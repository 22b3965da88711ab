"""The close of a location's day: who still waits is removed, who is being served was served."""

from contextlib import suppress
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from tickets import hours, instants, outbox
from tickets.actions import lifecycle
from tickets.exceptions import TransitionNotAllowed, VisitRedacted
from tickets.models import SYSTEM, Location, Ticket, timetable
from tickets.states import Status

AFTER = timedelta(hours=1)
#: A close that nobody was there to do is caught up for so many days; visits since then stay.
CAUGHT_UP = 7


def close_days() -> None:
    """Begin each close of a day that is due and was not begun yet, by whatever clock is there."""
    now = instants.now()
    for location in Location.objects.filter(is_closed_daily=True).order_by("pk"):
        if due := _due(location, now):
            close_day(location, *due)


def close_day(location: Location, day: date, at: datetime) -> bool:
    """Leave the end of every visit begun before `at` to the worker; False if that was done before.

    Check and write are one UPDATE: however many come for it, a day is closed once.
    """
    is_open = Q(closed_on=None) | Q(closed_on__lt=day)
    with transaction.atomic():
        if not Location.objects.filter(is_open, pk=location.pk).update(closed_on=day):
            return False
        waits = Q(status=Status.NEW, created_at__lt=at)
        is_served = Q(status=Status.CALLED, called_at__lt=at)
        begun = location.tickets.filter(waits | is_served).in_order()
        outbox.put_all("visit.end", begun.values("pk", "status"), due_at=instants.now())
    return True


def end_if_late(ticket: Ticket) -> None:
    """Leave the end of a visit that comes to light after its day was closed to the worker, too.

    Part of the caller's transaction.
    """
    location = ticket.location
    closed_on = location.closed_on if location.is_closed_daily else None
    if closed_on and location.local_day(ticket.created_at) <= closed_on:
        outbox.put("visit.end", due_at=instants.now(), pk=ticket.pk, status=ticket.status)


@outbox.does("visit.end")
def end_visit(*, pk: int, status: str) -> None:
    """Remove a visitor who waits, serve one who was called; one who is so no more is left alone."""
    ticket = Ticket.objects.select_related("location").filter(pk=pk).first()
    if ticket is None:
        return
    step = lifecycle.cancel if status == Status.NEW else lifecycle.serve
    with suppress(TransitionNotAllowed, VisitRedacted):
        step(ticket, by=SYSTEM)


def _due(location: Location, now: datetime) -> tuple[date, datetime] | None:
    """The latest day that is to be closed by now, and when that was due."""
    today = location.local_day(now)
    times = timetable(location, now - CAUGHT_UP * hours.DAY)
    for day in (today - days * hours.DAY for days in range(CAUGHT_UP)):
        if location.closed_on and day <= location.closed_on:
            return None
        closes = times.closes_on(day)
        if closes and closes + AFTER <= now:
            return day, closes + AFTER
    return None
