"""What a storm is made of: visitors who wait, clerks' programs that call them, and who sorts them out."""

import http.client
import json
import random
import select
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any
from urllib.parse import urlencode

from tests.factories import LineFactory, LocationFactory, clerk_of
from tests.tickets.api.conftest import FORM
from tickets import instants
from tickets.actions import programs
from tickets.api import repeats
from tickets.api.authentication import HEADER
from tickets.models import Activity, EventName, Interaction, Line, Ticket
from tickets.states import Outcome, Status

PATIENCE = 60  # seconds for one reply
#: After so many requests a program connects anew, so that all processes of the server have work.
STAYS_FOR = 8
ASKS_AGAIN_AFTER = 0.05  # seconds

Sorts = Counter[str]


def two_lines(waiting: int) -> list[Line]:
    """Two lines of one location in which so many wait, mixed; by plain writes, to be quick."""
    lines = LineFactory.create_batch(2, location=LocationFactory.create())
    today, now, dice = lines[0].location.today(), instants.now(), random.Random(1)
    drawn = [(number, dice.choice(lines)) for number in range(1, waiting + 1)]
    Ticket.objects.bulk_create(
        Ticket(
            location=line.location,
            line=line,
            number=number,
            numbered_on=today,
            public_id=f"{line.letter}-{number}",
            created_at=now - timedelta(milliseconds=waiting - number),
        )
        for number, line in drawn
    )
    return lines


@dataclass(frozen=True)
class Reply:
    clerk: int
    status: int
    is_replayed: bool
    body: dict[str, Any]

    @property
    def ticket(self) -> int | None:
        return int(self.body["id"]) if "id" in self.body else None

    def moment(self, name: str) -> datetime:
        return datetime.fromisoformat(self.body[name]["date"])


@dataclass
class Program:
    """A clerk's own program. It calls next until nobody waits, and keeps every reply it gets.

    With `dies_every`, the program that sends every so many-th call does not live to see the reply;
    the one that is started then repeats the call with the same `Idempotency-Key`.
    """

    port: int
    clerk: int
    secret: str
    form: str
    dies_every: int = 0
    replies: list[Reply] = field(default_factory=list)
    deaths: int = 0

    @classmethod
    def of_clerks(
        cls, port: int, lines: Sequence[Line], clerks: int, *, dies_every: int = 0
    ) -> list["Program"]:
        form = urlencode({"lines": ",".join(str(line.pk) for line in lines)})
        made = []
        for clerk in (clerk_of(lines[0].location) for _ in range(clerks)):
            _key, secret = programs.issue_key(name="Storm", user=clerk, is_rate_limited=False)
            made.append(cls(port, clerk.pk, secret, form, dies_every=dies_every))
        return made

    def work(self) -> list[Reply]:
        for turn, connection in enumerate(self._connections()):
            key = {repeats.HEADER: f"turn {turn}"} if self.dies_every else {}
            if self.dies_every and turn % self.dies_every == self.dies_every - 1:
                self._die(connection, key)
            reply = self._call(connection, key)
            self.replies.append(reply)
            if reply.ticket is None:
                break
        return self.replies

    def _connections(self) -> Iterator[http.client.HTTPConnection]:
        while True:
            address = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            with closing(address) as connection:
                yield from repeat(connection, STAYS_FOR)

    def _send(self, connection: http.client.HTTPConnection, key: dict[str, str]) -> None:
        headers = {HEADER: self.secret, "Content-Type": FORM, **key}
        connection.request("POST", "/v1/tickets/call", self.form, headers)

    def _die(self, connection: http.client.HTTPConnection, key: dict[str, str]) -> None:
        """Every second time at once, else with the reply at the door: its effect is there for sure."""
        self._send(connection, key)
        self.deaths += 1
        if self.deaths % 2:
            select.select([connection.sock], [], [], PATIENCE)
        connection.close()

    def _call(self, connection: http.client.HTTPConnection, key: dict[str, str]) -> Reply:
        """The reply; while the call of the dead is still being answered, ask again."""
        while True:
            self._send(connection, key)
            response = connection.getresponse()
            is_replayed = repeats.REPLAYED in response.headers
            body = json.loads(response.read())
            reply = Reply(self.clerk, response.status, is_replayed, body)
            if reply.body.get("code") != "idempotency_in_flight":
                return reply
            time.sleep(ASKS_AGAIN_AFTER)


def sort_out(lines: Sequence[Line], replies: Sequence[Reply]) -> Sorts:
    """How many visitors are ok, lost, double and unexpected, by the replies and by the database.

    - double: more than one reply, interaction or call on record.
    - lost: in no reply, or in no interaction; who was called without a reply is a ghost.
    - unexpected: nobody of these lines, or reply and database do not say the same.
    """
    told, served_by = defaultdict(list), defaultdict(list)
    for reply in replies:
        if reply.ticket is not None:
            told[reply.ticket].append(reply.clerk)
    for pk, *interaction in Interaction.objects.values_list("ticket", "user", "outcome"):
        served_by[pk].append(interaction)
    on_record = Counter(Activity.objects.values_list("ticket", "event"))
    tickets = Ticket.objects.filter(line__in=lines).in_bulk()
    found: Sorts = Counter()
    for pk in tickets.keys() | told.keys() | served_by.keys():
        calls = on_record[pk, EventName.CALLED]
        if (ticket := tickets.get(pk)) is None:
            found["unexpected"] += 1
        elif max(len(told[pk]), len(served_by[pk]), calls) > 1:
            found["double"] += 1
        elif not (told[pk] and served_by[pk]):
            found["lost"] += 1
        else:
            outcome = Outcome.SERVED if ticket.status == Status.SERVED else ""
            agrees = (
                told[pk] == [ticket.caller_id]
                and served_by[pk] == [[ticket.caller_id, outcome]]
                and ticket.status in {Status.CALLED, Status.SERVED}
                and (calls, on_record[pk, EventName.SERVED]) == (1, bool(outcome))
            )
            found["ok" if agrees else "unexpected"] += 1
    return found


def by_moment(replies: Iterable[Reply]) -> list[Reply]:
    """In the order in which the visitors were called; those of one millisecond in their own."""
    return sorted(
        (reply for reply in replies if reply.ticket is not None),
        key=lambda reply: (reply.moment("called"), reply.moment("created")),
    )


def displacement(replies: Sequence[Reply]) -> int:
    """By how many places anybody was called before or after their turn, at most (C2)."""
    called = [reply.moment("created") for reply in replies if reply.ticket is not None]
    turn = {created: place for place, created in enumerate(sorted(called))}
    return max(abs(place - turn[created]) for place, created in enumerate(called))
