"""The addresses of a request that asks for a version of the API that there is not."""

from django.urls import re_path

from qminder_site import urls
from tickets.api import handler

urlpatterns = [
    re_path(r"", handler.unknown_version),
    *urls.urlpatterns,  # never reached; what comes before and after a view knows their names
]
