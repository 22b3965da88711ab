"""Whose page it is that opens a stream or a socket: a browser says so, and others' are refused."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


def is_welcome(scope: Any) -> bool:
    """Whether every origin of the request is our own or one of CSRF_TRUSTED_ORIGINS.

    Programs name none; browsers do whenever a page of another site asks.
    """
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    ]
    own = _own_origin(scope, dict(headers))
    return all(_is_among(value, own) for name, value in headers if name == "origin")


def _own_origin(scope: Any, headers: dict[str, str]) -> str:
    """The origin of our own pages; empty when the request names a host that we are not."""
    host = headers.get("host", "")
    domain, _port = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return ""
    return f"{SCHEMES[scope['scheme']]}://{host}"


def _is_among(origin: str, own: str) -> bool:
    """In CSRF_TRUSTED_ORIGINS, `*.` stands for subdomains."""
    try:
        sent = urlsplit(origin)
    except ValueError:
        return False
    return any(
        sent.scheme == good.scheme and is_same_domain(sent.netloc, good.netloc.lstrip("*"))
        for good in map(urlsplit, [own, *settings.CSRF_TRUSTED_ORIGINS])
    )
