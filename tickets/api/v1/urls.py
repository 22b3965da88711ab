"""Addresses of version 1, each with and without a slash at the end: a POST is never redirected."""

from django.urls import re_path

from tickets.api import handler
from tickets.api.v1 import locations, tickets

app_name = "v1"

TICKET = r"^tickets/(?P<pk>[0-9]{1,18})"

urlpatterns = [
    re_path(r"^$", locations.index, name="index"),
    re_path(r"^locations/?$", locations.location_list, name="locations"),
    re_path(r"^locations/(?P<pk>[0-9]{1,18})/?$", locations.location_details, name="location"),
    re_path(
        r"^locations/(?P<pk>[0-9]{1,18})/lines/?$", locations.location_lines, name="location-lines"
    ),
    re_path(
        r"^locations/(?P<pk>[0-9]{1,18})/desks/?$", locations.location_desks, name="location-desks"
    ),
    re_path(
        r"^locations/(?P<pk>[0-9]{1,18})/users/?$", locations.location_users, name="location-users"
    ),
    re_path(r"^lines/(?P<pk>[0-9]{1,18})/?$", locations.line_details, name="line"),
    re_path(r"^lines/(?P<line>[0-9]{1,18})/ticket/?$", tickets.create, name="create-ticket"),
    re_path(r"^tickets/search/?$", tickets.search_tickets, name="search-tickets"),
    re_path(r"^tickets/count/?$", tickets.count, name="count-tickets"),
    re_path(r"^tickets/call/?$", tickets.call_next, name="call-next"),
    re_path(rf"{TICKET}/?$", tickets.details, name="ticket"),
    re_path(rf"{TICKET}/call/?$", tickets.call, name="call-ticket"),
    re_path(rf"{TICKET}/recall/?$", tickets.recall, name="recall-ticket"),
    re_path(rf"{TICKET}/markserved/?$", tickets.mark_served, name="serve-ticket"),
    re_path(rf"{TICKET}/marknoshow/?$", tickets.mark_no_show, name="no-show-ticket"),
    re_path(rf"{TICKET}/cancel/?$", tickets.cancel, name="cancel-ticket"),
    re_path(rf"{TICKET}/returntoqueue/?$", tickets.return_to_queue, name="return-ticket"),
    re_path(rf"{TICKET}/labels/?$", tickets.replace_labels, name="ticket-labels"),
    re_path(rf"{TICKET}/labels/add/?$", tickets.add_label, name="add-label"),
    re_path(rf"{TICKET}/labels/remove/?$", tickets.remove_label, name="remove-label"),
    re_path(r"", handler.unknown_path),
]
