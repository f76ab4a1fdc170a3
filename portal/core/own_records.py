"""Saying that a person's record is one's own, or a relative's: from then on it is closed, with the cases about it.

Everybody may say it of themself, an administrator of others; only an administrator takes it back, and nobody for
themself. It is not opened by anything: to the worker the record is not there any more (closed_people.py).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core import audit, break_glass, closed_people, same_people
from portal.core.actors import Actor, from_user
from portal.core.closed_people import RELATIVE, SELF
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput
from portal.core.impartiality import impartial
from portal.core.models import Case, Notice, OwnRecord, Person, User
from portal.core.permissions import Permission, can
from portal.core.vocabulary import Status

TIES = (SELF, RELATIVE)
LEFT = "case.owner_excluded"
_MOST = 100


@dataclass(frozen=True)
class Tie:
    """A worker to whom a record is closed, since when, and who said so."""

    user_id: int
    name: str
    tie: str
    at: datetime
    by: str


def declare(session: Session, actor: Actor, person: Person, *, tie: str, user: User | None = None) -> int:
    """Close *person*'s record to a worker, oneself unless *user* is given; returns how many of their cases that closes.

    The supervisors of open cases that the worker owns and does not see any more are told, so that they give them to
    somebody else. Raises Forbidden where one who is no administrator says it of others, InvalidInput, AlreadyDone.
    """
    number = user.id if user is not None else actor.user_id
    if number is None or (number != actor.user_id and not can(actor, Permission.ADMINISTER)):
        raise Forbidden("Only an administrator says this of others.", target=Permission.ADMINISTER.value)
    if tie not in TIES:
        raise InvalidInput("Say whether it is their own record or a relative's.", target="tie")
    if session.get(OwnRecord, (number, person.id)) is not None:
        raise AlreadyDone("This was said already.", target="tie")
    session.add(OwnRecord(user_id=number, person_id=person.id, tie=tie, declared_by_id=actor.user_id))
    session.flush()
    details = {"user": number, "person": person.id, "before": None, "after": tie}
    audit.append(session, actor, "own_record.declare", chain=f"person:{person.id}", details=details)
    return _tell(session, session.get(User, number), ())


def take_back(session: Session, actor: Actor, person: Person, user_id: int) -> None:
    """Open the record to the worker again. Raises Forbidden for all but administrators, and AlreadyDone."""
    if not can(actor, Permission.ADMINISTER) or user_id == actor.user_id:
        raise Forbidden("Another administrator takes this back.", target=Permission.ADMINISTER.value)
    row = session.get(OwnRecord, (user_id, person.id))
    if row is None:
        raise AlreadyDone("This was taken back already.", target="user")
    details = {"user": user_id, "person": person.id, "before": row.tie, "after": None}
    session.delete(row)
    audit.append(session, actor, "own_record.take_back", chain=f"person:{person.id}", details=details)


def of_person(session: Session, actor: Actor, person: Person) -> list[Tie]:
    """To whom a record is closed, for administrators; nobody else is told."""
    if not can(actor, Permission.ADMINISTER):
        return []
    by = aliased(User)
    query = sa.select(User.id, User.name, OwnRecord.tie, OwnRecord.at, by.name)
    query = query.join(OwnRecord, OwnRecord.user_id == User.id).outerjoin(by, by.id == OwnRecord.declared_by_id)
    query = query.where(OwnRecord.person_id == person.id).order_by(User.name, User.id)
    return [Tie(*row[:4], row[4] or "") for row in session.execute(query)]


def mine(session: Session, actor: Actor) -> list[tuple[str, datetime]]:
    """What was said of oneself, without a name: the ties and when."""
    query = sa.select(OwnRecord.tie, OwnRecord.at).where(OwnRecord.user_id == actor.user_id)
    return [(tie, at) for tie, at in session.execute(query.order_by(OwnRecord.at))]


def closed_among(session: Session, user: User, numbers: Collection[int]) -> set[int]:
    """Which of these cases are about somebody whose record is closed to that user, who can then not be given them."""
    if not numbers or not closed_people.of_user(session, user.id):
        return set()
    them = from_user(session, user)
    return set(numbers).difference(session.scalars(sa.select(Case.id).where(Case.id.in_(numbers), impartial(them))))


def left_by(session: Session, person_ids: Collection[int]) -> dict[int, set[int]]:
    """Of workers whose own record is one of these people's: the open cases that they own and may not see."""
    known = [number for ids in same_people.records(session, person_ids).values() for number in ids]
    workers = sa.select(OwnRecord.user_id).where(OwnRecord.person_id.in_(known), OwnRecord.tie == SELF)
    users = session.scalars(sa.select(User).where(User.id.in_(workers)).order_by(User.id))
    return {user.id: {case.id for case in _left(session, user)} for user in users.all()}


def hand_over(session: Session, person_ids: Collection[int], *, but: Mapping[int, set[int]]) -> None:
    """Tell the supervisors of cases that such workers may not see since a relation was recorded, *but* those before."""
    for user_id in left_by(session, person_ids):
        _tell(session, session.get_one(User, user_id), but.get(user_id, ()))


def _left(session: Session, user: User) -> list[Case]:
    open_ones = Case.lifecycle_status.not_in((Status.CLOSED, Status.ARCHIVED))
    theirs = sa.select(Case).where(Case.owner_id == user.id, open_ones, sa.not_(impartial(from_user(session, user))))
    return list(session.scalars(theirs.order_by(Case.id).limit(_MOST)))


def _tell(session: Session, user: User, but: Collection[int]) -> int:
    """Tell the supervisors of the open cases that *user* owns and sees no longer."""
    left = [case for case in _left(session, user) if case.id not in but]
    for case in left:
        text = f"{case.reference} needs somebody else: whoever has it may not see it any more."
        for one in break_glass.supervisors(session, case):
            if one.id != user.id:
                session.add(Notice(user_id=one.id, kind=LEFT, case_id=case.id, text=text))
    return len(left)
