"""What all clerks of a location see alike: looked up and drawn once after each change."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tickets import estimates, instants
from tickets.actions import undo
from tickets.estimates import Estimate
from tickets.models import (
    Activity,
    Device,
    DeviceKind,
    EventName,
    Extra,
    Label,
    Line,
    Location,
    Message,
    Source,
    Ticket,
    opening,
)
from tickets.remembered import FLOORS
from tickets.states import ENDED, Status
from tickets.views.parts import Part, draw

PAGE = "tickets/service.html"
#: So many rows of a list are shown; who comes after them is counted.
SHOWN = 200
JUST_ENDED = 5
#: A wait that is long, and one that is very long.
SLOW = timedelta(minutes=15)
LATE = timedelta(minutes=30)

#: By location: those of another one need not wait.
_looking: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)


@dataclass(frozen=True)
class Choice:
    """A line as it is shown: a name, a colour."""

    pk: int
    name: str
    color: str


@dataclass(frozen=True)
class Tag:
    value: str
    color: str


@dataclass(frozen=True)
class Fact:
    title: str
    value: str
    url: str


@dataclass(frozen=True)
class Visitor:
    """A visit as the waiting list and the card of who is being served show it."""

    pk: int
    name: str
    number: str
    line: Choice
    since: datetime
    clock: str
    level: str
    labels: tuple[Tag, ...]
    facts: tuple[Fact, ...]
    assignee: str
    is_remote: bool
    is_here: bool
    has_news: bool
    desk: str = ""
    caller: str = ""
    phone: str = ""
    email: str = ""
    other_lines: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Beside:
    """What other tables say of some tickets, by the ticket's id."""

    labels: Mapping[int, Sequence[Tag]]
    facts: Mapping[int, Sequence[Fact]]
    with_news: frozenset[int]


@dataclass(frozen=True)
class Ended:
    """A visit that is over."""

    pk: int
    name: str
    line: Choice
    outcome: str
    is_missed: bool


@dataclass(frozen=True)
class LastStep:
    """What Undo takes back."""

    location_id: int
    activity_id: int
    what: str
    name: str


@dataclass(frozen=True)
class Call:
    """A kiosk where somebody wants help."""

    location_id: int
    device_id: int
    name: str
    since: datetime
    clock: str


@dataclass(frozen=True)
class Missed:
    """A kiosk that is offline."""

    name: str
    since: datetime
    clock: str
    meanwhile: str


@dataclass(frozen=True)
class Served:
    """Somebody who is being served: a card for their clerk, a row for the others."""

    caller_id: int | None
    card: Part
    row: Part


