"""How the admin's lists show a colour, an instant, a status, and what a step changed."""

from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from tickets.models import Location
from tickets.states import Status

CHIPS = {Status.NEW: "warn", Status.CALLED: "call", Status.SERVED: "good", Status.NOSHOW: "danger"}


def swatch(color: str, name: object) -> SafeString:
    """A dot of the colour, painted by presentation attributes, and the name."""
    return format_html(
        '<span class="swatch"><svg class="dot" viewBox="0 0 12 12" aria-hidden="true"><circle '
        'cx="6" cy="6" r="5.5" fill="#{}" stroke="currentColor" stroke-opacity=".35" /></svg>'
        "{}</span>",
        color,
        name,
    )


def local(moment: datetime | None, location: Location) -> str:
    """An instant as the location's clock shows it, or a dash."""
    if moment is None:
        return "–"
    return formats.date_format(timezone.localtime(moment, location.tz), "j M Y, H:i")


def status_chip(status: str) -> SafeString:
    chip = CHIPS.get(Status(status), "plain")
    return format_html('<span class="chip chip--{}">{}</span>', chip, Status(status).label)


def changes(written: dict[str, list[Any]]) -> SafeString:
    """What a step wrote, one line each: name, before → after."""
    nothing = gettext("nothing")
    rows = (
        (name, before or nothing, after or nothing) for name, (before, after) in written.items()
    )
    items = format_html_join("", "<li><b>{}</b> {} → {}</li>", rows)
    return format_html('<ul class="changes">{}</ul>', items) if items else mark_safe("")
