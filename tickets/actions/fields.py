"""What a location asks its visitors, and the answers of one of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from tickets import events
from tickets.actions import details
from tickets.actions import extras as extra_values
from tickets.actions.extras import ExtraValue
from tickets.events import changed
from tickets.exceptions import FieldNotHere, InputFieldDuplicate
from tickets.models import (
    FIELD_COLUMNS,
    By,
    EventName,
    FieldType,
    InputField,
    InputFieldOption,
    Line,
    Location,
    Ticket,
)


@dataclass(frozen=True, kw_only=True)
class Option:
    """One answer of a choice; `color` as RRGGBB, `translations` by language and column."""

    id: UUID
    title: str
    color: str = ""
    translations: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is sent of an input field: columns by name; None leaves lines or options as they are."""

    columns: dict[str, Any]
    lines: Sequence[Line] | None = None
    options: Sequence[Option] | None = None


def create(location: Location, question: Question, *, by: By) -> InputField:
    """Ask something new, after everything else. Raises InputFieldDuplicate."""
    with transaction.atomic():
        made = add(location, question)
        _record(made, {"title": [None, made.title]}, by=by)
    return made


def add(location: Location, question: Question) -> InputField:
    """The input field, inside somebody else's transaction and off the record."""
    last = location.input_fields.aggregate(last=Max("position"))["last"]
    position = 0 if last is None else last + 1
    _refuse_taken_title(location.pk, question)
    try:
        with transaction.atomic():
            made = InputField.objects.create(
                location=location, **{"position": position} | question.columns
            )
            _write_relations(made, question)
    except IntegrityError as error:
        raise InputFieldDuplicate from error
    return made


def edit(asked: InputField, question: Question, *, by: By) -> None:
    """Change what is given and leave the rest; options are replaced. Raises InputFieldDuplicate."""
    with transaction.atomic():
        held = InputField.objects.select_for_update(no_key=True).get(pk=asked.pk)
        _refuse_taken_title(held.location_id, question, held=held)
        changes = changed(held, **question.columns)
        before = _relations(held)
        try:
            with transaction.atomic():
                InputField.objects.filter(pk=held.pk).update(**question.columns)
                _write_relations(held, question)
        except IntegrityError as error:
            raise InputFieldDuplicate from error
        after = _relations(held)
        changes |= {
            name: [before[name], after[name]] for name in before if before[name] != after[name]
        }
        if changes:
            _record(held, changes, by=by)
    asked.refresh_from_db()


def answer(ticket: Ticket, asked: InputField, answers: Sequence[ExtraValue], *, by: By) -> Ticket:
    """Make these the ticket's answers to one question; none takes the answer away.

    Raises FieldNotHere for a question of another location.
    """
    if asked.location_id != ticket.location_id:
        raise FieldNotHere
    if column := FIELD_COLUMNS.get(FieldType(asked.type)):
        told: dict[str, Any] = {column: answers[0].value if answers else ""}
        return details.edit(ticket, by=by, **told)
    with transaction.atomic():
        ticket.lock()
        title = asked.title.casefold()
        before = extra_values.of(ticket)
        places = [n for n, extra in enumerate(before) if extra.title.casefold() == title]
        kept = [extra for extra in before if extra.title.casefold() != title]
        place = places[0] if places else len(kept)
        after = [*kept[:place], *answers, *kept[place:]]
        return details.edit(ticket, by=by, extras=after)


def _refuse_taken_title(
    location_id: int, question: Question, *, held: InputField | None = None
) -> None:
    """Raises InputFieldDuplicate: capitals make no difference, those of any alphabet.

    The database sees to it too, but SQLite knows the capitals of ASCII only.
    """
    if title := question.columns.get("title"):
        others = InputField.objects.filter(location=location_id)
        if held:
            others = others.exclude(pk=held.pk)
        if _folded(title) in map(_folded, others.values_list("title", flat=True)):
            raise InputFieldDuplicate


def _folded(title: str) -> str:
    return title.upper().casefold()


def _write_relations(asked: InputField, question: Question) -> None:
    if question.lines is not None:
        asked.lines.set(question.lines)
    if question.options is not None:
        # Nothing points to an option, and two of them may have swapped their titles.
        asked.options.all().delete()
        InputFieldOption.objects.bulk_create(
            InputFieldOption(field=asked, position=position, **asdict(option))
            for position, option in enumerate(question.options)
        )


def _relations(asked: InputField) -> dict[str, list[Any]]:
    return {
        "lines": sorted(asked.lines.values_list("pk", flat=True)),
        "options": list(asked.options.values("title", "color", "translations")),
    }


def _record(asked: InputField, changes: dict[str, list[Any]], *, by: By) -> None:
    named = {"input_field_id": [str(asked.pk), str(asked.pk)]}
    events.record(
        EventName.LOCATION_CHANGED,
        by=by,
        location_id=asked.location_id,
        changes=named | changes,
    )
