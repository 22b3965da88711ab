"""A believable demo: two offices and a morning of visits that has just gone by."""

from datetime import timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import QuerySet

from tickets import instants
from tickets.actions import closing
from tickets.demo import city, clinic, credentials, morning, places
from tickets.models import Activity, Location, NumberCounter, RoleType, Ticket, User

OWNER = "owner@example.org"

#: Who may be tried out, and how each signs in.
SIGN_INS = (
    ("Owner", OWNER),
    ("Manager", "manager@example.org"),
    ("Clerk", "clerk@example.org"),
    ("Clinic's clerk", "clinic@example.org"),
)

PLANS = (
    (city.OFFICE, city.GUESTS, city.SCENES),
    (clinic.OFFICE, clinic.GUESTS, clinic.SCENES),
)


def fill() -> bool:
    """Make the demo, or date its visits anew; True if it wrote any, False if it left things alone.

    It is dated anew on a later day if nobody used it since: nothing is on record after its last
    instant, and the admin's log is empty. An installation with data of its own is never touched.
    """
    if not settings.DEMO:
        raise ImproperlyConfigured("The demo is made only where DEMO is on.")
    with transaction.atomic():
        if is_there():
            is_due = _is_of_an_earlier_day() and not _is_used()
        else:
            is_due = not (Location.objects.exists() or User.objects.exists())
        if is_due:
            _throw_visits_away()
            _make()
        if is_there():
            credentials.let_in(OWNER, *(p.email for office, *_ in PLANS for p in office.people))
    return is_due


def is_there() -> bool:
    return _visits().exists()


def locations() -> QuerySet[Location]:
    """The demo's locations, the city office first."""
    return Location.objects.filter(slug__in=[o.slug for o, *_ in PLANS]).order_by("id")


def _visits() -> QuerySet[Ticket]:
    return Ticket.objects.filter(location__in=locations(), nonce__startswith=morning.MARK)


def _is_of_an_earlier_day() -> bool:
    last = _visits().select_related("location").latest("created_at")
    return last.location.local_day(last.created_at) < last.location.today()


def _is_used() -> bool:
    """Each morning ends with a sign-in: whatever is later, somebody else did."""
    ended_at = _visits().latest("created_at").created_at
    return Activity.objects.filter(at__gt=ended_at).exists() or LogEntry.objects.exists()


def _throw_visits_away() -> None:
    """The places stay as they are, and keep their ids."""
    for location in locations():
        for visit in Ticket.objects.active().filter(location=location).values("pk", "status"):
            closing.end_visit(**visit)  # one that is being served cannot be deleted
        Ticket.objects.filter(location=location).delete()
        Activity.objects.filter(location=location).delete()
        NumberCounter.objects.filter(location=location).delete()


def _make() -> None:
    owner, is_new = User.objects.get_or_create(
        email=OWNER, defaults={"first_name": "Helena", "last_name": "Rebane"}
    )
    if is_new:
        owner.roles.create(type=RoleType.OWNER)
    ends_at = instants.now() - timedelta(minutes=1)
    for office, guests, scenes in PLANS:
        place = places.make(office)
        morning.Morning(place, guests, scenes, ends_at=ends_at).live()
