"""Lists of cases a page at a time, fast for those who see much and for those who see little.

A list is sorted in parts ("dated", then "undated"), each of which follows an index; the ways in which an actor comes
to see cases are followed apart and put together. One page is one statement, whatever the number of cases.
"""

import datetime as dt
import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.orm.interfaces import ORMOption

from portal.core import list_filter
from portal.core.actors import Actor
from portal.core.errors import InvalidInput
from portal.core.list_filter import ListFilter
from portal.core.models import Case
from portal.core.paging import Cursor
from portal.core.vocabulary import Priority

PAGE = 50


class Order(enum.StrEnum):
    """What a list of cases can be sorted by."""

    UPDATED = "updated"
    NEXT_DATE = "next"
    REFERENCE = "reference"
    PRIORITY = "priority"


@dataclass(frozen=True)
class Sort:
    """An order and its direction. Descending is newest, latest, highest first."""

    by: Order
    descending: bool


@dataclass(frozen=True)
class CasePage:
    """A page of cases with what leads to its neighbours; ``first`` is the number of its first row."""

    cases: list[Case]
    following: Cursor | None
    preceding: Cursor | None
    first: int = 1


@dataclass(frozen=True)
class _Part:
    """One part of a sorted list: the rows for which any of ``only`` holds, by ``key`` and then by number."""

    key: InstrumentedAttribute
    kind: type
    only: tuple[sa.ColumnElement[bool], ...] = (sa.true(),)


def page(
    session: Session,
    actor: Actor,
    wanted: ListFilter,
    sort: Sort,
    *,
    cursor: Cursor | None = None,
    limit: int = PAGE,
    options: Sequence[ORMOption] = (),
) -> CasePage:
    """What *actor* may see of the cases that are wanted, from *cursor* on. Raises InvalidInput for a foreign cursor."""
    parts = _parts(sort)
    if cursor is not None and (cursor.part >= len(parts) or type(cursor.key) is not parts[cursor.part].kind):
        raise InvalidInput("There is no such page of the list.", target="cursor")
    backwards = cursor is not None and cursor.before
    descending = _is_falling(sort) != backwards
    branches = [
        _branch([*condition, *_after(part, cursor, number, descending)], part, number, descending, limit + 1)
        for number, part in enumerate(parts)
        if cursor is None or (number <= cursor.part if backwards else number >= cursor.part)
        for condition in _conditions(actor, wanted, part)
    ]
    found = _together(branches)
    order = [found.c.part.desc() if backwards else found.c.part]
    order += [found.c.key.desc(), found.c.id.desc()] if descending else [found.c.key, found.c.id]
    top = sa.select(found.c.id, found.c.part, found.c.key).order_by(*order).limit(limit + 1).subquery("top")
    query = sa.select(Case, top.c.part).join(top, top.c.id == Case.id)
    again = [top.c.part.desc() if backwards else top.c.part]
    again += [top.c.key.desc(), top.c.id.desc()] if descending else [top.c.key, top.c.id]
    rows = [tuple(row) for row in session.execute(query.order_by(*again).options(*options))]
    return _page_of(rows, parts, cursor, limit)


def counts(session: Session, actor: Actor, lists: Mapping[str, ListFilter], *, most: int = 1000) -> dict[str, int]:
    """How many cases each list holds, in one statement; ``most + 1`` stands for more than ``most``."""
    numbers = []
    for name, wanted in lists.items():
        ways = [
            sa.select(Case.id.label("id")).where(*found).limit(most + 1) for found in list_filter.ways(actor, wanted)
        ]
        together = ways[0] if len(ways) == 1 else sa.union(*[sa.select(way.subquery()) for way in ways]).limit(most + 1)
        numbers.append(sa.select(sa.func.count()).select_from(together.subquery()).scalar_subquery().label(name))
    row = session.execute(sa.select(*numbers)).one()
    return dict(zip(lists, row, strict=True))


