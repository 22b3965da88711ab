"""Where the description of the API is: as a document for programs, as a page for people."""

from django.urls import path

from tickets.api.openapi import views

app_name = "openapi"

urlpatterns = [
    path("openapi.json", views.document, name="document"),
    path("docs", views.page, name="page"),
]
