"""Names of columns beside what a call takes: nothing but what the call takes is written."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from tests.conftest import Figure
from tests.factories import LocationFactory
from tests.tickets.api import calls, writable
from tests.tickets.api.rights import taken_back
from tests.tickets.api.v2020 import calls as v2020_calls
from tests.tickets.api.v2020 import writable as v2020_writable
from tests.tickets.api.world import World
from tickets.models import Line

#: What no column is called, and frameworks listen to all the same.
DANGEROUS = {
    "pk": 1,
    "_state": {},
    "isSuperuser": True,
    "is_superuser": True,
    "isStaff": True,
    "groups": [1],
    "permissions": ["*"],
    "statusCode": 500,
    "__class__": "User",
    "by": 1,
    "actor": 1,
}
#: What a call takes beside its full body in the table: of the parts that are tried one by one
#: elsewhere, and what an edit reads so as to refuse a change.
ALSO = {
    ("create-location", "lines"): v2020_writable.LINE.keys(),
    ("create-location", "inputFields"): v2020_writable.NEW_FIELD.keys(),
    ("edit-field", ""): {"id", "type"},
}
#: What is made by chance, or noted of any request.
RANDOM = {"visit_token", "secret", "secret_hash", "token", "password", "last_used_at"}


def value_for(field: Any) -> Any:
    """Something that would show if it were written."""
    if choices := getattr(field, "choices", None):
        return list(choices)[-1][0]
    match field:
        case models.BooleanField():
            return True
        case models.DateTimeField():
            return "2001-01-01T00:00:00Z"
        case models.DateField():
            return "2001-01-01"
        case models.JSONField():
            return ["evil"]
        case models.UUIDField():
            return str(UUID(int=7))
        case models.CharField() | models.TextField():
            return "EE"
        case models.ForeignObjectRel() | models.ManyToManyField():
            return [1]
    return 1


def extras() -> dict[str, Any]:
    """Every column and relation of every table, in snake and in camel case."""
    found = dict(DANGEROUS)
    for model in apps.get_app_config("tickets").get_models():
        for field in model._meta.get_fields():
            for name in {field.name, getattr(field, "attname", field.name)}:
                first, *others = name.split("_")
                found[name] = found[first + "".join(map(str.title, others))] = value_for(field)
    return found


def with_extras(body: Any, name: str, more: dict[str, Any], place: str = "") -> Any:
    """The body with all of `more` in each of its objects, but what the call takes there."""
    if isinstance(body, list):
        return [with_extras(each, name, more, place) for each in body]
    if not isinstance(body, dict) or (place and not body):
        return body
    inside = {key: with_extras(each, name, more, key) for key, each in body.items()}
    taken = body.keys() | set(ALSO.get((name, place), ()))
    return {key: value for key, value in more.items() if key not in taken} | inside


def rows() -> dict[str, list[dict[str, Any]]]:
    return {
        model._meta.label: [
            {name: value for name, value in row.items() if name not in RANDOM}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in apps.get_models(include_auto_created=True)
    }


def restart_ids() -> None:
    """PostgreSQL counts on after what was taken back."""
    tables = apps.get_models(include_auto_created=True)
    if statements := connection.ops.sequence_reset_sql(no_style(), tables):
        with connection.cursor() as cursor:
            cursor.execute(";".join(statements))


@pytest.fixture
def world(line: Line) -> World:
    LocationFactory.create()  # another one, which might be named
    line.location.languages = ["en", "et"]
    line.location.save(update_fields=["languages"])
    return World(line)


@pytest.mark.parametrize("version", ["1", "2020-09-01"])
def test_z3_what_a_call_does_not_take_changes_nothing(
    world: World, version: str, figure: Figure
) -> None:
    module: Any = calls if version == "1" else v2020_calls
    bodies = (writable if version == "1" else v2020_writable).BODIES
    more, different, idle = extras(), [], []
    writes = [name for name, row in module.ROWS.items() if row.method != "GET"]
    writes = [
        name for name in writes if not getattr(module.ROWS[name], "body", b"") or version != "1"
    ]

    for name in writes:
        with time_machine.travel(datetime(2026, 1, 5, 9, tzinfo=UTC), tick=False), taken_back():
            call, ticket = world.call(name, version)
            body = world.filled(bodies.get(name, {}), ticket)
            before, results = rows(), []
            for sent in (body, with_extras(body, name, more)):
                restart_ids()
                with taken_back():
                    status, reply = world.program(call, json.dumps(sent).encode())
                    shown = {key: reply[key] for key in reply.keys() - {"requestId", "secret"}}
                    results.append((status, shown, rows()))
        if results[0] != results[1] or results[0][0] >= 300:
            different.append((name, *[result[:2] for result in results]))
        if results[0][2] == before:
            idle.append(name)

    assert different == []
    figure(
        f"Z3 version {version}: {len(more)} names beside the body of {len(writes)} calls",
        f"0 columns written; {len(idle)} calls write nothing: {', '.join(idle)}",
    )
