"""The addresses of a request that asks for version 2020-09-01 of the API: its calls, then all others."""

from django.urls import include, path

from qminder_site import urls

urlpatterns = [
    path("", include("tickets.api.v2020.urls")),
    *urls.urlpatterns,
]
