"""Replies as JSON, written by orjson, whatever a client says that it accepts."""

from collections.abc import Iterable
from typing import Any

import orjson
from rest_framework.metadata import BaseMetadata
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Any = None,
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data)


class JsonAlways(DefaultContentNegotiation):
    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        return next(iter(renderers)), OrjsonRenderer.media_type


class Methods(BaseMetadata):
    """The reply to OPTIONS: what may be done is in its Allow header."""

    def determine_metadata(self, request: Request, view: Any) -> dict[str, Any]:
        return {"statusCode": 200}
