"""Input of version 1: form, JSON or query string, read into checked values."""

import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.request import Request

from tickets import ids, names
from tickets.actions.extras import ExtraValue
from tickets.api import parsing
from tickets.api.errors import bad_input

#: Country codes begin with 1 to 9; E.164 has at most 15 digits.
PHONE_NUMBER = re.compile(r"[1-9][0-9]{4,14}")
COLOR = re.compile(r"[0-9A-F]{6}")


def parameters(request: Request) -> dict[str, Any]:
    """What was sent, wherever it was put; the body wins over the query string."""
    parsing.refuse_unmeasured(request.headers)
    merged: dict[str, Any] = {**parsing.query(request)}
    sent = request.data  # without a body an empty mapping
    if not isinstance(sent, Mapping):
        raise bad_input("", _("Send an object with named values."))
    merged.update(sent.items())
    return merged


def text(values: Mapping[str, Any], name: str, *, limit: int, default: str = "") -> str:
    """A string of at most `limit` characters, in NFC; numbers are taken as their digits."""
    value = values.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise bad_input(name, _("“%(name)s” must be text.") % {"name": name})
    cleaned = unicodedata.normalize("NFC", str(value)).strip()
    if "\x00" in cleaned:  # which PostgreSQL refuses and SQLite stores
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
    sent = {name: text(values, name, limit=100).lower()}
    return choice(sent, name, ("true", "false"), "false") == "true"


def number(values: Mapping[str, Any], name: str) -> int | None:
    """A whole number that fits an id, or None when it was not sent."""
    value = text(values, name, limit=40)
    if value == "":
        return None
    parsed = ids.parse(value)
    if parsed is None:
        raise bad_input(name, _("“%(name)s” must be a number.") % {"name": name})
    return parsed


def numbers(values: Mapping[str, Any], name: str) -> list[int]:
    """Ids parted by commas, or a JSON list of them."""
    value = values.get(name)
    parts = value if isinstance(value, list) else text(values, name, limit=10_000).split(",")
    found = [number({name: part}, name) for part in parts]
    return list(dict.fromkeys(each for each in found if each is not None))


def name(values: Mapping[str, Any], param: str) -> str:
    """A visitor's name of at most 50 letters, as people count them."""
    value = text(values, param, limit=names.CODE_POINTS)
    try:
        names.validate_name(value)
    except ValidationError as error:
        raise bad_input(param, error.messages[0]) from error
    return value


def phone_number(values: Mapping[str, Any], name: str = "phoneNumber") -> str:
    """E.164 from a number with country code, with or without the plus."""
    digits = text(values, name, limit=40).removeprefix("+")
    if not digits:
        return ""
    if not PHONE_NUMBER.fullmatch(digits):
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
        if moment := parse_datetime(value):
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    message = _("“%(name)s” must be a date such as 2026-01-05T09:00:00Z.")
    raise bad_input(name, message % {"name": name})


def extras(values: Mapping[str, Any], name: str = "extra") -> list[ExtraValue]:
    """A list of {title, value, url?, color?, editable?}; in a form it is JSON inside the field."""
    sent = _json_list(values, name)
    if not all(isinstance(each, dict) for each in sent):
        raise bad_input(name, _("“extra” must be a JSON list of objects."))
    return [_extra(each) for each in sent]


def _json_list(values: Mapping[str, Any], name: str) -> list[Any]:
    sent = values.get(name)
    if isinstance(sent, str):
        with suppress(ValueError):
            sent = parsing.from_json(sent) if sent.strip() else None
    if sent is None:
        return []
    if not isinstance(sent, list):
        raise bad_input(name, _("“%(name)s” must be a JSON list.") % {"name": name})
    return sent


def _extra(sent: dict[str, Any]) -> ExtraValue:
    values = {f"extra.{name}": value for name, value in sent.items()}
    title = text(values, "extra.title", limit=50)
    for mandatory, is_there in (
        ("extra.title", title),
        ("extra.value", values.get("extra.value") is not None),
    ):
        if not is_there:
            raise bad_input(mandatory, _("Each extra needs a title and a value."))
    color = text(values, "extra.color", limit=7).removeprefix("#").upper()
    if color and not COLOR.fullmatch(color):
        raise bad_input("extra.color", _("Send the colour as six hex digits."))
    url = text(values, "extra.url", limit=2000)
    if url and not url.startswith(("https://", "http://")):
        raise bad_input("extra.url", _("Send a web address that begins with https://."))
    return ExtraValue(
        title=title,
        value=text(values, "extra.value", limit=500),
        url=url,
        color=color,
        is_editable=values.get("extra.editable", True) is not False,
    )


def labels(values: Mapping[str, Any], name: str = "labels") -> list[str]:
    """A list of texts, or of {value}; in a form it is JSON inside the field."""
    sent = _json_list(values, name)
    texts = [each.get("value") if isinstance(each, dict) else each for each in sent]
    return list(dict.fromkeys(label({name: each}, name) for each in texts))


def label(values: Mapping[str, Any], name: str = "value") -> str:
    value = text(values, name, limit=50)
    if not value:
        raise bad_input(name, _("Send the label's text."))
    return value
