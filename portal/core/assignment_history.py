"""Assignments as they are read: who works on a case and who did, from when until when, given by whom."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from portal.core import clock
from portal.core.errors import NotFound
from portal.core.models import Assignment, Case, User


@dataclass(frozen=True)
class Given:
    """An assignment with who gave it."""

    row: Assignment
    given_by: str

    @property
    def is_over(self) -> bool:
        """Whether its time has passed."""
        return self.row.effective_until is not None and self.row.effective_until <= clock.now()

    @property
    def is_ahead(self) -> bool:
        """Whether its time has not begun."""
        return self.row.effective_from > clock.now()


def of_case(session: Session, case: Case, *, group: Collection[int] = ()) -> list[Given]:
    """All assignments of the case (with ``group``, of those cases), newest first."""
    giver = aliased(User)
    query = sa.select(Assignment, giver.name).outerjoin(giver, giver.id == Assignment.assigned_by_id)
    query = query.where(Assignment.case_id.in_(group or [case.id])).options(joinedload(Assignment.user))
    newest = Assignment.effective_from.desc(), Assignment.id.desc()
    return [Given(row, name or "") for row, name in session.execute(query.order_by(*newest))]


def find(session: Session, case: Case, number: int) -> Assignment:
    """One assignment of this very case. Raises NotFound."""
    query = sa.select(Assignment).where(Assignment.id == number, Assignment.case_id == case.id)
    found = session.scalar(query.options(joinedload(Assignment.user)).execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such assignment on this case.", target="assignment_id")
    return found
