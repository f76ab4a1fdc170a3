"""Duplicate support conflicts for reading: the queue, those of one case, and one with all that is known of it.

Of the cases that a conflict names, those that a reader may not see are counted and never named.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import conflict_decisions, consents, paging
from portal.core.actors import Actor
from portal.core.conflict_decisions import visible_conflicts
from portal.core.models import Case, Conflict, ConflictCase, User
from portal.core.paging import Cursor, Page
from portal.core.permissions import Permission, visible_cases, who_can
from portal.core.vocabulary import ConflictStatus

PAGE = 25
SHOWN = tuple(joinedload(shown) for shown in (Case.owner, Case.subject_person, Case.subject_household, Case.program))


@dataclass(frozen=True)
class Wanted:
    """Which conflicts are asked for; ``mine`` are those of a case that the reader owns."""

    status: ConflictStatus | None = None
    vertical: int | None = None
    mine: bool = False


@dataclass(frozen=True)
class Line:
    """A conflict with the cases of it that the reader sees, and how many there are beside them."""

    conflict: Conflict
    seen: list[Case]
    hidden: int
    decided_by: str
    may_decide: bool
    who: str  # who could decide it
    closed: frozenset[int]  # those of the cases of which nothing that was written is read: consent was withdrawn

    @property
    def notes(self) -> str | None:
        """What was written down with the decision; to nobody once consent to one of the cases was withdrawn."""
        return None if self.closed else self.conflict.notes

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided it yet."""
        return self.conflict.status == ConflictStatus.OPEN


def page(session: Session, actor: Actor, wanted: Wanted, *, cursor: Cursor | None = None, limit: int = PAGE) -> Page:
    """A page of lines: what is open first, the newest first. Raises InvalidInput for a cursor of another list."""
    query = sa.select(Conflict).where(_scope(actor, wanted))
    if wanted.status is not None:
        query = query.where(Conflict.status == wanted.status.value)
    found = paging.newest_first(session, query, Conflict.rank, Conflict.id, cursor=cursor, limit=limit)
    return replace(found, rows=_lines(session, actor, found.rows))


def counts(session: Session, actor: Actor, wanted: Wanted) -> dict[ConflictStatus, int]:
    """How many conflicts there are in each state, whichever state is asked for."""
    query = sa.select(Conflict.status, sa.func.count()).where(_scope(actor, wanted)).group_by(Conflict.status)
    found = dict(session.execute(query).all())
    return {status: found.get(status.value, 0) for status in ConflictStatus}


def of_cases(session: Session, actor: Actor, numbers: Collection[int]) -> list[Line]:
    """Every conflict that names one of these cases, which *actor* sees: what is open first, the newest first."""
    naming = sa.select(ConflictCase.conflict_id).where(ConflictCase.case_id.in_(numbers))
    query = sa.select(Conflict).where(Conflict.id.in_(naming), visible_conflicts(actor))
    found = session.scalars(query.order_by(Conflict.rank.desc(), Conflict.id.desc()))
    return _lines(session, actor, list(found))


def find(session: Session, actor: Actor, uuid: Any) -> Line:
    """One conflict. Raises NotFound where *actor* sees none of its cases."""
    return _lines(session, actor, [conflict_decisions.find(session, actor, uuid)])[0]


def _scope(actor: Actor, wanted: Wanted) -> sa.ColumnElement[bool]:
    which = []
    if wanted.vertical is not None:
        which.append(Case.primary_vertical_id == wanted.vertical)
    if wanted.mine:
        which.append(Case.owner_id == actor.user_id)
    return visible_conflicts(actor, *which)


def _lines(session: Session, actor: Actor, found: Sequence[Conflict]) -> list[Line]:
    numbers = [conflict.id for conflict in found]
    members = sa.select(ConflictCase.conflict_id, Case).join(Case, Case.id == ConflictCase.case_id)
    members = members.where(ConflictCase.conflict_id.in_(numbers), visible_cases(actor)).order_by(Case.id)
    seen: dict[int, list[Case]] = defaultdict(list)
    for number, case in session.execute(members.options(*SHOWN)):
        seen[number].append(case)
    named = sa.select(ConflictCase.conflict_id, sa.func.count()).where(ConflictCase.conflict_id.in_(numbers))
    totals = dict(session.execute(named.group_by(ConflictCase.conflict_id)).all())
    deciders = {conflict.decided_by_id for conflict in found if conflict.decided_by_id is not None}
    names = dict(session.execute(sa.select(User.id, User.name).where(User.id.in_(deciders))).all())
    closed = consents.withdrawn_among(session, {case for cases in seen.values() for case in cases})
    return [
        _line(actor, one, seen[one.id], totals.get(one.id, 0), names.get(one.decided_by_id, ""), closed)
        for one in found
    ]


def _line(
    actor: Actor, conflict: Conflict, seen: list[Case], total: int, decided_by: str, withdrawn: Collection[int]
) -> Line:
    pack = seen[0].primary_vertical.pack if seen else None
    may_decide = conflict_decisions.may_decide(actor, seen)
    closed = frozenset(case.id for case in seen if case.id in withdrawn)
    who = who_can(Permission.DECIDE_CONFLICT, pack)
    return Line(conflict, seen, total - len(seen), decided_by, may_decide, who, closed)
