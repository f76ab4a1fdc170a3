"""Steps of the lifecycle on real cases: the facts the table asks for, and the one function that changes a status."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, cases, clock, conflicts, consents, lifecycle, reasons
from portal.core.actors import Actor
from portal.core.errors import (
    ConsentExpired,
    ConsentRequired,
    DomainError,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    OpenConflict,
    ReadOnly,
    StaleVersion,
    SubjectUnverified,
)
from portal.core.models import Case, CaseMerge, CaseStatusHistory, CaseSuspension, Household, Person
from portal.core.permissions import Permission, who_can
from portal.core.vocabulary import Action, ConflictScope, Status, Verification


def facts(session: Session, actor: Actor, case: Case) -> lifecycle.Facts:
    """What the table needs to know of *case* for *actor*; cheap where no consent is needed."""
    pack = case.primary_vertical.pack
    required = consents.asked_for(case.primary_vertical, case.origin)
    taking_part = consents.taking_part(session, case)
    standing = consents.standing(session, case, taking_part)
    suspended = case.lifecycle_status is Status.SUSPENDED
    return lifecycle.Facts(
        status=case.lifecycle_status,
        prior_status=case.prior_status or _before_merge(session, case),
        origin=case.origin,
        consent_required=required,
        subject_verified=not required or _subject_verified(session, case),
        consent_problem=standing.problem,
        consent_expired=standing.expired,
        consent_withdrawn=standing.withdrawn,
        open_conflicts=_open_conflicts(session, case) if required else 0,
        suspension_reasons=tuple(s.reason_code for s in open_suspensions(session, case)) if suspended else (),
        submitted_by_actor=actor.user_id is not None and case.submitted_by_id == actor.user_id,
        elevated=actor.is_administrator or actor.is_system,
        granted=cases.permissions_of(session, actor, case, [vertical.id for vertical in taking_part]),
        holders={permission: who_can(permission, pack) for permission in Permission},
        merged=case.merged_into_id is not None,
        by_system=actor.is_system,
    )


def offers(session: Session, actor: Actor, case: Case, *, composites: bool = True) -> list[lifecycle.Offer]:
    """Every action as it stands for this case and actor, with the reason where it is not possible."""
    return lifecycle.available_actions(facts(session, actor, case), composites=composites)


def change_status(
    session: Session,
    actor: Actor,
    case: Case,
    action: Action,
    *,
    reason: str | None = None,
    text: str | None = None,
    note: str | None = None,
    claims: Mapping[str, Any] | None = None,
    active_from: dt.datetime | None = None,
    active_until: dt.datetime | None = None,
    version: int | None = None,
    composites: bool = True,
    system_reason: str | None = None,
    source_vertical_id: int | None = None,
    text_demanded: bool = True,
) -> Case:
    """Take one step of the lifecycle: status, history and audit together (contract 004).

    ``composites`` False refuses what the contract's order does not have (closing an active case), as the
    interventions dialect must. ``text_demanded`` False lets a dialect accept OTHER without words where the contract
    makes them optional. ``source_vertical_id`` is the vertical whose consent ended. Before activating, call
    ``conflicts.check_first``: what is found here is refused, and a refusal records no conflict. Raises InvalidInput,
    StaleVersion, InvalidTransition, Forbidden, SubjectUnverified, ConsentRequired, ConsentExpired, OpenConflict or
    ReadOnly; nothing is changed then.
    """
    if action is Action.ACTIVATE:
        conflicts.lock_subject(session, case)  # people before cases, everywhere
    case = cases.find(session, actor, case.id, lock=True)
    if version is not None and version != case.version_id:
        raise StaleVersion("Somebody else changed this case meanwhile.", current_version=case.version_id)
    known = facts(session, actor, case)
    offer = lifecycle.decide(known, action, composites=composites)
    if offer.refusal is not None:
        raise _refused(session, case, known, offer, composites)
    row = offer.row
    code = system_reason or _reason(row, reason, text, text_demanded)
    said = _Said(code, (text or "").strip() or None, (note or "").strip() or None, claims or {}, source_vertical_id)
    source = case.lifecycle_status
    target = lifecycle.target_of(row, known)
    if action is Action.ACTIVATE:
        _set_period(case, active_from, active_until)
    for step in (*row.through, target):
        _record_step(session, actor, case, step, action, said)
    _keep_suspensions(session, actor, case, action, said)
    details = {"previous_status": source, "new_status": target, "reason_code": code, "elevated": actor.is_administrator}
    audit.append(session, actor, f"case.{action.value}", case=case, details=details)
    return case


def open_suspensions(session: Session, case: Case) -> list[CaseSuspension]:
    """The reasons for which the case stands suspended, oldest first."""
    query = sa.select(CaseSuspension).where(CaseSuspension.case_id == case.id, CaseSuspension.lifted_at.is_(None))
    return list(session.scalars(query.order_by(CaseSuspension.id)))


def history(session: Session, case: Case) -> list[CaseStatusHistory]:
    """Every step of the case, oldest first."""
    query = sa.select(CaseStatusHistory).where(CaseStatusHistory.case_id == case.id)
    return list(session.scalars(query.order_by(CaseStatusHistory.id)))


_MOMENTS = {
    Action.SUBMIT: "submitted_at",
    Action.VERIFY: "verified_at",
    Action.ACTIVATE: "activated_at",
    Action.SUSPEND: "suspended_at",
    Action.RESUME: "resumed_at",
    Action.STABILIZE: "stabilized_at",
    Action.CLOSE: "closed_at",
    Action.REOPEN: "reopened_at",
    Action.ARCHIVE: "archived_at",
    Action.REFUSE: "archived_at",
    Action.MERGE: "archived_at",
}


@dataclass(frozen=True)
class _Said:
    """What was said of a step: the reason, in words where asked, a note, and what the caller claims of it."""

    code: str | None
    text: str | None
    note: str | None
    claims: Mapping[str, Any]
    source_vertical_id: int | None = None


def _record_step(session: Session, actor: Actor, case: Case, target: Status, action: Action, said: _Said) -> None:
    """Move the case one state on and write the history row of that step."""
    at = clock.now()
    passing = action is Action.CLOSE and target is Status.STABILIZED
    session.add(
        CaseStatusHistory(
            case_id=case.id,
            from_status=case.lifecycle_status,
            to_status=target,
            action=Action.STABILIZE if passing else action,
            reason_code=said.code,
            reason_text=said.text,
            note=said.note,
            actor_id=actor.user_id,
            actor_name=actor.name,
            claims=dict(said.claims),
            at=at,
        )
    )
    case.prior_status = case.lifecycle_status if target is Status.SUSPENDED else None
    case.lifecycle_status = target
    keeps_reason = target in (Status.SUSPENDED, Status.CLOSED, Status.ARCHIVED, Status.REOPENED)
    case.status_reason, case.status_text = (said.code, said.text) if keeps_reason else (None, None)
    case.last_actioned_at = at
    if action is Action.UNMERGE:
        case.merged_into_id = case.archived_at = case.erased_at = None
    else:
        setattr(case, "stabilized_at" if passing else _MOMENTS[action], at)
    _remember_who(actor, case, action)
    session.flush()


def _remember_who(actor: Actor, case: Case, action: Action) -> None:
    if action is Action.SUBMIT:
        case.submitted_by_id = actor.user_id
    if action is Action.VERIFY:
        case.verified_by_id = actor.user_id
    if action in (Action.VERIFY, Action.ARCHIVE, Action.REFUSE):
        case.needs_triage = False


def _keep_suspensions(session: Session, actor: Actor, case: Case, action: Action, said: _Said) -> None:
    """Add the reason a case is suspended for, or lift those it stood for. Reasons are never edited."""
    if action is Action.SUSPEND:
        session.add(
            CaseSuspension(
                case_id=case.id,
                actor_id=actor.user_id,
                reason_code=said.code,
                reason_text=said.text,
                source_vertical_id=said.source_vertical_id,
                by_system=actor.is_system,
            )
        )
    elif action in (Action.RESUME, Action.ARCHIVE):
        for suspension in open_suspensions(session, case):
            suspension.lifted_at = clock.now()


def _set_period(case: Case, active_from: dt.datetime | None, active_until: dt.datetime | None) -> None:
    case.active_from = active_from or case.active_from or clock.now()
    case.active_until = active_until or case.active_until
    if case.active_until is not None and case.active_until <= case.active_from:
        raise InvalidInput("The end must be after the beginning.", target="active_until")


def _reason(row: lifecycle.Transition, reason: str | None, text: str | None, text_demanded: bool) -> str | None:
    """The reason code, checked against the row's list; asks for words with OTHER."""
    if row.reasons is None:
        return None
    field = {Action.SUSPEND: "suspension_reason", Action.CLOSE: "closure_reason"}.get(row.action, "reason_code")
    if not reason:
        if row.reason_required:
            raise InvalidInput("Choose a reason.", target=field, problem="missing", allowed=list(row.reasons))
        return None
    if reason not in row.reasons:
        raise InvalidInput("This reason is not on the list.", target=field, allowed=list(row.reasons))
    if reason == reasons.OTHER and (row.text_with_other or text_demanded) and not (text or "").strip():
        raise InvalidInput("Say which reason.", target="reason_text", problem="missing")
    return reason


