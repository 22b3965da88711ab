"""What holds for a value in every version of the API: each rule has one home, and is told by its place.

A check takes what was sent, or None, and returns the value as it is kept, empty if there is none.
What is refused is an ApiError that names `param`; `too_long` is its code for what is too long.
"""

import re
import unicodedata
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from tickets import names
from tickets.api.errors import ApiError, bad_input
from tickets.models import LineColor

#: Country codes begin with 1 to 9; E.164 has at most 15 digits.
PHONE_NUMBER = re.compile(r"[1-9][0-9]{4,14}")
HEX_COLOR = re.compile(r"[0-9A-F]{6}")
INVALID = "parameter_invalid"


def text(value: Any, param: str, *, most: int, too_long: str = INVALID) -> str:
    """A string of at most `most` characters, in NFC; numbers are taken as their digits."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise bad_input(param, _("“%(name)s” must be text.") % {"name": param})
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # in JSON, 5.0 is the same number as 5
    cleaned = unicodedata.normalize("NFC", str(value)).strip()
    if "\x00" in cleaned:  # which PostgreSQL refuses and SQLite stores
        raise bad_input(param, _("“%(name)s” holds characters that are no text.") % {"name": param})
    if len(cleaned) > most:
        message = _("“%(name)s” may have at most %(limit)d characters.")
        raise ApiError(400, too_long, message % {"name": param, "limit": most}, param=param)
    return cleaned


def choice(value: str, param: str, options: Collection[str]) -> str:
    """One of the options, exactly."""
    if value not in options:
        message = _("“%(name)s” must be one of %(options)s.")
        raise bad_input(param, message % {"name": param, "options": ", ".join(options)})
    return value


def name(value: Any, param: str, *, too_long: str = INVALID) -> str:
    """A visitor's name of at most 50 letters, as people count them."""
    found = text(value, param, most=names.CODE_POINTS, too_long=too_long)
    try:
        names.validate_name(found)
    except ValidationError as error:
        raise ApiError(400, too_long, error.messages[0], param=param) from error
    return found


def phone_number(value: Any, param: str, *, too_long: str = INVALID) -> str:
    """E.164 from a number with country code, with or without the plus."""
    digits = text(value, param, most=40, too_long=too_long).removeprefix("+")
    if digits and not PHONE_NUMBER.fullmatch(digits):
        raise bad_input(param, _("Send the phone number with its country code, digits only."))
    return f"+{digits}" if digits else ""


def email(value: Any, param: str, *, too_long: str = INVALID) -> str:
    found = text(value, param, most=100, too_long=too_long)
    if found:
        try:
            validate_email(found)
        except ValidationError as error:
            raise bad_input(param, _("Send an e-mail address such as name@example.com.")) from error
    return found


def hex_color(value: Any, param: str, *, too_long: str = INVALID) -> str:
    """RRGGBB, from that in any case and with or without `#`."""
    found = text(value, param, most=7, too_long=too_long).removeprefix("#").upper()
    if found and not HEX_COLOR.fullmatch(found):
        raise bad_input(param, _("Send the colour as six hex digits."))
    return found


def color(value: Any, param: str, *, too_long: str = INVALID) -> str:
    """RRGGBB, from hex digits or from the name of a line's colour."""
    found = text(value, param, most=20, too_long=too_long).removeprefix("#").upper()
    if found in LineColor.names:
        return str(LineColor[found].value)
    if found and not HEX_COLOR.fullmatch(found):
        message = _("Send the colour as #rrggbb, or as one of %(names)s.")
        raise bad_input(param, message % {"names": ", ".join(LineColor.names)})
    return found
