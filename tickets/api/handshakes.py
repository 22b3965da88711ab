"""Who may open a socket. Its clients can send no header, so the key may be in the address."""

from typing import Any
from urllib.parse import parse_qsl

from tickets import access, origins
from tickets.api.authentication import HEADER, QUERY, note_use
from tickets.models import ApiKey


def key_of(scope: Any) -> ApiKey | None:
    """The live key of this request for a socket, from its header or its query; else None.

    A page of another site gets none, whatever key it has.
    """
    if not origins.is_welcome(scope):
        return None
    sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    key = access.key_for(sent.get(HEADER.lower()) or query.get(QUERY, ""))
    if key:
        note_use(key)
    return key
