"""Opening hours on the page of their location, written as people write them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from tickets import hours
from tickets.models import OpeningDay, OpeningException


class HoursField(forms.Field):
    """9:00–12:00, 13:00–17:00; nothing for a closed day."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Open"),
            required=False,
            initial=list,
            help_text=_("Such as 9:00–12:00, 13:00–17:00; empty: closed."),
            widget=forms.TextInput(attrs={"size": 40, "placeholder": _("closed")}),
        )

    def prepare_value(self, value: Any) -> Any:
        return hours.to_text(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[list[int]]:
        return hours.from_text(value or "")


class DayForm(forms.ModelForm):  # type: ignore[type-arg]
    intervals = HoursField()


class OpeningDayInline(admin.StackedInline):  # type: ignore[type-arg]
    """The week; a day without a row is open all day."""

    model = OpeningDay
    form = DayForm
    verbose_name = _("weekday")
    verbose_name_plural = _("Opening hours (a weekday without a row is open all day)")
    fields = (("weekday", "intervals"),)
    extra = 1
    max_num = 7


class OpeningExceptionInline(admin.StackedInline):  # type: ignore[type-arg]
    model = OpeningException
    form = DayForm
    verbose_name = _("date")
    verbose_name_plural = _("Dates with other hours")
    fields = (("date", "intervals", "reason"),)
    extra = 1
