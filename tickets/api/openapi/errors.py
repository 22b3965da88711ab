"""Every error that the API ends in, as the document shows it: its status, its codes, its one shape."""

from collections.abc import Sequence
from typing import Any

Schema = dict[str, Any]

#: Which statuses any call can end in, any with a key, and any with a body.
ANY = {400, 500}
WITH_KEY = {401, 429, 503}
WITH_BODY = {408, 411, 413, 415}
#: The codes of 409 that any POST can end in.
OF_REPEATS = ("idempotency_in_flight", "idempotency_answer_gone")
#: That of any change of a visit.
OF_VISITS = ("visit_redacted",)

_INVALID = (
    "parameter_invalid",
    "body_unreadable",
    "query_unreadable",
    "key_in_query",
    "api_version_unknown",
)
_INVALID_2020 = (
    *_INVALID,
    "parameter_invalid_blank",
    "parameter_invalid_size",
    "invalid_arguments",
    "duplicate_items_in_request",
    "invalid_location_timezone",
)
#: Status, name of the component, codes, and what it means.
_ERRORS: Sequence[tuple[int, str, tuple[str, ...], str]] = (
    (400, "Invalid", _INVALID, "What was sent is not right; `param` names it."),
    (400, "Invalid2020", _INVALID_2020, "What was sent is not right; `param` names it."),
    (401, "NotAuthenticated", ("not_authenticated",), "No key, or none that is in use."),
    (403, "Forbidden", ("forbidden",), "The key may see this, and not change it."),
    (404, "NotFound", ("not_found",), "There is no such thing, or not for this key."),
    (
        404,
        "NotFound2020",
        ("not_found", "resource_missing"),
        "There is no such thing, or not for this key.",
    ),
    (408, "TooSlow", ("request_timeout",), "The body did not arrive within 20 seconds."),
    (411, "LengthRequired", ("length_required",), "The body came without its Content-Length."),
    (413, "BodyTooLarge", ("body_too_large",), "The body is too large."),
    (415, "NotTaken", ("unsupported_media_type",), "A body of this type is not taken here."),
    (422, "KeyReused", ("idempotency_key_reused",), "The key was used for another request."),
    (429, "RateLimited", ("rate_limited",), "Too many requests with this key."),
    (500, "Internal", ("internal",), "Our fault; nothing was changed."),
    (503, "Unavailable", ("unavailable",), "The database does not answer at the moment."),
)
_MESSAGES = {
    400: "“phoneNumber” must be text.",
    401: "Please authenticate",
    403: "This key may not do that.",
    404: "There is no such thing here.",
    408: "This took too long to arrive.",
    411: "Send the body with its Content-Length.",
    413: "Send at most 64 kB.",
    415: 'Unsupported media type "text/plain" in request.',
    422: "This key was used for another request.",
    429: "Too many requests with this key.",
    500: "Something went wrong on our side. Nothing was changed.",
    503: "The database does not answer at the moment.",
}
_RETRY_AFTER = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
_HEADERS: dict[int, Schema] = {
    401: {"WWW-Authenticate": {"schema": {"const": "Key"}}},
    429: _RETRY_AFTER,
    503: _RETRY_AFTER,
}

ERROR: Schema = {
    "type": "object",
    "description": "The one shape of all errors.",
    "properties": {
        "statusCode": {"type": "integer", "description": "The HTTP status."},
        "message": {"type": "string", "minLength": 1, "description": "For people."},
        "developerMessage": {"type": "string", "description": "What to do about it."},
        "code": {
            "type": "string",
            "pattern": "^[a-z0-9_]+$",
            "description": "For programs; it does not change.",
        },
        "param": {"type": "string", "description": "The value that it is about."},
        "requestId": {
            "type": "string",
            "pattern": "^[0-9a-f]{16}$",
            "description": "Finds it in the server's log.",
        },
    },
    "required": ["statusCode", "message", "code", "requestId"],
    "additionalProperties": False,
}


def responses() -> Schema:
    """By the name of the component."""
    return {
        name: _response(status, codes, meaning, _MESSAGES[status])
        for status, name, codes, meaning in _ERRORS
    }


def reference(status: int, *, is_v2020: bool) -> Schema:
    names = [name for each, name, _codes, _meaning in _ERRORS if each == status]
    return {"$ref": f"#/components/responses/{names[-1] if is_v2020 else names[0]}"}


def refusal(codes: Sequence[str]) -> Schema:
    """409 with these codes."""
    listed = " · ".join(f"`{code}`" for code in codes)
    message = "Only a visitor who is waiting can be called."
    if codes[0] != "ticket_status":
        message = "This is not possible."
    return _response(409, codes, f"It cannot be done as things are: {listed}.", message)


def _response(status: int, codes: Sequence[str], meaning: str, message: str) -> Schema:
    shape: Schema = {
        "allOf": [
            {"$ref": "#/components/schemas/Error"},
            {"properties": {"statusCode": {"const": status}, "code": {"enum": list(codes)}}},
        ]
    }
    example = {
        "statusCode": status,
        "message": message,
        "code": codes[0],
        "requestId": "5d0c3b7f9a1e2468",
    }
    found: Schema = {
        "description": meaning,
        "content": {"application/json": {"schema": shape, "example": example}},
    }
    if status in _HEADERS:
        found["headers"] = _HEADERS[status]
    return found
