"""Figures of the day for each location, by its own clock; the same queries however many there are."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Min, Q, QuerySet

from tickets import instants
from tickets.models import Device, Location, TextDay, Ticket, TvSound
from tickets.states import Status

WAITED = ExpressionWrapper(F("called_at") - F("created_at"), output_field=DurationField())


@dataclass(frozen=True, kw_only=True)
class Day:
    """`waiting` and `serving` are now, the rest is since midnight; waits in minutes, if any."""

    location: Location
    waiting: int
    serving: int
    served: int
    no_shows: int
    average_wait: int | None
    longest_wait: int | None
    silent_tvs: list[Device] = field(default_factory=list)
    missed_kiosks: list[Device] = field(default_factory=list)
    #: The texts that were not sent today because the day’s number is used up.
    refused_texts: int = 0


def of_today(locations: Iterable[Location], *, back: int = 0) -> Q:
    """The tickets of each location's local day, or of the one `back` days before it."""
    days: dict[date, list[Location]] = {}
    for location in locations:
        days.setdefault(location.today() - timedelta(days=back), []).append(location)
    theirs = Q(pk__in=[])
    for day, there in days.items():
        theirs |= Q(location__in=there, numbered_on=day)
    return theirs


def overview(locations: QuerySet[Location]) -> list[Day]:
    found = list(locations)
    now = instants.now()
    active = _by_location(
        Ticket.objects.active().filter(location__in=found),
        waiting=Count("id", filter=Q(status=Status.NEW)),
        serving=Count("id", filter=Q(status=Status.CALLED)),
        since=Min("created_at", filter=Q(status=Status.NEW)),
    )
    ended = _by_location(
        Ticket.objects.filter(of_today(found)),
        served=Count("id", filter=Q(status=Status.SERVED)),
        no_shows=Count("id", filter=Q(status=Status.NOSHOW)),
        average=Avg(WAITED),
    )
    silent: defaultdict[int, list[Device]] = defaultdict(list)
    missed: defaultdict[int, list[Device]] = defaultdict(list)
    for device in Device.objects.filter(location__in=found, is_active=True):
        if device.sound == TvSound.OFF:
            silent[device.location_id].append(device)
        if device.is_missed(now):
            missed[device.location_id].append(device)
    full = TextDay.objects.filter(location__in=found, refused__gt=0)
    refused = {(each.location_id, each.day): each.refused for each in full}
    nobody: dict[str, Any] = {"waiting": 0, "serving": 0, "since": None}
    nothing: dict[str, Any] = {"served": 0, "no_shows": 0, "average": None}
    days = []
    for location in found:
        current, past = active.get(location.pk, nobody), ended.get(location.pk, nothing)
        since = current["since"]
        days.append(
            Day(
                location=location,
                waiting=current["waiting"],
                serving=current["serving"],
                served=past["served"],
                no_shows=past["no_shows"],
                average_wait=_minutes(past["average"]),
                longest_wait=_minutes(now - since if since else None),
                silent_tvs=silent[location.pk],
                missed_kiosks=missed[location.pk],
                refused_texts=refused.get((location.pk, location.today()), 0),
            )
        )
    return days


def _by_location(tickets: QuerySet[Ticket], **figures: Any) -> dict[int, dict[str, Any]]:
    rows: Any = tickets.order_by().values("location").annotate(**figures)
    return {row["location"]: row for row in rows}


def _minutes(wait: timedelta | None) -> int | None:
    return None if wait is None else max(int(wait.total_seconds() // 60), 0)
