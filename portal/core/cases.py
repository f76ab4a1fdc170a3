"""Cases: finding one, and the changes that are not steps of the lifecycle (see transitions.py)."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.interfaces import ORMOption

from portal.core import audit, clock, consents, programs
from portal.core.actors import Actor
from portal.core.errors import InvalidInput, NotFound, ReadOnly, StaleVersion
from portal.core.models import Case, Participant, Program, Review, User, Vertical, VerticalMember
from portal.core.opening import open_case
from portal.core.permissions import Permission, can, may, require, visible_cases
from portal.core.vocabulary import READ_ONLY, Origin, ParticipantStatus, Role, Status

__all__ = ["open_case"]  # opening has a file of its own, and is asked for here

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
    """The case that *case* stands for: itself, or the survivor it was merged into."""
    return session.get(Case, case.root_id) if case.root_id and case.root_id != case.id else case


def hold_root(session: Session, case: Case) -> Case:
    """What ``root`` gives, held until commit and as it is now: for a unit that writes on no other case."""
    query = sa.select(Case).where(Case.id == (case.root_id or case.id)).options(joinedload(Case.primary_vertical))
    query = query.with_for_update(of=Case).execution_options(populate_existing=True)
    return session.scalars(query).one()


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


def update(
    session: Session,
    actor: Actor,
    case: Case,
    changes: Mapping[str, Any],
    *,
    version: int | None = None,
    always: bool = False,
) -> Case:
    """Change facts of a case that are not its state. Raises ReadOnly, Forbidden, StaleVersion, InvalidInput.

    ``always`` makes a version of it also where everything was so already.
    """
    unknown = changes.keys() - _EDITABLE
    if unknown:
        raise TypeError(f"not editable facts of a case: {sorted(unknown)}")
    require_editable(session, actor, case, Permission.UPDATE, version=version)
    _require_fitting(session, case, changes)
    changed = {name: value for name, value in changes.items() if getattr(case, name) != value}
    before = {name: _text(getattr(case, name)) for name in changed}
    for name, value in changed.items():
        setattr(case, name, value)
    if changed or always:
        case.last_actioned_at = clock.now()
        values = {name: (before[name], _text(value)) for name, value in changed.items()}
        audit.append(session, actor, "case.update", case=case, details={"fields": sorted(changed)}, values=values)
    return case


def _require_fitting(session: Session, case: Case, changes: Mapping[str, Any]) -> None:
    """A programme belongs to the case's vertical, and a period ends after it begins."""
    if changes.get("program_id") is not None:
        programs.require_of(session.get(Program, changes["program_id"]), case.primary_vertical)
    until = changes.get("active_until")
    if until is not None and case.active_from is not None and until <= case.active_from:
        raise InvalidInput("The end must be after the beginning.", target="active_until")


def require_editable(
    session: Session, actor: Actor, case: Case, permission: Permission, *, version: int | None = None
) -> None:
    """Raise unless *actor* may change *case* now (G2, G4, G5) and has seen its present version."""
    if version is not None and version != case.version_id:
        raise StaleVersion("Somebody else changed this case meanwhile.", current_version=case.version_id)
    require_open(actor, case, permission, participating=opted_in(session, case))
    consents.require_standing(session, case)


def require_open(actor: Actor, case: Case, permission: Permission, *, participating: Sequence[int]) -> None:
    """Raise unless *actor* may change the case and its state takes changes; consent is asked for apart."""
    require(actor, permission, case, participating=participating)
    if case.lifecycle_status in READ_ONLY:
        raise ReadOnly(
            f"The case is {case.lifecycle_status.value} and cannot be changed.", current_status=case.lifecycle_status
        )


def require_writable(session: Session, actor: Actor, case: Case, permission: Permission) -> None:
    """Raise unless *actor* may write to the case's thread. A closed case still takes words; a locked one does not."""
    require(actor, permission, case, participating=opted_in(session, case))
    status = case.lifecycle_status
    if permission is Permission.WRITE_NOTE and case.id in actor.opened and status is not Status.ARCHIVED:
        return  # what was seen and done by breaking the glass is written down where it was seen
    if status in (Status.SUSPENDED, Status.ARCHIVED):
        raise ReadOnly(f"The case is {status.value} and read-only.", current_status=status)
    consents.require_standing(session, case)


def require_readable(session: Session, case: Case) -> None:
    """Raise ConsentRequired once consent to the case was withdrawn: what is written in it is read by nobody then."""
    standing = consents.standing(session, case)
    if standing.withdrawn:
        raise consents.lacking(standing, target="case")


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
    return takers(session, [vertical_id])[vertical_id]


def takers(session: Session, vertical_ids: Collection[int]) -> dict[int, list[User]]:
    """Those who can own a case, for each of these verticals."""
    query = sa.select(VerticalMember.vertical_id, User).join(VerticalMember, VerticalMember.user_id == User.id)
    able = User.active, User.kind == "person", User.role.not_in((Role.AUDITOR,))
    found: dict[int, list[User]] = {vertical_id: [] for vertical_id in vertical_ids}
    for vertical_id, user in session.execute(
        query.where(VerticalMember.vertical_id.in_(found), *able).order_by(User.name)
    ):
        found[vertical_id].append(user)
    return found


def openable_verticals(session: Session, actor: Actor) -> list[Vertical]:
    """The verticals in which *actor* may open a case, by name."""
    query = sa.select(Vertical).where(Vertical.status == "active").order_by(Vertical.name)
    if not actor.is_administrator:
        query = query.where(Vertical.id.in_(actor.vertical_ids))
    return [vertical for vertical in session.scalars(query) if can(actor, Permission.CREATE, vertical.pack)]


def permissions_of(
    session: Session, actor: Actor, case: Case, taking_part: Sequence[int] | None = None
) -> frozenset[Permission]:
    """Everything *actor* may do with this case, for pages that show only what can be done."""
    taking_part = opted_in(session, case) if taking_part is None else taking_part
    return frozenset(permission for permission in Permission if may(actor, permission, case, participating=taking_part))


def _text(value: Any) -> str | None:
    return None if value is None else str(getattr(value, "value", value))
