"""Records of one person: where two were found to be the same, both stand for one human being."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core.actors import Actor
from portal.core.database import locked
from portal.core.models import Case, CasePerson, Person
from portal.core.permissions import visible_cases, visible_people
from portal.core.vocabulary import LIVE

# Made once: a second name for a table of this many columns costs more than the question that is asked with it.
_mine, _other = aliased(Person), aliased(Person)


def records(session: Session, person_ids: Collection[int]) -> dict[int, list[int]]:
    """For each of these people the ids of all records that stand for them, their own among them."""
    found = {person_id: {person_id} for person_id in person_ids}
    if not found:
        return {}
    same = sa.or_(_other.root_id == _mine.root_id, _other.id == _mine.root_id, _other.root_id == _mine.id)
    query = sa.select(_mine.id, _other.id).join(_other, same).where(_mine.id.in_(found))
    for person_id, record_id in session.execute(query):
        found[person_id].add(record_id)
    return {person_id: sorted(ids) for person_id, ids in found.items()}


def known_as(session: Session, actor: Actor, people: Collection[Person]) -> dict[int, list[Person]]:
    """For each of these people the other records that stand for them and that *actor* may see, by their number."""
    numbers = records(session, [person.id for person in people])
    wanted = {number for own, ids in numbers.items() for number in ids if number != own}
    if not wanted:
        return {own: [] for own in numbers}
    query = sa.select(Person).where(Person.id.in_(wanted), visible_people(actor))
    seen = {person.id: person for person in session.scalars(query)}
    return {own: [seen[number] for number in ids if number != own and number in seen] for own, ids in numbers.items()}


def gather(session: Session, found: dict[int, list[str]], wanted: sa.ColumnElement[bool]) -> None:
    """Put what was found of a record under the one that leads it, where that one is *wanted*, too."""
    joined = sa.select(Person.id, Person.root_id).where(Person.id.in_(found), Person.root_id.is_not(None), wanted)
    roots = dict(session.execute(joined.order_by(Person.id)).all())
    if not roots:
        return
    leading = sa.select(Person.id).where(Person.id.in_(roots.values()), Person.archived_at.is_(None), wanted)
    seen = set(session.scalars(leading))
    for record_id, root_id in roots.items():
        if root_id in seen:
            ways = found.setdefault(root_id, [])
            ways += [way for way in found.pop(record_id) if way not in ways]


def open_cases(session: Session, actor: Actor, people: Collection[Person]) -> dict[int, int]:
    """How many open cases that *actor* may see name each of these people, in whichever of their records."""
    roots = {person.id: person.root_id or person.id for person in people}
    leading = sa.func.coalesce(Person.root_id, Person.id)
    query = (
        sa.select(leading, sa.func.count(sa.distinct(Case.id)))
        .select_from(Person)
        .join(CasePerson, CasePerson.person_id == Person.id)
        .join(Case, Case.id == CasePerson.case_id)
        .where(sa.or_(Person.id.in_(roots.values()), Person.root_id.in_(roots.values())))
        .where(Case.lifecycle_status.in_(LIVE), visible_cases(actor))
        .group_by(leading)
    )
    counts = dict(session.execute(query).all())
    return {number: counts.get(root, 0) for number, root in roots.items()}


def lock(session: Session, person_ids: Collection[int]) -> list[int]:
    """Hold these people's rows and those that lead them until commit, in the order of their numbers; all these numbers.

    Whoever acts for one record of a person and whoever acts for another come one after the other by what leads both.
    """
    if not person_ids:
        return []
    ids = set(person_ids)
    leading = sa.select(Person.root_id).where(Person.id.in_(ids), Person.root_id.is_not(None))
    held = sa.or_(Person.id.in_(ids), Person.id.in_(leading))
    return list(session.scalars(locked(sa.select(Person.id).where(held).order_by(Person.id))))
