"""The demo where there is nothing yet, or something else: made or left out."""

from collections import Counter

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from tests.factories import LocationFactory
from tests.tickets.test_demo import AFTER_MIDNIGHT, everything
from tickets import demo
from tickets.models import Location

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo_is_on(settings: Settings) -> None:
    settings.DEMO = True


def test_fill_after_midnight_numbers_each_local_day() -> None:
    with time_machine.travel(AFTER_MIDNIGHT, tick=False):
        demo.fill()

    for location in demo.locations():
        tickets = location.tickets.order_by("created_at")
        days = Counter(location.local_day(ticket.created_at) for ticket in tickets)
        assert len(days) == 2
        assert [(ticket.numbered_on, ticket.number) for ticket in tickets] == [
            (day, number) for day, count in sorted(days.items()) for number in range(1, count + 1)
        ]


def test_fill_leaves_an_installation_with_other_data_alone() -> None:
    LocationFactory.create()
    before = everything()

    is_made = demo.fill()

    assert not is_made
    assert everything() == before


def test_fill_without_demo_is_refused(settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(ImproperlyConfigured):
        demo.fill()
    with pytest.raises(CommandError):
        call_command("demo")

    assert Location.objects.count() == 0
