"""The calls of version 1 about users."""

from tickets.api.openapi import examples, values
from tickets.api.openapi.operations import JSON, Operation
from tickets.api.openapi.schemas import (
    DIGITS,
    ID,
    USER,
    a_list,
    answer,
    answer_of,
    ref,
    sent,
    some_text,
    text,
)
from tickets.api.v1.inputs import MOST

DONE = answer({})
OK = {"statusCode": 200}
IMAGES = ("image/png", "image/jpeg", "image/webp")

OPERATIONS = {
    "GET /v1/users": Operation(
        id="listUsers",
        tag="Users",
        summary="Whom the key meets",
        reply=answer({"data": a_list(ref("User"))}),
        example=OK | {"data": [examples.USER]},
    ),
    "POST /v1/users": Operation(
        id="createUser",
        tag="Users",
        summary="Add somebody",
        description="They are mailed a link to set a password, which works once, for three days.",
        values=sent(
            {
                "email": values.EMAIL | {"minLength": 1},
                "firstName": some_text(50),
                "lastName": text(50),
                "roles": a_list(values.ROLE, minItems=1, maxItems=MOST),
            },
            required=("email", "firstName", "roles"),
        ),
        sent={
            "email": "kai@example.org",
            "firstName": "Kai",
            "roles": [{"type": "CLERK", "location": 4052}],
        },
        reply=answer({"id": DIGITS}),
        example=OK | {"id": "15145"},
        links={"userId": ("getUser", "addRole", "selectDesk", "deactivateUser")},
        refusals=("user_exists",),
        also=(403, 404),
    ),
    "GET /v1/users/{userId}": Operation(
        id="getUser",
        tag="Users",
        summary="Somebody, with their roles",
        reply=answer_of(USER),
        example=examples.USER | OK,
    ),
    "DELETE /v1/users/{userId}": Operation(
        id="deactivateUser",
        tag="Users",
        summary="Switch somebody off",
        description="Old tickets go on naming them.",
        reply=DONE,
        example=OK,
        refusals=("owner_stays", "own_account"),
        also=(403,),
    ),
    "POST /v1/users/{userId}/roles": Operation(
        id="addRole",
        tag="Users",
        summary="Give a role",
        values=values.ROLE,
        sent={"type": "MANAGER", "location": 4052},
        reply=DONE,
        example=OK,
        also=(403,),
    ),
    "GET /v1/users/{userId}/desk": Operation(
        id="getDesk",
        tag="Users",
        summary="Where somebody sits",
        reply=answer({"selectedDeskId": ID}, optional=("selectedDeskId",)),
        example=OK | {"selectedDeskId": 3},
    ),
    "POST /v1/users/{userId}/desk": Operation(
        id="selectDesk",
        tag="Users",
        summary="Sit down at a desk",
        description="Of the location where the user works at the moment.",
        values=sent({"desk": values.ID}, required=("desk",)),
        sent={"desk": 3},
        reply=DONE,
        example=OK,
        refusals=("desk_not_found", "desk_taken"),
        also=(403,),
    ),
    "DELETE /v1/users/{userId}/desk": Operation(
        id="leaveDesk",
        tag="Users",
        summary="Leave the desk",
        reply=DONE,
        example=OK,
        also=(403,),
    ),
    "GET /v1/users/{userId}/lines": Operation(
        id="getLines",
        tag="Users",
        summary="The lines that somebody calls from",
        description="None means all of them.",
        reply=answer({"selectedLines": a_list(ID)}),
        example=OK | {"selectedLines": [88100, 88101]},
    ),
    "POST /v1/users/{userId}/lines": Operation(
        id="selectLines",
        tag="Users",
        summary="Choose the lines to call from",
        description="All of them; none means all lines. A form sends `lines`, parted by commas.",
        values=a_list(values.ID),
        sent=[88100, 88101],
        body_types=(JSON,),
        reply=DONE,
        example=OK,
        also=(403,),
    ),
    "POST /v1/users/{userId}/picture": Operation(
        id="setPicture",
        tag="Users",
        summary="Show a face",
        description="The bytes of a PNG, JPEG or WebP, at most 2 MB; the middle of it is kept.",
        values={"type": "string", "format": "binary"},
        body_types=IMAGES,
        reply=DONE,
        example=OK,
        also=(403,),
    ),
    "DELETE /v1/users/{userId}/picture": Operation(
        id="removePicture",
        tag="Users",
        summary="Show no face",
        reply=DONE,
        example=OK,
        also=(403,),
    ),
}
