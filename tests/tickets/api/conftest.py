"""A program with a key, and a location that it may reach."""

import io
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from PIL import Image

from tests.factories import LineFactory, clerk_of, waiting_ticket
from tickets.actions import programs
from tickets.api.authentication import HEADER
from tickets.models import Line, Ticket, User

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
SUCCESS = {"statusCode": 200, "result": "success"}
REQUIRED = {"statusCode", "message", "code", "requestId"}


def program(user: User | None = None, *lines: Line) -> Client:
    """A program with a key of its own: of `user`, and for the locations of `lines`, if given.

    It knows no rate limit, which has tests of its own.
    """
    key, secret = programs.issue_key(name="Program", user=user, is_rate_limited=False)
    key.locations.set(line.location for line in lines)
    return Client(headers={HEADER: secret})


def reply(response: Any) -> Any:
    """The body, which says the same status as the response."""
    body = response.json()
    assert body["statusCode"] == response.status_code
    return body


def post(api: Client, path: str, **values: object) -> Any:
    """A form, as the client libraries send one."""
    return api.post(path, urlencode(values) if values else "", content_type=FORM)


def create(api: Client, line: Line, body: str | bytes, content_type: str = JSON) -> Any:
    """The reply to a visitor added to `line` with this body."""
    return api.generic("POST", f"/v1/lines/{line.pk}/ticket", body, content_type=content_type)


def picture(format_: str = "PNG", *, size: tuple[int, int] = (3, 2)) -> bytes:
    """A small green image."""
    file = io.BytesIO()
    Image.new("RGB", size, "green").save(file, format_)
    return file.getvalue()


def refusal(response: Any) -> tuple[int, str, str]:
    """Status, code and parameter of an error, which has the one shape that errors have."""
    body = reply(response)
    assert set(body) - {"developerMessage", "param"} == REQUIRED
    assert all(isinstance(value, str) for key, value in body.items() if key != "statusCode")
    return body["statusCode"], body["code"], body.get("param", "")


def step(api: Client, ticket: Ticket, name: str, **values: object) -> Any:
    """The reply to one step of a ticket."""
    return reply(post(api, f"/v1/tickets/{ticket.pk}/{name}", **values))


@pytest.fixture
def line(db: None) -> Line:
    return LineFactory.create()


@pytest.fixture
def clerk(line: Line) -> User:
    return clerk_of(line.location)


@pytest.fixture
def api(line: Line) -> Client:
    """A program of the account, without a user."""
    return program()


@pytest.fixture
def ticket(line: Line, clerk: User) -> Ticket:
    return waiting_ticket(line, by=clerk)
