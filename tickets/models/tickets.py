"""The ticket: one visitor's single visit to a location, in one line."""

import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import names, prepared
from tickets.exceptions import TransitionNotAllowed, VisitRedacted
from tickets.models.fields import InstantField, hex_color
from tickets.models.locations import Desk, InputField, Line, Location, NameForm
from tickets.models.people import User
from tickets.prepared import Parameter
from tickets.states import ACTIVE, ENDED, Status, Transition


class Source(models.TextChoices):
    MANUAL = "MANUAL", _("Added by a clerk")
    NAME = "NAME", _("Kiosk")
    MICROSITE = "MICROSITE", _("Remote sign-in")


#: What a step asks of a ticket beside its status, if nothing else is said.
ALWAYS = Q()


def new_visit_token() -> str:
    return secrets.token_urlsafe(24)


#: The title of the extra that keeps a mobile number which is none, as the visitor typed it.
NUMBER_AS_TYPED = "Mobile number, as typed"


def masked(phone_number: str) -> str:
    return f"•••{phone_number[-4:]}" if phone_number else ""


def shown_extra(title: str, value: str) -> str:
    """The value of an extra as it is shown to who has not asked for a number."""
    return masked(value) if title == NUMBER_AS_TYPED else value


class TicketQuerySet(models.QuerySet["Ticket"]):
    def waiting(self) -> Self:
        return self.filter(status=Status.NEW)

    def called(self) -> Self:
        return self.filter(status=Status.CALLED)

    def active(self) -> Self:
        return self.filter(status__in=ACTIVE)

    def in_order(self) -> Self:
        """First the visitor to call first (PRODUCT.md, order)."""
        return self.order_by("sort_at", "id")

    def before(self, ticket: "Ticket") -> Self:
        """Those waiting, in whatever line, who come before `ticket`."""
        earlier = Q(sort_at__lt=ticket.sort_at) | Q(sort_at=ticket.sort_at, id__lt=ticket.pk)
        return self.waiting().filter(earlier)

    def after(self, ticket: "Ticket") -> Self:
        """Those waiting, in whatever line, who come after `ticket`."""
        later = Q(sort_at__gt=ticket.sort_at) | Q(sort_at=ticket.sort_at, id__gt=ticket.pk)
        return self.waiting().filter(later)


