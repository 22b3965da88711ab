"""Work that is left to do after a commit."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models.fields import InstantField


class Job(models.Model):
    """A row of the outbox: a call that the worker makes. It is deleted when that is done.

    Whoever takes it moves `due_at` past the time that it may need, so that others leave it alone
    until then, and find it again if the taker died.
    """

    PERSONAL = ()

    kind = models.CharField(_("work"), max_length=40)
    lane = models.CharField(
        _("lane"), max_length=40, blank=True, help_text=_("Whom outside it asks.")
    )
    arguments = models.JSONField(
        _("about"), default=dict, help_text=_("Ids, and nothing personal.")
    )
    created_at = InstantField(_("left"))
    due_at = InstantField(_("due"), null=True, help_text=_("None: given up."))
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(
        _("last error"),
        max_length=500,
        blank=True,
        help_text=_("What and where, and nothing personal."),
    )

    class Meta:
        indexes = [
            models.Index(fields=("due_at", "id"), condition=~Q(due_at=None), name="job_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.arguments}"


class Heartbeat(models.Model):
    """The last sign of life of the workers, in the one row that there is."""

    PERSONAL = ()

    at = InstantField()

    def __str__(self) -> str:
        return f"{self.at}"
