"""Everything held about a person, for the person: each table that speaks of them, without what is of others.

It is read row by row while it is sent and kept nowhere; that it was made, by whom and why, stands in the audit. It
holds what its maker may see. Of cases in which somebody else named the person it says nothing at all.
"""

import datetime as dt
import enum
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, audit_trail, closed_people, relations, same_people, subject_requests, under_glass
from portal.core import models as m
from portal.core import subject_tables as tables
from portal.core.actors import Actor
from portal.core.blinding import Blinder, words_of
from portal.core.contacts import visible_contacts
from portal.core.errors import InvalidInput
from portal.core.permissions import Permission, require, visible_cases, visible_consents, visible_people

Row = dict[str, Any]
_NAMED = {
    "verticals": m.Vertical.name,
    "programs": m.Program.name,
    "places": m.Place.name,
    "tags": m.Tag.text,
    "cases": m.Case.reference,
    "organisations": m.Organisation.name,
}
_AT_ONCE = 200
# Facts of the person alone: no word of somebody else's name is looked for in them. In all other texts it is.
_SAID_OF_THEM = (m.Person, m.PersonIdentifier, m.PersonExternalId)


@dataclass(frozen=True)
class Told:
    """What an export covers: records of the person, cases about them, cases they reported, and what is left out."""

    records: list[int]
    about: list[int]
    shared: frozenset[int]  # of those, the ones that are about somebody else, too: their files stay here
    reported: list[int]
    withheld: int  # cases in which they are named by others

    @property
    def own_parts(self) -> list[int]:
        """The cases in which the person's own part is told."""
        return [*self.about, *self.reported]


def scope(session: Session, actor: Actor, person: m.Person) -> Told:
    """What an export of *person* would cover, for *actor*. Raises Forbidden."""
    require(actor, Permission.ANSWER_SUBJECT)
    under_glass.require_known(session, actor, person)
    actor = replace(actor, openings=frozenset())  # what is read by breaking the glass goes nowhere
    known = same_people.records(session, [person.id])[person.id]
    seen = m.Person.id.in_(known), sa.or_(m.Person.id == person.id, visible_people(actor))
    records = sorted(session.scalars(sa.select(m.Person.id).where(*seen)))
    parts = sa.select(m.CasePerson.case_id, m.CasePerson.role).join(m.Case).where(m.CasePerson.person_id.in_(records))
    roles: dict[int, set[str]] = {}
    for case_id, role in session.execute(parts.where(visible_cases(actor))):
        roles.setdefault(case_id, set()).add(role)
    subject = sa.select(m.Case.id).where(m.Case.subject_person_id.in_(records), visible_cases(actor))
    about = {case for case, held in roles.items() if "client" in held} | set(session.scalars(subject))
    # What is written on a case that was merged stands with the one it went into.
    roots = sa.select(m.Case.root_id).where(m.Case.id.in_(about))
    about |= set(session.scalars(sa.select(m.Case.id).where(m.Case.id.in_(roots), visible_cases(actor))))
    reported = {case for case, held in roles.items() if "reporter" in held} - about
    others = sa.select(m.CasePerson.case_id).where(m.CasePerson.case_id.in_(about), m.CasePerson.role == "client")
    shared = frozenset(session.scalars(others.where(m.CasePerson.person_id.not_in(records))))
    withheld = len(roles.keys() - about - reported)
    return Told(records, sorted(about), shared, sorted(reported), withheld)


def begin(session: Session, actor: Actor, person: m.Person, *, reason: str, notes: bool) -> Told:
    """Write down that everything about *person* is taken out, by whom and why; what was asked for is done with it.

    Raises Forbidden, and InvalidInput without a reason.
    """
    told = scope(session, actor, person)
    if not (reason := reason.strip()):
        raise InvalidInput("Say why this is taken out.", target="reason", problem="missing")
    about = {"person": person.id, "records": told.records, "cases": told.own_parts, "notes": notes}
    values = {"reason": (None, reason)}
    audit.append(session, actor, "person.export", chain=f"person:{person.id}", details=about, values=values)
    subject_requests.settle(session, actor, person, subject_requests.EXPORT, reason)
    return told


