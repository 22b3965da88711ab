"""Visitors' personal data: deleted when its time is over or a visitor asks, and handed out to them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from itertools import batched, groupby
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tickets import events, instants, personal
from tickets.exceptions import VisitNotOver
from tickets.models import SYSTEM, Activity, By, EventName, Location, StrayText, Ticket
from tickets.models.tickets import TicketQuerySet
from tickets.states import ACTIVE, ENDED

#: So many visits are redacted in one transaction: nobody waits for longer than that takes.
TOGETHER = 100


def redact_due() -> int:
    """Redact some of the visits of one location whose time is over: how many. 0: none is left."""
    now = instants.now()
    for location in Location.objects.order_by("pk"):
        some = due(location, now).values_list("pk", flat=True)[:TOGETHER]
        if done := _redact(location.pk, list(some), by=SYSTEM):
            return done
    return 0


def due(location: Location, now: datetime) -> TicketQuerySet:
    """The visits that ended more whole days of the location ago than it keeps personal data.

    Who waits or is being served is never among them.
    """
    since = kept_from(location, now)
    ended_since = Activity.objects.filter(
        ticket=OuterRef("pk"), changes__has_key="status", at__gte=since
    )
    old = location.tickets.filter(
        ~Exists(ended_since), redacted_at=None, status__in=ENDED, created_at__lt=since
    )
    return old.order_by("created_at", "id")


def kept_from(location: Location, now: datetime) -> datetime:
    """The begin of the first local day of which personal data is kept."""
    last_day = location.local_day(now) - timedelta(days=location.retention_days)
    return datetime.combine(last_day, time(), tzinfo=location.tz)


def erase(visits: Iterable[Ticket], *, by: By) -> int:
    """Redact these visits at once: of how many there was anything to redact.

    What their numbers wrote without a visit is deleted, too. Raises VisitNotOver, and nothing is
    redacted, if one of them still waits or is being served.
    """
    found = list(visits)
    if any(visit.status in ACTIVE for visit in found):
        raise VisitNotOver
    _stray_texts(found).delete()
    return sum(
        _redact(location_id, [visit.pk for visit in some], by=by)
        for location_id, those in _by_location(found)
        for some in batched(those, TOGETHER, strict=False)
    )


def export(visits: Iterable[Ticket], *, by: By) -> dict[str, Any]:
    """Everything personal that is kept of these visits, and where; on record without the data."""
    found = list(visits)
    kept = personal.of([visit.pk for visit in found])
    with transaction.atomic():
        for location_id, those in _by_location(found):
            _record(EventName.EXPORTED, location_id, len(those), by=by)
    return {
        "exported_at": instants.now(),
        "visits": [
            {"id": str(visit.pk), "location": visit.location.name, "kept_in": kept[visit.pk]}
            for visit in found
        ],
        "texts_without_a_visit": [
            {"received_at": text.received_at, "from": text.number, "text": text.body}
            for text in _stray_texts(found)
        ],
    }


def _stray_texts(visits: Sequence[Ticket]) -> QuerySet[StrayText]:
    """What came from their numbers to their locations, or to nobody's in particular."""
    numbers = {visit.phone_number for visit in visits} - {""}
    here = Q(location=None) | Q(location__in={visit.location_id for visit in visits})
    return StrayText.objects.filter(here, number__in=numbers)


def _by_location(visits: Iterable[Ticket]) -> list[tuple[int, list[Ticket]]]:
    place = attrgetter("location_id")
    return [(pk, list(those)) for pk, those in groupby(sorted(visits, key=place), place)]


def _redact(location_id: int, visits: Sequence[int], *, by: By) -> int:
    """Those of them that are over and not redacted yet, in one transaction: how many."""
    if not visits:
        return 0
    with transaction.atomic():
        over = Ticket.objects.filter(pk__in=visits, redacted_at=None, status__in=ENDED)
        held = list(over.order_by("pk").select_for_update().values_list("pk", flat=True))
        if not held:
            return 0
        for holder in personal.holders():
            holder.redact(held)
        Ticket.objects.filter(pk__in=held).update(redacted_at=instants.now())
        _record(EventName.REDACTED, location_id, len(held), by=by)
    return len(held)


def _record(event: EventName, location_id: int, visits: int, *, by: By) -> None:
    events.record(event, by=by, location_id=location_id, changes={"visits": [None, visits]})
