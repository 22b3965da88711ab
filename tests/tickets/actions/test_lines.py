"""Lines: closed only when nobody is in them any more."""

from collections.abc import Callable

import pytest

from tests.tickets.actions.conftest import Office
from tickets.actions import lifecycle, lines
from tickets.exceptions import LineHasActiveTickets
from tickets.models import Activity, LineStatus, Ticket

SWITCHES = {
    lines.disable: LineStatus.DISABLED,
    lines.archive: LineStatus.ARCHIVED,
    lines.enable: LineStatus.ENABLED,
}
each_switch = pytest.mark.parametrize(("switch", "status"), SWITCHES.items())
each_end = pytest.mark.parametrize("switch", [lines.disable, lines.archive])
Switch = Callable[..., None]


@each_switch
def test_switch_is_on_record(switch: Switch, status: LineStatus, office: Office) -> None:
    before = LineStatus.DISABLED if status == LineStatus.ENABLED else LineStatus.ENABLED
    office.line.status = before
    office.line.save()

    switch(office.line, by=office.clerk)

    activity = Activity.objects.get(event="line.changed")
    assert office.line.status == status
    assert activity.changes["status"] == [before, status]
    assert activity.ticket is None
    office.line.refresh_from_db()
    assert office.line.status == status


@each_switch
def test_switch_to_what_it_is_leaves_no_trace(
    switch: Switch, status: LineStatus, office: Office
) -> None:
    office.line.status = status
    office.line.save()

    switch(office.line, by=office.clerk)

    assert Activity.objects.count() == 0


@each_end
@pytest.mark.parametrize("arrange", [Office.waiting, Office.called])
def test_end_of_a_line_with_somebody_in_it_is_refused(
    switch: Switch, arrange: Callable[[Office], Ticket], office: Office
) -> None:
    arrange(office)

    with pytest.raises(LineHasActiveTickets):
        switch(office.line, by=office.clerk)

    office.line.refresh_from_db()
    assert office.line.status == LineStatus.ENABLED
    assert Activity.objects.filter(event="line.changed").count() == 0


@each_end
@pytest.mark.parametrize("arrange", [Office.served, Office.no_show, Office.cancelled])
def test_end_of_a_line_with_ended_visits_is_done(
    switch: Switch, arrange: Callable[[Office], Ticket], office: Office
) -> None:
    arrange(office)

    switch(office.line, by=office.clerk)

    assert not office.line.is_open


def test_rejoin_of_a_closed_line_is_called_still(office: Office) -> None:
    ticket = office.no_show()
    lines.archive(office.line, by=office.clerk)
    lifecycle.rejoin(ticket, by=office.clerk)

    assert lifecycle.call_next([office.line], by=office.clerk) == ticket
