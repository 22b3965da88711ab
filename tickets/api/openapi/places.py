"""The calls of version 1 about locations, lines, devices and webhooks."""

from tickets.api.openapi import examples, values
from tickets.api.openapi.operations import Operation
from tickets.api.openapi.schemas import (
    ID,
    LINE,
    LOCATION,
    TV,
    Schema,
    a_list,
    answer,
    answer_of,
    one_of,
    ref,
    sent,
    some_text,
    text,
)

DONE = answer({})
OK = {"statusCode": 200}
_SECONDS = {"type": "integer", "description": "Unix seconds; absent where nobody serves."}


def _listed(
    id_: str, summary: str, thing: str, example: object, *, name: str = "data"
) -> Operation:
    return Operation(
        id=id_,
        tag="Locations",
        summary=summary,
        reply=answer({name: a_list(ref(thing))}),
        example=OK | {name: [example]},
    )


def _switch(id_: str, summary: str, *refusals: str) -> Operation:
    return Operation(
        id=id_,
        tag="Lines",
        summary=summary,
        reply=DONE,
        example=OK,
        refusals=(*refusals, "line_not_found"),
        also=(403,),
    )


#: Of a public host.
ADDRESS = r"^https?://([a-z0-9]{1,63}\.){1,3}[a-z]{2,63}(/[!-~]*)?$"
NEW_LINE: Schema = {"name": some_text(30), "color": values.LINE_COLOR}

