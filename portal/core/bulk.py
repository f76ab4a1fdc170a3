"""Several cases changed at once: which ones, what would become of each, and the doing.

Each case is changed by the same function and in a unit of its own, as if it were changed alone: one that is refused
stops no other, and each has its own audit.
"""

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import assignments, cases, clock, consents, consents_of_many, own_records, search, workers
from portal.core.actors import Actor
from portal.core.database import held
from portal.core.errors import DomainError, InvalidInput, NotFound
from portal.core.models import BulkItem, BulkRun, Case, User
from portal.core.permissions import Permission, visible_cases
from portal.core.search import ListFilter, Sort
from portal.core.unit import unit_of_work
from portal.core.worklist_rows import SHOWN

MOST = 200  # cases at once: so many are done while somebody waits for the answer
KEPT = dt.timedelta(days=30)  # a report
WAITING, DONE, REFUSED = "waiting", "done", "refused"


class Act(enum.StrEnum):
    """What can be done to several cases at once."""

    ASSIGN = "assign"
    REVIEW = "review"


PERMISSION = {Act.ASSIGN: Permission.ASSIGN, Act.REVIEW: Permission.UPDATE}
_INTENT = {Act.ASSIGN: "case.assign", Act.REVIEW: "case.review_date"}


@dataclass(frozen=True)
class Change:
    """What is wanted of every case: whose it becomes, or when it is looked at again (None: no date)."""

    act: Act
    to: User | None = None
    date: dt.date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Foreseen:
    """A case with what stands against changing it, if anything does."""

    case: Case
    problem: DomainError | None


@dataclass(frozen=True)
class Reported:
    """What became of a case; ``case`` is None for one that the reader does not see any more."""

    item: BulkItem
    case: Case | None


def chosen(session: Session, actor: Actor, numbers: list[int]) -> list[Case]:
    """Those of the cases with these numbers that *actor* sees, by number; at most MOST."""
    query = sa.select(Case).where(Case.id.in_(numbers[:MOST]), visible_cases(actor)).options(*SHOWN)
    return list(session.scalars(query.order_by(Case.id)))


def first_of(session: Session, actor: Actor, wanted: ListFilter, sort: Sort) -> list[Case]:
    """The first cases of a list in its order; at most MOST."""
    return search.page(session, actor, wanted, sort, limit=MOST, options=SHOWN).cases


def takers(session: Session, found: list[Case]) -> list[User]:
    """Those who can take at least one of these cases, by name."""
    able = cases.takers(session, {case.primary_vertical_id for case in found})
    return sorted({user for users in able.values() for user in users}, key=lambda user: (user.name, user.id))


def foresee(session: Session, actor: Actor, found: list[Case], change: Change) -> list[Foreseen]:
    """What would become of each case now, in a fixed number of statements."""
    beside = consents_of_many.taking_part(session, [case.id for case in found])
    standings = consents_of_many.standings(session, found, beside)
    able, closed = {}, set()
    if change.act is Act.ASSIGN:
        able = cases.takers(session, {case.primary_vertical_id for case in found})
        closed = own_records.closed_among(session, change.to, [case.id for case in found])

    def problem(case: Case) -> DomainError | None:
        try:
            part = [vertical.id for vertical in beside.get(case.id, ())]
            cases.require_open(actor, case, PERMISSION[change.act], participating=part)
            consents.require_sound(case, standings[case.id])
            if change.act is Act.ASSIGN:
                assignments.require_taker(case, change.to, able[case.primary_vertical_id])
                assignments.require_impartial(case, closed)
        except DomainError as refusal:
            return refusal
        return None

    return [Foreseen(case, problem(case)) for case in found]


