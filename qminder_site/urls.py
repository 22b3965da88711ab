"""Where everything is mounted."""

from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from tickets.admin.site import site

# Browsers ask for it beside what is no page, such as the API's answers.
icon = require_safe(RedirectView.as_view(url=lazy(static, str)("icons/mark.svg")))

urlpatterns = [
    path("favicon.ico", icon),
    path("admin/", site.urls),
    path("v1/", include("tickets.api.openapi.urls")),
    path("v1/", include("tickets.api.v1.urls")),
    path("", include("tickets.urls")),
    path("", include("kiosk.urls")),
]
