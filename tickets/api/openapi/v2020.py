"""The calls of version 2020-09-01, which are at the root."""

from typing import Any

from tickets.api.openapi import examples, values
from tickets.api.openapi.operations import JSON, Operation
from tickets.api.openapi.schemas import (
    COLOR_NAMES,
    DIGITS,
    Schema,
    a_list,
    one_of,
    sent,
    shown,
    some_text,
    text,
)
from tickets.api.v2020.fields import DECIMALS, FLAGS, LARGEST
from tickets.api.v2020.hours import DAYS
from tickets.models import FIELD_COLUMNS, FieldType, Source

NOTHING = shown({})
MADE = shown({"id": DIGITS})
UUID: Schema = {"type": "string", "format": "uuid"}
LANGUAGE = text(5, pattern="^[a-z]{2,3}(-[A-Z]{2})?$")
NAME = text(50, "Of at most 50 letters, as people count them.", type=["string", "null"])
PHONE_NUMBER: Schema = {
    "type": ["string", "null"],
    "pattern": r"^(\+?[1-9][0-9]{4,14})?$",
    "description": "With the country code.",
}
EMAIL = text(100, type=["string", "null"], format="email")


def _translations(**texts: int) -> Schema:
    named: Schema = {"languageCode": LANGUAGE}
    named |= {name: text(most) for name, most in texts.items()}
    return a_list(
        sent(named, required=("languageCode",)),
        maxItems=100,
        description="Each language once.",
    )


LINE = sent(
    {
        "name": some_text(30),
        "color": one_of(COLOR_NAMES),
        "disabled": {"type": "boolean", "default": False},
        "translations": _translations(name=30),
    },
    required=("name", "color"),
)
_TIME = {
    "hours": {"type": "integer", "minimum": 0, "maximum": 24},
    "minutes": {"type": "integer", "minimum": 0, "maximum": 59},
}
_HOURS_SENT = a_list(
    sent(
        {name: sent(_TIME, required=("hours", "minutes")) for name in ("opens", "closes")},
        required=("opens", "closes"),
    ),
    minItems=1,
    maxItems=4,
    description="In order, each an hour at least.",
)
_HOURS = a_list(shown({name: shown(_TIME) for name in ("opens", "closes")}), minItems=1, maxItems=4)
DAY = sent({"closed": {"type": "boolean"}, "businessHours": _HOURS_SENT})
WEEK = sent(dict.fromkeys(DAYS, DAY), required=DAYS)
EXCEPTION = sent(
    {
        "date": {"type": "string", "format": "date"},
        "closed": {"type": "boolean"},
        "businessHours": _HOURS_SENT,
        "closedReason": text(30),
    },
    required=("date",),
)
SHOWN_DAY: Schema = shown(
    {"closed": {"const": True}, "businessHours": _HOURS}, optional=("closed", "businessHours")
)
SHOWN_EXCEPTION = shown(
    {
        "date": {"type": "string", "format": "date"},
        "closed": {"const": True},
        "businessHours": _HOURS,
        "closedReason": some_text(30),
    },
    optional=("closed", "businessHours", "closedReason"),
)
_OPTION = sent(
    {
        "id": UUID,
        "title": some_text(50),
        "color": text(20, pattern=f"^(#?[0-9A-Fa-f]{{6}}|{'|'.join(COLOR_NAMES)})?$"),
        "translations": _translations(title=50),
    },
    required=("id", "title"),
)
_NUMBER: Schema = {"type": "number", "minimum": -LARGEST, "maximum": LARGEST}
_QUESTION: Schema = {
    "title": some_text(50),
    "visitorFacingTitle": text(100),
    **{name: {"type": "boolean"} for name in FLAGS},
    "options": a_list(_OPTION, maxItems=100, description="The answers of a choice."),
    "constraints": sent(
        {
            "min": _NUMBER,
            "max": _NUMBER,
            "scale": {"type": "integer", "minimum": 0, "maximum": DECIMALS},
        },
    )
    | {"description": "Of a number."},
    "translations": _translations(title=50, visitorFacingTitle=100),
}
_FOR_LINES: Schema = {
    "visibleForLines": a_list(
        sent({"id": values.ID}, required=("id",)),
        maxItems=100,
        description="Whose visitors are asked; none: all.",
    )
}
NEW_FIELD: Schema = {"id": UUID, "type": one_of(FieldType.values)} | _QUESTION
_OTHERS = [each for each in FieldType.values if each not in FIELD_COLUMNS and each != "SELECT"]
KINDS: Schema = {
    "anyOf": [
        {"properties": {"type": {"enum": list(FIELD_COLUMNS)}}},
        {"properties": {"type": {"enum": _OTHERS}}, "required": ["title"]},
        {
            "properties": {"type": {"const": "SELECT"}, "options": {"minItems": 1}},
            "required": ["title", "options"],
        },
    ]
}
PLACE: Schema = {
    "latitude": {"type": "number", "minimum": -90, "maximum": 90},
    "longitude": {"type": "number", "minimum": -180, "maximum": 180},
}
ANSWER: Schema = {
    "value": some_text(500),
    "optionIds": a_list(UUID, minItems=1, description="Of a choice."),
}
_NINE_TO_FIVE = {
    "businessHours": [{"opens": {"hours": 9, "minutes": 0}, "closes": {"hours": 17, "minutes": 0}}]
}
_WEEK = dict.fromkeys(DAYS[:5], _NINE_TO_FIVE) | {day: {"closed": True} for day in DAYS[5:]}
_CHRISTMAS = [{"date": "2026-12-24", "closed": True, "closedReason": "Christmas Eve"}]


