"""The records of a location: every step, every interaction, every text message."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from tickets.admin import display
from tickets.admin.scope import ReadOnly, ScopedFilter
from tickets.admin.site import site
from tickets.models import Activity, Interaction, Message


@admin.register(Activity, site=site)
class ActivityAdmin(display.ActivityColumns, ReadOnly):
    list_display = ("moment", "event", "who", "ticket", "location")
    list_filter = ("event", "actor_type", ("location", ScopedFilter))
    list_select_related = ("location", "ticket", "user", "key", "device")
    ordering = ("-id",)
    search_fields = ("ticket__public_id", "ticket__first_name", "ticket__last_name", "user__email")
    show_facets = admin.ShowFacets.NEVER
    fields = ("moment", "event", "who", "location", "ticket", "changes_made", "undoes", "part_of")


class OfTicket(ReadOnly):
    """Parts of a visit in a list of their own; the location is the ticket's."""

    location_path = "ticket__location"
    show_facets = admin.ShowFacets.NEVER

    @admin.display(description=_("Location"))
    def location(self, part: Any) -> str:
        return str(part.ticket.location)


@admin.register(Interaction, site=site)
class InteractionAdmin(display.InteractionColumns, OfTicket):
    list_display = ("start", "end", "ticket", "line", "user", "desk", "outcome", "location")
    list_filter = ("outcome", ("ticket__location", ScopedFilter))
    list_select_related = ("ticket__location", "line", "user", "desk")
    ordering = ("-id",)
    search_fields = ("ticket__public_id", "user__first_name", "user__last_name")
    fields = ("ticket", "location", "line", "user", "desk", "start", "end", "outcome")


@admin.register(Message, site=site)
class MessageAdmin(display.MessageColumns, OfTicket):
    list_display = ("written", "direction", "body", "status", "ticket", "location")
    list_filter = ("direction", "status", ("ticket__location", ScopedFilter))
    list_select_related = ("ticket__location", "user")
    ordering = ("-id",)
    search_fields = ("body", "ticket__public_id", "ticket__phone_number")
    fields = ("ticket", "location", "direction", "body", "status", "written", "held_until", "user")

    @admin.display(description=_("Not before"))
    def held_until(self, message: Message) -> str:
        return display.local(message.not_before, message.ticket.location)
