"""What version 1 shows of each thing: one function per resource builds a plain dict."""

from collections.abc import Container
from datetime import datetime
from typing import Any

from tickets.instants import to_wire
from tickets.models import (
    Desk,
    Direction,
    Extra,
    Interaction,
    Line,
    Location,
    Message,
    MessageStatus,
    Ticket,
    User,
)
from tickets.states import Outcome

INTERACTIONS = "INTERACTIONS"
MESSAGES = "MESSAGES"
#: What a ticket's details show; a search shows what `responseScope` asks for.
EVERYTHING = frozenset({INTERACTIONS, MESSAGES})
LISTED = frozenset({Outcome.SERVED, Outcome.RETURNED, Outcome.FORWARDED})


def ticket(row: Ticket, scope: Container[str] = EVERYTHING) -> dict[str, Any]:
    """The ticket of PRODUCT.md; absent what it does not have. Reads the prefetched relations."""
    shown: dict[str, Any] = {
        "id": str(row.pk),
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
    shown["extra"] = [_extra(each) for each in row.extras.all()]
    shown["labels"] = [{"value": each.value, "color": each.color} for each in row.labels.all()]
    if INTERACTIONS in scope:
        listed = [each for each in row.interactions.all() if each.outcome in LISTED]
        shown["interactions"] = [_interaction(each) for each in listed]
    if MESSAGES in scope:
        shown["messages"] = [message(each) for each in row.messages.all()]
    return shown


def _extra(row: Extra) -> dict[str, Any]:
    shown: dict[str, Any] = {"title": row.title, "value": row.value}
    if row.url:
        shown["url"] = row.url
    if row.color:
        shown["color"] = row.color
    return shown


def _interaction(row: Interaction) -> dict[str, Any]:
    return {
        "start": to_wire(row.started_at),
        "end": to_wire(row.ended_at or row.started_at),
        "line": row.line_id,
        "user": row.user_id,
    }


def message(row: Message) -> dict[str, Any]:
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


def colleague(row: User, place: Location) -> dict[str, Any]:
    """Somebody of the staff of `place`; where else they work is not this place's business."""
    shown: dict[str, Any] = {
        "id": row.pk,
        "email": row.email,
        "firstName": row.first_name,
        "lastName": row.last_name,
    }
    if row.selected_location_id == place.pk:
        shown["selectedLocation"] = place.pk
    return shown
