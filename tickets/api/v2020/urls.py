"""Addresses of version 2020-09-01, which are at the root; some are known under /v1/ too."""

from django.urls import path, register_converter

from tickets.api.converters import IdConverter, UuidConverter
from tickets.api.v2020 import fields, hours, lines, locations, tickets

app_name = "v2020"

register_converter(IdConverter, "number")
register_converter(UuidConverter, "any-uuid")

urlpatterns = [
    path("tickets", tickets.create, name="create-ticket"),
    path("ticket", tickets.create, name="create-ticket-old"),
    path("tickets/<number:pk>", tickets.edit, name="edit-ticket"),
    path("tickets/<number:pk>/fields/<any-uuid:field>", tickets.answer, name="answer"),
    path("v1/tickets/<number:pk>/fields/<any-uuid:field>", tickets.answer, name="v1-answer"),
    path("locations", locations.create, name="create-location"),
    path("locations/<number:pk>", locations.edit, name="edit-location"),
    path("locations/<number:pk>/lines", lines.create, name="create-line"),
    path("v1/locations/<number:pk>/lines", lines.under_v1, name="v1-create-line"),
    path("locations/<number:pk>/opening-hours", hours.regular, name="hours"),
    path("locations/<number:pk>/opening-hours/exceptions", hours.exceptions, name="exceptions"),
    path("input-fields", fields.create, name="create-field"),
    path("input-fields/<any-uuid:pk>", fields.edit, name="edit-field"),
]
