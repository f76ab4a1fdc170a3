"""Conflicts of duplicate support as people work them: finding them, and deciding them for good."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, reasons
from portal.core.actors import Actor
from portal.core.database import held
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, NotFound
from portal.core.models import Case, Conflict, ConflictCase, Household, Person
from portal.core.permissions import Permission, can, may, visible_cases
from portal.core.vocabulary import ConflictStatus


@dataclass(frozen=True)
class Parties:
    """The cases of a conflict as one actor may know of them: those they see, the ids they may be told, and how many."""

    seen: list[Case]
    told: list[Case]
    number: int


def find(session: Session, actor: Actor, uuid: Any, *, lock: bool = False) -> Conflict:
    """The conflict with that id, if it names a case that *actor* may see. Raises NotFound."""
    query = sa.select(Conflict).where(Conflict.uuid == uuid, visible_conflicts(actor))
    found = session.scalar(held(query) if lock else query)
    if found is None:
        raise NotFound("There is no such conflict.", target="conflict")
    return found


def page(
    session: Session,
    actor: Actor,
    *,
    status: ConflictStatus | None = None,
    subject_kind: type[Person] | type[Household] | None = None,
    subject: Any | None = None,
    limit: int,
    offset: int = 0,
) -> tuple[list[Conflict], int]:
    """Conflicts that name a case *actor* may see, the newest first, and how many there are.

    ``subject_kind`` and ``subject``, a public id, ask for whom the case that was checked supports.
    """
    which = [visible_conflicts(actor)]
    if status is not None:
        which.append(Conflict.status == status)
    of_kind = {Person: Case.subject_person_id, Household: Case.subject_household_id}
    if subject_kind is not None:
        which.append(_checked(of_kind[subject_kind].is_not(None)))
    if subject is not None:
        ways = [column.in_(sa.select(kind.id).where(kind.uuid == subject)) for kind, column in of_kind.items()]
        which.append(_checked(sa.or_(*ways)))
    total = session.scalar(sa.select(sa.func.count()).select_from(Conflict).where(*which)) or 0
    query = sa.select(Conflict).where(*which).order_by(Conflict.opened_at.desc(), Conflict.id.desc())
    return list(session.scalars(query.limit(limit).offset(offset))), total


def parties(session: Session, actor: Actor, conflict: Conflict) -> Parties:
    """The cases that a conflict names: all ids for those who decide, else only those they see."""
    named = sa.select(ConflictCase.case_id).where(ConflictCase.conflict_id == conflict.id)
    everything = list(session.scalars(sa.select(Case).where(Case.id.in_(named)).order_by(Case.id)))
    seen = list(session.scalars(sa.select(Case).where(Case.id.in_(named), visible_cases(actor)).order_by(Case.id)))
    decides = can(actor, Permission.DECIDE_CONFLICT)
    return Parties(seen, everything if decides else seen, len(everything))


def visible_conflicts(actor: Actor, *which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Conflicts that name a case *actor* may see, and that is one of *which* (conditions over cases)."""
    named = sa.select(ConflictCase.conflict_id).join(Case, Case.id == ConflictCase.case_id)
    return Conflict.id.in_(named.where(visible_cases(actor), *which))


def may_decide(actor: Actor, seen: Iterable[Case]) -> bool:
    """Whether *actor* may decide a conflict of which they see these cases: it takes the right over one of them."""
    return any(may(actor, Permission.DECIDE_CONFLICT, case) for case in seen)


def resolve(session: Session, actor: Actor, conflict: Conflict, *, code: str | None, notes: str | None = None):
    """Say how the overlap was settled; final. Raises Forbidden, AlreadyDone, InvalidInput."""
    _require_open(session, actor, conflict)
    if not code:
        raise InvalidInput("Choose a resolution.", target="resolution_code", problem="missing")
    if code not in reasons.RESOLUTION:
        allowed = list(reasons.RESOLUTION)
        raise InvalidInput("This resolution is not on the list.", target="resolution_code", allowed=allowed)
    return close(session, actor, conflict, ConflictStatus.RESOLVED, code, notes)


def dismiss(session: Session, actor: Actor, conflict: Conflict, *, reason_code: str | None, text: str | None = None):
    """Say that there is no duplicate support; final. Raises Forbidden, AlreadyDone, InvalidInput."""
    _require_open(session, actor, conflict)
    code, text = reasons.given(reasons.DISMISSAL, reason_code, text, text_with_other=True)
    return close(session, actor, conflict, ConflictStatus.DISMISSED, code, text)


def close(
    session: Session, actor: Actor, conflict: Conflict, status: ConflictStatus, code: str, notes: str | None
) -> Conflict:
    """Write down a decision that was found to be permitted, here or by the step it follows from."""
    conflict.status, conflict.resolution_code = status.value, code
    conflict.notes = (notes or "").strip() or None
    conflict.decided_by_id, conflict.decided_at = actor.user_id, clock.now()
    case = session.get(Case, conflict.primary_case_id)
    details = {"conflict": conflict.id, "status": status, "reason_code": code}
    audit.append(session, actor, f"conflict.{status.value}", case=case, details=details)
    return conflict


def reopen(session: Session, actor: Actor, conflict: Conflict) -> Conflict:
    """Take back a decision that followed from a step which was undone."""
    conflict.status, conflict.resolution_code, conflict.notes = ConflictStatus.OPEN.value, None, None
    conflict.decided_by_id = conflict.decided_at = None
    case = session.get(Case, conflict.primary_case_id)
    audit.append(session, actor, "conflict.reopen", case=case, details={"conflict": conflict.id})
    return conflict


def _require_open(session: Session, actor: Actor, conflict: Conflict) -> None:
    if not may_decide(actor, parties(session, actor, conflict).seen):
        raise Forbidden("You may not do this.", target=Permission.DECIDE_CONFLICT.value)
    if conflict.status != ConflictStatus.OPEN:
        raise AlreadyDone(f"This conflict is {conflict.status} already.", target="conflict", status=conflict.status)


def _checked(of_case: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return Conflict.primary_case_id.in_(sa.select(Case.id).where(of_case))
