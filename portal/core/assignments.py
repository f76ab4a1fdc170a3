"""Assignments: who works on a case, from when until when, and why it was given to them."""

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import audit, cases, clock, notices, own_records, reasons, restrictions
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, InvalidInput, NotFound, ReadOnly
from portal.core.models import Assignment, Case, User
from portal.core.permissions import Permission, require
from portal.core.vocabulary import Status


def give(
    session: Session, actor: Actor, case: Case, to: User, *, reason: str = "", version: int | None = None
) -> Assignment:
    """Make *to* the owner; the assignment of the one before ends. Raises InvalidInput, AlreadyDone, ReadOnly."""
    cases.require_editable(session, actor, case, Permission.ASSIGN, version=version)
    require_taker(case, to, cases.assignable_users(session, case.primary_vertical_id))
    require_impartial(case, own_records.closed_among(session, to, [case.id]))
    at = clock.now()
    for standing in _standing(session, case, case.owner_id):
        standing.effective_until, standing.end_reason = at, "REASSIGNED"
    before = case.owner_id
    case.owner_id = to.id
    case.last_actioned_at = at
    made = _existing(session, case, to, "caseworker") or _add(
        session, actor, case, to, reason=reason, effective_from=at
    )
    audit.append(session, actor, "case.assign", case=case, details={"from": before, "to": to.id})
    notices.of_assignment(session, actor, case, to.id)
    return made


def require_taker(case: Case, to: User, able: Collection[User]) -> None:
    """Raise unless *to* is one of those who can own the case and does not own it yet."""
    if to not in able:
        raise InvalidInput("This person cannot take cases of this vertical.", target="assigned_to")
    if case.owner_id == to.id:
        raise AlreadyDone(f"{to.name} has this case already.", target="assigned_to")


def require_impartial(case: Case, closed: Collection[int], *, target: str = "assigned_to") -> None:
    """Raise for a case that is among the *closed*: nobody works on one about their own people (own_records.py).

    Why, is not for whoever gives it.
    """
    if case.id in closed:
        raise InvalidInput("This person cannot be given this case.", target=target)


def begin(session: Session, actor: Actor, case: Case) -> Assignment:
    """Record that the owner with whom a case was opened is assigned to it; the opening itself is the audit event."""
    notices.of_assignment(session, actor, case, case.owner.id)
    return _add(session, actor, case, case.owner, effective_from=case.created_at)


def add(
    session: Session,
    actor: Actor,
    case: Case,
    to: User,
    *,
    role: str = "caseworker",
    effective_from: dt.datetime,
    effective_until: dt.datetime | None = None,
) -> Assignment:
    """Assign somebody beside the owner (contract 004). Raises AlreadyDone when the same user and role overlap."""
    cases.require_editable(session, actor, case, Permission.ASSIGN)
    if to not in cases.assignable_users(session, case.primary_vertical_id):
        raise InvalidInput("This person cannot take cases of this vertical.", target="user_id")
    require_impartial(case, own_records.closed_among(session, to, [case.id]), target="user_id")
    if effective_until is not None and effective_until <= effective_from:
        raise InvalidInput("The end must be after the beginning.", target="effective_until")
    if _overlapping(session, case, to, role, effective_from, effective_until):
        raise AlreadyDone("This person has this role on the case in that time already.", target="user_id")
    made = _add(session, actor, case, to, role=role, effective_from=effective_from, effective_until=effective_until)
    case.last_actioned_at = clock.now()
    restrictions.admit(session, actor, case, to.id)
    audit.append(session, actor, "case.assignment_add", case=case, details={"user": to.id, "role": role})
    notices.of_assignment(session, actor, case, to.id, as_owner=False)
    return made


def end(
    session: Session, actor: Actor, case: Case, made: Assignment, *, until: dt.datetime, reason_code: str
) -> Assignment:
    """End an assignment; possible on a suspended case too, so that nobody is tied to it for ever.

    Raises Forbidden, NotFound, ReadOnly on an archived case, AlreadyDone, InvalidInput.
    """
    require(actor, Permission.ASSIGN, case)
    if case.lifecycle_status is Status.ARCHIVED:
        raise ReadOnly("The case is archived and cannot be changed.", current_status=case.lifecycle_status)
    if made.case_id != case.id:
        raise NotFound("There is no such assignment on this case.", target="assignment_id")
    if made.end_reason is not None:
        raise AlreadyDone("This assignment has ended already.", target="assignment_id")
    if reason_code not in reasons.END_ASSIGNMENT:
        raise InvalidInput(
            "This reason is not on the list.", target="reason_code", allowed=list(reasons.END_ASSIGNMENT)
        )
    if until < made.effective_from:
        raise InvalidInput("The end must be after the beginning.", target="effective_until")
    made.effective_until, made.end_reason = until, reason_code
    if case.owner_id == made.user_id and until <= clock.now():
        case.owner_id = None
    case.last_actioned_at = clock.now()
    audit.append(
        session, actor, "case.assignment_end", case=case, details={"user": made.user_id, "reason": reason_code}
    )
    return made


def listed(session: Session, case: Case) -> list[Assignment]:
    """All assignments of the case with their users, newest first."""
    query = sa.select(Assignment).where(Assignment.case_id == case.id).options(joinedload(Assignment.user))
    return list(session.scalars(query.order_by(Assignment.effective_from.desc(), Assignment.id.desc())))


def _add(
    session: Session, actor: Actor, case: Case, to: User, *, effective_from: dt.datetime, reason: str = "", **more
):
    made = Assignment(
        case_id=case.id,
        user_id=to.id,
        assigned_role=more.pop("role", "caseworker"),
        effective_from=effective_from,
        reason=reason,
        assigned_by_id=actor.user_id,
        **more,
    )
    session.add(made)
    session.flush()
    return made


def _standing(session: Session, case: Case, user_id: int | None) -> list[Assignment]:
    now = clock.now()
    query = sa.select(Assignment).where(Assignment.case_id == case.id, Assignment.user_id == user_id)
    return list(
        session.scalars(query.where(sa.or_(Assignment.effective_until.is_(None), Assignment.effective_until > now)))
    )


def _existing(session: Session, case: Case, to: User, role: str) -> Assignment | None:
    return next((made for made in _standing(session, case, to.id) if made.assigned_role == role), None)


def _overlapping(session, case: Case, to: User, role: str, start: dt.datetime, until: dt.datetime | None) -> bool:
    query = sa.select(Assignment.id).where(
        Assignment.case_id == case.id,
        Assignment.user_id == to.id,
        Assignment.assigned_role == role,
        sa.or_(Assignment.effective_until.is_(None), Assignment.effective_until > start),
    )
    if until is not None:
        query = query.where(Assignment.effective_from < until)
    return session.scalar(query.limit(1)) is not None
