"""What the worker still has to do, and what it gave up: to be looked at, and tried again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import instants, outbox
from tickets.admin.scope import ReadOnly, staff, step
from tickets.admin.site import site
from tickets.exceptions import Refusal
from tickets.models import Job, User

#: A worker that lives takes what is due within a second; who waits longer than this is late.
LATE_AFTER = timedelta(seconds=60)

GIVEN_UP = Q(due_at=None)


def _late() -> Q:
    return Q(due_at__lt=instants.now() - LATE_AFTER)


#: By the name in an address: the title, and which rows.
STATES: dict[str, tuple[Any, Callable[[], Q]]] = {
    "waiting": (_("Waiting"), lambda: ~GIVEN_UP & ~_late()),
    "late": (_("Late"), _late),
    "given-up": (_("Given up"), lambda: GIVEN_UP),
}


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, title) for name, (title, _rows) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        _title, rows = STATES.get(self.value() or "", ("", Q))
        return queryset.filter(rows())


def _try_again(job: Job, by: User) -> None:
    if not outbox.try_again(job):
        raise Refusal(gettext("This was not given up: it is tried again by itself."))


@admin.register(Job, site=site)
class JobAdmin(ReadOnly):
    """For administrators only: work has no location."""

    list_display = ("kind", "state", "created_at", "due_at", "attempts", "error")
    list_filter = (StateFilter, "kind")
    ordering = ("-id",)
    search_fields = ("kind", "error")
    show_facets = admin.ShowFacets.NEVER
    fields = ("kind", "lane", "arguments", "state", "created_at", "due_at", "attempts", "error")
    actions = (step("try_again", _("Try again"), _try_again),)

    @admin.display(description=_("State"))
    def state(self, job: Job) -> SafeString:
        name, chip = "waiting", "plain"
        if job.due_at is None:
            name, chip = "given-up", "danger"
        elif instants.now() - job.due_at > LATE_AFTER:
            name, chip = "late", "warn"
        return format_html('<span class="chip chip--{}">{}</span>', chip, STATES[name][0])

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return Job.objects.order_by(*self.ordering)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return staff(request).is_account_wide

    def has_module_permission(self, request: HttpRequest) -> bool:
        return staff(request).is_account_wide

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With how many there are of each kind of trouble."""
        each = {name: Count("id", filter=rows()) for name, (_title, rows) in STATES.items()}
        counted = Job.objects.aggregate(**each)
        states = [(name, title, counted[name]) for name, (title, _rows) in STATES.items()]
        return super().changelist_view(request, {"states": states} | (extra_context or {}))
