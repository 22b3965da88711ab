"""Where it stands what is personal of a visitor: in whatever model declares it and leads to a visit.

A model names its personal columns in PERSONAL. In REDACTED it may say what stands there afterwards,
where that is not empty; or None: without them the row says nothing, and goes.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import F, Model, Q, QuerySet

from tickets.models import Ticket

#: Of each model, what leads from its rows to a visit.
Paths = dict[type[Model], tuple[str, ...]]


@dataclass(frozen=True)
class Holder:
    """A model with personal columns; each of `paths` leads from its rows to a visit."""

    model: type[Model]
    paths: tuple[str, ...]

    @property
    def name(self) -> str:
        return str(self.model._meta.model_name)

    def rows(self, visits: Collection[int]) -> QuerySet[Any]:
        theirs = (Q(**{f"{path}__in": visits}) for path in self.paths)
        return self.model._default_manager.filter(Q(*theirs, _connector=Q.OR))

    def redact(self, visits: Collection[int]) -> None:
        left = getattr(self.model, "REDACTED", {})
        if left is None:
            self.rows(visits).delete()
        else:
            columns: tuple[str, ...] = self.model.PERSONAL  # type: ignore[attr-defined]
            self.rows(visits).update(**{name: self._emptied(name) for name in columns} | left)

    def _emptied(self, name: str) -> Any:
        column: Any = self.model._meta.get_field(name)
        return None if column.null else column.get_default()


@cache
def holders() -> tuple[Holder, ...]:
    """All of them, found by following the relations of the models from the ticket outwards."""
    paths: Paths = {Ticket: ("pk",)}
    reached = paths
    while reached:
        found: Paths = {}
        for model, ways in reached.items():
            for other, column in _pointing_at(model):
                if other not in paths:
                    found[other] = found.get(other, ()) + tuple(_joined(column, w) for w in ways)
        paths = paths | found
        reached = found
    return tuple(
        Holder(model, ways) for model, ways in paths.items() if getattr(model, "PERSONAL", ())
    )


def _pointing_at(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    for other in apps.get_app_config("tickets").get_models():
        for column in other._meta.concrete_fields:
            if column.related_model is model:
                yield other, column.name


def _joined(column: str, way: str) -> str:
    return column if way == "pk" else f"{column}__{way}"


def of(visits: Collection[int]) -> dict[int, dict[str, list[dict[str, Any]]]]:
    """By visit and model, the rows that hold what is personal, as dicts without their relations."""
    kept: dict[int, dict[str, list[dict[str, Any]]]] = {visit: {} for visit in visits}
    for holder in holders():
        columns = [
            column.name
            for column in holder.model._meta.concrete_fields
            if not (column.is_relation or column.generated or column.primary_key)
        ]
        rows = holder.rows(visits).order_by("pk")
        for row in rows.values(*columns, visit=F(holder.paths[0])):
            kept[row.pop("visit")].setdefault(holder.name, []).append(row)
    return kept
