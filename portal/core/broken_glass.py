"""What was opened by breaking the glass: one's own, and, for those who watch over it, everybody's."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import break_glass
from portal.core.actors import Actor
from portal.core.errors import Forbidden
from portal.core.impartiality import impartial
from portal.core.models import BreakGlassGrant, Case, User
from portal.core.permissions import Permission, can, visible_cases

PAGE = 50


@dataclass(frozen=True)
class Line:
    """One request. ``reference`` and ``number`` only where the reader sees the case, and the words with them."""

    grant: BreakGlassGrant
    by: str
    number: int | None
    reference: str | None

    @property
    def opened(self) -> bool:
        """Whether it opened anything."""
        return self.grant.case_id is not None

    @property
    def is_open(self) -> bool:
        """Whether it is open now."""
        return break_glass.is_open(self.grant)


@dataclass(frozen=True)
class Page:
    """Requests, newest first, and the number before which the next page begins."""

    lines: list[Line]
    following: int | None


def may_watch(actor: Actor) -> bool:
    """Whether *actor* watches over who breaks the glass: supervisors of their verticals' cases, auditors of all."""
    return can(actor, Permission.VIEW_AUDIT) or can(actor, Permission.RESTRICT)


def mine(session: Session, actor: Actor) -> list[Line]:
    """What *actor* has open now, the newest first."""
    numbers = [opening.number for opening in actor.opened.values()]
    return _lines(session, _asked(actor).where(BreakGlassGrant.id.in_(numbers)).limit(PAGE)) if numbers else []


def page(session: Session, actor: Actor, *, before: int | None = None) -> Page:
    """The requests that *actor* watches over. Those that opened nothing are for auditors alone. Raises Forbidden."""
    if not may_watch(actor):
        raise Forbidden("You may not do this.", target=Permission.VIEW_AUDIT.value)
    query = _asked(actor)
    if can(actor, Permission.VIEW_AUDIT):
        query = query.where(sa.or_(BreakGlassGrant.case_id.is_(None), impartial(actor)))
    else:
        query = query.where(Case.primary_vertical_id.in_(actor.vertical_ids), impartial(actor))
    if before is not None:
        query = query.where(BreakGlassGrant.id < before)
    lines = _lines(session, query.limit(PAGE + 1))
    return Page(lines[:PAGE], lines[PAGE - 1].grant.id if len(lines) > PAGE else None)


def _asked(actor: Actor) -> sa.Select:
    query = sa.select(BreakGlassGrant, User.name, Case.id, Case.reference, visible_cases(actor).label("seen"))
    query = query.join(User, User.id == BreakGlassGrant.user_id).outerjoin(Case, Case.id == BreakGlassGrant.case_id)
    return query.order_by(BreakGlassGrant.id.desc())


def _lines(session: Session, query: sa.Select) -> list[Line]:
    return [
        Line(grant, by, number if seen else None, reference if seen else None)
        for grant, by, number, reference, seen in session.execute(query)
    ]
