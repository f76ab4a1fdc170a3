"""Holding a case for a court or an inquiry: while it lasts, nothing of it is archived or erased by rule."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core import audit, clock
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, InvalidInput, ReadOnly
from portal.core.models import Case, LegalHold, User
from portal.core.permissions import Permission, require


@dataclass(frozen=True)
class Standing:
    """The hold on a case as it is now: since when, by whom and why."""

    row: LegalHold
    by: str


def standing(session: Session, case: Case) -> Standing | None:
    """Why the case is held now; None where it is not."""
    query = sa.select(LegalHold, User.name).outerjoin(User, User.id == LegalHold.by_id)
    found = session.execute(query.where(LegalHold.case_id == case.id, LegalHold.lifted_at.is_(None))).first()
    return Standing(found[0], found[1] or "") if found else None


def roots() -> sa.Select:
    """The numbers of the cases that are held, each by the case that leads: what was merged is kept as one."""
    held = aliased(Case)
    # From the holds to their cases, and not the other way: there are few of these and many of those.
    root = sa.select(held.root_id).where(held.id == LegalHold.case_id).correlate(LegalHold).scalar_subquery()
    return sa.select(sa.func.coalesce(root, LegalHold.case_id)).where(LegalHold.lifted_at.is_(None))


def hold(session: Session, actor: Actor, case: Case, *, reason: str) -> LegalHold:
    """Hold a case that ``cases.find`` gave locked.

    Whoever may archive it may. Raises Forbidden; InvalidInput without a reason; AlreadyDone where it is held, or what
    it told was erased already; ReadOnly for one that was merged into another.
    """
    require(actor, Permission.ARCHIVE, case)
    if case.merged_into_id is not None:
        raise ReadOnly("The case was merged into another; hold that one.", current_status=case.lifecycle_status)
    if case.erased_at is not None:
        raise AlreadyDone("What was told in this case was erased already.", target="reason")
    if standing(session, case) is not None:
        raise AlreadyDone("The case is held already.", target="reason")
    reason = _said(reason, "reason", "Say why the case is held.")
    made = LegalHold(case_id=case.id, reason_text=reason, by_id=actor.user_id)
    session.add(made)
    case.last_actioned_at = clock.now()
    session.flush()
    details = {"before": "free", "after": "held", "hold": made.id}
    audit.append(session, actor, "case.hold", case=case, details=details, values={"reason": (None, reason)})
    return made


def lift(session: Session, actor: Actor, case: Case, *, text: str) -> LegalHold:
    """Let the rules reach the case again. Raises Forbidden, InvalidInput, AlreadyDone where it is not held."""
    require(actor, Permission.ARCHIVE, case)
    held = standing(session, case)
    if held is None:
        raise AlreadyDone("The case is not held.", target="lift_text")
    text = _said(text, "lift_text", "Say why the hold is lifted.")
    row = held.row
    row.lifted_at, row.lifted_by_id, row.lift_text = clock.now(), actor.user_id, text
    case.last_actioned_at = row.lifted_at
    session.flush()
    details = {"before": "held", "after": "free", "hold": row.id}
    audit.append(session, actor, "case.hold_lift", case=case, details=details, values={"reason": (None, text)})
    return row


def follow(session: Session, actor: Actor, source: Case, new: Case) -> None:
    """Hold a case that was made of a held one as that is."""
    held = standing(session, source)
    if held is not None:
        session.add(LegalHold(case_id=new.id, reason_text=held.row.reason_text, by_id=actor.user_id))
        session.flush()


def _said(text: str | None, target: str, missing: str) -> str:
    if not (said := (text or "").strip()):
        raise InvalidInput(missing, target=target, problem="missing")
    return said