class Ticket(models.Model):
    """A visit. Its status is written by `claim` and by nothing else."""

    PERSONAL = ("first_name", "last_name", "phone_number", "email", "visit_token", "nonce")
    REDACTED = {
        "first_name": "Redacted",  # as with Qminder
        "visit_token": Concat(models.Value("-"), Cast("pk", models.CharField())),  # opens nothing
    }

    location = models.ForeignKey(Location, models.PROTECT, related_name="tickets", db_index=False)
    line = models.ForeignKey(Line, models.PROTECT, related_name="tickets", db_index=False)
    status = models.CharField(_("status"), max_length=18, choices=Status, default=Status.NEW)
    source = models.CharField(_("source"), max_length=9, choices=Source, default=Source.MANUAL)
    first_name = models.CharField(
        _("first name"), max_length=names.CODE_POINTS, blank=True, validators=[names.validate_name]
    )
    last_name = models.CharField(
        _("last name"), max_length=names.CODE_POINTS, blank=True, validators=[names.validate_name]
    )
    phone_number = models.CharField(
        _("mobile number"), max_length=16, blank=True, help_text=_("E.164: +3725551234.")
    )
    email = models.EmailField(_("e-mail"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    number = models.PositiveIntegerField(_("number"))
    numbered_on = models.DateField(_("day"))
    public_id = models.CharField(
        _("public number"), max_length=12, help_text=_("The line's letter at sign-in and number.")
    )
    visit_token = models.CharField(
        max_length=32, unique=True, default=new_visit_token, editable=False
    )
    nonce = models.CharField(
        max_length=64, null=True, blank=True, editable=False, help_text=_("Made by who creates it.")
    )

    redacted_at = InstantField(
        _("personal data deleted"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Since then this row says only how long the visit took, and who served."),
    )

    created_at = InstantField(_("signed in"))
    order_after = InstantField(_("moved to"), null=True, blank=True)
    sort_at: datetime = models.GeneratedField(  # type: ignore[assignment]  # a plain column
        expression=Coalesce("order_after", "created_at"),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    called_at = InstantField(_("called"), null=True, blank=True)
    caller = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    desk = models.ForeignKey(
        Desk, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    served_at = InstantField(_("served"), null=True, blank=True)
    arrived_at = InstantField(
        _("arrived"), null=True, blank=True, help_text=_("When a remote visitor said so.")
    )
    delays = models.PositiveSmallIntegerField(
        _("delays"), default=0, help_text=_("How often the visitor asked for more time.")
    )
    #: The wait in minutes that the visitor was told at sign-in; None where nobody was told any.
    quoted_low = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    quoted_high = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    assigner = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="assigned_tickets"
    )
    #: Holds this ticket's own id while it is CALLED. With the deferred foreign keys between this
    #: column and Interaction.open_for, the database itself demands one open interaction then.
    open_interaction = models.OneToOneField(
        "tickets.Interaction",
        models.PROTECT,
        to_field="open_for",
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="ticket_status"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="ticket_source"),
            models.CheckConstraint(
                # A check that comes out as NULL passes: it must say that there is a value.
                condition=Q(
                    status=Status.CALLED,
                    open_interaction=F("id"),
                    open_interaction__isnull=False,
                )
                | (~Q(status=Status.CALLED) & Q(open_interaction__isnull=True)),
                name="ticket_open_interaction",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=(Status.CALLED, Status.SERVED, Status.NOSHOW),
                    called_at__isnull=False,
                    caller__isnull=False,
                )
                | Q(
                    status__in=(Status.NEW, Status.CANCELLED_BY_CLERK),
                    called_at__isnull=True,
                    caller__isnull=True,
                    desk__isnull=True,
                ),
                name="ticket_called",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.SERVED, served_at__isnull=False)
                | (~Q(status=Status.SERVED) & Q(served_at__isnull=True)),
                name="ticket_served",
            ),
            models.CheckConstraint(
                condition=Q(called_at__isnull=True) | Q(called_at__gte=F("created_at")),
                name="ticket_called_after_created",
            ),
            models.CheckConstraint(
                condition=Q(served_at__isnull=True) | Q(served_at__gte=F("called_at")),
                name="ticket_served_after_called",
            ),
            models.CheckConstraint(
                condition=Q(assigner__isnull=True, assignee__isnull=True)
                | Q(assigner__isnull=False, assignee__isnull=False),
                name="ticket_assigned",
            ),
            models.CheckConstraint(
                condition=Q(quoted_low__isnull=True, quoted_high__isnull=True)
                | Q(
                    quoted_low__isnull=False,
                    quoted_high__isnull=False,
                    quoted_low__lte=F("quoted_high"),
                ),
                name="ticket_quoted",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="ticket_number_positive"),
            models.CheckConstraint(
                condition=Q(redacted_at__isnull=True) | Q(status__in=ENDED),
                name="ticket_redacted_ended",
            ),
            models.UniqueConstraint(
                fields=("location", "numbered_on", "number"), name="ticket_number"
            ),
            models.UniqueConstraint(fields=("location", "nonce"), name="ticket_nonce"),
        ]
        indexes = [
            models.Index(
                fields=("line", "sort_at", "id"),
                condition=Q(status=Status.NEW),
                name="ticket_line_waiting",
            ),
            models.Index(
                fields=("location", "sort_at", "id"),
                condition=Q(status=Status.NEW),
                name="ticket_location_waiting",
            ),
            # For counting and listing them by sign-in, without a look at those who were here before;
            # with the status, which SQLite would fetch from each row else.
            models.Index(
                fields=("location", "status", "created_at", "id"),
                condition=Q(status=Status.NEW),
                name="ticket_waiting_created",
            ),
            models.Index(
                fields=("location", "caller"),
                condition=Q(status=Status.CALLED),
                name="ticket_called",
            ),
            models.Index(fields=("location", "created_at"), name="ticket_created"),
            models.Index(
                fields=("location", "created_at", "id"),
                condition=Q(redacted_at=None),
                name="ticket_to_redact",
            ),
            models.Index(
                fields=("location", "phone_number"),
                condition=~Q(phone_number=""),
                name="ticket_phone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.full_name}".strip()

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def name(self) -> str:
        """What staff call this visitor: the name, or the number of somebody without one."""
        return self.full_name or self.public_id

    @property
    def masked_phone_number(self) -> str:
        """Enough of the number to tell two visitors apart, not enough to call one."""
        return masked(self.phone_number)

    @property
    def unread_messages(self) -> int:
        """How many of the visitor's messages nobody of the staff has seen yet."""
        return sum(message.is_unread for message in self.messages.all())

    def name_in_public(self, form: str) -> str:
        """The name as strangers may read it; the number where there is no name, or none any more."""
        if self.redacted_at:
            return self.public_id
        last_initial = f"{names.initial(self.last_name)}." if self.last_name else ""
        match form:
            case NameForm.FIRST_INITIAL:
                shown = f"{self.first_name} {last_initial}"
            case NameForm.FIRST:
                shown = self.first_name
            case NameForm.INITIALS:
                first_initial = names.initial(self.first_name)
                shown = f"{first_initial}. {last_initial}" if first_initial else ""
            case _:
                shown = ""
        return shown.strip() or self.public_id

    def waited(self, now: datetime) -> timedelta:
        """From sign-in to the call, or until `now` for somebody who still waits."""
        until: datetime = self.called_at or now
        signed_in: datetime = self.created_at
        return max(until - signed_in, timedelta())

    @property
    def whereabouts(self) -> str:
        """Where the visitor is now, in words for a clerk who came too late."""
        names = {"visitor": self.name, "clerk": self.caller or "", "desk": self.desk or ""}
        if self.status == Status.CALLED and self.desk:
            return gettext("%(visitor)s is being served by %(clerk)s at %(desk)s.") % names
        if self.status == Status.CALLED:
            return gettext("%(visitor)s is being served by %(clerk)s.") % names
        if self.status == Status.SERVED:
            return gettext("%(visitor)s was served by %(clerk)s.") % names
        if self.status == Status.NOSHOW:
            return gettext("%(visitor)s was marked as a no-show by %(clerk)s.") % names
        if self.status == Status.CANCELLED_BY_CLERK:
            return gettext("%(visitor)s is no longer in the line.") % names
        return gettext("%(visitor)s is waiting.") % names

    def lock(self) -> None:
        """Read this row again and keep others from changing it until the transaction ends.

        What a step is going to overwrite goes on record, so it must be what is there. Raises
        VisitRedacted: nothing is written about a visitor whose data was deleted.
        """
        self.refresh_from_db(from_queryset=Ticket.objects.select_for_update(of=("self",)))
        if self.redacted_at:
            raise VisitRedacted

    def apply(self, transition: Transition, **changes: Any) -> None:
        """Change the status along `transition`, or raise TransitionNotAllowed."""
        if not self.claim(transition, **changes):
            self.refresh_from_db()
            raise TransitionNotAllowed(transition, self.whereabouts)

    def claim(
        self,
        transition: Transition,
        *,
        only_if: Q = ALWAYS,
        given: dict[str, Any] | None = None,
        **changes: Any,
    ) -> bool:
        """Change the status along `transition`; False, and nothing changed, where that is refused.

        The only place that writes a ticket's status. Check and write are one UPDATE, so of
        two clerks who call the same visitor exactly one succeeds, on SQLite as on PostgreSQL.
        `only_if` asks for more, with a Parameter for each value that is `given`. Afterwards this
        object has all columns as they are in the database, a colleague's edit included.
        """
        changes["status"] = transition.target
        changes["open_interaction_id"] = self.pk if transition.target == Status.CALLED else None
        write = _conditional_update(transition.sources, only_if, tuple(changes))
        written = write(pk=self.pk, **changes, **(given or {}))
        for ticket in written:
            for field in Ticket._meta.concrete_fields:
                setattr(self, field.attname, getattr(ticket, field.attname))
        return bool(written)


@lru_cache(maxsize=128)
def _conditional_update(
    sources: tuple[Status, ...], only_if: Q, columns: tuple[str, ...]
) -> prepared.Update[Ticket]:
    guard = Q(only_if, pk=Parameter("pk"), status__in=sources)
    written: dict[str, Any] = {column: Parameter(column) for column in columns}
    return prepared.Update(Ticket, guard, **written)


class Extra(models.Model):
    """Additional data of a visit; meets an input field of the location by its title."""

    PERSONAL = ("title", "value", "url")
    REDACTED = None

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="extras")
    field = models.ForeignKey(
        InputField, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    title = models.CharField(_("title"), max_length=50)
    value = models.CharField(_("value"), max_length=500, blank=True)
    url = models.URLField(_("link"), max_length=2000, blank=True)
    color = models.CharField(_("colour"), max_length=6, blank=True, validators=[hex_color])
    is_editable = models.BooleanField(_("editable"), default=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.title}: {self.shown}"

    @property
    def is_number(self) -> bool:
        return self.title == NUMBER_AS_TYPED

    @property
    def shown(self) -> str:
        return shown_extra(self.title, self.value)


class Label(models.Model):
    """A tag, or a small note between coworkers, on a ticket."""

    PERSONAL = ("value",)
    REDACTED = None

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="labels")
    value = models.CharField(_("label"), max_length=50, db_index=True)
    color = models.CharField(_("colour"), max_length=6, validators=[hex_color])

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=("ticket", "value"), name="label_once")]

    def __str__(self) -> str:
        return self.value
