"""Every route of version 2020-09-01 against everybody who may ask, and without the version's header."""

import pytest
from django.test import Client

from tests.conftest import Figure
from tests.factories import InputFieldFactory, waiting_ticket
from tests.tickets.api import rights
from tests.tickets.api.conftest import JSON, program, refusal, reply
from tests.tickets.api.v2020.calls import ANSWER, ROUTES, ROWS, TICKET, call_of, path_of
from tests.tickets.api.v2020.conftest import NEWER, send
from tickets.models import InputField, Line, Ticket

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def field(line: Line) -> InputField:
    return InputFieldFactory.create(location=line.location)


def test_table_has_a_row_for_each_route_and_no_other() -> None:
    assert {(name.split()[0], row.method) for name, row in ROWS.items()} == ROUTES


def test_z1_every_route_answers_whom_it_should(db: None, figure: Figure) -> None:
    world = rights.world()
    ticket = waiting_ticket(world.line, by=world.clerk, first_name=rights.CANARY)
    field = InputFieldFactory.create(location=world.line.location, title=rights.CANARY)
    wrong, leaks = {}, []

    for name, row in ROWS.items():
        call = call_of(name, ticket, field)
        for kind, answer in rights.answers(world.clients, call).items():
            expected = rights.STATUSES[kind][row.rights]
            expected = row.success if expected == 200 else expected
            if (answer.status_code, answer["Content-Type"]) != (expected, JSON):
                wrong[name, kind] = (answer.status_code, expected)
            if answer.status_code >= 400:
                reply(answer)
            if kind in rights.STRANGERS and rights.CANARY in answer.content.decode():
                leaks.append((name, kind))

    assert wrong == {}
    assert leaks == []
    count = f"{len(ROWS)} calls × {len(world.clients)} who ask, 0 wrong, 0 leaks"
    figure("Z1 cells of version 2020-09-01", count)


def test_z1_what_is_another_locations_is_answered_as_if_it_were_missing(
    db: None, figure: Figure
) -> None:
    world = rights.world()
    ticket = waiting_ticket(world.line, by=world.clerk)
    field = InputFieldFactory.create(location=world.line.location)
    different, count = [], 0

    for name, row in ROWS.items():
        calls = [call_of(name, ticket, field, is_missing=value) for value in (False, True)]
        for kind, client in world.clients.items():
            if rights.STATUSES[kind][row.rights] == 404:
                count += 1
                theirs, missing = (rights.body(call.by(client)) for call in calls)
                if theirs != missing or theirs["statusCode"] != 404:
                    different.append((name, kind, theirs, missing))

    assert different == []
    figure("Z1 answers to strangers, as to a missing thing, 2020-09-01", f"{count}, 0 different")


def test_z1_methods_that_a_route_does_not_have_are_refused(
    ticket: Ticket, field: InputField, figure: Figure
) -> None:
    owner, count = program(), 0
    paths: dict[str, set[str]] = {}
    for name, row in ROWS.items():
        paths.setdefault(path_of(name, ticket, field), set()).add(row.method)
    wrong = []

    for path, own in paths.items():
        for method in sorted(METHODS - own):
            count += 1
            answer = send(owner, method, path, {})
            if refusal(answer) != (405, "method_not_allowed", ""):
                wrong.append((path, method, answer.content))

    assert wrong == []
    figure("Z1 methods that version 2020-09-01 does not have", f"{count}, each 405 in JSON")


def test_every_route_takes_a_slash_at_the_end(ticket: Ticket, field: InputField) -> None:
    client, found = program(), {}

    for name in ROWS:
        with rights.taken_back():
            found[name] = call_of(name, ticket, field).by(client, end="/").status_code

    assert found == {name: row.success for name, row in ROWS.items()}


def test_without_the_header_no_path_is_the_apis(
    ticket: Ticket, field: InputField, figure: Figure
) -> None:
    names = [name for name in ROWS if not name.startswith("v1-")]
    client = program()

    answers = {}
    for name in names:
        for end in ("", "/"):
            path = path_of(name, ticket, field) + end
            answer = client.generic(ROWS[name].method, path, "{}", content_type=JSON)
            answers[name, end] = (answer.status_code, "json" in answer["Content-Type"])

    # Where a page lives at the same address, a browser is sent to sign in.
    pages = {("edit-ticket", "/"): (302, False)}
    assert answers == dict.fromkeys(answers, (404, False)) | pages
    figure("addresses of 2020-09-01 that answer without its header", f"0 of {len(names)}")


@pytest.mark.parametrize("name", ["v1-answer", "v1-answer DELETE", "v1-create-line"])
def test_without_the_header_the_path_is_version_1(
    name: str, ticket: Ticket, field: InputField
) -> None:
    path = path_of(name, ticket, field)

    response = program().generic(ROWS[name].method, path, "{}", content_type=JSON)

    codes = {"v1-create-line": (400, "parameter_invalid", "name")}
    assert refusal(response) == codes.get(name, (404, "not_found", ""))


@pytest.mark.parametrize(
    "path",
    [
        *("/nowhere", "/tickets/abc", "/input-fields/1", "/v1/nowhere"),
        # Pages, and what they are guarded from.
        *("/", "/sign-in/", "/sign-in/?next=%00", "/at/a%00b/", "/admin/", "/favicon.ico"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_path_of_this_version_is_refused_in_json(
    api: Client, method: str, path: str
) -> None:
    assert refusal(send(api, method, path)) == (404, "not_found", "")


@pytest.mark.parametrize(("path", "status"), [("/sign-in/", 200), ("/sign-in/?next=%00", 400)])
def test_empty_version_is_none(db: None, path: str, status: int) -> None:
    response = Client().get(path, headers={"X-Qminder-API-Version": ""})

    assert (response.status_code, "json" in response["Content-Type"]) == (status, False)


@pytest.mark.parametrize("version", ["2019-01-01", "1", "latest"])
@pytest.mark.parametrize("path", ["/v1/locations/", "/tickets", "/"])
def test_unknown_version_is_refused_in_json(api: Client, path: str, version: str) -> None:
    response = api.get(path, headers={"X-Qminder-API-Version": version})

    assert refusal(response) == (400, "api_version_unknown", "")


def test_version_1_is_there_with_the_header_too(api: Client, line: Line) -> None:
    with_header, without = (
        reply(api.get(f"/v1/locations/{line.location_id}/lines", headers=headers))
        for headers in (NEWER, {})
    )

    assert with_header == without
    assert [each["id"] for each in with_header["data"]] == [line.pk]


def test_lower_and_upper_case_of_an_id_are_one(
    api: Client, ticket: Ticket, field: InputField
) -> None:
    path = f"/tickets/{ticket.pk}/fields/{str(field.pk).upper()}"

    assert send(api, "POST", path, ANSWER).status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("{", JSON, 400, "body_unreadable"),
        ("[]", JSON, 400, "invalid_arguments"),
        ("lineId=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    ],
)
def test_body_that_is_no_object_is_refused(
    api: Client, body: str, content_type: str, status: int, code: str
) -> None:
    response = api.generic("POST", "/tickets", body, content_type=content_type, headers=NEWER)

    assert refusal(response) == (status, code, "")


def test_repeated_post_has_one_effect(api: Client, line: Line) -> None:
    body = TICKET | {"lineId": line.pk}
    header = {"Idempotency-Key": "one"}

    first, second = (
        api.post("/tickets", body, content_type=JSON, headers=NEWER | header) for _ in range(2)
    )

    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert Ticket.objects.count() == 1
