"""The addresses of a request that asks for version 2020-09-01 of the API: its calls, and version 1's."""

from django.urls import include, path, re_path

from qminder_site import urls
from tickets.api import handler

urlpatterns = [
    path("", include("tickets.api.v2020.urls")),
    re_path(r"^(?!v1/)", handler.unknown_path),
    *urls.urlpatterns,  # of these only /v1/ is reached; middleware knows the names of the others
    re_path(r"", handler.unknown_path),
]
