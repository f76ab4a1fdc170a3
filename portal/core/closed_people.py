"""Conflict of interest: whose records, and the cases about them, are closed to a user, and to administrators alike.

Their own record, those of their relatives, and every other record of the same people. Nothing opens them, not even
breaking the glass: to that user they are not there.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.models import OwnRecord, Person, Relation
from portal.core.relation_kinds import NOT_FAMILY

SELF, RELATIVE = "self", "relative"
# What is noted with the record, and for administrators and auditors alone: who is related to whom is not told around.
EVENTS = ("own_record.declare", "own_record.take_back")


def of_user(session: Session, user_id: int) -> frozenset[int]:
    """The numbers of the people whose records are closed to that user; as a rule there are none."""
    ties = sa.select(OwnRecord.person_id, OwnRecord.tie).where(OwnRecord.user_id == user_id)
    declared = {person: tie for person, tie in session.execute(ties)}
    if not declared:
        return frozenset()
    own = _same(session, [person for person, tie in declared.items() if tie == SELF])
    return frozenset(own | _same(session, {*declared, *_related(session, own)}))


def _related(session: Session, people: Collection[int]) -> set[int]:
    """The family that ``relations`` names beside these people, on either side.

    Who was family once is taken for family still; only what was recorded in error closes nothing.
    """
    one, other = Relation.person_id, Relation.other_id
    family = sa.and_(Relation.kind.not_in(NOT_FAMILY), Relation.was_true)
    query = sa.union(sa.select(other).where(one.in_(people), family), sa.select(one).where(other.in_(people), family))
    return set(session.scalars(query)) if people else set()


def _same(session: Session, people: Collection[int]) -> set[int]:
    """These records and all others of the same people."""
    if not people:
        return set()
    root = sa.func.coalesce(Person.root_id, Person.id)
    roots = set(session.scalars(sa.select(root).where(Person.id.in_(people))))
    found = sa.select(Person.id).where(sa.or_(Person.id.in_(roots), Person.root_id.in_(roots)))
    return {*people, *session.scalars(found)}
