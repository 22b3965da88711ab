"""Who comes in without a password: API keys of programs, and paired kiosks and TVs."""

from typing import Any, override

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets import instants, remembered
from tickets.actions import programs
from tickets.admin import display
from tickets.admin.scope import Scoped, ScopedFilter, attempt, staff, step
from tickets.admin.site import site
from tickets.exceptions import Refusal
from tickets.models import ApiKey, Device, DeviceKind, EventName


@admin.register(ApiKey, site=site)
class ApiKeyAdmin(Scoped):
    """For administrators only: a key without a list of locations reaches all of them."""

    location_path = "locations"
    list_display = ("name", "prefix", "user", "created_at", "last_used_at", "revoked_at")
    list_filter = (
        ("revoked_at", admin.EmptyFieldListFilter),
        "is_rate_limited",
        ("locations", ScopedFilter),
    )
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__email", "user__first_name", "user__last_name")
    autocomplete_fields = ("user", "locations")
    fields = (
        *("name", "user", "locations", "is_rate_limited"),
        *("prefix", "created_at", "last_used_at", "revoked_at"),
    )
    readonly_fields = ("prefix", "created_at", "last_used_at", "revoked_at")
    actions = (step("revoke", _("Revoke"), lambda key, by: programs.revoke_key(key)),)

    class Media:
        js = ("js/admin.js",)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return staff(request).is_account_wide

    def has_add_permission(self, request: HttpRequest) -> bool:
        return staff(request).is_account_wide

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return staff(request).is_account_wide

    def has_module_permission(self, request: HttpRequest) -> bool:
        return staff(request).is_account_wide

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """On whose behalf a program acts is settled when its key is issued."""
        return (*self.readonly_fields, "user") if obj else self.readonly_fields

    @override
    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        key, secret = programs.issue_key(
            name=obj.name, user=obj.user, is_rate_limited=obj.is_rate_limited
        )
        obj.__dict__.update(key.__dict__)
        shown = gettext("Copy the key of %(program)s now, it is shown only once: %(secret)s")
        messages.warning(request, shown % {"program": obj.name, "secret": secret})

    @override
    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        remembered.KEYS.forget()


@admin.register(Device, site=site)
class DeviceAdmin(Scoped):
    publishes = (EventName.DEVICE_CHANGED, "device_id")
    list_display = (
        *("name", "kind", "location", "state", "last_seen"),
        *("condition", "is_active"),
    )
    list_filter = ("kind", "is_active", ("location", ScopedFilter))
    list_select_related = ("location",)
    ordering = ("location__name", "kind", "name")
    search_fields = ("name", "location__name")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("location", "kind", "name", "is_active"),
                    *("state", "last_seen"),
                )
            },
        ),
        (_("What a TV shows"), {"fields": ("layout", "theme", "sound_chip")}),
        (_("Without network"), {"fields": ("offline_chip",)}),
    )
    readonly_fields = ("state", "last_seen", "sound_chip", "offline_chip")
    actions = (
        "issue_code",
        step("unpair", _("Unpair"), lambda device, by: programs.unpair(device, by=by)),
    )

    @admin.display(description=_("State"), ordering="last_seen_at")
    def state(self, device: Device) -> SafeString:
        return display.device_state(device, instants.now())

    @admin.display(description=_("Last seen"), ordering="last_seen_at")
    def last_seen(self, device: Device) -> str:
        return display.local(device.last_seen_at, device.location)

    @admin.display(description=_("Condition"))
    def condition(self, device: Device) -> SafeString | str:
        is_kiosk = device.kind == DeviceKind.KIOSK
        return self.offline_chip(device) if is_kiosk else self.sound_chip(device)

    @admin.display(description=_("Sound"), ordering="sound")
    def sound_chip(self, device: Device) -> SafeString | str:
        return display.sound_chip(device) if device.sound else "–"

    @admin.display(description=_("Without network"), ordering="keeps_sign_ins")
    def offline_chip(self, device: Device) -> SafeString | str:
        is_told = device.kind == DeviceKind.KIOSK and device.keeps_sign_ins is not None
        return display.offline_chip(device) if is_told else "–"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A kiosk has nothing of what only TVs have, and the other way round."""
        about, tv, kiosk = self.fieldsets
        if obj is None:
            return (about, tv)
        return (about, kiosk if obj.kind == DeviceKind.KIOSK else tv)

    @admin.action(
        description=_("Issue a pairing code"),
        location=[admin.ActionLocation.CHANGE_LIST, admin.ActionLocation.CHANGE_FORM],
    )
    def issue_code(self, request: HttpRequest, devices: QuerySet[Device]) -> None:
        def issue(device: Device) -> None:
            if not device.is_active:
                raise Refusal(_("This device is switched off."))
            code = programs.issue_code(device)
            self.log_change(request, device, gettext("Issue a pairing code"))
            shown = gettext("Type %(code)s on %(device)s within 10 minutes.")
            messages.success(request, shown % {"code": code, "device": device})

        attempt(request, devices, issue)
