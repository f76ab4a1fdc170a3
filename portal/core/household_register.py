"""Households as lists and as pages: who belongs to them, what supports them, and to which one somebody belongs.

Registering them and changing who belongs to them is in households.py.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from portal.core import households, paging, people, same_people
from portal.core.actors import Actor
from portal.core.models import Case, Household, HouseholdMember, Person
from portal.core.paging import Cursor
from portal.core.permissions import Permission, require, visible_cases, visible_people

PAGE = 25
MOST_CASES = 100
_NAMED = 200  # of people with a name that is searched for, as many are looked at


@dataclass(frozen=True)
class Line:
    """A household in a list, with how many belong to it now."""

    household: Household
    members: int


@dataclass(frozen=True)
class Member:
    """A membership; ``person`` is None where the reader may not see who it is."""

    row: HouseholdMember
    person: Person | None

    @property
    def has_ended(self) -> bool:
        """Whether an end was recorded; it may lie ahead."""
        return self.row.end_reason is not None or self.row.effective_until is not None


def page(session: Session, actor: Actor, text: str = "", *, cursor: Cursor | None = None) -> paging.Page:
    """The households that *actor* may see, the newest first; with *text* those of that name, or of somebody so named.

    Raises Forbidden, InvalidInput for a foreign cursor.
    """
    require(actor, Permission.VIEW_PEOPLE)
    query = sa.select(Household).where(households.visible_households(actor)).options(joinedload(Household.leader))
    if text.strip():
        query = query.where(_named(actor, text.strip()))
    found = paging.newest_first(session, query, Household.id, Household.id, cursor=cursor, limit=PAGE)
    counts = _counts(session, [one.id for one in found.rows])
    lines = [Line(one, counts.get(one.id, 0)) for one in found.rows]
    return paging.Page(lines, found.following, found.preceding, found.first)


def members(session: Session, actor: Actor, household: Household) -> list[Member]:
    """Every membership, ended ones too, in the order in which they began; people as far as *actor* may see them."""
    seen = aliased(Person, sa.select(Person).where(visible_people(actor)).subquery())
    query = sa.select(HouseholdMember, seen).outerjoin(seen, seen.id == HouseholdMember.person_id)
    query = query.where(HouseholdMember.household_id == household.id)
    rows = session.execute(query.order_by(HouseholdMember.effective_from, HouseholdMember.id))
    return [Member(row, person) for row, person in rows]


def cases_of(session: Session, actor: Actor, household: Household) -> list[Case]:
    """The cases that support the household and that *actor* may see, newest first."""
    query = sa.select(Case).where(Case.subject_household_id == household.id, visible_cases(actor))
    query = query.options(joinedload(Case.primary_vertical), joinedload(Case.owner))
    return list(session.scalars(query.order_by(Case.id.desc()).limit(MOST_CASES)))


def of_person(session: Session, actor: Actor, person: Person) -> list[Household]:
    """The households that a person leads or belongs to now, in any of their records, as far as *actor* may see them."""
    mine = same_people.records(session, [person.id])[person.id]
    joined = sa.select(HouseholdMember.household_id).where(
        HouseholdMember.person_id.in_(mine), households.is_member_now()
    )
    query = sa.select(Household).where(sa.or_(Household.leader_id.in_(mine), Household.id.in_(joined)))
    return list(session.scalars(query.where(households.visible_households(actor)).order_by(Household.id)))


def _named(actor: Actor, text: str) -> sa.ColumnElement[bool]:
    of_name = sa.func.lower(Household.name).contains(text.lower(), autoescape=True)
    somebody = people.named(text)
    if somebody is None:
        return of_name
    seen = sa.select(Person.id).where(Person.id.in_(somebody), visible_people(actor)).limit(_NAMED).subquery()
    joined = sa.select(HouseholdMember.household_id).where(
        HouseholdMember.person_id.in_(sa.select(seen.c.id)), households.is_member_now()
    )
    return sa.or_(of_name, Household.leader_id.in_(sa.select(seen.c.id)), Household.id.in_(joined))


def _counts(session: Session, ids: list[int]) -> dict[int, int]:
    query = sa.select(HouseholdMember.household_id, sa.func.count(sa.distinct(HouseholdMember.person_id)))
    query = query.where(HouseholdMember.household_id.in_(ids), households.is_member_now())
    return dict(session.execute(query.group_by(HouseholdMember.household_id)).all())