_ERRORS: dict[str, type[DomainError]] = {
    "G1": SubjectUnverified,
    "G3": OpenConflict,
    "G4": Forbidden,
    "state": InvalidTransition,
    "triage": InvalidTransition,
    "verifier": Forbidden,
    "suspension": ReadOnly,
}


def _refused(
    session: Session, case: Case, known: lifecycle.Facts, offer: lifecycle.Offer, composites: bool
) -> DomainError:
    refusal = offer.refusal
    if refusal.rule == "G2":
        kind = ConsentExpired if known.consent_expired else ConsentRequired
    else:
        kind = _ERRORS[refusal.rule]
    allowed = [o.action.value for o in lifecycle.available_actions(known, composites=composites) if o.allowed]
    return kind(
        refusal.reason,
        target=refusal.rule,
        case=case.id,
        action=offer.action.value,
        current_status=case.lifecycle_status.value,
        allowed_actions=allowed,
        who=refusal.who,
        merged_into=case.merged_into_id,
    )


def _before_merge(session: Session, case: Case) -> Status | None:
    """The state to which undoing its merge brings a case back."""
    if case.merged_into_id is None:
        return None
    edge = sa.select(CaseMerge.prior_status).where(CaseMerge.source_id == case.id, CaseMerge.undone_at.is_(None))
    return Status(session.scalars(edge).one())


def _subject_verified(session: Session, case: Case) -> bool:
    if case.subject_person_id is not None:
        subject = session.get(Person, case.subject_person_id)
    elif case.subject_household_id is not None:
        subject = session.get(Household, case.subject_household_id)
    else:
        return False
    return subject.verification_status is Verification.VERIFIED


def _open_conflicts(session: Session, case: Case) -> int:
    """The open conflicts, and one that a check would open now: activation must not outrun the check (G3)."""
    found = len(conflicts.open_ones(session, case))
    if found or case.lifecycle_status not in (Status.VERIFIED, Status.REOPENED):
        return found
    return int(conflicts.judge(session, case, ConflictScope.PRIMARY)[0] is conflicts.Finding.NEW)
