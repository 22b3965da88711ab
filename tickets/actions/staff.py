"""People of the staff: their invitation and roles, what they choose for themselves, the end of access."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from tickets import events, remembered
from tickets.actions import passwords, places, routing
from tickets.exceptions import DeskNotFound, DeskTaken, OwnAccount, OwnerStays, UserExists
from tickets.models import (
    Actor,
    By,
    Desk,
    EventName,
    Line,
    Location,
    Role,
    RoleType,
    Ticket,
    User,
    UserPicture,
)


@dataclass(frozen=True)
class Grant:
    """A role that somebody is to have: at a location, or everywhere where there is none."""

    type: RoleType
    location: Location | None = None


def invite(
    *, email: str, first_name: str, last_name: str, grants: Sequence[Grant], site: str, by: By
) -> User:
    """Add somebody with these roles; they are mailed a link to `site` to set a password.

    Raises UserExists, also for an address of somebody who was switched off.
    """
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, first_name=first_name, last_name=last_name)
            for grant in grants:
                user.roles.create(type=grant.type, location=grant.location)
            welcome(user, site=site, by=by)
    except IntegrityError as error:
        raise UserExists from error
    return user


def welcome(user: User, *, site: str, by: By) -> None:
    """Put it on record that somebody new is there; mail them a link, unless they have a password."""
    with transaction.atomic():
        for location in _work_places(user):
            new: dict[str, list[Any]] = {"user_id": [None, user.pk]}
            events.record(EventName.USER_INVITED, by=by, location_id=location.pk, changes=new)
        if not user.has_usable_password():
            passwords.send_link(user, site=site)


def give_role(user: User, *, grant: Grant, by: By) -> bool:
    """Give somebody a role more; False, and nothing on record, if they have it already."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        role, is_new = Role.objects.get_or_create(
            user=user, type=grant.type, location=grant.location
        )
        if is_new:
            remembered.KEYS.forget()
            everywhere = Location.objects.order_by("id")
            for location in [grant.location] if grant.location else everywhere:
                changes: dict[str, list[Any]] = {
                    "user_id": [user.pk, user.pk],
                    "role": [None, role.type],
                }
                events.record(
                    EventName.ROLE_GRANTED, by=by, location_id=location.pk, changes=changes
                )
    return is_new


def set_picture(user: User, *, image: bytes) -> None:
    """Show this face, a square JPEG, at an address of its own; the earlier one's is gone."""
    token = secrets.token_urlsafe(32)
    UserPicture.objects.update_or_create(user=user, defaults={"image": image, "token": token})


def remove_picture(user: User) -> None:
    UserPicture.objects.filter(user=user).delete()


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
    lines = list(lines)
    chosen = clerk.selected_lines
    with transaction.atomic():
        # Only of this location: what is chosen elsewhere meanwhile is not taken back.
        chosen.remove(*chosen.filter(location=location).exclude(pk__in=[row.pk for row in lines]))
        chosen.add(*lines)


def deactivate(user: User, *, by: By) -> None:
    """Switch somebody's access off; what was assigned to them waits for anybody again.

    Whom they had called, any clerk of the location may finish. Raises OwnerStays, OwnAccount.
    """
    if user == Actor.of(by).user:
        raise OwnAccount
    if user.roles.filter(type=RoleType.OWNER).exists():
        raise OwnerStays
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
        remembered.KEYS.forget()
    user.refresh_from_db()


def hand_back(user: User, *, by: By) -> None:
    """After roles were changed: give up the desk and the assignments where the user works no more.

    What was assigned to them there waits for anybody again; it stays theirs where a role is left.
    """
    with transaction.atomic():
        remembered.KEYS.forget()
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
