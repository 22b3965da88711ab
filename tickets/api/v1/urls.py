"""Addresses of version 1; the middleware takes a slash off their end."""

from django.urls import path, re_path, register_converter

from tickets.api import handler
from tickets.api.converters import IdConverter
from tickets.api.v1 import locations, tickets

app_name = "v1"

register_converter(IdConverter, "id")

urlpatterns = [
    path("", locations.index, name="index"),
    path("locations", locations.location_list, name="locations"),
    path("locations/<id:pk>", locations.location_details, name="location"),
    path("locations/<id:pk>/lines", locations.location_lines, name="location-lines"),
    path("locations/<id:pk>/desks", locations.location_desks, name="location-desks"),
    path("locations/<id:pk>/users", locations.location_users, name="location-users"),
    path("lines/<id:pk>", locations.line_details, name="line"),
    path("lines/<id:line>/ticket", tickets.create, name="create-ticket"),
    path("tickets/search", tickets.search_tickets, name="search-tickets"),
    path("tickets/count", tickets.count, name="count-tickets"),
    path("tickets/call", tickets.call_next, name="call-next"),
    path("tickets/<id:pk>", tickets.details, name="ticket"),
    path("tickets/<id:pk>/call", tickets.call, name="call-ticket"),
    path("tickets/<id:pk>/recall", tickets.recall, name="recall-ticket"),
    path("tickets/<id:pk>/markserved", tickets.mark_served, name="serve-ticket"),
    path("tickets/<id:pk>/marknoshow", tickets.mark_no_show, name="no-show-ticket"),
    path("tickets/<id:pk>/cancel", tickets.cancel, name="cancel-ticket"),
    path("tickets/<id:pk>/returntoqueue", tickets.return_to_queue, name="return-ticket"),
    path("tickets/<id:pk>/labels", tickets.replace_labels, name="ticket-labels"),
    path("tickets/<id:pk>/labels/add", tickets.add_label, name="add-label"),
    path("tickets/<id:pk>/labels/remove", tickets.remove_label, name="remove-label"),
    re_path(r"", handler.unknown_path),
]
