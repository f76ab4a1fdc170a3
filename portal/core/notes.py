"""Notes: staff only. Nothing here knows how to send."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, cases
from portal.core.actors import Actor
from portal.core.errors import InvalidInput
from portal.core.models import Case, Note
from portal.core.permissions import Permission


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
