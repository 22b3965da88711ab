"""What every view of the API is wrapped in."""

from collections.abc import Callable
from typing import Any

from rest_framework.decorators import api_view

View = Callable[..., Any]


def endpoint(*methods: str) -> Callable[[View], View]:
    """A view of the API for these methods; where there is GET, there is HEAD."""
    return api_view([*methods, *(["HEAD"] if "GET" in methods else [])])
