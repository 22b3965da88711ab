"""What became of visits: the history of a day, and the search among those of today."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tickets import access, idempotency
from tickets.actions import undo
from tickets.models import Activity, Line, Location, Ticket, User
from tickets.models.tickets import TicketQuerySet
from tickets.states import ACTIVE, Status
from tickets.views.service import StaffRequest

HISTORY_PAGE = "tickets/history.html"
SEARCH_PAGE = "tickets/search.html"
SEARCH_PART = f"{SEARCH_PAGE}#drawer-content"
ON_A_PAGE = 50
FOUND = 30
#: Fewer digits of a phone number are in too many of them.
DIGITS = 3


@dataclass(frozen=True)
class Visit:
    """One visit in a list, in minutes, with the step on it that this clerk may still undo."""

    ticket: Ticket
    waited: int | None
    served: int | None
    last_step: Activity | None


class DayForm(forms.Form):
    """Which visits of which day; what is not understood filters nothing."""

    use_required_attribute = False

    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    line = forms.ModelChoiceField(
        Line.objects.none(), label=_("Line"), required=False, empty_label=_("All lines")
    )
    status = forms.ChoiceField(label=_("Outcome"), required=False)
    clerk = forms.ModelChoiceField(
        User.objects.none(), label=_("Called by"), required=False, empty_label=_("Everybody")
    )

    def __init__(self, data: QueryDict, *, location: Location) -> None:
        self._today = location.today()
        super().__init__({"day": self._today, **data.dict()})
        self.fields["line"].queryset = location.lines.not_deleted()  # type: ignore[attr-defined]
        self.fields["clerk"].queryset = User.objects.working_at(location)  # type: ignore[attr-defined]
        self.fields["status"].choices = [("", _("All outcomes")), *Status.choices]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def chosen_day(self) -> date:
        day: date | None = self.cleaned_data.get("day")
        return day or self._today

    @property
    def condition(self) -> Q:
        columns = {"line": "line", "status": "status", "clerk": "caller"}
        chosen = {
            column: self.cleaned_data[name]
            for name, column in columns.items()
            if self.cleaned_data.get(name)
        }
        return Q(numbered_on=self.chosen_day, **chosen)


@login_required
@require_safe
def history(request: StaffRequest, pk: int) -> HttpResponse:
    """The visits that began on one local day, the latest first, and what can be put right."""
    location = get_object_or_404(access.locations_for(request.user), pk=pk)
    form = DayForm(request.GET, location=location)
    tickets = location.tickets.filter(form.condition).order_by("-created_at", "-id")
    page = Paginator(tickets, ON_A_PAGE).get_page(request.GET.get("page"))
    filters = request.GET.copy()
    filters.pop("page", None)
    context = {
        "location": location,
        "form": form,
        "day": form.chosen_day,
        "days": _neighbours(form.chosen_day, location),
        "page": page,
        "filters": filters.urlencode(),
        "visits": _visits(page.object_list, request.user),
        "once": idempotency.new_token(),
    }
    return render(request, HISTORY_PAGE, context)


@login_required
@require_safe
def search(request: StaffRequest, pk: int) -> HttpResponse:
    """Visits of today and all that are still open, by name, number, phone or label."""
    location = get_object_or_404(access.locations_for(request.user), pk=pk)
    query = " ".join(request.GET.get("q", "").split())
    recent = Q(numbered_on=location.today()) | Q(status__in=ACTIVE)
    tickets = Ticket.objects.none()
    if query:
        found = location.tickets.filter(recent, _meaning(query)).distinct()
        tickets = found.order_by("-created_at", "-id")
    visits = _visits(tickets[: FOUND + 1], request.user)
    context = {
        "location": location,
        "query": query,
        "visits": visits[:FOUND],
        "is_cut": len(visits) > FOUND,
        "once": idempotency.new_token(),
    }
    return render(request, SEARCH_PART if request.htmx else SEARCH_PAGE, context)


def _meaning(query: str) -> Q:
    """Each word is in the name or a label; or all of it is a number, or digits of a phone."""
    words = Q()
    for word in query.split():
        # SQLite compares letters beyond ASCII as they are.
        written = {word, word.lower(), word.upper(), word.capitalize()}
        words &= Q(
            *(
                Q(**{f"{column}__icontains": each})
                for column in ("first_name", "last_name", "labels__value")
                for each in written
            ),
            _connector=Q.OR,
        )
    number = Q(public_id__iexact=query) | Q(public_id__iexact=query.replace(" ", "-"))
    digits = re.sub(r"\D", "", query)
    if query.isdecimal() and len(query) <= 6:
        number |= Q(number=int(query))
    if len(digits) >= DIGITS and not re.search(r"[^\d\s+().-]", query):
        number |= Q(phone_number__contains=digits.removeprefix("00").lstrip("0") or digits)
    return words | number


def _neighbours(day: date, location: Location) -> tuple[date, date | None]:
    """The day before, and the day after unless it is still to come."""
    one = timedelta(days=1)
    return day - one, day + one if day < location.today() else None


def _visits(tickets: Iterable[Ticket], clerk: User) -> list[Visit]:
    assert isinstance(tickets, TicketQuerySet)
    shown = list(tickets.select_related("line", "caller", "desk").prefetch_related("labels"))
    steps = _steps(shown)
    visits = []
    for ticket in shown:
        taken = steps[ticket.pk]
        undoable = set() if ticket.redacted_at else undo.undoable(taken, by=clerk)
        last_step = next((step for step in taken if step.is_standing), None)
        waited = _minutes(ticket.called_at and ticket.called_at - ticket.created_at)
        served = _minutes(ticket.served_at and ticket.served_at - ticket.called_at)
        visits.append(
            Visit(
                ticket,
                waited,
                served,
                last_step if last_step and last_step.pk in undoable else None,
            )
        )
    return visits


def _minutes(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds() // 60)


def _steps(tickets: list[Ticket]) -> defaultdict[int | None, list[Activity]]:
    """All steps of each of them, the latest first."""
    steps: defaultdict[int | None, list[Activity]] = defaultdict(list)
    related = Activity.objects.select_related("message", "undone_by")
    for step in related.filter(ticket__in=tickets).order_by("-id"):
        steps[step.ticket_id].append(step)
    return steps
