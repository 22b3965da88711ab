"""Locations opened and changed, and lines added, by version 2020-09-01."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import LineFactory, UserFactory
from tests.tickets.api.conftest import program, refusal, reply
from tests.tickets.api.v2020.conftest import NO_FIELD, answered, send
from tickets.models import Activity, EventName, Line, LineColor, Location, RoleType

NARVA = {
    "name": "Narva",
    "latitude": 59.38,
    "longitude": 28.19,
    "address": "Peetri 1",
    "country": "EE",
}
HOUR = {"opens": {"hours": 9, "minutes": 30}, "closes": {"hours": 0, "minutes": 0}}
WEEK: dict[str, Any] = {
    name: {"businessHours": [HOUR]} for name in ("mon", "tue", "wed", "thu", "fri")
}
WEEK |= {"sat": {"closed": True}, "sun": {}}


def opened(api: Client, **body: Any) -> Location:
    made = answered(send(api, "POST", "/locations", NARVA | body), 201)
    location = Location.objects.get(pk=made["id"])
    assert made == {"id": str(location.pk)}
    return location


def test_location_is_opened_with_what_is_usual(api: Client, db: None) -> None:
    location = opened(api)

    lines = [(line.name, line.letter, line.status) for line in location.lines.all()]
    fields = [(field.type, field.title) for field in location.input_fields.all()]
    assert (location.slug, location.timezone, location.languages) == (
        "narva",
        "Europe/Tallinn",
        ["en"],
    )
    assert lines == [("Main Service", "A", "ENABLED"), ("Information", "B", "ENABLED")]
    assert fields == [
        ("FIRST_NAME", "First name"),
        ("LAST_NAME", "Last name"),
        ("PHONE_NUMBER", "Mobile number"),
    ]
    assert not location.opening_days.exists()
    assert reply(api.get(f"/v1/locations/{location.pk}/"))["address"] == "Peetri 1"


def test_location_is_opened_with_everything_of_its_own(api: Client, db: None) -> None:
    field = {"id": NO_FIELD, "type": "TEXT", "title": "Notes", "visibleForLines": []}
    line = {"name": "Passports", "color": "TEAL", "disabled": True}

    location = opened(
        api,
        languages=["et", "en"],
        inputFields=[field],
        lines=[line],
        openingHours={"regular": WEEK, "exceptions": [{"date": "2026-12-24", "closed": True}]},
    )

    assert location.languages == ["et", "en"]
    assert [str(each.pk) for each in location.input_fields.all()] == [NO_FIELD]
    assert [(each.name, each.status) for each in location.lines.all()] == [
        ("Passports", "DISABLED")
    ]
    assert [(day.weekday, day.intervals) for day in location.opening_days.all()] == [
        *((weekday, [[570, 1440]]) for weekday in range(5)),
        (5, []),
    ]
    assert [str(day.date) for day in location.opening_exceptions.all()] == ["2026-12-24"]


def test_location_is_opened_on_record(api: Client, db: None) -> None:
    location = opened(api)

    rows = Activity.objects.filter(location=location).order_by("id")
    assert [(row.event, row.actor_type) for row in rows] == [
        (EventName.LOCATION_CREATED, "KEY"),
        (EventName.LINE_CREATED, "KEY"),
        (EventName.LINE_CREATED, "KEY"),
    ]


def test_locations_of_one_name_have_addresses_of_their_own(api: Client, db: None) -> None:
    made = [opened(api), opened(api), opened(api, name="納爾瓦")]

    assert [each.slug for each in made] == ["narva", "narva-2", "location"]


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (32.78, -96.8, "America/Chicago"),  # Dallas, nearer to Denver than to Chicago
        (35.96, -83.92, "America/New_York"),  # Knoxville
        (36.16, -86.78, "America/Chicago"),  # Nashville, of the same state
        (27.7, 85.3, "Asia/Kathmandu"),
        (28.1, -15.4, "Atlantic/Canary"),
        (-31.55, 159.08, "Australia/Lord_Howe"),
    ],
)
def test_time_zone_is_that_of_the_place(
    api: Client, db: None, latitude: float, longitude: float, zone: str
) -> None:
    assert opened(api, latitude=latitude, longitude=longitude).timezone == zone


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"name": ""}, "parameter_invalid_blank", "name"),
        ({"name": "x" * 31}, "parameter_invalid_size", "name"),
        ({"latitude": None}, "parameter_invalid_blank", "latitude"),
        ({"latitude": 91}, "parameter_invalid", "latitude"),
        ({"longitude": "28.19"}, "parameter_invalid", "longitude"),
        ({"longitude": True}, "parameter_invalid", "longitude"),
        ({"address": "x" * 301}, "parameter_invalid_size", "address"),
        ({"country": "ee"}, "parameter_invalid", "country"),
        ({"country": None}, "parameter_invalid_blank", "country"),
        ({"languages": ["et"]}, "parameter_invalid", "languages"),
        ({"languages": ["en", "Estonian"]}, "parameter_invalid_size", "languages[1]"),
        ({"languages": ["en", "en"]}, "duplicate_items_in_request", "languages"),
        ({"lines": []}, "parameter_invalid_size", "lines"),
        ({"lines": [{"name": "A", "color": "TEAL"}] * 51}, "parameter_invalid_size", "lines"),
        ({"lines": [{"name": "A"}]}, "parameter_invalid_blank", "lines[0].color"),
        ({"lines": [5]}, "invalid_arguments", "lines[0]"),
        ({"inputFields": [{"type": "TEXT"}]}, "parameter_invalid_blank", "inputFields[0].id"),
        ({"openingHours": {"regular": {}}}, "parameter_invalid_blank", "openingHours.regular.mon"),
        (
            {"openingHours": {"exceptions": [{"date": "2026-12-24"}]}},
            "invalid_arguments",
            "openingHours.exceptions[0]",
        ),
    ],
)
def test_location_is_refused_by_the_place_of_what_is_wrong(
    api: Client, db: None, body: Any, code: str, param: str
) -> None:
    before = Location.objects.count()

    response = send(api, "POST", "/locations", NARVA | body)

    assert refusal(response) == (400, code, param)
    assert Location.objects.count() == before


def test_location_with_a_line_twice_is_not_opened_at_all(api: Client) -> None:
    before = Location.objects.count()
    lines = [{"name": "Passports", "color": "TEAL"}] * 2

    response = send(api, "POST", "/locations", NARVA | {"lines": lines})

    assert refusal(response) == (409, "line_exists", "name")
    assert (Location.objects.count(), Activity.objects.count()) == (before, 0)


def test_administrators_open_locations_and_managers_do_not(
    line: Line, managing: Client, serving: Client
) -> None:
    administrator = UserFactory.create()
    administrator.roles.create(type=RoleType.ADMIN)
    clients = [program(administrator), managing, serving, program(None, line)]

    statuses = [send(each, "POST", "/locations", NARVA).status_code for each in clients]

    assert statuses == [201, 403, 403, 403]


def test_location_is_changed(managing: Client, place: Location) -> None:
    changed = {"name": "Tallinn", "latitude": 59.43, "longitude": 24.75}

    body = answered(send(managing, "PATCH", f"/locations/{place.pk}", changed))

    place.refresh_from_db()
    row = Activity.objects.get()
    assert (body, place.name, place.latitude, place.longitude) == ({}, "Tallinn", 59.43, 24.75)
    assert (row.event, list(row.changes)) == (
        EventName.LOCATION_CHANGED,
        ["name", "latitude", "longitude"],
    )


def test_location_unchanged_is_not_on_record(managing: Client, place: Location) -> None:
    answered(send(managing, "PATCH", f"/locations/{place.pk}", {"name": place.name}))

    assert not Activity.objects.exists()


def test_location_stays_in_its_time_zone(managing: Client, place: Location) -> None:
    away = {"latitude": 55.75, "longitude": 37.62}

    response = send(managing, "PATCH", f"/locations/{place.pk}", away)

    place.refresh_from_db()
    assert refusal(response) == (400, "invalid_location_timezone", "latitude")
    assert (place.latitude, place.timezone) == (None, "Europe/Tallinn")


def test_other_name_of_the_time_zone_is_the_same(managing: Client, place: Location) -> None:
    place.timezone = "Europe/Kiev"
    place.save()

    answered(
        send(managing, "PATCH", f"/locations/{place.pk}", {"latitude": 50.45, "longitude": 30.52})
    )

    place.refresh_from_db()
    assert (place.latitude, place.timezone) == (50.45, "Europe/Kiev")


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"latitude": 59.4}, "parameter_invalid_blank", "longitude"),
        ({"name": None}, "parameter_invalid_blank", "name"),
    ],
)
def test_half_a_change_is_refused(
    managing: Client, place: Location, body: Any, code: str, param: str
) -> None:
    response = send(managing, "PATCH", f"/locations/{place.pk}", body)

    assert refusal(response) == (400, code, param)


@pytest.mark.parametrize("root", ["/", "/v1/"])
def test_line_is_added(managing: Client, place: Location, root: str) -> None:
    body = {
        "name": "Passports",
        "color": "MARSHMALLOW",
        "translations": [{"languageCode": "et", "name": "Passid"}],
        "appointmentSettings": {"enabled": False, "duration": 15},
    }

    made = answered(send(managing, "POST", f"{root}locations/{place.pk}/lines", body), 201)

    line = Line.objects.latest("id")
    assert made == {"id": str(line.pk)}
    assert (line.name, line.color, line.status, line.translations) == (
        "Passports",
        LineColor.MARSHMALLOW,
        "ENABLED",
        {"et": {"name": "Passid"}},
    )


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"name": "New"}, 400, "parameter_invalid_blank", "color"),
        ({"name": "New", "color": "#00ff00"}, 400, "parameter_invalid", "color"),
        ({"color": "TEAL"}, 400, "parameter_invalid_blank", "name"),
        ({"name": "x" * 31, "color": "TEAL"}, 400, "parameter_invalid_size", "name"),
        ({"name": "New", "color": "TEAL", "disabled": 1}, 400, "parameter_invalid", "disabled"),
        (
            {"name": "New", "color": "TEAL", "translations": [{"name": "Uus"}]},
            400,
            "parameter_invalid_blank",
            "translations[0].languageCode",
        ),
        ({"name": "Old", "color": "TEAL"}, 409, "line_exists", "name"),
    ],
)
def test_line_is_refused(
    managing: Client, place: Location, body: Any, status: int, code: str, param: str
) -> None:
    LineFactory.create(location=place, name="Old")

    response = send(managing, "POST", f"/locations/{place.pk}/lines", body)

    assert refusal(response) == (status, code, param)
    assert place.lines.count() == 2
