"""Column types that several models share."""

from datetime import datetime
from typing import Any

from django.core.validators import RegexValidator
from django.db import models

from tickets import instants

hex_color = RegexValidator(r"^[0-9A-F]{6}\Z", "Write the colour as six hex digits, such as 1F6FEB.")


class InstantField(models.DateTimeField):  # type: ignore[type-arg]
    """A UTC instant that is stored cut to milliseconds, whoever writes it."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return instants.cut(value) if isinstance(value, datetime) else value
