"""Building blocks of the document: kinds of values, and what is shown of each thing, as JSON Schema."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from tickets.api.authentication import HEADER
from tickets.models import ActorType, Direction, EventName, LineColor, RoleType, Source
from tickets.states import Status

Schema = dict[str, Any]

LARGEST_ID = 10**18 - 1
ID: Schema = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
#: A letter that is no white space, to a browser nor to Python, which also takes these for such.
SAYS_SOMETHING = r"[^\s\x1c-\x1f\x85]"
DIGITS: Schema = {"type": "string", "pattern": "^[0-9]{1,18}$"}
INSTANT: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$",
    "description": "UTC, with milliseconds only where there are any.",
}
HEX: Schema = {"type": "string", "pattern": "^[0-9A-F]{6}$"}
COLOR: Schema = {"type": "string", "pattern": "^#[0-9a-f]{6}$"}
COLOR_NAMES = list(LineColor.names)


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def one_of(values: Iterable[str], **more: Any) -> Schema:
    return {"type": "string", "enum": list(values), **more}


def a_list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def shown(properties: Schema, *, optional: Iterable[str] = ()) -> Schema:
    """An object of a reply: it has nothing else, and all of it but what is `optional`."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in set(optional)],
        "additionalProperties": False,
    }


def answer(properties: Schema, *, optional: Iterable[str] = ()) -> Schema:
    """A reply of version 1, which says the status as well."""
    return shown({"statusCode": {"const": 200}, **properties}, optional=optional)


def answer_of(thing: Schema) -> Schema:
    """A reply of version 1 that is the thing itself."""
    absent = set(thing["properties"]) - set(thing["required"])
    return answer(thing["properties"], optional=absent)


def sent(properties: Schema, *, required: Iterable[str] = ()) -> Schema:
    """An object of a request. What it holds besides is not looked at."""
    found: Schema = {"type": "object", "properties": properties}
    if names := list(required):
        found["required"] = names
    return found


def text(most: int, description: str = "", **more: Any) -> Schema:
    found = {"type": "string", "maxLength": most, **more}
    return found | ({"description": description} if description else {})


def some_text(most: int, description: str = "") -> Schema:
    """One that is not empty."""
    return text(most, description, minLength=1, pattern=SAYS_SOMETHING)


DATED: Schema = shown({"date": INSTANT})
EXTRA: Schema = shown(
    {
        "title": some_text(50),
        "value": text(500),
        "url": text(2000, pattern="^https?://"),
        "color": HEX,
    },
    optional=("url", "color"),
)
LABEL: Schema = shown({"value": some_text(50), "color": HEX})
INTERACTION: Schema = shown({"start": INSTANT, "end": INSTANT, "line": ID, "user": ID})
MESSAGE: Schema = shown(
    {
        "created": DATED,
        "type": one_of(Direction.values),
        "status": one_of(("NEW", "DELIVERED"), description="`NEW`: not delivered yet."),
        "body": {"type": "string"},
    }
)

_TICKET: Schema = {
    "id": DIGITS,
    "status": one_of(Status.values),
    "source": one_of(Source.values),
    "line": ID,
    "firstName": some_text(200),
    "lastName": some_text(200),
    "phoneNumber": {
        "type": "integer",
        "minimum": 10_000,
        "maximum": 999_999_999_999_999,
        "description": "With the country code, without a plus.",
    },
    "email": {"type": "string", "format": "email", "maxLength": 100},
    "orderAfter": INSTANT | {"description": "Only if the visitor was moved: the place in line."},
    "created": DATED,
    "called": shown({"date": INSTANT, "caller": ID, "desk": ID}, optional=("desk",)),
    "served": DATED,
    "assigned": shown({"assigner": ID, "assignee": ID}),
    "extra": a_list(ref("Extra")),
    "labels": a_list(ref("Label")),
}
_PERHAPS = (
    *("firstName", "lastName", "phoneNumber", "email"),
    *("orderAfter", "called", "served", "assigned"),
)
_MORE: Schema = {
    "interactions": a_list(ref("Interaction")),
    "messages": a_list(ref("Message")),
}
_CONNECTED: Schema = {"connectedTickets": a_list(ref("ConnectedTicket"), maxItems=20)}
CONNECTED_TICKET = shown(_TICKET, optional=_PERHAPS)
FOUND_TICKET = shown(_TICKET | _MORE | _CONNECTED, optional=(*_PERHAPS, *_MORE, "connectedTickets"))
TICKET = shown(_TICKET | _MORE | _CONNECTED, optional=(*_PERHAPS, "connectedTickets"))

