"""The people on a case: reporter, clients, alleged perpetrators and others, each with what was said of them."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import safe_contact
from portal.core.actors import Actor
from portal.core.models import Case, CasePerson, Person, Service
from portal.core.safe_contact import Care
from portal.core.vocabulary import PersonRole

ORDER = (PersonRole.CLIENT, PersonRole.REPORTER, PersonRole.PERPETRATOR, PersonRole.OTHER)


def of_case(
    session: Session, case: Case, *, identifiers: bool = False, group: Collection[int] = ()
) -> list[CasePerson]:
    """Everybody on the case with their contacts: clients, then the reporter, then alleged perpetrators.

    ``group`` are the numbers of cases that are read as one with this one; its own people come first.
    """
    person = joinedload(CasePerson.person)
    options = [person.joinedload(Person.contacts), person.undefer(Person.has_other_records)]
    if identifiers:
        options.append(person.selectinload(Person.identifiers))
    query = sa.select(CasePerson).where(CasePerson.case_id.in_(group or [case.id])).options(*options)
    found = session.scalars(query.order_by(CasePerson.position, CasePerson.id)).unique()
    return sorted(found, key=lambda part: (ORDER.index(PersonRole(part.role)), part.case_id != case.id))


def reachable(parts: list[CasePerson]) -> list[Person]:
    """Those to whom a message of this case can be written: clients first, then the reporter; never the accused."""
    people = [part.person for part in parts if part.role in (PersonRole.CLIENT, PersonRole.REPORTER)]
    return list(dict.fromkeys(people))


def to_mind(session: Session, actor: Actor, parts: list[CasePerson]) -> dict[int, list[Care]]:
    """What to mind before each of those is called or written to who can be; a statement more where one of them has
    other records."""
    people = reachable(parts)
    found = {person.id: safe_contact.of_ways(person.contacts) for person in people}
    elsewhere = [person.id for person in people if person.has_other_records]
    return {
        number: cares for number, cares in (found | safe_contact.to_mind(session, actor, elsewhere)).items() if cares
    }


def services(session: Session, case: Case, *, group: Collection[int] = ()) -> list[Service]:
    """The services and referrals of the case (with ``group``, of those cases), in the order they were named in."""
    query = sa.select(Service).where(Service.case_id.in_(group or [case.id]))
    return list(session.scalars(query.order_by(Service.id)))
