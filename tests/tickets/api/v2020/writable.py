"""Every value that version 2020-09-01 takes: a full body of each call, with the rule of each value."""

from typing import Any

from tests.tickets.api import verdicts
from tests.tickets.api.verdicts import Text, an_id, line_color, nothing, one_of, pattern
from tests.tickets.api.writable import LABEL, LINE_NAME, SOURCE, VISITOR, Is, value
from tickets.api.v2020 import fields, hours

LANGUAGE = Is("et", Text(5, required=True), key="languageCode")
TIME = {"hours": value(9), "minutes": value(0)}
DAY = {
    "closed": Is(None, nothing),
    "businessHours": [{"opens": TIME, "closes": {"hours": value(17), "minutes": value(30)}}],
}
EVERY_DAY: dict[str, Any] = {day: {} for day in hours.DAYS}
EXCEPTION = {
    "date": Is("2026-12-24", one_of(["2026-01-05"], required=True)),
    "closed": value(good=True),
    "closedReason": Is("Feast", Text(30), key="reason"),
}
NAMED_COLOR = Is("TEAL", one_of(["TEAL"], required=True))
LINE = {
    "name": LINE_NAME,
    "color": NAMED_COLOR,
    "disabled": value(good=True),
    "translations": [{"languageCode": LANGUAGE, "name": Is("Passid", Text(30), key="name")}],
}
FLAGS = {name: value(good=True) for name in fields.FLAGS}
AN_UUID = Is("UUID", one_of(["00000000-0000-4000-8000-000000000000"], required=True))
TITLE = Is("Reason", Text(50, required=True), key="title")
FIELD = {
    "title": TITLE,
    **FLAGS,
    "visitorFacingTitle": Is("Why?", Text(100), key="visitorFacingTitle"),
    "options": [
        {
            "id": AN_UUID,
            "title": Is("Visit", Text(50, required=True), key="title"),
            "color": Is("TEAL", line_color),
            "translations": [
                {"languageCode": LANGUAGE, "title": Is("Käik", Text(50), key="title")}
            ],
        }
    ],
    "translations": [
        {
            "languageCode": LANGUAGE,
            "title": Is("Põhjus", Text(50), key="title"),
            "visitorFacingTitle": Is("Miks?", Text(100), key="visitorFacingTitle"),
        }
    ],
}
NEW_FIELD = {
    "id": AN_UUID,
    "type": Is("SELECT", nothing),
    **FIELD,
}
ANSWER = {"value": Is("wheelchair", Text(500, required=True), key="value")}
NEW_TICKET = {
    **VISITOR,
    "firstName": Is("Jane", verdicts.first_name, key="firstName"),
    "lineId": Is("LINE", an_id),
    "languageCode": Is("en", one_of(["en"])),
    "source": SOURCE,
    "fields": [{"inputFieldId": Is("FIELD", an_id), **ANSWER}],
    "labels": [{"value": LABEL}],
}
BODIES: dict[str, Any] = {
    "create-ticket": NEW_TICKET,
    "create-ticket-old": NEW_TICKET,
    "edit-ticket": {
        **VISITOR,
        "firstName": Is("Joan", verdicts.first_name, key="firstName"),
        "languageCode": Is("en", one_of(["en"])),
        "line": Is("OTHER", an_id),
    },
    "answer": ANSWER,
    "v1-answer": ANSWER,
    "create-location": {
        "name": Is("Narva", Text(30, required=True), key="name"),
        "latitude": value(59.38),
        "longitude": value(28.19),
        "address": Is("1", Text(300), key="address"),
        "country": Is("EE", pattern("[A-Z]{2}", required=True), key="country"),
        "languages": [Is("en", nothing), Is("et", pattern("(?!en)[a-z]{2}", required=True))],
        # As far as they are not tried one by one.
        "lines": [{"name": LINE_NAME, "color": NAMED_COLOR}],
        "inputFields": [{"id": AN_UUID, "type": Is("TEXT", nothing), "title": TITLE}],
        "openingHours": {"regular": EVERY_DAY, "exceptions": [EXCEPTION]},
    },
    "edit-location": {
        "name": Is("Narva", Text(30, required=True), key="name"),
        "latitude": value(59.38),
        "longitude": value(24.7),
    },
    "create-line": LINE,
    "v1-create-line": LINE,
    "hours PUT": EVERY_DAY | {"mon": DAY},
    "exceptions PUT": [EXCEPTION],
    "create-field": {
        "location": {"id": Is("LOCATION", an_id)},
        **NEW_FIELD,
        "visibleForLines": [{"id": Is("LINE", an_id)}],
    },
    "edit-field": {**FIELD, "visibleForLines": [{"id": Is("LINE", an_id)}]},
}
