"""What clerks set for themselves, and the end of somebody's access."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from tickets import events
from tickets.actions import routing
from tickets.exceptions import DeskNotFound, DeskTaken
from tickets.models import By, Desk, EventName, Line, Location, Ticket, User


def choose_location(clerk: User, *, location: Location) -> None:
    """Remember where the clerk works; leaving a location frees the desk there."""
    clerk.selected_location = location
    if clerk.desk and clerk.desk.location_id != location.pk:
        clerk.desk = None
    clerk.save(update_fields=["selected_location", "desk"])


def choose_desk(clerk: User, *, desk: Desk | None, by: By) -> None:
    """Sit down at `desk`, or leave it. Raises DeskTaken naming who sits there, DeskNotFound."""
    if desk and not desk.is_active:
        raise DeskNotFound
    location = desk.location if desk else clerk.selected_location
    try:
        with transaction.atomic():
            before = clerk.desk_id
            clerk.desk = desk
            clerk.save(update_fields=["desk"])
            if location:
                pair = [before, desk.pk if desk else None]
                events.record(
                    EventName.DESK_SELECTED,
                    by=by,
                    location_id=location.pk,
                    changes={"desk_id": pair},
                )
    except IntegrityError as error:
        clerk.refresh_from_db(fields=["desk"])
        holder = User.objects.filter(desk=desk).first()
        raise DeskTaken(
            gettext("%(clerk)s is at %(desk)s. Choose another desk.")
            % {"clerk": holder or "", "desk": desk or ""}
        ) from error


def choose_lines(clerk: User, *, lines: Iterable[Line]) -> None:
    """Remember the lines that the clerk calls from; none means all of the location."""
    clerk.selected_lines.set(lines)


def deactivate(user: User, *, by: By) -> None:
    """Switch somebody's access off; what was assigned to them waits for anybody again.

    Whom they had called, any clerk of the location may finish.
    """
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False, desk=None)
        for ticket in Ticket.objects.active().filter(assignee=user).order_by("id"):
            ticket.lock()
            routing.clear_assignment(ticket, by=by)
    user.refresh_from_db()
