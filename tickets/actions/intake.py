"""A visitor joins a line."""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from tickets import events, instants, prepared
from tickets.actions import extras as extra_values
from tickets.actions import labels as label_values
from tickets.actions import places
from tickets.actions.extras import ExtraValue
from tickets.exceptions import LineClosed, LineNotFound
from tickets.models import By, EventName, Line, Location, NumberCounter, Source, Ticket
from tickets.prepared import Parameter


def create(
    line: Line,
    *,
    by: By,
    source: str = Source.MANUAL,
    first_name: str = "",
    last_name: str = "",
    phone_number: str = "",
    email: str = "",
    language: str = "en",
    extras: Sequence[ExtraValue] = (),
    labels: Sequence[str] = (),
    nonce: str | None = None,
) -> Ticket:
    """Put a visitor at the end of `line`; the ticket gets its number for the local day.

    `nonce` is made by who creates the ticket: a second call with the same nonce in the same
    location returns the first one's ticket. Raises LineClosed if the line takes nobody new.
    """
    if nonce and (made := Ticket.objects.filter(location=line.location_id, nonce=nonce).first()):
        return made
    try:
        with transaction.atomic():
            now = instants.now()
            line = _open_line(line.pk)
            location = line.location
            place = places.last_of(line.pk, now)
            today = location.local_day(now)
            number = _next_number(location, today)
            ticket = Ticket(
                location=location,
                line=line,
                source=source,
                first_name=first_name,
                last_name=last_name,
                phone_number=phone_number,
                email=email,
                language=language,
                number=number,
                numbered_on=today,
                public_id=f"{line.letter}-{number}",
                nonce=nonce,
                created_at=now,
                order_after=place if place > now else None,
            )
            prepared.insert(ticket)
            extra_values.add(ticket, extras)
            label_values.attach(ticket, labels)
            events.record(
                EventName.CREATED,
                by=by,
                ticket=ticket,
                location_id=location.pk,
                at=now,
                changes={"status": [None, ticket.status], "line_id": [None, line.pk]},
            )
    except IntegrityError:
        # Two requests with one nonce at the same moment: the other one made the ticket.
        made = Ticket.objects.filter(location=line.location_id, nonce=nonce).first()
        if not nonce or not made:
            raise
        return made
    return ticket


def _open_line(line_id: int) -> Line:
    """The line, held open: it cannot be disabled between this look and the ticket's commit."""
    line = places.lock_line(line_id)
    if line is None:
        raise LineNotFound
    if not line.is_open:
        raise LineClosed
    return line


_count_up = prepared.Update(
    NumberCounter,
    Q(location=Parameter("location"), day=Parameter("day")),
    returning=("id", "last_number"),
    last_number=F("last_number") + 1,
)


def _next_number(location: Location, day: date) -> int:
    """Read what is written: the row is ours from the write on, so no number is given twice."""
    counters = _count_up(location=location.pk, day=day)
    if not counters:  # the first of the day, here and perhaps in another line at this moment
        new = NumberCounter(location=location, day=day)
        NumberCounter.objects.bulk_create([new], ignore_conflicts=True)
        counters = _count_up(location=location.pk, day=day)
    return counters[0].last_number
