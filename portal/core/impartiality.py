"""What is about nobody whose record is closed to a user, as conditions of queries. Whose are: closed_people.py."""

import sqlalchemy as sa

from portal.core.actors import Actor
from portal.core.models import Case, CasePerson, Household, HouseholdMember, Person


def impartial(actor: Actor) -> sa.ColumnElement[bool]:
    """Cases that are about nobody whose record is closed to *actor*, whatever part they have in it."""
    if not actor.closed_people:
        return sa.true()
    closed = sorted(actor.closed_people)
    named = sa.select(CasePerson.case_id).where(CasePerson.person_id.in_(closed)).correlate(None)
    return sa.and_(
        sa.or_(Case.subject_person_id.is_(None), Case.subject_person_id.not_in(closed)),
        sa.or_(Case.subject_household_id.is_(None), Case.subject_household_id.not_in(_households_of(closed))),
        Case.id.not_in(named),
    )


def impartial_people(actor: Actor) -> sa.ColumnElement[bool]:
    """People whose records are not closed to *actor*."""
    return Person.id.not_in(sorted(actor.closed_people)) if actor.closed_people else sa.true()


def impartial_households(actor: Actor) -> sa.ColumnElement[bool]:
    """Households in which nobody lives or lived whose record is closed to *actor*."""
    closed = sorted(actor.closed_people)
    return Household.id.not_in(_households_of(closed)) if closed else sa.true()


def _households_of(people: list[int]) -> sa.CompoundSelect:
    led = sa.select(Household.id).where(Household.leader_id.in_(people)).correlate(None)
    joined = sa.select(HouseholdMember.household_id).where(HouseholdMember.person_id.in_(people)).correlate(None)
    return sa.union(led, joined)
