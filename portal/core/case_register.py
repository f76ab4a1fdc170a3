"""The register of cases by what contract 004 asks for: state, vertical, programme, place and subject."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import places
from portal.core.actors import Actor
from portal.core.models import Case, Household, Person, Place, Program, Vertical
from portal.core.permissions import visible_cases
from portal.core.vocabulary import Status


@dataclass(frozen=True)
class Wanted:
    """What to find; None means any. A place includes the places below it."""

    status: Status | None = None
    vertical: UUID | None = None
    program: UUID | None = None
    place: UUID | None = None
    subject: UUID | None = None


def page(session: Session, actor: Actor, wanted: Wanted, *, limit: int, offset: int = 0) -> tuple[list[Case], int]:
    """A page of the cases that *actor* may see, the last changed first, and how many there are on all pages.

    Merged cases are shown by their survivor.
    """
    which = [visible_cases(actor), Case.merged_into_id.is_(None), *_which(session, wanted)]
    total = session.scalar(sa.select(sa.func.count()).select_from(Case).where(*which)) or 0
    query = sa.select(Case).where(*which).order_by(Case.updated_at.desc(), Case.id.desc())
    query = query.options(
        joinedload(Case.primary_vertical), joinedload(Case.subject_person), joinedload(Case.subject_household)
    )
    return list(session.scalars(query.limit(limit).offset(offset))), total


def _which(session: Session, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    which = []
    if wanted.status is not None:
        which.append(Case.lifecycle_status == wanted.status)
    for column, model, uuid in (
        (Case.primary_vertical_id, Vertical, wanted.vertical),
        (Case.program_id, Program, wanted.program),
    ):
        if uuid is not None:
            which.append(column == sa.select(model.id).where(model.uuid == uuid).scalar_subquery())
    if wanted.subject is not None:
        person = sa.select(Person.id).where(Person.uuid == wanted.subject)
        household = sa.select(Household.id).where(Household.uuid == wanted.subject)
        which.append(sa.or_(Case.subject_person_id.in_(person), Case.subject_household_id.in_(household)))
    if wanted.place is not None:
        place = session.scalar(sa.select(Place).where(Place.uuid == wanted.place))
        which.append(places.about(place) if place is not None else sa.false())
    return which
