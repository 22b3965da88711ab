"""Odd texts in every value that the API takes: kept in NFC or refused by name, and never a failure."""

import json
import logging
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any
from urllib.parse import quote

import pytest

from tests import hostile
from tests.conftest import Figure
from tests.tickets.api import calls, writable
from tests.tickets.api.calls import Call
from tests.tickets.api.conftest import FORM, JSON
from tests.tickets.api.rights import taken_back
from tests.tickets.api.v2020 import calls as v2020_calls
from tests.tickets.api.v2020 import writable as v2020_writable
from tests.tickets.api.verdicts import Rule, Text, nothing
from tests.tickets.api.world import World, with_value
from tests.tickets.api.writable import Is, leaves, param_of
from tickets.models import (
    ExternalData,
    InputField,
    InputFieldOption,
    Line,
    OpeningException,
    Ticket,
    Webhook,
)

#: Each value gets every so manieth text, another part of them than the value before; or all of them.
STEP = 1 if os.environ.get("EVERY_TEXT") == "true" else 160
#: What every value gets.
ALWAYS = [
    *("", " ", "\x00", "a\x00b", "\ud800", "\u202ea"),
    "\u200b",
    "e" + "\u0301" * 1000,
    "0",
    "[]",
]
LARGEST = 64 * 1024
REFUSED = 4  # by name: with 400, as a thing that is not there with 404 or 409
#: Where what was written can be read, by the route's name.
READ = {
    "create-ticket": ["/v1/tickets/{id}"],
    "create-ticket-old": ["/v1/tickets/{id}"],
    "edit-ticket": ["/v1/tickets/{ticket}"],
    "ticket-messages POST": ["/v1/tickets/{ticket}"],
    "ticket-labels": ["/v1/tickets/{ticket}"],
    "add-label": ["/v1/tickets/{ticket}"],
    "answer": ["/v1/tickets/{ticket}"],
    "v1-answer": ["/v1/tickets/{ticket}"],
    "location-lines POST": ["/v1/lines/{id}"],
    "line POST": ["/v1/lines/{line}"],
    "users POST": ["/v1/users/{id}"],
    "tv POST": ["/v1/locations/{location}/devices"],
    "create-location": [
        "/v1/locations/{id}",
        "/v1/locations/{id}/lines",
        "/v1/locations/{id}/input-fields",
    ],
    "edit-location": ["/v1/locations/{location}"],
    "create-line": ["/v1/lines/{id}"],
    "v1-create-line": ["/v1/lines/{id}"],
    "create-field": ["/v1/locations/{location}/input-fields"],
    "edit-field": ["/v1/locations/{location}/input-fields"],
}
#: What no call shows is looked up in its table.
TABLES = (ExternalData, InputField, InputFieldOption, Line, OpeningException, Webhook)


def as_form(body: dict[str, Any]) -> bytes:
    pairs = [
        (name, each if isinstance(each, str) else json.dumps(each)) for name, each in body.items()
    ]
    return "&".join(
        f"{name}={quote(each.encode(errors='surrogatepass'))}" for name, each in pairs
    ).encode()


