"""Text messages with a visitor, in both directions, and what a location says of itself."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tickets.models.fields import InstantField
from tickets.models.locations import Line, Location
from tickets.models.people import User
from tickets.models.tickets import Ticket
from tickets.sms.segments import Length, measure
from tickets.sms.wording import OFF_BY_DEFAULT, Moment


class Direction(models.TextChoices):
    OUTGOING = "OUTGOING", _("To the visitor")
    INCOMING = "INCOMING", _("From the visitor")


class MessageStatus(models.TextChoices):
    QUEUED = "QUEUED", _("Waiting to be sent")
    SENDING = "SENDING", _("Being sent")
    UNSURE = "UNSURE", _("May have been sent")
    SENT = "SENT", _("Sent")
    NOT_SENT = "NOT_SENT", _("Not sent")
    DELIVERED = "DELIVERED", _("Delivered")
    UNDELIVERED = "UNDELIVERED", _("Not delivered")
    INVALID_NUMBER = "INVALID_NUMBER", _("Number does not exist")

    @property
    def earlier(self) -> list[str]:
        """The statuses from which this one leads on; what comes later is never taken back."""
        return [status for status, rank in _RANKS.items() if rank < _RANKS[self]]


#: Reports come in any order: a text that was delivered stays so, whatever is told of it later.
_RANKS: dict[str, int] = {
    MessageStatus.QUEUED: 0,
    MessageStatus.SENDING: 1,
    MessageStatus.UNSURE: 2,
    MessageStatus.SENT: 3,
    MessageStatus.NOT_SENT: 4,
    MessageStatus.UNDELIVERED: 4,
    MessageStatus.INVALID_NUMBER: 4,
    MessageStatus.DELIVERED: 5,
}


class Reason(models.TextChoices):
    """Why a text was not sent."""

    STOPPED = "STOPPED", _("Not sent: this number asked for no more texts")
    NO_NUMBER = "NO_NUMBER", _("Not sent: the number was taken away")
    COUNTRY = "COUNTRY", _("Not sent: no texts go to this country")
    DAY_FULL = "DAY_FULL", _("Not sent: the location’s texts of today are used up")
    TOO_MANY = "TOO_MANY", _("Not sent: three texts an hour went to this number")
    OVER = "OVER", _("Not sent: the visit had gone on")
    OFF = "OFF", _("Not sent: text messages were switched off")
    LATE = "LATE", _("Not sent: it could not be sent in ten minutes")
    FAILED = "FAILED", _("Not sent: the provider did not take it")


class MessageQuerySet(models.QuerySet["Message"]):
    def unread(self) -> Self:
        """What visitors wrote and nobody of the staff has seen yet."""
        return self.filter(direction=Direction.INCOMING, read_at__isnull=True)

    def with_text(self) -> Self:
        """Those that still say something: of others the text was deleted."""
        return self.exclude(body="")


class Message(models.Model):
    """One SMS. Outgoing ones are held until `not_before`, so that an undo can still stop them."""

    PERSONAL = ("body", "provider_id")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="messages")
    moment = models.CharField(
        _("written by itself"),
        max_length=14,
        choices=Moment,
        blank=True,
        help_text=_("Empty: by somebody."),
    )
    direction = models.CharField(_("direction"), max_length=8, choices=Direction)
    body = models.CharField(_("text"), max_length=1600)
    status = models.CharField(
        _("status"), max_length=14, choices=MessageStatus, default=MessageStatus.QUEUED
    )
    reason = models.CharField(_("why not"), max_length=10, choices=Reason, blank=True)
    provider_id = models.CharField(max_length=64, blank=True, editable=False)
    is_counted = models.BooleanField(
        default=False, editable=False, help_text="Among the texts of its location's day."
    )
    created_at = InstantField(_("written"))
    not_before = InstantField(_("not before"), null=True, blank=True)
    read_at = InstantField(_("read"), null=True, blank=True)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values), name="message_direction"
            ),
            models.CheckConstraint(
                condition=Q(status__in=MessageStatus.values), name="message_status"
            ),
            models.CheckConstraint(
                condition=Q(direction=Direction.OUTGOING) | Q(status=MessageStatus.DELIVERED),
                name="message_incoming_delivered",
            ),
            models.CheckConstraint(
                condition=Q(direction=Direction.INCOMING) | Q(read_at__isnull=True),
                name="message_read_incoming",
            ),
            models.CheckConstraint(
                condition=Q(moment="") | Q(moment__in=Moment.values, direction=Direction.OUTGOING),
                name="message_moment",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=Reason.values, status=MessageStatus.NOT_SENT)
                | (Q(reason="") & ~Q(status=MessageStatus.NOT_SENT)),
                name="message_reason",
            ),
            models.UniqueConstraint(
                fields=("provider_id",), condition=~Q(provider_id=""), name="message_provider_id"
            ),
        ]
        indexes = [
            models.Index(
                fields=("not_before",),
                condition=Q(status=MessageStatus.QUEUED),
                name="message_queued",
            ),
        ]

    def __str__(self) -> str:
        return self.body

    @property
    def is_unread(self) -> bool:
        """Whether nobody of the staff has seen yet what the visitor wrote."""
        return self.direction == Direction.INCOMING and self.read_at is None

    @property
    def said_status(self) -> str:
        """How far it is, in words for the staff."""
        return self.get_reason_display() or self.get_status_display()

    @property
    def is_in_trouble(self) -> bool:
        """Whether the visitor may not have it."""
        return self.status in TROUBLED

    @property
    def length(self) -> Length:
        return measure(self.body)


TROUBLED = (
    MessageStatus.UNSURE,
    MessageStatus.NOT_SENT,
    MessageStatus.UNDELIVERED,
    MessageStatus.INVALID_NUMBER,
)


THERE_ALREADY = _("These texts are there already. Open them in the list to change them.")


class Wording(models.Model):
    """What a location says in its automatic texts, and which it sends; a line's own goes before.

    `texts` by language and moment, as they are written; `switches` by moment, true or false. What
    is missing in a line is as in its location, and there as usual.
    """

    PERSONAL = ()

    location = models.ForeignKey(Location, models.PROTECT, related_name="wordings")
    line = models.ForeignKey(
        Line,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="wordings",
        help_text=_("Empty: all lines."),
    )
    texts = models.JSONField(default=dict, blank=True)
    switches = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("automatic text")
        constraints = [
            models.UniqueConstraint(
                fields=("location",),
                condition=Q(line=None),
                name="wording_location_once",
                violation_error_message=THERE_ALREADY,
            ),
            models.UniqueConstraint(
                fields=("line",), name="wording_line_once", violation_error_message=THERE_ALREADY
            ),
        ]

    def __str__(self) -> str:
        return f"{self.location}, {self.line or _('all lines')}"


def is_switched_on(moment: Moment, *wordings: Wording | None) -> bool:
    """Whether this text is sent, by the first of the wordings that says so."""
    said = (each.switches.get(moment) for each in wordings if each)
    return next((is_on for is_on in said if is_on is not None), moment not in OFF_BY_DEFAULT)


class StoppedNumber(models.Model):
    """A number whose owner wrote STOP: nothing is sent to it until they write START."""

    PERSONAL = ()

    number_hash = models.CharField(max_length=64, primary_key=True)
    stopped_at = InstantField()

    def __str__(self) -> str:
        return self.number_hash

    @staticmethod
    def hashed(number: str) -> str:
        """Keyed: who reads the table cannot try all numbers."""
        return salted_hmac("tickets.stopped", number, algorithm="sha256").hexdigest()


class TextDay(models.Model):
    """How many texts a location has sent on one of its local days."""

    PERSONAL = ()

    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("location", "day"), name="textday_once")]

    def __str__(self) -> str:
        return f"{self.location} {self.day}: {self.count}"


class StrayText(models.Model):
    """A text from a number of which nobody waits or is served: staff look at it here."""

    PERSONAL = ("number", "body", "provider_id")

    location = models.ForeignKey(
        Location,
        models.PROTECT,
        null=True,
        related_name="stray_texts",
        help_text=_("Empty: several locations have this receiving number."),
    )
    number = models.CharField(_("from"), max_length=16)
    to = models.CharField(_("to"), max_length=16)
    body = models.CharField(_("text"), max_length=1600)
    provider_id = models.CharField(max_length=64, editable=False)
    received_at = InstantField(_("received"))

    class Meta:
        verbose_name = _("text without a visit")
        verbose_name_plural = _("texts without a visit")
        ordering = ("-received_at", "-id")

    def __str__(self) -> str:
        return self.body
