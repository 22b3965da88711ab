"""Statements of a fixed shape: the ORM writes their SQL once, each call brings the values (ADR 0010).

Only for what runs with every request. The SQL, the conversion of what comes back and the making of
instances are Django's own; what is saved is building the query and writing its SQL each time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Lookup, Model, Q, QuerySet, Value
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.transaction import TransactionManagementError


class Parameter(Value):
    """Stands in a query for the value that each call brings under this name."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def adapted(self, value: Any, connection: Any) -> Any:
        return connection.ops.adapt_unknown_value(value)


class Numbers(Parameter):
    """Stands for as many whole numbers as a call brings; for `Among`."""

    def adapted(self, value: Any, connection: Any) -> Any:
        return list(value) if connection.vendor == "postgresql" else str(list(value))


class _Adapted(Parameter):
    """Stands for a value that the field has put into the database's form already."""

    def adapted(self, value: Any, connection: Any) -> Any:
        return value


class Among(Lookup):
    """`Among(F("pk"), Numbers("ids"))`: IN, for any number of values by the same SQL."""

    lookup_name = "among"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return self._written("= ANY(%s)", compiler, connection)

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return self._written("IN (SELECT value FROM json_each(%s))", compiler, connection)

    def _written(self, test: str, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        values, more = self.process_rhs(compiler, connection)
        return f"{column} {test % values}", [*params, *more]


class _Written:
    """A compiler that has written its SQL; threads share it, each run has a copy of its own."""

    def __init__(self, query: Any, returning: Sequence[Any] = ()) -> None:
        self._compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        self._compiler.returning_fields = returning
        written = self._compiler.as_sql()
        self._is_insert = isinstance(written, list)  # there it is one of several statements
        self._sql, self._params = written[0] if self._is_insert else written
        places = enumerate(self._params)
        self._parameters = [pair for pair in places if isinstance(pair[1], Parameter)]
        self._converters: Any = None

    def bound(self, values: dict[str, Any]) -> Any:
        """The compiler with these values, for the connection of this thread."""
        compiler = object.__new__(type(self._compiler))  # as copy() does, at a ninth of its cost
        compiler.__dict__.update(self._compiler.__dict__)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        if compiler.query.select_for_update and compiler.connection.get_autocommit():
            raise TransactionManagementError("select_for_update holds nothing without transaction")
        params = list(self._params)
        for place, parameter in self._parameters:
            params[place] = parameter.adapted(values[parameter.value], compiler.connection)
        written = self._sql, tuple(params)
        compiler.as_sql = lambda: [written] if self._is_insert else written
        compiler.get_converters = self._get_converters
        return compiler

    def _get_converters(self, columns: Any) -> Any:
        if self._converters is None:  # the columns are always the same
            self._converters = self._compiler.get_converters(columns)
        return self._converters


class _Run:
    """Stands for the query of a queryset: its compiler has written the SQL already."""

    def __init__(self, compiler: Any) -> None:
        self._compiler = compiler

    def get_compiler(self, using: str | None = None) -> Any:
        return self._compiler


class Select[Row]:
    """`build` makes the queryset, with a Parameter for each value that a call brings."""

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self._build = build

    @cached_property
    def _template(self) -> tuple[Any, _Written]:
        queryset = self._build()
        return queryset, _Written(queryset.query)

    def __call__(self, **values: Any) -> list[Row]:
        """What the queryset finds with these values; nothing is prefetched."""
        return list(self._iterable(values))

    def chunks(self, size: int, **values: Any) -> Iterator[Row]:
        """The same one by one, with about `size` rows in memory at a time."""
        return iter(self._iterable(values, chunked_fetch=True, chunk_size=size))

    def _iterable(self, values: dict[str, Any], **options: Any) -> Iterable[Row]:
        template, written = self._template
        found: Any = QuerySet(template.model, query=_Run(written.bound(values)))  # type: ignore[arg-type]
        found._iterable_class, found._fields = template._iterable_class, template._fields
        iterable: Iterable[Row] = found._iterable_class(found, **options)
        return iterable

    def first(self, **values: Any) -> Row | None:
        return next(iter(self(**values)), None)


class Update[Row: Model]:
    """Sets `columns` of the rows that pass `where`; a call brings the values of all Parameters.

    The rows come back with what `returning` names, by default all columns.
    """

    def __init__(
        self, model: type[Row], where: Q, returning: Sequence[str] = (), **columns: Any
    ) -> None:
        self._model = model
        self._where = where
        self._returning = returning
        self._columns = columns

    @cached_property
    def _prepared(self) -> tuple[dict[str, Any], list[Any], _Written]:
        rows = self._model._default_manager.filter(self._where)
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(self._columns)
        written_to = {
            value.value: self._model._meta.get_field(name)
            for name, value in self._columns.items()
            if isinstance(value, Parameter)
        }
        returned = [
            field
            for field in self._model._meta.concrete_fields
            if not self._returning or field.name in self._returning
        ]
        return written_to, returned, _Written(query, returned)

    def __call__(self, **values: Any) -> list[Row]:
        """The rows that passed, as they are now."""
        written_to, returned, written = self._prepared
        connection = connections[DEFAULT_DB_ALIAS]
        for name, field in written_to.items():
            values[name] = field.get_db_prep_save(values[name], connection)
        rows = written.bound(values).execute_returning_sql(returned)
        names = [field.attname for field in returned]
        return [self._model.from_db(DEFAULT_DB_ALIAS, names, row) for row in rows]


def insert(row: Model) -> None:
    """Write a new row as `save()` does, but for signals, which nobody listens to here."""
    fields, returned, written = _insert_into(type(row))
    connection = connections[DEFAULT_DB_ALIAS]
    values = {
        field.attname: field.get_db_prep_save(field.pre_save(row, add=True), connection)
        for field in fields
    }
    (columns,) = written.bound(values).execute_sql(returned)
    for field, value in zip(returned, columns, strict=True):
        setattr(row, field.attname, value)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@cache
def _insert_into(model: type[Model]) -> tuple[Sequence[Any], Sequence[Any], _Written]:
    options = model._meta
    fields = [each for each in options.concrete_fields if not each.generated]
    fields = [each for each in fields if each is not options.auto_field]
    template = model()
    for field in fields:
        template.__dict__[field.attname] = _Adapted(field.attname)
    query = InsertQuery(model)
    query.insert_values(fields, [template])
    returned = list(options.db_returning_fields)
    return fields, returned, _Written(query, returned)
