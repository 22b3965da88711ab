"""A program that asks for version 2020-09-01."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.factories import InputFieldFactory, manager_of
from tests.tickets.api.conftest import JSON, program
from tickets.middleware import VERSION
from tickets.models import InputField, InputFieldOption, Line, Location, User

NEWER = {VERSION: "2020-09-01"}
NO_FIELD = "00000000-0000-4000-8000-000000000000"


def send(api: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """The response to a JSON body, of the newer version."""
    sent = "" if body is None else json.dumps(body)
    return api.generic(method, path, sent, content_type=JSON, headers=NEWER | headers)


def answered(response: Any, status: int = 200) -> Any:
    """The body of a success, which has no envelope."""
    assert response.status_code == status, response.content
    body = response.json()
    assert "statusCode" not in body
    return body


def choice(location: Location, *titles: str, **columns: Any) -> tuple[InputField, list[str]]:
    """A choice of these answers, and their ids."""
    field = InputFieldFactory.create(location=location, type="SELECT", title="Reason", **columns)
    options = [
        InputFieldOption.objects.create(field=field, title=title, position=position)
        for position, title in enumerate(titles)
    ]
    return field, [str(option.pk) for option in options]


@pytest.fixture
def place(line: Line) -> Location:
    return line.location


@pytest.fixture
def managing(place: Location) -> Client:
    """A program of a manager of the location."""
    return program(manager_of(place))


@pytest.fixture
def serving(clerk: User) -> Client:
    """A program of a clerk of the location."""
    return program(clerk)


@pytest.fixture
def text_field(place: Location) -> InputField:
    return InputFieldFactory.create(location=place, title="Notes")
