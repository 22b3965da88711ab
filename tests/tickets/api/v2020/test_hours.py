"""Opening hours set and read by version 2020-09-01."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from tests.tickets.api.conftest import refusal
from tests.tickets.api.v2020.conftest import answered, send
from tickets.models import Activity, EventName, Location, OpeningDay, timetable

ALWAYS: dict[str, Any] = {name: {} for name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def interval(opens: str, closes: str) -> dict[str, Any]:
    """From texts such as 9:30."""
    parts = {"opens": opens.split(":"), "closes": closes.split(":")}
    return {name: {"hours": int(h), "minutes": int(m)} for name, (h, m) in parts.items()}


def day(*times: str) -> dict[str, Any]:
    return {"businessHours": [interval(*each.split("–")) for each in times]}


def put(api: Client, place: Location, body: Any, *, of: str = "") -> Any:
    return send(api, "PUT", f"/locations/{place.pk}/opening-hours{of}", body)


def get(api: Client, place: Location, *, of: str = "") -> Any:
    return answered(send(api, "GET", f"/locations/{place.pk}/opening-hours{of}"))


def test_location_without_hours_is_open_all_week(api: Client, place: Location) -> None:
    assert get(api, place) == ALWAYS
    assert get(api, place, of="/exceptions") == []


def test_week_is_set_and_read(managing: Client, place: Location) -> None:
    week = ALWAYS | {"mon": day("9:00–12:00", "13:30–17:00"), "sun": {"closed": True}}

    body = answered(put(managing, place, week))

    kept = place.opening_days.values_list("weekday", "intervals")
    assert (body, get(managing, place)) == ({}, week)
    assert list(kept) == [(0, [[540, 720], [810, 1020]]), (6, [])]


def test_week_is_replaced_and_on_record(managing: Client, place: Location) -> None:
    OpeningDay.objects.create(location=place, weekday=2, intervals=[])

    answered(put(managing, place, ALWAYS | {"mon": {"closed": True}}))
    answered(put(managing, place, ALWAYS | {"mon": {"closed": True}}))

    row = Activity.objects.get()  # the second changed nothing
    assert (row.event, row.changes) == (
        EventName.LOCATION_CHANGED,
        {"opening_hours": [{"2": []}, {"0": []}]},
    )


def test_exceptions_are_set_and_read(managing: Client, place: Location) -> None:
    days = [
        {"date": "2026-12-24", "closed": True, "closedReason": "Christmas"},
        {"date": "2026-12-31", **day("9:00–12:00")},
    ]

    body = answered(put(managing, place, days[::-1], of="/exceptions"))

    assert (body, get(managing, place, of="/exceptions")) == ({}, days)
    answered(put(managing, place, [], of="/exceptions"))
    assert get(managing, place, of="/exceptions") == []


def test_what_was_set_says_when_the_location_is_open(managing: Client, place: Location) -> None:
    answered(put(managing, place, ALWAYS | {"mon": day("9:00–17:00")}))
    closed = {"date": "2026-03-02", "closed": True}

    monday = datetime(2026, 3, 2, 10, tzinfo=UTC)  # noon in Tallinn
    before = timetable(place, monday).is_open(monday)
    answered(put(managing, place, [closed], of="/exceptions"))

    assert (before, timetable(place, monday).is_open(monday)) == (True, False)


def test_closing_at_midnight_is_the_end_of_the_day(managing: Client, place: Location) -> None:
    answered(put(managing, place, ALWAYS | {"fri": day("18:00–0:00")}))

    assert get(managing, place)["fri"] == day("18:00–24:00")


@pytest.mark.parametrize(
    ("monday", "code", "param"),
    [
        (None, "parameter_invalid_blank", "mon"),
        (5, "invalid_arguments", "mon"),
        ({"closed": "yes"}, "parameter_invalid", "mon.closed"),
        (day("9:00–17:00") | {"closed": True}, "invalid_arguments", "mon"),
        ({"businessHours": []}, "parameter_invalid_blank", "mon.businessHours"),
        ({"businessHours": {}}, "parameter_invalid", "mon.businessHours"),
        (day("9:00–9:59"), "parameter_invalid", "mon.businessHours"),
        (day("17:00–9:00"), "parameter_invalid", "mon.businessHours"),
        (day("9:00–12:00", "11:00–13:00"), "parameter_invalid", "mon.businessHours"),
        (day("13:00–14:00", "9:00–12:00"), "parameter_invalid", "mon.businessHours"),
        (
            day("0:00–1:00", "2:00–3:00", "4:00–5:00", "6:00–7:00", "8:00–9:00"),
            "parameter_invalid",
            "mon.businessHours",
        ),
        (day("9:00–24:01"), "parameter_invalid", "mon.businessHours"),
        (day("9:00–25:00"), "parameter_invalid", "mon.businessHours[0].closes.hours"),
        (day("9:60–17:00"), "parameter_invalid", "mon.businessHours[0].opens.minutes"),
        (
            {"businessHours": [{"opens": {"hours": 9.5, "minutes": 0}, "closes": {}}]},
            "parameter_invalid",
            "mon.businessHours[0].opens.hours",
        ),
        (
            {"businessHours": [{"opens": {"hours": 9}}]},
            "parameter_invalid_blank",
            "mon.businessHours[0].opens.minutes",
        ),
    ],
)
def test_week_is_refused(
    managing: Client, place: Location, monday: Any, code: str, param: str
) -> None:
    response = put(managing, place, ALWAYS | {"mon": monday})

    assert refusal(response) == (400, code, param)
    assert not place.opening_days.exists()


@pytest.mark.parametrize(
    ("days", "code", "param"),
    [
        ({}, "invalid_arguments", ""),
        ([5], "invalid_arguments", "[0]"),
        ([{"date": "2026-12-24"}], "invalid_arguments", "[0]"),
        ([{"closed": True}], "parameter_invalid_blank", "[0].date"),
        ([{"date": "24.12.2026", "closed": True}], "parameter_invalid", "[0].date"),
        ([{"date": "2026-02-29", "closed": True}], "parameter_invalid", "[0].date"),
        (
            [{"date": "2026-12-24", "closed": True, "closedReason": "x" * 31}],
            "parameter_invalid_size",
            "[0].closedReason",
        ),
        ([{"date": "2026-12-24", "closed": True}] * 2, "duplicate_items_in_request", ""),
    ],
)
def test_exceptions_are_refused(
    managing: Client, place: Location, days: Any, code: str, param: str
) -> None:
    response = put(managing, place, days, of="/exceptions")

    assert refusal(response) == (400, code, param)
    assert not place.opening_exceptions.exists()
