"""What version 1 shows of each thing: one function per resource builds a plain dict."""

from collections.abc import Container, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from tickets.api.v1.related import EVERYTHING, INTERACTIONS, MESSAGES, Related, read
from tickets.instants import to_wire
from tickets.models import (
    FIELD_COLUMNS,
    Desk,
    Device,
    DeviceKind,
    Direction,
    FieldType,
    InputField,
    InputFieldOption,
    Line,
    Location,
    MessageStatus,
    Role,
    TvLayout,
    User,
)
from tickets.states import Outcome

#: The names that version 1 has for our kinds of fields; further ones are our names in small letters.
FIELD_TYPES: dict[str, str] = {
    FieldType.FIRST_NAME: "firstName",
    FieldType.LAST_NAME: "lastName",
    FieldType.PHONE_NUMBER: "phoneNumber",
}
DEVICE_TYPES: dict[str, str] = {DeviceKind.KIOSK: "NAME_DEVICE", DeviceKind.TV: "MONITOR"}
LAYOUTS: dict[str, str] = {
    TvLayout.STANDARD: "standard",
    TvLayout.WAITING_LIST: "waitingList",
    TvLayout.LARGE: "large",
}
#: A model instance, or a named tuple of the columns that are shown.
Row = Any
LISTED = frozenset({Outcome.SERVED, Outcome.RETURNED, Outcome.FORWARDED})


def tickets(rows: Sequence[Row], scope: Container[str] = EVERYTHING) -> list[dict[str, Any]]:
    """Many of them, with the same number of queries as one."""
    related = read([row.id for row in rows], scope)
    return [ticket(row, scope, related) for row in rows]


def ticket(
    row: Row, scope: Container[str] = EVERYTHING, related: Related | None = None
) -> dict[str, Any]:
    """The ticket of PRODUCT.md; absent what it does not have. Reads its relations if not given."""
    related = related or read([row.id], scope)
    shown: dict[str, Any] = {
        "id": str(row.id),
        "status": row.status,
        "source": row.source,
        "line": row.line_id,
    }
    if row.first_name:
        shown["firstName"] = row.first_name
    if row.last_name:
        shown["lastName"] = row.last_name
    if row.phone_number:
        shown["phoneNumber"] = int(row.phone_number.removeprefix("+"))
    if row.email:
        shown["email"] = row.email
    if row.order_after:
        shown["orderAfter"] = to_wire(row.order_after)
    shown["created"] = {"date": to_wire(row.created_at)}
    if row.called_at:
        shown["called"] = {"date": to_wire(row.called_at), "caller": row.caller_id}
        if row.desk_id:
            shown["called"]["desk"] = row.desk_id
    if row.served_at:
        shown["served"] = {"date": to_wire(row.served_at)}
    if row.assignee_id:
        shown["assigned"] = {"assigner": row.assigner_id, "assignee": row.assignee_id}
    shown["extra"] = [_extra(each) for each in related.extras.get(row.id, ())]
    labels = related.labels.get(row.id, ())
    shown["labels"] = [{"value": each.value, "color": each.color} for each in labels]
    if INTERACTIONS in scope:
        ended = [each for each in related.interactions.get(row.id, ()) if each.outcome in LISTED]
        shown["interactions"] = [_interaction(each) for each in ended]
    if MESSAGES in scope:
        shown["messages"] = [message(each) for each in related.messages.get(row.id, ())]
    return shown


def _extra(row: Row) -> dict[str, Any]:
    shown: dict[str, Any] = {"title": row.title, "value": row.value}
    if row.url:
        shown["url"] = row.url
    if row.color:
        shown["color"] = row.color
    return shown


def _interaction(row: Row) -> dict[str, Any]:
    return {
        "start": to_wire(row.started_at),
        "end": to_wire(row.ended_at or row.started_at),
        "line": row.line_id,
        "user": row.user_id,
    }


def message(row: Row) -> dict[str, Any]:
    is_pending = row.direction == Direction.OUTGOING and row.status != MessageStatus.DELIVERED
    return {
        "created": {"date": to_wire(row.created_at)},
        "type": row.direction,
        "status": "NEW" if is_pending else "DELIVERED",
        "body": row.body,
    }


def location(row: Location, now: datetime) -> dict[str, Any]:
    offset = now.astimezone(row.tz).utcoffset()
    shown: dict[str, Any] = {"id": row.pk, "name": row.name}
    if row.latitude is not None and row.longitude is not None:
        shown |= {"latitude": row.latitude, "longitude": row.longitude}
    shown["country"] = row.country
    if row.address:
        shown["address"] = row.address
    shown["selectingDeskMandatory"] = row.is_desk_required
    shown["timezoneOffset"] = int(offset.total_seconds() // 60) if offset else 0
    return shown


def line(row: Line) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "location": row.location_id,
        "color": f"#{row.color.lower()}",
        "disabled": not row.is_open,
    }


def desk(row: Desk) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name}


def device(row: Device) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name}


def listed_device(row: Device, now: datetime) -> dict[str, Any]:
    return device(row) | {"type": DEVICE_TYPES[row.kind], "offline": row.is_offline(now)}


def tv(row: Device) -> dict[str, Any]:
    """What our TV page shows: all lines of its location, each call until the visitor is served."""
    return device(row) | {
        "theme": row.theme.lower(),
        "layout": LAYOUTS[row.layout],
        "settings": {
            "lines": [line.pk for line in row.location.lines.in_use()],
            "clearTickets": "afterServing",
            "notificationViewLineVisible": row.location.is_line_public,
        },
    }


def input_field(row: InputField) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": FIELD_TYPES.get(row.type, row.type.lower())}
    if row.type not in FIELD_COLUMNS:
        shown["title"] = row.title
    if row.type == FieldType.SELECT:
        shown["options"] = [_option(each) for each in row.options.all()]
    return shown


def _option(row: InputFieldOption) -> dict[str, Any]:
    shown = {"title": row.title}
    if row.color:
        shown["color"] = f"#{row.color.lower()}"
    return shown


def colleague(row: User, place: Location, site: str) -> dict[str, Any]:
    """Somebody of the staff of `place`; where else they work is not this place's business."""
    return _person(row, {place.pk}, site)


def user(row: User, reached: Container[int], site: str) -> dict[str, Any]:
    """Somebody with their roles, as far as the locations reach; reads the prefetched relations."""
    shown = _person(row, reached, site)
    if row.desk and row.desk.location_id in reached:
        shown["desk"] = row.desk_id
    roles = [r for r in row.roles.all() if r.location_id is None or r.location_id in reached]
    shown["roles"] = [_role(each) for each in sorted(roles, key=lambda role: role.pk)]
    return shown


def _person(row: User, reached: Container[int], site: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": row.pk,
        "email": row.email,
        "firstName": row.first_name,
        "lastName": row.last_name,
    }
    if row.selected_location_id in reached:
        shown["selectedLocation"] = row.selected_location_id
    if picture := getattr(row, "picture", None):
        url = site + reverse("tickets:picture", args=[picture.token])
        shown["picture"] = [{"size": "medium", "url": url}]
    return shown


def _role(row: Role) -> dict[str, Any]:
    shown = {"id": row.pk, "type": row.type}
    if row.location_id:
        shown["location"] = row.location_id
    return shown