OPERATIONS = {
    "GET /v1/": Operation(
        id="getIndex",
        tag="Locations",
        summary="What is here",
        reply=answer(
            {
                "version": {"const": "v1"},
                "authentication": {"type": "string"},
                "locations": {"type": "string", "format": "uri"},
                "tickets": {"type": "string", "format": "uri"},
            }
        ),
        example=OK
        | {
            "version": "v1",
            "authentication": "Send your API key in the X-Qminder-REST-API-Key header.",
            "locations": "https://visits.example.org/v1/locations/",
            "tickets": "https://visits.example.org/v1/tickets/search",
        },
        is_public=True,
    ),
    "GET /v1/locations": _listed(
        "listLocations", "The locations that the key reaches", "Location", examples.LOCATION
    ),
    "GET /v1/locations/{locationId}": Operation(
        id="getLocation",
        tag="Locations",
        summary="A location",
        reply=answer_of(LOCATION),
        example=examples.LOCATION | OK,
    ),
    "GET /v1/locations/{locationId}/lines": _listed(
        "listLines", "Its lines, but those that are archived", "Line", examples.LINE
    ),
    "GET /v1/locations/{locationId}/desks": _listed(
        "listDesks", "Its desks", "Desk", {"id": 3, "name": "Desk 3"}, name="desks"
    ),
    "GET /v1/locations/{locationId}/users": _listed(
        "listColleagues", "Who works there", "Colleague", examples.COLLEAGUE
    ),
    "GET /v1/locations/{locationId}/devices": _listed(
        "listDevices",
        "Its kiosks and TVs",
        "Device",
        {"id": 12, "name": "Waiting hall", "type": "MONITOR", "offline": False},
    ),
    "GET /v1/locations/{locationId}/input-fields": _listed(
        "listInputFields",
        "What visitors are asked",
        "InputField",
        {"type": "select", "title": "Language", "options": [{"title": "Estonian"}]},
        name="fields",
    ),
    "POST /v1/locations/{locationId}/lines": Operation(
        id="createLine",
        tag="Lines",
        summary="Add a line",
        description="With the header of version 2020-09-01 it is the call of that version.",
        values=sent(NEW_LINE, required=("name",)),
        sent={"name": "Passports", "color": "TEAL"},
        reply=answer({"id": ID}),
        example=OK | {"id": 88100},
        links={"lineId": ("getLine", "createTicket", "disableLine", "archiveLine", "deleteLine")},
        refusals=("line_exists", "too_many_lines"),
        also=(403,),
    ),
    "GET /v1/lines/{lineId}": Operation(
        id="getLine",
        tag="Lines",
        summary="A line",
        reply=answer_of(LINE),
        example=examples.LINE | OK,
    ),
    "POST /v1/lines/{lineId}": Operation(
        id="editLine",
        tag="Lines",
        summary="Change the name or the colour of a line",
        values=sent(NEW_LINE),
        sent={"name": "Passports and ID cards"},
        reply=DONE,
        example=OK,
        refusals=("line_exists", "line_not_found"),
        also=(403,),
    ),
    "DELETE /v1/lines/{lineId}": _switch(
        "deleteLine", "Delete a line, for good", "line_has_active_tickets"
    ),
    "POST /v1/lines/{lineId}/enable": _switch("enableLine", "Take visitors again"),
    "POST /v1/lines/{lineId}/disable": _switch(
        "disableLine", "Take nobody new", "line_has_active_tickets"
    ),
    "POST /v1/lines/{lineId}/archive": _switch(
        "archiveLine", "Put a line away", "line_has_active_tickets"
    ),
    "POST /v1/lines/{lineId}/unarchive": _switch("unarchiveLine", "Bring an archived line back"),
    "GET /v1/lines/{lineId}/estimated-time": Operation(
        id="getEstimatedTimeOfLine",
        tag="Lines",
        summary="What somebody who joins the line now has to expect",
        reply=answer(
            {
                "estimatedPeopleWaiting": {"type": "integer", "minimum": 0},
                "estimatedTimeOfService": _SECONDS,
            },
            optional=("estimatedTimeOfService",),
        ),
        example=OK | {"estimatedPeopleWaiting": 4, "estimatedTimeOfService": 1767603600},
    ),
    "GET /v1/tv/{tvId}": Operation(
        id="getTv",
        tag="Devices and webhooks",
        summary="A TV",
        reply=answer_of(TV),
        example=examples.TV | OK,
    ),
    "POST /v1/tv/{tvId}": Operation(
        id="renameTv",
        tag="Devices and webhooks",
        summary="Rename a TV",
        values=sent({"name": some_text(50)}, required=("name",)),
        sent={"name": "Waiting hall"},
        reply=answer_of(TV),
        example=examples.TV | OK,
        also=(403,),
    ),
    "DELETE /v1/tv/{tvId}": Operation(
        id="removeTv",
        tag="Devices and webhooks",
        summary="Shut a TV out",
        reply=DONE,
        example=OK,
        also=(403,),
    ),
    "POST /v1/tv/{tvId}/heartbeat": Operation(
        id="beat",
        tag="Devices and webhooks",
        summary="The TV is on",
        description="What it tells of itself is not kept.",
        values=sent({}),
        sent={"uptime": 5},
        reply=DONE,
        example=OK,
    ),
    "GET /v1/tv/{tvId}/emptystate": Operation(
        id="getEmptyState",
        tag="Devices and webhooks",
        summary="What the TV shows while nobody is called",
        query={"language": text(20, "If we speak it; else English.")},
        reply=answer(
            {
                "layout": one_of(("closed", "onBreak", "signIn", "signIniPad")),
                "message": {"type": "string", "minLength": 1},
            }
        ),
        example=OK
        | {"layout": "signIn", "message": "Tell us that you are here, then take a seat."},
    ),
    "POST /v1/webhooks": Operation(
        id="createWebhook",
        tag="Devices and webhooks",
        summary="Register an address to be told at",
        values=sent(
            {"url": text(512, pattern=ADDRESS)},
            required=("url",),
        ),
        sent={"url": "https://crm.example.org/visits"},
        reply=answer({"id": ID, "secret": {"type": "string", "description": "Shown once."}}),
        example=OK | {"id": 5, "secret": "Zx0C…"},
        links={"webhookId": ("removeWebhook",)},
        also=(403,),
    ),
    "DELETE /v1/webhooks/{webhookId}": Operation(
        id="removeWebhook",
        tag="Devices and webhooks",
        summary="Remove a webhook",
        reply=DONE,
        example=OK,
    ),
}
