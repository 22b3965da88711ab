"""One office in which the actions are tried."""

from dataclasses import dataclass

import pytest

from tests.factories import DeskFactory, LineFactory, LocationFactory, clerk_of
from tickets.actions import intake, lifecycle
from tickets.models import Desk, Line, Location, Ticket, User


@dataclass(frozen=True)
class Office:
    location: Location
    line: Line
    other_line: Line
    desk: Desk
    clerk: User
    colleague: User

    def waiting(self, line: Line | None = None) -> Ticket:
        return intake.create(line or self.line, by=self.clerk, first_name="Jane", last_name="Doe")

    def called(self) -> Ticket:
        return lifecycle.call(self.waiting(), by=self.clerk, desk=self.desk, keep_open=True)

    def served(self) -> Ticket:
        return lifecycle.serve(self.called(), by=self.clerk)

    def no_show(self) -> Ticket:
        return lifecycle.mark_no_show(self.called(), by=self.clerk)

    def cancelled(self) -> Ticket:
        return lifecycle.cancel(self.waiting(), by=self.clerk)


def make_office() -> Office:
    location = LocationFactory.create(has_messages=True)
    line, other_line = LineFactory.create_batch(2, location=location)
    return Office(
        location=location,
        line=line,
        other_line=other_line,
        desk=DeskFactory.create(location=location),
        clerk=clerk_of(location, first_name="Mari"),
        colleague=clerk_of(location, first_name="Juan"),
    )


@pytest.fixture
def office(db: None) -> Office:
    return make_office()
