"""The clients of cases: opening a case for somebody who is already known, and whom a case is for."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import assignments, cases
from portal.core.actors import Actor
from portal.core.errors import InvalidInput
from portal.core.models import Case, CasePerson, Person, User, Vertical
from portal.core.permissions import Permission, can
from portal.core.vocabulary import Origin, PersonRole


def open_case(
    session: Session,
    actor: Actor,
    client: Person,
    *,
    origin: Origin,
    vertical: Vertical,
    owner: User | None = None,
    facts: Mapping[str, Any],
) -> Case:
    """Open a case for a known client and give it to *owner* at once. Raises as ``cases.open_case``.

    InvalidInput with the target ``assigned_to`` when the owner cannot take cases of this vertical, or *actor* may not
    give it to anybody but themselves.
    """
    if owner is not None and not _may_give(session, actor, owner, vertical):
        raise InvalidInput("This person cannot take the case.", target="assigned_to")
    told = {**facts, "owner_id": owner.id if owner else None}
    case = cases.open_case(session, actor, origin=origin, vertical=vertical, subject=client, facts=told)
    session.add(CasePerson(case_id=case.id, person_id=client.id, role=PersonRole.CLIENT.value))
    if owner is not None:
        assignments.begin(session, actor, case)
    return case


def of_cases(session: Session, found: Collection[Case]) -> dict[int, Person]:
    """Whom each case is for: its first client, else its subject, else whoever reported it."""
    query = (
        sa.select(CasePerson.case_id, CasePerson.role, Person)
        .join(Person, Person.id == CasePerson.person_id)
        .where(CasePerson.case_id.in_([case.id for case in found]))
        .where(CasePerson.role.in_((PersonRole.CLIENT.value, PersonRole.REPORTER.value)))
        .order_by(CasePerson.role, CasePerson.position, CasePerson.id)  # "client" sorts before "reporter"
    )
    clients: dict[int, Person] = {}
    reporters: dict[int, Person] = {}
    for case_id, role, person in session.execute(query):
        (clients if role == PersonRole.CLIENT else reporters).setdefault(case_id, person)
    subjects = _subjects(session, [case for case in found if case.id not in clients])
    return {**reporters, **subjects, **clients}


def _subjects(session: Session, found: list[Case]) -> dict[int, Person]:
    wanted = {case.id: case.subject_person_id for case in found if case.subject_person_id is not None}
    if not wanted:
        return {}
    people = session.scalars(sa.select(Person).where(Person.id.in_(wanted.values())))
    by_id = {person.id: person for person in people}
    return {case_id: by_id[person_id] for case_id, person_id in wanted.items()}


def _may_give(session: Session, actor: Actor, owner: User, vertical: Vertical) -> bool:
    if owner.id != actor.user_id and not can(actor, Permission.ASSIGN, vertical.pack):
        return False
    return owner in cases.assignable_users(session, vertical.id)
