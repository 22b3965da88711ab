"""Turns whatever an API view raises, and every address that is not there, into an error reply."""

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from tickets.api.errors import ApiError, body, not_found
from tickets.api.rendering import OrjsonRenderer
from tickets.exceptions import Refusal

logger = logging.getLogger(__name__)


def handle(exception: Exception, context: dict[str, Any]) -> Response:
    """What DRF calls with whatever a view raised."""
    error = _as_api_error(exception)
    content = body(error)
    if error.status >= 500:
        logger.error("API error %s", content["requestId"], exc_info=exception)
    set_rollback()
    headers = {"WWW-Authenticate": "Key"} if error.status == 401 else {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return Response(content, status=error.status, headers=headers)


def _as_api_error(exception: Exception) -> ApiError:
    match exception:
        case ApiError():
            return exception
        case Refusal():
            return ApiError(409, exception.code, exception.message, param=exception.param)
        case Http404():
            return not_found()
        case exceptions.MethodNotAllowed():
            return ApiError(405, "method_not_allowed", str(exception.detail))
        case exceptions.UnsupportedMediaType():
            return ApiError(415, "unsupported_media_type", str(exception.detail))
        case exceptions.ParseError():
            return ApiError(400, "body_unreadable", str(exception.detail))
        case RequestDataTooBig() | TooManyFieldsSent():
            return ApiError(413, "body_too_large", _("Send at most 64 kB."))
        case PermissionDenied() | exceptions.PermissionDenied():
            return ApiError(403, "forbidden", _("This key may not do that."))
        case exceptions.APIException():
            return ApiError(exception.status_code, "refused", str(exception.detail))
        case OperationalError() | InterfaceError():
            return ApiError(
                503,
                "unavailable",
                _("The database does not answer at the moment."),
                developer="Come again. Whether a change was made is not known, unless the request "
                "has an Idempotency-Key: repeated with it, it has one effect.",
                retry_after=1,
            )
    return ApiError(500, "internal", _("Something went wrong on our side. Nothing was changed."))


@csrf_exempt
def unknown_path(request: HttpRequest) -> HttpResponse:
    """JSON for every address under the API that does not exist."""
    return _reply(not_found())


@csrf_exempt
def unknown_version(request: HttpRequest) -> HttpResponse:
    """JSON for every request that asks for a version that there is not."""
    known = ", ".join(settings.API_VERSIONS)
    message = _("The API has no such version.")
    developer = f"X-Qminder-API-Version is {known}, or is left out."
    return _reply(ApiError(400, "api_version_unknown", message, developer=developer))


def _reply(error: ApiError) -> HttpResponse:
    content = OrjsonRenderer().render(body(error))
    return HttpResponse(content, status=error.status, content_type="application/json")
