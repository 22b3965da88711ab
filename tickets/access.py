"""Which rows a person, a program, a device or a visitor may reach. What is not reachable does not exist."""

from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from tickets import instants
from tickets.models import (
    Activity,
    ApiKey,
    Device,
    DeviceKind,
    Line,
    Location,
    RoleType,
    Ticket,
    User,
    secret_hash,
)
from tickets.models.tickets import TicketQuerySet
from tickets.states import ACTIVE

#: The cookie in which the browser of each kind of device keeps its secret.
DEVICE_COOKIES = {DeviceKind.KIOSK: "kiosk_device", DeviceKind.TV: "tv_device"}

#: How often a device's last sign of life is written at most.
SEEN_EVERY = timedelta(minutes=1)

#: So long after the end of a visit its private page still answers.
VISIT_PAGE_LASTS = timedelta(hours=24)


def locations_for(user: User | AnonymousUser) -> QuerySet[Location]:
    """Where this person works: the locations of their roles; all for administrators and owners."""
    active = Location.objects.filter(is_active=True)
    if not isinstance(user, User) or not user.is_active:
        return active.none()
    if user.is_account_wide:
        return active
    return active.filter(roles__user=user).distinct()


def managed_locations(user: User | AnonymousUser) -> QuerySet[Location]:
    """What this person may set up in the admin, inactive locations included."""
    if not isinstance(user, User) or not user.is_active:
        return Location.objects.none()
    if user.is_account_wide:
        return Location.objects.all()
    return Location.objects.filter(roles__user=user, roles__type=RoleType.MANAGER)


def tickets_for(user: User | AnonymousUser) -> TicketQuerySet:
    return Ticket.objects.filter(location__in=locations_for(user))


def locations_for_key(key: ApiKey) -> QuerySet[Location]:
    """The locations of a program: its own list, cut to where its user works, if it has one."""
    locations = locations_for(key.user) if key.user else Location.objects.filter(is_active=True)
    scope = [location.pk for location in key.locations.all()]
    return locations.filter(pk__in=scope) if scope else locations


def key_for(secret: str) -> ApiKey | None:
    """The live API key with this secret."""
    keys = ApiKey.objects.filter(secret_hash=secret_hash(secret), revoked_at=None)
    key = keys.select_related("user").prefetch_related("locations", "user__roles").first()
    return key if key and (key.user is None or key.user.is_active) else None


def device_for(secret: str, *, kind: str) -> Device | None:
    """The paired kiosk or TV whose browser keeps this secret."""
    devices = Device.objects.filter(
        kind=kind, secret_hash=secret_hash(secret), is_active=True, location__is_active=True
    )
    device = devices.select_related("location").first()
    now = instants.now()
    if device and (device.last_seen_at is None or now - device.last_seen_at > SEEN_EVERY):
        Device.objects.filter(pk=device.pk).update(last_seen_at=now)
    return device


def open_lines(location: Location) -> QuerySet[Line]:
    """What a visitor may choose from."""
    return Line.objects.open().filter(location=location)


def remote_location(slug: str) -> Location | None:
    """The location of a public microsite."""
    return Location.objects.filter(slug=slug, is_active=True).first()


def ticket_by_visit_token(token: str) -> Ticket | None:
    """The visit behind a private status page, until a day after its end."""
    ended_lately = Activity.objects.filter(
        ticket=OuterRef("pk"),
        changes__has_key="status",
        at__gt=instants.now() - VISIT_PAGE_LASTS,
    )
    tickets = Ticket.objects.filter(visit_token=token, location__is_active=True)
    tickets = tickets.filter(Q(status__in=ACTIVE) | Exists(ended_lately))
    return tickets.select_related("location", "line", "desk", "caller").first()
