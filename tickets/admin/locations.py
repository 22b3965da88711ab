"""Locations, their lines and desks, and what they ask a visitor."""

import zoneinfo
from collections.abc import Iterator
from typing import Any, override

from django import forms
from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.core.validators import RegexValidator
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import events
from tickets.actions import lines, locations
from tickets.admin.display import swatch
from tickets.admin.hours import WEEK, OpeningExceptionInline, WeekForm
from tickets.admin.scope import Scoped, ScopedFilter, staff, step
from tickets.admin.site import site
from tickets.admin.translations import Text, TranslatedForm, fieldset, in_languages_of
from tickets.admin.waits import promises
from tickets.exceptions import LineNameTaken
from tickets.models import (
    Desk,
    EventName,
    InputField,
    InputFieldOption,
    Line,
    LineStatus,
    Location,
)
from tickets.models.locations import default_languages, validate_languages


class LanguagesField(forms.Field):
    """Codes parted by commas."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return [code.strip() for code in (value or "").split(",") if code.strip()]


class LocationForm(WeekForm):
    languages = LanguagesField(
        label=_("Languages"),
        help_text=_(
            "Codes such as en, et, pt-BR; English is one of them. The TV speaks the first, and so "
            "does the kiosk until a visitor chooses. Lines and input fields are translated on "
            "their own pages."
        ),
        widget=forms.TextInput,
        initial=default_languages,
        validators=[validate_languages],
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [(name, name) for name in sorted(zoneinfo.available_timezones())],
        initial="UTC",
    )
    staff_pin = forms.CharField(
        label=_("PIN of the kiosks"),
        required=False,
        validators=[
            RegexValidator(r"^[0-9]{4,8}\Z", _("Write four to eight digits, such as 4071."))
        ],
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_set = bool(self.initial.pop("staff_pin", ""))  # the hash is nothing to be shown
        self.fields["staff_pin"].help_text = (
            _("A PIN is set. Four to eight new digits replace it.")
            if is_set
            else _("Four to eight digits, by which staff leave the visitors' pages of a kiosk.")
        )

    def clean_staff_pin(self) -> str:
        """Kept as a hash; left empty, it stays as it is."""
        pin: str = self.cleaned_data["staff_pin"]
        return make_password(pin) if pin else self.instance.staff_pin


BILL = ("sms_number", "texts_per_day", "sms_countries")


@admin.register(Location, site=site)
class LocationAdmin(Scoped):
    """Managers set their locations up; new ones are opened by administrators."""

    location_path = "pk"
    form = LocationForm
    list_display = ("name", "slug", "timezone", "country", "is_remote_sign_in_open", "is_active")
    list_filter = ("is_active", "country")
    search_fields = ("name", "slug", "address")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "is_active")}),
        (_("Where it is"), {"fields": ("timezone", "country", "address", "latitude", "longitude")}),
        (
            _("For visitors"),
            {
                "fields": (
                    "languages",
                    "is_remote_sign_in_open",
                    "remote_limit",
                    "name_form",
                    "is_line_public",
                    "staff_pin",
                )
            },
        ),
        (
            _("Text messages"),
            {
                "fields": ("has_messages", *BILL),
                "description": _("What they say is written in the automatic texts."),
            },
        ),
        (
            _("Opening hours"),
            {
                "classes": ("week",),
                "fields": tuple(WEEK.values()),
                "description": _(
                    "Such as 9:00–12:00, 13:00–17:00. A day that is left empty is closed; if all "
                    "are, the location never closes."
                ),
            },
        ),
        (
            _("For clerks"),
            {"fields": ("is_desk_required", "keeps_active_tickets_open", "is_closed_daily")},
        ),
        (_("Personal data"), {"fields": ("retention_days",)}),
    )

    inlines = (OpeningExceptionInline,)

    def get_urls(self) -> list[Any]:
        waits = self.admin_site.admin_view(self.waits)
        name = "tickets_location_waits"
        return [path("<int:pk>/waits/", waits, name=name), *super().get_urls()]

    def waits(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How the waits that visitors were told compare with those that they had."""
        location = get_object_or_404(self.get_queryset(request), pk=pk)
        context = self.admin_site.each_context(request) | {
            "title": gettext("Waits told and waits had"),
            "location": location,
            "days": promises(location),
        }
        return render(request, "admin/tickets/location/waits.html", context)

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The number and the bill of text messages are the installation's."""
        fields = super().get_readonly_fields(request, obj)
        return fields if staff(request).is_account_wide else [*fields, *BILL]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return staff(request).is_account_wide

    @override
    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """With the hours everything is written, and goes on record as one change, without the PIN."""
        location: Location = form.instance
        before = locations.hours_on_record(location)
        super().save_related(request, form, formsets, change)
        locations.write_hours(location, week=form.week)
        after = locations.hours_on_record(location)
        changes = {
            name: [form.initial.get(name), form.cleaned_data[name]]
            for name in form.changed_data
            if name not in WEEK.values()
        }
        changes |= {name: [before[name], now] for name, now in after.items() if before[name] != now}
        if "staff_pin" in changes:
            changes["staff_pin"] = [None, "••••"]
        if changes:
            event = EventName.LOCATION_CHANGED if change else EventName.LOCATION_CREATED
            events.record(event, by=staff(request), location_id=location.pk, changes=changes)


class ColorInput(forms.TextInput):
    """The browser's own choice of colours; the value is kept without the `#`, in capitals."""

    input_type = "color"

    def format_value(self, value: Any) -> str | None:
        return f"#{value}" if value else None

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        return str(data.get(name, "")).removeprefix("#").upper()


