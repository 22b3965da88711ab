"""A morning in an office, lived through by the real actions at the instants when it happened."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.utils.translation import gettext as _

from tickets import estimates, instants
from tickets.actions import intake, lifecycle, messages, routing
from tickets.actions.extras import ExtraValue
from tickets.demo.places import Person, Place
from tickets.models import SYSTEM, VISITOR, By, Message, MessageStatus, Source, Ticket
from tickets.sms import providers

#: Begins the nonce of each visit of the demo, and so tells it from all others.
MARK = "demo-"

BETWEEN = 40  # seconds from one visitor to the next
LOOK_AGAIN = 100  # seconds until a clerk for whom nobody waits looks again


@dataclass(frozen=True, kw_only=True)
class Guest:
    """A visitor who signs in `at` minutes before the end and is served for `takes` minutes.

    `then` is what ends the first service: SERVE, NO_SHOW, RETURN, or the letter of another line.
    """

    at: int
    line: str
    first_name: str
    last_name: str = ""
    source: str = Source.NAME
    takes: int = 8
    then: str = "SERVE"
    phone_number: str = ""
    language: str = "en"
    labels: tuple[str, ...] = ()
    extras: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Something else that happens to the guest of that first name, `at` minutes before the end."""

    at: float
    guest: str
    step: Callable[[Ticket, "Morning"], object]


class Morning:
    """One office from its first visitor to `ends_at`; the same every time."""

    def __init__(
        self, place: Place, guests: Sequence[Guest], scenes: Sequence[Scene], *, ends_at: datetime
    ) -> None:
        self.place = place
        self.people = place.people
        self.lines = place.lines
        self.tickets: dict[str, Ticket] = {}
        self._guests = {f"{MARK}{count}": guest for count, guest in enumerate(guests)}
        self._scenes = scenes
        self._ends_at = ends_at
        self._diary: list[tuple[int, int, Callable[[], None]]] = []
        self._seconds_left = 0
        self._entries = 0

    def live(self) -> None:
        for count, (nonce, guest) in enumerate(self._guests.items()):
            seconds = count * 37 % 60 if guest.at else 0
            self._note(guest.at * 60 + seconds, partial(self._arrive, nonce, guest))
        for scene in self._scenes:
            self._note(int(scene.at * 60), partial(self._play, scene))
        first = max(guest.at for guest in self._guests.values())
        for count, person in enumerate(p for p in self.place.office.people if p.desk):
            self._note((first - 2 - count) * 60, partial(self._work, person))
        while self._diary:
            seconds, _count, step = heapq.heappop(self._diary)
            self._seconds_left = -seconds
            with instants.pretend(self._ends_at + timedelta(seconds=seconds)):
                step()
        # There is nobody to send them to: no message of the demo ever goes out.
        sent = Message.objects.filter(
            ticket__location=self.place.location, status=MessageStatus.QUEUED
        )
        sent.update(status=MessageStatus.DELIVERED)

    def _note(self, seconds_left: int, step: Callable[[], None]) -> None:
        """Put a step into the diary; what would happen after the end does not."""
        if seconds_left >= 0:
            self._entries += 1
            heapq.heappush(self._diary, (-seconds_left, self._entries, step))

    def _arrive(self, nonce: str, guest: Guest) -> None:
        line = self.lines[guest.line]
        ticket = intake.create(
            line,
            by=self._who_adds(guest),
            source=guest.source,
            first_name=guest.first_name,
            last_name=guest.last_name,
            phone_number=guest.phone_number,
            language=guest.language,
            extras=[ExtraValue(title=t, value=v) for t, v in guest.extras.items()],
            labels=guest.labels,
            nonce=nonce,
            quoted=estimates.for_newcomers([line])[line.pk].quote,
        )
        self.tickets[guest.first_name] = ticket
        if guest.phone_number and not providers.is_there():
            names = {"visitor": guest.first_name, "number": ticket.public_id}
            body = _("Hello %(visitor)s! Your number is %(number)s. We will text you in time.")
            messages.send(ticket, body=body % names, by=SYSTEM)

    def _who_adds(self, guest: Guest) -> By:
        if guest.source == Source.NAME:
            return self.place.kiosk
        if guest.source == Source.MICROSITE:
            return VISITOR
        return next(iter(self.people.values()))

    def _play(self, scene: Scene) -> None:
        ticket = self.tickets[scene.guest]
        ticket.refresh_from_db()
        scene.step(ticket, self)

    def _work(self, person: Person) -> None:
        """Call whoever is next, until it is time to leave."""
        if self._seconds_left <= person.leaves * 60:
            return
        lines = [self.lines[letter] for letter in person.letters]
        ticket = lifecycle.call_next(lines, by=self.people[person.first_name])
        if ticket is None:
            self._note(self._seconds_left - LOOK_AGAIN, partial(self._work, person))
            return
        nonce = ticket.nonce or ""
        guest = self._guests[nonce]
        seconds = guest.takes * 60 + (int(nonce.removeprefix(MARK)) + 1) * 17 % 60
        self._note(self._seconds_left - seconds, partial(self._finish, person, ticket, guest))

    def _finish(self, person: Person, ticket: Ticket, guest: Guest) -> None:
        clerk = self.people[person.first_name]
        is_first = ticket.interactions.count() == 1
        match guest.then if is_first else "SERVE":
            case "SERVE":
                lifecycle.serve(ticket, by=clerk)
            case "NO_SHOW":
                lifecycle.mark_no_show(ticket, by=clerk)
            case "RETURN":
                lifecycle.return_to_queue(ticket, position="LAST", by=clerk)
            case letter:
                routing.forward(ticket, line=self.lines[letter], by=clerk)
        self._note(self._seconds_left - BETWEEN, partial(self._work, person))
