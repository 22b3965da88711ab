"""Put an action on record, and ring the bell of its location with the commit."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.db.models import Model

from tickets import instants, outbox, prepared
from tickets.models import Activity, Actor, By, EventName, Interaction, Message, Ticket

__all__ = ["BELL", "EventName", "channel_of", "location_of", "raise_version", "record"]

#: Raises a version, and looks whether any hook may be told what happens there. Who exactly, the
#: worker finds out: whose key was revoked, or whose person no longer manages the place, is not. To
#: look so closely here would cost every step more.
_RAISE = """
UPDATE tickets_location SET version = version + 1 WHERE id = %s
RETURNING version, EXISTS (
  SELECT 1 FROM tickets_webhook AS hook
  LEFT JOIN tickets_apikey_locations AS scope ON scope.apikey_id = hook.key_id
  WHERE hook.is_active AND (scope.id IS NULL OR scope.location_id = tickets_location.id))
"""

#: The PostgreSQL channel on which a commit is announced. The payload is a location's id, no data.
BELL = "tickets"


def record(
    event: EventName,
    *,
    by: By,
    location_id: int,
    ticket: Ticket | None = None,
    at: Any = None,
    changes: dict[str, list[Any]] | None = None,
    personal: dict[str, list[Any]] | None = None,
    interaction: Interaction | None = None,
    message: Message | None = None,
    part_of: Activity | None = None,
    undoes: Activity | None = None,
) -> Activity:
    """Write the one activity row of an action and raise its location's version.

    Called last in the action's transaction: screens and hooks are told by the commit, and a
    rolled-back action leaves no trace.
    """
    actor = Actor.of(by)
    version, is_told_to_hooks = _raise(location_id)
    activity = Activity(
        location_id=location_id,
        sequence=version,
        ticket=ticket,
        event=event,
        at=at or instants.now(),
        actor_type=actor.type,
        user=actor.user,
        key=actor.key,
        device=actor.device,
        changes=changes or {},
        personal=personal or {},
        interaction=interaction,
        message=message,
        part_of=part_of,
        undoes=undoes,
    )
    prepared.insert(activity)
    if is_told_to_hooks:
        outbox.put("webhook.tell", due_at=instants.now(), activity=activity.pk)
    return activity


def channel_of(location_id: int) -> str:
    """The channel on which a location's versions are announced to whoever listens."""
    return f"location:{location_id}"


def location_of(channel: str) -> int:
    """The id of the location that a channel is about."""
    return int(channel.removeprefix("location:"))


def raise_version(location_id: int) -> int:
    """Tell every screen of the location, with the commit; by itself for what is no step of a visit.

    Returns the new version. The row is held from here on, so versions are committed in order.
    """
    return _raise(location_id)[0]


def _raise(location_id: int) -> tuple[int, bool]:
    sql = _RAISE
    if connection.vendor == "postgresql":
        sql += f", pg_notify('{BELL}', id::text)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [location_id])
        version, is_told_to_hooks = cursor.fetchone()[:2]
    return version, bool(is_told_to_hooks)


def changed(before: Model | SimpleNamespace, **after: Any) -> dict[str, list[Any]]:
    """[before, after] of each of the columns `after` that changes, in the form that is kept."""
    pairs = {name: [_kept(getattr(before, name)), _kept(new)] for name, new in after.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _kept(value: Any) -> Any:
    return instants.to_wire(value) if isinstance(value, datetime) else value
