"""The clock: cut to milliseconds, pretended for the demo, written as the API writes it."""

from datetime import UTC, datetime

import pytest
import time_machine

from tickets import instants

MOMENT = datetime(2016, 4, 29, 12, 29, 40, 701_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("microsecond", "shown"),
    [
        (0, "2016-04-29T12:29:40Z"),
        (701_000, "2016-04-29T12:29:40.701Z"),
        (1_000, "2016-04-29T12:29:40.001Z"),
        (700_000, "2016-04-29T12:29:40.700Z"),
    ],
)
def test_wire_has_milliseconds_only_where_there_are_any(microsecond: int, shown: str) -> None:
    assert instants.to_wire(MOMENT.replace(microsecond=microsecond)) == shown


def test_now_is_cut_to_milliseconds() -> None:
    with time_machine.travel(MOMENT, tick=False):
        assert instants.now() == MOMENT.replace(microsecond=701_000)


def test_pretend_holds_inside_its_block() -> None:
    with instants.pretend(MOMENT):
        inside = instants.now()

    assert inside == MOMENT.replace(microsecond=701_000)
    assert instants.now() > MOMENT
