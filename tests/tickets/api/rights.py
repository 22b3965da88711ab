"""Who may do what over the API: one table for both versions, and somebody of every kind who asks."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client

from tests.factories import (
    DeviceFactory,
    LineFactory,
    LocationFactory,
    UserFactory,
    clerk_of,
    manager_of,
)
from tests.tickets.api.calls import Call
from tests.tickets.api.conftest import program
from tickets.access import DEVICE_COOKIES
from tickets.actions import programs, staff
from tickets.api.authentication import HEADER
from tickets.models import DeviceKind, Line, User

#: The status for each kind of call to location A, by who asks; 200 stands for success.
#: `list` names no location, `hook` is a new one, `others-hook` belongs to a key that is not theirs.
TABLE = """
                           root  list  read  visit  set-up  hook  others-hook  account
no key                     200   401   401   401    401     401   401          401
unknown key                200   401   401   401    401     401   401          401
revoked key                200   401   401   401    401     401   401          401
key of one switched off    200   401   401   401    401     401   401          401
cookie of a kiosk of A     200   401   401   401    401     401   401          401
cookie of a TV of A        200   401   401   401    401     401   401          401
session of an owner        200   401   401   401    401     401   401          401
account key                200   200   200   200    200     200   200          200
account key for A          200   200   200   200    200     200   404          403
account key for B          200   200   404   404    404     200   404          403
clerk of A                 200   200   200   200    403     403   404          403
clerk of B                 200   200   404   404    404     403   404          403
manager of A               200   200   200   200    200     200   404          403
manager of B               200   200   404   404    404     200   404          403
administrator              200   200   200   200    200     200   200          200
owner                      200   200   200   200    200     200   200          200
"""
(_, *RIGHTS), *_lines = [re.split(r"\s{2,}", line) for line in TABLE.strip("\n").split("\n")]
STATUSES = {kind: dict(zip(RIGHTS, map(int, row), strict=True)) for kind, *row in _lines}
#: Whose key has no user, so that each step names one.
WITHOUT_USER = {"account key", "account key for A", "account key for B"}
#: Who must learn nothing of location A.
STRANGERS = {kind for kind, row in STATUSES.items() if row["read"] != 200}
#: In all that location A has, in the names of its things and people.
CANARY = "Canary"


@dataclass(frozen=True)
class World:
    """A line of location A and a clerk there, and a client of each kind of the table."""

    line: Line
    clerk: User
    clients: dict[str, Client]


def world() -> World:
    line = LineFactory.create(name=CANARY, location=LocationFactory.create(name=CANARY))
    other, place = LineFactory.create(), line.location
    owner, admin = UserFactory.create(), UserFactory.create()
    owner.roles.create(type="OWNER")
    admin.roles.create(type="ADMIN")
    revoked, secret = programs.issue_key(name="Revoked")
    programs.revoke_key(revoked)
    switched_off = clerk_of(place, first_name=CANARY)
    of_switched_off = program(switched_off)
    staff.deactivate(switched_off, by=owner)
    session = Client()
    session.force_login(owner)
    clients = {
        "no key": Client(),
        "unknown key": Client(headers={HEADER: "no such key"}),
        "revoked key": Client(headers={HEADER: secret}),
        "key of one switched off": of_switched_off,
        "cookie of a kiosk of A": _device(line, DeviceKind.KIOSK),
        "cookie of a TV of A": _device(line, DeviceKind.TV),
        "session of an owner": session,
        "account key": program(),
        "account key for A": program(None, line),
        "account key for B": program(None, other),
        "clerk of A": program(clerk_of(place, first_name=CANARY)),
        "clerk of B": program(clerk_of(other.location)),
        "manager of A": program(manager_of(place, first_name=CANARY)),
        "manager of B": program(manager_of(other.location)),
        "administrator": program(admin),
        "owner": program(owner),
    }
    assert clients.keys() == STATUSES.keys()
    for client in clients.values():  # to load the middleware takes longer than a request
        client.handler = session.handler
    return World(line, clerk_of(place, first_name=CANARY), clients)


def _device(line: Line, kind: DeviceKind) -> Client:
    device = DeviceFactory.create(location=line.location, kind=kind, name=CANARY)
    client = Client()
    client.cookies[DEVICE_COOKIES[kind]] = programs.renew_secret(device)
    return client


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is written meanwhile is not."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def answers(
    clients: dict[str, Client], call: Call, names_user: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The answer to each of them, as if nobody had asked before; who has no user names one."""
    found = {}
    for kind, client in clients.items():
        more = names_user if names_user and kind in WITHOUT_USER else {}
        with taken_back():
            found[kind] = call.by(client, **more)
    return found


def body(answer: Any) -> dict[str, Any]:
    """What it says, without what tells two equal answers apart."""
    said: dict[str, Any] = answer.json()
    return said | {"requestId": ""}
