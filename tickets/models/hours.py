"""When a location is open: its week, and the days that are different."""

from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets import hours
from tickets.models.locations import Location

#: Exceptions further away than this do not matter yet to when it opens or closes next.
FORESEEN = timedelta(days=730)


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class OpeningDay(models.Model):
    """The hours of a weekday; a weekday without a row is open all day."""

    PERSONAL = ()

    location = models.ForeignKey(
        Location, models.CASCADE, related_name="opening_days", db_index=False
    )
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    intervals = models.JSONField(_("open"), default=list, blank=True, validators=[hours.validate])

    class Meta:
        ordering = ("weekday",)
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__in=Weekday.values), name="openingday_weekday"
            ),
            models.UniqueConstraint(fields=("location", "weekday"), name="openingday_once"),
        ]

    def __str__(self) -> str:
        return self.get_weekday_display()


class OpeningException(models.Model):
    """The hours of one date, whatever its weekday says."""

    PERSONAL = ()

    location = models.ForeignKey(
        Location, models.CASCADE, related_name="opening_exceptions", db_index=False
    )
    date = models.DateField(_("date"))
    intervals = models.JSONField(_("open"), default=list, blank=True, validators=[hours.validate])
    reason = models.CharField(_("reason"), max_length=30, blank=True)

    class Meta:
        ordering = ("date",)
        constraints = [
            models.UniqueConstraint(fields=("location", "date"), name="openingexception_once"),
        ]

    def __str__(self) -> str:
        return f"{self.date}"


def exceptions_from(location: Location, today: date) -> list[OpeningException]:
    """Those that matter to when it opens or closes next, from yesterday on."""
    span = (today - hours.DAY, today + FORESEEN)
    return list(location.opening_exceptions.filter(date__range=span))


def timetable(location: Location, moment: datetime) -> hours.Timetable:
    """What says when the location is open from `moment` on."""
    return timetable_with(location, exceptions_from(location, location.local_day(moment)))


def timetable_with(location: Location, exceptions: list[OpeningException]) -> hours.Timetable:
    return hours.Timetable(
        tz=location.tz,
        week={day.weekday: day.intervals for day in location.opening_days.all()},
        exceptions={day.date: day.intervals for day in exceptions},
    )
