"""Review dates for reading: what is due when, of the cases that somebody sees and that are still worked on."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import paging, worklist_facts, worklist_rows
from portal.core.actors import Actor
from portal.core.models import Case, CasePerson, Review
from portal.core.paging import Cursor, Page
from portal.core.permissions import visible_cases
from portal.core.vocabulary import Status

PAGE = 50
A_DAY = 4  # of one day in the calendar; the rest is a link away
MOST = 1000
_DONE = (Status.CLOSED, Status.ARCHIVED)


class Stage(enum.StrEnum):
    """How near a review is."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"


@dataclass(frozen=True)
class Days:
    """The present day, and the last day of its week where the reader is."""

    today: dt.date
    week_end: dt.date

    def stage(self, date: dt.date) -> Stage:
        """How near a date is."""
        if date < self.today:
            return Stage.OVERDUE
        if date == self.today:
            return Stage.TODAY
        return Stage.WEEK if date <= self.week_end else Stage.LATER

    def spans(self) -> Mapping[Stage, sa.ColumnElement[bool]]:
        """What each stage means for the database."""
        return {
            Stage.OVERDUE: Review.date < self.today,
            Stage.TODAY: Review.date == self.today,
            Stage.WEEK: sa.and_(Review.date > self.today, Review.date <= self.week_end),
            Stage.LATER: Review.date > max(self.today, self.week_end),
        }


@dataclass(frozen=True)
class Wanted:
    """Which review dates are asked for; ``mine`` are those that one is to do, or of a case that one owns."""

    mine: bool = True
    day: dt.date | None = None


@dataclass(frozen=True)
class Due:
    """A review date with its case and the clients of that."""

    review: Review
    case: Case
    clients: list[CasePerson]


@dataclass(frozen=True)
class Day:
    """The first review dates of a day, each with the number and the reference of its case, and how many there are."""

    shown: list[tuple[Review, int, str]]
    total: int


def page(session: Session, actor: Actor, wanted: Wanted, *, cursor: Cursor | None = None, limit: int = PAGE) -> Page:
    """Review dates, the most urgent first. Raises InvalidInput for the cursor of another list."""
    query = sa.select(Review).where(*_which(actor, wanted))
    found = paging.soonest_first(session, query, Review.date, Review.id, cursor=cursor, limit=limit)
    numbers = sorted({review.case_id for review in found.rows})
    query = sa.select(Case).where(Case.id.in_(numbers)).options(*worklist_rows.SHOWN)
    known = {case.id: case for case in session.scalars(query)} if numbers else {}
    clients = worklist_facts.clients_of(session, numbers) if numbers else {}
    rows = [Due(one, known[one.case_id], clients.get(one.case_id, [])) for one in found.rows]
    return replace(found, rows=rows)


def counts(session: Session, actor: Actor, wanted: Wanted, days: Days) -> dict[Stage, int]:
    """How many review dates there are of each stage, in one statement; ``MOST + 1`` stands for more than MOST."""
    numbers = []
    for stage, span in days.spans().items():
        found = sa.select(Review.id).where(span, *_which(actor, wanted)).limit(MOST + 1).subquery()
        numbers.append(sa.select(sa.func.count()).select_from(found).scalar_subquery().label(stage.value))
    return dict(zip(days.spans(), session.execute(sa.select(*numbers)).one(), strict=True))


def between(session: Session, actor: Actor, wanted: Wanted, first: dt.date, last: dt.date) -> dict[dt.date, Day]:
    """The review dates of a stretch of days, at most A_DAY of each, appointments by their time; in one statement."""
    by_time = Review.time.is_(None).desc(), Review.time, Review.id
    of_day = sa.select(
        Review.id.label("id"),
        sa.func.row_number().over(partition_by=Review.date, order_by=by_time).label("place"),
        sa.func.count().over(partition_by=Review.date).label("total"),
    )
    of_day = of_day.where(*_which(actor, wanted), Review.date.between(first, last)).subquery()
    query = sa.select(Review, Case.reference, of_day.c.total).join(of_day, of_day.c.id == Review.id)
    query = query.join(Case, Case.id == Review.case_id)
    query = query.where(of_day.c.place <= A_DAY).order_by(Review.date, of_day.c.place)
    found: dict[dt.date, Day] = {}
    for review, reference, total in session.execute(query):
        found.setdefault(review.date, Day([], total)).shown.append((review, review.case_id, reference))
    return found


def since(session: Session, actor: Actor, wanted: Wanted, first: dt.date, *, limit: int) -> list[tuple[Review, str]]:
    """The review dates from a day on, soonest first, each with the reference of its case."""
    query = sa.select(Review, Case.reference).join(Case, Case.id == Review.case_id)
    query = query.where(Review.date >= first, *_which(actor, wanted)).order_by(Review.date, Review.id).limit(limit)
    return [(review, reference) for review, reference in session.execute(query)]


def _which(actor: Actor, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """Each review asks for its case, so that the database walks the dates and not all the cases that one sees."""
    seen = sa.select(1).select_from(Case).where(Case.id == Review.case_id, Case.lifecycle_status.not_in(_DONE))
    which = [Review.done_at.is_(None), seen.where(visible_cases(actor)).correlate(Review).exists()]
    if wanted.mine:
        owned = sa.select(Case.id).where(Case.owner_id == actor.user_id)
        which.append(sa.or_(Review.assigned_to_id == actor.user_id, Review.case_id.in_(owned)))
    if wanted.day is not None:
        which.append(Review.date == wanted.day)
    return which
