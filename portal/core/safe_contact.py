"""What people said about being called or written to, for wherever somebody could do so."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core.actors import Actor
from portal.core.models import Person, PersonContact
from portal.core.permissions import visible_people


@dataclass(frozen=True)
class Care:
    """What to mind with one way to reach a person: whether it is unsafe, and the wish in their words."""

    kind: str
    unsafe: bool
    wish: str


def to_mind(session: Session, actor: Actor, person_ids: Collection[int]) -> dict[int, list[Care]]:
    """What to mind before these people are called or written to, as far as *actor* sees them; one statement.

    What was said to another record of the same person counts, too, where *actor* sees that record.
    """
    if not person_ids:
        return {}
    mine = aliased(Person)
    same = sa.or_(
        Person.id == mine.id, Person.root_id == mine.root_id, Person.id == mine.root_id, Person.root_id == mine.id
    )
    minded = sa.or_(PersonContact.safe == "no", PersonContact.wish != "")
    query = sa.select(mine.id, PersonContact).select_from(mine).join(Person, same)
    query = query.join(PersonContact, PersonContact.person_id == Person.id)
    query = query.where(mine.id.in_(person_ids), minded, visible_people(actor))
    found: dict[int, list[PersonContact]] = defaultdict(list)
    for person_id, one in session.execute(query.order_by(PersonContact.id)):
        found[person_id].append(one)
    return {person_id: of_ways(ways) for person_id, ways in found.items()}


def of_one(session: Session, actor: Actor, person: Person) -> list[Care]:
    """What to mind before this person is called or written to."""
    return to_mind(session, actor, [person.id]).get(person.id, [])


def of_ways(ways: Iterable[PersonContact]) -> list[Care]:
    """What to mind with these ways to reach somebody, each thing once."""
    minded = (Care(one.kind, one.safe == "no", one.wish or "") for one in ways if one.safe == "no" or one.wish)
    return list(dict.fromkeys(minded))
