"""A visitor joins a line."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from tickets import events, instants, prepared
from tickets.actions import extras as extra_values
from tickets.actions import labels as label_values
from tickets.actions import places, texts
from tickets.actions.extras import ExtraValue
from tickets.exceptions import LineClosed, LineNotFound
from tickets.models import (
    By,
    EventName,
    Line,
    LineStatus,
    Location,
    NumberCounter,
    Source,
    Ticket,
)
from tickets.prepared import Parameter
from tickets.sms.wording import Moment


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
    quoted: tuple[int, int] | None = None,
    nonce: str | None = None,
    signed_in_at: datetime | None = None,
) -> Ticket:
    """Put a visitor at the end of `line`; the ticket gets its number for the local day.

    `quoted` is the wait that the visitor is told, from and to so many minutes.
    `nonce` is made by who creates the ticket: a second call with the same nonce in the same
    location returns the first one's ticket. Raises LineClosed if the line takes nobody new.

    `signed_in_at` is of who signed in while their kiosk had no network: they get the place that
    they have had since then, also in a line that was disabled meanwhile.
    """
    if nonce and (made := Ticket.objects.filter(location=line.location_id, nonce=nonce).first()):
        return made
    try:
        with transaction.atomic():
            now = instants.now()
            came = signed_in_at or now
            line = _line_for(line.pk, is_late=signed_in_at is not None)
            location = line.location
            place = came if signed_in_at else places.last_of(line.pk, now)
            day = location.local_day(came)
            number = _next_number(location, day)
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
                numbered_on=day,
                public_id=f"{line.letter}-{number}",
                nonce=nonce,
                quoted_low=quoted[0] if quoted else None,
                quoted_high=quoted[1] if quoted else None,
                created_at=came,
                order_after=place if place > came else None,
            )
            prepared.insert(ticket)
            extra_values.add(ticket, extras)
            label_values.attach(ticket, labels)
            text = texts.write(Moment.ADDED, ticket, at=now)
            events.record(
                EventName.CREATED,
                by=by,
                ticket=ticket,
                location_id=location.pk,
                at=now,
                changes={"status": [None, ticket.status], "line_id": [None, line.pk]},
                message=text,
            )
    except IntegrityError:
        # Two requests with one nonce at the same moment: the other one made the ticket.
        made = Ticket.objects.filter(location=line.location_id, nonce=nonce).first()
        if not nonce or not made:
            raise
        return made
    return ticket


def _line_for(line_id: int, *, is_late: bool) -> Line:
    """The line, held open: it cannot be disabled between this look and the ticket's commit."""
    line = places.lock_line(line_id)
    if line is None:
        raise LineNotFound
    if not line.is_open and not (is_late and line.status == LineStatus.DISABLED):
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
