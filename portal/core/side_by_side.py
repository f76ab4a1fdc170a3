"""Records of people beside one another: what each says, and how two of them agree, field by field."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.core import matching, person_records
from portal.core.actors import Actor
from portal.core.models import Case, CasePerson, Person, PersonPair, User, Vertical
from portal.core.permissions import visible_cases, visible_people


@dataclass(frozen=True)
class Side:
    """One record, with where it came from and how many cases that the reader sees name it."""

    person: Person
    registered_by: str
    vertical: str
    cases: int


@dataclass(frozen=True)
class Agreement:
    """How two records agree in one field, in a word of ``matching``; ``points`` as evidence, where they are known."""

    word: str
    points: int


def sides(session: Session, actor: Actor, numbers: Collection[int]) -> list[Side]:
    """These records as far as *actor* may see them, in the order that was asked for; a fixed number of statements."""
    order = {number: place for place, number in enumerate(numbers)}
    query = sa.select(Person, User.name, Vertical.name).where(Person.id.in_(order), visible_people(actor))
    query = query.outerjoin(User, User.id == Person.registered_by_id)
    query = query.outerjoin(Vertical, Vertical.id == Person.registered_vertical_id)
    query = query.options(selectinload(Person.identifiers), selectinload(Person.contacts))
    counts = _cases(session, actor, numbers)
    found = [Side(who, by or "", of or "", counts.get(who.id, 0)) for who, by, of in session.execute(query)]
    return sorted(found, key=lambda side: order[side.person.id])


def agreements(session: Session, one: Person, other: Person, pair: PersonPair | None) -> Mapping[str, Agreement]:
    """How the two agree: as their pair was explained when it was found, else compared now.

    Compared now, every name counts as one of the rarer ones; nothing is stored.
    """
    if pair is not None and pair.explanation:
        return {name: Agreement(kept["agreement"], kept["points"]) for name, kept in pair.explanation.items()}
    known = person_records.load(session, {one.id, other.id})
    found = matching.score(known[one.id].record, known[other.id].record, {})
    return {name: Agreement(agreement.word, agreement.points) for name, agreement in found.fields.items()}


def _cases(session: Session, actor: Actor, numbers: Collection[int]) -> dict[int, int]:
    part = sa.select(CasePerson.person_id.label("person"), CasePerson.case_id.label("number"))
    subject = sa.select(Case.subject_person_id, Case.id).where(Case.subject_person_id.in_(numbers))
    named = sa.union(part.where(CasePerson.person_id.in_(numbers)), subject).subquery()
    query = sa.select(named.c.person, sa.func.count()).join(Case, Case.id == named.c.number).where(visible_cases(actor))
    return dict(session.execute(query.group_by(named.c.person)).all())