def chosen(texts: list[str], number: int, rule: Rule) -> list[str]:
    """What one value is tried with; one that is no text at all, with little."""
    if rule is nothing:
        return ALWAYS
    edges = []
    if isinstance(rule, Text):  # composed, the second letter is two
        edges = ["𠮷" * rule.most, "𠮷" * (rule.most + 1), "\u0958" * (rule.most // 2 + 1)]
    return [*ALWAYS, *edges, *texts[number % STEP :: STEP]]


def pairs(shown: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Each text or number that is shown, with the name that it has there."""
    if isinstance(shown, dict):
        for name, each in shown.items():
            yield "languageCode", name
            yield from pairs(each, name)
    elif isinstance(shown, list):
        for each in shown:
            yield from pairs(each, key)
    else:
        first, *others = key.split("_")
        yield first + "".join(map(str.title, others)), str(shown)


def is_there(
    world: World, name: str, ticket: Ticket, reply: dict[str, Any], wanted: tuple[str, str]
) -> bool:
    """Whether it is shown under its name or, where nothing shows it, is in its table."""
    holes = {"ticket": ticket.pk, "line": ticket.line_id, "location": ticket.location_id, **reply}
    shown = [Call("GET", path.format(**holes), None) for path in READ.get(name, ())]
    return any(wanted in pairs(world.program(call)[1]) for call in shown) or any(
        wanted in pairs(row) for table in TABLES for row in table.objects.values()
    )


def verdict(leaf: Is, path: tuple[Any, ...], text: str, body: bytes, *, is_form: bool) -> Any:
    """What is to come: 200 and what is kept, or the status and the parameter of the refusal."""
    if len(body) > LARGEST:
        return 413, ""
    is_sound = not any("\ud800" <= letter <= "\udfff" for letter in text)
    if not is_sound and (not is_form or len(path) == 1):
        return 400, ""
    kept = leaf.rule(text) if is_sound else None
    return (REFUSED, leaf.param or param_of(path)) if kept is None else (200, kept)


def is_as_told(expected: tuple[int, str], status: int, reply: dict[str, Any]) -> bool:
    """Whether the refusal is the one that was to come; it may name a part by the whole."""
    wanted, named, param = *expected, reply.get("param", "")
    if wanted != REFUSED:
        return (status, param) == (wanted, named)
    is_named = param == named or (param and named.startswith((f"{param}.", f"{param}[")))
    return status in (400, 404, 409) and bool(is_named)


@pytest.fixture
def world(line: Line, caplog: pytest.LogCaptureFixture) -> World:
    caplog.set_level(logging.CRITICAL, "django.request")  # of thousands of refusals
    line.location.languages = ["en", "et"]
    line.location.save(update_fields=["languages"])
    return World(line)


def test_f1_every_call_that_writes_is_tried() -> None:
    writes = {
        name: module.BODIES
        for module, rows in ((writable, calls.ROWS), (v2020_writable, v2020_calls.ROWS))
        for name, row in rows.items()
        if row.method in ("POST", "PUT", "PATCH")
    }

    assert {name for name, bodies in writes.items() if name not in bodies} == set()
    assert writable.BODIES.keys() | v2020_writable.BODIES.keys() == writes.keys()


@pytest.mark.parametrize("version", ["1", "2020-09-01"])
def test_f1_odd_texts_are_kept_or_refused_by_name(
    world: World, version: str, figure: Figure
) -> None:
    texts, seen, wrong, values = hostile.texts(), Counter[str](), [], 0

    for name, body in (writable if version == "1" else v2020_writable).BODIES.items():
        with taken_back():
            call, ticket = world.call(name, version)
            right = world.filled(body, ticket)
            for path, leaf in leaves(body):
                values += 1
                for number, text in enumerate(chosen(texts, values, leaf.rule)):
                    is_form = version == "1" and number % 2 == 1
                    sent = with_value(right, path, text)
                    encoded = as_form(sent) if is_form else json.dumps(sent).encode()
                    expected = verdict(leaf, path, text, encoded, is_form=is_form)
                    if is_form and name == "edit-ticket" and text == "null" and len(path) == 1:
                        expected = verdict(leaf, path, "", encoded, is_form=is_form)
                    # What is refused writes nothing.
                    with taken_back() if expected[0] == 200 else nullcontext():
                        status, reply = world.program(call, encoded, FORM if is_form else JSON)
                        if status < 300 and expected[0] == 200:
                            seen["kept"] += 1
                            wanted = (leaf.key, expected[1])
                            is_right = not all(wanted) or is_there(
                                world, name, ticket, reply, wanted
                            )
                        else:
                            seen[f"{status}"] += 1
                            is_right = is_as_told(expected, status, reply)
                    if not is_right:
                        wrong.append((name, path, text[:60], is_form, expected, status, reply))

    assert wrong == []
    assert len(texts) >= 500
    figure(
        f"F1 version {version}: {len(texts)} texts, {values} values, a {STEP}th each", dict(seen)
    )
