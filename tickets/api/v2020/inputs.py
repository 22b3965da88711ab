"""What a request of this version sends, read into checked values and refused by its place."""

import math
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request

from tickets import ids
from tickets.api import checks, parsing
from tickets.api.errors import ApiError, bad_input

JSON = parsing.JsonParser.media_type
SIZE = "parameter_invalid_size"


def refuse(code: str, param: str, message: str) -> ApiError:
    return ApiError(400, code, message, param=param)


def body(request: Request) -> "Sent":
    """The JSON object that was sent."""
    return Sent(_json(request))


def body_list(request: Request) -> list["Sent"]:
    """The JSON list of objects that was sent."""
    return _objects(_json(request), "")


def _json(request: Request) -> Any:
    parsing.refuse_unmeasured(request.headers)
    media_type = request.content_type.partition(";")[0].strip().lower()
    if media_type and media_type != JSON:
        raise UnsupportedMediaType(media_type)
    return request.data


class Sent:
    """An object of the request: its values by name, and the place that an error names."""

    def __init__(self, values: Any, place: str = "") -> None:
        if not isinstance(values, Mapping):
            raise refuse("invalid_arguments", place, _("Send a JSON object."))
        self.values = values
        self.place = place

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def has(self, name: str) -> bool:
        """Whether there is a value: null is none."""
        return self.values.get(name) is not None

    def param(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def text(self, name: str, *, most: int, is_required: bool = False) -> str:
        """A string of at most `most` characters, in NFC; empty when absent. Numbers are its digits."""
        cleaned = checks.text(self.values.get(name), self.param(name), most=most, too_long=SIZE)
        if is_required and not cleaned:
            raise self.blank(name)
        return cleaned

    def blank(self, name: str) -> ApiError:
        param = self.param(name)
        return refuse("parameter_invalid_blank", param, _("“%s” is missing.") % param)

    def choice(self, name: str, options: Collection[str], default: str = "") -> str:
        value = self.text(name, most=100) or default
        if not value:
            raise self.blank(name)
        return checks.choice(value, self.param(name), options)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise bad_input(self.param(name), _("“%s” must be true or false.") % self.param(name))
        return value

    def number(self, name: str, *, least: float, most: float) -> float | None:
        """A number from `least` to `most`; None when absent."""
        value, param = self.values.get(name), self.param(name)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not least <= value <= most:
            message = _("“%(name)s” must be a number from %(least)g to %(most)g.")
            raise bad_input(param, message % {"name": param, "least": least, "most": most})
        return float(value)

    def whole(self, name: str, *, most: int) -> int:
        """A whole number from 0."""
        value = self.number(name, least=0, most=most)
        if value is None:
            raise self.blank(name)
        if not value.is_integer():
            raise bad_input(self.param(name), _("“%s” must be a whole number.") % self.param(name))
        return int(value)

    def id(self, name: str) -> int:
        """An id, as a number or as text."""
        found = ids.parse(self.text(name, most=40, is_required=True))
        if found is None:
            raise bad_input(self.param(name), _("“%s” must be an id.") % self.param(name))
        return found

    def uuid(self, name: str) -> UUID:
        return _uuid(self.text(name, most=50, is_required=True), self.param(name))

    def uuids(self, name: str) -> list[UUID]:
        """A list of UUIDs, each of them once."""
        found = [_uuid(str(each), self.param(name)) for each in self._list(name)]
        return once(found, self.param(name))

    def texts(self, name: str, *, most: int) -> list[str]:
        """A list of strings, none of them empty."""
        sent = enumerate(self._list(name))
        parts = [(f"{name}[{index}]", each) for index, each in sent]
        return [
            Sent({part: each}, self.place).text(part, most=most, is_required=True)
            for part, each in parts
        ]

    def part(self, name: str) -> "Sent":
        """The object of that name."""
        if not self.has(name):
            raise self.blank(name)
        return Sent(self.values[name], self.param(name))

    def parts(self, name: str, *, most: int = 100) -> list["Sent"]:
        """The objects of the list of that name; none when absent."""
        sent = self._list(name)
        if len(sent) > most:
            message = _("“%(name)s” may have at most %(limit)d items.")
            named = {"name": self.param(name), "limit": most}
            raise refuse(SIZE, self.param(name), message % named)
        return _objects(sent, self.param(name))

    def _list(self, name: str) -> list[Any]:
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise bad_input(self.param(name), _("“%s” must be a list.") % self.param(name))
        return value

    def name(self, name: str) -> str:
        return checks.name(self.values.get(name), self.param(name), too_long=SIZE)

    def phone_number(self, name: str) -> str:
        return checks.phone_number(self.values.get(name), self.param(name), too_long=SIZE)

    def email(self, name: str) -> str:
        return checks.email(self.values.get(name), self.param(name), too_long=SIZE)

    def color(self, name: str) -> str:
        return checks.color(self.values.get(name), self.param(name), too_long=SIZE)


def once[T](values: list[T], param: str) -> list[T]:
    """The values, unless one is there twice."""
    if len(set(values)) < len(values):
        raise refuse("duplicate_items_in_request", param, _("“%s” names one thing twice.") % param)
    return values


def _uuid(value: str, param: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise bad_input(param, _("“%s” must be a UUID.") % param) from error


def _objects(sent: Any, place: str) -> list[Sent]:
    if not isinstance(sent, list):
        raise refuse("invalid_arguments", place, _("Send a JSON list."))
    return [Sent(each, f"{place}[{index}]") for index, each in enumerate(sent)]
