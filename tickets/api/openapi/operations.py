"""How one call is described, and how that is written as an operation of OpenAPI."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tickets.api.openapi import errors
from tickets.api.openapi.schemas import IDEMPOTENCY_KEY, PATH_PARAMETERS, VERSION, Schema
from tickets.api.parsing import FormParser, JsonParser

JSON, FORM = JsonParser.media_type, FormParser.media_type


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One call. `values` is what its body holds, `sent` an example of it.

    `refusals` are the codes of its 409, `also` further statuses that it can end in; `links` name
    by path parameter the calls that take the `id` of the reply.
    """

    id: str
    tag: str
    summary: str
    reply: Schema
    example: Any
    description: str = ""
    status: int = 200
    query: Mapping[str, Schema] = field(default_factory=dict)
    values: Schema | None = None
    sent: Any = None
    body_types: tuple[str, ...] = (JSON, FORM)
    refusals: tuple[str, ...] = ()
    also: tuple[int, ...] = ()
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_public: bool = False
    is_v2020: bool = False

    def rendered(self, method: str, path: str) -> Schema:
        found: Schema = {
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "description": self.description,
            "parameters": self._parameters(method, path),
            "requestBody": self._body() if self.values else None,
            "responses": self._responses(method, path),
            "security": [] if self.is_public else [{"key": []}],
        }
        return {name: value for name, value in found.items() if value not in (None, "")}

    def _parameters(self, method: str, path: str) -> list[Schema]:
        in_path = [name for name in PATH_PARAMETERS if f"{{{name}}}" in path]
        return [
            *({"$ref": f"#/components/parameters/{name}"} for name in in_path),
            *([VERSION] if self.is_v2020 else []),
            *(_query(name, schema) for name, schema in self.query.items()),
            *([IDEMPOTENCY_KEY] if method == "POST" else []),
        ]

    def _body(self) -> Schema:
        schema = self.values or {}
        content = {}
        for media_type in self.body_types:
            body: Schema = {"schema": schema}
            if self.sent is not None:
                body["example"] = self.sent
            if media_type == FORM:
                body |= _as_form(schema, self.sent)
            content[media_type] = body
        is_needed = schema["type"] != "object" or "required" in schema
        return {"required": is_needed, "content": content}

    def _responses(self, method: str, path: str) -> Schema:
        success: Schema = {
            "description": "Done.",
            "content": {JSON: {"schema": self.reply, "example": self.example}},
        }
        if self.links:
            success["links"] = {
                id_: {"operationId": id_, "parameters": {name: "$response.body#/id"}}
                for name, ids in self.links.items()
                for id_ in ids
            }
        headers: Schema = {}
        if not self.is_public:
            headers["X-Ratelimit-Remaining"] = {"$ref": "#/components/headers/Remaining"}
        if method == "POST":
            headers["Idempotent-Replayed"] = {"$ref": "#/components/headers/Replayed"}
        statuses = {*errors.ANY, *self.also}
        if not self.is_public:
            statuses |= errors.WITH_KEY
        if "{" in path:
            statuses.add(404)
        if self.values:
            statuses |= errors.WITH_BODY
        if method == "POST":
            statuses.add(422)
        found = {str(self.status): success | ({"headers": headers} if headers else {})}
        found |= {
            str(status): errors.reference(status, is_v2020=self.is_v2020) for status in statuses
        }
        refusals = self.refusals
        if method != "GET" and "/tickets/{" in path:
            refusals += errors.OF_VISITS
        if method == "POST":
            refusals += errors.OF_REPEATS
        if refusals:
            found["409"] = errors.refusal(refusals)
        return dict(sorted(found.items()))


def _query(name: str, schema: Schema) -> Schema:
    told: Schema = {key: schema[key] for key in ("description", "example") if key in schema}
    rest = {key: value for key, value in schema.items() if key not in told}
    return {"name": name, "in": "query", **told, "schema": rest}


def _as_form(schema: Schema, sent: Any) -> Schema:
    """In a form, whatever is no plain value is JSON inside its field."""
    as_json = [name for name, each in schema["properties"].items() if each.get("type") in NESTED]
    found: Schema = {}
    if as_json:
        found["encoding"] = {name: {"contentType": JSON} for name in as_json}
    if isinstance(sent, Mapping):
        found["example"] = sent
    return found


NESTED = ("array", "object")
