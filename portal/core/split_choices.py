"""What a case has that can be given to a new one when it is split (splitting.py does it)."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import clock, households
from portal.core.models import Assignment, Attachment, Case, CasePerson, HouseholdMember, Message, Note, Person, Service

MOST = 200  # of each kind, the newest


@dataclass(frozen=True)
class Contents:
    """What can be chosen from; ``totals`` are how many there are of each kind, shown or not."""

    people: list[CasePerson]
    messages: list[Message]
    notes: list[Note]
    attachments: list[Attachment]
    services: list[Service]
    assignments: list[Assignment]
    totals: dict[str, int]


def of_case(session: Session, case: Case) -> Contents:
    """Its own people, messages, notes, files, services and standing assignments, the newest of each first.

    What was merged into the case is not its own, and files of messages go with their messages.
    """
    wanted = {
        "people": sa.select(CasePerson).where(CasePerson.case_id == case.id),
        "messages": sa.select(Message).where(Message.case_id == case.id),
        "notes": sa.select(Note).where(Note.case_id == case.id, Note.deleted_at.is_(None)),
        "attachments": sa.select(Attachment).where(
            Attachment.case_id == case.id, Attachment.message_id.is_(None), Attachment.state == "stored"
        ),
        "services": sa.select(Service).where(Service.case_id == case.id),
        "assignments": sa.select(Assignment).where(Assignment.case_id == case.id, _standing()),
    }
    totals = [
        sa.select(sa.literal(name), sa.func.count()).select_from(query.subquery()) for name, query in wanted.items()
    ]
    counted = {name: number for name, number in session.execute(sa.union_all(*totals))}
    loaded = {"people": joinedload(CasePerson.person), "assignments": joinedload(Assignment.user)}
    rows = {
        name: list(session.scalars(_newest(query).options(*([loaded[name]] if name in loaded else []))))
        if counted[name]
        else []
        for name, query in wanted.items()
    }
    rows["people"].reverse()
    return Contents(**rows, totals=counted)


def members(session: Session, case: Case) -> list[Person]:
    """Whom a part of a household's case may support instead: its members and who leads it."""
    if case.subject_household is None:
        return []
    current = sa.select(HouseholdMember.person_id).where(HouseholdMember.household_id == case.subject_household_id)
    wanted = sa.or_(
        Person.id.in_(current.where(households.is_member_now())), Person.id == case.subject_household.leader_id
    )
    return list(session.scalars(sa.select(Person).where(wanted).order_by(Person.id)))


def _standing() -> sa.ColumnElement[bool]:
    return sa.or_(Assignment.effective_until.is_(None), Assignment.effective_until > clock.now())


def _newest(query: sa.Select) -> sa.Select:
    model = query.column_descriptions[0]["entity"]
    return query.order_by(model.id.desc()).limit(MOST)