def begin(session: Session, actor: Actor, key: uuid.UUID, change: Change, versions: Mapping[int, int]) -> BulkRun:
    """Write down what is to be done to which version of which case; the same key again is the same run.

    Raises InvalidInput for none, for too many, and where none of them is to be seen.
    """
    known = session.scalar(sa.select(BulkRun).where(BulkRun.user_id == actor.user_id, BulkRun.key == key))
    if known is not None:
        return known
    if not 0 < len(versions) <= MOST:
        raise InvalidInput(f"Choose between 1 and {MOST} cases.", target="chosen")
    seen = set(session.scalars(sa.select(Case.id).where(Case.id.in_(versions), visible_cases(actor))))
    if not seen:
        raise InvalidInput("None of these cases is there any more.", target="chosen")
    _forget(session, actor)
    to = change.to.id if change.to else None
    run = BulkRun(user_id=actor.user_id, key=key, act=change.act, to_user_id=to, date=change.date, reason=change.reason)
    session.add(run)
    session.flush()
    session.add_all(BulkItem(run_id=run.id, case_id=one, version=versions[one]) for one in versions if one in seen)
    return run


def carry_out(session: Session, actor: Actor, number: int) -> None:
    """Change every case of the run that still waits, each in a unit of its own. Raises NotFound for another's run."""
    run = _own(session, actor, BulkRun.id == number)
    act, to, date, reason = Act(run.act), run.to_user_id, run.date, run.reason
    waiting = sa.select(BulkItem.id).where(BulkItem.run_id == number, BulkItem.outcome == WAITING).order_by(BulkItem.id)
    for item_id in session.scalars(waiting).all():
        try:
            with unit_of_work(session, actor, intent=_INTENT[act]):
                item = _waiting(session, item_id)
                if item is None:  # a twin of this request has done it
                    continue
                case = cases.find(session, actor, item.case_id, lock=True)
                if act is Act.ASSIGN:
                    taker = workers.find(session, actor, to)
                    assignments.give(session, actor, case, taker, reason=reason, version=item.version)
                else:
                    cases.set_review(session, actor, case, date, version=item.version)
                item.outcome = DONE
        except DomainError as refusal:
            _refused(session, actor, item_id, refusal)


def report(session: Session, actor: Actor, key: uuid.UUID) -> tuple[BulkRun, list[Reported]]:
    """What became of each case of one's own run. Raises NotFound."""
    run = _own(session, actor, BulkRun.key == key)
    items = list(session.scalars(sa.select(BulkItem).where(BulkItem.run_id == run.id).order_by(BulkItem.id)))
    query = sa.select(Case).where(Case.id.in_([item.case_id for item in items]), visible_cases(actor))
    seen = {case.id: case for case in session.scalars(query.options(*SHOWN))}
    return run, [Reported(item, seen.get(item.case_id)) for item in items]


def _own(session: Session, actor: Actor, which: sa.ColumnElement[bool]) -> BulkRun:
    query = sa.select(BulkRun).where(which, BulkRun.user_id == actor.user_id).options(joinedload(BulkRun.to))
    run = session.scalar(query)
    if run is None:
        raise NotFound("There is no such report.", target="run")
    return run


def _waiting(session: Session, item_id: int) -> BulkItem | None:
    return session.scalar(held(sa.select(BulkItem).where(BulkItem.id == item_id, BulkItem.outcome == WAITING)))


def _refused(session: Session, actor: Actor, item_id: int, refusal: DomainError) -> None:
    with unit_of_work(session, actor, intent="bulk.report"):
        item = _waiting(session, item_id)
        if item is not None:
            item.outcome, item.why = REFUSED, refusal.message


def _forget(session: Session, actor: Actor) -> None:
    """Let go of one's own reports of long ago; the audit of each case keeps what was done."""
    old = sa.select(BulkRun.id).where(BulkRun.user_id == actor.user_id, BulkRun.created_at < clock.now() - KEPT)
    gone = list(session.scalars(old))
    if gone:
        session.execute(sa.delete(BulkItem).where(BulkItem.run_id.in_(gone)))
        session.execute(sa.delete(BulkRun).where(BulkRun.id.in_(gone)))
