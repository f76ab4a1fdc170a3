"""Review dates: when a case is looked at again. One with a time is an appointment."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, cases, clock
from portal.core.actors import Actor
from portal.core.errors import InvalidInput, NotFound
from portal.core.models import Case, Review, User
from portal.core.permissions import Permission, visible_cases

_EDITABLE = frozenset({"date", "time", "note", "assigned_to"})


def find(session: Session, actor: Actor, number: int) -> Review:
    """The review with that number, on a case that *actor* may see. Raises NotFound."""
    query = sa.select(Review).join(Case, Case.id == Review.case_id).where(Review.id == number, visible_cases(actor))
    review = session.scalar(query)
    if review is None:
        raise NotFound("There is no such review date.", target="review")
    return review


def of_case(session: Session, case_ids: list[int], *, appointments: bool | None = None) -> list[Review]:
    """The reviews of these cases by date; only those with (True) or without (False) a time where asked."""
    query = sa.select(Review).where(Review.case_id.in_(case_ids)).order_by(Review.date, Review.id)
    if appointments is not None:
        query = query.where(Review.time.is_not(None) if appointments else Review.time.is_(None))
    return list(session.scalars(query))


def upcoming(session: Session, actor: Actor, *, limit: int) -> list[Review]:
    """The open reviews of visible cases, the most urgent first."""
    query = sa.select(Review).join(Case, Case.id == Review.case_id).where(Review.done_at.is_(None))
    return list(session.scalars(query.where(visible_cases(actor)).order_by(Review.date, Review.id).limit(limit)))


def add(
    session: Session,
    actor: Actor,
    case: Case,
    date: dt.date,
    *,
    time: dt.time | None = None,
    note: str = "",
    assigned_to: User | None = None,
) -> Review:
    """Add a date beside those that stand; the case shows the nearest. Raises ReadOnly, Forbidden, InvalidInput."""
    cases.require_editable(session, actor, case, Permission.UPDATE)
    _require_assignable(session, case, assigned_to)
    review = Review(
        case_id=case.id,
        date=date,
        time=time,
        note=note.strip(),
        assigned_to_id=assigned_to.id if assigned_to else case.owner_id,
        created_by_id=actor.user_id,
    )
    session.add(review)
    _show_nearest(session, case)
    audit.append(session, actor, "review.add", case=case, details={"review": review.id, "date": str(date)})
    return review


def change(session: Session, actor: Actor, review: Review, changes: Mapping[str, Any]) -> Review:
    """Move a review, reword its note or give it to somebody else. Raises as ``add`` does."""
    if unknown := changes.keys() - _EDITABLE:
        raise TypeError(f"not editable facts of a review: {sorted(unknown)}")
    case = _editable(session, actor, review)
    for name, value in changes.items():
        if name == "assigned_to":
            _require_assignable(session, case, value)
            review.assigned_to_id = value.id if value else None
        else:
            setattr(review, name, value)
    _show_nearest(session, case)
    audit.append(session, actor, "review.change", case=case, details={"review": review.id, "fields": sorted(changes)})
    return review


def complete(session: Session, actor: Actor, review: Review, *, done: bool = True) -> Review:
    """Mark a review as done, or as not done after all; saying it twice changes nothing."""
    case = _editable(session, actor, review)
    if (review.done_at is not None) == done:
        return review
    review.done_at = clock.now() if done else None
    _show_nearest(session, case)
    action = "review.complete" if done else "review.incomplete"
    audit.append(session, actor, action, case=case, details={"review": review.id})
    return review


def remove(session: Session, actor: Actor, review: Review) -> None:
    """Take a review date away; the audit keeps which it was."""
    case = _editable(session, actor, review)
    details = {"review": review.id, "date": str(review.date)}
    session.delete(review)
    _show_nearest(session, case)
    audit.append(session, actor, "review.remove", case=case, details=details)


def _editable(session: Session, actor: Actor, review: Review) -> Case:
    case = cases.find(session, actor, review.case_id, lock=True)
    cases.require_editable(session, actor, case, Permission.UPDATE)
    return case


def _require_assignable(session: Session, case: Case, to: User | None) -> None:
    if to is not None and to not in cases.assignable_users(session, case.primary_vertical_id):
        raise InvalidInput("This person cannot take cases of this vertical.", target="assigned_to")


def _show_nearest(session: Session, case: Case) -> None:
    """Let the case show its nearest open review; appointments are beside that."""
    session.flush()
    query = sa.select(sa.func.min(Review.date)).where(Review.case_id == case.id, Review.done_at.is_(None))
    case.review_date = session.scalar(query.where(Review.time.is_(None)))
    case.last_actioned_at = clock.now()
