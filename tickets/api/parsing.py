"""What clients send, read strictly: what is not sound UTF-8, JSON or a form is refused, not guessed."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from django.conf import settings
from django.http.request import HttpHeaders
from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.request import Request

from tickets.api.errors import ApiError


def query(request: Request) -> dict[str, str]:
    """The query string's values, whatever encoding the body claims to have."""
    raw: str = request.META.get("QUERY_STRING", "")
    try:
        return _pairs(raw.encode("latin-1"))
    except ValueError as error:
        raise ApiError(400, "query_unreadable", _("The query string is no UTF-8.")) from error


def from_json(sent: str | bytes) -> Any:
    """The value, or ValueError: for lone surrogates, for nesting without end, for NaN too."""
    return orjson.loads(sent)


def body(request: Request) -> bytes:
    """The bytes of the body. A parser that takes more than Django's limit says how much: `largest`."""
    http = request._request
    largest = max((getattr(each, "largest", 0) for each in request.parsers or ()), default=0)
    if largest and not hasattr(http, "_body"):
        http._body = limited(http, largest)
    return http.body


def limited(stream: Any, largest: int) -> bytes:
    """All that the stream holds, if it is no more than that."""
    read: bytes = stream.read(largest + 1)
    if len(read) > largest:
        message = _("Send at most %(limit)d kB.") % {"limit": largest // 1024}
        raise ApiError(413, "body_too_large", message)
    return read


def refuse_unmeasured(headers: HttpHeaders) -> None:
    """A chunked body would be taken for none, and a visitor be added without a name."""
    if "Transfer-Encoding" in headers and "Content-Length" not in headers:
        raise ApiError(411, "length_required", _("Send the body with its Content-Length."))


def _pairs(sent: bytes) -> dict[str, str]:
    return dict(
        parse_qsl(
            sent.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
        )
    )


def _unreadable(message: str) -> ApiError:
    return ApiError(400, "body_unreadable", message)


# Of DRF's own parsers, so that it hands over the body as Django has measured it.
class JsonParser(parsers.JSONParser):
    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return from_json(stream.read())
        except ValueError as error:
            raise _unreadable(_("The body is no JSON in UTF-8.")) from error


class FormParser(parsers.FormParser):
    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return _pairs(stream.read())
        except ValueError as error:
            raise _unreadable(_("The body is no form in UTF-8.")) from error
