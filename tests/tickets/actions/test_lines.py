"""Lines: closed only when nobody is in them any more."""

from collections.abc import Callable
from functools import partial
from itertools import product
from string import ascii_uppercase

import pytest

from tests.conftest import Threads
from tests.factories import LineFactory, LocationFactory
from tests.tickets.actions.conftest import Office
from tickets.actions import lifecycle, lines, undo
from tickets.exceptions import (
    LineClosed,
    LineHasActiveTickets,
    LineNameTaken,
    LineNotFound,
    NotUndoable,
    TooManyLines,
)
from tickets.models import Activity, Line, LineColor, LineStatus, Ticket

SWITCHES = {
    lines.disable: LineStatus.DISABLED,
    lines.archive: LineStatus.ARCHIVED,
    lines.enable: LineStatus.ENABLED,
}
each_switch = pytest.mark.parametrize(("switch", "status"), SWITCHES.items())
each_end = pytest.mark.parametrize("switch", [lines.disable, lines.archive, lines.delete])
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


def test_create_takes_the_next_letter_colour_and_place(office: Office) -> None:
    place = LocationFactory.create()

    made = [lines.create(place, name=name, by=office.clerk) for name in ("One", "Two", "Three")]

    assert [(line.letter, line.color, line.position) for line in made] == [
        ("A", LineColor.VIOLET, 0),
        ("B", LineColor.LAVENDER, 1),
        ("C", LineColor.MARSHMALLOW, 2),
    ]
    activity = Activity.objects.filter(event="line.created").latest("id")
    assert (activity.location, activity.changes) == (
        place,
        {
            "line_id": [None, made[2].pk],
            "name": [None, "Three"],
            "status": [None, "ENABLED"],
        },
    )


def test_create_fills_a_gap_in_the_letters_and_goes_on_with_two(office: Office) -> None:
    place = LocationFactory.create()
    for letter in "ABCDEFGHIJKLMNOPQRTUVWXYZ":
        LineFactory.create(location=place, letter=letter)

    made = [lines.create(place, name=name, by=office.clerk).letter for name in ("Gap", "Next")]

    assert made == ["S", "AA"]


def test_create_without_a_letter_left_is_refused(office: Office) -> None:
    place = LocationFactory.create()
    letters = [*ascii_uppercase, *map("".join, product(ascii_uppercase, repeat=2))]
    Line.objects.bulk_create(
        LineFactory.build(location=place, letter=letter, name=letter) for letter in letters
    )

    with pytest.raises(TooManyLines):
        lines.create(place, name="One more", by=office.clerk)


def test_create_at_once_gives_each_line_a_letter_of_its_own(
    office: Office, in_threads: Threads
) -> None:
    place = LocationFactory.create()

    made = in_threads(
        *(partial(lines.create, place, name=f"Line {n}", by=office.clerk) for n in range(4))
    )

    assert sorted(line.letter for line in made if isinstance(line, Line)) == ["A", "B", "C", "D"]


def test_name_of_another_line_is_refused(office: Office) -> None:
    deleted = LineFactory.create(location=office.location, name="Old")
    lines.delete(deleted, by=office.clerk)

    with pytest.raises(LineNameTaken):
        lines.create(office.location, name=office.other_line.name, by=office.clerk)
    with pytest.raises(LineNameTaken):
        lines.edit(office.line, name=office.other_line.name, by=office.clerk)
    lines.edit(office.line, name="Old", by=office.clerk)

    assert Line.objects.get(pk=office.line.pk).name == "Old"


def test_name_given_to_two_at_once_has_one_winner(office: Office, in_threads: Threads) -> None:
    both = [office.line, office.other_line]

    results = in_threads(
        *(partial(lines.edit, line, name="Passports", by=office.clerk) for line in both),
        partial(lines.create, office.location, name="Passports", by=office.clerk),
    )

    assert sum(isinstance(result, LineNameTaken) for result in results) == 2
    assert Line.objects.filter(name="Passports").count() == 1


def test_edit_records_what_changed(office: Office) -> None:
    lines.edit(office.line, name=office.line.name, color="112233", by=office.clerk)

    activity = Activity.objects.get(event="line.changed")
    assert activity.changes == {
        "line_id": [office.line.pk, office.line.pk],
        "color": ["3355CC", "112233"],
    }
    assert Line.objects.get(pk=office.line.pk).color == office.line.color == "112233"


def test_edit_to_what_it_is_leaves_no_trace(office: Office) -> None:
    lines.edit(office.line, name=office.line.name, by=office.clerk)

    assert Activity.objects.count() == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [("ARCHIVED", "ENABLED"), ("DISABLED", "DISABLED"), ("ENABLED", "ENABLED")],
)
def test_unarchive_opens_what_was_archived(before: str, after: str, office: Office) -> None:
    line = LineFactory.create(location=office.location, status=before)

    lines.unarchive(line, by=office.clerk)

    assert Line.objects.get(pk=line.pk).status == after


def test_delete_keeps_old_tickets_and_frees_the_letter(office: Office) -> None:
    ticket, letter = office.served(), office.line.letter

    lines.delete(office.line, by=office.clerk)
    again = lines.create(office.location, name="Again", letter=letter, by=office.clerk)

    ticket.refresh_from_db()
    assert (ticket.line_id, ticket.public_id[: len(letter)]) == (office.line.pk, letter)
    assert list(office.location.lines.not_deleted()) == [office.other_line, again]
    deleted = Activity.objects.filter(event="line.changed").latest("id")
    assert deleted.changes["status"] == ["ENABLED", "DELETED"]


@pytest.mark.parametrize("act", [lines.enable, lines.disable, lines.archive, lines.delete])
def test_a_deleted_line_is_not_there_any_more(act: Switch, office: Office) -> None:
    stale = Line.objects.get(pk=office.line.pk)
    lines.delete(office.line, by=office.clerk)

    with pytest.raises(LineNotFound):
        act(stale, by=office.clerk)

    assert Line.objects.get(pk=stale.pk).status == "DELETED"


def test_rejoin_of_a_deleted_line_is_refused(office: Office) -> None:
    ticket = office.no_show()
    lines.delete(office.line, by=office.clerk)

    with pytest.raises(LineNotFound):
        lifecycle.rejoin(ticket, by=office.clerk)

    assert Ticket.objects.get(pk=ticket.pk).status == "NOSHOW"


@pytest.mark.parametrize("arrange", [Office.served, Office.cancelled])
def test_undo_back_into_a_deleted_line_is_refused(
    arrange: Callable[[Office], Ticket], office: Office
) -> None:
    ticket = arrange(office)
    ended = Activity.objects.filter(ticket=ticket).latest("id")
    lines.delete(office.line, by=office.clerk)

    with pytest.raises(NotUndoable, match="deleted"):
        undo.undo(ended, by=office.clerk)

    assert Ticket.objects.get(pk=ticket.pk).status == ticket.status


def test_delete_and_sign_in_at_once_leave_nobody_in_a_deleted_line(
    office: Office, in_threads: Threads
) -> None:
    for n in range(5):
        line = LineFactory.create(location=office.location, name=f"Round {n}")

        joined, _deleted = in_threads(
            partial(office.waiting, line), partial(lines.delete, line, by=office.clerk)
        )

        assert isinstance(joined, Ticket | LineClosed)
        line.refresh_from_db()
        assert (line.status == "DELETED") == isinstance(joined, LineClosed)
