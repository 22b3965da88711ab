"""The ledger of service: one interaction for every time that a ticket was called."""

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _

from tickets.models.fields import InstantField
from tickets.models.locations import Desk, Line
from tickets.models.people import User
from tickets.models.tickets import Ticket
from tickets.states import Outcome


class Interaction(models.Model):
    """From a call to what came of it. Open (no end, no outcome) exactly while its ticket is CALLED."""

    PERSONAL = ()

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="interactions")
    line = models.ForeignKey(Line, models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="interactions", db_index=False)
    desk = models.ForeignKey(
        Desk, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    started_at = InstantField(_("start"))
    ended_at = InstantField(_("end"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome, blank=True)
    open_for = models.GeneratedField(
        expression=Case(When(ended_at__isnull=True, then=F("ticket"))),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
        unique=True,
    )
    #: The other half of what Ticket.open_interaction begins: an open interaction names its ticket
    #: by a column that has a value only while that ticket is CALLED.
    called_ticket = models.OneToOneField(
        Ticket,
        models.CASCADE,
        to_field="open_interaction",
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        ordering = ("started_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    outcome="",
                    ended_at__isnull=True,
                    called_ticket=F("ticket"),
                    called_ticket__isnull=False,  # a check that comes out as NULL passes
                )
                | Q(
                    outcome__in=Outcome.values,
                    ended_at__isnull=False,
                    called_ticket__isnull=True,
                ),
                name="interaction_open_or_ended",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="interaction_end_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=("line", "ended_at"), name="interaction_line_ended"),
            models.Index(fields=("user", "started_at"), name="interaction_user_started"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.started_at:%H:%M} {self.outcome}".strip()
