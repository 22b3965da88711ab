"""A location with a line, and a clerk who is signed in there."""

import pytest
from django.test import Client

from tests.factories import LineFactory, clerk_of
from tickets.models import Line, User


@pytest.fixture
def line(db: None) -> Line:
    return LineFactory.create()


@pytest.fixture
def clerk(line: Line) -> User:
    return clerk_of(line.location, first_name="Mari", last_name="Tamm")


@pytest.fixture
def staff(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client
