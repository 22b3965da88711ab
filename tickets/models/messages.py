"""Text messages with a visitor, in both directions."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models.fields import InstantField
from tickets.models.people import User
from tickets.models.tickets import Ticket


class Direction(models.TextChoices):
    OUTGOING = "OUTGOING", _("To the visitor")
    INCOMING = "INCOMING", _("From the visitor")


class MessageStatus(models.TextChoices):
    QUEUED = "QUEUED", _("Waiting to be sent")
    SENT = "SENT", _("Sent")
    DELIVERED = "DELIVERED", _("Delivered")
    UNDELIVERED = "UNDELIVERED", _("Not delivered")
    INVALID_NUMBER = "INVALID_NUMBER", _("Number does not exist")


class MessageQuerySet(models.QuerySet["Message"]):
    def unread(self) -> Self:
        """What visitors wrote and nobody of the staff has seen yet."""
        return self.filter(direction=Direction.INCOMING, read_at__isnull=True)

    def with_text(self) -> Self:
        """Those that still say something: of others the text was deleted."""
        return self.exclude(body="")


class Message(models.Model):
    """One SMS. Outgoing ones are held until `not_before`, so that an undo can still stop them."""

    PERSONAL = ("body",)

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="messages")
    direction = models.CharField(_("direction"), max_length=8, choices=Direction)
    body = models.CharField(_("text"), max_length=1600)
    status = models.CharField(
        _("status"), max_length=14, choices=MessageStatus, default=MessageStatus.QUEUED
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
