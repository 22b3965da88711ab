"""What webhooks are told of each action: under which type, and what it shows."""

from collections.abc import Mapping
from typing import Any

import orjson

from tickets import instants, outbox
from tickets.actions import deliveries
from tickets.api.v1 import resources
from tickets.models import Activity, EventName, Line, Webhook

#: The type under which each of our events is told; None: hooks are not told.
TYPES: Mapping[str, str | None] = {
    # Qminder's own.
    EventName.CREATED: "ticket_created",
    EventName.CALLED: "ticket_called",
    EventName.RECALLED: "ticket_recalled",
    EventName.SERVED: "ticket_served",
    EventName.CANCELLED: "ticket_cancelled",
    EventName.EDITED: "ticket_changed",
    EventName.LABELED: "ticket_changed",
    EventName.REORDERED: "ticket_changed",
    EventName.ASSIGNED: "ticket_changed",
    EventName.UNASSIGNED: "ticket_changed",
    EventName.EXTERNAL_CHANGED: "ticket_changed",
    EventName.UNDONE: "ticket_changed",
    EventName.LINE_CHANGED: "line_changed",
    EventName.LOCATION_CREATED: "location_created",
    EventName.LOCATION_CHANGED: "location_changed",
    # For what it has none: programs that were written for it pass them over.
    EventName.NO_SHOW: "ticket_no_show",
    EventName.RETURNED: "ticket_returned",
    EventName.FORWARDED: "ticket_forwarded",
    EventName.REJOINED: "ticket_rejoined",
    EventName.MESSAGE_SENT: "message_sent",
    EventName.MESSAGE_RECEIVED: "message_received",
    EventName.LINE_CREATED: "line_created",
    # The staff's own business.
    EventName.MESSAGE_READ: None,
    EventName.REVEALED: None,
    EventName.DESK_SELECTED: None,
    EventName.USER_INVITED: None,
    EventName.ROLE_GRANTED: None,
    EventName.USER_DEACTIVATED: None,
    EventName.DEVICE_PAIRED: None,
    EventName.DEVICE_CHANGED: None,
    EventName.DEVICE_UNPAIRED: None,
    EventName.HELP_WANTED: None,
    EventName.HELP_PROMISED: None,
    EventName.REDACTED: None,
    EventName.EXPORTED: None,
}


@outbox.does("webhook.tell")
def tell(*, activity: int) -> None:
    """Leave a delivery of this step to each hook that may be told, all with the same body."""
    row = Activity.objects.select_related("location", "ticket").filter(pk=activity).first()
    if row is None or (event := TYPES[row.event]) is None:
        return
    if hooks := list(Webhook.objects.told_of(row.location_id)):
        told = {
            "type": event,
            "timestamp": instants.to_wire(row.at),
            "location": row.location_id,
            "sequence": row.sequence,
            "data": _shown(row),
        }
        body = orjson.dumps(told).decode()
        deliveries.put(hooks, event=event, body=body, location=row.location, ticket=row.ticket)


def _shown(row: Activity) -> dict[str, Any]:
    if row.ticket:
        return resources.ticket(row.ticket)
    if line := row.changes.get("line_id"):
        return resources.line(Line.objects.get(pk=line[1]))
    return resources.location(row.location, instants.now())
