"""The things that the examples of the document are about."""

from typing import Any

TICKET: dict[str, Any] = {
    "id": "51999102",
    "status": "SERVED",
    "source": "MANUAL",
    "line": 88100,
    "firstName": "Jane",
    "lastName": "Doe",
    "orderAfter": "2015-04-29T12:29:40.701Z",
    "created": {"date": "2016-04-29T12:29:40.701Z"},
    "called": {"date": "2016-05-05T14:05:29Z", "caller": 15144, "desk": 3},
    "served": {"date": "2016-05-05T14:05:34Z"},
    "assigned": {"assigner": 15100, "assignee": 15144},
    "extra": [{"title": "Notes", "value": "assistance required"}],
    "labels": [{"value": "VIP", "color": "FF00FF"}],
    "interactions": [
        {
            "start": "2016-05-05T14:05:29Z",
            "end": "2016-05-05T14:05:34Z",
            "line": 88100,
            "user": 15144,
        }
    ],
    "messages": [
        {
            "created": {"date": "2017-06-15T18:43:41Z"},
            "type": "OUTGOING",
            "status": "DELIVERED",
            "body": "Hello Jane! You are now in the queue. We will let you know when it's your turn.",
        }
    ],
}
CALLED = {
    "id": "51999103",
    "status": "CALLED",
    "source": "NAME",
    "line": 88100,
    "firstName": "Joan",
    "created": {"date": "2026-01-05T09:00:00.123Z"},
    "called": {"date": "2026-01-05T09:04:10Z", "caller": 15144, "desk": 3},
    "extra": [],
    "labels": [],
    "interactions": [],
    "messages": [],
}
FOUND = {name: value for name, value in TICKET.items() if name not in ("interactions", "messages")}
LOCATION = {
    "id": 4052,
    "name": "City Office",
    "latitude": 59.437,
    "longitude": 24.7536,
    "country": "EE",
    "address": "Town Hall Square 1",
    "selectingDeskMandatory": False,
    "timezoneOffset": 120,
}
LINE = {
    "id": 88100,
    "name": "Passports",
    "location": 4052,
    "color": "#0f8578",
    "disabled": False,
}
COLLEAGUE = {
    "id": 15144,
    "email": "mari.tamm@example.org",
    "firstName": "Mari",
    "lastName": "Tamm",
    "selectedLocation": 4052,
}
USER = COLLEAGUE | {"desk": 3, "roles": [{"id": 7, "type": "CLERK", "location": 4052}]}
TV = {
    "id": 12,
    "name": "Waiting hall",
    "theme": "dark",
    "layout": "standard",
    "settings": {
        "lines": [88100, 88101],
        "clearTickets": "afterServing",
        "notificationViewLineVisible": True,
    },
}
EXTERNAL = {
    "fields": [
        {"type": "message", "content": "Owes 12 €", "importance": "warning"},
        {"type": "text", "title": "Customer since", "value": "2019"},
    ]
}
FIELD_ID = "6a6f3a3e-5a3a-4a6e-9d7c-0f6f0d1c2b3a"
