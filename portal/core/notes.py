"""Notes: staff only. Nothing here knows how to send."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, cases, clock
from portal.core.actors import Actor
from portal.core.errors import Forbidden, InvalidInput, NotFound
from portal.core.models import Case, Note
from portal.core.permissions import Permission, visible_cases


def write(session: Session, actor: Actor, case: Case, text: str) -> Note:
    """Write a note; one on a merged case lands on its survivor. Raises InvalidInput, ReadOnly, Forbidden."""
    case = cases.root(session, case)
    cases.require_writable(session, actor, case, Permission.WRITE_NOTE)
    if not text.strip():
        raise InvalidInput("Write the note first.", target="text", problem="missing")
    note = Note(case_id=case.id, author_id=actor.user_id, author_name=actor.name, text=text.strip())
    session.add(note)
    session.flush()
    cases.touch(session, case)
    audit.append(session, actor, "note.write", case=case, details={"note": note.id})
    return note


def of_case(session: Session, case_ids: list[int], *, limit: int, before_id: int | None = None) -> list[Note]:
    """The newest notes of these cases, newest first."""
    query = sa.select(Note).where(Note.case_id.in_(case_ids), Note.deleted_at.is_(None))
    if before_id is not None:
        query = query.where(Note.id < before_id)
    return list(session.scalars(query.order_by(Note.at.desc(), Note.id.desc()).limit(limit)))


def page(
    session: Session, case_ids: list[int], *, limit: int, offset: int = 0, oldest_first: bool = False
) -> tuple[list[Note], int]:
    """A page of the notes of these cases, newest first unless told otherwise, and how many there are in all."""
    standing = Note.case_id.in_(case_ids), Note.deleted_at.is_(None)
    order = (Note.at, Note.id) if oldest_first else (Note.at.desc(), Note.id.desc())
    total = session.scalar(sa.select(sa.func.count()).select_from(Note).where(*standing)) or 0
    query = sa.select(Note).where(*standing).order_by(*order).limit(limit).offset(offset)
    return list(session.scalars(query)), total


def find(session: Session, actor: Actor, number: int) -> Note:
    """The note with that number, on a case that *actor* may see. Raises NotFound; a note taken back is absent."""
    query = sa.select(Note).join(Case, Case.id == Note.case_id).where(Note.id == number, Note.deleted_at.is_(None))
    note = session.scalar(query.where(visible_cases(actor)))
    if note is None:
        raise NotFound("There is no such note.", target="note")
    return note


def rewrite(session: Session, actor: Actor, note: Note, text: str) -> Note:
    """Let the author put a note right; what it said before stays in the audit. Raises as ``write`` does."""
    case = _own(session, actor, note)
    text = text.strip()
    if not text:
        raise InvalidInput("Write the note first.", target="text", problem="missing")
    before, note.text = note.text, text
    cases.touch(session, case)
    audit.append(session, actor, "note.rewrite", case=case, details={"note": note.id}, values={"text": (before, text)})
    return note


def take_back(session: Session, actor: Actor, note: Note) -> None:
    """Let the author take a note back: it is no longer shown, and the record keeps it. Raises as ``write`` does."""
    case = _own(session, actor, note)
    note.deleted_at = clock.now()
    cases.touch(session, case)
    audit.append(session, actor, "note.take_back", case=case, details={"note": note.id})


def _own(session: Session, actor: Actor, note: Note) -> Case:
    case = cases.root(session, cases.find(session, actor, note.case_id))
    cases.require_writable(session, actor, case, Permission.WRITE_NOTE)
    if note.author_id != actor.user_id and not actor.is_administrator:
        raise Forbidden("A note is changed by whoever wrote it.", target="note")
    return case
