"""The remit: the places and programmes to which somebody's work is limited, within what their verticals give them.

Whoever has no place is limited by no place, and whoever has no programme of a vertical by none of its programmes. With
places, one sees of the cases that one's verticals lead or take part in those that lie in or below one of them: where a
case says its places, there; else where its clients, its subject or its household live. A case of which no place is
known is there for everybody, so that no report of harm falls out of everybody's sight. With programmes of a vertical,
one sees of the cases it leads those in one of them and those in none. What one opened oneself is never kept from one,
nor what one owns, is assigned to or opened by breaking the glass; administrators and auditors are limited by nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.models import (
    Case,
    CasePerson,
    CasePlace,
    Household,
    Person,
    Place,
    Program,
    User,
    UserPlace,
    UserProgram,
)
from portal.core.vocabulary import PersonRole, Role


@dataclass(frozen=True)
class Remit:
    """Where a user works; empty means everywhere. ``places`` are ways through the tree, ``programs`` by vertical."""

    user_id: int | None = None
    places: frozenset[str] = frozenset()
    programs: frozenset[tuple[int, int]] = frozenset()

    @property
    def limits(self) -> bool:
        """Whether there is anything that it keeps away."""
        return bool(self.places or self.programs)


EVERYWHERE = Remit()


def of_user(session: Session, user: User) -> Remit:
    """The remit of that user now; what says it is loaded with whoever acts (``FOR_ACTOR``), else asked for here."""
    if user.role in (Role.ADMINISTRATOR, Role.AUDITOR):
        return EVERYWHERE
    if {"working_places", "working_programs"} & sa.inspect(user).unloaded:
        query = sa.select(User.working_places, User.working_programs).where(User.id == user.id)
        told = session.execute(query).one()
    else:
        told = user.working_places, user.working_programs
    places, programs = [(one or "").split() for one in told]
    pairs = (program.split(":") for program in programs)
    return Remit(user.id, frozenset(places), frozenset((int(vertical), int(number)) for vertical, number in pairs))


def place(remit: Remit) -> sa.ColumnElement[bool]:
    """Cases that the places of *remit* do not keep away."""
    if not remit.places:
        return sa.true()
    told = sa.select(1).where(CasePlace.case_id == Case.id).correlate(Case)
    inside, anywhere = _within(remit), sa.select(Place.id)
    return sa.or_(
        Case.created_by_id.is_not_distinct_from(remit.user_id),
        told.where(CasePlace.place_id.in_(inside)).exists(),
        sa.and_(sa.not_(told.exists()), sa.or_(_home_in(inside), sa.not_(_home_in(anywhere)))),
    )


def programme(remit: Remit, vertical: int | None = None) -> sa.ColumnElement[bool]:
    """Of the cases that a vertical leads (without one, any), those that the programmes of *remit* do not keep away."""
    by_vertical: dict[int, list[int]] = {}
    for of, number in sorted(remit.programs):
        by_vertical.setdefault(of, []).append(number)
    own = Case.created_by_id.is_not_distinct_from(remit.user_id)
    kept = [
        sa.or_(Case.primary_vertical_id != of, Case.program_id.is_(None), Case.program_id.in_(numbers), own)
        for of, numbers in by_vertical.items()
        if vertical in (None, of)
    ]
    return sa.and_(sa.true(), *kept)


def people(remit: Remit, verticals: Collection[int]) -> sa.ColumnElement[bool]:
    """People who live in none of the places outside, and about whom no case of these verticals is kept away."""
    if not remit.limits:
        return sa.true()
    outside = sa.and_(Case.primary_vertical_id.in_(verticals), sa.not_(sa.and_(place(remit), programme(remit))))
    named = sa.select(1).select_from(CasePerson).join(Case, Case.id == CasePerson.case_id)
    about = (
        sa.select(1).select_from(Case).where(Case.subject_person_id == Person.id, outside),
        named.where(CasePerson.person_id == Person.id, outside),
    )
    near = [sa.not_(one.correlate(Person).exists()) for one in about]
    if remit.places:
        elsewhere = sa.select(Place.code).where(Place.code.is_not(None), Place.id.not_in(_within(remit)))
        near.append(sa.or_(Person.location.is_(None), Person.location.not_in(elsewhere)))
    return sa.and_(*near)


def households(remit: Remit) -> sa.ColumnElement[bool]:
    """Households of which no place is known, or one that is not outside."""
    if not remit.places:
        return sa.true()
    return sa.or_(Household.place_id.is_(None), Household.place_id.in_(_within(remit)))


def members(session: Session, case: Case) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Of the users of a vertical those whose remit does not keep *case* from them: where it leads, and takes part."""
    limited = sa.select(1).where(UserPlace.user_id == User.id).correlate(User)
    around = {int(number) for way in _ways(session, case) for number in way.split("/") if number}
    opened = User.id == case.created_by_id
    here = sa.true()
    if around:
        here = sa.or_(opened, sa.not_(limited.exists()), limited.where(UserPlace.place_id.in_(around)).exists())
    if case.program_id is None:
        return here, here
    bound = sa.select(1).select_from(UserProgram).join(Program, Program.id == UserProgram.program_id).correlate(User)
    bound = bound.where(UserProgram.user_id == User.id, Program.vertical_id == case.primary_vertical_id)
    in_it = bound.where(Program.id == case.program_id)
    return sa.and_(here, sa.or_(opened, sa.not_(bound.exists()), in_it.exists())), here


def _ways(session: Session, case: Case) -> list[str]:
    """The places in which *case* lies, each as its way through the tree."""
    told = sa.select(Place.path).join(CasePlace, CasePlace.place_id == Place.id).where(CasePlace.case_id == case.id)
    found = list(session.scalars(told))
    if found:
        return found
    lives = sa.select(Place.path).join(Person, Person.location == Place.code)
    clients = sa.select(CasePerson.person_id).where(CasePerson.case_id == case.id, _IS_CLIENT)
    household = sa.select(Place.path).join(Household, Household.place_id == Place.id)
    homes = (
        lives.where(sa.or_(Person.id == case.subject_person_id, Person.id.in_(clients))),
        household.where(Household.id == case.subject_household_id),
    )
    return list(session.scalars(sa.union(*homes)))


_IS_CLIENT = CasePerson.role == PersonRole.CLIENT.value


def _within(remit: Remit) -> sa.Select:
    """The ids of the remit's places and of all below them; it names no row outside, so it is read once a statement."""
    below = [Place.path.startswith(f"{way}/", autoescape=True) for way in sorted(remit.places)]
    return sa.select(Place.id).where(sa.or_(Place.path.in_(sorted(remit.places)), *below))


def _home_in(places: sa.Select) -> sa.ColumnElement[bool]:
    """Whether somebody whom the case is for, or the household, lives in one of *places* (a select of ids)."""
    codes = sa.select(Place.code).where(Place.code.is_not(None), Place.id.in_(places))
    lives = sa.select(1).select_from(Person).where(Person.location.in_(codes))
    client = lives.join(CasePerson, CasePerson.person_id == Person.id).where(CasePerson.case_id == Case.id, _IS_CLIENT)
    household = sa.select(1).where(Household.id == Case.subject_household_id, Household.place_id.in_(places))
    ways = lives.where(Person.id == Case.subject_person_id), client, household
    return sa.or_(*[way.correlate(Case).exists() for way in ways])
