"""The register of what people ask by right about their own data: what, when, by when it is due, and the answer.

A month is what the law gives (GDPR, article 12). A refusal is kept with its reason, for whoever asks about it later.
"""

import calendar
import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, same_people, under_glass
from portal.core.actors import Actor
from portal.core.database import locked
from portal.core.errors import AlreadyDone, InvalidInput, NotFound, StaleVersion
from portal.core.models import Person, SubjectRequest, User
from portal.core.paging import Cursor
from portal.core.permissions import Permission, require, visible_people

EXPORT, RECTIFICATION, RESTRICTION, ERASURE = "export", "rectification", "restriction", "erasure"
KINDS = (EXPORT, RECTIFICATION, RESTRICTION, ERASURE)
OPEN, GRANTED, REFUSED = "open", "granted", "refused"
PAGE = 50


@dataclass(frozen=True)
class Line:
    """A request with whose it is, and the names of who wrote it down and who answered."""

    asked: SubjectRequest
    person: Person
    recorded_by: str
    decided_by: str


@dataclass(frozen=True)
class Page:
    """Requests that wait for an answer, the one that is due first first, and where the next page begins."""

    lines: list[Line]
    following: Cursor | None


def due_on(asked_on: dt.date) -> dt.date:
    """A month after *asked_on*: the same day of the next month, or its last."""
    year, month = asked_on.year + asked_on.month // 12, asked_on.month % 12 + 1
    return dt.date(year, month, min(asked_on.day, calendar.monthrange(year, month)[1]))


def record(
    session: Session, actor: Actor, person: Person, *, kind: str, asked_by: str, asked_on: dt.date, details: str = ""
) -> SubjectRequest:
    """Write down what a person asked for. Raises Forbidden, InvalidInput; AlreadyDone while the same one is open."""
    require(actor, Permission.ANSWER_SUBJECT)
    if kind not in KINDS:
        raise InvalidInput("Say what was asked for.", target="kind", allowed=list(KINDS))
    if not (asked_by := asked_by.strip()):
        raise InvalidInput("Say who asked.", target="asked_by", problem="missing")
    if asked_on > clock.today() + dt.timedelta(days=1):  # it may be tomorrow where the office is
        raise InvalidInput("This day is still to come.", target="asked_on")
    same_people.lock(session, [person.id])
    under_glass.require_known(session, actor, person)
    if any(line.asked.kind == kind and line.asked.state == OPEN for line in of_person(session, actor, person)):
        raise AlreadyDone("The same was asked before and is still open.", target="kind")
    made = SubjectRequest(
        person_id=person.id,
        kind=kind,
        asked_on=asked_on,
        asked_by=asked_by[:255],
        details=details.strip(),
        due_on=due_on(asked_on),
        recorded_by_id=actor.user_id,
    )
    session.add(made)
    session.flush()
    about = {"person": person.id, "request": made.id, "kind": kind, "due": made.due_on}
    audit.append(session, actor, "person.request", chain=f"person:{person.id}", details=about)
    return made


def of_person(session: Session, actor: Actor, person: Person) -> list[Line]:
    """Everything that was asked for a person, in whichever of their records, newest first. Raises Forbidden."""
    require(actor, Permission.ANSWER_SUBJECT)
    mine = same_people.records(session, [person.id])[person.id]
    query = _lines().where(SubjectRequest.person_id.in_(mine))
    return _told(session, query.order_by(SubjectRequest.asked_on.desc(), SubjectRequest.id.desc()))


def waiting(session: Session, actor: Actor, *, cursor: Cursor | None = None, limit: int = PAGE) -> Page:
    """What waits for an answer, of people whom *actor* may see. Raises Forbidden; InvalidInput for a foreign cursor."""
    require(actor, Permission.ANSWER_SUBJECT)
    if cursor is not None and type(cursor.key) is not dt.date:
        raise InvalidInput("There is no such page of the list.", target="cursor")
    query = _lines().where(SubjectRequest.state == OPEN, visible_people(actor))
    if cursor is not None:
        query = query.where(sa.tuple_(SubjectRequest.due_on, SubjectRequest.id) > (cursor.key, cursor.id))
    found = _told(session, query.order_by(SubjectRequest.due_on, SubjectRequest.id).limit(limit + 1))
    lines, last = found[:limit], found[limit - 1].asked if len(found) > limit else None
    return Page(lines, Cursor(last.due_on, last.id) if last else None)


def find(session: Session, actor: Actor, person: Person, number: int, *, lock: bool = False) -> SubjectRequest:
    """A request of this person. Raises Forbidden, NotFound."""
    require(actor, Permission.ANSWER_SUBJECT)
    mine = same_people.records(session, [person.id])[person.id]
    query = sa.select(SubjectRequest).where(SubjectRequest.id == number, SubjectRequest.person_id.in_(mine))
    found = session.scalar(locked(query) if lock else query)
    if found is None:
        raise NotFound("There is no such request.", target="request")
    return found


def decide(
    session: Session, actor: Actor, asked: SubjectRequest, *, granted: bool, reason: str, version: int | None = None
) -> None:
    """Answer a request, once, with the reason. Raises Forbidden, AlreadyDone, StaleVersion, InvalidInput."""
    require(actor, Permission.ANSWER_SUBJECT)
    under_glass.require_known(session, actor, asked.person_id)
    if version is not None and version != asked.version_id:
        raise StaleVersion("Somebody else answered this meanwhile.", current_version=asked.version_id)
    if asked.state != OPEN:
        raise AlreadyDone(f"This was {asked.state} already.", target="request", state=asked.state)
    if not (reason := reason.strip()):
        raise InvalidInput("Say why: the person may ask.", target="reason", problem="missing")
    _answer(session, actor, asked, GRANTED if granted else REFUSED, reason)


def settle(session: Session, actor: Actor, person: Person, kind: str, reason: str) -> None:
    """Whatever of a kind is open for this person was done now, for *reason*."""
    for line in of_person(session, actor, person):
        if line.asked.kind == kind and line.asked.state == OPEN:
            _answer(session, actor, line.asked, GRANTED, reason)


def _answer(session: Session, actor: Actor, asked: SubjectRequest, state: str, reason: str) -> None:
    asked.state, asked.reason = state, reason
    asked.decided_by_id, asked.decided_at = actor.user_id, clock.now()
    about = {"person": asked.person_id, "request": asked.id, "kind": asked.kind, "state": state}
    audit.append(session, actor, "person.request_answer", chain=f"person:{asked.person_id}", details=about)


def _lines() -> sa.Select:
    recorder, decider = sa.orm.aliased(User), sa.orm.aliased(User)
    query = sa.select(SubjectRequest, Person, recorder.name, decider.name)
    query = query.join(Person, Person.id == SubjectRequest.person_id)
    query = query.outerjoin(recorder, recorder.id == SubjectRequest.recorded_by_id)
    return query.outerjoin(decider, decider.id == SubjectRequest.decided_by_id)


def _told(session: Session, query: sa.Select) -> list[Line]:
    return [Line(asked, person, by or "", decided or "") for asked, person, by, decided in session.execute(query)]