LOCATION = shown(
    {
        "id": ID,
        "name": some_text(30),
        "latitude": {"type": "number", "minimum": -90, "maximum": 90},
        "longitude": {"type": "number", "minimum": -180, "maximum": 180},
        "country": text(2, pattern="^([A-Z]{2})?$"),
        "address": some_text(300),
        "selectingDeskMandatory": {"type": "boolean"},
        "timezoneOffset": {
            "type": "integer",
            "minimum": -720,
            "maximum": 840,
            "description": "Minutes to add to UTC at this moment.",
        },
    },
    optional=("latitude", "longitude", "address"),
)
LINE = shown(
    {
        "id": ID,
        "name": some_text(30),
        "location": ID,
        "color": COLOR,
        "disabled": {"type": "boolean"},
    }
)
DESK = shown({"id": ID, "name": some_text(50)})
DEVICE = shown(
    {
        "id": ID,
        "name": text(50),
        "type": one_of(("NAME_DEVICE", "MONITOR"), description="A kiosk, or a TV."),
        "offline": {"type": "boolean"},
    }
)
TV = shown(
    {
        "id": ID,
        "name": text(50),
        "theme": one_of(("dark", "light")),
        "layout": one_of(("standard", "waitingList", "large")),
        "settings": shown(
            {
                "lines": a_list(ID),
                "clearTickets": {"const": "afterServing"},
                "notificationViewLineVisible": {"type": "boolean"},
            }
        ),
    }
)
_PICTURE = shown({"size": {"const": "medium"}, "url": {"type": "string", "format": "uri"}})
_PERSON: Schema = {
    "id": ID,
    "email": {"type": "string", "format": "email"},
    "firstName": text(50),
    "lastName": text(50),
    "selectedLocation": ID,
    "picture": a_list(_PICTURE, minItems=1, maxItems=1),
}
COLLEAGUE = shown(_PERSON, optional=("selectedLocation", "picture"))
USER = shown(
    _PERSON
    | {
        "desk": ID,
        "roles": a_list(
            shown(
                {"id": ID, "type": one_of(RoleType.values), "location": ID},
                optional=("location",),
            )
        ),
    },
    optional=("selectedLocation", "picture", "desk"),
)
INPUT_FIELD = shown(
    {
        "type": one_of(
            (
                *("firstName", "lastName", "phoneNumber", "email", "line"),
                *("text", "select", "numeric", "date", "url"),
            )
        ),
        "title": some_text(50),
        "options": a_list(
            shown({"title": some_text(50), "color": COLOR}, optional=("color",)),
        ),
    },
    optional=("title", "options"),
)
STEP = shown(
    {
        "created": DATED,
        "action": one_of(EventName.values),
        "actor": one_of(ActorType.values),
        "user": ID,
        "changes": a_list(
            shown(
                {"field": {"type": "string"}, "previousValue": {}, "value": {}},
                optional=("previousValue", "value"),
            )
        ),
    },
    optional=("user",),
)

#: The name of each path parameter, and what it is.
PATH_PARAMETERS: Schema = {
    name: {"name": name, "in": "path", "required": True, "description": meaning, "schema": schema}
    for name, meaning, schema in (
        ("locationId", "The id of a location.", ID),
        ("lineId", "The id of a line.", ID),
        ("ticketId", "The id of a ticket.", ID),
        (
            "userId",
            "The id of a user, or their e-mail address.",
            {"type": "string", "minLength": 1},
        ),
        ("webhookId", "The id of a webhook.", ID),
        ("tvId", "The id of a TV.", ID),
        ("inputFieldId", "The id of an input field.", {"type": "string", "format": "uuid"}),
    )
}
IDEMPOTENCY_KEY: Schema = {"$ref": "#/components/parameters/Idempotency-Key"}
VERSION: Schema = {"$ref": "#/components/parameters/Version"}
PARAMETERS: Schema = {
    **PATH_PARAMETERS,
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Of your making, best a UUID, and a new one for each request: "
        "a repetition has no second effect.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": "^[!-~]([ -~]*[!-~])?$",
        },
    },
    "Version": {
        "name": settings.API_VERSION_HEADER,
        "in": "header",
        "required": True,
        "schema": {"const": "2020-09-01"},
        "example": "2020-09-01",
    },
}
HEADERS: Schema = {
    "Remaining": {
        "description": "How many requests this key has left at once; absent if it has no limit.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Replayed": {
        "description": "The first request with this key was answered so.",
        "schema": {"const": "true"},
    },
    "RetryAfter": {
        "description": "Seconds after which to come again.",
        "schema": {"type": "integer", "minimum": 1},
    },
}
SECURITY: Schema = {"key": {"type": "apiKey", "in": "header", "name": HEADER}}
SCHEMAS: Schema = {
    "Ticket": TICKET,
    "FoundTicket": FOUND_TICKET,
    "ConnectedTicket": CONNECTED_TICKET,
    "Extra": EXTRA,
    "Label": LABEL,
    "Interaction": INTERACTION,
    "Message": MESSAGE,
    "Location": LOCATION,
    "Line": LINE,
    "Desk": DESK,
    "Device": DEVICE,
    "Tv": TV,
    "Colleague": COLLEAGUE,
    "User": USER,
    "InputField": INPUT_FIELD,
    "Step": STEP,
}
