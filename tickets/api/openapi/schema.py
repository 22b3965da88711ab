"""Makes the document: drf-spectacular walks the addresses, and the tables say what each call is."""

import re
from collections.abc import Mapping
from typing import Any

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from tickets.api.openapi import errors, people, places, schemas, tickets, v2020
from tickets.api.openapi.operations import Operation
from tickets.api.openapi.prose import DESCRIPTION, TAGS, TITLE
from tickets.api.v2020.urls import urlpatterns as v2020_patterns

OPERATIONS: Mapping[str, Operation] = (
    places.OPERATIONS | tickets.OPERATIONS | people.OPERATIONS | v2020.OPERATIONS
)
PATTERNS: list[URLPattern | URLResolver] = [
    path("v1/", include("tickets.api.v1.urls")),
    *v2020_patterns,
]
#: What an id in a path is of, by what comes before it.
_OWNERS = {
    "locations": "locationId",
    "lines": "lineId",
    "tickets": "ticketId",
    "users": "userId",
    "webhooks": "webhookId",
    "tv": "tvId",
    "fields": "inputFieldId",
    "input-fields": "inputFieldId",
}
_HOLE = re.compile(r"([\w-]+)/\{\w+\}")


class NotDescribed(LookupError):
    """A call of the API has no row in the tables."""


class TableSchema(AutoSchema):
    """Of a view that reads its input by functions, of which nothing can be told by looking."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> schemas.Schema:
        operation = OPERATIONS.get(f"{method} {path}")
        if operation is None:
            raise NotDescribed(f"{method} {path}")
        return operation.rendered(method, path)


class Generator(SchemaGenerator):
    """Both versions of the API in one document."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patterns = self.patterns or PATTERNS

    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        # Not by DRF's setting: processes that only serve would load the tables with the views.
        view = super().create_view(callback, method, request)
        self._set_schema_to_view(view, TableSchema())
        return view

    def coerce_path(self, path: str, method: str, view: Any) -> str:
        """The path with a name in each gap that tells whose id it is."""
        return _HOLE.sub(lambda found: f"{found[1]}/{{{_OWNERS[found[1]]}}}", path)

    def get_schema(self, request: Any = None, public: bool = False) -> schemas.Schema:  # noqa: FBT001, FBT002  drf-spectacular's
        document: schemas.Schema = super().get_schema(request, public)
        document["info"] = {"title": TITLE, "version": "1", "description": DESCRIPTION}
        document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
        document["components"] = {
            "schemas": schemas.SCHEMAS | {"Error": errors.ERROR},
            "responses": errors.responses(),
            "parameters": schemas.PARAMETERS,
            "headers": schemas.HEADERS,
            "securitySchemes": schemas.SECURITY,
        }
        return document
