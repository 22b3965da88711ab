"""Our admin site: who may enter, and the Today overview as its first page."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from tickets import access, heartbeat, instants
from tickets.admin import today
from tickets.models import User


class VisitsAdminSite(admin.AdminSite):
    site_title = _("Visitor queue")
    site_header = _("Visitor queue")
    index_title = _("Today")
    site_url = reverse_lazy("tickets:choose-location")  # type: ignore[assignment]  # lazy

    def has_permission(self, request: HttpRequest) -> bool:
        """Managers, administrators and owners; their roles are read once for the whole page."""
        if not request.user.is_authenticated:
            return False
        prefetch_related_objects([request.user], "roles")
        return super().has_permission(request)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The sign-in page of the staff; who is signed in and sent here may not enter: 403."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('tickets:sign-in')}?{urlencode({'next': target})}")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """With what managers should know on whatever page they are."""
        return super().each_context(request) | {"is_worker_silent": heartbeat.is_silent()}

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        assert isinstance(request.user, User)
        locations = access.managed_locations(request.user).filter(is_active=True)
        context = {
            "days": today.overview(locations),
            "hooks": access.webhooks_for(request.user).in_trouble(instants.now()),
        }
        return super().index(request, context | (extra_context or {}))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The models in the order in which they are registered, not in that of the alphabet."""
        return list(self._build_app_dict(request, app_label).values())


site = VisitsAdminSite()
