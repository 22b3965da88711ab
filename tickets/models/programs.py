"""Who comes in without a password: programs by an API key, kiosks and TVs by a pairing."""

import hashlib
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets.models.fields import InstantField
from tickets.models.locations import Location
from tickets.models.people import User


def secret_hash(secret: str) -> str:
    """How a secret of at least 128 random bits is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiKey(models.Model):
    """The right of a program to use the API. The secret is shown once; its hash is kept."""

    PERSONAL = ()

    name = models.CharField(_("name"), max_length=50)
    prefix = models.CharField(_("begins with"), max_length=12, editable=False)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    user = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="api_keys",
        help_text=_("The person on whose behalf it acts; none: the account."),
    )
    locations = models.ManyToManyField(
        Location, blank=True, related_name="+", help_text=_("None: all locations.")
    )
    is_rate_limited = models.BooleanField(
        _("rate limit"),
        default=True,
        help_text=_("Refuse requests that come faster than the installation's limit for a key."),
    )
    # When its bucket of tokens is full again: in microseconds since 1970, for any rate.
    bucket_full_at = models.BigIntegerField(default=0, editable=False)
    created_at = InstantField(_("created"), auto_now_add=True)
    last_used_at = InstantField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = InstantField(_("revoked"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        ordering = ("name", "id")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class DeviceKind(models.TextChoices):
    KIOSK = "KIOSK", _("Kiosk")
    TV = "TV", _("TV")


class TvTheme(models.TextChoices):
    DARK = "DARK", _("Dark")
    LIGHT = "LIGHT", _("Light")


class TvLayout(models.TextChoices):
    STANDARD = "STANDARD", _("Calls")
    WAITING_LIST = "WAITING_LIST", _("Calls and the waiting list")
    LARGE = "LARGE", _("Calls in the largest letters")


class TvSound(models.TextChoices):
    """What a TV last told of its loudspeaker; empty before it did."""

    ON = "ON", _("On")
    CHIME = "CHIME", _("Chime, no voice")
    OFF = "OFF", _("Off")


#: So long the kiosk says that somebody is coming.
PROMISED_FOR = timedelta(minutes=3)

#: A page of a kiosk asks every five seconds, one of a TV every 30; neither is missed for one answer.
OFFLINE_AFTER = {DeviceKind.KIOSK: timedelta(seconds=30), DeviceKind.TV: timedelta(minutes=1)}


class Device(models.Model):
    """A kiosk or a TV of a location, paired once by a code that a manager reads out."""

    PERSONAL = ()

    location = models.ForeignKey(Location, models.PROTECT, related_name="devices")
    kind = models.CharField(_("kind"), max_length=5, choices=DeviceKind)
    name = models.CharField(_("name"), max_length=50)
    is_active = models.BooleanField(_("active"), default=True)
    code = models.CharField(_("pairing code"), max_length=6, blank=True, editable=False)
    code_expires_at = InstantField(_("code valid until"), null=True, blank=True, editable=False)
    wrong_guesses = models.PositiveSmallIntegerField(default=0, editable=False)
    secret_hash = models.CharField(
        max_length=64, unique=True, null=True, blank=True, editable=False
    )
    paired_at = InstantField(_("paired"), null=True, blank=True, editable=False)
    last_seen_at = InstantField(_("last seen"), null=True, blank=True, editable=False)
    theme = models.CharField(_("theme"), max_length=5, choices=TvTheme, default=TvTheme.DARK)
    layout = models.CharField(
        _("layout"), max_length=12, choices=TvLayout, default=TvLayout.STANDARD
    )
    sound = models.CharField(_("sound"), max_length=5, choices=TvSound, blank=True, editable=False)
    help_wanted_at = InstantField(_("help wanted"), null=True, blank=True, editable=False)
    help_promised_at = InstantField(_("help promised"), null=True, blank=True, editable=False)
    pin_guesses = models.PositiveSmallIntegerField(default=0, editable=False)
    pin_guessed_at = InstantField(null=True, blank=True, editable=False)
    keeps_sign_ins = models.BooleanField(
        _("works without network"),
        null=True,
        editable=False,
        help_text=_("What a kiosk last told; one that is opened without https does not."),
    )
    waiting_sign_ins = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Kept on the kiosk, and still to be sent.")
    )
    refused_sign_ins = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Kept on the kiosk, since they were not taken.")
    )
    late_until = InstantField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("The latest sign-in that was sent late: the next one comes after it."),
    )

    class Meta:
        ordering = ("location", "kind", "name")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DeviceKind.values), name="device_kind"),
            models.CheckConstraint(condition=Q(theme__in=TvTheme.values), name="device_theme"),
            models.CheckConstraint(condition=Q(layout__in=TvLayout.values), name="device_layout"),
            models.CheckConstraint(
                condition=Q(sound__in=["", *TvSound.values]), name="device_sound"
            ),
            models.UniqueConstraint(fields=("code",), condition=~Q(code=""), name="device_code"),
        ]

    def __str__(self) -> str:
        return self.name

    def is_offline(self, now: datetime) -> bool:
        silence = OFFLINE_AFTER[DeviceKind(self.kind)]
        return self.last_seen_at is None or now - self.last_seen_at > silence

    def is_missed(self, now: datetime) -> bool:
        """Whether a kiosk that visitors need is offline: in use, and not without JavaScript.

        That one is silent between two touches, and has never told what it keeps.
        """
        is_expected = self.is_active and self.secret_hash and self.keeps_sign_ins is not None
        return self.kind == DeviceKind.KIOSK and bool(is_expected) and self.is_offline(now)

    @property
    def meanwhile(self) -> str:
        """What becomes of visitors while this kiosk is offline."""
        if self.keeps_sign_ins:
            return gettext("It keeps signing people in, and sends them when it is back.")
        return gettext("Nobody can sign in there.")

    def is_help_coming(self, now: datetime) -> bool:
        """Whether a clerk has just said to be on the way."""
        return self.help_promised_at is not None and now - self.help_promised_at < PROMISED_FOR
