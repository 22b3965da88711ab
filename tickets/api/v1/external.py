"""Data of other programs as they send it, checked field by field and refused by its place."""

from collections.abc import Callable, Iterator, Mapping
from datetime import MAXYEAR, MINYEAR
from typing import Any

import orjson
from django.utils.translation import gettext as _

from tickets.api import parsing
from tickets.api.errors import bad_input
from tickets.api.v1 import inputs
from tickets.instants import cut, to_wire

MOST = 16_384  # bytes as JSON: several screens of text
TEXT = 1000
IMPORTANCE = ("info", "warning", "error")

Values = Mapping[str, Any]


def fields(values: Values, name: str = "data") -> list[dict[str, Any]]:
    """The fields of {"fields": […]}, which in a form is JSON inside the field; the rest is dropped."""
    sent = values.get(name)
    if isinstance(sent, str):
        try:
            sent = parsing.from_json(sent)
        except ValueError:
            sent = None
    if not isinstance(sent, dict):
        raise bad_input(name, _("“%(name)s” must be a JSON object.") % {"name": name})
    listed = _objects({f"{name}.fields": sent.get("fields")}, f"{name}.fields")
    found = [_field(place, each) for place, each in listed]
    if len(orjson.dumps(found)) > MOST:
        message = _("“%(name)s” may have at most %(limit)d bytes.")
        raise bad_input(name, message % {"name": name, "limit": MOST})
    return found


def _objects(values: Values, name: str) -> Iterator[tuple[str, Values]]:
    """Each object of a list: its place, and its values by names such as data.fields[2].type."""
    sent = values.get(name)
    if not isinstance(sent, list):
        raise bad_input(name, _("“%(name)s” must be a JSON list.") % {"name": name})
    for index, each in enumerate(sent):
        place = f"{name}[{index}]"
        if not isinstance(each, dict):
            raise bad_input(place, _("“%(name)s” must be a JSON object.") % {"name": place})
        yield place, {f"{place}.{key}": value for key, value in each.items()}


def _field(place: str, values: Values) -> dict[str, Any]:
    kind = inputs.choice(values, f"{place}.type", tuple(KINDS))
    return {"type": kind, **KINDS[kind](place, values)}


def _message(place: str, values: Values) -> dict[str, Any]:
    return {
        "content": inputs.required(values, f"{place}.content", limit=TEXT),
        "importance": inputs.choice(values, f"{place}.importance", IMPORTANCE, "info"),
    }


def _fact(place: str, values: Values) -> dict[str, Any]:
    name = f"{place}.value"
    if values.get(name) is None:  # an empty one is there
        raise bad_input(name, _("Send “%(name)s”.") % {"name": name})
    return {
        "title": inputs.required(values, f"{place}.title", limit=TEXT),
        "value": inputs.text(values, name, limit=TEXT),
    }


def _list(place: str, values: Values) -> dict[str, Any]:
    items = [_item(*each) for each in _objects(values, f"{place}.items")]
    return {"title": inputs.required(values, f"{place}.title", limit=TEXT), "items": items}


def _item(place: str, values: Values) -> dict[str, Any]:
    item = {
        "title": inputs.required(values, f"{place}.title", limit=TEXT),
        "text": inputs.text(values, f"{place}.text", limit=TEXT),
        "url": inputs.web_address(values, f"{place}.url"),
        "footer": inputs.text(values, f"{place}.footer", limit=TEXT),
        "timestamp": _moment(values, f"{place}.timestamp"),
    }
    return {name: value for name, value in item.items() if value}


def _moment(values: Values, name: str) -> str:
    moment = inputs.instant(values, name)
    if moment is None:
        return ""
    if not MINYEAR < moment.year < MAXYEAR:  # then some time zones have no date for it
        raise bad_input(name, _("“%(name)s” is too far off.") % {"name": name})
    return to_wire(cut(moment))


KINDS: dict[str, Callable[[str, Values], dict[str, Any]]] = {
    "message": _message,
    "text": _fact,
    "email": _fact,
    "phoneNumber": _fact,
    "list": _list,
}
