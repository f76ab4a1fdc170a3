"""Cases: finding one, opening one, and the changes that are not steps of the lifecycle (see transitions.py)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.interfaces import ORMOption

from portal.core import audit, clock, consents
from portal.core.actors import Actor
from portal.core.database import locked
from portal.core.errors import (
    ConsentExpired,
    ConsentRequired,
    Forbidden,
    InvalidInput,
    NotFound,
    ReadOnly,
    StaleVersion,
    SubjectUnverified,
)
from portal.core.models import (
    Case,
    CaseStatusHistory,
    Household,
    Participant,
    Person,
    Review,
    User,
    Vertical,
    VerticalMember,
)
from portal.core.permissions import Permission, can, may, require, visible_cases
from portal.core.vocabulary import READ_ONLY, ConsentMode, Origin, ParticipantStatus, Role, Status, Verification

# What a caller may set when opening a case; anything else is a programming error, never client input.
_OPENING = frozenset(
    "summary narrative plan category case_type contact_type justice assessment know_about priority priority_raw gbv "
    "immediate_danger custom_fields escalated escalated_to_id external_status reported_status needs_triage owner_id "
    "review_date program_id active_from active_until work_state organisation_id".split()
)
_EDITABLE = frozenset(
    "summary narrative plan category case_type contact_type justice assessment know_about disposition priority "
    "priority_raw gbv immediate_danger custom_fields escalated escalated_to_id work_state program_id active_until "
    "external_status".split()
)


def find(session: Session, actor: Actor, number: int, *, lock: bool = False, options: Sequence[ORMOption] = ()) -> Case:
    """The case with that number, and with it what ``options`` load. Raises NotFound when absent or not to be seen."""
    return _one(session, actor, Case.id == number, lock=lock, options=options)


def find_by_uuid(session: Session, actor: Actor, uuid: Any, *, lock: bool = False) -> Case:
    """The case with that public id. Raises NotFound as ``find`` does."""
    return _one(session, actor, Case.uuid == uuid, lock=lock)


def _one(session: Session, actor: Actor, which, *, lock: bool, options: Sequence[ORMOption] = ()) -> Case:
    query = sa.select(Case).where(which, visible_cases(actor)).options(joinedload(Case.primary_vertical), *options)
    if lock:
        query = query.with_for_update(of=Case).execution_options(populate_existing=True)
    case = session.scalar(query)
    if case is None:
        raise NotFound("There is no such case.", target="case")
    return case


def root(session: Session, case: Case) -> Case:
    """The case that *case* stands for: itself, or the survivor it was merged into (review 5.10)."""
    return session.get(Case, case.root_id) if case.root_id and case.root_id != case.id else case


def default_vertical(session: Session, origin: Origin) -> Vertical:
    """The vertical that answers this door. Raises InvalidInput when the office has set none.

    Reports by web form go to the helpline's unless the office has set one for them.
    """
    vertical = session.scalar(sa.select(Vertical).where(Vertical.default_for == origin))
    if vertical is None and origin is Origin.WEBFORM:
        return default_vertical(session, Origin.HELPLINE)
    if vertical is None:
        raise InvalidInput("No vertical is set to answer this kind of case.", target="primary_vertical_id")
    return vertical


def open_case(
    session: Session,
    actor: Actor,
    *,
    origin: Origin,
    vertical: Vertical,
    subject: Person | Household | None = None,
    facts: Mapping[str, Any],
) -> Case:
    """Open a case in *vertical*, in the first state that its policy pack and the door give (design 7).

    Where the pack requires consent, the subject must be verified and have consented (contract 004, G1 and G2), and
    the case starts as a draft. Elsewhere it goes through the intake chain to active at once; a partner's web form
    stops at submitted, to be looked at by a person. Raises Forbidden, SubjectUnverified, ConsentRequired.
    """
    unknown = facts.keys() - _OPENING
    if unknown:
        raise TypeError(f"not facts of a case: {sorted(unknown)}")
    require(actor, Permission.CREATE)
    if actor.kind == "user" and not actor.is_administrator and vertical.id not in actor.vertical_ids:
        raise Forbidden("You do not work in this vertical.", target="primary_vertical_id")
    if vertical.pack.consent_mode is ConsentMode.REQUIRED:
        _require_subject(session, vertical, subject)
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
    steps = _intake_chain(session, actor, case)
    if case.review_date is not None:
        session.add(Review(case_id=case.id, date=case.review_date, assigned_to_id=case.owner_id))
    audit.append(session, actor, "case.create", case=case, details={"origin": origin, "steps": steps})
    return case


def _subject_columns(subject: Person | Household | None) -> dict[str, int]:
    if subject is None:
        return {}
    column = "subject_household_id" if isinstance(subject, Household) else "subject_person_id"
    return {column: subject.id}


def _require_subject(session: Session, vertical: Vertical, subject: Person | Household | None) -> None:
    if subject is None:
        raise InvalidInput(
            f"A case in {vertical.name} names the person or household it supports.",
            target="subject_id",
            problem="missing",
        )
    # The subject's row is locked first, so that two cases opened at once see one another (review 5.1).
    session.execute(locked(sa.select(type(subject).id).where(type(subject).id == subject.id)))
    if subject.verification_status is not Verification.VERIFIED:
        raise SubjectUnverified("The person or household is not verified yet.", target="subject_id")
    people = [subject.leader_id] if isinstance(subject, Household) else [subject.id]
    standing = consents.for_vertical(session, people, vertical)
    if standing.problem:
        kind = ConsentExpired if standing.expired else ConsentRequired
        raise kind(standing.problem, target="primary_vertical_id")


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


def _intake_chain(session: Session, actor: Actor, case: Case) -> list[str]:
    """The first states of a case as history rows: a system act of the pack, permitted once by ``case.create``."""
    chain = list(_CHAIN[:1])
    if case.primary_vertical.pack.auto_intake:
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


def update(
    session: Session, actor: Actor, case: Case, changes: Mapping[str, Any], *, version: int | None = None
) -> Case:
    """Change facts of a case that are not its state. Raises ReadOnly, Forbidden, StaleVersion."""
    unknown = changes.keys() - _EDITABLE
    if unknown:
        raise TypeError(f"not editable facts of a case: {sorted(unknown)}")
    require_editable(session, actor, case, Permission.UPDATE, version=version)
    changed = {name: value for name, value in changes.items() if getattr(case, name) != value}
    before = {name: _text(getattr(case, name)) for name in changed}
    for name, value in changed.items():
        setattr(case, name, value)
    if changed:
        case.last_actioned_at = clock.now()
        values = {name: (before[name], _text(value)) for name, value in changed.items()}
        audit.append(session, actor, "case.update", case=case, details={"fields": sorted(changed)}, values=values)
    return case


def require_editable(
    session: Session, actor: Actor, case: Case, permission: Permission, *, version: int | None = None
) -> None:
    """Raise unless *actor* may change *case* now (G4, G5) and has seen its present version."""
    if version is not None and version != case.version_id:
        raise StaleVersion("Somebody else changed this case meanwhile.", current_version=case.version_id)
    require(actor, permission, case, participating=opted_in(session, case))
    if case.lifecycle_status in READ_ONLY:
        raise ReadOnly(
            f"The case is {case.lifecycle_status.value} and cannot be changed.", current_status=case.lifecycle_status
        )
    if consents.standing(session, case).in_grace:
        raise ReadOnly(
            "The consent has expired; the case is read-only until it is renewed.", current_status=case.lifecycle_status
        )


def require_writable(session: Session, actor: Actor, case: Case, permission: Permission) -> None:
    """Raise unless *actor* may write to the case's thread. A closed case still takes words; a locked one does not."""
    require(actor, permission, case, participating=opted_in(session, case))
    status = case.lifecycle_status
    if status in (Status.SUSPENDED, Status.ARCHIVED):
        raise ReadOnly(f"The case is {status.value} and read-only.", current_status=status)


