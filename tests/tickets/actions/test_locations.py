"""Opening hours of a location, set by two at once."""

from functools import partial

from tests.conftest import Figure, Threads
from tests.tickets.actions.conftest import make_office
from tickets.actions import locations
from tickets.models import Activity, EventName, Location

ROUNDS = 20


def test_hours_set_by_two_at_once_are_those_of_one(in_threads: Threads, figure: Figure) -> None:
    office = make_office()
    weeks = [{day: [[hour * 60, 1020]] for day in range(7)} for hour in (8, 9)]
    mixed = 0

    for _ in range(ROUNDS):
        results = in_threads(
            *(
                partial(
                    locations.set_week,
                    Location.objects.get(pk=office.location.pk),
                    week,
                    by=office.clerk,
                )
                for week in weeks
            )
        )
        kept = {day.weekday: day.intervals for day in office.location.opening_days.all()}
        mixed += kept not in weeks or results != [None, None]

    changes = Activity.objects.filter(event=EventName.LOCATION_CHANGED).order_by("id")
    before, after = zip(*(row.changes["opening_hours"] for row in changes), strict=True)
    assert (mixed, list(before[1:])) == (0, list(after[:-1]))
    figure("opening hours set by two at once", f"{ROUNDS} pairs, 0 mixed, the record unbroken")
