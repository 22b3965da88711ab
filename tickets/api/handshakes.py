"""Who may open a socket. Its clients can send no header, so the key may be in the address."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

from tickets import access
from tickets.api.authentication import HEADER, QUERY, note_use
from tickets.models import ApiKey


def key_of(scope: Any) -> ApiKey | None:
    """The live key of this request for a socket, from its header or its query; else None.

    A page of another site gets none, whatever key it has: a browser says whose page it is.
    """
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    ]
    sent = dict(headers)
    origins = [value for name, value in headers if name == "origin"]
    if not all(_is_welcome(origin, _own_origin(scope, sent)) for origin in origins):
        return None
    query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    key = access.key_for(sent.get(HEADER.lower()) or query.get(QUERY, ""))
    if key:
        note_use(key)
    return key


def _own_origin(scope: Any, headers: dict[str, str]) -> str:
    """The origin of our own pages; empty when the request names a host that we are not."""
    host = headers.get("host", "")
    domain, _port = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return ""
    return f"{'https' if scope['scheme'] == 'wss' else 'http'}://{host}"


def _is_welcome(origin: str, own: str) -> bool:
    """Whether it is our own or one of CSRF_TRUSTED_ORIGINS, in which `*.` stands for subdomains."""
    try:
        sent = urlsplit(origin)
    except ValueError:
        return False
    return any(
        sent.scheme == good.scheme and is_same_domain(sent.netloc, good.netloc.lstrip("*"))
        for good in map(urlsplit, [own, *settings.CSRF_TRUSTED_ORIGINS])
    )
