"""Where a clerk sits and which lines they call from."""

from collections.abc import Iterator

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tickets import access
from tickets.actions import staff
from tickets.exceptions import DeskTaken
from tickets.models import Desk, Line, Location, User
from tickets.views.service import StaffRequest, lines_of

PAGE = "tickets/workplace.html"
PART = f"{PAGE}#drawer-content"


class WorkplaceForm(forms.Form):
    """Desk and lines of one clerk at one location; writes nothing."""

    use_required_attribute = False

    desk = forms.ChoiceField(label=_("Your desk"), required=False, widget=forms.RadioSelect)
    lines = forms.MultipleChoiceField(
        label=_("Lines you call from"),
        error_messages={"required": _("Choose at least one line.")},
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: QueryDict | None, *, clerk: User, location: Location) -> None:
        chosen = {"desk": clerk.desk_id, "lines": [line.pk for line in lines_of(clerk, location)]}
        super().__init__(data, initial=chosen)
        desks = location.desks.filter(is_active=True).prefetch_related("clerks")
        self._desks = {str(desk.pk): desk for desk in desks}
        self._lines = {str(line.pk): line for line in location.lines.in_use()}
        self.fields["desk"].choices = [("", _("No desk")), *_named(self._desks, clerk)]  # type: ignore[attr-defined]
        self.fields["lines"].choices = list(self._lines.items())  # type: ignore[attr-defined]

    def clean_desk(self) -> Desk | None:
        return self._desks.get(self.cleaned_data["desk"])

    def clean_lines(self) -> list[Line]:
        return [self._lines[pk] for pk in self.cleaned_data["lines"]]


def _named(desks: dict[str, Desk], clerk: User) -> Iterator[tuple[str, str]]:
    """Each desk with the colleague who sits there."""
    for pk, desk in desks.items():
        colleagues = [str(each) for each in desk.clerks.all() if each != clerk]
        yield pk, " – ".join([str(desk), *colleagues])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def workplace(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose a desk that is free, and the lines to call from; both are remembered."""
    location = get_object_or_404(access.locations_for(request.user), pk=pk)
    form = WorkplaceForm(request.POST or None, clerk=request.user, location=location)
    if form.is_bound and form.is_valid():
        try:
            with transaction.atomic():
                staff.choose_desk(request.user, desk=form.cleaned_data["desk"], by=request.user)
                staff.choose_lines(
                    request.user, location=location, lines=form.cleaned_data["lines"]
                )
        except DeskTaken as refusal:
            form.add_error("desk", str(refusal.message))
        else:
            return redirect("tickets:service", location.pk)
    context = {"location": location, "form": form}
    page = PART if request.htmx else PAGE
    return render(request, page, context, status=422 if form.errors else 200)
