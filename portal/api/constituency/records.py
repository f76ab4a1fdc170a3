"""Finding what a request names: only what the caller may see, and only what this dialect still knows."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from portal.api.constituency.errors import invalid
from portal.core import cases, codes, merging, people, workers
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.models import Case, Person, User
from portal.core.words import was_opened_in_error


def find_case(session: Session, actor: Actor, number: int, *, lock: bool = False, follow: bool = True) -> Case:
    """The case with that number; one that was merged is answered by its survivor, unless told otherwise.

    Raises NotFound for an invisible case, and for one that was deleted through this dialect.
    """
    case = cases.find(session, actor, number, lock=lock)
    if follow:
        case = merging.survivor(session, actor, case, lock=lock)
    if was_opened_in_error(case):
        raise NotFound("There is no such case.", target="case")
    return case


def named_case(session: Session, actor: Actor, number: int, *, lock: bool = True) -> Case:
    """The case that a body names by ``caseID``. Raises InvalidInput where ``find_case`` raises NotFound."""
    try:
        return find_case(session, actor, number, lock=lock)
    except NotFound as absent:
        raise invalid("caseID") from absent


def named_constituent(session: Session, actor: Actor, number: int) -> Person:
    """The person that ``constituentID`` names. Raises InvalidInput: 404 would read as if there were no such path."""
    try:
        person = people.find(session, actor, number)
    except NotFound as absent:
        raise invalid("constituentID") from absent
    if person.archived_at is not None:
        raise invalid("constituentID")
    return person


def named_worker(session: Session, actor: Actor, number: int, field: str) -> User:
    """The colleague that an id names. Raises InvalidInput naming *field*."""
    try:
        return workers.find(session, actor, number)
    except NotFound as absent:
        raise invalid(field) from absent


def listed_code(session: Session, list_name: str, value: int, field: str) -> str:
    """The value as a code of that list. Raises InvalidInput when it is not offered now."""
    if codes.find(session, list_name, str(value)) is None:
        raise invalid(field)
    return str(value)


def first_given(body: dict, names: Iterable[str]) -> str | None:
    """The first of several names of one field that the body uses."""
    return next((name for name in names if name in body), None)
