"""Codes that no list knew when they came, and what becomes of the cases that carry them once they are mapped.

A mapping settles the cases that can be changed: what is closed, suspended or archived keeps its code and its flag until
it is opened again. A hundred cases are settled at once; a job goes on with the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit
from portal.core.actors import SYSTEM, Actor
from portal.core.code_mapping import LONGEST
from portal.core.database import locked
from portal.core.models import (
    Case,
    CasePerson,
    CodeMapping,
    Organisation,
    Person,
    PersonIdentifier,
    UnmappedCode,
)
from portal.core.permissions import Permission, require
from portal.core.vocabulary import READ_ONLY

AT_ONCE = 100
MOST_LISTED = 100

# Where the codes of each list are kept: facts of the case, of its people, and of their part in it.
_OF_CASE = {
    "case_category": "category",
    "justice": "justice",
    "assessment": "assessment",
    "know_about": "know_about",
    "disposition": "disposition",
}
_OF_PERSON = {name: name for name in ("age_group", "location", "sex", "nationality", "language", "tribe")}
_OF_PART = {
    "relationship": "relationship_code",
    "shares_home": "shares_home",
    "health": "health",
    "employment": "employment",
    "marital": "marital",
}
_OF_IDENTIFIER = {"national_id_type": "kind"}
LISTS = (*_OF_CASE, *_OF_PERSON, *_OF_PART, *_OF_IDENTIFIER)

_LIVE = Case.lifecycle_status.not_in(READ_ONLY)
# What carries a note is a doubt about one report, and no code that would mean the same in the next.
_IS_CODE = sa.and_(
    UnmappedCode.note == "", UnmappedCode.list_name.in_(LISTS), sa.func.length(UnmappedCode.raw) <= LONGEST
)
_IS_MAPPED = sa.and_(
    CodeMapping.organisation_id == Case.organisation_id,
    CodeMapping.list_name == UnmappedCode.list_name,
    CodeMapping.raw == UnmappedCode.raw,
)


@dataclass(frozen=True)
class OpenCode:
    """A code that nobody has mapped: who sends it, and how many cases carry it, of which some can be changed now."""

    organisation_id: int
    organisation: str
    list_name: str
    raw: str
    cases: int
    changeable: int


def listed(
    session: Session, actor: Actor, *, list_name: str = "", organisation_id: int | None = None
) -> list[OpenCode]:
    """The codes on most cases first, at most ``MOST_LISTED`` and one more. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    known = sa.select(1).select_from(CodeMapping).where(_IS_MAPPED).correlate(Case, UnmappedCode).exists()
    query = _counted().where(~known)
    if list_name:
        query = query.where(UnmappedCode.list_name == list_name)
    if organisation_id is not None:
        query = query.where(Case.organisation_id == organisation_id)
    most = sa.func.count(sa.distinct(UnmappedCode.case_id)).desc()
    query = query.order_by(most, UnmappedCode.list_name, UnmappedCode.raw, Case.organisation_id)
    return [OpenCode(*row) for row in session.execute(query.limit(MOST_LISTED + 1))]


def find(session: Session, actor: Actor, organisation: Organisation, list_name: str, raw: str) -> OpenCode:
    """One code with the cases that carry it now, be it mapped or not; without any where none does. Raises Forbidden."""
    require(actor, Permission.ADMINISTER)
    of = Case.organisation_id == organisation.id, UnmappedCode.list_name == list_name, UnmappedCode.raw == raw
    row = session.execute(_counted().where(*of)).one_or_none()
    return OpenCode(*row) if row else OpenCode(organisation.id, organisation.name, list_name, raw, 0, 0)


