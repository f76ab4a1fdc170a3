"""What keeps the record of a person: as long as one thing does, no rule erases them; and since when nothing does.

Asked of a few people at a time, each by index, and of all records that stand for them together. A case keeps everybody
who has any part in it until what it tells was erased; so does a case that a relative of theirs has a part in.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

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
    records = same_people.records(session, people)
    leading = {record: person for person, found in records.items() for record in found}
    return {leading[one] for query in _grounds(list(leading)) for one in session.scalars(query)}


def unkept(session: Session, people: Collection[int]) -> dict[int, Last]:
    """Those of these people whom nothing keeps, with what did last."""
    free = set(people) - kept(session, people)
    records = same_people.records(session, free)
    leading = {record: person for person, found in records.items() for record in found}
    last: dict[int, Last] = {}
    for what, query in _ends(list(leading)):
        for record, ended in session.execute(query):
            person = leading[record]
            if ended is not None and (person not in last or last[person].at < _moment(ended)):
                last[person] = Last(what, _moment(ended))
    return last


def _grounds(records: Collection[int]) -> Iterator[sa.Select]:
    """Each thing that keeps people, as a query for those of *records* that it keeps."""
    telling = m.Case.erased_at.is_(None)
    for person, case in (
        (m.CasePerson.person_id, m.CasePerson.case_id),
        (m.Contact.person_id, m.Contact.case_id),
        (m.Message.recipient_id, m.Message.case_id),
        (m.HeldMessage.recipient_id, m.HeldMessage.case_id),
        (m.Attachment.person_id, m.Attachment.case_id),
    ):
        yield sa.select(person).join(m.Case, m.Case.id == case).where(person.in_(records), telling).distinct()
    yield sa.select(m.Case.subject_person_id).where(m.Case.subject_person_id.in_(records), telling)
    held = sa.func.coalesce(m.Case.root_id, m.Case.id).in_(legal_holds.roots())
    named = sa.select(m.CasePerson.person_id).join(m.Case, m.Case.id == m.CasePerson.case_id)
    yield named.where(m.CasePerson.person_id.in_(records), held)
    yield sa.select(m.Case.subject_person_id).where(m.Case.subject_person_id.in_(records), held)
    for one, other in (
        (m.Relation.person_id, m.Relation.other_id),
        (m.Relation.other_id, m.Relation.person_id),
    ):
        related = sa.select(one).where(one.in_(records), telling, m.Relation.was_true).distinct()
        by_part = related.join(m.CasePerson, m.CasePerson.person_id == other)
        yield by_part.join(m.Case, m.Case.id == m.CasePerson.case_id)
        yield related.join(m.Case, m.Case.subject_person_id == other)
    yield from _other_grounds(records)


def _other_grounds(records: Collection[int]) -> Iterator[sa.Select]:
    now = clock.now()
    stands = m.Household.status == "active"
    yield sa.select(m.Household.leader_id).where(m.Household.leader_id.in_(records), stands)
    living = sa.select(m.HouseholdMember.person_id).join(m.Household, m.Household.id == m.HouseholdMember.household_id)
    until = m.HouseholdMember.effective_until
    going_on = sa.or_(until.is_(None), until >= clock.today())
    yield living.where(m.HouseholdMember.person_id.in_(records), stands, going_on)
    over = sa.or_(m.Consent.active_until <= now, m.Consent.status != ConsentStatus.ACTIVE)
    in_force = sa.or_(m.Consent.active_until.is_(None), m.Consent.active_until > now)
    in_force = sa.or_(
        m.Consent.status == ConsentStatus.PENDING,
        sa.and_(m.Consent.status == ConsentStatus.ACTIVE, in_force),
        sa.and_(m.Consent.withdrawn_at.is_(None), m.Consent.grace_until > now, over),
    )
    yield sa.select(m.Consent.person_id).where(m.Consent.person_id.in_(records), in_force)
    open_ones = m.SubjectRequest.state == "open"
    yield sa.select(m.SubjectRequest.person_id).where(m.SubjectRequest.person_id.in_(records), open_ones)
    yield sa.select(m.OwnRecord.person_id).where(m.OwnRecord.person_id.in_(records))  # a worker's own, or a relative's
    yield sa.select(m.Person.id).where(m.Person.id.in_(records), m.Person.restricted_at.is_not(None))


def _ends(records: Collection[int]) -> Iterator[tuple[str, sa.Select]]:
    """For each thing that kept some of *records*, when it was last over."""
    cases = sa.select(m.CasePerson.person_id, sa.func.max(m.Case.erased_at))
    cases = cases.join(m.Case, m.Case.id == m.CasePerson.case_id).group_by(m.CasePerson.person_id)
    yield CASE, cases.where(m.CasePerson.person_id.in_(records))
    subject = m.Case.subject_person_id
    yield CASE, sa.select(subject, sa.func.max(m.Case.erased_at)).where(subject.in_(records)).group_by(subject)
    yield CONTACT, _latest(m.Contact.person_id, m.Contact.ended_at, records)
    yield HOUSEHOLD, _latest(m.HouseholdMember.person_id, m.HouseholdMember.effective_until, records)
    for end in (m.Consent.active_until, m.Consent.withdrawn_at, m.Consent.rejected_at):
        yield CONSENT, _latest(m.Consent.person_id, end, records).where(end <= clock.now())
    yield REQUEST, _latest(m.SubjectRequest.person_id, m.SubjectRequest.decided_at, records)
    yield WRITTEN, _latest(m.Person.id, m.Person.updated_at, records)


def _latest(person: sa.orm.InstrumentedAttribute, end: sa.orm.InstrumentedAttribute, records) -> sa.Select:
    return sa.select(person, sa.func.max(end)).where(person.in_(records)).group_by(person)


def _moment(ended: dt.datetime | dt.date) -> dt.datetime:
    if isinstance(ended, dt.datetime):
        return ended
    return dt.datetime.combine(ended, dt.time(), tzinfo=dt.UTC)
