"""People as lists: those on the cases worked on last, and what one person has to do with the cases one may see."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import same_people, search
from portal.core.actors import Actor
from portal.core.contacts import visible_contacts
from portal.core.models import Case, CasePerson, Contact, Person
from portal.core.paging import Cursor
from portal.core.permissions import Permission, require, visible_cases
from portal.core.search import ListFilter, Order, Sort
from portal.core.vocabulary import Status

_ALL = ListFilter(statuses=frozenset(Status))
_NEWEST = Sort(Order.UPDATED, descending=True)
MOST_CASES = 100
MOST_CONTACTS = 50


@dataclass(frozen=True)
class Entry:
    """A person of the directory, with their part in the newest of the cases on this page."""

    person: Person
    role: str
    case: Case


@dataclass(frozen=True)
class Page:
    """The people on a page of cases. A person who is on an older case too is met again there."""

    entries: list[Entry]
    following: Cursor | None
    preceding: Cursor | None


@dataclass(frozen=True)
class Part:
    """What a person is in a case."""

    role: str
    case: Case


def page(session: Session, actor: Actor, *, cursor: Cursor | None = None) -> Page:
    """The people on the cases that were worked on last, and so on back. Raises Forbidden, InvalidInput."""
    require(actor, Permission.VIEW_PEOPLE)
    found = search.page(session, actor, _ALL, _NEWEST, cursor=cursor)
    order = {case.id: position for position, case in enumerate(found.cases)}
    query = sa.select(CasePerson).where(CasePerson.case_id.in_(order)).options(joinedload(CasePerson.person))
    parts = sorted(session.scalars(query), key=lambda part: (order[part.case_id], part.position, part.id))
    entries: dict[int, Entry] = {}
    for part in parts:
        if part.person.archived_at is None:
            leading = part.person.root_id or part.person_id  # one line for a person, whichever record a case names
            entries.setdefault(leading, Entry(part.person, part.role, found.cases[order[part.case_id]]))
    return Page(list(entries.values()), found.following, found.preceding)


def cases_of(session: Session, actor: Actor, person: Person) -> list[Part]:
    """The cases of a person that *actor* may see, in any record of theirs, newest first, by the part in each."""
    query = sa.select(CasePerson.role, Case).join(Case, Case.id == CasePerson.case_id)
    mine = same_people.records(session, [person.id])[person.id]
    query = query.where(CasePerson.person_id.in_(mine), visible_cases(actor), Case.merged_into_id.is_(None))
    query = query.options(joinedload(Case.primary_vertical), joinedload(Case.owner))
    rows = session.execute(query.order_by(Case.id.desc(), CasePerson.role).limit(MOST_CASES))
    parts = list(dict.fromkeys(Part(role, case) for role, case in rows))
    known = {part.case.id for part in parts}
    query = sa.select(Case).where(Case.subject_person_id.in_(mine), visible_cases(actor))
    query = query.options(joinedload(Case.primary_vertical), joinedload(Case.owner)).order_by(Case.id.desc())
    subjects = session.scalars(query.where(Case.merged_into_id.is_(None)).limit(MOST_CASES))
    parts += [Part("subject", case) for case in subjects if case.id not in known]
    return sorted(parts, key=lambda part: -part.case.id)


def contacts_of(session: Session, actor: Actor, person: Person) -> list[Contact]:
    """When the person was in contact with the office, as far as *actor* may know, newest first."""
    mine = same_people.records(session, [person.id])[person.id]
    query = sa.select(Contact).where(Contact.person_id.in_(mine), visible_contacts(actor))
    query = query.options(joinedload(Contact.agent)).order_by(Contact.started_at.desc(), Contact.id.desc())
    return list(session.scalars(query.limit(MOST_CONTACTS)))
