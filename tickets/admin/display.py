"""How the admin's lists show a colour, an instant, a status, and what a step changed."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tickets.models import (
    Activity,
    Delivery,
    DeliveryState,
    Device,
    Interaction,
    Location,
    Message,
    Ticket,
    TvSound,
    Webhook,
)
from tickets.states import Status

CHIPS = {Status.NEW: "warn", Status.CALLED: "call", Status.SERVED: "good", Status.NOSHOW: "danger"}

DELIVERY_CHIPS = {
    DeliveryState.WAITING: "warn",
    DeliveryState.DELIVERED: "good",
    DeliveryState.FAILED: "danger",
}


def swatch(color: str, name: object) -> SafeString:
    """A dot of the colour, painted by presentation attributes, and the name."""
    return format_html(
        '<span class="swatch"><svg class="dot" viewBox="0 0 12 12" aria-hidden="true"><circle '
        'cx="6" cy="6" r="5.5" fill="#{}" stroke="currentColor" stroke-opacity=".35" /></svg>'
        "{}</span>",
        color,
        name,
    )


def local(moment: datetime | None, location: Location, *, seconds: bool = False) -> str:
    """An instant as the location's clock shows it, or a dash."""
    if moment is None:
        return "–"
    form = "j M Y, H:i:s" if seconds else "j M Y, H:i"
    return formats.date_format(timezone.localtime(moment, location.tz), form)


def status_chip(status: str) -> SafeString:
    chip = CHIPS.get(Status(status), "plain")
    return format_html('<span class="chip chip--{}">{}</span>', chip, Status(status).label)


def device_state(device: Device, now: datetime) -> SafeString:
    """Whether a device is there; of a kiosk that is missed, for how long and what becomes of visitors."""
    if device.secret_hash is None:
        return format_html('<span class="chip chip--plain">{}</span>', gettext("Not paired"))
    if not device.is_offline(now):
        return format_html('<span class="chip chip--good">{}</span>', gettext("Online"))
    since = device.last_seen_at
    said = gettext("Offline")
    if since:
        said = gettext("Offline for %(time)s") % {"time": timesince(since, now, depth=1)}
    chip = format_html('<span class="chip chip--danger">{}</span>', said)
    if not device.is_missed(now):
        return chip
    return format_html('{} <span class="chip__more">{}</span>', chip, device.meanwhile)


def sound_chip(tv: Device) -> SafeString:
    chip = {TvSound.ON: "good", TvSound.CHIME: "warn"}.get(TvSound(tv.sound), "danger")
    return format_html('<span class="chip chip--{}">{}</span>', chip, tv.get_sound_display())


def offline_chip(kiosk: Device) -> SafeString:
    """Whether a kiosk can go on without network, and what it has not sent yet."""
    chip, said = "good", gettext("Ready")
    if kiosk.refused_sign_ins:
        chip, refused = "danger", kiosk.refused_sign_ins
        said = ngettext("%(count)d not taken", "%(count)d not taken", refused) % {"count": refused}
    elif kiosk.waiting_sign_ins:
        chip, waiting = "warn", kiosk.waiting_sign_ins
        said = ngettext("%(count)d to be sent", "%(count)d to be sent", waiting) % {
            "count": waiting
        }
    elif not kiosk.keeps_sign_ins:
        chip, said = "warn", gettext("Online only: open it by https")
    return format_html('<span class="chip chip--{}">{}</span>', chip, said)


def webhook_chip(hook: Webhook) -> SafeString:
    if not hook.is_active:
        chip, said = "plain", gettext("Off")
    elif hook.failing_since:
        chip, said = "danger", gettext("Failing")
    elif hook.last_success_at:
        chip, said = "good", gettext("Working")
    else:
        chip, said = "plain", gettext("Nothing delivered yet")
    return format_html('<span class="chip chip--{}">{}</span>', chip, said)


def delivery_chip(delivery: Delivery) -> SafeString:
    chip = DELIVERY_CHIPS.get(DeliveryState(delivery.state), "plain")
    said = delivery.get_state_display()
    return format_html('<span class="chip chip--{}">{}</span>', chip, said)


def changes(written: dict[str, list[Any]]) -> SafeString:
    """What a step wrote, one line each: name, before → after."""
    rows = (
        (_name(column), _value(column, before), _value(column, after))
        for column, (before, after) in written.items()
    )
    items = format_html_join("", "<li><b>{}</b> {} → {}</li>", rows)
    return format_html('<ul class="changes">{}</ul>', items) if items else mark_safe("")


def _name(column: str) -> str:
    """What a column of a visit is called; other things are on record by a name of their own."""
    try:
        return capfirst(str(Ticket._meta.get_field(column).verbose_name))  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return capfirst(column.replace("_", " "))


def _value(column: str, value: Any) -> Any:
    if not value:
        return gettext("nothing")
    return Status(value).label if column == "status" else value


class ActivityColumns:
    """A step, in the list of all and in a ticket's timeline."""

    @admin.display(description=_("When"), ordering="id")
    def moment(self, activity: Activity) -> str:
        return local(activity.at, activity.location)

    @admin.display(description=_("By"))
    def who(self, activity: Activity) -> str:
        return activity.who

    @admin.display(description=_("What changed"))
    def changes_made(self, activity: Activity) -> SafeString:
        return changes(activity.written())


class InteractionColumns:
    """An interaction, in the list of all and on its ticket's page."""

    @admin.display(description=_("Start"), ordering="started_at")
    def start(self, interaction: Interaction) -> str:
        return local(interaction.started_at, interaction.ticket.location)

    @admin.display(description=_("End"), ordering="ended_at")
    def end(self, interaction: Interaction) -> str:
        return local(interaction.ended_at, interaction.ticket.location)


class MessageColumns:
    """A message, in the list of all and on its ticket's page."""

    @admin.display(description=_("Written"), ordering="created_at")
    def written(self, message: Message) -> str:
        return local(message.created_at, message.ticket.location)
