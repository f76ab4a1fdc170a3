"""Splitting a case: up to ten new drafts take what is named with them, all else stays (contract 004).

A split is not undone; its cases can be merged again. What is named moves, so that nothing is there twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import (
    audit,
    cases,
    clock,
    consents,
    households,
    legal_holds,
    participants,
    places,
    programs,
    reasons,
    restrictions,
    same_people,
)
from portal.core.actors import Actor
from portal.core.errors import InvalidInput, StaleVersion
from portal.core.guards import GUARDS, Facts, Guard, Refusal
from portal.core.models import (
    Assignment,
    Attachment,
    Base,
    Case,
    CasePerson,
    CaseSplit,
    Household,
    HouseholdMember,
    Message,
    Note,
    Person,
    Place,
    Program,
    Service,
    Vertical,
)
from portal.core.permissions import Permission
from portal.core.vocabulary import READ_ONLY, Status

MOST = 10
_MOVED = {
    "note_ids": Note,
    "message_ids": Message,
    "attachment_ids": Attachment,
    "service_ids": Service,
    "assignment_ids": Assignment,
}


@dataclass(frozen=True)
class Part:
    """One new case: what differs from the source, and what it takes along."""

    vertical: Vertical | None = None
    program: Program | None = None
    places: Sequence[Place] = ()
    participants: Sequence[Vertical] = ()
    subject: Person | None = None  # a member of the household that the source supports
    summary: str | None = None
    note_ids: Sequence[UUID] = ()
    message_ids: Sequence[UUID] = ()
    attachment_ids: Sequence[UUID] = ()
    service_ids: Sequence[UUID] = ()
    assignment_ids: Sequence[UUID] = ()
    people: Sequence[int] = ()  # who is named on the source, by the numbers of core/case_people.py


@dataclass
class _Taken:
    """What was named so far, so that nothing is named twice."""

    rows: set[tuple[str, int]] = field(default_factory=set)


def refusal(facts: Facts) -> Refusal | None:
    """Why a case of which this is known cannot be split now, and who can lift it; None where it can."""
    if facts.status in READ_ONLY:
        who = "Nobody" if facts.status is Status.ARCHIVED else facts.holders.get(_REOPENING[facts.status], "")
        return Refusal("state", f"The case is {facts.status.value}; only one that can be changed is split.", who)
    if Permission.SPLIT not in facts.granted:
        return Refusal("G4", "You may not do this here.", facts.holders.get(Permission.SPLIT, "an administrator"))
    return GUARDS[Guard.CONSENT](facts)


_REOPENING = {Status.SUSPENDED: Permission.RESUME, Status.CLOSED: Permission.REOPEN}


def split(
    session: Session,
    actor: Actor,
    case: Case,
    parts: Sequence[Part],
    *,
    reason_code: str | None,
    text: str | None = None,
    version: int | None = None,
) -> list[Case]:
    """Make new cases of parts of this one; the source keeps its state. Each passes the guards of creation.

    Raises Forbidden, ReadOnly, StaleVersion, InvalidInput naming the part, and what opening a case raises.
    """
    code, text = reasons.given(reasons.SPLIT, reason_code, text, text_with_other=True)
    if not 1 <= len(parts) <= MOST:
        raise InvalidInput(f"A case is split into one to {MOST} new ones.", target="split_definition")
    same_people.lock(session, consents.subjects(session, case))
    case = cases.find(session, actor, case.id, lock=True)
    if version is not None and version != case.version_id:
        raise StaleVersion("Somebody else changed this case meanwhile.", current_version=case.version_id)
    cases.require_editable(session, actor, case, Permission.SPLIT)
    taken, made = _Taken(), []
    _require_together(session, case, parts)
    for number, part in enumerate(parts):
        new = _open(session, actor, case, part, f"split_definition.{number}")
        _move(session, case, new, part, taken, f"split_definition.{number}")
        session.add(
            CaseSplit(source_id=case.id, new_case_id=new.id, reason_code=code, reason_text=text, actor_id=actor.user_id)
        )
        made.append(new)
    case.last_actioned_at = clock.now()
    details = {"cases": [new.id for new in made], "reason_code": code, "moved": len(taken.rows)}
    audit.append(session, actor, "case.split", case=case, details=details)
    return made


def _open(session: Session, actor: Actor, case: Case, part: Part, where: str) -> Case:
    vertical = part.vertical or case.primary_vertical
    programs.require_of(part.program, vertical)
    facts = {
        "summary": (part.summary or "").strip() or case.summary,
        "program_id": part.program.id if part.program else None,
        "category": case.category,
        "case_type": case.case_type,
        "priority": case.priority,
        "organisation_id": case.organisation_id,
    }
    new = cases.open_case(
        session,
        actor,
        origin=case.origin,
        vertical=vertical,
        subject=_subject(session, case, part, where),
        facts=facts,
        as_draft=True,
    )
    places.put(session, new, part.places)
    for other in part.participants:
        participants.add(session, actor, new, other)
    restrictions.follow(session, actor, case, new)
    legal_holds.follow(session, actor, case, new)
    return new


def _subject(session: Session, case: Case, part: Part, where: str) -> Person | Household | None:
    subject = case.subject_person or case.subject_household
    if part.subject is None or part.subject is subject:
        return subject
    if isinstance(subject, Household) and part.subject.id in _members(session, subject):
        return part.subject
    raise InvalidInput(
        "A part supports the same as the source, or a member of the household that the source supports.",
        target=f"{where}.subject_id",
    )


def _members(session: Session, household: Household) -> set[int]:
    current = sa.select(HouseholdMember.person_id).where(
        HouseholdMember.household_id == household.id, households.is_member_now()
    )
    return {household.leader_id, *session.scalars(current)}


def _move(session: Session, case: Case, new: Case, part: Part, taken: _Taken, where: str) -> None:
    for row in _named_people(session, case, part.people, taken, f"{where}.people"):
        row.case_id = new.id
    for name, model in _MOVED.items():
        for row in _named(session, case, model, getattr(part, name), taken, f"{where}.{name}"):
            row.case_id = new.id
            if isinstance(row, Message):
                for file in session.scalars(sa.select(Attachment).where(Attachment.message_id == row.id)):
                    file.case_id = new.id
            if isinstance(row, Assignment):
                _move_ownership(case, new, row)
    session.flush()


def _named(
    session: Session, case: Case, model: type[Base], ids: Iterable[UUID], taken: _Taken, where: str
) -> list[Base]:
    rows = []
    for public_id in ids:
        row = session.scalar(sa.select(model).where(model.uuid == public_id, model.case_id == case.id))
        if row is None or (model.__tablename__, row.id) in taken.rows:
            raise InvalidInput("This does not belong to the case, or is named twice.", target=where)
        taken.rows.add((model.__tablename__, row.id))
        rows.append(row)
    return rows


def _named_people(session: Session, case: Case, numbers: Iterable[int], taken: _Taken, where: str) -> list[CasePerson]:
    rows = []
    for number in numbers:
        row = session.scalar(sa.select(CasePerson).where(CasePerson.id == number, CasePerson.case_id == case.id))
        if row is None or ("case_people", number) in taken.rows:
            raise InvalidInput("This person is not on the case, or is named twice.", target=where)
        taken.rows.add(("case_people", number))
        rows.append(row)
    return rows


def _require_together(session: Session, case: Case, parts: Sequence[Part]) -> None:
    """Whoever is on the case as somebody's relation or alleged perpetrator goes where that person goes."""
    place = {number: index for index, part in enumerate(parts) for number in part.people}
    if not place:
        return
    named = sa.select(CasePerson.id, CasePerson.concerning_id).where(CasePerson.case_id == case.id)
    for number, other in session.execute(named.where(CasePerson.concerning_id.is_not(None))):
        if place.get(number) != place.get(other):
            raise InvalidInput(
                "One of these people is on the case for what they are to another. Both go together, or both stay.",
                target="people",
            )


def _move_ownership(case: Case, new: Case, assignment: Assignment) -> None:
    """Whoever goes along with the new case owns it, as far as they owned the old one."""
    ended = assignment.effective_until is not None and assignment.effective_until <= clock.now()
    if case.owner_id == assignment.user_id and not ended:
        case.owner_id, new.owner_id = None, assignment.user_id
