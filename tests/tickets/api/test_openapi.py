"""The OpenAPI document: a row for every call, examples that hold, nothing that must not be told."""

from typing import Any

import jsonschema
import pytest
from django.core.management import call_command
from django.test import Client

from tests.conftest import Figure
from tests.tickets.api.conftest import JSON, program, reply
from tickets.api.openapi.schema import OPERATIONS, Generator
from tickets.api.v1.urls import urlpatterns as v1
from tickets.api.v2020.urls import urlpatterns as v2020

#: Under /v1/ with the other version's header: described where version 1 has the path itself.
TOLD_ELSEWHERE = {"v1-create-line"}


@pytest.fixture(scope="module")
def document() -> Any:
    return Client().get("/v1/openapi.json").json()


def operations(document: Any) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_document_passes_the_validator_of_its_maker(tmp_path: Any) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "made"))

    assert (tmp_path / "made").read_text().startswith("openapi: 3.1")


def test_each_call_has_a_row_and_each_row_a_call(document: Any, figure: Figure) -> None:
    described = operations(document)
    named = [each for each in [*v1, *v2020] if each.name and each.name not in TOLD_ELSEWHERE]
    calls = [
        (each.name, method)
        for each in named
        for method in vars(each.callback)["cls"].http_method_names
        if method not in ("head", "options")
    ]

    assert set(described) == set(OPERATIONS)
    assert len(described) == len(calls)
    figure("API calls in the OpenAPI document", f"{len(described)} of {len(calls)}")


def test_a_call_without_a_row_is_no_document(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {name: row for name, row in OPERATIONS.items() if name != "POST /v1/tickets/call"}
    monkeypatch.setattr("tickets.api.openapi.schema.OPERATIONS", rows)

    with pytest.raises(LookupError, match="POST /v1/tickets/call"):
        Generator().get_schema(public=True)


def _examples(operation: Any) -> list[tuple[Any, Any]]:
    """Each example with the schema that it is to fit."""
    bodies = [
        *operation.get("requestBody", {}).get("content", {}).values(),
        *(
            body
            for response in operation["responses"].values()
            for body in response.get("content", {}).values()
        ),
    ]
    return [(body["schema"], body["example"]) for body in bodies if "example" in body]


def test_examples_fit_their_schemas(document: Any, figure: Figure) -> None:
    shared = [
        (body["schema"], body["example"])
        for response in document["components"]["responses"].values()
        for body in response["content"].values()
    ]
    pairs = [pair for each in operations(document).values() for pair in _examples(each)]

    faults = [
        fault.message
        for schema, example in [*pairs, *shared]
        for fault in jsonschema.Draft202012Validator(
            {**schema, "components": document["components"]}
        ).iter_errors(example)
    ]

    assert faults == []
    figure("examples in the OpenAPI document that fit their schema", len(pairs) + len(shared))


def test_every_post_takes_an_idempotency_key(document: Any) -> None:
    key = {"$ref": "#/components/parameters/Idempotency-Key"}

    takers = [name for name, each in operations(document).items() if key in each["parameters"]]

    assert takers == [name for name in operations(document) if name.startswith("POST")]


def test_document_needs_no_key_and_is_the_same_for_every_key(db: None) -> None:
    public = Client().get("/v1/openapi.json")
    keyed = program().get("/v1/openapi.json")

    assert (public.status_code, public["Content-Type"]) == (200, JSON)
    assert public.content == keyed.content


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/v1/openapi.json/"])
def test_document_is_read_only(path: str) -> None:
    body = reply(Client().post(path))

    assert (body["statusCode"], body["code"]) == (405, "method_not_allowed")


def test_page_lists_the_calls_without_javascript() -> None:
    page = Client().get("/v1/docs").content.decode()

    assert [name for name in OPERATIONS if name not in page] == []
    assert 'href="/v1/openapi.json"' in page
