"""What programs send, as JSON Schema: the values that several calls take."""

from tickets.api.openapi.schemas import (
    COLOR_NAMES,
    LARGEST_ID,
    Schema,
    a_list,
    one_of,
    sent,
    some_text,
    text,
)
from tickets.api.v1.inputs import MOST

ID: Schema = {
    "type": ["integer", "string"],
    "pattern": "^[0-9]{1,18}$",
    "minimum": 0,
    "maximum": LARGEST_ID,
}
USER: Schema = {
    "type": ["integer", "string"],
    "maxLength": 100,
    "minimum": 0,
    "description": "Who takes the step, by id or e-mail; a key of a user acts for that user.",
    "examples": [15144],
}
BY: Schema = {"user": USER}
IDS: Schema = {
    "type": "string",
    "pattern": "^[0-9]{1,18}(,[0-9]{1,18})*$",
    "maxLength": 1000,
    "description": "Ids, parted by commas; in JSON a list of them as well.",
    "examples": ["88100,88101"],
}
NAME = text(50, "Of at most 50 letters, as people count them.")
PHONE_NUMBER: Schema = {
    "type": ["integer", "string"],
    "pattern": r"^(\+?[1-9][0-9]{4,14})?$",
    "minimum": 10_000,
    "maximum": 999_999_999_999_999,
    "description": "With the country code.",
    "examples": [3185551234],
}
EMAIL = text(100, format="email")
HEX_COLOR = text(7, pattern="^#?[0-9A-Fa-f]{6}$")
LINE_COLOR: Schema = {
    "type": "string",
    "pattern": f"^(#?[0-9A-Fa-f]{{6}}|{'|'.join(COLOR_NAMES)})$",
    "description": f"`#rrggbb`, or one of {', '.join(COLOR_NAMES)}.",
    "examples": ["TEAL"],
}
EXTRAS = a_list(
    sent(
        {
            "title": some_text(50),
            "value": text(500),
            "url": text(2000, pattern="^https?://"),
            "color": HEX_COLOR,
            "editable": {"type": "boolean", "default": True},
        },
        required=("title", "value"),
    ),
    maxItems=MOST,
    description="All of them; one whose title is an input field's is its answer.",
)
LABELS = a_list(
    some_text(50), maxItems=MOST, description="Each may also be an object with a `value`."
)
MOMENT: Schema = {
    "type": ["string", "integer"],
    "format": "date-time",
    "minimum": 0,
    "maximum": 253_402_300_799,
    "description": "Inclusive; ISO 8601, in UTC if nothing else is said, or Unix seconds.",
    "examples": ["2026-01-05T09:00:00Z"],
}
ROLE: Schema = sent(
    {
        "type": one_of(("CLERK", "MANAGER", "ADMIN", "ADMINISTRATOR")),
        "location": ID | {"description": "Of a clerk or a manager."},
    },
    required=("type",),
) | {
    "anyOf": [
        {"properties": {"type": {"enum": ["ADMIN", "ADMINISTRATOR"]}}},
        {"required": ["location"]},
    ]
}

_PLACE = sent(
    {
        "title": some_text(1000),
        "text": text(1000),
        "url": text(2000, pattern="^https?://"),
        "footer": text(1000),
        "timestamp": {"type": "string", "format": "date-time"},
    },
    required=("title",),
)
EXTERNAL = sent(
    {
        "fields": a_list(
            {
                "oneOf": [
                    sent(
                        {
                            "type": {"const": "message"},
                            "content": some_text(1000),
                            "importance": one_of(("info", "warning", "error"), default="info"),
                        },
                        required=("type", "content"),
                    ),
                    sent(
                        {
                            "type": one_of(("text", "email", "phoneNumber")),
                            "title": some_text(1000),
                            "value": text(1000),
                        },
                        required=("type", "title", "value"),
                    ),
                    sent(
                        {
                            "type": {"const": "list"},
                            "title": some_text(1000),
                            "items": a_list(_PLACE),
                        },
                        required=("type", "title", "items"),
                    ),
                ]
            }
        )
    },
    required=("fields",),
)
