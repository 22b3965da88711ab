"""What programs are told of each action over `/events`: under which name, and what it shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from django.db import connection

from tickets import instants
from tickets.api.v1 import related as relations
from tickets.api.v1 import resources
from tickets.events import location_of
from tickets.models import Activity, Device, DeviceKind, EventName


class Topic(StrEnum):
    """What a program can subscribe to; Qminder's names."""

    TICKET_CREATED = "TICKET_CREATED"
    TICKET_CALLED = "TICKET_CALLED"
    TICKET_RECALLED = "TICKET_RECALLED"
    TICKET_SERVED = "TICKET_SERVED"
    TICKET_CANCELLED = "TICKET_CANCELLED"
    TICKET_CHANGED = "TICKET_CHANGED"
    LINES_CHANGED = "LINES_CHANGED"
    LOCATION_CHANGE = "LOCATION_CHANGE"
    OVERVIEW_MONITOR_CHANGE = "OVERVIEW_MONITOR_CHANGE"
    SIGN_IN_CHANGE = "SIGN_IN_CHANGE"


TICKET_TOPICS = frozenset(topic for topic in Topic if topic.startswith("TICKET_"))
KIND_OF = {
    Topic.OVERVIEW_MONITOR_CHANGE: DeviceKind.TV,
    Topic.SIGN_IN_CHANGE: DeviceKind.KIOSK,
}
BY_KIND = {str(kind): topic for topic, kind in KIND_OF.items()}

#: The name under which each of our events is told; None: programs are not told.
TOPICS: Mapping[str, Topic | Mapping[str, Topic] | None] = {
    EventName.CREATED: Topic.TICKET_CREATED,
    EventName.CALLED: Topic.TICKET_CALLED,
    EventName.RECALLED: Topic.TICKET_RECALLED,
    EventName.SERVED: Topic.TICKET_SERVED,
    EventName.CANCELLED: Topic.TICKET_CANCELLED,
    # Whoever waits again, wherever, is new in that line.
    EventName.RETURNED: Topic.TICKET_CREATED,
    EventName.FORWARDED: Topic.TICKET_CREATED,
    EventName.REJOINED: Topic.TICKET_CREATED,
    EventName.NO_SHOW: Topic.TICKET_CHANGED,
    EventName.REORDERED: Topic.TICKET_CHANGED,
    EventName.ASSIGNED: Topic.TICKET_CHANGED,
    EventName.UNASSIGNED: Topic.TICKET_CHANGED,
    EventName.EDITED: Topic.TICKET_CHANGED,
    EventName.LABELED: Topic.TICKET_CHANGED,
    EventName.MESSAGE_SENT: Topic.TICKET_CHANGED,
    EventName.MESSAGE_RECEIVED: Topic.TICKET_CHANGED,
    EventName.EXTERNAL_CHANGED: Topic.TICKET_CHANGED,
    EventName.UNDONE: Topic.TICKET_CHANGED,
    EventName.LINE_CREATED: Topic.LINES_CHANGED,
    EventName.LINE_CHANGED: Topic.LINES_CHANGED,
    EventName.LOCATION_CHANGED: Topic.LOCATION_CHANGE,
    EventName.DEVICE_PAIRED: BY_KIND,
    EventName.DEVICE_CHANGED: BY_KIND,
    EventName.DEVICE_UNPAIRED: BY_KIND,
    # Nobody can have subscribed to a location before it is there.
    EventName.LOCATION_CREATED: None,
    # The staff's own business.
    EventName.MESSAGE_READ: None,
    EventName.REVEALED: None,
    EventName.DESK_SELECTED: None,
    EventName.USER_INVITED: None,
    EventName.ROLE_GRANTED: None,
    EventName.USER_DEACTIVATED: None,
    EventName.REDACTED: None,
    EventName.EXPORTED: None,
    EventName.HELP_WANTED: None,
    EventName.HELP_PROMISED: None,
}


@dataclass(frozen=True)
class News:
    """One action, as it is told. `data` is what the thing looks like now, as JSON."""

    version: int
    topic: Topic
    location: int
    lines: frozenset[int]
    device: int | None
    data: bytes


def read(channel: str, after: int, upto: int) -> list[News]:
    """What is told of a location's actions after version `after` and up to `upto`. Blocking."""
    rows = Activity.objects.filter(
        location=location_of(channel), sequence__gt=after, sequence__lte=upto
    )
    try:
        in_order = rows.order_by("sequence").prefetch_related("ticket")
        tickets = [row.ticket_id for row in in_order if row.ticket_id]
        related = relations.read(tickets)
        moves = Activity.objects.filter(
            ticket__in=tickets, sequence__gt=after, changes__has_key="line_id"
        ).order_by("sequence")
        return [news for row in in_order if (news := _news(row, related, moves))]
    finally:
        connection.close_if_unusable_or_obsolete()


def _news(row: Activity, related: relations.Related, moves: Iterable[Activity]) -> News | None:
    topic = TOPICS[row.event]
    device: Device | None = None
    if isinstance(topic, Mapping):
        device = Device.objects.get(pk=row.changes["device_id"][1])
        topic = topic[device.kind]
    if topic is None:
        return None
    return News(
        version=row.sequence or 0,
        topic=topic,
        location=row.location_id,
        lines=_lines(row, topic, moves),
        device=device.pk if device else None,
        data=orjson.dumps(_shown(row, topic, device, related)),
    )


def _lines(row: Activity, topic: Topic, moves: Iterable[Activity]) -> frozenset[int]:
    """Where it happened, wherever the ticket is by now; a change of line is of the one left, too."""
    if row.ticket is None:
        return frozenset()
    if moved := row.changes.get("line_id"):
        return frozenset(moved if topic == Topic.TICKET_CHANGED else moved[1:])
    since = (m for m in moves if m.ticket_id == row.ticket_id and m.pk > row.pk)
    left = next(since, None)
    return frozenset([left.changes["line_id"][0] if left else row.ticket.line_id])


def _shown(
    row: Activity, topic: Topic, device: Device | None, related: relations.Related
) -> dict[str, Any]:
    if row.ticket:
        return resources.ticket(row.ticket, related=related)
    now = instants.now()
    if device:
        is_tv = topic == Topic.OVERVIEW_MONITOR_CHANGE
        return resources.tv(device) if is_tv else resources.listed_device(device, now)
    if topic == Topic.LINES_CHANGED:
        return {"lines": [resources.line(each) for each in row.location.lines.in_use()]}
    return resources.location(row.location, now)
