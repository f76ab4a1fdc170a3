"""Restricting a case: who may see it is a list of people, for a reason, until it is lifted.

Its owner always sees it. Nobody else does who is not on the list: not those assigned to it, not administrators; they
are proposed where the list is made, and told of beforehand where they would lose sight of it. What was merged into the
case, and what is split off it, is restricted with it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.core import audit, clock, reasons, remits
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, InvalidInput, ReadOnly, StaleVersion
from portal.core.models import Assignment, Case, CaseRestriction, Participant, Restriction, User, VerticalMember
from portal.core.permissions import Permission, require, role_permissions
from portal.core.vocabulary import ParticipantStatus, Role

_ALONE = "Nobody who is left could lift this again. Keep the owner, a supervisor of the vertical or an administrator."


@dataclass(frozen=True)
class Standing:
    """The restriction of a case as it is now: since when, by whom and why."""

    row: Restriction
    by: str


def standing(session: Session, case: Case) -> Standing | None:
    """Why the case is restricted now; None where it is not, or was before reasons were kept."""
    query = sa.select(Restriction, User.name).outerjoin(User, User.id == Restriction.by_id)
    query = query.where(Restriction.case_id == case.id, Restriction.lifted_at.is_(None))
    found = session.execute(query.order_by(Restriction.id.desc()).limit(1)).first()
    return Standing(found[0], found[1] or "") if found else None


def listed(session: Session, case: Case) -> set[int]:
    """The numbers of the users on the list."""
    return set(session.scalars(sa.select(CaseRestriction.user_id).where(CaseRestriction.case_id == case.id)))


def candidates(session: Session, case: Case) -> list[User]:
    """Everybody who sees the case while it is not restricted, by name: those who can be kept on its list."""
    taking_part = sa.select(Participant.vertical_id).where(
        Participant.case_id == case.id, Participant.status == ParticipantStatus.OPTED_IN
    )
    leading, beside = remits.members(session, case)
    led = sa.select(VerticalMember.user_id).where(VerticalMember.vertical_id == case.primary_vertical_id)
    asked = sa.select(VerticalMember.user_id).where(VerticalMember.vertical_id.in_(taking_part))
    members = sa.or_(sa.and_(User.id.in_(led), leading), sa.and_(User.id.in_(asked), beside))
    kept = sa.select(CaseRestriction.user_id).where(CaseRestriction.case_id == case.id)
    anywhere = User.role.in_((Role.ADMINISTRATOR, Role.AUDITOR))
    seeing = anywhere, User.id == case.owner_id, members, User.id.in_(kept), User.id.in_(_assigned(case))
    query = sa.select(User).where(User.active, User.kind == "person", sa.or_(*seeing))
    query = query.options(selectinload(User.memberships).lazyload(VerticalMember.vertical))
    return list(session.scalars(query.order_by(User.name, User.id)))


def assigned(session: Session, case: Case) -> set[int]:
    """The numbers of those who are assigned to the case now."""
    return set(session.scalars(_assigned(case)))


def losing(session: Session, case: Case, allowed: Collection[int]) -> list[User]:
    """Who sees the case now and would not, were it restricted to its owner and those in *allowed*; by name."""
    now = listed(session, case) if case.restricted else None
    return [
        user
        for user in candidates(session, case)
        if user.id != case.owner_id and user.id not in allowed and (now is None or user.id in now)
    ]


def restrict(
    session: Session,
    actor: Actor,
    case: Case,
    allowed: Collection[int],
    *,
    reason_code: str | None,
    text: str | None = None,
    version: int | None = None,
) -> Case:
    """Let nobody but its owner and *allowed* see the case; where it is restricted already, change the list.

    A supervisor of the vertical, an administrator, and the owner may. Raises Forbidden, StaleVersion, ReadOnly for a
    case that was merged into another, and InvalidInput for a reason that is none, for somebody who would not see the
    case anyway, and where nobody would be left who can lift it.
    """
    _require(actor, case, version)
    code, text = reasons.given(reasons.RESTRICTION, reason_code, text, text_with_other=True)
    users = {user.id: user for user in candidates(session, case)}
    wanted = set(allowed) - {case.owner_id}
    if not wanted <= users.keys():
        raise InvalidInput("Somebody on the list would not see this case anyway.", target="allowed")
    if not _can_be_lifted(case, [users[number] for number in wanted], users.get(case.owner_id)):
        raise InvalidInput(_ALONE, target="allowed")
    before, at = (listed(session, case) if case.restricted else None), clock.now()
    if before == wanted:
        raise AlreadyDone("The list is this already.", target="allowed")
    for one in _together(session, case):
        _end(session, one, actor)
        session.add(Restriction(case_id=one.id, reason_code=code, reason_text=text, by_id=actor.user_id, at=at))
        _put(session, actor, one, wanted)
    case.last_actioned_at = at
    details = {"before": before and sorted(before), "after": sorted(wanted), "reason_code": code}
    values = {"reason": (None, text)} if text else None
    audit.append(session, actor, "case.restrict", case=case, details=details, values=values)
    return case


def lift(session: Session, actor: Actor, case: Case, *, text: str | None, version: int | None = None) -> Case:
    """Let everybody see the case again who otherwise would. Raises Forbidden, StaleVersion, ReadOnly, InvalidInput."""
    _require(actor, case, version)
    text = (text or "").strip()
    if not case.restricted:
        raise AlreadyDone("The case is not restricted.", target="restricted")
    if not text:
        raise InvalidInput("Say why the restriction is lifted.", target="lift_text", problem="missing")
    before = listed(session, case)
    for one in _together(session, case):
        _end(session, one, actor, text)
        session.execute(sa.delete(CaseRestriction).where(CaseRestriction.case_id == one.id))
        one.restricted = False
    case.last_actioned_at = clock.now()
    details = {"before": sorted(before), "after": None}
    audit.append(session, actor, "case.restriction_lift", case=case, details=details, values={"reason": (None, text)})
    return case


def follow(session: Session, actor: Actor, source: Case, new: Case) -> None:
    """Restrict a case that was made of a restricted one as that is."""
    if source.restricted:
        why = standing(session, source)
        code, text = (why.row.reason_code, why.row.reason_text) if why else (reasons.OTHER, None)
        session.add(Restriction(case_id=new.id, reason_code=code, reason_text=text, by_id=actor.user_id))
        # Whoever owned the source need not own what is split off it.
        _put(session, actor, new, listed(session, source) | ({source.owner_id} - {None}))


def admit(session: Session, actor: Actor, case: Case, user_id: int) -> None:
    """Put somebody onto the list of a restricted case: whoever is given work on it sees it."""
    if case.restricted and user_id not in listed(session, case):
        session.add(CaseRestriction(case_id=case.id, user_id=user_id, added_by_id=actor.user_id))
        session.flush()


def _require(actor: Actor, case: Case, version: int | None) -> None:
    require(actor, Permission.RESTRICT, case)
    if version is not None and version != case.version_id:
        raise StaleVersion("Somebody else changed this case meanwhile.", current_version=case.version_id)
    if case.merged_into_id is not None:
        raise ReadOnly("The case was merged into another; restrict that one.", current_status=case.lifecycle_status)


def _can_be_lifted(case: Case, users: Iterable[User], owner: User | None) -> bool:
    pack = case.primary_vertical.pack
    if owner is not None and Permission.UPDATE in role_permissions(owner.role, pack):
        return True
    here = case.primary_vertical_id
    return any(
        Permission.RESTRICT in role_permissions(user.role, pack)
        and (user.role is Role.ADMINISTRATOR or any(one.vertical_id == here for one in user.memberships))
        for user in users
    )


def _together(session: Session, case: Case) -> list[Case]:
    merged = session.scalars(sa.select(Case).where(Case.merged_into_id == case.id).order_by(Case.id))
    return [case, *merged]


def _put(session: Session, actor: Actor, case: Case, users: Iterable[int]) -> None:
    session.execute(sa.delete(CaseRestriction).where(CaseRestriction.case_id == case.id))
    case.restricted = True
    session.add_all(
        CaseRestriction(case_id=case.id, user_id=number, added_by_id=actor.user_id) for number in sorted(users)
    )
    session.flush()


def _end(session: Session, case: Case, actor: Actor, text: str | None = None) -> None:
    over = Restriction.case_id == case.id, Restriction.lifted_at.is_(None)
    ended = {"lifted_at": clock.now(), "lifted_by_id": actor.user_id, "lift_text": text}
    session.execute(sa.update(Restriction).where(*over).values(ended))


def _assigned(case: Case) -> sa.Select:
    now = clock.now()
    return sa.select(Assignment.user_id).where(
        Assignment.case_id == case.id,
        Assignment.effective_from <= now,
        sa.or_(Assignment.effective_until.is_(None), Assignment.effective_until > now),
    )
