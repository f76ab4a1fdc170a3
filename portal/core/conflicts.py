"""Duplicate support: the same person or household helped twice, recorded as a conflict that somebody decides.

A conflict is identified by its scope and the set of cases it names. Once it is resolved or dismissed, that set and
every part of it is clear; only a set with a new member is a new conflict.
"""

import datetime as dt
import enum
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, households, reasons, same_people
from portal.core.actors import Actor
from portal.core.models import (
    Case,
    Conflict,
    ConflictCase,
    Household,
    HouseholdMember,
    Participant,
    Vertical,
)
from portal.core.permissions import Permission, may, require, visible_cases
from portal.core.unit import unit_of_work
from portal.core.vocabulary import ConflictScope, ConflictStatus, ParticipantStatus, Status

# Support is given, or about to be, in every state but these.
_NO_SUPPORT = (Status.DRAFT, Status.CLOSED, Status.ARCHIVED)
_LONGEST_KEY = 255


class Finding(enum.StrEnum):
    """What a check says: nothing overlaps or it was decided; a conflict is open; one has to be opened."""

    CLEAR = "clear"
    OPEN = "open"
    NEW = "new"


@dataclass(frozen=True)
class Checked:
    """The outcome of a check; ``conflict`` is the open one that it flags."""

    conflict: Conflict | None
    checked_at: dt.datetime

    @property
    def flagged(self) -> bool:
        """Whether somebody has to decide."""
        return self.conflict is not None


def check(
    session: Session, actor: Actor, case: Case, scope: ConflictScope, *, reason_code: str | None = None
) -> Checked:
    """Look for duplicate support on demand (contract 004). Raises Forbidden, InvalidInput."""
    require(actor, Permission.CHECK_CONFLICT, case)
    if reason_code is not None:
        reasons.given(reasons.DUPLICATE_CHECK, reason_code)
    lock_subject(session, case)
    found = record(session, actor, case, scope, reason_code=reason_code)
    details = {"scope": scope, "flagged": found.flagged, "reason_code": reason_code}
    audit.append(session, actor, "conflict.check", case=case, details=details)
    return found


def check_first(
    session: Session, actor: Actor, number: int, *, reason_code: str, vertical: Vertical | None = None
) -> None:
    """Record what stands against a step, in a unit of its own: the step's refusal must not take it back.

    Call it before activating or transferring (``vertical``: where to); an invisible case is left to the step itself.
    """
    query = sa.select(Case).where(Case.id == number, visible_cases(actor))
    case = session.scalar(query)
    if case is None or not may(actor, Permission.CHECK_CONFLICT, case):
        return
    if judge(session, case, ConflictScope.PRIMARY, vertical=vertical)[0] is not Finding.NEW:
        return
    with unit_of_work(session, actor, intent="conflict.check"):
        case = session.scalars(query).one()
        lock_subject(session, case)
        record(session, actor, case, ConflictScope.PRIMARY, reason_code=reason_code, vertical=vertical)


def record(
    session: Session,
    actor: Actor,
    case: Case,
    scope: ConflictScope,
    *,
    reason_code: str | None = None,
    vertical: Vertical | None = None,
) -> Checked:
    """Check and open the conflict that is found, as part of another step; the subject is locked already."""
    finding, conflict, others = judge(session, case, scope, vertical=vertical)
    if finding is Finding.NEW:
        conflict = Conflict(
            scope=scope.value,
            set_key=_set_key(scope, {case.id, *others}),
            primary_case_id=case.id,
            reason_code=reason_code,
        )
        session.add(conflict)
        session.flush()
        session.add_all(ConflictCase(conflict_id=conflict.id, case_id=number) for number in sorted({case.id, *others}))
        details = {"conflict": conflict.id, "scope": scope, "cases": sorted(others)}
        audit.append(session, actor, "conflict.open", case=case, details=details)
    return Checked(conflict if finding is not Finding.CLEAR else None, clock.now())


def judge(
    session: Session, case: Case, scope: ConflictScope, *, vertical: Vertical | None = None
) -> tuple[Finding, Conflict | None, list[int]]:
    """What a check finds now, the conflict that says so, and the other cases; changes nothing."""
    others = _overlapping(session, case, scope, vertical or case.primary_vertical)
    if not others:
        return Finding.CLEAR, None, []
    wanted = {case.id, *others}
    known = [
        (conflict, members)
        for conflict, members in _naming(session, case)
        if wanted <= members and _covers(ConflictScope(conflict.scope), scope)
    ]
    exact = [conflict for conflict, members in known if members == wanted and conflict.scope == scope]
    ranked = exact or sorted((conflict for conflict, _ in known), key=lambda conflict: conflict.status != "open")
    if not ranked:
        return Finding.NEW, None, others
    is_open = ranked[0].status == ConflictStatus.OPEN
    return (Finding.OPEN if is_open else Finding.CLEAR), ranked[0], others


