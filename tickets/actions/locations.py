"""Open locations, change them, and set their hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, count
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.text import slugify

from tickets import events
from tickets.actions import fields, lines
from tickets.actions.fields import Question
from tickets.events import changed
from tickets.hours import Intervals
from tickets.models import By, EventName, Location, OpeningDay, OpeningException


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """A line as `lines.create` takes it."""

    name: str
    columns: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ExceptionalDay:
    """The hours of one date, none for a closed one, and why."""

    date: date
    intervals: Intervals
    reason: str = ""


#: Hours by weekday, 0 for Monday; a weekday without any is open all day.
Week = Mapping[int, Intervals]


def create(
    *,
    by: By,
    name: str,
    new_lines: Sequence[NewLine],
    questions: Sequence[Question],
    week: Week,
    exceptions: Sequence[ExceptionalDay] = (),
    **columns: Any,
) -> Location:
    """Open a location with its lines, what it asks and its hours; its web address comes from the name.

    Raises InputFieldDuplicate, LineNameTaken, TooManyLines.
    """
    with transaction.atomic():
        location = _with_free_slug(name, columns)
        write_hours(location, week=week, exceptions=exceptions)
        for question in questions:
            fields.add(location, question)
        events.record(
            EventName.LOCATION_CREATED,
            by=by,
            location_id=location.pk,
            changes={"name": [None, name]},
        )
        for line in new_lines:
            lines.create(location, name=line.name, by=by, **line.columns)
    return location


def edit(location: Location, *, by: By, **columns: Any) -> None:
    """Change columns of the location. Nothing is on record if nothing changes."""
    with transaction.atomic():
        changes = changed(_hold(location), **columns)
        if changes:
            Location.objects.filter(pk=location.pk).update(**columns)
            _record(location, changes, by=by)
    location.refresh_from_db()


def set_week(location: Location, week: Week, *, by: By) -> None:
    """Make these the opening hours of each week."""
    _set_hours(location, by=by, week=week)


def set_exceptions(location: Location, exceptions: Sequence[ExceptionalDay], *, by: By) -> None:
    """Make these all of the dates on which the location has other hours."""
    _set_hours(location, by=by, exceptions=exceptions)


def _set_hours(
    location: Location,
    *,
    by: By,
    week: Week | None = None,
    exceptions: Sequence[ExceptionalDay] | None = None,
) -> None:
    with transaction.atomic():
        _hold(location)
        before = hours_on_record(location)
        write_hours(location, week=week, exceptions=exceptions)
        after = hours_on_record(location)
        changes = {
            name: [before[name], after[name]] for name in before if before[name] != after[name]
        }
        if changes:
            _record(location, changes, by=by)


def write_hours(
    location: Location,
    *,
    week: Week | None = None,
    exceptions: Sequence[ExceptionalDay] | None = None,
) -> None:
    """Without a record of its own, as part of a change that has one."""
    if week is not None:
        location.opening_days.all().delete()
        OpeningDay.objects.bulk_create(
            OpeningDay(location=location, weekday=weekday, intervals=intervals)
            for weekday, intervals in week.items()
        )
    if exceptions is not None:
        location.opening_exceptions.all().delete()
        OpeningException.objects.bulk_create(
            OpeningException(
                location=location, date=day.date, intervals=day.intervals, reason=day.reason
            )
            for day in exceptions
        )


def hours_on_record(location: Location) -> dict[str, Any]:
    """All opening hours in the form in which a change of them is kept."""
    days, dates = location.opening_days.all(), location.opening_exceptions.all()
    return {
        "opening_hours": {str(day.weekday): day.intervals for day in days},
        "opening_exceptions": {str(day.date): [day.intervals, day.reason] for day in dates},
    }


def _with_free_slug(name: str, columns: dict[str, Any]) -> Location:
    base = slugify(name) or "location"
    while True:
        slug = _free(base)
        try:
            with transaction.atomic():
                return Location.objects.create(name=name, slug=slug, **columns)
        except IntegrityError:
            if not Location.objects.filter(slug=slug).exists():
                raise


def _free(base: str) -> str:
    """The name as an address, else the same with 2, 3, …"""
    alike = Location.objects.filter(Q(slug=base) | Q(slug__startswith=f"{base}-"))
    taken = set(alike.values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in count(2))
    return next(slug for slug in chain([base], numbered) if slug not in taken)


def _hold(location: Location) -> Location:
    """The location as it is now, held until the transaction ends."""
    return Location.objects.select_for_update(no_key=True).get(pk=location.pk)


def _record(location: Location, changes: dict[str, list[Any]], *, by: By) -> None:
    events.record(EventName.LOCATION_CHANGED, by=by, location_id=location.pk, changes=changes)
