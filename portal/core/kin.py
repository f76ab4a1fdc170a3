"""Which cases a case hangs together with: merged into it, or split off and from it; when, by whom and why."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.models import Case, CaseMerge, CaseSplit, User
from portal.core.permissions import visible_cases
from portal.core.vocabulary import Status


@dataclass(frozen=True)
class Link:
    """Another case, and how it came to hang together with this one."""

    number: int
    reference: str
    status: Status
    at: dt.datetime
    by: str | None
    reason_code: str
    reason_text: str | None


def merged_into(session: Session, actor: Actor, case: Case) -> list[Link]:
    """The cases that were merged into this one and still are, as far as *actor* may see them; oldest first."""
    query = _links(actor, CaseMerge, CaseMerge.source_id)
    return _read(session, query.where(CaseMerge.target_id == case.id, CaseMerge.undone_at.is_(None)))


def merged_away(session: Session, actor: Actor, case: Case) -> Link | None:
    """The case in which this one lives now, if it was merged and *actor* may see where."""
    query = _links(actor, CaseMerge, CaseMerge.target_id)
    return next(iter(_read(session, query.where(CaseMerge.source_id == case.id, CaseMerge.undone_at.is_(None)))), None)


def split_off(session: Session, actor: Actor, case: Case) -> list[Link]:
    """The cases that were made by splitting this one, as far as *actor* may see them; oldest first."""
    return _read(session, _links(actor, CaseSplit, CaseSplit.new_case_id).where(CaseSplit.source_id == case.id))


def split_from(session: Session, actor: Actor, case: Case) -> Link | None:
    """The case from which this one was split off, if *actor* may see it."""
    found = _read(session, _links(actor, CaseSplit, CaseSplit.source_id).where(CaseSplit.new_case_id == case.id))
    return next(iter(found), None)


def _links(actor: Actor, edge: type[CaseMerge] | type[CaseSplit], other) -> sa.Select:
    columns = Case.id, Case.reference, Case.lifecycle_status, edge.at, User.name, edge.reason_code, edge.reason_text
    query = sa.select(*columns).join(Case, Case.id == other).outerjoin(User, User.id == edge.actor_id)
    return query.where(visible_cases(actor)).order_by(edge.id)


def _read(session: Session, query: sa.Select) -> list[Link]:
    return [Link(*row) for row in session.execute(query)]
