"""Addresses that want to be told what happens, and what became of each telling."""

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from tickets import instants, outgoing
from tickets.models.fields import InstantField
from tickets.models.locations import Location
from tickets.models.people import ACCOUNT_ROLES, Role, RoleType
from tickets.models.programs import ApiKey
from tickets.models.tickets import Ticket
from tickets.outgoing import Trouble
from tickets.prepared import Parameter


def can_be_asked(url: str) -> None:
    if not outgoing.is_address(url):
        raise ValidationError(Trouble.ADDRESS.label)


#: Failures for so long are told to the staff.
WORRY = timedelta(minutes=15)


class OffBecause(models.TextChoices):
    PROGRAM = "PROGRAM", _("Removed by its program")
    STAFF = "STAFF", _("Switched off")
    GONE = "GONE", _("Its receiver said that it is gone")
    FAILING = "FAILING", _("Nothing but failures for five days")


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def told_of(self, location_id: int | Parameter) -> Self:
        """Those whose key is alive and manages this location: `access.managed_by_key`, from this end."""
        scope = ApiKey.locations.through.objects.filter(apikey=OuterRef("key"))
        manages = Role.objects.filter(
            Q(type__in=ACCOUNT_ROLES) | Q(type=RoleType.MANAGER, location=location_id),
            user=OuterRef("key__user"),
        )
        return self.filter(
            ~Exists(scope) | Exists(scope.filter(location=location_id)),
            Exists(Location.objects.filter(pk=location_id, is_active=True)),
            Q(key__user=None) | Q(Exists(manages), key__user__is_active=True),
            is_active=True,
            key__revoked_at=None,
        )

    def in_trouble(self, now: datetime) -> Self:
        """Those that failed for a while, or are off for a reason that nobody has seen to."""
        return self.filter(
            Q(off_because__in=[OffBecause.GONE, OffBecause.FAILING])
            | Q(is_active=True, failing_since__lte=now - WORRY)
        )


class Webhook(models.Model):
    """An address that a program registered; it is told of the locations that the program's key manages.

    The secrets sign what is sent, so they are kept as they are, and shown to nobody after the first
    answer. The old one is the one before the last rotation, good until `old_secret_until`.
    """

    PERSONAL = ()

    key = models.ForeignKey(
        ApiKey, models.PROTECT, verbose_name=_("program"), related_name="webhooks"
    )
    url = models.CharField(
        _("address"),
        max_length=512,
        validators=[URLValidator(schemes=["http", "https"]), can_be_asked],
    )
    secret = models.CharField(max_length=64, editable=False)
    old_secret = models.CharField(max_length=64, blank=True, editable=False)
    old_secret_until = InstantField(null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    off_because = models.CharField(
        _("off because"), max_length=7, choices=OffBecause, blank=True, editable=False
    )
    last_success_at = InstantField(_("last success"), null=True, blank=True, editable=False)
    failing_since = InstantField(_("failing since"), null=True, blank=True, editable=False)
    created_at = InstantField(_("created"), auto_now_add=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(off_because__in=["", *OffBecause.values]), name="webhook_off_because"
            ),
            models.CheckConstraint(
                condition=Q(off_because="") | Q(is_active=False), name="webhook_is_off"
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def keys(self) -> list[str]:
        """The secrets that sign now, the newest first."""
        is_rotating = self.old_secret_until and instants.now() < self.old_secret_until
        return [self.secret, self.old_secret] if is_rotating else [self.secret]


class DeliveryState(models.TextChoices):
    WAITING = "WAITING", _("On its way")
    DELIVERED = "DELIVERED", _("Delivered")
    FAILED = "FAILED", _("Given up")
    DROPPED = "DROPPED", _("Not sent")


def new_message_id() -> str:
    return f"msg_{secrets.token_hex(16)}"


class Delivery(models.Model):
    """What one hook is told of one event: the same id and the same bytes with each try."""

    PERSONAL = ("body",)

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="deliveries")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="deliveries")
    message_id = models.CharField(
        _("webhook-id"), max_length=36, unique=True, default=new_message_id, editable=False
    )
    type = models.CharField(_("event"), max_length=40)
    body = models.TextField(
        _("body"), help_text=_("Empty once it was erased; then it is not sent.")
    )
    state = models.CharField(
        _("state"), max_length=9, choices=DeliveryState, default=DeliveryState.WAITING
    )
    created_at = InstantField(_("created"))

    class Meta:
        verbose_name_plural = _("deliveries")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_state"
            ),
        ]
        indexes = [models.Index(fields=("created_at", "id"), name="delivery_created_at")]

    def __str__(self) -> str:
        return self.message_id


class DeliveryAttempt(models.Model):
    """One try of a delivery: the status code of the answer and how it begins, or why there was none."""

    PERSONAL = ("answer",)

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = InstantField(_("when"))
    milliseconds = models.PositiveIntegerField(_("ms"))
    status_code = models.PositiveSmallIntegerField(_("status"), null=True)
    answer = models.CharField(_("answer"), max_length=outgoing.LIMIT, blank=True)
    trouble = models.CharField(_("trouble"), max_length=11, choices=Trouble, blank=True)

    class Meta:
        verbose_name = _("attempt")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(trouble="", status_code__isnull=False)
                | Q(trouble__in=Trouble.values, status_code=None),
                name="deliveryattempt_outcome",
            ),
        ]

    def __str__(self) -> str:
        return str(self.status_code or self.get_trouble_display())

    @property
    def is_success(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300
