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
    if clerk.desk and clerk.desk.location_id != location.pk:
        choose_desk(clerk, desk=None, by=clerk)
    clerk.selected_location = location
    clerk.save(update_fields=["selected_location"])


def choose_desk(clerk: User, *, desk: Desk | None, by: By) -> None:
    """Sit down at `desk`, or leave it. Raises DeskTaken naming who sits there, DeskNotFound."""
    if desk and not desk.is_active:
        raise DeskNotFound
    if clerk.desk == desk:
        return
    place = desk or clerk.desk
    location = place.location if place else None
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


def choose_lines(clerk: User, *, location: Location, lines: Iterable[Line]) -> None:
    """Remember the lines that the clerk calls from at `location`; none means all of them."""
    elsewhere = clerk.selected_lines.exclude(location=location)
    clerk.selected_lines.set([*elsewhere, *lines])


def deactivate(user: User, *, by: By) -> None:
    """Switch somebody's access off; what was assigned to them waits for anybody again.

    Whom they had called, any clerk of the location may finish.
    """
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False, desk=None):
            return
        locations = list(_work_places(user))
        assigned = _hold_assigned(user, locations)
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


def hand_back(user: User, *, by: By) -> None:
    """After roles were changed: give up the desk and the assignments where the user works no more.

    What was assigned to them there waits for anybody again; it stays theirs where a role is left.
    """
    with transaction.atomic():
        # Whoever assigns something to them is through, or waits and then finds the role gone.
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if user.is_account_wide:
            return
        for ticket in _hold_assigned(user, list(_work_places(user).exclude(roles__user=user))):
            routing.clear_assignment(ticket, by=by)
        if user.desk and not user.roles.filter(location=user.desk.location_id).exists():
            choose_desk(user, desk=None, by=by)


def _hold_assigned(user: User, locations: list[Location]) -> list[Ticket]:
    """What is assigned to the user in these locations, held until the transaction ends."""
    for location in locations:
        places.lock_location(location.pk)
    theirs = Ticket.objects.active().filter(assignee=user, location__in=locations)
    return list(theirs.order_by("id").select_for_update(of=("self",)))


def _work_places(user: User) -> QuerySet[Location]:
    """Where the user has a role, and where a role of earlier days left something assigned to them."""
    if user.is_account_wide:
        return Location.objects.order_by("id")
    left = Ticket.objects.active().filter(assignee=user).values("location")
    return Location.objects.filter(Q(roles__user=user) | Q(pk__in=left)).distinct().order_by("id")
