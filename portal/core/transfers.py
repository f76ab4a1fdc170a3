"""Transfer of ownership: the case gets another primary vertical (contract 004)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from portal.core import approvals, audit, cases, clock, conflicts, consents, participants, reasons, same_people
from portal.core.actors import Actor
from portal.core.errors import (
    AlreadyDone,
    DomainError,
    InvalidInput,
    InvalidTransition,
    OpenConflict,
    StaleVersion,
    SubjectUnverified,
)
from portal.core.models import (
    Approval,
    Assignment,
    Case,
    CaseTransfer,
    Household,
    Participant,
    Person,
    Program,
    User,
    Vertical,
)
from portal.core.permissions import Permission
from portal.core.vocabulary import ConflictScope, Origin, ParticipantStatus, Status, Verification


@dataclass(frozen=True)
class Preview:
    """What a transfer would do, and what stands against it now (None where nothing does)."""

    to: Vertical
    obstacle: DomainError | None
    needs_approval: bool
    absorbed: bool  # the new vertical takes part now; it will lead instead
    program_left: Program | None
    workers_left: list[User]
    owner_stays: bool


FROM = frozenset({Status.SUBMITTED, Status.VERIFIED, Status.ACTIVE, Status.STABILIZED, Status.REOPENED})


def transfer(
    session: Session,
    actor: Actor,
    case: Case,
    to: Vertical,
    *,
    reason_code: str | None,
    text: str | None = None,
    approval_uuid: Any | None = None,
    version: int | None = None,
) -> CaseTransfer:
    """Hand the case to another vertical. Call ``conflicts.check_first`` before, in a unit of its own.

    Where the new vertical rests on consent the subject must be verified, have consented for it, and not be supported
    twice (G1 to G3). The pack of the present vertical may ask for an approval, which is used up. The new vertical's
    part in the case is absorbed; the old one does not stay. A programme of the old vertical is left behind, and so
    are workers who do not belong to the new one. Raises Forbidden, ReadOnly, InvalidInput, InvalidTransition,
    AlreadyDone, StaleVersion, SubjectUnverified, ConsentRequired, ConsentExpired, OpenConflict, ApprovalRequired.
    """
    people = consents.subjects(session, case)
    same_people.lock(session, people)
    case = cases.find(session, actor, case.id, lock=True)
    if version is not None and version != case.version_id:
        raise StaleVersion("Somebody else changed this case meanwhile.", current_version=case.version_id)
    cases.require_editable(session, actor, case, Permission.TRANSFER)
    code, text = reasons.given(reasons.TRANSFER, reason_code, text)
    _check_target(case, to)
    _check_guards(session, case, to)
    approval = None
    if case.primary_vertical.pack.transfer_requires_approval:
        approval = approvals.use(session, case, approval_uuid, purpose=approvals.TRANSFER, to_vertical=to)
    made = CaseTransfer(
        case_id=case.id,
        from_vertical_id=case.primary_vertical_id,
        to_vertical_id=to.id,
        reason_code=code,
        reason_text=text,
        approval_id=approval.id if approval else None,
        actor_id=actor.user_id,
    )
    session.add(made)
    _absorb(session, actor, case, to)
    case.primary_vertical = to
    case.last_actioned_at = clock.now()
    session.flush()
    _leave_behind(session, case, to)
    _tell(session, actor, case, made)
    return made


def preview(session: Session, actor: Actor, case: Case, to: Vertical) -> Preview:
    """What ``transfer`` would do with the case, without doing it. An approval that is missing is no obstacle here."""
    program = session.get(Program, case.program_id) if case.program_id else None
    staying = {user.id for user in cases.assignable_users(session, to.id)}
    left = {standing.user for standing in _standing(session, case) if standing.user_id not in staying}
    return Preview(
        to=to,
        obstacle=_obstacle(session, actor, case, to),
        needs_approval=case.primary_vertical.pack.transfer_requires_approval,
        absorbed=any(part.vertical_id == to.id for part in participants.of_case(session, case)),
        program_left=program if program and program.vertical_id != to.id else None,
        workers_left=sorted(left, key=lambda user: user.name),
        owner_stays=case.owner_id in staying,
    )


def _obstacle(session: Session, actor: Actor, case: Case, to: Vertical) -> DomainError | None:
    try:
        cases.require_editable(session, actor, case, Permission.TRANSFER)
        _check_target(case, to)
        _check_guards(session, case, to)
    except DomainError as refusal:
        return refusal
    return None


def _tell(session: Session, actor: Actor, case: Case, made: CaseTransfer) -> None:
    details = {"from": made.from_vertical_id, "to": made.to_vertical_id, "reason_code": made.reason_code}
    audit.append(session, actor, "case.transfer", case=case, details={**details, "approval": made.approval_id})


def of_case(session: Session, case: Case) -> list[CaseTransfer]:
    """Every transfer of the case, oldest first."""
    return list(
        session.scalars(sa.select(CaseTransfer).where(CaseTransfer.case_id == case.id).order_by(CaseTransfer.id))
    )


@dataclass(frozen=True)
class Told:
    """A past transfer with the names that belong to it."""

    row: CaseTransfer
    origin: str
    to: str
    by: str
    approved_by: str


def told(session: Session, case: Case, *, group: Collection[int] = ()) -> list[Told]:
    """Every transfer of the case (with ``group``, of those cases) in words, newest first."""
    origin, to, by, approver = aliased(Vertical), aliased(Vertical), aliased(User), aliased(User)
    query = sa.select(CaseTransfer, origin.name, to.name, by.name, approver.name)
    query = query.join(origin, origin.id == CaseTransfer.from_vertical_id)
    query = query.join(to, to.id == CaseTransfer.to_vertical_id).outerjoin(by, by.id == CaseTransfer.actor_id)
    query = query.outerjoin(Approval, Approval.id == CaseTransfer.approval_id)
    query = query.outerjoin(approver, approver.id == Approval.approver_id)
    found = session.execute(query.where(CaseTransfer.case_id.in_(group or [case.id])).order_by(CaseTransfer.id.desc()))
    return [Told(row, *(name or "" for name in names)) for row, *names in found]


def _check_target(case: Case, to: Vertical) -> None:
    if case.lifecycle_status not in FROM:
        raise InvalidTransition(
            f"The case is {case.lifecycle_status.value}; it can be handed over once it is submitted.",
            current_status=case.lifecycle_status,
        )
    if to.id == case.primary_vertical_id:
        raise AlreadyDone("This vertical leads the case already.", target="new_primary_vertical_id")
    if to.status != "active":
        raise InvalidInput("This vertical takes no cases now.", target="new_primary_vertical_id")


def _check_guards(session: Session, case: Case, to: Vertical) -> None:
    """G1 to G3, asked for the new vertical."""
    if not consents.asked_for(to, case.origin):
        return
    subject: Person | Household | None = case.subject_person or case.subject_household
    if subject is None:
        raise SubjectUnverified(f"A case in {to.name} names the person or household it supports.", target="subject_id")
    if subject.verification_status is not Verification.VERIFIED:
        raise SubjectUnverified("The person or household is not verified yet.", target="subject_id")
    standing = consents.for_vertical(session, consents.speakers(session, subject, to), to, origin=Origin.INTERVENTIONS)
    if standing.problem:
        raise consents.lacking(standing, target="new_primary_vertical_id")
    finding, _, _ = conflicts.judge(session, case, ConflictScope.PRIMARY, vertical=to)
    if finding is not conflicts.Finding.CLEAR or conflicts.open_ones(session, case):
        raise OpenConflict("A possible duplicate support is open and must be decided first.", case=case.id)


def _absorb(session: Session, actor: Actor, case: Case, to: Vertical) -> None:
    """The new primary vertical takes part no longer: it leads."""
    query = sa.select(Participant).where(Participant.case_id == case.id, Participant.vertical_id == to.id)
    for participant in session.scalars(query.where(Participant.status != ParticipantStatus.REMOVED)):
        participants.end(session, actor, case, participant, "BECAME_PRIMARY")


def _leave_behind(session: Session, case: Case, to: Vertical) -> None:
    if case.program_id is not None:
        program = session.get(Program, case.program_id)
        case.program_id = case.program_id if program and program.vertical_id == to.id else None
    staying = {user.id for user in cases.assignable_users(session, to.id)}
    at = clock.now()
    for assignment in _standing(session, case):
        if assignment.user_id not in staying:
            assignment.effective_until = max(at, assignment.effective_from)
            assignment.end_reason = "TRANSFERRED_CASE"
    if case.owner_id is not None and case.owner_id not in staying:
        case.owner_id = None


def _standing(session: Session, case: Case) -> list[Assignment]:
    """The assignments that are not over, with their users."""
    over = Assignment.effective_until.is_not(None), Assignment.effective_until <= clock.now()
    query = sa.select(Assignment).where(Assignment.case_id == case.id, ~sa.and_(*over))
    return list(session.scalars(query.options(joinedload(Assignment.user))))
