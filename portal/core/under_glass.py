"""What is read of people by breaking the glass is read: nothing is written about whom one knows by it alone.

A note can be put into the case that was opened; what concerns the person stays with those who know them anyway.
"""

import dataclasses

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import Forbidden
from portal.core.models import Household, Person
from portal.core.permissions import visible_people


def require_known(session: Session, actor: Actor, *subjects: Person | Household | int | None) -> None:
    """Raise Forbidden where *actor* sees one of these people (households: who leads them) by the broken glass alone."""
    if not actor.opened:
        return
    numbers = {_number(one) for one in subjects if one is not None}
    usual = visible_people(dataclasses.replace(actor, openings=frozenset()))
    known = set(session.scalars(sa.select(Person.id).where(Person.id.in_(numbers), usual)))
    if not numbers <= known:
        raise Forbidden("You read this by breaking the glass, and may do no more than that.", target="person")


def _number(subject: Person | Household | int) -> int:
    if isinstance(subject, Household):
        return subject.leader_id
    return subject if isinstance(subject, int) else subject.id
