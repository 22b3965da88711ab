"""Errors of the API, all of one shape; the HTTP status says the same as `statusCode`."""

import secrets
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _


class ApiError(Exception):
    """An answer other than success. `developer` says what to do about it.

    `retry_after`: seconds after which the same request may fare better.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: Promise | str,
        *,
        developer: str = "",
        param: str = "",
        retry_after: int | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.developer = developer
        self.param = param
        self.retry_after = retry_after


def body(error: ApiError) -> dict[str, Any]:
    """`statusCode`, `message`, `code`, `requestId`; `developerMessage` and `param` where known."""
    content = {
        "statusCode": error.status,
        "message": str(error.message),
        "developerMessage": error.developer,
        "code": error.code,
        "param": error.param,
        "requestId": secrets.token_hex(8),
    }
    return {name: value for name, value in content.items() if value != ""}


def not_found(param: str = "") -> ApiError:
    """The thing is not there, or not for this key: the same answer to both."""
    return ApiError(404, "not_found", _("There is no such thing here."), param=param)


def bad_input(param: str, message: str) -> ApiError:
    return ApiError(400, "parameter_invalid", message, param=param)
