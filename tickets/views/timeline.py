"""What happened in a visit, in plain words: each step, what it changed, and whether it can go back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets.actions import undo
from tickets.instants import to_wire
from tickets.models import Activity, Desk, EventName, Line, Ticket, User
from tickets.models.tickets import masked, shown_extra

#: The columns that say something to a clerk, in the order in which they are told.
COLUMNS = {
    "line_id": _("Line"),
    "desk_id": _("Desk"),
    "assignee_id": _("Assigned to"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "phone_number": _("Mobile"),
    "email": _("E-mail"),
    "language": _("Language"),
}
#: Rows that such a column names.
NAMED = {"line_id": Line, "desk_id": Desk, "assignee_id": User}


@dataclass(frozen=True, kw_only=True)
class Change:
    """`what` was `before` and is `after` now; empty where nothing was, or nothing is."""

    what: str
    before: str = ""
    after: str = ""
    is_replaced: bool = True


@dataclass(frozen=True, kw_only=True)
class Step:
    """One row of the timeline."""

    activity: Activity
    title: str
    changes: Sequence[Change]
    can_undo: bool


def of(ticket: Ticket, *, by: User) -> list[Step]:
    """The steps of a visit, the latest first, as this clerk may see and undo them."""
    related = ("user", "key", "device", "message", "undone_by", "undoes")
    rows = list(Activity.objects.filter(ticket=ticket).select_related(*related).order_by("-id"))
    undoable = undo.undoable(rows, by=by)
    names = _names(rows)
    return [
        Step(
            activity=row,
            title=_title(row, ticket),
            changes=[] if row.undoes else list(_changes(row, names)),
            can_undo=row.pk in undoable and not ticket.redacted_at,
        )
        for row in rows
    ]


def _title(row: Activity, ticket: Ticket) -> str:
    name = row.get_event_display()
    if row.undoes:
        return gettext("Undone: %(step)s") % {"step": row.undoes.get_event_display()}
    if row.part_of_id:
        return gettext("%(step)s, with the next call") % {"step": name}
    if row.event == EventName.REORDERED and "order_after" in row.changes:
        signed_in = to_wire(ticket.created_at)
        before, after = (moment or signed_in for moment in row.changes["order_after"])
        is_back = _is_later(after, before)
        if "delays" in row.changes:
            return gettext("Needed more time, moved down in the line")
        return gettext("Moved down in the line") if is_back else gettext("Moved up in the line")
    if row.event == EventName.EDITED and "arrived_at" in row.changes:
        return gettext("Is here") if row.changes["arrived_at"][1] else gettext("Is not here yet")
    return name


def _is_later(one: str, other: str) -> bool:
    """Of two instants as they are kept: a whole second has no milliseconds, and sorts by itself."""
    return one.rstrip("Z") > other.rstrip("Z")


def _names(rows: Iterable[Activity]) -> dict[str, dict[int, Any]]:
    """The rows that the changes name, one query for each kind."""
    wanted: dict[str, set[int]] = {column: set() for column in NAMED}
    for row in rows:
        for column in NAMED:
            wanted[column].update(filter(None, row.changes.get(column, ())))
    return {
        column: model._default_manager.in_bulk(wanted[column]) for column, model in NAMED.items()
    }


def _changes(row: Activity, names: dict[str, dict[int, Any]]) -> Iterator[Change]:
    written = row.written()
    for column, what in COLUMNS.items():
        if column not in written:
            continue
        before, after = (_shown(column, value, names) for value in written[column])
        if column == "desk_id" and not after:  # of course: they wait again
            continue
        yield Change(what=str(what), before=before, after=after)
    yield from _extras(*written.get("extras", ([], [])))
    had, has = written.get("labels", ([], []))
    for value in had:
        if value not in has:
            yield Change(what=gettext("Taken off"), before=value, is_replaced=False)
    for value in has:
        if value not in had:
            yield Change(what=gettext("Added"), after=value)


def _shown(column: str, value: Any, names: dict[str, dict[int, Any]]) -> str:
    if column in names:
        return str(names[column].get(value, ""))
    return masked(value or "") if column == "phone_number" else str(value or "")


def _extras(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[Change]:
    titles = dict.fromkeys(each["title"] for each in (*before, *after))
    for title in titles:
        was, now = (
            ", ".join(
                shown_extra(title, each["value"]) for each in extras if each["title"] == title
            )
            for extras in (before, after)
        )
        if was != now:
            yield Change(what=title, before=was, after=now)