def numbers(session: Session, actor: Actor, wanted: ListFilter, *, most: int) -> set[int] | None:
    """The numbers of those cases that are wanted and that *actor* may see; None where there are more than *most*."""
    ways = [sa.select(Case.id.label("id")).where(*way).limit(most + 1) for way in list_filter.ways(actor, wanted)]
    found = set(session.scalars(sa.union(*[sa.select(way.subquery()) for way in ways]).limit(most + 1)))
    return found if len(found) <= most else None


def sifted(session: Session, actor: Actor, wanted: ListFilter, among: Collection[int]) -> set[int]:
    """Which of these cases are wanted."""
    if not among:
        return set()
    return set(session.scalars(sa.select(Case.id).where(Case.id.in_(among), *list_filter.conditions(actor, wanted))))


def _page_of(rows: list[tuple[Case, int]], parts: list[_Part], cursor: Cursor | None, limit: int) -> CasePage:
    """Cut the row that only tells that there are more, and put a page that was read backwards the right way round."""
    backwards = cursor is not None and cursor.before
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    before = cursor.rows if cursor else 0
    first = max(before - len(rows), 0) + 1 if backwards else before + 1
    if not rows:
        return CasePage([], None, None, first)
    following = _cursor_at(rows[-1], parts, rows_before=first - 1 + len(rows)) if more or backwards else None
    preceding = (
        _cursor_at(rows[0], parts, rows_before=first - 1, before=True) if (more if backwards else cursor) else None
    )
    return CasePage([case for case, _ in rows], following, preceding, first)


def _cursor_at(row: tuple[Case, int], parts: list[_Part], *, rows_before: int, before: bool = False) -> Cursor:
    case, part = row
    return Cursor(getattr(case, parts[part].key.key), case.id, part, before, rows_before)


def _is_falling(sort: Sort) -> bool:
    """Whether rows fall within a part. By priority the longest untouched comes first, whichever priority leads."""
    return sort.descending and sort.by is not Order.PRIORITY


def _parts(sort: Sort) -> list[_Part]:
    actioned = (Case.last_actioned_at, dt.datetime)
    if sort.by is Order.UPDATED:
        return [_Part(*actioned)]
    if sort.by is Order.REFERENCE:
        return [_Part(Case.id, int)]
    if sort.by is Order.NEXT_DATE:
        return [
            _Part(Case.review_date, dt.date, (Case.review_date.is_not(None),)),
            _Part(*actioned, (Case.review_date.is_(None),)),
        ]
    # What no mapping knows is worked as high.
    levels = [(Priority.HIGH, Priority.UNKNOWN), (Priority.MEDIUM,), (Priority.LOW,)]
    parts = [_Part(*actioned, tuple(Case.priority == level for level in same)) for same in levels]
    return parts if sort.descending else parts[::-1]


def _branch(conditions, part: _Part, number: int, descending: bool, limit: int) -> sa.Select:
    order = [part.key.desc(), Case.id.desc()] if descending else [part.key, Case.id]
    query = sa.select(Case.id.label("id"), sa.literal(number, sa.Integer).label("part"), part.key.label("key"))
    return query.where(*conditions).order_by(*(order[1:] if part.key is Case.id else order)).limit(limit)


def _after(part: _Part, cursor: Cursor | None, number: int, descending: bool) -> list[sa.ColumnElement[bool]]:
    """What comes after the cursor in the direction of reading; every row of a part that it has not reached."""
    if cursor is None or number != cursor.part:
        return []
    if part.key is Case.id:
        return [Case.id < cursor.id if descending else Case.id > cursor.id]
    here = sa.tuple_(part.key, Case.id)
    there = sa.tuple_(sa.literal(cursor.key, part.key.type), sa.literal(cursor.id, Case.id.type))
    return [here < there if descending else here > there]


def _together(branches: list[sa.Select]) -> sa.Subquery:
    """One list of all branches, each case once; a case is in one part only, so equal rows are the same case."""
    if len(branches) == 1:
        return branches[0].subquery("found")
    return sa.union(*[sa.select(branch.subquery()) for branch in branches]).subquery("found")


def _conditions(actor: Actor, wanted: ListFilter, part: _Part) -> list[list[sa.ColumnElement[bool]]]:
    return [[*way, only] for way in list_filter.ways(actor, wanted) for only in part.only]
