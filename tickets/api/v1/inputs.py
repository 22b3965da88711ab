"""Input of version 1: form, JSON or query string, read into checked values."""

import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.request import Request

from tickets.actions.extras import ExtraValue
from tickets.api.errors import bad_input

PHONE_DIGITS = range(5, 16)


def parameters(request: Request) -> dict[str, Any]:
    """What was sent, wherever it was put; the body wins over the query string."""
    merged: dict[str, Any] = dict(request.query_params.items())
    sent = request.data
    if isinstance(sent, Mapping):
        merged.update(sent.items())
    elif sent:
        raise bad_input("", _("Send an object with named values."))
    return merged


def text(values: Mapping[str, Any], name: str, *, limit: int, default: str = "") -> str:
    """A string of at most `limit` characters, in NFC; numbers are taken as their digits."""
    value = values.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise bad_input(name, _("“%(name)s” must be text.") % {"name": name})
    cleaned = unicodedata.normalize("NFC", str(value)).strip()
    if "\x00" in cleaned or any("\ud800" <= c <= "\udfff" for c in cleaned):
        raise bad_input(name, _("“%(name)s” holds characters that are no text.") % {"name": name})
    if len(cleaned) > limit:
        message = _("“%(name)s” may have at most %(limit)d characters.")
        raise bad_input(name, message % {"name": name, "limit": limit})
    return cleaned


def choice(
    values: Mapping[str, Any], name: str, options: tuple[str, ...], default: str | None = None
) -> str:
    value = text(values, name, limit=100) or default
    if value not in options:
        message = _("“%(name)s” must be one of %(options)s.")
        raise bad_input(name, message % {"name": name, "options": ", ".join(options)})
    return value


def flag(values: Mapping[str, Any], name: str) -> bool:
    value = values.get(name, False)
    if isinstance(value, bool):
        return value
    return choice(values, name, ("true", "false"), "false") == "true"


def number(values: Mapping[str, Any], name: str) -> int | None:
    """A whole number that fits an id, or None when it was not sent."""
    value = text(values, name, limit=40)
    if value == "":
        return None
    if not value.isascii() or not value.isdecimal() or len(value) > 18:
        raise bad_input(name, _("“%(name)s” must be a number.") % {"name": name})
    return int(value)


def numbers(values: Mapping[str, Any], name: str) -> list[int]:
    """Ids parted by commas, or a JSON list of them."""
    value = values.get(name)
    parts = value if isinstance(value, list) else text(values, name, limit=10_000).split(",")
    found = [number({name: part}, name) for part in parts if str(part).strip()]
    return [each for each in found if each is not None]


def phone_number(values: Mapping[str, Any], name: str = "phoneNumber") -> str:
    """E.164 from a number with country code, with or without the plus."""
    digits = text(values, name, limit=40).removeprefix("+")
    if not digits:
        return ""
    if not (digits.isascii() and digits.isdecimal() and len(digits) in PHONE_DIGITS):
        raise bad_input(name, _("Send the phone number with its country code, digits only."))
    return f"+{digits}"


def email(values: Mapping[str, Any], name: str = "email") -> str:
    value = text(values, name, limit=100)
    if value:
        try:
            validate_email(value)
        except ValidationError as error:
            raise bad_input(name, _("Send an e-mail address such as name@example.com.")) from error
    return value


def instant(values: Mapping[str, Any], name: str) -> datetime | None:
    """ISO 8601, or seconds since 1970."""
    value = text(values, name, limit=40)
    if not value:
        return None
    try:
        if value.isascii() and value.isdecimal():
            return datetime.fromtimestamp(int(value), UTC)
        moment = parse_datetime(value)
    except (ValueError, OverflowError, OSError):
        moment = None
    if moment is None:
        message = _("“%(name)s” must be a date such as 2026-01-05T09:00:00Z.")
        raise bad_input(name, message % {"name": name})
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def extras(values: Mapping[str, Any], name: str = "extra") -> list[ExtraValue]:
    """A list of {title, value, url?, color?, editable?}; in a form it is JSON inside the field."""
    sent = values.get(name)
    if isinstance(sent, str):
        try:
            sent = json.loads(sent) if sent.strip() else []
        except ValueError as error:
            raise bad_input(name, _("“extra” must be a JSON list.")) from error
    if sent is None:
        return []
    if not isinstance(sent, list) or not all(isinstance(each, dict) for each in sent):
        raise bad_input(name, _("“extra” must be a JSON list of objects."))
    return [_extra(each) for each in sent]


def _extra(sent: dict[str, Any]) -> ExtraValue:
    for mandatory in ("title", "value"):
        if mandatory not in sent:
            message = _("Each extra needs a title and a value.")
            raise bad_input(f"extra.{mandatory}", message)
    color = text(sent, "color", limit=7).removeprefix("#").upper()
    if color and (len(color) != 6 or set(color) - set("0123456789ABCDEF")):
        raise bad_input("extra.color", _("Send the colour as six hex digits."))
    url = text(sent, "url", limit=2000)
    if url and not url.startswith(("https://", "http://")):
        raise bad_input("extra.url", _("Send a web address that begins with https://."))
    return ExtraValue(
        title=text(sent, "title", limit=50),
        value=text(sent, "value", limit=500),
        url=url,
        color=color,
        is_editable=sent.get("editable", True) is not False,
    )


def labels(values: Mapping[str, Any], name: str = "labels") -> list[str]:
    """A list of texts, or of {value}; in a form it is JSON inside the field."""
    sent = values.get(name)
    if isinstance(sent, str):
        try:
            sent = json.loads(sent)
        except ValueError as error:
            raise bad_input(name, _("“labels” must be a JSON list.")) from error
    if sent is None:
        return []
    if not isinstance(sent, list):
        raise bad_input(name, _("“labels” must be a list."))
    found = [label(each if isinstance(each, dict) else {"value": each}) for each in sent]
    return list(dict.fromkeys(found))


def label(values: Mapping[str, Any], name: str = "value") -> str:
    value = text(values, name, limit=50)
    if not value:
        raise bad_input(name, _("Send the label's text."))
    return value
