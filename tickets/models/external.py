"""What other programs know of a visitor, shown beside the visit and never edited here."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.fields import InstantField
from tickets.models.tickets import Ticket


class ExternalData(models.Model):
    """The one record of a provider on a ticket; the API checked `fields` before they came here."""

    PERSONAL = ("title", "fields")
    REDACTED = None

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="external_data", db_index=False)
    provider = models.CharField(_("program"), max_length=100)
    title = models.CharField(_("title"), max_length=100)
    fields = models.JSONField(_("fields"), default=list)
    changed_at = InstantField(_("changed"))

    class Meta:
        verbose_name_plural = _("external data")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=("ticket", "provider"), name="external_data_once")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The fields, with each item's timestamp as an instant, so that pages show the local time."""
        return [
            {**field, "items": [_with_instant(item) for item in field.get("items", ())]}
            for field in self.fields
        ]


def _with_instant(item: dict[str, Any]) -> dict[str, Any]:
    if moment := item.get("timestamp"):
        return {**item, "timestamp": datetime.fromisoformat(moment)}
    return item
