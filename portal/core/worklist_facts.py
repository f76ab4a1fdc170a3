"""What the work-list knows of the cases of a page, each part read in one statement."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from portal.core import clock
from portal.core.actors import Actor
from portal.core.list_filter import CONSENT_SOON, awaits_answer
from portal.core.models import (
    Case,
    CasePerson,
    Conflict,
    ConflictCase,
    Consent,
    Message,
    Participant,
    UnmappedCode,
    Vertical,
)
from portal.core.vocabulary import ConsentStatus, Direction, ParticipantStatus, PersonRole


@dataclass(frozen=True)
class Known:
    """What is known of the cases of one page, each part read in one statement."""

    actor: Actor
    today: dt.date
    clients: dict[int, list[CasePerson]]
    replies: dict[int, dt.datetime]
    unmapped: set[int]
    conflicts: set[int]
    consents: dict[tuple[int, int], dt.datetime]
    waiting: dict[int, tuple[str, dt.datetime]]
    asked: set[int]


def known_of(session: Session, actor: Actor, cases: list[Case], today: dt.date, answering: frozenset[int]) -> Known:
    """What is known of these cases, in a fixed number of statements."""
    numbers = [case.id for case in cases]
    return Known(
        actor,
        today,
        clients_of(session, numbers),
        _replies(session, numbers),
        set(session.scalars(sa.select(UnmappedCode.case_id).where(UnmappedCode.case_id.in_(numbers)).distinct())),
        _conflicts(session, numbers),
        _consents(session, cases),
        _not_opted_in(session, numbers),
        _to_answer(session, actor, numbers, answering),
    )


def _to_answer(session: Session, actor: Actor, numbers: list[int], answering: frozenset[int]) -> set[int]:
    if not answering:
        return set()
    return set(session.scalars(sa.select(Case.id).where(Case.id.in_(numbers), awaits_answer(actor, answering))))


def clients_of(session: Session, numbers: list[int]) -> dict[int, list[CasePerson]]:
    """The clients of each of these cases, first named first."""
    query = sa.select(CasePerson).where(CasePerson.case_id.in_(numbers), CasePerson.role == PersonRole.CLIENT.value)
    query = query.order_by(CasePerson.case_id, CasePerson.position, CasePerson.id)
    found: dict[int, list[CasePerson]] = {}
    for part in session.scalars(query.options(joinedload(CasePerson.person))):
        found.setdefault(part.case_id, []).append(part)
    return found


def _replies(session: Session, numbers: list[int]) -> dict[int, dt.datetime]:
    """When the last message of a case came, where it came from outside and nobody has answered."""
    of_case = aliased(Case)
    newest = sa.select(Message.id).where(Message.case_id == of_case.id, Message.withdrawn_at.is_(None))
    newest = newest.order_by(Message.sent_at.desc(), Message.id.desc()).limit(1).correlate(of_case).scalar_subquery()
    last = sa.select(newest).select_from(of_case).where(of_case.id.in_(numbers))
    query = sa.select(Message.case_id, Message.sent_at).where(Message.id.in_(last))
    rows = session.execute(query.where(Message.direction == Direction.INBOUND))
    return {case_id: at for case_id, at in rows}


def _conflicts(session: Session, numbers: list[int]) -> set[int]:
    query = sa.select(ConflictCase.case_id).join(Conflict, Conflict.id == ConflictCase.conflict_id)
    return set(session.scalars(query.where(ConflictCase.case_id.in_(numbers), Conflict.status == "open")))


def _consents(session: Session, cases: list[Case]) -> dict[tuple[int, int], dt.datetime]:
    """When the consents of these subjects end, where that is soon or has been."""
    people = {case.subject_person_id for case in cases if case.subject_person_id is not None}
    query = sa.select(Consent.person_id, Consent.vertical_id, Consent.active_until).where(
        Consent.person_id.in_(people),
        Consent.status == ConsentStatus.ACTIVE,
        Consent.active_until < clock.now() + dt.timedelta(days=CONSENT_SOON),
    )
    return {(person, vertical): until for person, vertical, until in session.execute(query)}


def _not_opted_in(session: Session, numbers: list[int]) -> dict[int, tuple[str, dt.datetime]]:
    """The vertical that has been asked for longest to take part and has not answered."""
    query = sa.select(Participant.case_id, Vertical.name, Participant.added_at)
    query = query.join(Vertical, Vertical.id == Participant.vertical_id).where(
        Participant.case_id.in_(numbers), Participant.status == ParticipantStatus.PENDING_OPT_IN
    )
    rows = session.execute(query.order_by(Participant.added_at.desc(), Participant.id.desc()))
    return {case_id: (name, at) for case_id, name, at in rows}