class LineForm(TranslatedForm):
    text = Text(column="name", shown_by="public_name", max_length=30)

    class Meta:
        widgets = {"color": ColorInput}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Line.objects.not_deleted().filter(location=self.cleaned_data.get("location"))
        if others.exclude(pk=self.instance.pk).filter(name=name).exists():
            raise forms.ValidationError(LineNameTaken.message, code=LineNameTaken.code)
        return name


class StatusFilter(admin.ChoicesFieldListFilter):
    """Nobody looks for lines that were deleted."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            if choice["display"] != LineStatus.DELETED.label:
                yield choice


@admin.register(Line, site=site)
class LineAdmin(Scoped):
    """The status is changed by actions: a line that visitors wait in cannot be closed."""

    form = LineForm
    list_display = ("colored_name", "letter", "location", "status", "position")
    list_filter = (("status", StatusFilter), ("location", ScopedFilter))
    list_select_related = ("location",)
    ordering = ("location__name", "position", "id")
    search_fields = ("name", "letter")
    fields = ("location", "name", "letter", "color", "position", "expected_minutes", "status")
    readonly_fields = ("status",)
    actions = (
        step("enable", _("Open for visitors"), lambda line, by: lines.enable(line, by=by)),
        step("disable", _("Take nobody new"), lambda line, by: lines.disable(line, by=by)),
        step("archive", _("Archive"), lambda line, by: lines.archive(line, by=by)),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        translated = in_languages_of(obj and obj.location, LineForm)
        return [*super().get_fieldsets(request, obj), *fieldset(translated)]

    @override
    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        translated = in_languages_of(obj and obj.location, LineForm)
        return super().get_form(request, obj, change=change, form=translated, **kwargs)

    @admin.display(description=_("Name"), ordering="name")
    def colored_name(self, line: Line) -> SafeString:
        return swatch(line.color, line)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Line]:
        return super().get_queryset(request).exclude(status=LineStatus.DELETED)

    @override
    def save_model(self, request: HttpRequest, obj: Line, form: Any, change: bool) -> None:
        if change:
            names = set(form.changed_data) - {"location"}
            written = {name: form.cleaned_data[name] for name in names}
            lines.edit(obj, by=staff(request), **written)
        else:
            made = lines.create(by=staff(request), **form.cleaned_data)
            obj.__dict__.update(made.__dict__)


@admin.register(Desk, site=site)
class DeskAdmin(Scoped):
    publishes = (EventName.LOCATION_CHANGED, "desk_id")
    list_display = ("name", "location", "clerk", "position", "is_active")
    list_filter = ("is_active", ("location", ScopedFilter))
    list_select_related = ("location",)
    ordering = ("location__name", "position", "id")
    search_fields = ("name",)
    fields = ("location", "name", "position", "is_active")

    @admin.display(description=_("Clerk"))
    def clerk(self, desk: Desk) -> str | None:
        return next((str(clerk) for clerk in desk.clerks.all()), None)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Desk]:
        return super().get_queryset(request).prefetch_related("clerks")


class OptionForm(TranslatedForm):
    text = Text(column="title", shown_by="public_title", max_length=50)


class OptionInline(admin.StackedInline):  # type: ignore[type-arg]
    model = InputFieldOption
    verbose_name = _("answer")
    verbose_name_plural = _("Answers of a choice")
    fields = (("title", "color", "position"),)
    extra = 1

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        translated = in_languages_of(obj and obj.location, OptionForm)
        return [*super().get_fieldsets(request, obj), *fieldset(translated, "collapse")]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        translated = in_languages_of(obj and obj.location, OptionForm)
        return super().get_formset(request, obj, form=translated, **kwargs)


class QuestionForm(TranslatedForm):
    text = Text(column="visitorFacingTitle", shown_by="question", max_length=100)


@admin.register(InputField, site=site)
class InputFieldAdmin(Scoped):
    """The options matter to a choice only; the lines are narrowed down once the field is there."""

    publishes = (EventName.LOCATION_CHANGED, "input_field_id")
    list_display = (
        "title",
        "location",
        "type",
        "is_shown_in_kiosk",
        "is_shown_in_remote_sign_in",
        "position",
        "is_active",
    )
    list_filter = ("is_active", "type", ("location", ScopedFilter))
    list_select_related = ("location",)
    ordering = ("location__name", "position", "title")
    search_fields = ("title", "visitor_facing_title")
    inlines = (OptionInline,)
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    fieldsets = (
        (None, {"fields": ("location", "type", "title", "visitor_facing_title", "is_multiple")}),
        (_("Where"), {"fields": ("lines", "position", "is_active")}),
        (
            _("Who is asked"),
            {
                "fields": (
                    "is_shown_in_kiosk",
                    "is_shown_in_remote_sign_in",
                    "is_mandatory_before_added",
                    "is_mandatory_in_remote_sign_in",
                    "is_mandatory_before_served",
                )
            },
        ),
        (
            _("What clerks see"),
            {"fields": ("is_visible_while_waiting", "is_visible_while_serving")},
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        asked, (where, options), *rest = self.fieldsets
        fields = [name for name in options["fields"] if obj or name != "lines"]
        translated = in_languages_of(obj and obj.location, QuestionForm)
        return (asked, *fieldset(translated), (where, {"fields": fields}), *rest)

    @override
    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        translated = in_languages_of(obj and obj.location, QuestionForm)
        form = super().get_form(request, obj, change=change, form=translated, **kwargs)
        if obj:
            chosen: Any = form.base_fields["lines"]
            chosen.queryset = chosen.queryset.filter(location=obj.location_id)
        return form
