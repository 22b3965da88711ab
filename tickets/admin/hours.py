"""Opening hours on the page of their location, written as people write them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import hours, instants
from tickets.hours import Intervals
from tickets.models import Location, OpeningException, Weekday

CLOSED = _("closed")


class HoursField(forms.Field):
    """9:00–12:00, 13:00–17:00; the word “closed” for a day without any, None for nothing typed."""

    def __init__(self, label: Any) -> None:
        widget = forms.TextInput(attrs={"size": 40, "autocomplete": "off"})
        super().__init__(label=label, required=False, widget=widget)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return hours.to_text(value) or str(CLOSED)

    def to_python(self, value: Any) -> list[list[int]] | None:
        text = (value or "").strip()
        if text.casefold() in ("-", "–", str(CLOSED).casefold()):
            return []
        return hours.from_text(text) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            is_same: bool = self.to_python(data) == initial
        except ValidationError:
            return True
        return not is_same


class WeekForm(forms.ModelForm):  # type: ignore[type-arg]
    """The week of a location: nothing typed at all is always open, else an empty day is closed."""

    monday = HoursField(Weekday.MONDAY.label)
    tuesday = HoursField(Weekday.TUESDAY.label)
    wednesday = HoursField(Weekday.WEDNESDAY.label)
    thursday = HoursField(Weekday.THURSDAY.label)
    friday = HoursField(Weekday.FRIDAY.label)
    saturday = HoursField(Weekday.SATURDAY.label)
    sunday = HoursField(Weekday.SUNDAY.label)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        location: Location | None = kwargs.get("instance")
        days = list(location.opening_days.all()) if location else []
        week = dict.fromkeys(Weekday, hours.ALL_DAY) if days else {}
        week |= {Weekday(day.weekday): day.intervals for day in days}
        shown = {WEEK[day]: intervals for day, intervals in week.items()}
        kwargs["initial"] = shown | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    @property
    def week(self) -> dict[int, Intervals] | None:
        """What was typed, by weekday; None if nobody touched it."""
        if not set(WEEK.values()) & set(self.changed_data):
            return None
        typed = {day: self.cleaned_data[name] for day, name in WEEK.items()}
        if not any(intervals is not None for intervals in typed.values()):
            return {}
        return {day: intervals or [] for day, intervals in typed.items()}


#: The form's name of each weekday.
WEEK = {day: day.name.lower() for day in Weekday}


class ExceptionForm(forms.ModelForm):  # type: ignore[type-arg]
    intervals = HoursField(_("Open"))

    def clean_intervals(self) -> Intervals:
        return self.cleaned_data["intervals"] or []

    def clean(self) -> dict[str, Any]:
        """What is wrong names its date, since a page has many."""
        cleaned = super().clean() or {}
        day = cleaned.get("date")
        if day and "intervals" in self.errors:
            words = {"date": date_format(day), "problem": self.errors.pop("intervals")[0]}
            self.add_error("intervals", gettext("%(date)s: %(problem)s") % words)
        return cleaned


class OpeningExceptionInline(admin.StackedInline):  # type: ignore[type-arg]
    """The dates to come; those that are over stay on record."""

    model = OpeningException
    form = ExceptionForm
    verbose_name = _("date")
    verbose_name_plural = _("Dates with other hours (leave the hours empty for a closed day)")
    fields = (("date", "intervals", "reason"),)
    extra = 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[OpeningException]:
        yesterday = instants.now().date() - hours.DAY
        return super().get_queryset(request).filter(date__gte=yesterday)
