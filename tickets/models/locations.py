"""Where visitors come: locations, their lines and desks, and what they ask a visitor."""

import re
import uuid
import zoneinfo
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import instants, languages
from tickets.models.colors import ink_on
from tickets.models.fields import hex_color
from tickets.states import ACTIVE

#: Days, ten years.
LONGEST_RETENTION = 3650
LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")


def validate_timezone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone such as Europe/Tallinn."), code="timezone")


validate_country = RegexValidator(r"^[A-Z]{2}\Z", _("Write the country as two capitals: EE."))


class NameForm(models.TextChoices):
    """How much of a name strangers in the room may see."""

    FIRST_INITIAL = "FIRST_INITIAL", _("First name and initial: Jane D.")
    FIRST = "FIRST", _("First name: Jane")
    INITIALS = "INITIALS", _("Initials: J. D.")
    NUMBER = "NUMBER", _("Number: A-42")


def default_languages() -> list[str]:
    return ["en"]


def validate_languages(codes: Any) -> None:
    is_list = isinstance(codes, list) and all(isinstance(code, str) for code in codes)
    if not is_list or "en" not in codes or not all(map(LANGUAGE.fullmatch, codes)):
        raise ValidationError(_("Name languages by codes such as et or pt-BR; “en” is among them."))


class Location(models.Model):
    """A place with a door, a counter and a clock of its own; the border between tenants."""

    PERSONAL = ()

    name = models.CharField(_("name"), max_length=30)
    slug = models.SlugField(
        _("web address"), unique=True, help_text=_("The end of the microsite's address.")
    )
    timezone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_timezone]
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        validators=[validate_country],
        help_text=_("Two letters, such as EE. Mobile numbers without a country code belong to it."),
    )
    address = models.CharField(_("address"), max_length=300, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    languages = models.JSONField(
        _("languages"), default=default_languages, validators=[validate_languages]
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_remote_sign_in_open = models.BooleanField(
        _("remote sign-in"), default=True, help_text=_("Visitors may join from their own phone.")
    )
    remote_limit = models.PositiveSmallIntegerField(
        _("remote visitors per line"),
        default=25,
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "So many visitors of a line may be on their way at once, so that they do not shut out "
            "those at the door. Empty: any number."
        ),
    )
    is_desk_required = models.BooleanField(
        _("desk required"), default=False, help_text=_("Clerks choose a desk before they call.")
    )
    keeps_active_tickets_open = models.BooleanField(
        _("several visitors at once"),
        default=False,
        help_text=_("If not, a clerk's next call marks the visitor before as served."),
    )
    is_closed_daily = models.BooleanField(
        _("close of day"),
        default=False,
        help_text=_(
            "An hour after closing, whoever still waits is removed from the line. A place without "
            "opening hours never closes."
        ),
    )
    closed_on = models.DateField(
        null=True, editable=False, help_text=_("The last day whose visits were ended by its close.")
    )
    has_messages = models.BooleanField(_("text messages"), default=False)
    sms_number = models.CharField(
        _("own number for texts"),
        max_length=16,
        blank=True,
        validators=[RegexValidator(r"^\+[1-9][0-9]{5,14}\Z", _("Write it as +3725123456."))],
        help_text=_("Rented from the provider. Empty: the number of the installation."),
    )
    texts_per_day = models.PositiveIntegerField(
        _("texts per day"),
        default=500,
        help_text=_("At most so many are sent on one day, so that nobody runs up a bill."),
    )
    sms_countries = models.CharField(
        _("countries of texts"),
        max_length=100,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{2}(, ?[A-Z]{2})*\Z", _("Write them as EE, LV, LT."))],
        help_text=_("Texts go to numbers of these: EE, LV. Empty: only the location’s own."),
    )
    name_form = models.CharField(
        _("names in public"), max_length=16, choices=NameForm, default=NameForm.FIRST_INITIAL
    )
    is_line_public = models.BooleanField(
        _("line in public"), default=True, help_text=_("The TV names the line. Off for clinics.")
    )
    staff_pin = models.CharField(
        _("PIN of the kiosks"), max_length=128, blank=True, help_text=_("A hash of it.")
    )
    retention_days = models.PositiveSmallIntegerField(
        _("days that personal data is kept"),
        default=30,
        validators=[MaxValueValidator(LONGEST_RETENTION)],
        help_text=_(
            "So many days after a visit, name, contact, answers, labels, notes and messages are "
            "deleted. Times and figures stay. 0: in the night after the visit."
        ),
    )
    version = models.PositiveBigIntegerField(
        default=0, editable=False, help_text=_("Raised by every action; screens compare it.")
    )

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(name_form__in=NameForm.values), name="location_name_form"
            ),
            models.CheckConstraint(
                condition=Q(retention_days__lte=LONGEST_RETENTION), name="location_retention_days"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.tz).date()

    def today(self) -> date:
        return self.local_day(instants.now())

    @property
    def countries_of_texts(self) -> list[str]:
        return re.findall(r"[A-Z]{2}", self.sms_countries) or [self.country]


