"""Set up the lines of a location: open, change, close, archive and delete them."""

from collections.abc import Container, Iterator
from itertools import product
from string import ascii_uppercase
from typing import Any

from django.db import transaction

from tickets import events
from tickets.events import changed
from tickets.exceptions import LineHasActiveTickets, LineNameTaken, LineNotFound, TooManyLines
from tickets.models import By, EventName, Line, LineColor, LineStatus, Location, Ticket


def create(
    location: Location, *, name: str, by: By, color: str = "", letter: str = "", **columns: Any
) -> Line:
    """Add a line at the end; without a letter it gets the next free one, without a colour the next.

    `columns` are further columns of the line, such as its status. Raises LineNameTaken, TooManyLines.
    """
    with transaction.atomic():
        _hold_names(location.pk)
        there = list(location.lines.not_deleted())
        _refuse_taken_name(name, there)
        colors = LineColor.values
        line = Line.objects.create(
            location=location,
            name=name,
            color=color or colors[len(there) % len(colors)],
            letter=letter or _next_letter({line.letter for line in there}),
            **{"position": max((line.position for line in there), default=-1) + 1} | columns,
        )
        made: dict[str, list[Any]] = {
            "line_id": [None, line.pk],
            "name": [None, name],
            "status": [None, line.status],
        }
        events.record(EventName.LINE_CREATED, by=by, location_id=location.pk, changes=made)
    return line


def edit(line: Line, *, by: By, **after: Any) -> None:
    """Change columns of a line, but its status. Raises LineNameTaken, LineNotFound.

    Nothing is on record if nothing changes.
    """
    with transaction.atomic():
        held = _hold(line)
        changes = changed(held, **after)
        if "name" in changes:
            _hold_names(held.location_id)
            others = Line.objects.not_deleted().filter(location=held.location_id)
            _refuse_taken_name(after["name"], others.exclude(pk=held.pk))
        if changes:
            for column in changes:
                setattr(held, column, after[column])
            held.save(update_fields=list(changes))
            _record(held, changes, by=by)
    line.refresh_from_db()


def enable(line: Line, *, by: By) -> None:
    """Take visitors again, whether it was disabled or archived. Raises LineNotFound."""
    _switch(line, LineStatus.ENABLED, by=by)


def disable(line: Line, *, by: By) -> None:
    """Take nobody new. Raises LineHasActiveTickets while somebody waits or is being served."""
    _switch(line, LineStatus.DISABLED, by=by)


def archive(line: Line, *, by: By) -> None:
    """Put the line away. Raises LineHasActiveTickets while somebody waits or is being served."""
    _switch(line, LineStatus.ARCHIVED, by=by)


def unarchive(line: Line, *, by: By) -> None:
    """Bring an archived line back, to take visitors; any other stays as it is."""
    if line.status == LineStatus.ARCHIVED:
        _switch(line, LineStatus.ENABLED, by=by)


def delete(line: Line, *, by: By) -> None:
    """Take the line from everywhere but old tickets, for good; its letter is free again.

    Raises LineHasActiveTickets while somebody waits or is being served.
    """
    _switch(line, LineStatus.DELETED, by=by, letter="")


def _switch(line: Line, status: LineStatus, *, by: By, **columns: Any) -> None:
    with transaction.atomic():
        held = _hold(line)
        if held.status != status:
            if status != LineStatus.ENABLED and Ticket.objects.active().filter(line=held).exists():
                raise LineHasActiveTickets
            changes = changed(held, status=status, **columns)
            Line.objects.filter(pk=held.pk).update(status=status, **columns)
            _record(held, changes, by=by)
    line.refresh_from_db()


def _hold(line: Line) -> Line:
    """The line as it is now, held: whoever joins it holds it too, so a look at its tickets counts."""
    held = Line.objects.select_for_update(no_key=True).not_deleted().filter(pk=line.pk).first()
    if held is None:
        raise LineNotFound
    return held


def _hold_names(location_id: int) -> None:
    """Whoever adds or names a line here waits, so that no two get one letter or one name."""
    Location.objects.select_for_update(no_key=True).get(pk=location_id)


def _record(line: Line, changes: dict[str, list[Any]], *, by: By) -> None:
    changes = {"line_id": [line.pk, line.pk], **changes}
    events.record(EventName.LINE_CHANGED, by=by, location_id=line.location_id, changes=changes)


def _refuse_taken_name(name: str, others: Any) -> None:
    if name in {other.name for other in others}:
        raise LineNameTaken


def _next_letter(taken: Container[str]) -> str:
    for letter in _letters():
        if letter not in taken:
            return letter
    raise TooManyLines


def _letters() -> Iterator[str]:
    """A, B, … Z, AA, AB, … ZZ."""
    yield from ascii_uppercase
    yield from map("".join, product(ascii_uppercase, repeat=2))
