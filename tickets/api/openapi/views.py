"""The description of the API, open to everybody: nothing in it is a secret."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from rest_framework.decorators import authentication_classes, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.api.endpoints import endpoint


@endpoint("GET")
@authentication_classes([])
@permission_classes([])
def document(request: Request) -> Response:
    """All calls of both versions in OpenAPI."""
    return Response(_document())


@cache
def _document() -> dict[str, Any]:
    # Only a process that is asked for the document reads the tables.
    from tickets.api.openapi.schema import Generator

    made: dict[str, Any] = Generator().get_schema(public=True)
    return made


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The document to read, and to try out with a key that is typed into the page and not kept."""
    calls = [
        {"method": method.upper(), "path": path, "summary": operation["summary"]}
        for path, methods in _document()["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "tickets/api.html", {"calls": calls})
