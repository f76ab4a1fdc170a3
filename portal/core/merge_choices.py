"""With which case one may be merged: those of the same people, and whichever is named by its reference."""

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from portal.core import list_filter, same_people
from portal.core.actors import Actor
from portal.core.models import Case, CasePerson
from portal.core.permissions import visible_cases
from portal.core.vocabulary import PersonRole, Status

MOST = 10


def suggested(session: Session, actor: Actor, case: Case, *, options: tuple[ORMOption, ...] = ()) -> list[Case]:
    """Cases of the same household, or of the same people in whichever of their records; the one worked on last first.

    Only what *actor* may see, and none that is archived, merged ones among them.
    """
    clients = _clients(case.id)
    mine = {case.subject_person_id, *session.scalars(clients)} - {None}
    records = {number for ids in same_people.records(session, mine).values() for number in ids}
    # Each way follows an index of its own.
    client = CasePerson.role == PersonRole.CLIENT.value
    ways = [
        sa.select(Case.id).where(Case.subject_person_id.in_(records)),
        sa.select(CasePerson.case_id).where(CasePerson.person_id.in_(records), client),
    ]
    if case.subject_household_id is not None:
        ways.append(sa.select(Case.id).where(Case.subject_household_id == case.subject_household_id))
    same = Case.id.in_(sa.union(*[way.correlate(None) for way in ways]))
    query = sa.select(Case).where(_others(actor, case), Case.lifecycle_status != Status.ARCHIVED, same)
    newest = query.order_by(Case.last_actioned_at.desc(), Case.id.desc()).limit(MOST)
    return list(session.scalars(newest.options(*options)).unique())


def found(session: Session, actor: Actor, case: Case, text: str, *, options: tuple[ORMOption, ...] = ()) -> list[Case]:
    """The case with this reference or number, if it is another and *actor* may see it."""
    which = list_filter.by_reference(" ".join(text.split()))
    if which is None:
        return []
    query = sa.select(Case).where(_others(actor, case), which).options(*options)
    return list(session.scalars(query).unique())


def _others(actor: Actor, case: Case) -> sa.ColumnElement[bool]:
    return sa.and_(visible_cases(actor), Case.id != case.id)


def _clients(number: int) -> sa.Select:
    of_case = CasePerson.case_id == number, CasePerson.role == PersonRole.CLIENT.value
    return sa.select(CasePerson.person_id).where(*of_case)
