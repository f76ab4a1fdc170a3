"""A row of any table, made of what the table says of itself: a new table needs nothing to be said here."""

import datetime as dt
import enum
import itertools
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from portal.core import clock
from tests.canary.marks import holds_words

_numbers = itertools.count(1)  # what a table wants to be its own

# What the database demands of a row beyond its types.
_DEMANDED: dict[str, dict[str, Any]] = {
    "approvals": {"decision": "rejected"},
    "workflow_instances": {"target_type": "case", "target_id": 1},
    "attachments": {"state": "stored", "checksum": "0" * 64, "content_type": "application/pdf", "person_id": None},
    "cases": {"subject_household_id": None},
    "case_people": {"role": "client"},
    "contacts": {"outcome": "information_given", "case_id": None},
    "conflicts": {"status": "open", "decided_at": None},
    "outbox": {"state": "held", "message_id": None},
    "retention_rules": {"archive_months": 1200},
    "saved_views": {"shared_with": "vertical"},
    "person_pairs": {"state": "open", "decided_at": None},
    "subject_requests": {"kind": "export", "state": "open"},
}


def row_of(
    table: sa.Table, named: Mapping[str, int], others: Mapping[str, int], more: Mapping[str, Any]
) -> dict[str, Any]:
    """A row of *table* that points to the *named* row of each table, and to the *others* where it points there again.

    ``more`` is what the row shall say besides.
    """
    demanded, row, used = _DEMANDED.get(table.name, {}) | more, {}, []
    for column in table.columns:
        if column.name in demanded:
            row[column.name] = demanded[column.name]
        elif column.foreign_keys:
            target = next(iter(column.foreign_keys)).column.table.name
            many = others if target in used else named
            row[column.name] = many.get(target, named.get(target, 1 if target == "organisations" else None))
            used.append(target)
        elif not _is_given(table, column):
            row[column.name] = _some(column.type)
    return row


def _is_given(table: sa.Table, column: sa.Column) -> bool:
    """Whether the row has this by itself, or needs it not."""
    counted = column.primary_key and isinstance(column.type, sa.Integer | sa.BigInteger)
    return counted or column.default is not None or column.nullable and not holds_words(table, column)


def _some(kind: sa.types.TypeEngine) -> Any:
    """A value of a type that no rule of the tables minds."""
    if isinstance(kind, sa.Enum):
        return next(iter(kind.enum_class)) if issubclass(kind.enum_class, enum.Enum) else kind.enums[0]
    named = {
        "UtcDateTime": clock.now(),
        "Date": dt.date(2026, 1, 1),
        "Uuid": uuid.uuid4(),
        "Boolean": False,
        "Float": 0.5,
        "LargeBinary": f"some {next(_numbers)}".encode(),
    }
    if type(kind).__name__ in named:
        return named[type(kind).__name__]
    if isinstance(kind, sa.Integer | sa.BigInteger):
        return 1
    if isinstance(kind, sa.JSON):
        return {}
    return f"some{next(_numbers)}"