def _call(id_: str, summary: str, **more: Any) -> Operation:
    described: dict[str, Any] = {"reply": NOTHING, "example": {}}
    return Operation(
        id=id_,
        tag="Version 2020-09-01",
        summary=summary,
        body_types=(JSON,),
        is_v2020=True,
        **described | more,
    )


def _create_ticket(id_: str) -> Operation:
    return _call(
        id_,
        "Add a visitor to a line",
        status=201,
        values=sent(
            {
                "lineId": values.ID,
                "firstName": some_text(50),
                "lastName": NAME,
                "phoneNumber": PHONE_NUMBER,
                "email": EMAIL,
                "languageCode": LANGUAGE | {"description": "One of the location's; else `en`."},
                "source": one_of(Source.values, default="MANUAL"),
                "fields": a_list(
                    sent({"inputFieldId": UUID} | ANSWER, required=("inputFieldId",)),
                    maxItems=100,
                ),
                "labels": a_list(sent({"value": some_text(50)}, required=("value",)), maxItems=100),
            },
            required=("lineId", "firstName"),
        ),
        sent={
            "lineId": 88100,
            "firstName": "Jane",
            "fields": [{"inputFieldId": examples.FIELD_ID, "value": "wheelchair"}],
        },
        reply=shown({"id": DIGITS, "publicId": {"type": "string"}}),
        example={"id": "51999102", "publicId": "A-42"},
        links={"ticketId": ("editTicket2020", "getTicket")},
        refusals=("line_closed", "line_not_found"),
        also=(404,),
    )


_MANAGED = (403,)

