"""Inserting many rows of one shape: what SQLAlchemy does for each row is done once for each column and value."""

from collections.abc import Iterable
from itertools import repeat
from typing import Any

import sqlalchemy as sa

from portal.core.models.base import UtcDateTime

_REPEATED = (UtcDateTime, sa.Enum)  # the same few values in row after row, each worth converting once


class Inserter:
    """Inserts over one connection, and remembers how the values that keep coming back are written."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._known: dict[type, dict[Any, Any]] = {kind: {None: None} for kind in _REPEATED}

    def insert(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Insert *rows*, which all have the columns of the first; a column left out gets its default, one for all."""
        if not rows:
            return
        defaults = {c.name: _default(c) for c in table.columns if c.default is not None and c.name not in rows[0]}
        names = [*rows[0], *defaults]
        columns = (
            repeat(self._written(table.c[name], [defaults[name]])[0], len(rows))
            if name in defaults
            else self._written(table.c[name], [row[name] for row in rows])
            for name in names
        )
        put = self._copy if self._connection.dialect.name == "postgresql" else self._execute
        put(table, names, zip(*columns, strict=True))

    def _execute(self, table: sa.Table, names: list[str], values: Iterable[tuple]) -> None:
        statement = sa.insert(table).compile(dialect=self._connection.dialect, column_keys=names)
        # The statement names the columns in the order of the table.
        places = [names.index(name) for name in statement.positiontup]
        self._connection.exec_driver_sql(statement.string, [tuple(row[place] for place in places) for row in values])

    def _copy(self, table: sa.Table, names: list[str], values: Iterable[tuple]) -> None:
        """PostgreSQL takes rows by COPY many times as fast as by INSERT."""
        quoted = self._connection.dialect.identifier_preparer
        into = f"{quoted.format_table(table)} ({', '.join(quoted.quote(name) for name in names)})"
        cursor = self._connection.connection.cursor()
        with cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)

    def _written(self, column: sa.Column, values: list[Any]) -> list[Any]:
        """The values of a column as the driver takes them."""
        dialect = self._connection.dialect
        process = column.type.dialect_impl(dialect).bind_processor(dialect)
        if process is None:
            return values
        known = next((self._known[kind] for kind in _REPEATED if isinstance(column.type, kind)), None)
        if known is None:
            return [process(value) for value in values]
        known.update((value, process(value)) for value in set(values).difference(known))
        return [known[value] for value in values]


def _default(column: sa.Column) -> Any:
    return column.default.arg(None) if column.default.is_callable else column.default.arg
