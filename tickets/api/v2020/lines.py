"""Lines: add one to a location."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.actions import lines
from tickets.actions.locations import NewLine
from tickets.api.endpoints import endpoint
from tickets.api.v1 import lines as v1_lines
from tickets.api.v2020 import inputs, reach
from tickets.api.v2020.inputs import Sent
from tickets.models import LineColor, LineStatus


@endpoint("POST")
def create(request: Request, pk: int) -> Response:
    location = reach.managed(request, pk)
    new = new_line(inputs.body(request))
    line = lines.create(location, name=new.name, by=reach.actor(request), **new.columns)
    return Response({"id": str(line.pk)}, status=201)


@csrf_exempt
def under_v1(request: HttpRequest, pk: int) -> HttpResponse:
    """The same call under /v1/, where reading the lines is version 1's with this header too."""
    view = create if request.method == "POST" else v1_lines.location_lines
    response: HttpResponse = view(request, pk=pk)
    return response


def new_line(sent: Sent) -> NewLine:
    columns: dict[str, Any] = {
        "color": LineColor[sent.choice("color", LineColor.names)].value,
        "translations": translations(sent, {"name": 30}),
    }
    if sent.flag("disabled"):
        columns["status"] = LineStatus.DISABLED
    return NewLine(name=sent.text("name", most=30, is_required=True), columns=columns)


def translations(sent: Sent, texts: dict[str, int]) -> dict[str, dict[str, str]]:
    """By language, those of the `texts` that are translated; each has at most so many characters."""
    parts = sent.parts("translations")
    codes = [part.text("languageCode", most=5, is_required=True) for part in parts]
    inputs.once(codes, sent.param("translations"))
    return {
        code: {name: part.text(name, most=most) for name, most in texts.items() if part.has(name)}
        for code, part in zip(codes, parts, strict=True)
    }
