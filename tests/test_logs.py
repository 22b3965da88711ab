"""What the server writes down: nothing that a visitor told, and nothing that opens a door (P5)."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection
from django.test import Client, override_settings
from django.urls import reverse

from qminder_site.logs import Line
from tests.conftest import Figure
from tests.factories import DeviceFactory
from tests.tickets.actions.conftest import Office, make_office
from tests.tickets.api.conftest import JSON
from tickets import access, instants, outbox
from tickets.actions import details, programs, webhooks
from tickets.api.authentication import HEADER, QUERY
from tickets.models import DeviceKind

NAME, PHONE = "Zyxquarble", "+37255598761"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the site's own handler writes."""
    [handler] = [
        each
        for each in logging.getLogger().handlers
        if isinstance(each, logging.StreamHandler) and isinstance(each.formatter, Line)
    ]
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


@pytest.fixture
def office(db: None) -> Office:
    return make_office()


def fail(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
    """A database that quotes the row that it does not take, as PostgreSQL does."""
    if sql.startswith(("UPDATE", "INSERT")):
        raise IntegrityError(f"a constraint\nDETAIL:  Failing row contains ({params}).")
    return execute(sql, params, many, context)


def test_p5_refusals_and_errors_write_down_no_visitor_and_no_key(
    office: Office, log: io.StringIO, figure: Figure
) -> None:
    ticket = office.called()
    details.edit(ticket, first_name=NAME, phone_number=PHONE, by=office.clerk)
    key, secret = programs.issue_key(name="Program")
    hook = webhooks.register("https://e.org/", key=key)
    kiosk = programs.renew_secret(DeviceFactory.create(location=office.location))
    client = Client(raise_request_exception=False)
    client.force_login(office.clerk)
    link, answers = ticket.visit_token, {"first_name": NAME, "phone_number": PHONE}
    body = {"firstName": NAME, "phoneNumber": PHONE}
    token = {"path": "Mg", "secret": "d3adb33f-0123456789abcdef0123456789abcdef"}
    keys = {HEADER: secret}
    line, here = office.line.pk, reverse("tickets:add-visitor", args=[office.location.pk])
    device = Client(raise_request_exception=False)
    device.cookies[access.DEVICE_COOKIES[DeviceKind.KIOSK]] = kiosk
    seen: dict[str, int] = {}

    def note(what: str, response: Any) -> None:
        seen[what] = response.status_code

    # Refused
    note("leave while called", client.post(f"/visit/{link}/leave/", answers))
    note("visit, method", client.put(f"/visit/{link}/"))
    note("visit, no page", client.get(f"/visit/{link}/nothing/"))
    note("visit, no slash", client.get(f"/{link}"))
    note("visit, forged", Client(enforce_csrf_checks=True).post(f"/visit/{link}/leave/", answers))
    note("demo kiosk", client.get(f"/kiosk/demo/{kiosk}/"))
    note("kiosk, malformed", device.post("/kiosk/sync/", {"x": NAME}, content_type=JSON))
    note("password", client.post(f"/set-password/{token['path']}/{token['secret']}/"))
    note("visitor, malformed", client.post(here, answers | {"email": NAME}))
    note("serve twice", [client.post(f"/tickets/{ticket.pk}/call/") for _ in "12"][1])
    note("API, called", client.post(f"/v1/tickets/{ticket.pk}/call", body, JSON, headers=keys))
    note("API, malformed", client.post(f"/v1/lines/{line}/ticket", body, JSON, headers=keys))
    note("API, key in address", client.get(f"/v1/locations?{QUERY}={secret}"))
    note("API, no call", client.get(f"/v1/{link}", headers=keys))
    note("API, no key", client.get("/v1/locations", headers={HEADER: secret[:-1]}))
    refused = len(log.getvalue().splitlines())
    # Broken
    outbox.put("message.hand_over", due_at=instants.now(), message=0)
    with connection.execute_wrapper(fail), override_settings(ADMINS=["admin@e.org"]):
        note("page, broken", client.post(here, answers | {"line": line}))
        note("visit, broken", client.post(f"/visit/{link}/here/", answers))
        note(
            "API, broken",
            client.post(
                f"/v1/tickets/{ticket.pk}/edit", {"firstName": f"{NAME}a"}, JSON, headers=keys
            ),
        )

    written = log.getvalue()
    kept = [
        NAME,
        PHONE[1:],
        link,
        secret,
        hook.secret,
        kiosk,
        token["secret"],
        client.session.session_key,
    ]
    assert [each for each in kept if str(each) in written] == []
    assert mail.outbox == []
    assert [seen[what] for what in seen if "broken" in what] == [500, 500, 500]
    assert sum(status // 100 == 4 for status in seen.values()) >= 13
    assert "IntegrityError" in written
    assert "/visit/<slug:token>/" in written
    figure(
        "P5 refusals and errors, lines of the log, names and keys found",
        f"{len(seen)}, {refused} and {len(written.splitlines()) - refused}, 0",
    )


@override_settings(DEBUG=True)
def test_error_is_written_in_full_for_who_develops(log: io.StringIO) -> None:
    try:
        int("no number")
    except ValueError:
        logging.getLogger("tickets").exception("It broke.")

    assert "no number" in log.getvalue()


def test_errors_of_a_group_are_named_one_by_one(log: io.StringIO) -> None:
    try:
        raise ExceptionGroup("two", [ValueError(NAME), KeyError(NAME)])
    except ExceptionGroup:
        logging.getLogger("tickets").exception("It broke.")

    said = log.getvalue().splitlines()
    assert [line for line in said if line[0] != " "][1:] == [
        "KeyError",
        "ValueError",
        "ExceptionGroup",
    ]


def test_error_names_its_causes_by_kind_and_place(log: io.StringIO) -> None:
    try:
        try:
            int("no number")
        except ValueError as error:
            raise KeyError(NAME) from error
    except KeyError:
        logging.getLogger("tickets").exception("It broke.")

    said = log.getvalue().splitlines()
    assert [line for line in said if line[0] != " "][1:] == ["ValueError", "KeyError"]
    assert f'File "{__file__}"' in said[1]