def open_ones(session: Session, case: Case) -> list[Conflict]:
    """The conflicts that name the case and that nobody has decided."""
    return [conflict for conflict, _ in _naming(session, case) if conflict.status == ConflictStatus.OPEN]


def lock_subject(session: Session, case: Case) -> None:
    """Hold the subject's row, so that two checks at once see one another."""
    if case.subject_person_id is not None:
        same_people.lock(session, [case.subject_person_id])
    elif case.subject_household is not None:
        same_people.lock(session, [case.subject_household.leader_id])


def _overlapping(session: Session, case: Case, scope: ConflictScope, vertical: Vertical) -> list[int]:
    same_subject = _same_subject(session, case)
    if same_subject is None or case.lifecycle_status in (Status.CLOSED, Status.ARCHIVED):
        return []
    query = sa.select(Case.id).where(
        Case.id != case.id,
        same_subject,
        Case.lifecycle_status.not_in(_NO_SUPPORT),
        _same_support(session, case, scope, vertical),
        *_same_time(case),
    )
    return list(session.scalars(query.order_by(Case.id)))


def _same_subject(session: Session, case: Case) -> sa.ColumnElement[bool] | None:
    """The person in any of their records, and the households they belong to; a household and its members."""
    if case.subject_person_id is not None:
        people = same_people.records(session, [case.subject_person_id])[case.subject_person_id]
        member = sa.select(HouseholdMember.household_id).where(
            HouseholdMember.person_id.in_(people), households.is_member_now()
        )
        leader = sa.select(Household.id).where(Household.leader_id.in_(people))
        return sa.or_(
            Case.subject_person_id.in_(people),
            Case.subject_household_id.in_(member),
            Case.subject_household_id.in_(leader),
        )
    if case.subject_household is not None:
        household = case.subject_household
        members = sa.select(HouseholdMember.person_id).where(
            HouseholdMember.household_id == household.id, households.is_member_now()
        )
        everybody = same_people.records(session, {household.leader_id, *session.scalars(members)})
        people = sorted({record for ids in everybody.values() for record in ids})
        return sa.or_(Case.subject_household_id == household.id, Case.subject_person_id.in_(people))
    return None


def _same_support(session: Session, case: Case, scope: ConflictScope, vertical: Vertical) -> sa.ColumnElement[bool]:
    if scope is ConflictScope.PRIMARY:
        return Case.primary_vertical_id == vertical.id
    taking_part = sa.select(Participant.vertical_id).where(
        Participant.case_id == case.id, Participant.status == ParticipantStatus.OPTED_IN
    )
    verticals = sorted({vertical.id, *session.scalars(taking_part)})
    theirs = sa.select(Participant.case_id).where(
        Participant.vertical_id.in_(verticals), Participant.status == ParticipantStatus.OPTED_IN
    )
    common = [Case.primary_vertical_id.in_(verticals), Case.id.in_(theirs)]
    if case.program_id is not None:
        common.append(Case.program_id == case.program_id)
    return sa.or_(*common)


def _same_time(case: Case) -> Iterable[sa.ColumnElement[bool]]:
    """Windows overlap; a case that has not begun begins now at the earliest, one without an end does not end."""
    begins = case.active_from or clock.now()
    yield sa.or_(Case.active_until.is_(None), Case.active_until > begins)
    if case.active_until is not None:
        yield sa.or_(Case.active_from.is_(None), Case.active_from < case.active_until)


def _naming(session: Session, case: Case) -> list[tuple[Conflict, set[int]]]:
    """Every conflict that names the case, with the set of cases it names."""
    mine = sa.select(ConflictCase.conflict_id).where(ConflictCase.case_id == case.id)
    query = sa.select(Conflict, ConflictCase.case_id).join(ConflictCase, ConflictCase.conflict_id == Conflict.id)
    members: dict[Conflict, set[int]] = {}
    for conflict, number in session.execute(query.where(Conflict.id.in_(mine)).order_by(Conflict.id)):
        members.setdefault(conflict, set()).add(number)
    return list(members.items())


def _covers(decided: ConflictScope, asked: ConflictScope) -> bool:
    """What was decided for all verticals was decided for the primary one, too."""
    return decided is asked or decided is ConflictScope.ALL


def _set_key(scope: ConflictScope, numbers: Iterable[int]) -> str:
    key = f"{scope.value}:{'-'.join(str(number) for number in sorted(numbers))}"
    if len(key) <= _LONGEST_KEY:
        return key
    return f"{scope.value}:{hashlib.sha256(key.encode()).hexdigest()}"
