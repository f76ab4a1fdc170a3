"""Finding what a request names, among what the caller may see: 404 in the address, 400 with its field in a body."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import cases, households, merging, people
from portal.core.actors import Actor
from portal.core.errors import InvalidInput, NotFound
from portal.core.models import Assignment, Base, Case, Household, Person, Place, Program, User, Vertical


def find_case(session: Session, actor: Actor, uuid: UUID) -> Case:
    """The case of an address. Raises NotFound."""
    return cases.find_by_uuid(session, actor, uuid)


def survivor(session: Session, actor: Actor, uuid: UUID) -> Case:
    """The case on which something new for the addressed one lands: itself, or the one it was merged into."""
    return merging.survivor(session, actor, find_case(session, actor, uuid))


def find_vertical(session: Session, uuid: UUID) -> Vertical:
    """The vertical of an address. Raises NotFound."""
    found = session.scalar(sa.select(Vertical).where(Vertical.uuid == uuid))
    if found is None:
        raise NotFound("There is no such vertical.", target="vertical_id")
    return found


def find_assignment(session: Session, case: Case, uuid: UUID) -> Assignment:
    """The assignment of an address, on this case. Raises NotFound."""
    found = session.scalar(sa.select(Assignment).where(Assignment.uuid == uuid, Assignment.case_id == case.id))
    if found is None:
        raise NotFound("There is no such assignment on this case.", target="assignment_id")
    return found


def named_vertical(session: Session, uuid: UUID, field: str) -> Vertical:
    """The vertical that a body names. Raises InvalidInput."""
    return _named(session, Vertical, uuid, field)


def named_verticals(session: Session, uuids: Iterable[UUID], field: str) -> list[Vertical]:
    """The verticals that a body names, each once. Raises InvalidInput."""
    wanted = list(uuids)
    if len(set(wanted)) != len(wanted):
        raise InvalidInput("A vertical is named twice.", target=field)
    return [_named(session, Vertical, uuid, field) for uuid in wanted]


def named_program(session: Session, uuid: UUID | None, field: str = "program_id") -> Program | None:
    """The programme that a body names. Raises InvalidInput."""
    return None if uuid is None else _named(session, Program, uuid, field)


def named_places(session: Session, uuids: Iterable[UUID] | None, field: str = "geo_scope_ids") -> list[Place]:
    """The places that a body names. Raises InvalidInput."""
    return [_named(session, Place, uuid, field) for uuid in dict.fromkeys(uuids or ())]


def named_user(session: Session, uuid: UUID, field: str) -> User:
    """The user that a body names. Raises InvalidInput."""
    return _named(session, User, uuid, field)


def named_person(session: Session, actor: Actor, uuid: UUID, field: str) -> Person:
    """The person that a body names, if the caller may see them. Raises InvalidInput."""
    try:
        return people.find_by_uuid(session, actor, uuid)
    except NotFound as absent:
        raise InvalidInput("There is no such person.", target=field) from absent


def named_household(session: Session, actor: Actor, uuid: UUID, field: str) -> Household:
    """The household that a body names, if the caller may see it. Raises InvalidInput."""
    try:
        return households.find(session, actor, uuid)
    except NotFound as absent:
        raise InvalidInput("There is no such household.", target=field) from absent


def _named(session: Session, model: type[Base], uuid: UUID, field: str):
    found = session.scalar(sa.select(model).where(model.uuid == uuid))
    if found is None:
        raise InvalidInput("There is no such record.", target=field)
    return found
