"""What a location asks its visitors, and the devices that stand in it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.conftest import CountQueries
from tests.factories import DeviceFactory, InputFieldFactory, LineFactory
from tests.tickets.api.conftest import JSON, post, refusal, reply
from tickets import instants
from tickets.actions import programs
from tickets.models import Activity, Device, Line, Location


def test_fields_in_the_order_of_the_location(api: Client, line: Line) -> None:
    place = line.location
    kinds = ["FIRST_NAME", "TEXT", "PHONE_NUMBER", "LAST_NAME", "EMAIL", "DATE", "SELECT"]
    fields = [
        InputFieldFactory.create(location=place, type=kind, title=kind.title(), position=n)
        for n, kind in enumerate(kinds)
    ]
    InputFieldFactory.create(location=place, is_active=False)
    fields[-1].options.create(title="Visit", color="FF00FF", position=0)
    fields[-1].options.create(title="Renewal", position=1)

    body = reply(api.get(f"/v1/locations/{place.pk}/input-fields"))

    assert body["fields"] == [
        {"type": "firstName"},
        {"type": "phoneNumber"},
        {"type": "lastName"},
        {"type": "email"},
        {"type": "text", "title": "Text"},
        {"type": "date", "title": "Date"},
        {
            "type": "select",
            "title": "Select",
            "options": [{"title": "Visit", "color": "#ff00ff"}, {"title": "Renewal"}],
        },
    ]


def test_fields_have_the_line_where_there_is_a_choice(api: Client, line: Line) -> None:
    InputFieldFactory.create(location=line.location, type="FIRST_NAME")
    InputFieldFactory.create(location=line.location)
    LineFactory.create(location=line.location)

    body = reply(api.get(f"/v1/locations/{line.location_id}/input-fields"))

    assert [each["type"] for each in body["fields"]] == ["firstName", "line", "text"]


@pytest.mark.parametrize("path", ["input-fields", "devices", "users"])
def test_a_list_costs_the_same_for_more_rows(
    api: Client, line: Line, path: str, count_queries: CountQueries
) -> None:
    def add() -> None:
        InputFieldFactory.create(location=line.location, type="SELECT").options.create(title="A")
        DeviceFactory.create(location=line.location)

    def ask() -> Any:
        return api.get(f"/v1/locations/{line.location_id}/{path}")

    add()
    ask()
    one = count_queries(ask)
    add()
    add()

    assert count_queries(ask) == one


def test_devices_say_whether_they_were_seen_lately(api: Client, line: Line) -> None:
    place, now = line.location, instants.now()
    kiosk = DeviceFactory.create(location=place, kind="KIOSK", name="Door", last_seen_at=now)
    silent = DeviceFactory.create(
        location=place, kind="TV", name="Hall", last_seen_at=now - timedelta(minutes=4)
    )
    unpaired = DeviceFactory.create(location=place, kind="TV", name="New")
    DeviceFactory.create(location=place, is_active=False)

    body = reply(api.get(f"/v1/locations/{place.pk}/devices"))

    assert body["data"] == [
        {"id": kiosk.pk, "name": "Door", "type": "NAME_DEVICE", "offline": False},
        {"id": silent.pk, "name": "Hall", "type": "MONITOR", "offline": True},
        {"id": unpaired.pk, "name": "New", "type": "MONITOR", "offline": True},
    ]


@pytest.fixture
def tv(line: Line) -> Device:
    return DeviceFactory.create(location=line.location, kind="TV", name="Hall")


def test_tv_tells_its_theme_and_layout(api: Client, tv: Device) -> None:
    Device.objects.filter(pk=tv.pk).update(theme="LIGHT", layout="WAITING_LIST")

    body = reply(api.get(f"/v1/tv/{tv.pk}"))

    assert (body["theme"], body["layout"]) == ("light", "waitingList")


def test_tv_shows_what_its_page_shows(api: Client, line: Line, tv: Device) -> None:
    closed = LineFactory.create(location=line.location, status="DISABLED", position=line.position)
    LineFactory.create(location=line.location, status="DELETED")

    body = reply(api.get(f"/v1/tv/{tv.pk}"))

    assert body == {
        "statusCode": 200,
        "id": tv.pk,
        "name": "Hall",
        "theme": "dark",
        "layout": "standard",
        "settings": {
            "lines": [line.pk, closed.pk],
            "clearTickets": "afterServing",
            "notificationViewLineVisible": True,
        },
    }


@pytest.mark.parametrize("kind", ["form", "json"])
def test_tv_gets_another_name(api: Client, tv: Device, kind: str) -> None:
    path = f"/v1/tv/{tv.pk}"
    if kind == "form":
        body = reply(post(api, path, name="Lobby TV"))
    else:
        body = reply(api.post(path, {"name": "Lobby TV"}, content_type=JSON))

    tv.refresh_from_db()
    activity = Activity.objects.get(event="device.changed")
    assert body["name"] == tv.name == "Lobby TV"
    assert activity.changes == {"device_id": [tv.pk, tv.pk], "name": ["Hall", "Lobby TV"]}


def test_tv_that_keeps_its_name_leaves_no_trace(api: Client, tv: Device) -> None:
    reply(post(api, f"/v1/tv/{tv.pk}", name="Hall"))

    assert Activity.objects.count() == 0


@pytest.mark.parametrize("name", ["", "x" * 51])
def test_tv_name_that_is_none_is_refused(api: Client, tv: Device, name: str) -> None:
    assert refusal(post(api, f"/v1/tv/{tv.pk}", name=name)) == (400, "parameter_invalid", "name")


def test_a_removed_tv_is_shut_out_and_gone(api: Client, tv: Device) -> None:
    programs.issue_code(tv)
    programs.renew_secret(tv)

    assert reply(api.delete(f"/v1/tv/{tv.pk}")) == {"statusCode": 200}

    tv.refresh_from_db()
    assert (tv.is_active, tv.secret_hash, tv.code) == (False, None, "")
    assert Activity.objects.get(event="device.unpaired").changes["is_active"] == [True, False]
    assert refusal(api.get(f"/v1/tv/{tv.pk}")) == (404, "not_found", "")
    assert reply(api.get(f"/v1/locations/{tv.location_id}/devices"))["data"] == []


def test_a_kiosk_is_no_tv(api: Client, line: Line) -> None:
    kiosk = DeviceFactory.create(location=line.location, kind="KIOSK")

    assert refusal(api.get(f"/v1/tv/{kiosk.pk}")) == (404, "not_found", "")


def test_heartbeat_is_a_sign_of_life_once_in_a_few_seconds(api: Client, tv: Device) -> None:
    seen = []
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        for _ in range(3):
            reply(api.post(f"/v1/tv/{tv.pk}/heartbeat", {"model": {"a": [1]}}, content_type=JSON))
            seen.append(Device.objects.get(pk=tv.pk).last_seen_at)
            clock.shift(timedelta(seconds=5))

    assert [str(each)[11:19] for each in seen if each] == ["09:00:00", "09:00:00", "09:00:10"]


def empty_state(api: Client, tv: Device, **query: str) -> tuple[str, str]:
    body = reply(api.get(f"/v1/tv/{tv.pk}/emptystate", query))
    return body["layout"], body["message"]


def test_empty_state_says_how_to_sign_in(api: Client, line: Line, tv: Device) -> None:
    before = empty_state(api, tv, language="en")
    DeviceFactory.create(location=line.location, kind="KIOSK")
    with_kiosk = empty_state(api, tv, language="xx")
    Line.objects.update(status="DISABLED")
    on_break = empty_state(api, tv)
    today = line.location.today()
    line.location.opening_exceptions.create(date=today, intervals=[])
    closed = empty_state(api, tv)

    assert [before, with_kiosk, on_break, closed] == [
        ("signIn", "Tell us that you are here, then take a seat."),
        ("signIniPad", "Sign in on the tablet, then take a seat."),
        ("onBreak", "Nobody can sign in at the moment."),
        ("closed", "Nobody can sign in at the moment."),
    ]


def test_a_switched_off_location_has_no_tv(api: Client, tv: Device) -> None:
    Location.objects.update(is_active=False)

    assert refusal(api.get(f"/v1/tv/{tv.pk}")) == (404, "not_found", "")
