"""Ground on which something is hidden: what is closed, and what hangs on it in whatever table."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from portal.core.models import Case, User
from tests.canary.marks import UNMARKED, World, mark, marked_columns, wanted_tables
from tests.canary.rows import row_of

BY_WORDS = ("audit_events", "workflow_instances")  # what names its object in words
TYPED = ("contacts", "details")  # a form as it was typed
Rows = tuple["Ground", sa.Table, sa.ColumnElement[bool]]


@dataclass(frozen=True)
class Ground:
    """Why rows are closed, which are closed themselves, and what the rows that hang on them point to."""

    why: str
    closed: dict[str, list[int]]
    named: dict[str, int]  # table → the row that is pointed to
    others: dict[str, int] = field(default_factory=dict)  # and the second one
    by_words: dict[str, dict[str, Any]] = field(default_factory=dict)  # what points to them, and by no key of a table
    alone: bool = False  # whether only that hangs on it which points to nothing else
    columns: Collection[str] = ()  # those to which it is limited; all where it is not


def fill(session, ground: Ground, of_a_colleague: Mapping[str, int]) -> Iterator[Rows]:
    """Each table that hangs on a ground, with a condition that finds its rows there; one is made where none is."""
    hanging = set(ground.closed)
    for table in [User.__table__, *wanted_tables()]:
        if not _hangs(ground, table, hanging):
            continue
        there = _there(ground, table, hanging)
        hanging.add(table.name)
        if table.name not in ground.named:
            found = session.execute(sa.select(*table.primary_key.columns).where(there)).first()
            if found is None:
                named = of_a_colleague | ground.named
                row = row_of(table, named, ground.others, ground.by_words.get(table.name, {}))
                found = session.execute(sa.insert(table).values(row)).inserted_primary_key
            ground.named[table.name] = found[0]
        yield ground, table, there


def _hangs(ground: Ground, table: sa.Table, hanging: set[str]) -> bool:
    if table.name in ground.closed or table.name in ground.by_words:
        return True
    if ground.columns and table.name not in {name.partition(".")[0] for name in ground.columns}:
        return False
    pointing = {_target(column) for column in table.columns} - {None}
    elsewhere = pointing - {*hanging, "organisations", "verticals"} or table.name in BY_WORDS
    return bool(pointing & hanging) and not (ground.alone and elsewhere)


def _target(column: sa.Column) -> str | None:
    return next((key.column.table.name for key in column.foreign_keys), None)


def _there(ground: Ground, table: sa.Table, hanging: set[str]) -> sa.ColumnElement[bool]:
    """What finds the rows of a table on a ground: the closed ones themselves, and what points to one of them."""
    if table.name in ground.closed:
        return table.c.id.in_(ground.closed[table.name])
    if table.name in ground.by_words:
        return sa.and_(*(table.c[name] == value for name, value in ground.by_words[table.name].items()))
    targets = {column: _target(column) for column in table.columns if _target(column) in hanging}
    return sa.or_(*(column.in_(ground.closed.get(to, [ground.named[to]])) for column, to in targets.items()))


def put_marks(session, world: World, rows: list[Rows], seen: Collection[tuple[str, str]]) -> None:
    """Put a mark of its own into every column of words on each ground, but for what is *seen* there by a rule."""
    for ground, table, there in rows:
        for column in _words(ground, table, seen):
            made, value = mark(len(world.marks))
            told = f'{{"narrative": ["{value}"]}}' if (table.name, column.name) == TYPED else value
            changed = session.execute(sa.update(table).where(there).values({column.name: told}))
            assert changed.rowcount, f"nothing of {table.name} is there {ground.why}"
            world.marks[made] = f"{table.name}.{column.name} {ground.why}"
        if table.name == "cases" and ("cases.reference", ground.why) not in seen:
            for case in session.scalars(sa.select(Case).where(there)):
                case.reference = f"HIDDEN-{case.id:06}"
                world.marks[case.reference.casefold()] = f"cases.reference {ground.why}"
        if "uuid" in table.c and table.name not in UNMARKED:
            found = session.scalars(sa.select(table.c.uuid).where(there))
            world.uuids_of.setdefault(table.name, []).extend(map(str, found))


def _words(ground: Ground, table: sa.Table, seen: Collection[tuple[str, str]]) -> list[sa.Column]:
    names = {f"{table.name}.{column.name}": column for of, column in marked_columns() if of is table}
    return [
        column
        for name, column in names.items()
        if not {(name, ground.why), (table.name, ground.why)} & set(seen)
        and (not ground.columns or name in ground.columns)
    ]
