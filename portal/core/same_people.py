"""Records of one person: where two were found to be the same, both stand for one human being."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core.database import locked
from portal.core.models import Person


def records(session: Session, person_ids: Collection[int]) -> dict[int, list[int]]:
    """For each of these people the ids of all records that stand for them, their own among them."""
    found = {person_id: {person_id} for person_id in person_ids}
    if not found:
        return {}
    mine, other = aliased(Person), aliased(Person)
    same = sa.or_(other.root_id == mine.root_id, other.id == mine.root_id, other.root_id == mine.id)
    query = sa.select(mine.id, other.id).join(other, same).where(mine.id.in_(found))
    for person_id, record_id in session.execute(query):
        found[person_id].add(record_id)
    return {person_id: sorted(ids) for person_id, ids in found.items()}


def lock(session: Session, person_ids: Collection[int]) -> None:
    """Hold these people's rows until commit, in the one order in which everybody does (review 5.1)."""
    if person_ids:
        session.execute(locked(sa.select(Person.id).where(Person.id.in_(set(person_ids))).order_by(Person.id)))
