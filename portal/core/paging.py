"""Pages by position instead of by number: the next page begins after the last row of this one, however long the list.

A cursor says where a page ended: the part of the list, the sort key and the id of its last row. It is opaque to its
holder and worth nothing to a forger: it only says where to go on, and every page is scoped by who asks.
"""

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.core.errors import InvalidInput

Key = dt.datetime | dt.date | int | str
Row = TypeVar("Row")
_LONGEST = 400
_HIGHEST = 2**63 - 1


@dataclass(frozen=True)
class Cursor:
    """Where a page ended. ``part`` is the part of a list that is sorted in parts; ``before`` asks for what precedes.

    ``rows`` is how many rows came before the page that the cursor leads to; it is shown and decides nothing.
    """

    key: Key
    id: int
    part: int = 0
    before: bool = False
    rows: int = 0


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows with what leads to the neighbouring pages; ``first`` is the number of the first row in the whole list."""

    rows: list[Row]
    following: Cursor | None
    preceding: Cursor | None
    first: int

    @property
    def last(self) -> int:
        """The number of the last row in the whole list."""
        return self.first + len(self.rows) - 1


def newest_first(
    session: Session,
    query: sa.Select,
    key: InstrumentedAttribute,
    number: InstrumentedAttribute,
    *,
    cursor: Cursor | None,
    limit: int,
    kind: type[Key] = int,
    rising: bool = False,
) -> Page:
    """A page of the rows that *query* selects, by *key* (which is a *kind*) and then *number* downwards, from *cursor*.

    With ``rising`` upwards instead. Raises InvalidInput for the cursor of a list with another key.
    """
    if cursor is not None and type(cursor.key) is not kind:
        raise _bad()
    upwards = rising != (cursor is not None and cursor.before)
    if cursor is not None and upwards:
        query = query.where(key >= cursor.key, sa.or_(key > cursor.key, number > cursor.id))
    elif cursor is not None:
        query = query.where(key <= cursor.key, sa.or_(key < cursor.key, number < cursor.id))
    order = (key.asc(), number.asc()) if upwards else (key.desc(), number.desc())
    return _page(list(session.scalars(query.order_by(*order).limit(limit + 1))), key.key, cursor, limit)


def soonest_first(
    session: Session,
    query: sa.Select,
    key: InstrumentedAttribute,
    number: InstrumentedAttribute,
    *,
    cursor: Cursor | None,
    limit: int,
) -> Page:
    """A page of the rows that *query* selects, by the date *key* and then *number* upwards. Raises as above."""
    return newest_first(session, query, key, number, cursor=cursor, limit=limit, kind=dt.date, rising=True)


def _page(found: list, key: str, cursor: Cursor | None, limit: int) -> Page:
    more, rows = len(found) > limit, found[:limit]
    backwards = cursor is not None and cursor.before
    if backwards:
        rows.reverse()
    before = cursor.rows if cursor else 0
    first = max(before - len(rows), 0) if backwards else before
    following = preceding = None
    if rows and (more or backwards):
        following = Cursor(getattr(rows[-1], key), rows[-1].id, rows=first + len(rows))
    if rows and (more if backwards else cursor):
        preceding = Cursor(getattr(rows[0], key), rows[0].id, before=True, rows=first)
    return Page(rows, following, preceding, first + 1)


def encode(cursor: Cursor) -> str:
    """The cursor as it stands in an address."""
    content = [_written(cursor.key), cursor.id, cursor.part, int(cursor.before), cursor.rows]
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(text: str) -> Cursor:
    """The cursor that *text* stands for. Raises InvalidInput for anything that ``encode`` did not write."""
    if len(text) > _LONGEST:
        raise _bad()
    try:
        content = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        key, number, part, before, rows = content
        cursor = Cursor(_read(key), _whole(number), _whole(part), bool(_whole(before)), _whole(rows))
    except (binascii.Error, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _bad() from error
    return cursor


def _bad() -> InvalidInput:
    return InvalidInput("There is no such page of the list.", target="cursor")


def _written(key: Key) -> list[object]:
    if isinstance(key, dt.datetime):
        return ["moment", key.isoformat()]
    if isinstance(key, dt.date):
        return ["date", key.isoformat()]
    return ["number", key] if isinstance(key, int) else ["text", key]


def _read(key: object) -> Key:
    kind, value = key
    return {"moment": _moment, "date": _date, "number": _whole, "text": _text}[kind](value)


def _moment(value: object) -> dt.datetime:
    moment = dt.datetime.fromisoformat(value)
    if moment.utcoffset() is None or not 1 < moment.year < 9999:
        raise ValueError("a moment needs its zone, and must fit into every zone")
    return moment


def _date(value: object) -> dt.date:
    return dt.date.fromisoformat(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _HIGHEST:
        raise ValueError("not a whole number of the kind that ids are")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("not a text")
    return value.encode("utf-8").decode()  # half a surrogate pair is no text