def opted_in(session: Session, case: Case) -> list[int]:
    """The ids of verticals that take part in the case."""
    rows = sa.select(Participant.vertical_id).where(Participant.case_id == case.id)
    return list(session.scalars(rows.where(Participant.status == ParticipantStatus.OPTED_IN)))


def set_review(session: Session, actor: Actor, case: Case, date: dt.date | None, *, version: int | None = None) -> Case:
    """Set or clear the date on which the case is looked at again."""
    require_editable(session, actor, case, Permission.UPDATE, version=version)
    before = case.review_date
    case.review_date = date
    session.execute(
        sa.update(Review).where(Review.case_id == case.id, Review.done_at.is_(None)).values(done_at=clock.now())
    )
    if date is not None:
        session.add(Review(case_id=case.id, date=date, assigned_to_id=case.owner_id, created_by_id=actor.user_id))
    details = {"from": str(before or ""), "to": str(date or "")}
    audit.append(session, actor, "case.review_date", case=case, details=details)
    return case


def touch(session: Session, case: Case) -> None:
    """Move the case up the work-list without making anybody's open form stale: its version does not rise."""
    at = clock.now()
    session.execute(sa.update(Case.__table__).where(Case.__table__.c.id == case.id).values(last_actioned_at=at))
    set_committed_value(case, "last_actioned_at", at)


def assignable_users(session: Session, vertical_id: int) -> list[User]:
    """Those who can own a case of this vertical: active members, by name."""
    query = sa.select(User).join(VerticalMember, VerticalMember.user_id == User.id)
    able = User.active, User.kind == "person", User.role.not_in((Role.AUDITOR,))
    return list(session.scalars(query.where(VerticalMember.vertical_id == vertical_id, *able).order_by(User.name)))


def openable_verticals(session: Session, actor: Actor) -> list[Vertical]:
    """The verticals in which *actor* may open a case, by name."""
    query = sa.select(Vertical).where(Vertical.status == "active").order_by(Vertical.name)
    if not actor.is_administrator:
        query = query.where(Vertical.id.in_(actor.vertical_ids))
    return [vertical for vertical in session.scalars(query) if can(actor, Permission.CREATE, vertical.pack)]


def permissions_of(session: Session, actor: Actor, case: Case) -> frozenset[Permission]:
    """Everything *actor* may do with this case, for pages that show only what can be done."""
    taking_part = opted_in(session, case)
    return frozenset(permission for permission in Permission if may(actor, permission, case, participating=taking_part))


def _text(value: Any) -> str | None:
    return None if value is None else str(getattr(value, "value", value))
