"""Finding people by several things at once, each of which narrows what the others found."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import people
from portal.core.actors import Actor
from portal.core.models import Person
from portal.core.people import PersonHit
from portal.core.vocabulary import Verification


@dataclass(frozen=True)
class PersonFilter:
    """Whom to find: by any text, by phone, by identity number, and how far they are verified."""

    text: str | None = None
    phone: str | None = None
    number: str | None = None
    verification: Verification | None = None


def find(session: Session, actor: Actor, wanted: PersonFilter, *, limit: int) -> list[PersonHit]:
    """The people whom *actor* may see and who have all of it; nobody where none of the first three is given."""
    conditions = [sa.true()]
    if wanted.phone:
        conditions.append(_among(people.reached_by(wanted.phone)))
    if wanted.number:
        conditions.append(_among(people.identified_by(wanted.number)))
    if wanted.verification is not None:
        conditions.append(Person.verification_status == wanted.verification)
    text = wanted.text or wanted.number or wanted.phone or ""
    return people.search(session, actor, text, limit=limit, within=sa.and_(*conditions))


def _among(ids: sa.Select | None) -> sa.ColumnElement[bool]:
    """Whether a person is one of these; too few digits are nobody's."""
    return Person.id.in_(ids) if ids is not None else sa.false()
