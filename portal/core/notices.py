"""Notices: what somebody should know about a case without having asked."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.models import Case, Notice, User, VerticalMember
from portal.core.vocabulary import Role


def tell_owners(session: Session, case: Case, kind: str, text: str) -> None:
    """Tell whoever owns the case; where nobody does, the supervisors of its vertical."""
    for user_id in _owners(session, case):
        session.add(Notice(user_id=user_id, kind=kind, case_id=case.id, text=text))


def _owners(session: Session, case: Case) -> list[int]:
    if case.owner_id is not None:
        return [case.owner_id]
    query = sa.select(User.id).join(VerticalMember, VerticalMember.user_id == User.id)
    query = query.where(User.role == Role.SUPERVISOR, User.active)
    return list(session.scalars(query.where(VerticalMember.vertical_id == case.primary_vertical_id).order_by(User.id)))


def waiting(session: Session, actor: Actor, *, limit: int = 50) -> list[Notice]:
    """What *actor* has been told and not yet put away, newest first."""
    query = sa.select(Notice).where(Notice.user_id == actor.user_id, Notice.cleared_at.is_(None))
    return list(session.scalars(query.order_by(Notice.created_at.desc(), Notice.id.desc()).limit(limit)))


def clear(session: Session, actor: Actor, number: int) -> Notice:
    """Put a notice of one's own away. Raises NotFound."""
    found = session.scalar(sa.select(Notice).where(Notice.id == number, Notice.user_id == actor.user_id))
    if found is None:
        raise NotFound("There is no such notice.", target="notice")
    found.cleared_at = found.cleared_at or clock.now()
    return found