class Export:
    """The rows of an export, table by table, read as they are asked for."""

    def __init__(self, session: Session, actor: Actor, told: Told, *, notes: bool) -> None:
        seen = replace(actor, openings=frozenset())
        self._session, self._actor, self._told, self._notes = session, seen, told, notes
        others = sa.select(m.CasePerson.person_id).where(m.CasePerson.case_id.in_(told.own_parts))
        person = session.get_one(m.Person, told.records[0])
        self._related = relations.of_person(session, seen, person)
        strangers = set(session.scalars(others.where(m.CasePerson.person_id.not_in(told.records))))
        strangers |= {line.other.id for line in self._related}
        self._blind = Blinder(words_of(session, strangers) - words_of(session, told.records))
        self._names: dict[tuple[str, int], str] = {}

    def sections(self) -> Iterator[tuple[str, Iterator[Row]]]:
        """Each table that holds something about the person, with its rows; empty ones are left out by their reader."""
        for model in tables.OF_A_PERSON:
            if model is m.Relation:
                yield model.__tablename__, self._relations()
            elif model is not m.Attachment:
                blind = model not in _SAID_OF_THEM
                yield model.__tablename__, self._rows(model, self._of_person(model), blind=blind)
        staff = tables.OF_STAFF if self._notes else ()
        for model in (*tables.OF_A_CASE, *staff):
            if model is not m.Attachment:
                yield model.__tablename__, self._rows(model, self._of_case(model), blind=True)
        yield "readings", self._readings()
        yield "changes", self._changes()

    def files(self) -> Iterator[m.Attachment]:
        """The files about the person; those of a case that is about others, too, are told without their bytes."""
        mine = m.Attachment.person_id.in_(self._told.records)
        which = sa.or_(mine, m.Attachment.case_id.in_(self._told.about))
        query = sa.select(m.Attachment).where(which, m.Attachment.state == "stored")
        yield from self._session.scalars(query.order_by(m.Attachment.id).execution_options(yield_per=_AT_ONCE))

    def is_given(self, file: m.Attachment) -> bool:
        """Whether the bytes of a file go out: not where they may show somebody else whom the case is about."""
        return file.case_id not in self._told.shared

    def _of_person(self, model: type) -> sa.ColumnElement[bool]:
        mine = self._told.records
        if model is m.ConsentVersion:
            of = sa.select(m.Consent.id).where(m.Consent.person_id.in_(mine), visible_consents(self._actor))
            return m.ConsentVersion.consent_id.in_(of)
        which = sa.or_(*(getattr(model, column).in_(mine) for column in tables.OF_A_PERSON[model]))
        if model is m.Consent:
            return sa.and_(which, visible_consents(self._actor))
        if model is m.Contact:
            return sa.and_(which, visible_contacts(self._actor))
        if model is m.CasePerson:
            kept = m.CasePerson.role.not_in(tables.WITHHELD_ROLES)
            return sa.and_(which, kept, m.CasePerson.case_id.in_(self._told.own_parts))
        return which

    def _of_case(self, model: type) -> sa.ColumnElement[bool]:
        about = self._told.about
        to_them = sa.and_(m.Message.recipient_id.in_(self._told.records), m.Message.case_id.in_(self._told.own_parts))
        messages = sa.or_(m.Message.case_id.in_(about), to_them)
        if model is m.Case:
            return m.Case.id.in_(about)
        if model is m.Message:
            return messages
        if model is m.MessageVersion:
            return m.MessageVersion.message_id.in_(sa.select(m.Message.id).where(messages))
        if model is m.CorrespondenceField:
            of = sa.select(m.CorrespondenceCase.id).where(m.CorrespondenceCase.case_id.in_(about))
            return m.CorrespondenceField.correspondence_id.in_(of)
        if model is m.Note:
            return sa.and_(m.Note.case_id.in_(about), m.Note.deleted_at.is_(None))
        return model.case_id.in_(about)

    def _rows(self, model: type, which: sa.ColumnElement[bool], *, blind: bool = False) -> Iterator[Row]:
        key = sa.inspect(model).primary_key
        query = sa.select(model.__table__).where(which).order_by(*key)
        columns = [column for column in model.__table__.columns if self._is_told(column)]
        for row in self._session.execute(query.execution_options(yield_per=_AT_ONCE)).mappings():
            told = {column.name.removesuffix("_id"): self._value(column, row[column]) for column in columns}
            kept = {name: value for name, value in told.items() if value not in (None, "", {}, [])}
            yield self._blind(kept) if blind else kept

    def _is_told(self, column: sa.Column) -> bool:
        if tables.SILENT.keys() & {column.name, f"{column.table.name}.{column.name}"}:
            return False
        if column.name in tables.STAFF_WORDS and not self._notes:
            return False
        return all(key.column.table.name in _NAMED for key in column.foreign_keys)

    def _value(self, column: sa.Column, value: Any) -> Any:
        if value is None or not column.foreign_keys:
            return _plain(value)
        table = next(iter(column.foreign_keys)).column.table.name
        if (table, value) not in self._names:
            named, seen = _NAMED[table], visible_cases(self._actor) if table == "cases" else sa.true()
            query = sa.select(named).where(named.class_.id == value, seen)
            self._names[table, value] = self._session.scalar(query) or ""
        return self._names[table, value]

    def _relations(self) -> Iterator[Row]:
        """What others are to the person, without who they are: from the side of the person, whichever was recorded."""
        for line in self._related:
            row = line.row
            told = {"they_are": line.kind, "created_at": row.created_at, "ended_at": row.ended_at}
            told |= {"end_reason": row.end_reason}
            told |= {"note": row.note, "reason_text": row.reason_text} if self._notes else {}
            yield self._blind({name: _plain(value) for name, value in told.items() if value})

    def _readings(self) -> Iterator[Row]:
        """Who read the record or a case about them: looked for by what was read, for readers have the chains."""
        of_person, of_case = ("person", self._told.records), ("case", self._told.about)
        for (kind, numbers), actions in ((of_person, ("person.read", "consent.list")), (of_case, ("case.read",))):
            query = sa.select(m.AuditEvent).where(audit_trail.naming(self._session, kind, numbers))
            query = query.order_by(m.AuditEvent.id).execution_options(yield_per=_AT_ONCE)
            for event in self._session.scalars(query):
                if event.action in actions:  # not asked for: its index would lead through the reading of everything
                    yield {"at": _plain(event.at), "who": event.actor_name, "action": event.action}

    def _changes(self) -> Iterator[Row]:
        chains = [f"person:{number}" for number in self._told.records]
        query = sa.select(m.AuditEvent).where(m.AuditEvent.chain_key.in_(chains)).order_by(m.AuditEvent.id)
        query = query.where(m.AuditEvent.action.not_in(closed_people.EVENTS), relations.told_events(self._actor))
        for event in self._session.scalars(query.execution_options(yield_per=_AT_ONCE)):
            fields = sorted(event.details.get("values", {}))
            yield {"at": _plain(event.at), "who": event.actor_name, "action": event.action, "fields": fields}


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
