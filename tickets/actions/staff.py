"""What clerks set for themselves, and the end of somebody's access."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from tickets import events
from tickets.actions import places, routing
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
        if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False, desk=None):
            return
        locations = list(_work_places(user))
        for location in locations:
            places.lock_location(location.pk)
        theirs = Ticket.objects.active().filter(assignee=user).select_for_update(of=("self",))
        assigned = list(theirs.order_by("id"))
        for location in locations:
            for ticket in assigned:
                if ticket.location_id == location.pk:
                    routing.clear_assignment(ticket, by=by)
            events.record(
                EventName.USER_DEACTIVATED,
                by=by,
                location_id=location.pk,
                changes={"user_id": [user.pk, user.pk], "is_active": [True, False]},
            )
    user.refresh_from_db()


def _work_places(user: User) -> QuerySet[Location]:
    """Where the user has a role, and where a role of earlier days left something assigned to them."""
    if user.is_account_wide:
        return Location.objects.order_by("id")
    left = Ticket.objects.active().filter(assignee=user).values("location")
    return Location.objects.filter(Q(roles__user=user) | Q(pk__in=left)).distinct().order_by("id")
