"""Who may listen to what: the request of a stream becomes the channel of a location, or nothing."""

from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest

from tickets import access, ids, limits, origins
from tickets.events import channel_of
from tickets.models import DeviceKind, Location
from tickets.realtime.hub import Versions
from tickets.realtime.sse import Throttled


def versions() -> Versions:
    """The version of every location, by channel."""
    try:
        rows = Location.objects.order_by().values_list("pk", "version")
        return {channel_of(pk): version for pk, version in rows}
    finally:
        connection.close_if_unusable_or_obsolete()


def authorise(scope: Any) -> str | None:
    """The channel of `/stream/service/<id>/`, `/stream/kiosk/`, `/stream/tv/`, `/stream/visit/<token>/`.

    Raises Throttled for who tries links of visits, as their page does.
    """
    path = unquote(scope["path"])
    if any("\x00" in text for text in (path, *_cookies(scope).values())):
        return None
    if not origins.is_welcome(scope):
        return None
    try:
        location_id = _location_id(path.strip("/").split("/")[1:], scope)
        return channel_of(location_id) if location_id else None
    finally:
        connection.close_if_unusable_or_obsolete()


def _location_id(path: list[str], scope: Any) -> int | None:
    match path:
        case ["service", text] if pk := ids.parse(text):
            location = access.location_for(get_user(_request(scope)), pk)
            return location.pk if location else None
        case [("kiosk" | "tv") as name]:
            kind = DeviceKind(name.upper())
            device = access.device_for(
                _cookies(scope).get(access.DEVICE_COOKIES[kind], ""), kind=kind
            )
            return device.location_id if device else None
        case ["visit", token]:
            ticket = access.ticket_by_visit_token(token)
            if ticket:
                return ticket.location_id
            if not limits.take(access.VISIT_GUESSES, _address(scope)):
                raise Throttled(retry_after=access.VISIT_GUESSES.interval.seconds)
    return None


def _address(scope: Any) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _cookies(scope: Any) -> dict[str, str]:
    jar = SimpleCookie()
    try:
        for name, value in scope["headers"]:
            if name == b"cookie":
                jar.load(value.decode("latin-1"))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _request(scope: Any) -> HttpRequest:
    """Just enough of a request for Django's own look at the session."""
    request = HttpRequest()
    request.COOKIES = _cookies(scope)
    session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return request
