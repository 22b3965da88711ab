"""Clerks at their pages, kiosks, visitors' phones and programs, all at once, at random."""

import http.client
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client
from django.urls import reverse

from kiosk import door
from tests.factories import DeskFactory, DeviceFactory, LineFactory, LocationFactory, clerk_of
from tests.tickets.api.conftest import FORM
from tickets import access
from tickets.actions import programs, undo
from tickets.api.authentication import HEADER
from tickets.models import DeviceKind, EventName, Line, Location, Source, Ticket, User
from tickets.states import Status

PATIENCE = 60  # seconds for one reply
#: After so many requests it connects anew, so that all processes of the server have work.
STAYS_FOR = 25
IDLE = 2  # seconds, after which it connects anew, too: a server closes what is silent for 5
CSRF = "c" * 32
DONE, REFUSED = {200, 201, 302}, {409}

E = EventName


@dataclass(frozen=True)
class Verb:
    """How it is taken on a ticket of this status: at the page, by a program, or both."""

    event: EventName
    of: Status | None
    page: str = ""
    api: str = ""
    form: Callable[["Place"], dict[str, Any]] = lambda place: {}
    weight: int = 2


@dataclass(frozen=True)
class Place:
    location: Location
    lines: list[Line]
    clerks: list[User]

    @classmethod
    def open(cls, clerks: int) -> "Place":
        location = LocationFactory.create(has_messages=True)
        lines = LineFactory.create_batch(3, location=location)
        staff = [
            clerk_of(location, desk=DeskFactory.create(location=location)) for _ in range(clerks)
        ]
        return cls(location, lines, staff)

    def some(self, status: Status) -> Ticket | None:
        """One of the first, so that several want the same; by the time of the request it may be gone."""
        tickets = Ticket.objects.filter(location=self.location, status=status)
        tickets = tickets.order_by("-id") if status != Status.NEW else tickets.in_order()
        found = list(tickets[:12])
        return random.choice(found) if found else None

    def line(self) -> dict[str, Any]:
        return {"line": random.choice(self.lines).pk}

    def assignee(self) -> dict[str, Any]:
        return {"assignee": random.choice(self.clerks).pk}

    def label(self) -> dict[str, Any]:
        return {"value": random.choice(("VIP", "Wheelchair", "Spanish"))}

    def behind(self) -> dict[str, Any]:
        other = self.some(Status.NEW)
        return {"after": other.pk} if other and random.random() < 0.7 else {}


VERBS = (
    Verb(E.CALLED, None, "call-next", "call-next", weight=8),
    Verb(E.CALLED, Status.NEW, "call-ticket", "call-ticket", weight=3),
    Verb(E.RECALLED, Status.CALLED, "recall-ticket", "recall-ticket"),
    Verb(E.SERVED, Status.CALLED, "serve-ticket", "serve-ticket"),
    Verb(E.NO_SHOW, Status.CALLED, "no-show-ticket", "no-show-ticket", weight=3),
    Verb(
        E.RETURNED,
        Status.CALLED,
        "return-ticket",
        "return-ticket",
        lambda place: {"position": random.choice(("FIRST", "LAST"))},
        weight=3,
    ),
    Verb(E.FORWARDED, Status.CALLED, "forward-ticket", "forward-ticket", Place.line, weight=3),
    Verb(E.REJOINED, Status.NOSHOW, "rejoin-ticket"),
    Verb(E.CANCELLED, Status.NEW, "cancel-ticket", "cancel-ticket", weight=1),
    Verb(E.REORDERED, Status.NEW, api="reorder-ticket", form=Place.behind),
    Verb(E.ASSIGNED, Status.NEW, api="assign-ticket", form=Place.assignee),
    Verb(E.UNASSIGNED, Status.NEW, api="unassign-ticket"),
    Verb(E.LABELED, Status.NEW, "add-label", "add-label", Place.label),
    Verb(E.LABELED, Status.CALLED, "remove-label", "remove-label", Place.label, weight=1),
    Verb(E.EDITED, Status.NEW, api="edit-ticket", form=Place.line),
    Verb(E.MESSAGE_SENT, Status.NEW, api="ticket-messages", form=lambda place: {"message": "Hi"}),
    Verb(E.UNDONE, None, "undo", weight=5),
)