OPERATIONS = {
    "POST /tickets": _create_ticket("createTicket2020"),
    "POST /ticket": _create_ticket("createTicketOld2020"),
    "PATCH /tickets/{ticketId}": _call(
        "editTicket2020",
        "Change what is known of a visitor",
        description="What is not sent stays; `null` clears.",
        values=sent(
            {
                "firstName": some_text(50) | {"type": ["string", "null"]},
                "lastName": NAME,
                "phoneNumber": PHONE_NUMBER,
                "email": EMAIL,
                "languageCode": LANGUAGE,
                "line": values.ID,
            }
        ),
        sent={"lastName": None, "line": 88101},
        refusals=("ticket_status", "line_closed", "line_not_found"),
    ),
    **{
        f"{method} {path}": _call(
            f"{id_}{'UnderV1' if 'v1' in path else ''}",
            summary,
            values=sent(ANSWER) if method == "POST" else None,
            sent={"value": "wheelchair"} if method == "POST" else None,
            refusals=("field_not_here",),
        )
        for path in (
            "/tickets/{ticketId}/fields/{inputFieldId}",
            "/v1/tickets/{ticketId}/fields/{inputFieldId}",
        )
        for method, id_, summary in (
            ("POST", "answer", "Answer a question"),
            ("DELETE", "removeAnswer", "Take an answer away"),
        )
    },
    "POST /locations": _call(
        "createLocation",
        "Open a location",
        description="Its time zone is that of its place on the map.",
        status=201,
        values=sent(
            {
                "name": some_text(30),
                **PLACE,
                "country": text(2, pattern="^[A-Z]{2}$"),
                "address": text(300),
                "languages": a_list(
                    LANGUAGE, uniqueItems=True, contains={"const": "en"}, description="With `en`."
                ),
                "lines": a_list(LINE, minItems=1, maxItems=50),
                "inputFields": a_list(
                    sent(NEW_FIELD, required=("id", "type")) | KINDS, maxItems=50
                ),
                "openingHours": sent(
                    {"regular": WEEK, "exceptions": a_list(EXCEPTION, maxItems=1000)}
                ),
            },
            required=("name", "latitude", "longitude", "country"),
        ),
        sent={"name": "City Office", "latitude": 59.437, "longitude": 24.7536, "country": "EE"},
        reply=MADE,
        example={"id": "4052"},
        links={"locationId": ("getLocation", "editLocation", "setOpeningHours", "createLine2020")},
        refusals=("line_exists", "too_many_lines", "input_field_duplicate"),
        also=(403, 404),
    ),
    "PATCH /locations/{locationId}": _call(
        "editLocation",
        "Change the name or the place",
        description="`latitude` and `longitude` come together, in the same time zone.",
        values=sent({"name": some_text(30), **PLACE})
        | {"dependentRequired": {"latitude": ["longitude"], "longitude": ["latitude"]}},
        sent={"name": "City Office"},
        also=_MANAGED,
    ),
    "POST /locations/{locationId}/lines": _call(
        "createLine2020",
        "Add a line",
        status=201,
        values=LINE,
        sent={"name": "Passports", "color": "TEAL"},
        reply=MADE,
        example={"id": "88100"},
        refusals=("line_exists", "too_many_lines"),
        also=_MANAGED,
    ),
    "GET /locations/{locationId}/opening-hours": _call(
        "getOpeningHours",
        "The hours of each weekday",
        description="A day without anything is open all day.",
        reply=shown(dict.fromkeys(DAYS, SHOWN_DAY)),
        example=_WEEK,
    ),
    "PUT /locations/{locationId}/opening-hours": _call(
        "setOpeningHours",
        "Set the hours of all seven weekdays",
        values=WEEK,
        sent=_WEEK,
        also=_MANAGED,
    ),
    "GET /locations/{locationId}/opening-hours/exceptions": _call(
        "listExceptions",
        "The dates on which the hours are others",
        reply=a_list(SHOWN_EXCEPTION),
        example=_CHRISTMAS,
    ),
    "PUT /locations/{locationId}/opening-hours/exceptions": _call(
        "setExceptions",
        "Set all dates on which the hours are others",
        values=a_list(EXCEPTION),
        sent=_CHRISTMAS,
        also=_MANAGED,
    ),
    "POST /input-fields": _call(
        "createInputField",
        "Ask visitors something new",
        status=201,
        values=sent(
            NEW_FIELD | {"location": sent({"id": values.ID}, required=("id",))} | _FOR_LINES,
            required=("id", "location", "type"),
        )
        | KINDS,
        sent={
            "id": examples.FIELD_ID,
            "location": {"id": 4052},
            "type": "TEXT",
            "title": "Notes",
        },
        refusals=("input_field_duplicate",),
        also=(403, 404),
    ),
    "PATCH /input-fields/{inputFieldId}": _call(
        "editInputField",
        "Change what visitors are asked",
        description="What is not sent stays; options and lines are replaced.",
        values=sent(_QUESTION | _FOR_LINES),
        sent={"title": "Notes for us"},
        refusals=("input_field_duplicate",),
        also=_MANAGED,
    ),
}
