"""Tickets: looked up and read here; what changes one is an action of the domain."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tickets import access, instants
from tickets.actions import lifecycle, routing
from tickets.admin import display, privacy
from tickets.admin.scope import ReadOnly, ReadOnlyInline, ScopedFilter, staff, step
from tickets.admin.site import site
from tickets.admin.today import of_today
from tickets.models import Activity, Extra, Interaction, Label, Message, Ticket


class DayFilter(admin.SimpleListFilter):
    """Today and yesterday by each location's clock: an index look-up, as a date hierarchy is not."""

    title = _("day")
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("today", _("Today")), ("yesterday", _("Yesterday"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        back = {"today": 0, "yesterday": 1}.get(self.value() or "")
        if back is None:
            return queryset
        return queryset.filter(of_today(access.managed_locations(staff(request)), back=back))


class LineFilter(ScopedFilter):
    """The lines of one location: those of several would bear the same names."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[tuple[str, Any]]:
        related = model_admin.admin_site.get_model_admin(field.remote_field.model)
        lines = list(related.get_queryset(request))
        chosen = request.GET.get("location__id__exact")
        lines = [line for line in lines if chosen in (None, str(line.location_id))]
        one = len({line.location_id for line in lines}) == 1
        return [(str(line.pk), str(line)) for line in lines] if one else []


class ExtraInline(ReadOnlyInline):
    model = Extra
    fields = ("title", "value", "url", "is_editable")


class LabelInline(ReadOnlyInline):
    model = Label
    fields = ("colored_value",)

    @admin.display(description=_("Label"))
    def colored_value(self, label: Label) -> SafeString:
        return display.swatch(label.color, label)


class InteractionInline(display.InteractionColumns, ReadOnlyInline):
    model = Interaction
    fk_name = "ticket"
    fields = ("start", "end", "line", "user", "desk", "outcome")
    related = ("ticket__location", "line", "user", "desk")


class MessageInline(display.MessageColumns, ReadOnlyInline):
    model = Message
    fields = ("written", "direction", "body", "status", "user")
    related = ("ticket__location", "user")


class TimelineInline(display.ActivityColumns, ReadOnlyInline):
    model = Activity
    verbose_name_plural = _("timeline")
    fields = ("moment", "event", "who", "changes_made")
    related = ("location", "user", "key", "device")


@admin.register(Ticket, site=site)
class TicketAdmin(ReadOnly):
    list_display = (
        "public_id",
        "name",
        "status_now",
        "colored_line",
        "location",
        "signed_in",
        "waited",
        "caller",
        "desk",
        "source",
    )
    list_display_links = ("public_id", "name")
    list_filter = (
        DayFilter,
        "status",
        "source",
        ("location", ScopedFilter),
        ("line", LineFilter),
    )
    list_select_related = ("location", "line", "caller", "desk")
    search_fields = ("id__exact", "public_id", "first_name", "last_name", "phone_number", "email")
    show_facets = admin.ShowFacets.NEVER
    inlines = (ExtraInline, LabelInline, InteractionInline, MessageInline, TimelineInline)
    actions = (
        step("serve", _("Mark as served"), lambda t, by: lifecycle.serve(t, by=by)),
        step("no_show", _("Mark as no-show"), lambda t, by: lifecycle.mark_no_show(t, by=by)),
        step(
            "return_first",
            _("Return to the line as the first"),
            lambda t, by: lifecycle.return_to_queue(t, position="FIRST", by=by),
        ),
        step(
            "return_last",
            _("Return to the line as the last"),
            lambda t, by: lifecycle.return_to_queue(t, position="LAST", by=by),
        ),
        step("rejoin", _("Let rejoin the line"), lambda t, by: lifecycle.rejoin(t, by=by)),
        step("unassign", _("Remove the assignment"), lambda t, by: routing.unassign(t, by=by)),
        step("cancel", _("Remove from the line"), lambda t, by: lifecycle.cancel(t, by=by)),
        privacy.export,
        privacy.erase,
    )
    fieldsets = (
        (None, {"fields": (("status_now", "colored_line"), ("public_id", "id"), "source")}),
        (
            _("Visitor"),
            {"fields": (("first_name", "last_name"), ("phone_number", "email"), "language")},
        ),
        (
            _("Visit"),
            {
                "fields": (
                    ("location", "desk", "caller"),
                    ("signed_in", "called", "served"),
                    ("moved_to", "assigner", "assignee"),
                    "redacted",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        related = ("location", "line", "caller", "desk", "assigner", "assignee")
        return super().get_queryset(request).select_related(*related)

    @admin.display(description=_("Name"), ordering="first_name")
    def name(self, ticket: Ticket) -> str:
        return ticket.full_name

    @admin.display(description=_("Status"), ordering="status")
    def status_now(self, ticket: Ticket) -> SafeString:
        return display.status_chip(ticket.status)

    @admin.display(description=_("Line"), ordering="line__name")
    def colored_line(self, ticket: Ticket) -> SafeString:
        return display.swatch(ticket.line.color, ticket.line)

    @admin.display(description=_("Waited"))
    def waited(self, ticket: Ticket) -> str:
        minutes = int(ticket.waited(instants.now()).total_seconds() // 60)
        return _("%(minutes)d min") % {"minutes": minutes}

    @admin.display(description=_("Signed in"), ordering="created_at")
    def signed_in(self, ticket: Ticket) -> str:
        return display.local(ticket.created_at, ticket.location)

    @admin.display(description=_("Moved to"))
    def moved_to(self, ticket: Ticket) -> str:
        return display.local(ticket.order_after, ticket.location)

    @admin.display(description=_("Called"))
    def called(self, ticket: Ticket) -> str:
        return display.local(ticket.called_at, ticket.location)

    @admin.display(description=_("Served"))
    def served(self, ticket: Ticket) -> str:
        return display.local(ticket.served_at, ticket.location)

    @admin.display(description=_("Personal data deleted"))
    def redacted(self, ticket: Ticket) -> str:
        return display.local(ticket.redacted_at, ticket.location)
