"""Where everything is mounted."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("v1/", include("tickets.api.v1.urls")),
    path("", include("tickets.urls")),
    path("", include("kiosk.urls")),
]
