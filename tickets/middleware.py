"""What every request and every page of ours passes through."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

#: Names a version of the API whose calls are not under /v1/.
VERSION = "X-Qminder-API-Version"


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/v1/") or VERSION in request.headers


class ApiAddressMiddleware:
    """Where a program's request goes: a slash at the end makes no difference, the version does.

    A POST is never redirected. Without the version's header the calls at the root do not exist.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/v1":
            request.path_info += "/"
        if is_api(request):
            if request.path_info not in ("/", "/v1/"):
                request.path_info = request.path_info.removesuffix("/")
            if urlconf := settings.API_VERSIONS.get(request.headers.get(VERSION, "")):
                request.urlconf = urlconf
        return self.get_response(request)


class PrivatePagesMiddleware:
    """Keep pages out of caches and of the browser's history on shared machines."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
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
