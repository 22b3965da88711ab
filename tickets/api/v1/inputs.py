"""Input of version 1: form, JSON or query string, read into checked values."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.request import Request

from tickets import ids
from tickets.actions.extras import ExtraValue
from tickets.api import checks, parsing
from tickets.api.errors import bad_input
from tickets.models.people import validate_ascii

#: Labels, extras or roles in one request: each costs the database more than it cost to send.
MOST = 100


def parameters(request: Request) -> dict[str, Any]:
    """What was sent, wherever it was put; the body wins over the query string."""
    parsing.refuse_unmeasured(request.headers)
    merged: dict[str, Any] = {**parsing.query(request)}
    sent = request.data  # without a body an empty mapping
    if not isinstance(sent, Mapping):
        raise bad_input("", _("Send an object with named values."))
    merged.update(sent.items())
    return merged


def changes(request: Request) -> dict[str, Any]:
    """What an edit sends; the text `null` stands for nothing, but in JSON, which has its own."""
    values = parameters(request)
    media_type = request.content_type.partition(";")[0].strip().lower()
    as_json = request.data if media_type == parsing.JsonParser.media_type else {}
    return {
        name: None if value == "null" and name not in as_json else value
        for name, value in values.items()
    }


def text(values: Mapping[str, Any], name: str, *, limit: int) -> str:
    return checks.text(values.get(name), name, most=limit)


def required(values: Mapping[str, Any], name: str, *, limit: int) -> str:
    """A text that is not empty."""
    value = text(values, name, limit=limit)
    if not value:
        raise bad_input(name, _("Send “%(name)s”.") % {"name": name})
    return value


def choice(
    values: Mapping[str, Any], name: str, options: tuple[str, ...], default: str = ""
) -> str:
    return checks.choice(text(values, name, limit=100) or default, name, options)


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


def id_list(request: Request, name: str) -> list[int]:
    """Ids in a body that is nothing but a JSON list of them, or as any other value `name`."""
    if isinstance(request.data, list):
        return numbers({name: request.data}, name)
    values = parameters(request)
    if values.get(name) is None:
        raise bad_input(name, _("Send a list of ids."))
    return numbers(values, name)


def name(values: Mapping[str, Any], param: str) -> str:
    return checks.name(values.get(param), param)


def phone_number(values: Mapping[str, Any], name: str = "phoneNumber") -> str:
    return checks.phone_number(values.get(name), name)


def email(values: Mapping[str, Any], name: str = "email") -> str:
    return checks.email(values.get(name), name)


def email_of_staff(values: Mapping[str, Any], name: str = "email") -> str:
    required(values, name, limit=100)
    value = email(values, name)
    try:
        validate_ascii(value)
    except ValidationError as error:
        raise bad_input(name, error.messages[0]) from error
    return value


def web_address(values: Mapping[str, Any], name: str) -> str:
    value = text(values, name, limit=2000)
    if value and not value.startswith(("https://", "http://")):
        raise bad_input(name, _("Send a web address that begins with https://."))
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


def color(values: Mapping[str, Any], name: str = "color") -> str:
    return checks.color(values.get(name), name)


def extras(values: Mapping[str, Any], name: str = "extra") -> list[ExtraValue]:
    """A list of {title, value, url?, color?, editable?}; in a form it is JSON inside the field."""
    sent = json_list(values, name)
    if not all(isinstance(each, dict) for each in sent):
        raise bad_input(name, _("“extra” must be a JSON list of objects."))
    return [_extra(each) for each in sent]


def json_list(values: Mapping[str, Any], name: str) -> list[Any]:
    sent = values.get(name)
    if isinstance(sent, str):
        with suppress(ValueError):
            sent = parsing.from_json(sent) if sent.strip() else None
    if sent is None:
        return []
    if not isinstance(sent, list):
        raise bad_input(name, _("“%(name)s” must be a JSON list.") % {"name": name})
    if len(sent) > MOST:
        message = _("“%(name)s” may have at most %(limit)d items.")
        raise bad_input(name, message % {"name": name, "limit": MOST})
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
    return ExtraValue(
        title=title,
        value=text(values, "extra.value", limit=500),
        url=web_address(values, "extra.url"),
        color=checks.hex_color(values.get("extra.color"), "extra.color"),
        is_editable=values.get("extra.editable", True) is not False,
    )


def labels(values: Mapping[str, Any], name: str = "labels") -> list[str]:
    """A list of texts, or of {value}; in a form it is JSON inside the field."""
    sent = json_list(values, name)
    texts = [each.get("value") if isinstance(each, dict) else each for each in sent]
    return list(dict.fromkeys(label({name: each}, name) for each in texts))


def label(values: Mapping[str, Any], name: str = "value") -> str:
    return required(values, name, limit=50)
