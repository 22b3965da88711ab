"""What every view of the API is wrapped in."""

from collections.abc import Callable
from typing import Any

from rest_framework.decorators import api_view

from tickets.api.repeats import safe_to_repeat

View = Callable[..., Any]


def endpoint(*methods: str) -> Callable[[View], View]:
    """A view of the API for these methods; where there is GET, there is HEAD.

    A POST is safe to repeat with an `Idempotency-Key`.
    """
    decorate = api_view([*methods, *(["HEAD"] if "GET" in methods else [])])
    return lambda view: decorate(safe_to_repeat(view) if "POST" in methods else view)
