"""The calls of version 1 about tickets."""

from tickets.api.openapi import examples, values
from tickets.api.openapi.operations import JSON, Operation
from tickets.api.openapi.schemas import (
    DIGITS,
    ID,
    SAYS_SOMETHING,
    TICKET,
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
from tickets.api.v1.search import MOST, ORDER_KEYS, STATUSES
from tickets.models import Source

DONE = answer({})
SUCCESS = answer({"result": {"const": "success"}})
SUCCEEDED = {"statusCode": 200, "result": "success"}
_ANY_STATUS = "|".join(STATUSES)
_SCOPES = "CONNECTED_TICKETS|INTERACTIONS|MESSAGES"

FILTERS: Schema = {
    "location": values.ID | {"description": "The id of a location."},
    "line": values.IDS | {"description": "Ids of lines, parted by commas."},
    "status": text(
        500,
        f"Any of {', '.join(STATUSES)}, parted by commas.",
        pattern=f"^({_ANY_STATUS})(,({_ANY_STATUS}))*$",
        examples=["NEW,CALLED"],
    ),
    "caller": values.ID | {"description": "Who called; without `status`, CALLED and SERVED."},
    **dict.fromkeys(("minCreated", "maxCreated", "minCalled", "maxCalled"), values.MOMENT),
}
SEARCH: Schema = FILTERS | {
    "order": {
        "type": "string",
        "pattern": f"^({'|'.join(ORDER_KEYS)})( (ASC|DESC))?$",
        "default": "id ASC",
        "description": f"One of {', '.join(ORDER_KEYS)}, and `ASC` or `DESC`.",
    },
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": 1000},
    "responseScope": text(
        100,
        "What to show besides: INTERACTIONS, MESSAGES, CONNECTED_TICKETS, parted by commas.",
        pattern=f"^({_SCOPES})(,({_SCOPES}))*$",
    ),
}
VISITOR: Schema = {
    "firstName": values.NAME,
    "lastName": values.NAME,
    "phoneNumber": values.PHONE_NUMBER,
    "email": values.EMAIL,
}
CALLING: Schema = values.BY | {
    "desk": values.ID | {"description": "Where to; without it the caller's own."},
    "keepActiveTicketsOpen": {
        "type": "boolean",
        "default": False,
        "description": "Else whom the caller serves in this location is marked as served.",
    },
}
CALL_REFUSALS = ("ticket_status", "user_required", "desk_required", "desk_not_found")
TICKET_REPLY = answer_of(TICKET)
CALLED = examples.CALLED | {"statusCode": 200}


def _step(id_: str, summary: str, *refusals: str, **more: object) -> Operation:
    """A step of a ticket that answers no more than that it was taken."""
    described: dict[str, object] = {
        "values": sent(values.BY),
        "sent": {"user": 15144},
        "reply": SUCCESS,
        "example": SUCCEEDED,
    }
    return Operation(id=id_, tag="Steps", summary=summary, refusals=refusals, **described | more)  # type: ignore[arg-type]


OPERATIONS = {
    "POST /v1/lines/{lineId}/ticket": Operation(
        id="createTicket",
        tag="Tickets",
        summary="Add a visitor to a line",
        values=sent(
            VISITOR
            | {
                "source": one_of(Source.values, default="MANUAL"),
                "extra": values.EXTRAS,
                "labels": values.LABELS,
            }
        ),
        sent={"firstName": "Jane", "phoneNumber": 3185551234, "labels": ["VIP"]},
        reply=answer({"id": DIGITS}),
        example={"statusCode": 200, "id": "51999102"},
        refusals=("line_closed", "line_not_found"),
        links={"ticketId": ("getTicket", "editTicket", "callTicket", "reorder", "cancel")},
    ),
    "GET /v1/tickets/search": Operation(
        id="searchTickets",
        tag="Tickets",
        summary="Search tickets",
        query=SEARCH,
        reply=answer({"data": a_list(ref("FoundTicket"))}),
        example={"statusCode": 200, "data": [examples.FOUND]},
    ),
    "GET /v1/tickets/count": Operation(
        id="countTickets",
        tag="Tickets",
        summary="Count tickets",
        query=FILTERS,
        reply=answer({"count": {"type": "integer", "minimum": 0}}),
        example={"statusCode": 200, "count": 12},
    ),
    "POST /v1/tickets/count": Operation(
        id="countTicketsByPost",
        tag="Tickets",
        summary="Count tickets, by filters in the body",
        values=sent(FILTERS),
        sent={"line": "88100", "status": "NEW"},
        reply=answer({"count": {"type": "integer", "minimum": 0}}),
        example={"statusCode": 200, "count": 12},
    ),
    "GET /v1/tickets/{ticketId}": Operation(
        id="getTicket",
        tag="Tickets",
        summary="A ticket",
        query={
            "responseScope": text(
                100,
                "`CONNECTED_TICKETS`: other visits with the same phone number here.",
                pattern=f"^({_SCOPES})(,({_SCOPES}))*$",
            )
        },
        reply=TICKET_REPLY,
        example=examples.TICKET | {"statusCode": 200},
    ),
    "POST /v1/tickets/{ticketId}/edit": Operation(
        id="editTicket",
        tag="Tickets",
        summary="Change what is known of a visitor",
        description="What is not sent stays; what is empty or `null` is cleared, but not the line.",
        values=sent(VISITOR | {"line": values.ID, "extra": values.EXTRAS} | values.BY),
        sent={"firstName": "Joan"},
        reply=SUCCESS,
        example=SUCCEEDED,
        refusals=("ticket_status", "line_closed", "line_not_found"),
    ),
    "GET /v1/tickets/{ticketId}/messages": Operation(
        id="listMessages",
        tag="Tickets",
        summary="Text messages in both directions",
        reply=answer({"messages": a_list(ref("Message"))}),
        example={"statusCode": 200, "messages": examples.TICKET["messages"]},
    ),
    "POST /v1/tickets/{ticketId}/messages": Operation(
        id="sendMessage",
        tag="Tickets",
        summary="Write a text message to the visitor",
        values=sent({"message": some_text(1600)} | values.BY, required=("message",)),
        sent={"message": "It is your turn.", "user": 15144},
        reply=SUCCESS,
        example=SUCCEEDED,
        refusals=("messages_off", "no_phone_number"),
    ),
    **{
        f"{method} /v1/tickets/{{ticketId}}/external": Operation(
            id=id_,
            tag="Tickets",
            summary="Show beside the visit what another program knows",
            description="Each provider has one record on a ticket, which the next one replaces. "
            "`data` has at most 16 kB.",
            values=sent(
                {"provider": some_text(100), "title": some_text(100), "data": values.EXTERNAL}
                | values.BY,
                required=("provider", "title", "data"),
            ),
            sent={"provider": "crm", "title": "Customers", "data": examples.EXTERNAL},
            reply=SUCCESS,
            example=SUCCEEDED,
        )
        for method, id_ in (("POST", "addExternalData"), ("PUT", "putExternalData"))
    },
    "GET /v1/tickets/{ticketId}/audit": Operation(
        id="listSteps",
        tag="Tickets",
        summary="Every step on the ticket, the newest last",
        reply=answer({"data": a_list(ref("Step"))}),
        example={
            "statusCode": 200,
            "data": [
                {
                    "created": {"date": "2026-01-05T09:00:00.123Z"},
                    "action": "ticket.edited",
                    "actor": "KEY",
                    "user": 15144,
                    "changes": [{"field": "firstName", "previousValue": "Jane", "value": "Joan"}],
                }
            ],
        },
    ),
    "GET /v1/tickets/{ticketId}/estimated-time": Operation(
        id="getEstimatedTimeOfTicket",
        tag="Tickets",
        summary="When a waiting visitor is served",
        reply=answer({"estimatedTimeOfService": ID}, optional=("estimatedTimeOfService",)),
        example={"statusCode": 200, "estimatedTimeOfService": 1767603600},
        refusals=("ticket_status",),
    ),
    "POST /v1/tickets/call": Operation(
        id="callNext",
        tag="Steps",
        summary="Call the next visitor of some lines",
        description="Whoever comes first. Nobody waits: the reply has no `id`, nothing changed.",
        values=sent({"lines": values.IDS} | CALLING, required=("lines",)),
        sent={"lines": "88100,88101", "user": 15144, "desk": 3},
        reply={"oneOf": [TICKET_REPLY, DONE]},
        example=CALLED,
        refusals=CALL_REFUSALS[1:],
        also=(404,),
        links={"ticketId": ("recall", "markServed", "markNoShow", "returnToQueue", "forward")},
    ),
    "POST /v1/tickets/{ticketId}/call": Operation(
        id="callTicket",
        tag="Steps",
        summary="Call one visitor",
        values=sent(CALLING),
        sent={"user": 15144, "desk": 3},
        reply=TICKET_REPLY,
        example=CALLED,
        refusals=CALL_REFUSALS,
    ),
    "POST /v1/tickets/{ticketId}/recall": _step("recall", "Call again", "ticket_status"),
    "POST /v1/tickets/{ticketId}/markserved": _step(
        "markServed", "The visitor was served", "ticket_status"
    ),
    "POST /v1/tickets/{ticketId}/marknoshow": _step(
        "markNoShow", "The visitor did not come", "ticket_status"
    ),
    "POST /v1/tickets/{ticketId}/cancel": _step(
        "cancel", "Remove from the line", "ticket_status", "user_required"
    ),
    "POST /v1/tickets/{ticketId}/returntoqueue": _step(
        "returnToQueue",
        "Return to the line",
        "ticket_status",
        "user_required",
        values=sent({"position": one_of(("FIRST", "LAST"))} | values.BY, required=("position",)),
        sent={"position": "FIRST", "user": 15144},
    ),
    "POST /v1/tickets/{ticketId}/forward": _step(
        "forward",
        "Send to another line",
        "ticket_status",
        "line_closed",
        "line_not_found",
        values=sent({"line": values.ID} | values.BY, required=("line",)),
        sent={"line": 88101},
        reply=DONE,
        example={"statusCode": 200},
    ),
    "POST /v1/tickets/{ticketId}/reorder": _step(
        "reorder",
        "Move in the line",
        "ticket_status",
        "other_location",
        "ticket_changed",
        values=sent(
            {"after": values.ID | {"description": "Behind this ticket; else the first."}}
            | values.BY
        ),
        sent={"after": 51999101},
    ),
    "POST /v1/tickets/{ticketId}/assign": _step(
        "assign",
        "Assign to somebody",
        "ticket_status",
        "user_required",
        "assignee_not_here",
        "ticket_changed",
        values=sent(
            {
                "assigner": values.USER | {"description": "Who assigns, by id or e-mail."},
                "assignee": {
                    "type": ["integer", "string"],
                    "minLength": 1,
                    "maxLength": 100,
                    "pattern": SAYS_SOMETHING,
                    "minimum": 0,
                    "description": "Who shall have the visitor, by id or e-mail.",
                },
            },
            required=("assignee",),
        ),
        sent={"assigner": 15100, "assignee": 15144},
    ),
    "POST /v1/tickets/{ticketId}/unassign": _step(
        "unassign", "Take the assignment away", "ticket_status", "ticket_changed"
    ),
    "POST /v1/tickets/{ticketId}/labels/add": _step(
        "addLabel",
        "Add a label",
        values=sent({"value": some_text(50)} | values.BY, required=("value",)),
        sent={"value": "VIP"},
        reply=answer({"result": one_of(("success", "no action"))}),
    ),
    "POST /v1/tickets/{ticketId}/labels/remove": _step(
        "removeLabel",
        "Remove a label",
        values=sent({"value": some_text(50)} | values.BY, required=("value",)),
        sent={"value": "VIP"},
    ),
    "PUT /v1/tickets/{ticketId}/labels": _step(
        "replaceLabels",
        "Make these all the labels of a ticket",
        values=sent({"labels": values.LABELS} | values.BY, required=("labels",)),
        sent={"labels": ["VIP", "wheelchair"]},
        body_types=(JSON,),
    ),
}
