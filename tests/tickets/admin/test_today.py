"""The Today overview: figures of the local day, of the locations that the person manages."""

import time_machine

from tests.conftest import CountQueries
from tests.factories import (
    DeviceFactory,
    LineFactory,
    LocationFactory,
    clerk_of,
    waiting_ticket,
)
from tests.tickets.admin.conftest import Office, SignIn
from tickets.actions import lifecycle
from tickets.admin import today
from tickets.models import DeviceKind, Location, Ticket, TvSound, User


def test_overview_counts_the_local_day(db: None) -> None:
    line = LineFactory.create(location__timezone="Europe/Tallinn")
    clerk = clerk_of(line.location)

    def come(at: str) -> Ticket:
        with time_machine.travel(at, tick=False):
            return waiting_ticket(line, by=clerk)

    def served(ticket: Ticket, at: str) -> None:
        with time_machine.travel(at, tick=False):
            lifecycle.serve(lifecycle.call(ticket, by=clerk, keep_open=True), by=clerk)

    served(come("2026-05-04T20:30:00Z"), "2026-05-04T20:50:00Z")  # still the 4th in Tallinn
    served(come("2026-05-04T21:30:00Z"), "2026-05-04T21:40:00Z")
    served(come("2026-05-05T07:00:00Z"), "2026-05-05T07:20:00Z")
    missed, called = come("2026-05-05T07:30:00Z"), come("2026-05-05T07:30:00Z")
    come("2026-05-05T07:45:00Z")
    with time_machine.travel("2026-05-05T07:45:00Z", tick=False):
        lifecycle.mark_no_show(lifecycle.call(missed, by=clerk), by=clerk)
        lifecycle.call(called, by=clerk)

    with time_machine.travel("2026-05-05T08:00:00Z", tick=False):
        (day,) = today.overview(Location.objects.all())

    assert day == today.Day(
        location=line.location,
        waiting=1,
        serving=1,
        served=2,
        no_shows=1,
        average_wait=15,
        longest_wait=15,
    )


def test_overview_of_an_empty_location(db: None) -> None:
    location = LocationFactory.create()

    (day,) = today.overview(Location.objects.all())

    assert day == today.Day(
        location=location,
        waiting=0,
        serving=0,
        served=0,
        no_shows=0,
        average_wait=None,
        longest_wait=None,
    )


def test_overview_shows_managed_locations_only(
    office: Office, manager: User, sign_in: SignIn
) -> None:
    LocationFactory.create()

    days = sign_in(manager).get("/admin/").context["days"]

    assert [day.location for day in days] == [office.location]


def test_overview_names_tvs_without_sound(
    office: Office, manager: User, sign_in: SignIn, count_queries: CountQueries
) -> None:
    """UT8: also those of several locations in the same number of queries."""
    tvs = [
        DeviceFactory.create(
            location=office.location, kind=DeviceKind.TV, name=f"Room {sound}", sound=sound
        )
        for sound in ("", *TvSound)
    ]
    one = count_queries(lambda: today.overview(Location.objects.all()))
    DeviceFactory.create(
        location=LocationFactory.create(), kind=DeviceKind.TV, name="Elsewhere", sound=TvSound.OFF
    )

    answer = sign_in(manager).get("/admin/")

    (day,) = answer.context["days"]
    assert day.silent_tvs == [tvs[-1]]
    assert answer.content.decode().count("has no sound") == 1
    assert count_queries(lambda: today.overview(Location.objects.all())) == one
