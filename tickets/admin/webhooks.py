"""Webhooks and what they were told: their state, each try with its answer, and sending again."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tickets import access
from tickets.actions import deliveries, webhooks
from tickets.admin import display
from tickets.admin.scope import ReadOnly, ReadOnlyInline, ScopedFilter, attempt, staff, step
from tickets.admin.site import site
from tickets.models import Delivery, DeliveryAttempt, Webhook


@admin.register(Webhook, site=site)
class WebhookAdmin(ReadOnly):
    list_display = ("url", "state", "key", "last_success_at", "failing_since", "created_at")
    list_filter = ("is_active", "off_because")
    list_select_related = ("key",)
    search_fields = ("url", "key__name")
    fields = (
        *("url", "key", "state", "off_because", "last_success_at", "failing_since"),
        *("both_until", "created_at"),
    )
    actions = (
        "rotate",
        step("switch_on", _("Switch on"), lambda hook, by: webhooks.switch_on(hook)),
        step("switch_off", _("Switch off"), lambda hook, by: webhooks.switch_off(hook)),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return access.webhooks_for(staff(request)).select_related("key")

    @admin.display(description=_("State"))
    def state(self, hook: Webhook) -> SafeString:
        return display.webhook_chip(hook)

    @admin.display(description=_("Old secret signs until"))
    def both_until(self, hook: Webhook) -> str:
        until = hook.old_secret_until if len(hook.keys) > 1 else None
        return formats.date_format(until, "DATETIME_FORMAT") if until else "–"

    @admin.action(
        description=_("Make a new secret"),
        location=[admin.ActionLocation.CHANGE_LIST, admin.ActionLocation.CHANGE_FORM],
    )
    def rotate(self, request: HttpRequest, hooks: QuerySet[Webhook]) -> None:
        def take(hook: Webhook) -> None:
            secret = webhooks.rotate(hook)
            self.log_change(request, hook, gettext("Make a new secret"))
            shown = gettext(
                "Copy the new secret of %(address)s now, it is shown only once: %(secret)s "
                "The old one signs, too, for 24 hours; Qminder's header is signed with the new one."
            )
            messages.warning(request, shown % {"address": hook, "secret": secret})

        attempt(request, hooks, take)


class BetweenFilter(admin.SimpleListFilter):
    """From one moment to another, by the clock of the locations if they share one."""

    title = _("when")
    parameter_name = "since"
    until_name = "until"
    template = "admin/between.html"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        if self.until_name in params:
            self.used_parameters[self.until_name] = params.pop(self.until_name)[-1]
        zones = {each.tz for each in access.managed_locations(staff(request))}
        self.zone = zones.pop() if len(zones) == 1 else timezone.get_default_timezone()

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter_name, self.until_name]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("", "")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """One, for the form: what it holds, and what of the address it keeps."""
        kept = {
            name: value
            for name, value in changelist.get_filters_params().items()
            if name not in self.expected_parameters()
        }
        yield {
            "zone": self.zone,
            "kept": [(name, each) for name, values in kept.items() for each in values],
            "since": self._written(self.parameter_name),
            "until": self._written(self.until_name),
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if since := self._moment(self.parameter_name):
            queryset = queryset.filter(created_at__gte=since)
        if until := self._moment(self.until_name):
            queryset = queryset.filter(created_at__lte=until)
        return queryset

    def _written(self, name: str) -> str:
        moment = self._moment(name)
        return moment.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M") if moment else ""

    def _moment(self, name: str) -> datetime | None:
        """What a browser sends of a field of date and time; nothing of what is none."""
        try:
            written = parse_datetime(str(self.used_parameters.get(name, "")))
            if written is None or written.tzinfo:
                return None
            return written.replace(tzinfo=self.zone).astimezone(UTC)
        except (ValueError, OverflowError):
            return None


class AttemptInline(ReadOnlyInline):
    model = DeliveryAttempt
    verbose_name_plural = _("attempts")
    fields = ("moment", "status_code", "trouble", "milliseconds", "answer")
    related = ("delivery__location",)

    @admin.display(description=_("When"))
    def moment(self, tried: DeliveryAttempt) -> str:
        return display.local(tried.at, tried.delivery.location, seconds=True)


@admin.register(Delivery, site=site)
class DeliveryAdmin(ReadOnly):
    list_display = (
        *("moment", "type", "receiver", "state_now", "last_status", "tries"),
        *("ticket", "location"),
    )
    list_filter = (
        BetweenFilter,
        "state",
        ("webhook", ScopedFilter),
        ("location", ScopedFilter),
    )
    list_select_related = ("webhook", "ticket", "location")
    ordering = ("-id",)
    search_fields = ("message_id__exact", "type", "ticket__public_id")
    show_facets = admin.ShowFacets.NEVER
    fields = (
        "moment",
        "type",
        "state_now",
        "webhook",
        "location",
        "ticket",
        "message_id",
        "payload",
    )
    inlines = (AttemptInline,)
    actions = ("replay",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        tried = DeliveryAttempt.objects.filter(delivery=OuterRef("pk")).order_by()
        number = tried.values("delivery").annotate(number=Count("pk")).values("number")
        last = tried.order_by("-id").values("status_code")[:1]
        rows: QuerySet[Any] = (
            super().get_queryset(request).select_related("webhook", "ticket", "location")
        )
        rows = rows.filter(webhook__in=access.webhooks_for(staff(request)))
        figures = {"number": Subquery(number, output_field=IntegerField()), "last": Subquery(last)}
        with_figures: QuerySet[Any] = rows.annotate(**figures)
        return with_figures

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == BetweenFilter.until_name or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("When"), ordering="id")
    def moment(self, delivery: Delivery) -> str:
        return display.local(delivery.created_at, delivery.location, seconds=True)

    @admin.display(description=_("State"), ordering="state")
    def state_now(self, delivery: Delivery) -> SafeString:
        return display.delivery_chip(delivery)

    @admin.display(description=_("Receiver"), ordering="webhook")
    def receiver(self, delivery: Delivery) -> str:
        return urlsplit(delivery.webhook.url).hostname or ""

    @admin.display(description=_("Tries"))
    def tries(self, delivery: Any) -> int:
        return int(delivery.number or 0)

    @admin.display(description=_("Last answer"))
    def last_status(self, delivery: Any) -> str:
        return str(delivery.last or "–")

    @admin.display(description=_("Body"))
    def payload(self, delivery: Delivery) -> SafeString | str:
        if not delivery.body:
            return gettext("Erased")
        text = json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False)
        return format_html('<pre class="payload" tabindex="0">{}</pre>', text)

    @admin.action(
        description=_("Send again"),
        location=[admin.ActionLocation.CHANGE_LIST, admin.ActionLocation.CHANGE_FORM],
    )
    def replay(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        ids = list(rows.values_list("pk", flat=True))
        sent = deliveries.replay(ids)
        if sent:
            said = ngettext("%d delivery is sent again.", "%d deliveries are sent again.", sent)
            messages.success(request, said % sent)
        if left := len(ids) - sent:
            said = ngettext(
                "%d is not: it is on its way, its webhook is off, or it was erased.",
                "%d are not: they are on their way, their webhook is off, or they were erased.",
                left,
            )
            messages.warning(request, said % left)
