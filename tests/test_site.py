"""What holds for every route of the site, enumerated from the URL configuration."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import serializers
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.conftest import Figure
from tests.factories import DeviceFactory, LineFactory, UserFactory, waiting_ticket
from tickets.models import RoleType, User

ROOT = Path(__file__).parent.parent
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": ("same-origin", "no-referrer"),
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Every route of the site as a pattern with named holes."""
    for each in (resolver or get_resolver()).url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, route)
        elif isinstance(each, URLPattern):
            yield route


def path_of(route: str, values: dict[str, str]) -> str:
    """`route` with its holes filled in, by their name or by the word before them."""
    plain = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", route)
    filled: list[str] = []
    for segment in re.sub(r"[\^$]|/\?", "/", plain).split("/"):
        hole = re.fullmatch(r"<(?:\w+:)?(\w+)>", segment)
        if hole:
            segment = values.get(hole[1]) or values.get(filled[-1], "1")
        if segment:
            filled.append(segment)
    is_file = not filled or "." in filled[-1]
    return "/" + "/".join(filled) + ("" if is_file else "/")


@pytest.fixture
def owner(db: None) -> User:
    user = UserFactory.create()
    user.roles.create(type=RoleType.OWNER)
    return user


@pytest.fixture
def paths(owner: User) -> list[str]:
    """The address of every route, with rows behind them that exist."""
    ticket = waiting_ticket(LineFactory.create())
    DeviceFactory.create(location=ticket.location)
    values = {
        "service": str(ticket.location_id),
        "locations": str(ticket.location_id),
        "lines": str(ticket.line_id),
        "tickets": str(ticket.pk),
        "slug": ticket.location.slug,
        "token": ticket.visit_token,
        "secret": "unknown",
    }
    for model in apps.get_app_config("tickets").get_models():
        if row := model._base_manager.first():
            values[str(model._meta.model_name)] = str(row.pk)
    return [path_of(route, values) for route in routes()]


def content_of_the_database() -> str:
    models = [model for model in apps.get_models() if model is not Session and model._meta.managed]
    rows = [serializers.serialize("json", model._base_manager.order_by("pk")) for model in models]
    return hashlib.sha256("".join(rows).encode()).hexdigest()


def test_z5_no_get_changes_anything(owner: User, paths: list[str], figure: Figure) -> None:
    client = Client()
    client.force_login(owner)
    before = content_of_the_database()

    statuses = {path: client.get(path).status_code for path in paths}

    assert content_of_the_database() == before
    assert {path: status for path, status in statuses.items() if status >= 500} == {}
    seen = [path for path, status in statuses.items() if status == 200]
    figure("Z5 routes crawled, database unchanged", f"{len(paths)}, of them {len(seen)} pages")


def test_z5_every_post_needs_a_csrf_token(owner: User, paths: list[str], figure: Figure) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)

    refused = {path: client.post(path).status_code for path in paths}

    not_refused = {path: status for path, status in refused.items() if status != 403}
    # Programs come with a key instead of a cookie, and carriers with a signature, so no stranger's
    # page can act for them.
    assert {path for path in not_refused if not path.startswith(("/v1/", "/texts/"))} == set()
    assert set(not_refused.values()) <= {401, 404, 405}
    figure("Z5 routes that refuse a POST without a token", f"{len(paths)} of {len(paths)}")


def test_z8_every_answer_carries_the_headers(owner: User, paths: list[str], figure: Figure) -> None:
    client = Client()
    client.force_login(owner)
    missing = []

    for path in [*paths, "/nowhere/"]:
        response = client.get(path)
        policy = response.headers.get("Content-Security-Policy", "")
        directives = dict(part.strip().split(" ", 1) for part in policy.split(";") if part)
        if "unsafe" in policy or not {"default-src", "script-src", "object-src", "base-uri"} <= set(
            directives
        ):
            missing.append(f"{path}: Content-Security-Policy")
        if directives.get("frame-ancestors") != "'none'":
            missing.append(f"{path}: frame-ancestors")
        missing += [
            f"{path}: {name}"
            for name, value in HEADERS.items()
            if response.headers.get(name) not in ((value,) if isinstance(value, str) else value)
        ]
        if "no-store" not in response.headers.get("Cache-Control", ""):
            missing.append(f"{path}: Cache-Control")

    assert missing == []
    figure("Z8 answers with every header", f"{len(paths) + 1} of {len(paths) + 1}")


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """`check --deploy` in an environment of its own."""
    keep = {name: os.environ[name] for name in ("PATH", "DATABASE_URL") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=keep | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_z9_production_settings_pass_the_deployment_check(figure: Figure) -> None:
    done = start(SECRET_KEY="k3y-" * 4 + "".join(chr(97 + n % 26) for n in range(60)))

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "System check identified no issues (0 silenced).\n"
    figure("Z9 deployment warnings", 0)


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({}, "SECRET_KEY"),
        ({"SECRET_KEY": "change-me"}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "x" * 60, "DEBUG": "true"}, "DEBUG"),
        ({"SECRET_KEY": "x" * 60, "TLS_CERT": "manage.py"}, "TLS_CERT and TLS_KEY"),
    ],
)
def test_z9_refuses_to_start_with(environment: dict[str, str], names: str) -> None:
    done = start(**environment)

    assert done.returncode == 1
    assert f"ImproperlyConfigured: {names}" in done.stderr
