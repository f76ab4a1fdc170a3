"""Keeping the words of every text for full-text search: whatever is written in a session is indexed by its flush.

Nobody who writes a case, a message, a note or a file needs to think of search, and none of them can forget it.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.core.models import (
    Assignment,
    Attachment,
    Base,
    BreakGlassGrant,
    Case,
    Message,
    Note,
    Participant,
    SearchText,
)
from portal.core.vocabulary import ParticipantStatus

# Of each kind of text: where it is read, and when it is there to be found.
TEXTS: dict[type[Base], tuple[str, tuple[str, ...]]] = {
    Case: ("case", ("summary", "narrative", "plan")),
    Message: ("message", ("subject", "text")),
    Note: ("note", ("text",)),
    Attachment: ("attachment", ("file_name", "description")),
}
_SCOPED_BY = {
    Case: ("primary_vertical_id", "owner_id"),
    Participant: ("status", "vertical_id"),
    Assignment: ("user_id", "case_id"),
    BreakGlassGrant: ("user_id", "case_id"),
}
_MOST = 400_000  # characters of one text; PostgreSQL keeps no more than a megabyte of words
_AT_ONCE = 200


def fold(text: str) -> list[str]:
    """The words of a text without accents, case and punctuation."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text[:_MOST]) if not unicodedata.combining(c))
    return [word[:100] for word in re.findall(r"[^\W_]+", bare.casefold())]


def listen() -> None:
    """Index what sessions write from now on."""
    if not event.contains(Session, "after_flush", _after_flush):
        event.listen(Session, "after_flush", _after_flush)


def rebuild_after(session: Session, number: int) -> tuple[int, int]:
    """Index the cases after that number anew, some at a time: the last number done (0: there is none), and how many."""
    following = sa.select(Case.id).where(Case.id > number).order_by(Case.id).limit(_AT_ONCE)
    numbers = session.scalars(following).all()
    session.execute(sa.delete(SearchText).where(SearchText.case_id.in_(numbers)))
    index(session, numbers)
    return (numbers[-1] if numbers else 0), len(numbers)


def index(session: Session, numbers: Sequence[int]) -> None:
    """Index all texts of cases that are not indexed: what was written past the session, row upon row."""
    if not numbers:
        return
    scopes = _scopes_of(session, numbers)
    rows = []
    for model, (kind, columns) in TEXTS.items():
        case = _case_of(model)
        query = sa.select(case, model.id, *[getattr(model, name) for name in columns]).where(case.in_(numbers))
        for number, source_id, *texts in session.execute(query.where(_there(model)).order_by(model.id)):
            rows.append(_row(number, kind, source_id, texts, scopes[number]))
    if rows:
        session.execute(sa.insert(SearchText.__table__), rows)


def _after_flush(session: Session, _context: Any) -> None:
    written = [row for row in (*session.new, *session.dirty) if type(row) in TEXTS and _is_changed(session, row)]
    gone = [row for row in session.deleted if type(row) in TEXTS]
    if written:
        _write(session, written)
    for row in gone:
        _forget(session, row)
    moved = {
        row.id if isinstance(row, Case) else row.case_id
        for row in (*session.new, *session.dirty, *session.deleted)
        if type(row) in _SCOPED_BY and _touches(session, row, _SCOPED_BY[type(row)])
    } - {None}
    moved |= {left for row in session.dirty if isinstance(row, Assignment) for left in _left(row)}
    moved |= {row.case_id for row in written if not isinstance(row, Case) and row.case_id is not None}
    if moved:
        _rescope(session, sorted(moved))


def _is_changed(session: Session, row: Base) -> bool:
    return _touches(session, row, (*TEXTS[type(row)][1], "case_id", "deleted_at", "state"))


def _touches(session: Session, row: Base, names: Iterable[str]) -> bool:
    if row in session.new or row in session.deleted:
        return True
    attributes = sa.inspect(row).attrs
    return any(name in attributes and attributes[name].history.has_changes() for name in names)


def _left(row: Assignment) -> Sequence[int]:
    """The case from which an assignment was moved away, by a split."""
    return sa.inspect(row).attrs.case_id.history.deleted


def _write(session: Session, rows: Iterable[Base]) -> None:
    for row in rows:
        case_id = row.id if isinstance(row, Case) else row.case_id
        if case_id is None or not _is_there(row):
            _forget(session, row)
            continue
        kind, columns = TEXTS[type(row)]
        _upsert(session, _row(case_id, kind, row.id, [getattr(row, name) for name in columns], ""))


def _row(case_id: int, kind: str, source_id: int, texts: Iterable[str | None], scope: str) -> dict[str, Any]:
    words = " ".join(fold(" ".join(text or "" for text in texts)))
    return {"case_id": case_id, "kind": kind, "source_id": source_id, "words": words, "scope": scope}


def _there(model: type[Base]) -> sa.ColumnElement[bool]:
    """As ``_is_there``, asked of the database."""
    if model is Note:
        return Note.deleted_at.is_(None)
    return Attachment.state == "stored" if model is Attachment else sa.true()


def _is_there(row: Base) -> bool:
    """Whether a text is there to be read: a note that was taken back and a file that is not stored are not."""
    if isinstance(row, Note):
        return row.deleted_at is None
    return row.state == "stored" if isinstance(row, Attachment) else True


def _forget(session: Session, row: Base) -> None:
    kind, _columns = TEXTS[type(row)]
    gone = sa.delete(SearchText).where(SearchText.kind == kind, SearchText.source_id == row.id)
    session.connection().execute(gone)


def _upsert(session: Session, values: dict[str, Any]) -> None:
    engine = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = engine.insert(SearchText.__table__).values(values)
    new = {name: insert.excluded[name] for name in ("case_id", "words")}
    upsert = insert.on_conflict_do_update(index_elements=["kind", "source_id"], set_=new)
    session.connection().execute(upsert)


def _rescope(session: Session, numbers: Iterable[int]) -> None:
    """Say for each text of these cases through whom it is seen."""
    connection, table = session.connection(), SearchText.__table__
    for number, scope in _scopes_of(session, numbers).items():
        changed = table.update().where(table.c.case_id == number, table.c.scope != scope)
        connection.execute(changed.values(scope=scope))


def _scopes_of(session: Session, numbers: Iterable[int]) -> dict[int, str]:
    scopes: dict[int, set[str]] = {}
    for number, word in session.connection().execute(sa.union_all(*_scopes(numbers))):
        scopes.setdefault(number, set()).add(word)
    return {number: " ".join(sorted(words)) for number, words in scopes.items()}


def _scopes(numbers: Iterable[int]) -> list[sa.Select]:
    def word(letter: str, column: Any) -> sa.ColumnElement[str]:
        return sa.literal(letter) + sa.cast(column, sa.String)

    among = list(numbers)
    return [
        sa.select(Case.id, word("v", Case.primary_vertical_id)).where(Case.id.in_(among)),
        sa.select(Case.id, word("u", Case.owner_id)).where(Case.id.in_(among), Case.owner_id.is_not(None)),
        sa.select(Assignment.case_id, word("u", Assignment.user_id)).where(Assignment.case_id.in_(among)),
        sa.select(BreakGlassGrant.case_id, word("u", BreakGlassGrant.user_id)).where(
            BreakGlassGrant.case_id.in_(among)
        ),
        sa.select(Participant.case_id, word("v", Participant.vertical_id)).where(
            Participant.case_id.in_(among), Participant.status == ParticipantStatus.OPTED_IN
        ),
    ]


def _case_of(model: type[Base]) -> sa.ColumnElement[int]:
    return model.id if model is Case else model.case_id
