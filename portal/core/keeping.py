"""What keeps the record of a person: as long as one thing does, no rule erases them; and since when nothing does.

Asked of a few people at a time, and of all records that stand for them together. A case keeps everybody
who has any part in it until what it tells was erased; so does a case that a relative of theirs has a part in.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.core import clock, legal_holds, same_people
from portal.core import models as m
from portal.core.vocabulary import ConsentStatus

CASE, CONTACT, HOUSEHOLD, CONSENT, REQUEST, WRITTEN = "case", "contact", "household", "consent", "request", "written"


@dataclass(frozen=True)
class Last:
    """The last thing that kept somebody, and when that was over (UTC); ``written``: the last change of the record."""

    what: str
    at: dt.datetime


def kept(session: Session, people: Collection[int]) -> set[int]:
    """Which of these people, named by the record that leads theirs, something keeps now."""
    leading = _leading(session, people)
    query = sa.select(m.Person.id).where(m.Person.id.in_(leading), sa.or_(*_grounds()))
    return {leading[record] for record in session.scalars(query)}


def unkept(session: Session, people: Collection[int]) -> dict[int, Last]:
    """Those of these people whom nothing keeps, with what did last."""
    leading = _leading(session, set(people) - kept(session, people))
    kinds, ends = zip(*_ends(), strict=True)
    last: dict[int, Last] = {}
    for record, *moments in session.execute(sa.select(m.Person.id, *ends).where(m.Person.id.in_(leading))):
        for what, at in zip(kinds, map(_moment, moments), strict=True):
            if at is not None and (leading[record] not in last or last[leading[record]].at < at):
                last[leading[record]] = Last(what, at)
    return last


def _leading(session: Session, people: Collection[int]) -> dict[int, int]:
    """Every record of these people with the one that leads it; the few that lead others are asked about once more."""
    joined = aliased(m.Person)
    leads = sa.select(1).where(joined.root_id == m.Person.id).correlate(m.Person).exists()
    several = session.scalars(sa.select(m.Person.id).where(m.Person.id.in_(people), leads)).all()
    found = same_people.records(session, several)
    return {person: person for person in people} | {one: person for person, ids in found.items() for one in ids}


def _grounds() -> Iterator[sa.ColumnElement[bool]]:
    """Each thing that keeps a person, asked of each by index: gathering all of a kind would grow with the cases."""
    mine, telling = m.Person.id, m.Case.erased_at.is_(None)
    held = sa.func.coalesce(m.Case.root_id, m.Case.id).in_(legal_holds.roots())
    in_case = sa.select(1).select_from(m.CasePerson).join(m.Case, m.Case.id == m.CasePerson.case_id)
    yield _any(in_case.where(m.CasePerson.person_id == mine, sa.or_(telling, held)))
    yield _any(sa.select(1).where(m.Case.subject_person_id == mine, sa.or_(telling, held)))
    for person, case in (
        (m.Contact.person_id, m.Contact.case_id),
        (m.Message.recipient_id, m.Message.case_id),
        (m.Attachment.person_id, m.Attachment.case_id),
    ):
        yield _any(sa.select(1).join_from(person.class_, m.Case, m.Case.id == case).where(person == mine, telling))
    waiting = m.HeldMessage.state == sa.literal_column("'held'")  # as the index says it: what was sent is a message
    yield _any(sa.select(1).where(waiting, m.HeldMessage.recipient_id == mine))
    for one, other in (
        (m.Relation.person_id, m.Relation.other_id),
        (m.Relation.other_id, m.Relation.person_id),
    ):
        related = sa.select(1).select_from(m.Relation).where(one == mine, telling, m.Relation.was_true)
        by_part = related.join(m.CasePerson, m.CasePerson.person_id == other)
        yield _any(by_part.join(m.Case, m.Case.id == m.CasePerson.case_id))
        yield _any(related.join(m.Case, m.Case.subject_person_id == other))
    yield from _other_grounds(mine)


def _other_grounds(mine: sa.ColumnElement[int]) -> Iterator[sa.ColumnElement[bool]]:
    now, stands, until = clock.now(), m.Household.status == "active", m.HouseholdMember.effective_until
    yield _any(sa.select(1).where(m.Household.leader_id == mine, stands))
    living = sa.select(1).select_from(m.HouseholdMember).where(m.HouseholdMember.person_id == mine, stands)
    living = living.join(m.Household, m.Household.id == m.HouseholdMember.household_id)
    yield _any(living.where(sa.or_(until.is_(None), until >= clock.today())))
    over = sa.or_(m.Consent.active_until <= now, m.Consent.status != ConsentStatus.ACTIVE)
    in_force = sa.or_(m.Consent.active_until.is_(None), m.Consent.active_until > now)
    in_force = sa.or_(
        m.Consent.status == ConsentStatus.PENDING,
        sa.and_(m.Consent.status == ConsentStatus.ACTIVE, in_force),
        sa.and_(m.Consent.withdrawn_at.is_(None), m.Consent.grace_until > now, over),
    )
    yield _any(sa.select(1).where(m.Consent.person_id == mine, in_force))
    yield _any(sa.select(1).where(m.SubjectRequest.person_id == mine, m.SubjectRequest.state == "open"))
    yield _any(sa.select(1).where(m.OwnRecord.person_id == mine))  # a worker's own, or a relative's
    yield m.Person.restricted_at.is_not(None)


def _ends() -> Iterator[tuple[str, sa.ColumnElement]]:
    """For each thing that kept a person, when it was last over."""
    mine = m.Person.id
    in_case = sa.select(sa.func.max(m.Case.erased_at)).select_from(m.CasePerson)
    yield CASE, _of(in_case.join(m.Case, m.Case.id == m.CasePerson.case_id).where(m.CasePerson.person_id == mine))
    yield CASE, _latest(m.Case.erased_at, m.Case.subject_person_id)
    yield CONTACT, _latest(m.Contact.ended_at, m.Contact.person_id)
    yield HOUSEHOLD, _latest(m.HouseholdMember.effective_until, m.HouseholdMember.person_id)
    for end in (m.Consent.active_until, m.Consent.withdrawn_at, m.Consent.rejected_at):
        yield CONSENT, _latest(end, m.Consent.person_id, end <= clock.now())
    yield REQUEST, _latest(m.SubjectRequest.decided_at, m.SubjectRequest.person_id)
    yield WRITTEN, m.Person.updated_at


def _any(query: sa.Select) -> sa.ColumnElement[bool]:
    return query.correlate(m.Person).exists()


def _of(query: sa.Select) -> sa.ColumnElement:
    return query.correlate(m.Person).scalar_subquery()


def _latest(end: sa.orm.InstrumentedAttribute, person: sa.orm.InstrumentedAttribute, *where) -> sa.ColumnElement:
    return _of(sa.select(sa.func.max(end)).where(person == m.Person.id, *where))


def _moment(ended: dt.datetime | dt.date | None) -> dt.datetime | None:
    if ended is None or isinstance(ended, dt.datetime):
        return ended
    return dt.datetime.combine(ended, dt.time(), tzinfo=dt.UTC)
