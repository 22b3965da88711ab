"""Addresses that want to be told what happens."""

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.fields import InstantField
from tickets.models.programs import ApiKey


class Webhook(models.Model):
    """An address that a program registered; it is told of the locations that the program's key manages.

    The secret signs what is sent, so it is kept as it is, and shown to nobody after the first answer.
    """

    PERSONAL = ()

    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="webhooks")
    url = models.CharField(
        _("address"), max_length=512, validators=[URLValidator(schemes=["http", "https"])]
    )
    secret = models.CharField(max_length=64, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = InstantField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.url
