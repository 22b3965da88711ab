"""Where a clerk sits and which lines they call from."""

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


class DeskField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """The desks, each with who sits there."""

    def label_from_instance(self, obj: Desk) -> str:
        holder = getattr(obj, "clerk", None)
        return f"{obj} ({holder})" if holder else str(obj)


class WorkplaceForm(forms.Form):
    """Desk and lines of one clerk at one location; writes nothing."""

    use_required_attribute = False

    desk = DeskField(
        Desk.objects.none(),
        label=_("Your desk"),
        required=False,
        blank=True,
        empty_label=_("No desk"),
        widget=forms.RadioSelect,
    )
    lines = forms.ModelMultipleChoiceField(
        Line.objects.none(),
        label=_("Lines you call from"),
        required=True,
        error_messages={"required": _("Choose at least one line.")},
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: QueryDict | None, *, clerk: User, location: Location) -> None:
        chosen = {"desk": clerk.desk, "lines": lines_of(clerk, location)}
        super().__init__(data, initial=chosen)
        desk, lines = self.fields["desk"], self.fields["lines"]
        assert isinstance(desk, DeskField)
        assert isinstance(lines, forms.ModelMultipleChoiceField)
        desk.queryset = location.desks.filter(is_active=True).select_related("clerk")
        lines.queryset = location.lines.in_use()


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
                staff.choose_lines(request.user, lines=form.cleaned_data["lines"])
        except DeskTaken as refusal:
            form.add_error("desk", str(refusal.message))
        else:
            return redirect("tickets:service", location.pk)
    context = {"location": location, "form": form}
    page = PART if request.htmx else PAGE
    return render(request, page, context, status=422 if form.errors else 200)
