"""Every value that version 1 takes: a full body of each call, with the rule of each value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.tickets.api import verdicts
from tests.tickets.api.verdicts import (
    Rule,
    Text,
    an_id,
    anything,
    hex_color,
    id_filter,
    id_or_none,
    ids_filter,
    line_color,
    moment_filter,
    nothing,
    one_of,
)


@dataclass(frozen=True)
class Is:
    """A value that is right, and which texts are; `param` is how an error calls it, if not by its path.

    `key` is under which key it is shown, empty if nowhere.
    """

    good: Any
    rule: Rule
    param: str = ""
    key: str = ""


def name(good: str = "Jane", key: str = "firstName") -> Is:
    return Is(good, verdicts.name, key=key)


def value(good: Any, rule: Rule = nothing) -> Is:
    """A value that is no text."""
    return Is(good, rule)


PHONE = Is("13185551234", verdicts.phone, key="phoneNumber")
EMAIL = Is("j@e.com", verdicts.email, key="email")
SOURCE = Is("NAME", one_of(["MANUAL", "NAME", "MICROSITE"]), key="source")
USER = Is("USER", id_or_none)
EXTRA = [
    {
        "title": Is("Notes", Text(50, required=True), "extra.title", "title"),
        "value": Is("assistance", Text(500), "extra.value", "value"),
        "url": Is("https://x.y/", verdicts.web_address, "extra.url", "url"),
        "color": Is("FF00AA", hex_color, "extra.color", "color"),
        "editable": value(good=True, rule=anything),
    }
]
LABEL = Is("VIP", Text(50, required=True), key="value")
LABELS = [Is("VIP", Text(50, required=True), "labels", "value")]
LINE_NAME = Is("Passports", Text(30, required=True), key="name")
CALLED = {
    "user": USER,
    "desk": Is("DESK", id_or_none),
    "keepActiveTicketsOpen": value(good=True, rule=verdicts.flag),
}
FILTERS = {
    "location": Is("LOCATION", id_filter),
    "line": Is("LINE", ids_filter),
    "status": Is("NEW", one_of(["NEW", "CALLED"])),
    "caller": Is("USER", id_filter),
    **{
        name: Is("2026-01-05T09:00:00Z", moment_filter)
        for name in ("minCreated", "maxCreated", "minCalled", "maxCalled")
    },
}
KINDS = one_of(["message", "text", "email", "phoneNumber", "list"], required=True)
EXTERNAL = {
    "provider": Is("crm", Text(100, required=True), key="provider"),
    "title": Is("CRM", Text(100, required=True), key="title"),
    "data": {
        "fields": [
            {
                "type": Is("message", KINDS),
                "content": Is("Owes", Text(1000, required=True), key="content"),
                "importance": Is("warning", one_of(["info", "warning", "error"])),
            },
            {
                "type": Is("text", KINDS),
                "title": Is("Since", Text(1000, required=True), key="title"),
                "value": Is("2019", Text(1000), key="value"),
            },
            {
                "type": Is("list", KINDS),
                "title": Is("Orders", Text(1000, required=True), key="title"),
                "items": [
                    {
                        "title": Is("17", Text(1000, required=True), key="title"),
                        "text": Is("shoes", Text(1000), key="text"),
                        "url": Is("https://x.y/", verdicts.web_address, key="url"),
                        "footer": Is("paid", Text(1000), key="footer"),
                        "timestamp": Is("2026-01-05T09:00:00Z", moment_filter),
                    }
                ],
            },
        ]
    },
    "user": USER,
}
VISITOR = {
    "firstName": name(),
    "lastName": name("Doe", "lastName"),
    "phoneNumber": PHONE,
    "email": EMAIL,
}

BODIES: dict[str, Any] = {
    "location-lines POST": {"name": LINE_NAME, "color": Is("TEAL", line_color, key="color")},
    "line POST": {"name": LINE_NAME, "color": Is("TEAL", line_color, key="color")},
    **{f"{step}-line": {} for step in ("enable", "disable", "archive", "unarchive")},
    "create-ticket": {**VISITOR, "source": SOURCE, "extra": EXTRA, "labels": LABELS},
    "count-tickets POST": FILTERS,
    "call-next": {"lines": Is("LINE", an_id), **CALLED},
    "call-ticket": CALLED,
    **{f"{step}-ticket": {"user": USER} for step in ("recall", "serve", "no-show", "cancel")},
    "return-ticket": {
        "position": Is("LAST", one_of(["FIRST", "LAST"], required=True)),
        "user": USER,
    },
    "forward-ticket": {"line": Is("OTHER", an_id), "user": USER},
    "reorder-ticket": {"after": Is("TICKET", id_or_none), "user": USER},
    "assign-ticket": {"assigner": USER, "assignee": Is("USER", an_id)},
    "unassign-ticket": {"user": USER},
    "edit-ticket": {**VISITOR, "line": Is("OTHER", an_id), "extra": EXTRA, "user": USER},
    "ticket-messages POST": {
        "message": Is("Hello", Text(1600, required=True), key="body"),
        "user": USER,
    },
    "ticket-external": EXTERNAL,
    "ticket-external PUT": EXTERNAL,
    "ticket-labels": {"labels": LABELS, "user": USER},
    "add-label": {"value": LABEL, "user": USER},
    "remove-label": {"value": Is("VIP", Text(50, required=True)), "user": USER},
    "users POST": {
        "email": Is("new@example.org", one_of(["a@b.ee"], required=True), key="email"),
        "firstName": Is("Kai", Text(50, required=True), key="firstName"),
        "lastName": Is("Tamm", Text(50), key="lastName"),
        "roles": [
            {
                "type": Is(
                    "CLERK", one_of(["CLERK", "MANAGER", "ADMIN"], required=True), "roles.type"
                ),
                "location": Is("LOCATION", an_id, "roles.location"),
            }
        ],
    },
    "user-roles": {
        "type": Is("CLERK", one_of(["CLERK", "MANAGER"], required=True)),
        "location": Is("LOCATION", an_id),
    },
    "user-desk POST": {"desk": Is("DESK", an_id)},
    "user-lines POST": {"lines": Is("LINE", id_or_none)},
    "user-picture": {},  # bytes of an image, which have tests of their own
    "webhooks": {"url": Is("https://e.org/", one_of(verdicts.HOOKS, required=True), key="url")},
    "tv POST": {"name": Is("Lobby", Text(50, required=True), key="name")},
    "tv-heartbeat": {"uptime": Is(5, anything)},
}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Is]]:
    """Each value of a body with its path."""
    if isinstance(value, Is):
        yield path, value
    else:
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, (*path, key))


def param_of(path: tuple[Any, ...]) -> str:
    """How an error calls it: data.fields[2].title."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")
