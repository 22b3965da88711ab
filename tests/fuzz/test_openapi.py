"""I3, I4: Schemathesis asks for every call of the document; each answer is as the document says."""

import json
import os
import re
import secrets
import socket
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from django.db import connection
from pytest_django.fixtures import Settings
from schemathesis.engine import events, from_schema

from tests.conftest import Figure
from tests.fuzz import place
from tests.fuzz.asking import Client
from tests.fuzz.site import Site
from tickets.api.openapi.schema import OPERATIONS

IS_LONG = os.environ.get("FUZZ") == "long"
#: Checks that speak against what is documented.
NOT_CHECKED = {
    # Numbers are taken for text and text for numbers, and what a call does not know is not looked
    # at, since programs written for Qminder send both. Bad values are sent all the same.
    "negative_data_rejection": {"enabled": False},
    # Without its header a call at the root is none of the API's, and the site's own pages answer.
    "missing_required_header": {"enabled": False},
    # A used Idempotency-Key is 422, however good the request is. What else is refused that fits
    # its schema has to be in SAID_IN_WORDS.
    "positive_data_acceptance": {
        "expected-statuses": ["2xx", "401", "403", "404", "409", "422", "429"]
    },
}
#: By code and parameter, what no schema says: it is in the descriptions.
SAID_IN_WORDS = re.compile(
    r"parameter_invalid (user|assigner)"  # works at the location
    r"|parameter_invalid lines"  # all of one location
    r"|parameter_invalid inputFieldId"  # a mandatory answer stays
    r"|parameter_invalid(_blank|_size)? (fields\[\d+\]\.)?(value|optionIds)"  # as the question asks
    r"|parameter_invalid (.*\.)?businessHours"  # in order, an hour at least
    r"|parameter_invalid (.*\.)?constraints.max"  # not below the least
    r"|invalid_arguments .*|duplicate_items_in_request .*"  # either or; each once
    r"|invalid_location_timezone latitude"  # in the middle of the sea
    r"|parameter_invalid data"  # 16 kB
)

NUL = repr("\x00")[1:-1]


@dataclass
class Findings:
    """What was not as the document says: how often, and one case of each."""

    count: Counter[str] = field(default_factory=Counter)
    cases: dict[str, str] = field(default_factory=dict)
    succeeded: set[str] = field(default_factory=set)

    def hear(self, event: Any) -> None:
        if isinstance(event, events.ScenarioFinished):
            self._hear_scenario(event.recorder)
        elif isinstance(event, events.NonFatalError):
            self._add(f"{event.label}: {event.value!r}", "")
        elif isinstance(event, events.FatalError):
            self._add(repr(event.exception), "")

    def _hear_scenario(self, recorder: Any) -> None:
        for id_, interaction in recorder.interactions.items():
            case, response = recorder.cases[id_].value, interaction.response
            if response is not None and response.status_code < 300:
                self.succeeded.add(f"{case.method} {case.path}")
            for check in recorder.checks.get(id_, ()):
                if check.failure_info and not _is_said(check.name, case, response):
                    failure = check.failure_info.failure
                    self._add(
                        f"{check.name} {case.method} {case.path}: {failure.message}",
                        f"{case.media_type} {case.body!r} {case.query} {case.path_parameters} "
                        f"{response.content if response is not None else ''!r}",
                    )

    def told(self) -> str:
        return "\n\n".join(
            f"{count} times {what}\n{self.cases[what]}" for what, count in self.count.most_common()
        )

    def _add(self, what: str, case: str) -> None:
        self.count[what] += 1
        self.cases.setdefault(what, case[:2000])


def _is_said(check: str, case: Any, response: Any) -> bool:
    if check != "positive_data_acceptance" or response.status_code != 400:
        return False
    if NUL in repr((case.body, case.query)):
        return True  # no text, in any value
    error = json.loads(response.content)
    return bool(SAID_IN_WORDS.fullmatch(f"{error['code']} {error.get('param', '')}"))


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No way out of this process."""

    def refuse(self: socket.socket, address: Any) -> None:
        raise AssertionError(f"the network was asked for {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr("schemathesis.python.wsgi.get_client", Client)


def configured(seed: int, secret: str, ids: place.Dictionaries) -> Any:
    # The systematic phase takes the longest, and is for the long run.
    short = {"phases": {"coverage": {"enabled": False}}}
    return schemathesis.Config.from_dict(
        {
            "seed": seed,
            "continue-on-failure": True,
            "suppress-health-check": ["all"],
            "auth": {"openapi": {"key": {"api_key": secret}}},
            "checks": NOT_CHECKED,
            "dictionaries": {name: {"values": values} for name, values in ids.items()},
            "parameters": place.BINDINGS,
            "generation": {
                "deterministic": not IS_LONG,
                "max-examples": 60 if IS_LONG else 3,
                "no-shrink": True,
                "database": "none",
            },
            **({} if IS_LONG else short),
        }
    )


@pytest.mark.django_db(transaction=True)
def test_every_answer_is_as_the_document_says(
    settings: Settings, nowhere: None, figure: Figure
) -> None:
    settings.DEMO = True
    site, findings = Site(), Findings()
    seed = secrets.randbelow(2**32) if IS_LONG else 20260105
    schema = schemathesis.openapi.from_wsgi(
        "/v1/openapi.json", site, config=configured(seed, *place.fill())
    )

    for event in from_schema(schema).execute():
        findings.hear(event)

    vendor, asked = connection.vendor, site.answers.total()
    broken = sum(count for status, count in site.answers.items() if status >= 500)
    mismatches = findings.count.total()
    never = sorted(set(OPERATIONS) - findings.succeeded)
    figure(f"I4 {vendor}, seed {seed}", f"requests {asked}, 5xx {broken}, mismatches {mismatches}")
    figure(f"I3 {vendor}", f"errors {site.errors}, of another shape {len(site.misshapen)}")
    figure(
        f"I4 {vendor}, calls that succeeded", f"{len(OPERATIONS) - len(never)} of {len(OPERATIONS)}"
    )
    assert (findings.told(), site.misshapen, broken) == ("", [], 0)
    assert asked >= (10_000 if IS_LONG else 500)
    assert not IS_LONG or never == []
