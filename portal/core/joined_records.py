"""Which records of a person were joined, by whom, when and why, as far as the reader may see both."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from portal.core import same_people
from portal.core.actors import Actor
from portal.core.models import Person, PersonMerge, User
from portal.core.permissions import visible_people


@dataclass(frozen=True)
class Joined:
    """A standing decision: the record that joined, the one it was joined to, who decided, when and why."""

    edge: PersonMerge
    record: Person
    target: Person
    by: str


def standing(session: Session, actor: Actor, person: Person) -> list[Joined]:
    """The decisions by which the records of *person* are one, the earliest first."""
    numbers = same_people.records(session, [person.id])[person.id]
    if len(numbers) == 1:
        return []
    record, target = aliased(Person), aliased(Person)
    query = sa.select(PersonMerge, record, target, User.name).join(record, record.id == PersonMerge.source_id)
    query = query.join(target, target.id == PersonMerge.target_id).outerjoin(User, User.id == PersonMerge.actor_id)
    query = query.where(PersonMerge.source_id.in_(numbers), PersonMerge.undone_at.is_(None))
    seen = sa.select(Person.id).where(Person.id.in_(numbers), visible_people(actor))
    query = query.where(record.id.in_(seen), target.id.in_(seen)).order_by(PersonMerge.id)
    query = query.options(selectinload(record.identifiers), selectinload(record.contacts))
    return [Joined(edge, source, led_by, by or "") for edge, source, led_by, by in session.execute(query)]


def leading(session: Session, actor: Actor, person: Person) -> Person | None:
    """The record that leads this one, where it was joined to another and *actor* may see that."""
    if person.root_id is None:
        return None
    return session.scalar(sa.select(Person).where(Person.id == person.root_id, visible_people(actor)))
