"""How Schemathesis is to ask, where it does not do so by itself. Importing this registers it."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import urlencode

import schemathesis
import werkzeug
from requests.structures import CaseInsensitiveDict
from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext
from schemathesis.transport import SerializationContext

FORM = "application/x-www-form-urlencoded"
VERSION = "X-Qminder-API-Version"
V2020 = "Version 2020-09-01"  # the tag
#: One in so many requests keeps its Idempotency-Key: most are the same few, and would be refused.
KEPT = 4
_keys: Iterator[int] = count()


class Client(werkzeug.Client):
    """Drops what only a network connection understands, which some checks of Schemathesis send."""

    def open(self, *args: Any, **options: Any) -> Any:
        for name in ("max_redirects", "verify", "cert", "proxies", "session"):
            options.pop(name, None)
        return super().open(*args, **options)


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Without its header, or with an empty one, a call at the root is none of the API's."""
    case.headers = CaseInsensitiveDict(case.headers or {})
    if V2020 in (case.operation.tags or ()) and not case.headers.get(VERSION):
        case.headers[VERSION] = "2020-09-01"
    if "Idempotency-Key" in case.headers and next(_keys) % KEPT:
        del case.headers["Idempotency-Key"]


@schemathesis.serializer(FORM)
def form(context: SerializationContext, value: Any) -> bytes:
    """Lists and objects are JSON inside their field, as `encoding` in the document says."""
    if not isinstance(value, dict):
        return json.dumps(value).encode()
    return urlencode({name: _written(each) for name, each in value.items()}).encode()


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
