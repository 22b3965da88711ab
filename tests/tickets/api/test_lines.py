"""Lines over the API: set up by who manages the location, gone when they are deleted."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.factories import (
    InputFieldFactory,
    LineFactory,
    UserFactory,
    clerk_of,
    manager_of,
    waiting_ticket,
)
from tests.tickets.api.conftest import JSON, post, program, refusal, reply
from tickets.models import Activity, Line, LineColor, RoleType, User

SWITCHES = {
    "enable": ("DISABLED", "ENABLED"),
    "disable": ("ENABLED", "DISABLED"),
    "archive": ("ENABLED", "ARCHIVED"),
    "unarchive": ("ARCHIVED", "ENABLED"),
}


def send(api: Client, path: str, body: Any, *, is_form: bool) -> Any:
    if is_form:
        return post(api, path, **body)
    return api.post(path, json.dumps(body), content_type=JSON)


def test_lines_of_a_location_are_not_archived_or_deleted_ones(api: Client, line: Line) -> None:
    for status in ("ARCHIVED", "DELETED"):
        LineFactory.create(location=line.location, status=status)

    body = reply(api.get(f"/v1/locations/{line.location_id}/lines"))

    assert [each["id"] for each in body["data"]] == [line.pk]


@pytest.mark.parametrize("is_form", [True, False])
def test_create_adds_a_line_at_the_end(api: Client, line: Line, is_form: bool) -> None:  # noqa: FBT001
    body = {"name": "Priority & Co", "color": "#00ff00"}

    made = reply(send(api, f"/v1/locations/{line.location_id}/lines", body, is_form=is_form))

    assert isinstance(made["id"], int)
    row = Line.objects.get(pk=made["id"])
    assert (row.name, row.color, row.letter, row.status) == (
        "Priority & Co",
        "00FF00",
        "A",
        "ENABLED",
    )
    assert row.position == line.position + 1
    assert Activity.objects.get(event="line.created").actor_type == "KEY"


@pytest.mark.parametrize(
    ("sent", "kept"), [("TEAL", LineColor.TEAL), ("violet", LineColor.VIOLET), ("1A2b3C", "1A2B3C")]
)
def test_colour_is_taken_in_hex_and_by_name(api: Client, line: Line, sent: str, kept: str) -> None:
    reply(post(api, f"/v1/lines/{line.pk}", name="Front Desk", color=sent))

    line.refresh_from_db()
    assert (line.name, line.color) == ("Front Desk", kept)


def test_edit_changes_only_what_was_sent(api: Client, line: Line) -> None:
    assert reply(post(api, f"/v1/lines/{line.pk}", color="#112233")) == {"statusCode": 200}

    name = line.name
    line.refresh_from_db()
    assert (line.name, line.color) == (name, "112233")


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 31}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "Line", "color": "#12345"}, "color"),
        ({"name": "Line", "color": "BEIGE"}, "color"),
    ],
)
def test_create_of_a_line_that_is_none_is_refused(
    api: Client, line: Line, values: dict[str, str], param: str
) -> None:
    response = post(api, f"/v1/locations/{line.location_id}/lines", **values)

    assert refusal(response) == (400, "parameter_invalid", param)
    assert Line.objects.count() == 1


def test_two_lines_of_one_name_are_refused(api: Client, line: Line) -> None:
    other = LineFactory.create(location=line.location)

    made = post(api, f"/v1/locations/{line.location_id}/lines", name=line.name)
    named = post(api, f"/v1/lines/{other.pk}", name=line.name)

    assert refusal(made) == refusal(named) == (409, "line_exists", "name")


@pytest.mark.parametrize("name", SWITCHES)
def test_switch_sets_the_status(api: Client, line: Line, name: str) -> None:
    before, after = SWITCHES[name]
    Line.objects.update(status=before)

    assert reply(post(api, f"/v1/lines/{line.pk}/{name}")) == {"statusCode": 200}

    line.refresh_from_db()
    assert line.status == after


def test_end_of_a_line_that_somebody_waits_in_is_refused(api: Client, line: Line) -> None:
    waiting_ticket(line)

    answers = [
        post(api, f"/v1/lines/{line.pk}/disable"),
        post(api, f"/v1/lines/{line.pk}/archive"),
        api.delete(f"/v1/lines/{line.pk}"),
    ]

    assert [refusal(each) for each in answers] == [(409, "line_has_active_tickets", "")] * 3
    line.refresh_from_db()
    assert line.status == "ENABLED"


def test_a_deleted_line_is_nowhere_any_more(api: Client, line: Line, clerk: User) -> None:
    clerk.selected_lines.set([line])
    InputFieldFactory.create(location=line.location).lines.set([line])

    assert reply(api.delete(f"/v1/lines/{line.pk}")) == {"statusCode": 200}

    paths = ["", "/estimated-time"]
    answers = [api.get(f"/v1/lines/{line.pk}{path}") for path in paths]
    answers += [post(api, f"/v1/lines/{line.pk}{path}") for path in ("", "/enable", "/ticket")]
    answers.append(api.delete(f"/v1/lines/{line.pk}"))
    assert [refusal(each) for each in answers] == [(404, "not_found", "")] * len(answers)
    assert reply(api.get(f"/v1/locations/{line.location_id}/lines"))["data"] == []
    assert reply(api.get(f"/v1/users/{clerk.pk}/lines"))["selectedLines"] == []


def test_keys_that_manage_a_line_may_change_it(line: Line) -> None:
    admin, elsewhere = UserFactory.create(), LineFactory.create()
    admin.roles.create(type=RoleType.ADMIN)
    manager = manager_of(line.location)
    half = manager_of(elsewhere.location)
    half.roles.create(type=RoleType.CLERK, location=line.location)
    keys = {
        "the account's": (program(), 200),
        "the location's": (program(None, line), 200),
        "an administrator's": (program(admin), 200),
        "a manager's": (program(manager), 200),
        "a clerk's": (program(clerk_of(line.location)), 403),
        "of a clerk who manages elsewhere": (program(half), 403),
        "elsewhere": (program(None, elsewhere), 404),
    }

    answers = {
        whose: post(key, f"/v1/lines/{line.pk}", color="00FF00").status_code
        for whose, (key, _) in keys.items()
    }

    assert answers == {whose: status for whose, (_, status) in keys.items()}


def test_a_clerks_key_is_told_that_it_may_not(line: Line, clerk: User) -> None:
    answer = post(program(clerk), f"/v1/lines/{line.pk}/disable")

    assert refusal(answer) == (403, "forbidden", "")
