"""Whether a location is open at a moment, and the sentences that say so wherever people read them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_noop as _

from tickets.models.hours import exceptions_from, timetable_with
from tickets.models.locations import Location

#: Whole sentences: the name of a day takes another form in a sentence in many languages.
ON_WEEKDAY = (
    _("Opens again on Monday at %(time)s."),
    _("Opens again on Tuesday at %(time)s."),
    _("Opens again on Wednesday at %(time)s."),
    _("Opens again on Thursday at %(time)s."),
    _("Opens again on Friday at %(time)s."),
    _("Opens again on Saturday at %(time)s."),
    _("Opens again on Sunday at %(time)s."),
)
WEEK = timedelta(days=7)


class OpeningState(Enum):
    OPEN = auto()
    BREAK = auto()
    CLOSED = auto()


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Whether a location takes visitors `today`; else when it opens next, if ever, and why, if said.

    `opens_at` is by the location's clock.
    """

    state: OpeningState
    today: date
    opens_at: datetime | None = None
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether visitors may sign in."""
        return self.state == OpeningState.OPEN

    @property
    def is_closed(self) -> bool:
        return self.state == OpeningState.CLOSED

    @property
    def headline(self) -> str:
        """Empty while it is open."""
        match self.state:
            case OpeningState.OPEN:
                return ""
            case OpeningState.BREAK:
                return gettext("On a break")
            case OpeningState.CLOSED if self.opens_at is None:
                return gettext("Closed until further notice")
        return gettext("Closed now")

    @property
    def opens(self) -> str:
        """When it opens, as a sentence; empty while it is open, or where nobody can say."""
        if self.opens_at is None:
            return ""
        words = {"time": date_format(self.opens_at, "G:i")}
        ahead = self.opens_at.date() - self.today
        if not ahead:
            return gettext("Opens again at %(time)s.") % words
        if ahead < WEEK:
            return gettext(ON_WEEKDAY[self.opens_at.weekday()]) % words
        # Translators: a day of the year as Django's date filter writes it, for the next text.
        words["date"] = date_format(self.opens_at, pgettext("date format", "j F"))
        return gettext("Opens again on %(date)s at %(time)s.") % words

    @property
    def sentence(self) -> str:
        """All of it in one line, as a clerk reads it; empty while it is open."""
        headline = self.headline and f"{self.headline}."
        return " ".join(filter(None, (headline, self.opens, self.reason)))


def opening(location: Location, moment: datetime, *, has_open_line: bool | None = None) -> Opening:
    """A break is a gap between two opening times of a day, or an open hour without an open line.

    Who knows already whether there is an open line says so.
    """
    local = moment.astimezone(location.tz)
    today = local.date()
    exceptions = exceptions_from(location, today)
    table = timetable_with(location, exceptions)
    opens_at = table.opens_next(moment)
    if opens_at == moment:
        if has_open_line is None:
            has_open_line = location.lines.open().exists()
        state = OpeningState.OPEN if has_open_line else OpeningState.BREAK
        return Opening(state=state, today=today)
    opens_at = opens_at and opens_at.astimezone(location.tz)
    was_open = any(opens <= local.hour * 60 + local.minute for opens, _closes in table.on(today))
    if was_open and opens_at and opens_at.date() == today:
        return Opening(state=OpeningState.BREAK, today=today, opens_at=opens_at)
    reason = next((day.reason for day in exceptions if day.date == today), "")
    return Opening(state=OpeningState.CLOSED, today=today, opens_at=opens_at, reason=reason)
