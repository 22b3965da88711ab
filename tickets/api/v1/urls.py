"""Addresses of version 1; the middleware takes a slash off their end."""

from django.urls import path, re_path, register_converter

from tickets.api import handler
from tickets.api.converters import IdConverter
from tickets.api.v1 import (
    devices,
    lines,
    locations,
    pictures,
    records,
    steps,
    tickets,
    users,
    webhooks,
)

app_name = "v1"

register_converter(IdConverter, "id")

urlpatterns = [
    path("", locations.index, name="index"),
    path("locations", locations.location_list, name="locations"),
    path("locations/<id:pk>", locations.location_details, name="location"),
    path("locations/<id:pk>/lines", lines.location_lines, name="location-lines"),
    path("locations/<id:pk>/desks", locations.location_desks, name="location-desks"),
    path("locations/<id:pk>/users", locations.location_users, name="location-users"),
    path("locations/<id:pk>/devices", locations.location_devices, name="location-devices"),
    path("locations/<id:pk>/input-fields", locations.location_fields, name="location-fields"),
    path("lines/<id:pk>", lines.line_details, name="line"),
    path("lines/<id:pk>/enable", lines.enable, name="enable-line"),
    path("lines/<id:pk>/disable", lines.disable, name="disable-line"),
    path("lines/<id:pk>/archive", lines.archive, name="archive-line"),
    path("lines/<id:pk>/unarchive", lines.unarchive, name="unarchive-line"),
    path("lines/<id:line>/ticket", tickets.create, name="create-ticket"),
    path("lines/<id:pk>/estimated-time", records.line_estimate, name="line-estimate"),
    path("tickets/search", tickets.search_tickets, name="search-tickets"),
    path("tickets/count", tickets.count, name="count-tickets"),
    path("tickets/call", tickets.call_next, name="call-next"),
    path("tickets/<id:pk>", tickets.details, name="ticket"),
    path("tickets/<id:pk>/call", tickets.call, name="call-ticket"),
    path("tickets/<id:pk>/recall", steps.recall, name="recall-ticket"),
    path("tickets/<id:pk>/markserved", steps.mark_served, name="serve-ticket"),
    path("tickets/<id:pk>/marknoshow", steps.mark_no_show, name="no-show-ticket"),
    path("tickets/<id:pk>/cancel", steps.cancel, name="cancel-ticket"),
    path("tickets/<id:pk>/returntoqueue", steps.return_to_queue, name="return-ticket"),
    path("tickets/<id:pk>/forward", steps.forward, name="forward-ticket"),
    path("tickets/<id:pk>/reorder", steps.reorder, name="reorder-ticket"),
    path("tickets/<id:pk>/assign", steps.assign, name="assign-ticket"),
    path("tickets/<id:pk>/unassign", steps.unassign, name="unassign-ticket"),
    path("tickets/<id:pk>/edit", records.edit, name="edit-ticket"),
    path("tickets/<id:pk>/messages", records.message_list, name="ticket-messages"),
    path("tickets/<id:pk>/external", records.put_external, name="ticket-external"),
    path("tickets/<id:pk>/audit", records.history, name="ticket-audit"),
    path("tickets/<id:pk>/estimated-time", records.ticket_estimate, name="ticket-estimate"),
    path("tickets/<id:pk>/labels", steps.replace_labels, name="ticket-labels"),
    path("tickets/<id:pk>/labels/add", steps.add_label, name="add-label"),
    path("tickets/<id:pk>/labels/remove", steps.remove_label, name="remove-label"),
    path("users", users.user_list, name="users"),
    path("users/<str:name>", users.user_details, name="user"),
    path("users/<str:name>/roles", users.add_role, name="user-roles"),
    path("users/<str:name>/desk", users.user_desk, name="user-desk"),
    path("users/<str:name>/lines", users.user_lines, name="user-lines"),
    path("users/<str:name>/picture", pictures.picture, name="user-picture"),
    path("webhooks", webhooks.create, name="webhooks"),
    path("webhooks/<id:pk>", webhooks.remove, name="webhook"),
    path("tv/<id:pk>", devices.tv_details, name="tv"),
    path("tv/<id:pk>/heartbeat", devices.heartbeat, name="tv-heartbeat"),
    path("tv/<id:pk>/emptystate", devices.empty_state, name="tv-empty-state"),
    re_path(r"", handler.unknown_path),
]
