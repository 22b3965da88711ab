"""Replies as JSON, written by orjson, whatever a client says that it accepts."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from django.http import StreamingHttpResponse
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


def streamed(name: str, pages: Iterable[list[Any]]) -> StreamingHttpResponse:
    """A reply whose `name` is a list too long to be held in memory, written page by page."""

    def body() -> Iterator[bytes]:
        before = b'{"statusCode":200,"%s":[' % name.encode()
        for written in map(orjson.dumps, pages):  # so that no page is kept until the next is there
            yield before + written[1:-1]
            before = b","
        yield b"]}"

    return StreamingHttpResponse(body(), content_type=OrjsonRenderer.media_type)
