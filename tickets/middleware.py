"""What every request and every page of ours passes through."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import resolve_url
from django.utils.module_loading import import_string
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

#: Names a version of the API whose calls are not under /v1/.
VERSION = settings.API_VERSION_HEADER


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/v1/") or bool(request.headers.get(VERSION))


class ApiAddressMiddleware:
    """Where a program's request goes: a slash at the end makes no difference, the version does.

    A POST is never redirected. Without the version's header the calls at the root do not exist.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/v1":
            request.path_info += "/"
        if is_api(request) and request.path_info not in ("/", "/v1/"):
            request.path_info = request.path_info.removesuffix("/")
        if version := request.headers.get(VERSION):
            request.urlconf = settings.API_VERSIONS.get(version, settings.API_VERSION_UNKNOWN)
        return self.get_response(request)


class ApiShortcutMiddleware:
    """Lets requests of version 1 pass by what is there for pages: sessions, forms, messages, htmx.

    What they pass through instead is `API_MIDDLEWARE`, and then the view, as Django runs it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        views: Any = BaseHandler()
        views._view_middleware = views._template_response_middleware = []
        views._exception_middleware = []
        self.api = convert_exception_to_response(views._get_response)
        for path in reversed(settings.API_MIDDLEWARE):
            self.api = convert_exception_to_response(import_string(path)(self.api))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/v1/"):
            return self.get_response(request)
        return cast("HttpResponse", self.api(request))


class PrivatePagesMiddleware:
    """Keep pages out of caches and of the browser's history on shared machines."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "no-store, private"
        return response


class NullCharactersMiddleware:
    """Refuse NUL in addresses and cookies: PostgreSQL takes it for an error, SQLite stores it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_api(request):  # refuses it itself, in JSON, and by its name
            return self.get_response(request)
        in_address = "%00" in request.get_full_path()
        if in_address or any("\x00" in value for value in request.COOKIES.values()):
            return HttpResponseBadRequest("A request holds a character that is no text.")
        return self.get_response(request)


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


class SignInUnderHtmxMiddleware:
    """Who was signed out meanwhile gets the sign-in page as a page, not as a part of another one."""

    def __init__(self, get_response: Callable[[HtmxRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HtmxRequest) -> HttpResponse:
        response = self.get_response(request)
        sign_in = resolve_url(settings.LOGIN_URL)
        if request.htmx and response.headers.get("Location", "").startswith(sign_in):
            back = redirect_to_login(request.htmx.current_url_abs_path or "/")
            return HttpResponseClientRedirect(back.url)
        return response
