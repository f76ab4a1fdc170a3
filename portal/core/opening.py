"""Opening a case: the first state that its vertical's policy and the door give it, with its history."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal.core import audit, clock, conflicts, consents, restriction, same_people, under_glass, verification
from portal.core.actors import Actor
from portal.core.errors import Forbidden, InvalidInput, ReadOnly, SubjectUnverified
from portal.core.models import Case, CaseStatusHistory, Household, Person, Review, Vertical
from portal.core.permissions import Permission, require
from portal.core.vocabulary import ConflictScope, Origin, Status, Verification

# What a caller may set when opening a case; anything else is a programming error, never client input.
_OPENING = frozenset(
    "summary narrative plan category case_type contact_type justice assessment know_about priority priority_raw gbv "
    "immediate_danger custom_fields escalated escalated_to_id external_status reported_status needs_triage owner_id "
    "review_date program_id active_from active_until work_state organisation_id".split()
)


def open_case(
    session: Session,
    actor: Actor,
    *,
    origin: Origin,
    vertical: Vertical,
    subject: Person | Household | None = None,
    facts: Mapping[str, Any],
    as_draft: bool = False,
) -> Case:
    """Open a case in *vertical*, in the first state that its policy pack and the door give.

    Where cases rest on consent, the subject must be verified and have consented (contract 004, G1 and G2), the case
    starts as a draft, and duplicate support is looked for. Elsewhere it goes through the intake chain to active at
    once; a partner's web form stops at submitted, to be looked at by a person; ``as_draft`` stops it at draft.
    Raises Forbidden, SubjectUnverified, ConsentRequired, ReadOnly.
    """
    unknown = facts.keys() - _OPENING
    if unknown:
        raise TypeError(f"not facts of a case: {sorted(unknown)}")
    require(actor, Permission.CREATE)
    _require_usable(session, actor, subject)
    if actor.kind == "user" and not actor.is_administrator and vertical.id not in actor.vertical_ids:
        raise Forbidden("You do not work in this vertical.", target="primary_vertical_id")
    if vertical.status != "active":
        raise InvalidInput("This vertical takes no cases now.", target="primary_vertical_id")
    rests_on_consent = consents.asked_for(vertical, origin)
    if rests_on_consent:
        _require_subject(session, vertical, origin, subject)
    case = Case(
        origin=origin,
        primary_vertical=vertical,
        created_by_id=actor.user_id,
        lifecycle_status=Status.DRAFT,
        **_subject_columns(subject),
        **{"organisation_id": actor.organisation_id, **facts},
    )
    session.add(case)
    session.flush()
    _set_reference(session, case)
    steps = _intake_chain(session, actor, case, as_draft=as_draft or origin is Origin.INTERVENTIONS)
    if case.review_date is not None:
        session.add(Review(case_id=case.id, date=case.review_date, assigned_to_id=case.owner_id))
    audit.append(session, actor, "case.create", case=case, details={"origin": origin, "steps": steps})
    if rests_on_consent:
        conflicts.record(session, actor, case, ConflictScope.PRIMARY)
    return case


def _require_usable(session: Session, actor: Actor, subject: Person | Household | None) -> None:
    restriction.require_usable(subject)
    under_glass.require_known(session, actor, subject)


def _subject_columns(subject: Person | Household | None) -> dict[str, int]:
    if subject is None:
        return {}
    column = "subject_household_id" if isinstance(subject, Household) else "subject_person_id"
    return {column: subject.id}


def _require_subject(session: Session, vertical: Vertical, origin: Origin, subject: Person | Household | None) -> None:
    if subject is None:
        raise InvalidInput(
            f"A case in {vertical.name} names the person or household it supports.",
            target="subject_id",
            problem="missing",
        )
    # The subject is locked first, so that two cases opened at once see one another.
    same_people.lock(session, [subject.leader_id if isinstance(subject, Household) else subject.id])
    session.refresh(subject)
    if verification.is_archived(subject):
        raise ReadOnly("The record of this person or household is archived.", target="subject_id")
    if subject.verification_status is not Verification.VERIFIED:
        raise SubjectUnverified("The person or household is not verified yet.", target="subject_id")
    standing = consents.for_vertical(session, consents.speakers(session, subject, vertical), vertical, origin=origin)
    if standing.problem:
        raise consents.lacking(standing, target="primary_vertical_id")


def _set_reference(session: Session, case: Case) -> None:
    """Give the case its quotable reference: the vertical's prefix and its own number, never changed again.

    Written beside the mapper, for a new case is version 1 however many statements it took.
    """
    reference = f"{case.primary_vertical.reference_prefix}-{case.id:06d}"
    session.execute(
        sa.update(Case.__table__).where(Case.__table__.c.id == case.id).values(reference=reference, root_id=case.id)
    )
    set_committed_value(case, "reference", reference)
    set_committed_value(case, "root_id", case.id)


_CHAIN = ((None, Status.DRAFT, "create"), (Status.DRAFT, Status.SUBMITTED, "submit"))
_CHAIN_ON = ((Status.SUBMITTED, Status.VERIFIED, "verify"), (Status.VERIFIED, Status.ACTIVE, "activate"))


def _intake_chain(session: Session, actor: Actor, case: Case, *, as_draft: bool) -> list[str]:
    """The first states of a case as history rows: a system act of the pack, permitted once by ``case.create``."""
    chain = list(_CHAIN[:1])
    if case.primary_vertical.pack.auto_intake and not as_draft:
        chain = [*_CHAIN] if case.origin is Origin.WEBFORM else [*_CHAIN, *_CHAIN_ON]
    at = clock.now()
    session.add_all(
        CaseStatusHistory(
            case_id=case.id,
            from_status=source,
            to_status=target,
            action=action,
            reason_code="INTAKE" if source else None,
            actor_id=actor.user_id,
            actor_name=actor.name,
            at=at,
        )
        for source, target, action in chain
    )
    reached = {target for _, target, _ in chain}
    moments = {Status.SUBMITTED: "submitted_at", Status.VERIFIED: "verified_at", Status.ACTIVE: "activated_at"}
    values: dict[str, Any] = {column: at for status, column in moments.items() if status in reached}
    if Status.SUBMITTED in reached:
        values["submitted_by_id"] = actor.user_id
    if Status.ACTIVE in reached:
        values["active_from"] = case.active_from or at
    values["lifecycle_status"] = chain[-1][1]
    session.execute(sa.update(Case.__table__).where(Case.__table__.c.id == case.id).values(**values))
    for column, value in values.items():
        set_committed_value(case, column, value)
    return [target.value for _, target, _ in chain]
