"""Which rows a person, a program, a device or a visitor may reach. What is not reachable does not exist."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from tickets import instants, prepared
from tickets.limits import Limit
from tickets.models import (
    Activity,
    ApiKey,
    Device,
    DeviceKind,
    Line,
    Location,
    Role,
    RoleType,
    Ticket,
    User,
    Webhook,
    opening,
    secret_hash,
)
from tickets.models.people import ACCOUNT_ROLES, UserQuerySet
from tickets.models.tickets import TicketQuerySet
from tickets.models.webhooks import WebhookQuerySet
from tickets.prepared import Parameter
from tickets.states import ACTIVE

#: The cookie in which the browser of each kind of device keeps its secret.
DEVICE_COOKIES = {DeviceKind.KIOSK: "kiosk_device", DeviceKind.TV: "tv_device"}

#: How often the last use of a key, and the last sign of life of a device, are written at most.
SEEN_EVERY = timedelta(minutes=1)
DEVICE_SEEN_EVERY = timedelta(seconds=8)

#: So long after the end of a visit its private page still answers.
VISIT_PAGE_LASTS = timedelta(hours=24)
#: So often one network may ask for visits that are not there, so that nobody tries links for long.
VISIT_GUESSES = Limit("visit", burst=30, interval=timedelta(seconds=10))


def locations_for(user: User | AnonymousUser) -> QuerySet[Location]:
    """Where this person works: the locations of their roles; all for administrators and owners."""
    active = Location.objects.filter(is_active=True)
    if not isinstance(user, User) or not user.is_active:
        return active.none()
    if user.is_account_wide:
        return active
    return active.filter(roles__user=user).distinct()


_workplace = prepared.Select(
    lambda: Location.objects.filter(
        Exists(
            Role.objects.filter(
                Q(location=OuterRef("pk")) | Q(type__in=ACCOUNT_ROLES), user=Parameter("user")
            )
        ),
        pk=Parameter("pk"),
        is_active=True,
    )
)


def location_for(user: User | AnonymousUser, pk: int) -> Location | None:
    """That one of `locations_for`, by a statement of a fixed shape: every open screen asks for it."""
    if not isinstance(user, User) or not user.is_active:
        return None
    return _workplace.first(user=user.pk, pk=pk)


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


def managed_by_key(key: ApiKey) -> QuerySet[Location]:
    """What a program may set up: all that it reaches, or of that what its user manages."""
    reached = locations_for_key(key)
    if key.user is None:
        return reached
    return reached.filter(pk__in=managed_locations(key.user).values("pk"))


def is_account_wide(key: ApiKey) -> bool:
    """Whether a program may do everywhere what an administrator may."""
    is_of_account = key.user is None or key.user.is_account_wide
    return is_of_account and not key.locations.all()


def people_for_key(key: ApiKey) -> UserQuerySet:
    """The active people that a program meets: all, or who works at a location that it reaches."""
    if is_account_wide(key):
        return UserQuerySet(User).filter(is_active=True)
    return UserQuerySet(User).working_in(locations_for_key(key))


def is_within(person: User, locations: QuerySet[Location]) -> bool:
    """Whether everything that this person does is at these locations."""
    those = set(locations.values_list("pk", flat=True))
    return all(role.location_id in those for role in person.roles.all())


def may_look_after(key: ApiKey, person: User) -> bool:
    """Whether a program may change somebody: it manages everything that they do."""
    return is_account_wide(key) or is_within(person, managed_by_key(key))


def webhooks_for_key(key: ApiKey) -> QuerySet[Webhook]:
    """What a program may take away: the hooks that it registered, or all if it may do everything."""
    hooks = Webhook.objects.filter(is_active=True)
    return hooks if is_account_wide(key) else hooks.filter(key=key)


def webhooks_for(user: User | AnonymousUser) -> WebhookQuerySet:
    """The hooks that this person looks after: of a key of theirs, or of one for their locations alone.

    Another hook is told of other people's places, and its address may be a secret.
    """
    hooks = WebhookQuerySet(Webhook)
    if not isinstance(user, User) or not user.is_active:
        return hooks.none()
    if user.is_account_wide:
        return hooks
    scope = ApiKey.locations.through.objects.filter(apikey=OuterRef("key"))
    elsewhere = scope.exclude(location__in=managed_locations(user).values("pk"))
    return hooks.filter(Q(key__user=user) | (Exists(scope) & ~Exists(elsewhere)))


def key_for(secret: str) -> ApiKey | None:
    """The live API key with this secret."""
    return _live_key(secret_hash=secret_hash(secret))


def key_anew(key: ApiKey) -> ApiKey | None:
    """The key with its rights of this moment, for who holds on to one; None once it was revoked."""
    return _live_key(pk=key.pk)


def _live_key(**which: Any) -> ApiKey | None:
    keys = ApiKey.objects.filter(**which, revoked_at=None)
    return keys.filter(Q(user=None) | Q(user__is_active=True)).first()


@dataclass(frozen=True)
class Reach:
    """The locations of a program by their ids, which spares every query the look at its rights.

    For the whole account: those that it does not reach. So what is opened is there at once.
    """

    location_ids: frozenset[int]
    is_all_others: bool

    def includes(self, location_id: int) -> bool:
        return (location_id in self.location_ids) != self.is_all_others

    def rows(self, location: str = "location") -> Q:
        """The condition for rows whose location `location` names."""
        among = Q(**{f"{location}__in": self.location_ids})
        return ~among if self.is_all_others else among


def reach_of(key: ApiKey) -> Reach:
    """What `locations_for_key` says, as it is now."""
    is_all_others = is_account_wide(key)
    locations = Location.objects.filter(is_active=False)
    locations = locations if is_all_others else locations_for_key(key)
    return Reach(frozenset(locations.values_list("pk", flat=True)), is_all_others)


def device_for(secret: str, *, kind: str) -> Device | None:
    """The paired kiosk or TV whose browser keeps this secret."""
    devices = Device.objects.filter(
        kind=kind, secret_hash=secret_hash(secret), is_active=True, location__is_active=True
    )
    return devices.select_related("location").first()


def note_seen(device: Device) -> None:
    """Write down that a request has come from this device, unless one has just been.

    A stream that is open is none: where a network fell silent, nobody has closed it.
    """
    now = instants.now()
    if device.last_seen_at is None or now - device.last_seen_at > DEVICE_SEEN_EVERY:
        Device.objects.filter(pk=device.pk).update(last_seen_at=now)


def open_lines(location: Location) -> QuerySet[Line]:
    """What a visitor may choose from: nothing outside of the opening hours."""
    lines = Line.objects.open().filter(location=location)
    is_open = opening(location, instants.now(), has_open_line=True).is_open
    return lines if is_open else lines.none()


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
    tickets = Ticket.objects.filter(visit_token=token, redacted_at=None, location__is_active=True)
    tickets = tickets.filter(Q(status__in=ACTIVE) | Exists(ended_lately))
    return tickets.select_related("location", "line", "desk", "caller").first()
