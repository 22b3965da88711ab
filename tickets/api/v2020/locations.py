"""Locations: open one, and change it."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import instants, timezones
from tickets.actions import locations
from tickets.actions.fields import Question
from tickets.actions.locations import NewLine
from tickets.api.endpoints import endpoint
from tickets.api.errors import ApiError, bad_input
from tickets.api.v2020 import inputs, reach
from tickets.api.v2020.fields import new_question
from tickets.api.v2020.hours import exceptional_days, week
from tickets.api.v2020.inputs import Sent
from tickets.api.v2020.lines import new_line
from tickets.models import FieldType
from tickets.models.locations import validate_country, validate_languages

#: What a location has if nothing is said of it.
LINES = ("Main Service", "Information")
FIELDS = (FieldType.FIRST_NAME, FieldType.LAST_NAME, FieldType.PHONE_NUMBER)
MOST = 50


@endpoint("POST")
def create(request: Request) -> Response:
    """Open a location; its time zone is that of its place on the map."""
    reach.refuse_unless_account_wide(request)
    sent = inputs.body(request)
    latitude, longitude = _place(sent)
    hours = sent.part("openingHours") if sent.has("openingHours") else Sent({})
    exceptions = hours.parts("exceptions", most=1000)
    location = locations.create(
        by=reach.actor(request),
        name=sent.text("name", most=30, is_required=True),
        latitude=latitude,
        longitude=longitude,
        timezone=_timezone(latitude, longitude),
        address=sent.text("address", most=300),
        country=_country(sent),
        languages=_languages(sent),
        new_lines=_lines(sent),
        questions=_questions(sent),
        week=week(hours.part("regular")) if hours.has("regular") else {},
        exceptions=exceptional_days(exceptions, hours.param("exceptions")),
    )
    return Response({"id": str(location.pk)}, status=201)


@endpoint("PATCH")
def edit(request: Request, pk: int) -> Response:
    """Change the name or the place on the map, which stays in its time zone."""
    sent = inputs.body(request)
    location = reach.managed(request, pk)
    columns: dict[str, Any] = {}
    if "name" in sent:
        columns["name"] = sent.text("name", most=30, is_required=True)
    if "latitude" in sent or "longitude" in sent:
        columns["latitude"], columns["longitude"] = latitude, longitude = _place(sent)
        zone = _timezone(latitude, longitude)
        if not timezones.show_the_same(zone, location.timezone, since=instants.now()):
            message = _("That place is in another time zone: %(zone)s.") % {"zone": zone}
            raise _wrong_timezone(message)
    locations.edit(location, by=reach.actor(request), **columns)
    return Response({})


def _place(sent: Sent) -> tuple[float, float]:
    latitude = sent.number("latitude", least=-90, most=90)
    longitude = sent.number("longitude", least=-180, most=180)
    for name, value in (("latitude", latitude), ("longitude", longitude)):
        if value is None:
            raise sent.blank(name)
    assert latitude is not None
    assert longitude is not None
    return latitude, longitude


def _timezone(latitude: float, longitude: float) -> str:
    zone = timezones.at(latitude, longitude)
    if zone is None:
        raise _wrong_timezone(_("The time zone of that place is not known here."))
    return zone


def _wrong_timezone(message: str) -> ApiError:
    return inputs.refuse("invalid_location_timezone", "latitude", message)


def _country(sent: Sent) -> str:
    country = sent.text("country", most=2, is_required=True)
    try:
        validate_country(country)
    except ValidationError as error:
        raise bad_input("country", error.messages[0]) from error
    return country


def _languages(sent: Sent) -> list[str]:
    if not sent.has("languages"):
        return ["en"]
    codes = inputs.once(sent.texts("languages", most=5), "languages")
    try:
        validate_languages(codes)
    except ValidationError as error:
        raise bad_input("languages", error.messages[0]) from error
    return codes


def _lines(sent: Sent) -> list[NewLine]:
    if not sent.has("lines"):
        return [NewLine(name=name, columns={}) for name in LINES]
    new = [new_line(part) for part in sent.parts("lines", most=MOST)]
    if not new:
        raise inputs.refuse(inputs.SIZE, "lines", _("Send one line at least."))
    return new


def _questions(sent: Sent) -> list[Question]:
    if not sent.has("inputFields"):
        return [
            Question(columns={"id": uuid.uuid4(), "type": each, "title": str(each.label)})
            for each in FIELDS
        ]
    return [new_question(part) for part in sent.parts("inputFields", most=MOST)]