def settle(session: Session, actor: Actor = SYSTEM, mapping: CodeMapping | None = None) -> int:
    """Give the codes of cases their meaning, of one mapping or of all, ``AT_ONCE`` cases; returns how many cases."""
    query = sa.select(UnmappedCode.case_id).join(Case, Case.id == UnmappedCode.case_id).join(CodeMapping, _IS_MAPPED)
    query = query.where(_LIVE, _IS_CODE).order_by(UnmappedCode.case_id).distinct().limit(AT_ONCE)
    if mapping is not None:
        query = query.where(CodeMapping.id == mapping.id)
    numbers = list(session.scalars(query))
    cases = {case.id: case for case in session.scalars(locked(_fresh(Case, Case.id.in_(numbers))))}
    for code, meaning in _codes_of(session, numbers, mapping):
        case = cases[code.case_id]
        if case.lifecycle_status not in READ_ONLY:  # it may have been closed before it was locked
            _give_meaning(session, actor, case, code, meaning)
    return len(numbers)


def _counted() -> sa.Select:
    changeable = sa.func.count(sa.distinct(sa.case((_LIVE, UnmappedCode.case_id))))
    return (
        sa.select(
            Case.organisation_id,
            Organisation.name,
            UnmappedCode.list_name,
            UnmappedCode.raw,
            sa.func.count(sa.distinct(UnmappedCode.case_id)),
            changeable,
        )
        .select_from(UnmappedCode)
        .join(Case, Case.id == UnmappedCode.case_id)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .where(_IS_CODE)
        .group_by(Case.organisation_id, Organisation.name, UnmappedCode.list_name, UnmappedCode.raw)
    )


def _fresh(model: type, *where: sa.ColumnElement[bool]) -> sa.Select:
    return sa.select(model).where(*where).order_by(model.id).execution_options(populate_existing=True)


def _codes_of(
    session: Session, numbers: list[int], mapping: CodeMapping | None
) -> Iterable[tuple[UnmappedCode, CodeMapping]]:
    query = (
        sa.select(UnmappedCode, CodeMapping)
        .join(Case, Case.id == UnmappedCode.case_id)
        .join(CodeMapping, _IS_MAPPED)
        .where(UnmappedCode.case_id.in_(numbers), _IS_CODE)
        .order_by(UnmappedCode.case_id, UnmappedCode.id)
    )
    return session.execute(query if mapping is None else query.where(CodeMapping.id == mapping.id)).all()


def _give_meaning(session: Session, actor: Actor, case: Case, code: UnmappedCode, mapping: CodeMapping) -> None:
    """Put our value where the sender's code was kept, and take the flag away. What somebody corrected stays."""
    name, values = code.list_name, {}
    if name in _OF_CASE:
        if getattr(case, _OF_CASE[name]) == code.raw:
            setattr(case, _OF_CASE[name], mapping.value)
            values = {_OF_CASE[name]: (code.raw, mapping.value)}
    else:
        _give_people_meaning(session, actor, case, code, mapping)
    session.delete(code)
    details = {"list": name, "field": code.field, "raw": code.raw, "value": mapping.value, "mapping": mapping.id}
    audit.append(session, actor, "case.code_mapped", case=case, details=details, values=values)


def _give_people_meaning(session: Session, actor: Actor, case: Case, code: UnmappedCode, mapping: CodeMapping) -> None:
    name = code.list_name
    parts = list(session.scalars(sa.select(CasePerson).where(CasePerson.case_id == case.id).order_by(CasePerson.id)))
    people = sorted({part.person_id for part in parts})
    if name in _OF_PART:
        holders, fact = parts, _OF_PART[name]
    elif name in _OF_PERSON:
        holders = list(session.scalars(locked(_fresh(Person, Person.id.in_(people)))))
        fact = _OF_PERSON[name]
    else:
        claimed = PersonIdentifier.person_id.in_(people), PersonIdentifier.verified_at.is_(None)
        holders = list(session.scalars(_fresh(PersonIdentifier, *claimed)))
        fact = _OF_IDENTIFIER[name]
    for holder in holders:
        if getattr(holder, fact) != code.raw:
            continue
        setattr(holder, fact, mapping.value)
        person = holder.id if name in _OF_PERSON else holder.person_id
        details = {"person": person, "case": case.id, "list": name, "mapping": mapping.id}
        values = {fact: (code.raw, mapping.value)}
        audit.append(session, actor, "person.code_mapped", chain=f"person:{person}", details=details, values=values)
