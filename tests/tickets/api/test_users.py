"""People over the API: shown as far as a key reaches, set up by who looks after them."""

import json
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from tests.conftest import CountQueries
from tests.factories import (
    DeskFactory,
    LineFactory,
    LocationFactory,
    UserFactory,
    clerk_of,
    manager_of,
)
from tests.tickets.api.conftest import JSON, post, program, refusal, reply
from tickets.models import Activity, Line, RoleType, User


def with_role(role: RoleType, **columns: Any) -> User:
    person = UserFactory.create(**columns)
    person.roles.create(type=role)
    return person


def invitation(*roles: dict[str, Any], **changed: object) -> dict[str, object]:
    person = {"email": "kai@example.org", "firstName": "Kai", "lastName": "Tamm"}
    return {**person, "roles": json.dumps(roles), **changed}


def at(line: Line, type_: str = "CLERK") -> dict[str, Any]:
    return {"type": type_, "location": line.location_id}


def given(email: str = "kai@example.org") -> list[tuple[str, int | None]]:
    roles = User.objects.get(email=email).roles
    return list(roles.order_by("id").values_list("type", "location"))


def test_details_by_id_and_by_email(api: Client, line: Line) -> None:
    desk = DeskFactory.create(location=line.location)
    anna = clerk_of(
        line.location,
        email="anna+a@example.org",
        first_name="Anna",
        last_name="Tamm",
        selected_location=line.location,
        desk=desk,
    )
    admin = anna.roles.create(type=RoleType.ADMIN)

    answers = [
        reply(api.get(f"/v1/users/{name}{end}"))
        for name in (anna.pk, "anna+a@example.org", "ANNA%2Ba%40example.org")
        for end in ("", "/")
    ]

    clerk = anna.roles.get(type=RoleType.CLERK)
    assert answers == [
        {
            "statusCode": 200,
            "id": anna.pk,
            "email": "anna+a@example.org",
            "firstName": "Anna",
            "lastName": "Tamm",
            "selectedLocation": line.location_id,
            "desk": desk.pk,
            "roles": [
                {"id": clerk.pk, "type": "CLERK", "location": line.location_id},
                {"id": admin.pk, "type": "ADMIN"},
            ],
        }
    ] * len(answers)


def test_what_somebody_does_elsewhere_is_not_shown(line: Line) -> None:
    elsewhere = LineFactory.create()
    desk = DeskFactory.create(location=elsewhere.location)
    shared = clerk_of(line.location, selected_location=elsewhere.location, desk=desk)
    shared.roles.create(type=RoleType.MANAGER, location=elsewhere.location)
    shared.selected_lines.set([line, elsewhere])
    api = program(None, line)

    shown = reply(api.get(f"/v1/users/{shared.pk}"))

    assert [role["location"] for role in shown["roles"]] == [line.location_id]
    assert shown.keys() == {"statusCode", "id", "email", "firstName", "lastName", "roles"}
    assert reply(api.get(f"/v1/users/{shared.pk}/desk")) == {"statusCode": 200}
    assert reply(api.get(f"/v1/users/{shared.pk}/lines"))["selectedLines"] == [line.pk]


def test_list_holds_whom_the_key_meets(line: Line) -> None:
    here, there = clerk_of(line.location), clerk_of(LocationFactory.create())
    admin, roleless = with_role(RoleType.ADMIN), UserFactory.create()
    UserFactory.create(is_active=False)

    met = {
        whose: sorted(each["id"] for each in reply(api.get("/v1/users/"))["data"])
        for whose, api in {"all": program(), "here": program(None, line)}.items()
    }

    assert met == {
        "all": [here.pk, there.pk, admin.pk, roleless.pk],
        "here": [here.pk, admin.pk],
    }


def test_list_costs_the_same_for_more_people(
    api: Client, line: Line, count_queries: CountQueries
) -> None:
    def add() -> None:
        desk = DeskFactory.create(location=line.location)
        clerk_of(line.location, desk=desk, selected_location=line.location)

    add()
    api.get("/v1/users")
    one = count_queries(lambda: api.get("/v1/users"))
    add()
    add()

    assert count_queries(lambda: api.get("/v1/users")) == one


@pytest.mark.parametrize("name", ["0", "9" * 30, "nobody@example.org", "%00", "a%00@b.co", "٣"])
def test_nobody_of_that_name(api: Client, name: str) -> None:
    assert refusal(api.get(f"/v1/users/{name}")) == (404, "not_found", "")