@dataclass
class Actor:
    """Asks until the time is up, and keeps what was answered to what."""

    port: int
    place: Place
    headers: dict[str, str]
    until: float = 0
    pause: float = 0
    answers: Counter[tuple[EventName, int]] = field(default_factory=Counter)
    odd: list[Any] = field(default_factory=list)
    asked_at: float = 0

    def work(self) -> None:
        while time.monotonic() < self.until:
            place = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            with closing(place) as connection:
                for _ in range(STAYS_FOR):
                    if time.monotonic() < self.until:
                        self.act(connection)
                        time.sleep(self.pause)

    def act(self, connection: http.client.HTTPConnection) -> None:
        raise NotImplementedError

    def ask(
        self,
        connection: http.client.HTTPConnection,
        event: EventName,
        path: str,
        form: dict[str, Any],
    ) -> tuple[int, bytes]:
        if time.monotonic() - self.asked_at > IDLE:
            connection.close()
        connection.request("POST", path, urlencode(form), {**self.headers, "Content-Type": FORM})
        response = connection.getresponse()
        body = response.read()
        self.asked_at = time.monotonic()
        self.answers[event, response.status] += 1
        if response.status not in DONE | REFUSED:
            self.odd.append((event.value, path, form, response.status, body[:300]))
        return response.status, body


def cookies(**values: str) -> dict[str, str]:
    """What a browser sends that was given these, its own proof against forgery with it."""
    values |= {settings.CSRF_COOKIE_NAME: CSRF}
    jar = "; ".join(f"{name}={value}" for name, value in values.items())
    return {"Cookie": jar, "X-CSRFToken": CSRF}


@dataclass
class Clerk(Actor):
    """At the Service View, and now and then through a program of the clerk's own."""

    clerk: User = field(kw_only=True)
    key: str = field(kw_only=True)
    calls: int = 0

    @classmethod
    def at(cls, port: int, place: Place, clerk: User) -> "Clerk":
        client = Client()
        client.force_login(clerk)
        name = settings.SESSION_COOKIE_NAME
        _key, secret = programs.issue_key(name="Storm", user=clerk, is_rate_limited=False)
        headers = cookies(**{name: client.cookies[name].value})
        return cls(port, place, {**headers, HEADER: secret}, clerk=clerk, key=secret)

    def act(self, connection: http.client.HTTPConnection) -> None:
        (verb,) = random.choices(VERBS, [verb.weight for verb in VERBS])
        form = verb.form(self.place)
        at = self.place.location.pk
        if verb.event == E.UNDONE:
            last = undo.last_undoable(at).get(self.clerk.pk)
            if last is None:
                return
            form = {"activity": last.pk}
        elif verb.of:
            ticket = self.place.some(verb.of)
            if ticket is None:
                return
            at = ticket.pk
        if verb.page and (not verb.api or random.random() < 0.6):
            self.ask(connection, verb.event, reverse(f"tickets:{verb.page}", args=[at]), form)
            return
        args = [at] if verb.of else []
        if verb.api == "call-next":
            form = {"lines": ",".join(str(line.pk) for line in self.place.lines)}
        status, body = self.ask(connection, verb.event, reverse(f"v1:{verb.api}", args=args), form)
        if verb.event == E.CALLED and status == 200 and "id" not in json.loads(body) and not args:
            self.answers[verb.event, status] -= 1  # nobody waited


class Kiosk(Actor):
    @classmethod
    def at(cls, port: int, place: Place) -> "Kiosk":
        device = DeviceFactory.create(location=place.location)
        name = access.DEVICE_COOKIES[DeviceKind.KIOSK]
        headers = cookies(**{name: programs.renew_secret(device), door.VISIT: "this"})
        return cls(port, place, headers, pause=0.05)

    def act(self, connection: http.client.HTTPConnection) -> None:
        form = {door.VISIT: "this", "step": "line", **self.place.line()}
        self.ask(connection, E.CREATED, reverse("kiosk:sign-in"), form)


class Visitor(Actor):
    """Those who are on their way: each with the private page of their visit."""

    @classmethod
    def at(cls, port: int, place: Place) -> "Visitor":
        return cls(port, place, cookies(), pause=0.2)

    def act(self, connection: http.client.HTTPConnection) -> None:
        event, name, status = random.choice(
            [(E.CANCELLED, "leave", Status.NEW), (E.REJOINED, "rejoin", Status.NOSHOW)]
        )
        if ticket := self.place.some(status):
            path = reverse(f"kiosk:{name}-visit", args=[ticket.visit_token])
            self.ask(connection, event, path, {})


class Program(Actor):
    """Adds visitors whose phone numbers it knows."""

    @classmethod
    def at(cls, port: int, place: Place) -> "Program":
        _key, secret = programs.issue_key(name="Storm", is_rate_limited=False)
        return cls(port, place, {HEADER: secret}, pause=0.05)

    def act(self, connection: http.client.HTTPConnection) -> None:
        path = reverse("v1:create-ticket", kwargs=self.place.line())
        form = {"phoneNumber": 3725551234, "source": Source.MANUAL}
        self.ask(connection, E.CREATED, path, form)


def cast(port: int, place: Place) -> list[Actor]:
    clerks: Iterable[Actor] = (Clerk.at(port, place, clerk) for clerk in place.clerks)
    return [
        *clerks,
        *(Kiosk.at(port, place) for _ in range(2)),
        Program.at(port, place),
        Visitor.at(port, place),
    ]
