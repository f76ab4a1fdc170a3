"""What happened on a case, in one order: steps, assignments, changes, messages and notes, a page at a time.

One statement brings a page, whatever it is made of, so that a case of five hundred messages costs what a new one does.
Messages and notes stay in their own tables; they only meet here, to be read by staff.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.happenings import BRANCHES, Kind
from portal.core.models import Case, Message, MessageSeen, Note
from portal.core.models.base import BigId, EncryptedText, Json, UtcDateTime
from portal.core.permissions import visible_cases

PAGE = 50


ALL = frozenset(Kind)
THREAD = frozenset({Kind.MESSAGE, Kind.NOTE})


@dataclass(frozen=True)
class Cursor:
    """The place of an entry in the order; a page goes on below it."""

    at: dt.datetime
    kind: int
    id: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.kind}~{self.id}"

    @classmethod
    def parse(cls, text: str | None) -> "Cursor | None":
        """The cursor that an address carries, or None where it carries none that can be read."""
        try:
            at, kind, number = (text or "").split("~")
            moment = dt.datetime.fromisoformat(at)
            return cls(moment, int(kind), int(number)) if moment.tzinfo else None
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True)
class Mark:
    """Up to where somebody has a thread before them: the last message and the last note that were written."""

    message: int = 0
    note: int = 0

    def __str__(self) -> str:
        return f"{self.message}.{self.note}"

    @classmethod
    def parse(cls, text: str | None) -> "Mark | None":
        """The mark that a page carries, or None where it carries none that can be read."""
        message, _dot, note = (text or "").partition(".")
        return cls(int(message), int(note)) if _is_number(message) and _is_number(note) else None

    def is_before(self, entry: "Entry") -> bool:
        """Whether an entry of a thread was written after it."""
        return entry.id > (self.message if entry.kind is Kind.MESSAGE else self.note)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


@dataclass(frozen=True)
class Entry:
    """One thing that happened. ``what`` is the action, or the direction of a message; ``target`` what became of it."""

    kind: Kind
    id: int
    at: dt.datetime
    who: str
    who_id: int | None
    what: str
    source: str | None = None
    target: str | None = None
    reason: str | None = None
    subject: str | None = None
    text: str | None = None
    note: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    people: list[Any] = field(default_factory=list)
    withdrawn_at: dt.datetime | None = None
    arrived_at: dt.datetime | None = None  # of a message, which may have been sent long before
    is_new: bool = False
    case_id: int | None = None  # where it happened: of a survivor, maybe on a case that was merged into it
    meant_for: int | None = None  # the case its sender wrote to: another, where that was merged when it came

    @property
    def cursor(self) -> Cursor:
        """Where this entry stands."""
        return Cursor(self.at, self.kind, self.id)


@dataclass(frozen=True)
class Page:
    """Entries, newest first, and where older ones begin (None at the end). ``newest`` is False below the first page.

    ``unseen`` says that there is something to mark as seen, up to ``asked_at``.
    """

    entries: list[Entry]
    older: Cursor | None
    newest: bool
    asked_at: dt.datetime
    unseen: bool
    last: Mark | None = None

    @property
    def oldest_first(self) -> list[Entry]:
        """The same page as a conversation is read."""
        return self.entries[::-1]

    @property
    def new(self) -> list[Entry]:
        """What the reader has not seen."""
        return [entry for entry in self.entries if entry.is_new]


_COLUMNS: dict[str, Any] = {
    "at": UtcDateTime(),
    "who": sa.Text(),
    "who_id": BigId,
    "what": sa.Text(),
    "source": sa.Text(),
    "target": sa.Text(),
    "reason": sa.Text(),
    "subject": sa.Text(),
    "text": sa.Text(),
    "note": EncryptedText(),
    "details": Json,
    "people": Json,
    "withdrawn_at": UtcDateTime(),
    "arrived_at": UtcDateTime(),
    "case_id": BigId,
    "meant_for": BigId,
}


def nothing(page: Page) -> Page:
    """A page on which nothing is told, and nothing counts as seen: for a case whose consent was withdrawn."""
    return Page([], None, page.newest, page.asked_at, unseen=False, last=page.last)


def page(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    kinds: Collection[Kind] = ALL,
    limit: int = PAGE,
    before: Cursor | None = None,
    group: Collection[int] = (),
) -> Page:
    """The newest entries of these kinds, or those below ``before``, marked where *actor* has not seen them.

    ``group`` are the numbers of cases that are read as one with this one (``merging.group``), itself among them.
    """
    numbers = sorted(group) or [case.id]
    branches = [BRANCHES[kind](numbers) for kind in sorted(kinds)]
    parts = [_part(kind, given, limit, before) for kind, given in zip(sorted(kinds), branches, strict=True)]
    union = sa.union_all(*[sa.select(part) for part in parts]).subquery()
    seen = sa.select(MessageSeen.up_to).where(MessageSeen.user_id == actor.user_id, MessageSeen.case_id == case.id)
    query = sa.select(union, seen.scalar_subquery().label("seen"), *_last(case))
    query = query.order_by(union.c.at.desc(), union.c.kind.desc(), union.c.id.desc()).limit(limit + 1)
    asked_at = clock.now()
    rows = session.execute(query).mappings().all()
    entries = [_entry(row, actor) for row in rows[:limit]]
    older = entries[-1].cursor if len(rows) > limit else None
    unseen = any(entry.is_new for entry in entries) or any(row["seen"] is None for row in rows)
    last = Mark(rows[0]["last_message"] or 0, rows[0]["last_note"] or 0) if rows else Mark()
    return Page(entries, older, before is None, asked_at, unseen and before is None, last)


def has_news(session: Session, actor: Actor, number: int, after: Mark) -> bool:
    """Whether anything was written in the thread of a case after that, in one statement. Raises NotFound."""
    message = sa.exists().where(Message.case_id == number, Message.id > after.message)
    note = sa.exists().where(Note.case_id == number, Note.id > after.note, Note.deleted_at.is_(None))
    found = session.scalar(sa.select(sa.or_(message, note)).where(Case.id == number, visible_cases(actor)))
    if found is None:
        raise NotFound("There is no such case.", target="case")
    return found


def _last(case: Case) -> list[sa.Label]:
    """The numbers of the last message and the last note of the case itself: on it everything new is written."""
    return [
        sa.select(sa.func.max(table.id)).where(table.case_id == case.id).scalar_subquery().label(name)
        for table, name in ((Message, "last_message"), (Note, "last_note"))
    ]


def _part(kind: Kind, given: tuple[sa.Select, dict[str, Any]], limit: int, before: Cursor | None) -> sa.Subquery:
    """One kind's newest rows as columns that all kinds share; each reads no more of its index than the page holds."""
    source, columns = given
    number, at = columns["id"], columns["at"]
    shared = [
        sa.type_coerce(columns[name], kept) if name in columns else sa.cast(sa.null(), kept)
        for name, kept in _COLUMNS.items()
    ]
    named = [column.label(name) for column, name in zip(shared, _COLUMNS, strict=True)]
    query = source.with_only_columns(
        sa.literal_column(str(int(kind)), sa.Integer).label("kind"), number.label("id"), *named
    )
    if before is not None:
        query = query.where(_below(before, kind, at, number))
    return query.order_by(at.desc(), number.desc()).limit(limit + 1).subquery()


def _below(before: Cursor, kind: Kind, at, number) -> sa.ColumnElement[bool]:
    if kind < before.kind:
        return at <= before.at
    if kind > before.kind:
        return at < before.at
    return sa.tuple_(at, number) < sa.tuple_(sa.literal(before.at, UtcDateTime()), sa.literal(before.id, BigId))


def _entry(row, actor: Actor) -> Entry:
    given = {name: row[name] for name in _COLUMNS}
    given["details"] = dict(given["details"] or {})
    given["people"] = list(given["people"] or [])
    kind = Kind(row["kind"])
    if kind is Kind.MESSAGE:
        given["who"] = given["details"].get("name") or given["details"].get("email") or ""
    mine = given["who_id"] is not None and given["who_id"] == actor.user_id
    is_new = row["seen"] is not None and (row["arrived_at"] or row["at"]) > row["seen"] and not mine
    return Entry(kind=kind, id=row["id"], is_new=is_new, **given)