def test_create_adds_somebody_who_is_mailed_a_link(
    api: Client, line: Line, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    roles = [at(line), at(line, "MANAGER"), at(line)]

    with django_capture_on_commit_callbacks(execute=True):
        made = reply(post(api, "/v1/users/", **invitation(*roles)))

    kai = User.objects.get(email="kai@example.org")
    assert made == {"statusCode": 200, "id": str(kai.pk)}
    assert (kai.first_name, kai.last_name, kai.has_usable_password()) == ("Kai", "Tamm", False)
    assert given() == [("CLERK", line.location_id), ("MANAGER", line.location_id)]
    assert Activity.objects.get(event="user.invited").changes == {"user_id": [None, kai.pk]}
    (message,) = mail.outbox
    assert message.to == ["kai@example.org"]
    assert "http://testserver/set-password/" in str(message.body)


def test_create_takes_json_without_a_last_name(api: Client, line: Line) -> None:
    body = {"email": "kai@example.org", "firstName": "K", "roles": [at(line)]}

    reply(api.post("/v1/users", body, content_type=JSON))

    assert given() == [("CLERK", line.location_id)]


@pytest.mark.parametrize("name", ["ADMIN", "ADMINISTRATOR"])
def test_create_of_an_administrator(api: Client, name: str) -> None:
    reply(post(api, "/v1/users", **invitation({"type": name})))

    assert given() == [("ADMIN", None)]


@pytest.mark.parametrize(
    ("changed", "param"),
    [
        ({"email": ""}, "email"),
        ({"email": "kai"}, "email"),
        ({"email": "\u017fkai@example.org"}, "email"),  # which PostgreSQL takes for skai@
        ({"email": f"{'k' * 90}@example.org"}, "email"),
        ({"firstName": " "}, "firstName"),
        ({"firstName": "x" * 51}, "firstName"),
        ({"lastName": "x" * 51}, "lastName"),
        ({"roles": ""}, "roles"),
        ({"roles": "[]"}, "roles"),
        ({"roles": "CLERK"}, "roles"),
        ({"roles": '["CLERK"]'}, "roles"),
        ({"roles": '[{"type":"OWNER"}]'}, "roles.type"),
        ({"roles": "[{}]"}, "roles.type"),
        ({"roles": '[{"type":"CLERK"}]'}, "roles.location"),
        ({"roles": '[{"type":"CLERK","location":"x"}]'}, "roles.location"),
    ],
)
def test_create_of_somebody_who_is_none_is_refused(
    api: Client, line: Line, changed: dict[str, str], param: str
) -> None:
    response = post(api, "/v1/users", **invitation(at(line), **changed))

    assert refusal(response) == (400, "parameter_invalid", param)
    assert User.objects.count() == 0


@pytest.mark.parametrize("is_active", [True, False])
def test_create_of_an_address_that_is_there_is_refused(
    api: Client,
    line: Line,
    is_active: bool,  # noqa: FBT001
) -> None:
    UserFactory.create(email="KAI@example.org", is_active=is_active)

    response = post(api, "/v1/users", **invitation(at(line)))

    assert refusal(response) == (409, "user_exists", "email")
    assert User.objects.count() == 1
    assert Activity.objects.count() == 0
    assert mail.outbox == []


def test_roles_are_given_by_who_manages_there(line: Line) -> None:
    elsewhere = LineFactory.create()
    admin_key, local = program(with_role(RoleType.ADMIN)), program(None, line)
    manager, clerk = program(manager_of(line.location)), program(clerk_of(line.location))
    tries = [
        (admin_key, {"type": "ADMIN"}, 200),
        (admin_key, at(elsewhere), 200),
        (local, at(line, "MANAGER"), 200),
        (local, {"type": "ADMIN"}, 403),
        (local, at(elsewhere), 404),
        (manager, at(line, "MANAGER"), 200),
        (manager, {"type": "ADMIN"}, 403),
        (manager, at(elsewhere), 404),
        (clerk, at(line), 403),
    ]

    answers = [
        post(key, "/v1/users", **invitation(role, email=f"kai{n}@example.org")).status_code
        for n, (key, role, _) in enumerate(tries)
    ]

    assert answers == [status for _, _, status in tries]
    assert User.objects.filter(email__startswith="kai").count() == answers.count(200)


def test_a_role_more_is_given_once(api: Client, line: Line, clerk: User) -> None:
    path = f"/v1/users/{clerk.email}/roles"

    answers = [reply(post(api, path, **at(line, "MANAGER"))) for _ in range(2)]

    assert answers == [{"statusCode": 200}] * 2
    assert given(clerk.email) == [("CLERK", line.location_id), ("MANAGER", line.location_id)]
    assert Activity.objects.get(event="role.granted").changes == {
        "user_id": [clerk.pk, clerk.pk],
        "role": [None, "MANAGER"],
    }


def test_an_administrators_role_is_told_to_every_location(api: Client, clerk: User) -> None:
    LocationFactory.create()

    reply(post(api, f"/v1/users/{clerk.pk}/roles", type="ADMINISTRATOR"))

    assert Activity.objects.filter(event="role.granted").count() == 2


@pytest.mark.parametrize(
    ("values", "param"), [({"type": "OWNER"}, "type"), ({"type": "CLERK"}, "location")]
)
def test_a_role_that_is_none_is_refused(
    api: Client, clerk: User, values: dict[str, str], param: str
) -> None:
    response = post(api, f"/v1/users/{clerk.pk}/roles", **values)

    assert refusal(response) == (400, "parameter_invalid", param)


def test_delete_switches_off(api: Client, clerk: User) -> None:
    assert reply(api.delete(f"/v1/users/{clerk.pk}/")) == {"statusCode": 200}

    clerk.refresh_from_db()
    assert not clerk.is_active
    assert refusal(api.get(f"/v1/users/{clerk.pk}")) == (404, "not_found", "")
    assert reply(api.get("/v1/users"))["data"] == []


def test_delete_is_for_who_looks_after_all_that_somebody_does(line: Line) -> None:
    elsewhere = LineFactory.create()
    shared = clerk_of(line.location)
    shared.roles.create(type=RoleType.CLERK, location=elsewhere.location)
    admin, manager = with_role(RoleType.ADMIN), manager_of(line.location)
    local = program(manager)

    answers = [
        refusal(local.delete(f"/v1/users/{shared.pk}")),
        refusal(local.delete(f"/v1/users/{admin.pk}")),
        refusal(program(None, line).delete(f"/v1/users/{admin.pk}")),
        refusal(local.delete(f"/v1/users/{manager.pk}")),
        refusal(program().delete(f"/v1/users/{with_role(RoleType.OWNER).pk}")),
    ]

    assert answers == [
        *[(403, "forbidden", "")] * 3,
        (409, "own_account", ""),
        (409, "owner_stays", ""),
    ]
    assert User.objects.filter(is_active=False).count() == 0


def test_desk_is_chosen_and_left(api: Client, line: Line, clerk: User) -> None:
    desk = DeskFactory.create(location=line.location)
    path = f"/v1/users/{clerk.pk}/desk"

    chosen = reply(post(api, path, desk=desk.pk))
    clerk.refresh_from_db()
    seen = reply(api.get(path))
    left = reply(api.delete(path))
    again = reply(api.delete(path))

    assert (chosen, left, again) == ({"statusCode": 200},) * 3
    assert (clerk.desk, clerk.selected_location) == (desk, line.location)
    assert seen == {"statusCode": 200, "selectedDeskId": desk.pk}
    assert reply(api.get(path)) == {"statusCode": 200}


def test_desk_of_somebody_else_or_elsewhere_is_refused(
    api: Client, line: Line, clerk: User
) -> None:
    elsewhere = LocationFactory.create()
    clerk.roles.create(type=RoleType.CLERK, location=elsewhere)
    User.objects.filter(pk=clerk.pk).update(selected_location=line.location)
    taken = DeskFactory.create(location=line.location, name="Desk 3")
    clerk_of(line.location, first_name="Mari", desk=taken)
    others = [
        DeskFactory.create(location=elsewhere),
        DeskFactory.create(location=line.location, is_active=False),
        DeskFactory.create(),
    ]
    path = f"/v1/users/{clerk.pk}/desk"

    taken_answer = post(api, path, desk=taken.pk)
    answers = [refusal(post(api, path, desk=pk)) for pk in (*[d.pk for d in others], 10**15)]

    assert refusal(taken_answer) == (409, "desk_taken", "desk")
    assert reply(taken_answer)["message"] == "Mari is at Desk 3. Choose another desk."
    assert answers == [(409, "desk_not_found", "desk")] * 4
    assert refusal(post(api, path)) == (400, "parameter_invalid", "desk")
    assert User.objects.get(pk=clerk.pk).desk is None


def test_everybody_sets_up_their_own_work_only(line: Line, clerk: User) -> None:
    desk = DeskFactory.create(location=line.location)
    colleague = clerk_of(line.location, desk=DeskFactory.create(location=line.location))
    own = program(clerk)

    allowed = [
        post(own, f"/v1/users/{clerk.pk}/desk", desk=desk.pk).status_code,
        post(own, f"/v1/users/{clerk.pk}/lines", lines=line.pk).status_code,
        own.delete(f"/v1/users/{clerk.pk}/desk").status_code,
    ]
    refused = [
        post(own, f"/v1/users/{colleague.pk}/desk", desk=desk.pk).status_code,
        post(own, f"/v1/users/{colleague.pk}/lines", lines=line.pk).status_code,
        own.delete(f"/v1/users/{colleague.pk}/desk").status_code,
    ]

    assert (allowed, refused) == ([200] * 3, [403] * 3)


@pytest.mark.parametrize("kind", ["list", "object", "form"])
def test_lines_replace_the_choice(api: Client, line: Line, clerk: User, kind: str) -> None:
    second = LineFactory.create(location=line.location, position=line.position + 1)
    clerk.selected_lines.set([LineFactory.create(location=line.location)])
    path, ids = f"/v1/users/{clerk.pk}/lines", [line.pk, second.pk]

    if kind == "list":
        answer = api.post(path, ids, content_type=JSON)
    elif kind == "object":
        answer = api.post(path, {"lines": ids}, content_type=JSON)
    else:
        answer = post(api, path, lines=f"{line.pk},{second.pk}")

    assert reply(answer) == {"statusCode": 200}
    assert reply(api.get(path)) == {"statusCode": 200, "selectedLines": ids}


def test_lines_may_be_none(api: Client, line: Line, clerk: User) -> None:
    clerk.selected_lines.set([line])

    reply(api.post(f"/v1/users/{clerk.pk}/lines", [], content_type=JSON))

    assert list(clerk.selected_lines.all()) == []


def test_lines_elsewhere_stay_chosen(line: Line) -> None:
    elsewhere = LineFactory.create()
    shared = clerk_of(line.location)
    shared.roles.create(type=RoleType.CLERK, location=elsewhere.location)
    shared.selected_lines.set([elsewhere])

    reply(program(None, line).post(f"/v1/users/{shared.pk}/lines", [line.pk], content_type=JSON))

    assert set(shared.selected_lines.all()) == {line, elsewhere}


def test_a_manager_elsewhere_decides_for_their_own_lines_only(line: Line) -> None:
    second = LineFactory.create()
    shared, half = clerk_of(line.location), manager_of(line.location)
    for person in (shared, half):
        person.roles.create(type=RoleType.CLERK, location=second.location)
    shared.selected_lines.set([second])
    api, path = program(half), f"/v1/users/{shared.pk}/lines"

    mine = api.post(path, [line.pk], content_type=JSON)
    theirs = api.post(path, [line.pk, second.pk], content_type=JSON)

    assert (reply(mine), refusal(theirs)) == ({"statusCode": 200}, (403, "forbidden", ""))
    assert set(shared.selected_lines.all()) == {line, second}


@pytest.mark.parametrize(
    ("body", "status"), [("{}", 400), ('["x"]', 400), ("[[1]]", 400), ('"1"', 400), ("[1", 400)]
)
def test_lines_that_are_none_are_refused(api: Client, clerk: User, body: str, status: int) -> None:
    response = api.generic("POST", f"/v1/users/{clerk.pk}/lines", body, content_type=JSON)

    assert reply(response)["statusCode"] == status


def test_lines_that_somebody_cannot_call_from_are_not_there(
    api: Client, line: Line, clerk: User
) -> None:
    deleted = LineFactory.create(location=line.location, status="DELETED")
    path = f"/v1/users/{clerk.pk}/lines"

    answers = [
        refusal(api.post(path, [pk], content_type=JSON))
        for pk in (LineFactory.create().pk, deleted.pk, 10**15)
    ]

    assert answers == [(404, "not_found", "lines")] * 3