@dataclass(frozen=True)
class Queue:
    """Who waits in some lines: a row for each, the rest of their wait, and whom each clerk gets."""

    rows: Sequence[Part]
    remaining: Sequence[str]
    heads: Sequence[tuple[str, int | None]]
    counts: Mapping[int, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def next_for(self, clerk_id: int) -> str:
        """The name of whom call next will call."""
        return next((name for name, whose in self.heads if whose in (None, clerk_id)), "")


@dataclass(frozen=True)
class Floor:
    lines: Sequence[Line]
    served: Sequence[Served]
    ended: Sequence[Part]
    last_steps: Mapping[int | None, Part]
    calls: Sequence[Part]
    missed: Sequence[Part]
    closed: str


def of(location: Location) -> Floor:
    return _once(location, "floor", lambda: _floor(location))


def queue(location: Location, lines: Sequence[Line]) -> Queue:
    """Who waits in these lines of the location."""
    which = ",".join(str(line.pk) for line in lines)
    return _once(location, f"queue of {which}", lambda: _queue(location, lines))


def _once[V](location: Location, what: str, look: Callable[[], V]) -> V:
    """Many screens ask at the same moment: one looks, the others wait for what it sees."""
    name = f"{location.pk}:{location.version}:{get_language()}:{what}"
    with _looking[location.pk]:
        seen = FLOORS.get(name, look)
    assert seen is not None
    return seen


def _floor(location: Location) -> Floor:
    lines = list(location.lines.in_use())
    called = Ticket.objects.called().filter(location=location).order_by("-called_at", "-id")
    tickets = list(called.select_related("line", "desk", "caller", "assignee"))
    beside = _beside(tickets, Q(field__isnull=True) | Q(field__is_visible_while_serving=True))
    served = []
    for ticket in tickets:
        visitor = _visitor(ticket, location, beside, since=ticket.called_at, lines=lines)
        card, row = draw(f"{PAGE}#card", visitor), draw(f"{PAGE}#served-row", visitor)
        served.append(Served(ticket.caller_id, card, row))
    last_steps = {
        clerk_id: draw(f"{PAGE}#undo", _last_step(activity, location))
        for clerk_id, activity in undo.last_undoable(location.pk).items()
    }
    closed = opening(location, instants.now(), has_open_line=True).sentence
    in_use = location.devices.filter(kind=DeviceKind.KIOSK, is_active=True)
    kiosks = list(in_use.order_by("help_wanted_at", "name"))
    return Floor(
        lines,
        served,
        _just_ended(location),
        last_steps,
        calls=_calls(kiosks, location),
        missed=_missed(kiosks, location),
        closed=closed,
    )


def _calls(kiosks: Sequence[Device], location: Location) -> list[Part]:
    """Where somebody wants help, the first who asked first."""
    calls = [_call(kiosk, location) for kiosk in kiosks if kiosk.help_wanted_at]
    return [draw(f"{PAGE}#call-for-help", call) for call in calls]


def _missed(kiosks: Sequence[Device], location: Location) -> list[Part]:
    now = instants.now()
    return [
        draw(
            f"{PAGE}#missed-kiosk",
            Missed(
                name=kiosk.name,
                since=since.replace(microsecond=0),
                clock=_clock(since, location),
                meanwhile=kiosk.meanwhile,
            ),
        )
        for kiosk in kiosks
        if (since := kiosk.last_seen_at) and kiosk.is_missed(now)
    ]


def _call(kiosk: Device, location: Location) -> Call:
    since = kiosk.help_wanted_at
    assert since
    return Call(
        location_id=location.pk,
        device_id=kiosk.pk,
        name=kiosk.name,
        since=since.replace(microsecond=0),
        clock=_clock(since, location),
    )


def _last_step(activity: Activity, location: Location) -> LastStep:
    name = activity.ticket.name if activity.ticket else ""
    return LastStep(location.pk, activity.pk, activity.get_event_display(), name)


def _queue(location: Location, lines: Sequence[Line]) -> Queue:
    waiting = Ticket.objects.waiting().filter(line__in=lines)
    shown = list(waiting.in_order().select_related("assignee")[:SHOWN])
    by_id = {line.pk: line for line in lines}
    for ticket in shown:
        ticket.line = by_id[ticket.line_id]
    counts = Counter(ticket.line_id for ticket in shown)
    if len(shown) == SHOWN:
        counts = Counter(waiting.order_by().values_list("line", flat=True))
    beside = _beside(shown, Q(field__is_visible_while_waiting=True))
    visitors = [_visitor(each, location, beside, since=each.created_at) for each in shown]
    return Queue(
        rows=[draw(f"{PAGE}#row", visitor) for visitor in visitors],
        remaining=[_remaining(estimate) for estimate in estimates.for_tickets(shown)],
        heads=[(ticket.name, ticket.assignee_id) for ticket in shown],
        counts=counts,
    )


def _beside(tickets: Sequence[Ticket], shown_extras: Q) -> Beside:
    """The location says which answers a clerk should know now: they are `shown_extras`."""
    ids = [ticket.pk for ticket in tickets]
    labels: dict[int, list[Tag]] = defaultdict(list)
    for label in Label.objects.filter(ticket__in=ids):
        labels[label.ticket_id].append(Tag(label.value, label.color))
    facts: dict[int, list[Fact]] = defaultdict(list)
    for extra in Extra.objects.filter(shown_extras, ticket__in=ids).exclude(value=""):
        facts[extra.ticket_id].append(Fact(extra.title, extra.shown, extra.url))
    unread = Message.objects.unread().filter(ticket__in=ids)
    return Beside(labels, facts, frozenset(unread.values_list("ticket", flat=True)))


def _visitor(
    ticket: Ticket,
    location: Location,
    beside: Beside,
    *,
    since: datetime | None,
    lines: Sequence[Line] = (),
) -> Visitor:
    assert since
    is_served = bool(ticket.called_at)
    return Visitor(
        pk=ticket.pk,
        name=ticket.name,
        number=ticket.public_id if ticket.full_name else "",
        line=_choice(ticket.line),
        since=since.replace(microsecond=0),
        clock=_clock(since, location),
        level="" if is_served else _level(instants.now() - since),
        labels=tuple(beside.labels.get(ticket.pk, ())),
        facts=tuple(beside.facts.get(ticket.pk, ())),
        assignee=str(ticket.assignee) if ticket.assignee else "",
        is_remote=ticket.source == Source.MICROSITE,
        is_here=bool(ticket.arrived_at),
        has_news=ticket.pk in beside.with_news,
        desk=str(ticket.desk) if ticket.desk_id else "",
        caller=str(ticket.caller) if ticket.caller_id else "",
        phone=ticket.masked_phone_number if is_served else "",
        email=ticket.email if is_served else "",
        other_lines=tuple(
            _choice(line) for line in lines if line.is_open and line.pk != ticket.line_id
        ),
    )


def _choice(line: Line) -> Choice:
    return Choice(line.pk, line.name, line.color)


def _clock(moment: datetime, location: Location) -> str:
    return f"{moment.astimezone(location.tz):%H:%M}"


def _level(waited: timedelta) -> str:
    return "late" if waited >= LATE else "slow" if waited >= SLOW else "good"


def _remaining(estimate: Estimate) -> str:
    if estimate.high is None:
        return ""
    if not estimate.low:
        return _("up to %(high)s min to go") % {"high": estimate.high}
    return _("%(low)s–%(high)s min to go") % {"low": estimate.low, "high": estimate.high}


def _just_ended(location: Location) -> list[Part]:
    """The visits that ended last, for who walks up a minute too late."""
    ends = Activity.objects.standing().filter(
        location=location,
        event__in=(EventName.SERVED, EventName.NO_SHOW, EventName.CANCELLED),
        ticket__status__in=ENDED,
    )
    latest = ends.select_related("ticket__line").order_by("-id")[:JUST_ENDED]
    tickets = dict.fromkeys(each.ticket for each in latest if each.ticket)
    rows = (_ended(ticket) for ticket in tickets if not ticket.redacted_at)
    return [draw(f"{PAGE}#ended-row", row) for row in rows]


def _ended(ticket: Ticket) -> Ended:
    return Ended(
        pk=ticket.pk,
        name=ticket.name,
        line=_choice(ticket.line),
        outcome=ticket.get_status_display(),
        is_missed=ticket.status == Status.NOSHOW,
    )
