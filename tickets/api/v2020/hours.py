"""Opening hours, by weekday and by date."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import hours
from tickets.actions import locations
from tickets.actions.locations import ExceptionalDay, Week
from tickets.api.endpoints import endpoint
from tickets.api.errors import bad_input
from tickets.api.v2020 import inputs, reach
from tickets.api.v2020.inputs import Sent
from tickets.hours import ALL_DAY, DAY_ENDS, Intervals
from tickets.models import Location

#: In the order of `Weekday`.
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@endpoint("GET", "PUT")
def regular(request: Request, pk: int) -> Response:
    """The hours of each weekday; PUT sets all seven."""
    if request.method == "PUT":
        location = reach.managed(request, pk)
        locations.set_week(location, week(inputs.body(request)), by=reach.actor(request))
        return Response({})
    return Response(_shown_week(reach.location(request, pk)))


@endpoint("GET", "PUT")
def exceptions(request: Request, pk: int) -> Response:
    """The dates on which the hours are others; PUT replaces them all."""
    if request.method == "PUT":
        location = reach.managed(request, pk)
        days = exceptional_days(inputs.body_list(request), "")
        locations.set_exceptions(location, days, by=reach.actor(request))
        return Response({})
    return Response(_shown_exceptions(reach.location(request, pk)))


def week(sent: Sent) -> Week:
    """By weekday; one that is open all day is not in it."""
    days = {weekday: _day(sent.part(name)) for weekday, name in enumerate(DAYS)}
    return {weekday: intervals for weekday, intervals in days.items() if intervals is not None}


def exceptional_days(parts: Iterable[Sent], param: str) -> list[ExceptionalDay]:
    days = [_exceptional_day(part) for part in parts]
    inputs.once([day.date for day in days], param)
    return days


def _exceptional_day(sent: Sent) -> ExceptionalDay:
    intervals = _day(sent)
    if intervals is None:
        message = _("Send “closed” or “businessHours”.")
        raise inputs.refuse("invalid_arguments", sent.place, message)
    return ExceptionalDay(
        date=_date(sent), intervals=intervals, reason=sent.text("closedReason", most=30)
    )


def _date(sent: Sent) -> date:
    value = sent.text("date", most=10, is_required=True)
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        message = _("Send a date such as 2026-05-01.")
        raise bad_input(sent.param("date"), message) from error


def _day(sent: Sent) -> Intervals | None:
    """The intervals of a day; None if nothing is said of it."""
    is_closed = sent.flag("closed")
    if not sent.has("businessHours"):
        return [] if is_closed else None
    if is_closed:
        message = _("A day has “businessHours” or is “closed”.")
        raise inputs.refuse("invalid_arguments", sent.place, message)
    intervals = [
        # What closes at 0:00 closes at the end of the day.
        [_minute(each.part("opens")), _minute(each.part("closes")) or DAY_ENDS]
        for each in sent.parts("businessHours")
    ]
    try:
        hours.validate(intervals)
    except ValidationError as error:
        raise bad_input(sent.param("businessHours"), error.messages[0]) from error
    if not intervals:
        raise sent.blank("businessHours")
    return intervals


def _minute(sent: Sent) -> int:
    return sent.whole("hours", most=24) * 60 + sent.whole("minutes", most=59)


def _shown_week(location: Location) -> dict[str, Any]:
    known = {day.weekday: day.intervals for day in location.opening_days.all()}
    return {
        name: _shown(known[weekday]) if known.get(weekday, ALL_DAY) != ALL_DAY else {}
        for weekday, name in enumerate(DAYS)
    }


def _shown_exceptions(location: Location) -> list[dict[str, Any]]:
    return [
        {"date": day.date.isoformat()}
        | _shown(day.intervals)
        | ({"closedReason": day.reason} if day.reason else {})
        for day in location.opening_exceptions.all()
    ]


def _shown(intervals: Intervals) -> dict[str, Any]:
    if not intervals:
        return {"closed": True}
    return {
        "businessHours": [{"opens": _time(begin), "closes": _time(end)} for begin, end in intervals]
    }


def _time(minute: int) -> dict[str, int]:
    return {"hours": minute // 60, "minutes": minute % 60}
