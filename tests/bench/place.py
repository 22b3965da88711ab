"""Where it is measured: one location with one line, its clerks, a key, and so many who wait."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import F

from tests.factories import DeskFactory, LineFactory, clerk_of
from tickets import instants
from tickets.actions import programs
from tickets.models import Extra, Interaction, Label, Line, NumberCounter, Ticket, User
from tickets.models.tickets import TicketQuerySet
from tickets.states import Outcome, Status

CLERKS = 8


@dataclass(frozen=True)
class Place:
    line: Line
    clerk_ids: list[int]
    key: str

    @classmethod
    def open(cls) -> "Place":
        """Ids and numbers begin far from each other: the floor tells by their values what they are."""
        line = LineFactory.create()
        for clerk in range(CLERKS):
            desk = DeskFactory.create(pk=20_001 + clerk, location=line.location)
            clerk_of(line.location, pk=10_001 + clerk, desk=desk)
        _key, secret = programs.issue_key(name="bench", is_rate_limited=False)
        place = cls(line, list(User.objects.values_list("pk", flat=True).order_by("pk")), secret)
        today = line.location.today()
        NumberCounter.objects.create(location=line.location, day=today, last_number=100_000)
        place._fill(1, pk=1_000_000)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [Ticket]):
                cursor.execute(statement)
        return place

    @property
    def waiting(self) -> TicketQuerySet:
        return Ticket.objects.waiting().filter(line=self.line).in_order()

    def clerk(self, pk: int) -> User:
        clerk: User = User.objects.get(pk=pk)
        return clerk

    def hold(self, size: int) -> None:
        """Have exactly `size` visitors wait and nobody served, by plain writes past the actions."""
        with transaction.atomic():
            now = instants.now()
            Interaction.objects.filter(outcome="").update(
                ended_at=now, outcome=Outcome.SERVED, called_ticket=None
            )
            Ticket.objects.called().update(
                status=Status.SERVED, served_at=now, open_interaction=None
            )
            surplus = list(self.waiting[size:].values_list("pk", flat=True))
            Ticket.objects.filter(pk__in=surplus).update(status=Status.CANCELLED_BY_CLERK)
            self._fill(size - self.waiting.count())
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:  # what autovacuum does, only not at any moment
                cursor.execute("VACUUM ANALYZE")

    def _fill(self, missing: int, **columns: int) -> None:
        today, now = self.line.location.today(), instants.now()
        counter, _ = NumberCounter.objects.get_or_create(location=self.line.location, day=today)
        first = counter.last_number + 1
        NumberCounter.objects.filter(pk=counter.pk).update(last_number=F("last_number") + missing)
        tickets = Ticket.objects.bulk_create(
            Ticket(
                location=self.line.location,
                line=self.line,
                first_name="Jane",
                last_name="Doe",
                phone_number="+3725551234",
                number=number,
                numbered_on=today,
                public_id=f"{self.line.letter}-{number}",
                created_at=now - timedelta(milliseconds=first + missing - number),
                **columns,
            )
            for number in range(first, first + missing)
        )
        Extra.objects.bulk_create(
            Extra(ticket=ticket, title="Notes", value="assistance required") for ticket in tickets
        )
        Label.objects.bulk_create(
            Label(ticket=ticket, value="VIP", color="FF00FF") for ticket in tickets[::2]
        )