class LineStatus(models.TextChoices):
    ENABLED = "ENABLED", _("Open")
    DISABLED = "DISABLED", _("Takes nobody new")
    ARCHIVED = "ARCHIVED", _("Archived")
    DELETED = "DELETED", _("Deleted")


class LineQuerySet(models.QuerySet["Line"]):
    def not_deleted(self) -> "LineQuerySet":
        """Old tickets name deleted lines; nothing else does."""
        return self.exclude(status=LineStatus.DELETED)

    def open(self) -> "LineQuerySet":
        """Lines that take new visitors."""
        return self.filter(status=LineStatus.ENABLED)

    def in_use(self) -> "LineQuerySet":
        """Lines that clerks work with: archived ones too, until they are empty."""
        is_offered = Q(status__in=(LineStatus.ENABLED, LineStatus.DISABLED))
        return self.filter(is_offered | Q(tickets__status__in=ACTIVE)).distinct()


class Line(models.Model):
    """What visitors come for, and wait in; called a service where a visitor reads it."""

    PERSONAL = ()

    location = models.ForeignKey(Location, models.PROTECT, related_name="lines")
    name = models.CharField(_("name"), max_length=30)
    letter = models.CharField(
        _("letter"),
        max_length=2,
        validators=[RegexValidator(r"^[A-Z]{1,2}\Z", _("Write one or two capitals."))],
        help_text=_("Begins the visitors' numbers: A-42."),
    )
    color = models.CharField(_("colour"), max_length=6, validators=[hex_color])
    status = models.CharField(
        _("status"), max_length=8, choices=LineStatus, default=LineStatus.ENABLED
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    expected_minutes = models.PositiveSmallIntegerField(
        _("expected minutes"),
        default=8,
        help_text=_("How long one visitor takes, until enough were served to measure it."),
    )
    translations = models.JSONField(
        default=dict, blank=True, help_text=_("By language: the texts by column, here the name.")
    )

    objects = LineQuerySet.as_manager()

    class Meta:
        ordering = ("position", "id")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=LineStatus.values), name="line_status"),
            models.UniqueConstraint(
                fields=("location", "letter"),
                condition=~Q(letter=""),  # a deleted line has given its letter up
                name="line_letter",
                violation_error_message=_("Another line here has this letter."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_name(self) -> str:
        """As visitors read it, in the language of the page."""
        return languages.written(self.translations, "name") or self.name

    @property
    def is_open(self) -> bool:
        return self.status == LineStatus.ENABLED

    @property
    def ink(self) -> str:
        """The colour of a letter on the line's own."""
        return ink_on(self.color)


class Desk(models.Model):
    """Where a visitor is called to."""

    PERSONAL = ()

    location = models.ForeignKey(Location, models.PROTECT, related_name="desks")
    name = models.CharField(_("name"), max_length=30)
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ("position", "id")
        constraints = [models.UniqueConstraint(fields=("location", "name"), name="desk_name")]

    def __str__(self) -> str:
        return self.name


class FieldType(models.TextChoices):
    # Translators: for visitors
    FIRST_NAME = "FIRST_NAME", _("First name")
    # Translators: for visitors
    LAST_NAME = "LAST_NAME", _("Last name")
    # Translators: for visitors
    PHONE_NUMBER = "PHONE_NUMBER", _("Mobile number")
    # Translators: for visitors
    EMAIL = "EMAIL", _("E-mail")
    TEXT = "TEXT", _("Text")
    SELECT = "SELECT", _("Choice")
    NUMERIC = "NUMERIC", _("Number")
    DATE = "DATE", _("Date")
    URL = "URL", _("Link")


#: Fields that fill a column of the ticket, at most one of each per location; others become extras.
FIELD_COLUMNS = {
    FieldType.FIRST_NAME: "first_name",
    FieldType.LAST_NAME: "last_name",
    FieldType.PHONE_NUMBER: "phone_number",
    FieldType.EMAIL: "email",
}


class InputFieldQuerySet(models.QuerySet["InputField"]):
    def asked_in(self, line: Line) -> "InputFieldQuerySet":
        """The fields that concern a visitor of `line`, in order."""
        everywhere = Q(lines=None) | Q(lines=line)
        return self.filter(everywhere, location=line.location_id, is_active=True).distinct()


class InputField(models.Model):
    """Something that a location asks a visitor; who sees it, and when it is mandatory."""

    PERSONAL = ()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    location = models.ForeignKey(Location, models.PROTECT, related_name="input_fields")
    type = models.CharField(_("type"), max_length=12, choices=FieldType)
    title = models.CharField(_("title"), max_length=50, validators=[MinLengthValidator(1)])
    visitor_facing_title = models.CharField(
        _("title for visitors"), max_length=100, blank=True, help_text=_("Else the title.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    is_multiple = models.BooleanField(_("several choices"), default=False)
    is_mandatory_before_added = models.BooleanField(_("mandatory at sign-in"), default=False)
    is_mandatory_before_served = models.BooleanField(_("mandatory before served"), default=False)
    is_mandatory_in_remote_sign_in = models.BooleanField(
        _("mandatory in remote sign-in"), default=False
    )
    is_shown_in_kiosk = models.BooleanField(_("asked at the kiosk"), default=True)
    is_shown_in_remote_sign_in = models.BooleanField(_("asked in remote sign-in"), default=True)
    is_visible_while_waiting = models.BooleanField(_("shown while waiting"), default=True)
    is_visible_while_serving = models.BooleanField(_("shown while serving"), default=True)
    lines = models.ManyToManyField(
        Line, blank=True, related_name="input_fields", help_text=_("None: all lines.")
    )
    constraints = models.JSONField(
        default=dict, blank=True, help_text=_("Of a number: min, max, and scale, its decimals.")
    )
    translations = models.JSONField(default=dict, blank=True)

    objects = InputFieldQuerySet.as_manager()

    class Meta:
        ordering = ("position", "title")
        constraints = [
            models.CheckConstraint(condition=Q(type__in=FieldType.values), name="inputfield_type"),
            models.UniqueConstraint(
                fields=("location", "type"),
                condition=Q(type__in=tuple(FIELD_COLUMNS)),
                name="inputfield_single",
            ),
            models.UniqueConstraint("location", Upper("title"), name="inputfield_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def concerns(self, line: Line) -> bool:
        """Whether a visitor of `line` is asked this, as `asked_in` says it of many."""
        lines = self.lines.all()
        return not lines or line in lines

    @property
    def question(self) -> str:
        """As visitors read it, in the language of the page.

        Names and numbers are asked for in all of our languages, unless the location has other words.
        """
        texts = self.translations
        given = languages.written(texts, "visitorFacingTitle") or languages.written(texts, "title")
        usual = gettext(self.title) if self.type in FIELD_COLUMNS else self.title
        return given or self.visitor_facing_title or usual


class InputFieldOption(models.Model):
    """One answer of a choice."""

    PERSONAL = ()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    field = models.ForeignKey(InputField, models.CASCADE, related_name="options")
    title = models.CharField(_("title"), max_length=50)
    color = models.CharField(_("colour"), max_length=6, blank=True, validators=[hex_color])
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    translations = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("position", "title")
        constraints = [
            models.UniqueConstraint(fields=("field", "title"), name="inputfieldoption_title")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def public_title(self) -> str:
        """As visitors read it, in the language of the page; kept is the title."""
        return languages.written(self.translations, "title") or self.title


class NumberCounter(models.Model):
    """The last number given to a visitor of a location on one of its local days."""

    PERSONAL = ()

    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    day = models.DateField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("location", "day"), name="numbercounter_day")
        ]

    def __str__(self) -> str:
        return f"{self.location} {self.day}: {self.last_number}"
