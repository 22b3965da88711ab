"""A program that may do everything, and the things of a location that its requests name."""

import io
import json
import uuid
from copy import deepcopy
from typing import Any

from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest

from tests.factories import (
    DeskFactory,
    InputFieldFactory,
    LineFactory,
    UserFactory,
    waiting_ticket,
)
from tests.tickets.api import calls
from tests.tickets.api.calls import Call
from tests.tickets.api.conftest import JSON
from tests.tickets.api.v2020 import calls as v2020_calls
from tests.tickets.api.writable import Is
from tickets.actions import programs
from tickets.api.authentication import HEADER
from tickets.models import Line, Ticket, User


class Program:
    """Asks as fast as can be: the bare handler, without what the test client does around it."""

    def __init__(self, secret: str) -> None:
        self._handler = BaseHandler()
        self._handler.load_middleware()
        self._environ = {
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "wsgi.url_scheme": "http",
            variable(HEADER): secret,
        }

    def __call__(
        self, call: Call, body: bytes = b"", content_type: str = JSON
    ) -> tuple[int, dict[str, Any]]:
        environ: dict[str, Any] = {
            **self._environ,
            **{variable(name): value for name, value in call.headers.items()},
            "REQUEST_METHOD": call.method,
            "PATH_INFO": call.path,
            "CONTENT_TYPE": content_type,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        response: Any = self._handler.get_response(WSGIRequest(environ))
        return response.status_code, json.loads(response.content)


def variable(header: str) -> str:
    return f"HTTP_{header.upper().replace('-', '_')}"


class World:
    """An administrator's program, or that of `user`, and the things that its requests name."""

    def __init__(self, line: Line, user: User | None = None) -> None:
        self.user: User = user or UserFactory.create()
        if user is None:
            self.user.roles.create(type="ADMIN")
        _key, secret = programs.issue_key(name="Program", user=self.user, is_rate_limited=False)
        self.program = Program(secret)
        self.line = line
        self.field = InputFieldFactory.create(location=line.location)
        self.choice = InputFieldFactory.create(location=line.location, type="SELECT")
        self.things = {
            "USER": self.user.pk,
            "LINE": line.pk,
            "OTHER": LineFactory.create(location=line.location).pk,
            "LOCATION": line.location_id,
            "DESK": DeskFactory.create(location=line.location).pk,
            "FIELD": str(self.field.pk),
        }

    def call(self, name: str, version: str) -> tuple[Call, Ticket]:
        """The call, and the ticket that it is about."""
        if version == "1":
            ticket = calls.arranged(name, self.line, self.user)
            return calls.call_of(name, ticket), ticket
        ticket = waiting_ticket(self.line, by=self.user)
        field = self.choice if name == "edit-field" else self.field
        return v2020_calls.call_of(name, ticket, field), ticket

    def filled(self, body: Any, ticket: Ticket) -> Any:
        """A body in which every value is right."""
        match body:
            case Is():
                if body.good == "UUID":
                    return str(uuid.uuid4())
                is_word = isinstance(body.good, str) and body.good.isupper()
                things = self.things | {"TICKET": ticket.pk}
                return things.get(body.good, body.good) if is_word else body.good
            case dict():
                return {name: self.filled(each, ticket) for name, each in body.items()}
        return [self.filled(each, ticket) for each in body]


def with_value(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of the body with this value in that place."""
    changed = deepcopy(body)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return changed
