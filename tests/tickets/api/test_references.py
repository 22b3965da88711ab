"""What a request names beside its address: another location's things are as good as missing ones."""

import json
from typing import Any

import pytest

from tests.conftest import Figure
from tests.factories import (
    DeskFactory,
    InputFieldFactory,
    LineFactory,
    clerk_of,
    manager_of,
    waiting_ticket,
)
from tests.tickets.api import writable
from tests.tickets.api.calls import AWAY
from tests.tickets.api.rights import taken_back
from tests.tickets.api.v2020 import calls as v2020_calls
from tests.tickets.api.v2020 import writable as v2020_writable
from tests.tickets.api.v2020.conftest import NO_FIELD
from tests.tickets.api.world import World, with_value
from tests.tickets.api.writable import leaves
from tickets.models import InputField, Line


@pytest.fixture
def world(line: Line) -> World:
    """A manager's program."""
    return World(line, manager_of(line.location))


@pytest.fixture
def theirs(db: None) -> dict[str, Any]:
    """Another location's things, by the words of the table."""
    line = LineFactory.create()
    place = line.location
    return {
        "LINE": line.pk,
        "OTHER": LineFactory.create(location=place).pk,
        "LOCATION": place.pk,
        "DESK": DeskFactory.create(location=place).pk,
        "USER": clerk_of(place).pk,
        "TICKET": waiting_ticket(line).pk,
        "FIELD": str(InputFieldFactory.create(location=place).pk),
    }


@pytest.mark.parametrize("version", ["1", "2020-09-01"])
def test_z1_what_is_named_of_another_location_is_as_if_it_were_missing(
    world: World, theirs: dict[str, Any], version: str, figure: Figure
) -> None:
    different, count = [], 0

    for name, body in (writable if version == "1" else v2020_writable).BODIES.items():
        with taken_back():
            call, ticket = world.call(name, version)
            right = world.filled(body, ticket)
            for path, leaf in leaves(body):
                if not isinstance(leaf.good, str) or leaf.good not in theirs:
                    continue
                count += 1
                missing = NO_FIELD if leaf.good == "FIELD" else AWAY
                answers = []
                for value in (theirs[leaf.good], missing):
                    sent = json.dumps(with_value(right, path, value)).encode()
                    with taken_back():
                        status, reply = world.program(call, sent)
                        answers.append((status, reply | {"requestId": ""}))
                is_search = name.startswith("count-")
                if answers[0] != answers[1] or (answers[0][0] < 400 and not is_search):
                    different.append((name, path, answers))

    assert different == []
    figure(
        f"Z1 things of another location named in bodies, version {version}", f"{count}, 0 differ"
    )


@pytest.mark.parametrize("name", ["answer", "answer DELETE", "v1-answer", "v1-answer DELETE"])
def test_z1_a_question_of_another_location_is_as_if_it_were_missing(
    world: World, theirs: dict[str, Any], name: str
) -> None:
    _call, ticket = world.call(name, "2020-09-01")
    questions = [InputField.objects.get(pk=theirs["FIELD"]), InputField(pk=NO_FIELD)]

    answers = [
        world.program(v2020_calls.call_of(name, ticket, question), b'{"value": "x"}')
        for question in questions
    ]

    assert [(status, reply["code"]) for status, reply in answers] == [(404, "resource_missing")] * 2
