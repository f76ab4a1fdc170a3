"""Contacts: a call or a visit and how it ended, whether or not it became a case."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import audit, cases, clock, consents, notes, people, remits
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, NotFound
from portal.core.models import Case, Contact, Person, Vertical
from portal.core.permissions import Permission, can, open_to, require, visible_cases, visible_people
from portal.core.vocabulary import Outcome

CHANNELS = ("walkin", "phone", "chat", "letter", "other")
CONSENT_ANSWERS = ("given", "not_now", "could_not_ask")
CONSENT_METHODS = ("spoken", "signed_paper", "guardian")


@dataclass(frozen=True)
class ContactTold:
    """A contact as it was taken. ``details`` is the form as typed, kept encrypted; ``phone`` only as a blind index."""

    outcome: Outcome
    vertical: Vertical
    channel: str = "walkin"
    summary: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    phone: str | None = None
    person_id: int | None = None
    started_at: dt.datetime | None = None
    draft_key: str | None = None


@dataclass(frozen=True)
class ConsentAsked:
    """What was answered at the door when consent was asked for. A record of the asking, not a consent by itself."""

    answer: str
    method: str = ""
    given_by: str = ""


def save(session: Session, actor: Actor, told: ContactTold, *, case: Case | None = None) -> Contact:
    """Record a contact; with ``case`` the one that became that case.

    Raises Forbidden, InvalidInput naming the field, NotFound for a person whom *actor* may not see, and AlreadyDone
    when the same form was sent a moment before by another request.
    """
    require(actor, Permission.TAKE_CONTACT)
    _require_vertical(actor, told.vertical)
    if (told.outcome is Outcome.CASE_CREATED) != (case is not None):
        raise InvalidInput("Choose how the contact ended.", target="outcome")
    if told.channel not in CHANNELS:
        raise InvalidInput("Choose how the person came.", target="channel")
    if told.person_id is not None:
        people.find(session, actor, told.person_id)
    at = clock.now()
    contact = Contact(
        channel=told.channel,
        outcome=told.outcome,
        summary=told.summary.strip(),
        details=json.dumps(dict(told.details), ensure_ascii=False),
        phone_blind=_phone_index(told.phone),
        person_id=told.person_id,
        case_id=case.id if case is not None else None,
        vertical_id=told.vertical.id,
        agent_id=actor.user_id,
        started_at=min(told.started_at or at, at),
        ended_at=at,
        draft_key=told.draft_key,
    )
    _add(session, contact)
    details = {"contact": contact.id, "outcome": told.outcome, "channel": told.channel, "case": contact.case_id}
    audit.append(session, actor, "contact.save", details=details)
    return contact


def add_to_case(session: Session, actor: Actor, told: ContactTold, case: Case, words: str) -> Contact:
    """Record a contact about a case that is open already, with what was told as a note on it (``words``).

    Raises as ``save`` does, and as writing the note does: Forbidden, ReadOnly, ConsentRequired, InvalidInput.
    """
    notes.write(session, actor, case, words)
    return save(session, actor, told, case=case)


def record_consent(session: Session, actor: Actor, case: Case, asked: ConsentAsked, words: str) -> None:
    """Keep on the case what was answered when consent was asked for: a note for the team, and the audit.

    ``words`` is the note in the worker's language. Where a vertical works on consent, the consent itself is a record
    of its own (consents.py); elsewhere this is all there is. Raises InvalidInput.
    """
    if asked.answer not in CONSENT_ANSWERS or (asked.method and asked.method not in CONSENT_METHODS):
        raise InvalidInput("Choose what was answered.", target="consent")
    note = notes.write(session, actor, case, words)
    details = {"answer": asked.answer, "method": asked.method, "note": note.id}
    values = {"given_by": (None, asked.given_by)} if asked.given_by else None
    audit.append(session, actor, "intake.consent_asked", case=case, details=details, values=values)


def of_draft(session: Session, actor: Actor, key: str) -> Contact | None:
    """The contact that *actor* made of the form with that key, if it was sent already."""
    return session.scalar(sa.select(Contact).where(Contact.agent_id == actor.user_id, Contact.draft_key == key))


def find(session: Session, actor: Actor, number: int) -> Contact:
    """The contact with that number. Raises NotFound when absent or not to be seen by *actor*.

    Raises ConsentRequired where it became a case, and consent to that was withdrawn.
    """
    case_seen = sa.select(1).where(Case.id == Contact.case_id, visible_cases(actor)).correlate(Contact).exists()
    query = sa.select(Contact).where(Contact.id == number, visible_contacts(actor)).options(joinedload(Contact.agent))
    query = query.where(sa.or_(Contact.case_id.is_(None), case_seen))
    contact = session.scalar(query)
    if contact is None:
        raise NotFound("There is no such contact.", target="contact")
    case = None if contact.case_id is None else session.get_one(Case, contact.case_id)
    if case is not None and not actor.reads_hidden(case.id, case.merged_into_id):
        cases.require_readable(session, case)
    return contact


def find_open(session: Session, actor: Actor, number: int) -> Contact:
    """A contact that may still become a case, for whoever takes contacts. Raises Forbidden, NotFound, InvalidInput."""
    require(actor, Permission.TAKE_CONTACT)
    contact = find(session, actor, number)
    if contact.case_id is not None:
        raise InvalidInput("This contact became a case already.", target="contact")
    return contact


def listed(
    session: Session, actor: Actor, *, outcome: Outcome | None = None, before_id: int | None = None, limit: int = 50
) -> list[Contact]:
    """Contacts that became no case and that *actor* may see, newest first, a page at a time."""
    require(actor, Permission.TAKE_CONTACT)
    query = sa.select(Contact).where(visible_contacts(actor), Contact.case_id.is_(None))
    if outcome is not None:
        query = query.where(Contact.outcome == outcome)
    if before_id is not None:
        query = query.where(Contact.id < before_id)
    return list(session.scalars(query.options(joinedload(Contact.agent)).order_by(Contact.id.desc()).limit(limit)))


@dataclass(frozen=True)
class Earlier:
    """A contact before this one from the same phone; ``case`` only where the reader may see it.

    Of one that is ``closed`` nothing is read that was said: consent to its case was withdrawn.
    """

    contact: Contact
    case: Case | None
    closed: bool = False

    @property
    def summary(self) -> str:
        """What was said in it, in short, as far as that is read."""
        return "" if self.closed else self.contact.summary


def of_phone(session: Session, actor: Actor, phone: str, *, limit: int = 5) -> list[Earlier]:
    """Earlier contacts from this phone number, however it was written, newest first."""
    index = _phone_index(phone)
    if index is None:
        return []
    seen = sa.and_(Case.id == Contact.case_id, visible_cases(actor))
    query = sa.select(Contact, Case).outerjoin(Case, seen).options(joinedload(Contact.agent))
    query = query.where(Contact.phone_blind == index, visible_contacts(actor))
    rows = session.execute(query.order_by(Contact.started_at.desc(), Contact.id.desc()).limit(limit))
    found = [(contact, case) for contact, case in rows]
    numbers = {contact.case_id for contact, _case in found} - {None}
    told = session.scalars(sa.select(Case).where(Case.id.in_(numbers))) if numbers else ()
    closed = consents.withdrawn_among(session, told)
    return [Earlier(contact, case, contact.case_id in closed) for contact, case in found]


def last_of_people(session: Session, actor: Actor, person_ids: Iterable[int]) -> dict[int, dt.datetime]:
    """When each of these people was last in contact, as far as *actor* may know."""
    query = sa.select(Contact.person_id, sa.func.max(Contact.started_at))
    query = query.where(Contact.person_id.in_(list(person_ids)), visible_contacts(actor))
    return {person_id: at for person_id, at in session.execute(query.group_by(Contact.person_id))}


def visible_contacts(actor: Actor) -> sa.ColumnElement[bool]:
    """A contact is seen by whoever took it, in their remit by members of its vertical, and by administrators.

    What was told in one that became a case is closed with that case, to whoever took it, too.
    """
    if actor.user_id is None or not can(actor, Permission.VIEW):
        return sa.false()
    if can(actor, Permission.ADMINISTER) or can(actor, Permission.VIEW_AUDIT):
        return _not_closed(actor)
    of_theirs = sa.and_(Contact.vertical_id.in_(actor.vertical_ids), _in_remit(actor))
    return sa.and_(sa.or_(Contact.agent_id == actor.user_id, of_theirs), _not_closed(actor))


def _in_remit(actor: Actor) -> sa.ColumnElement[bool]:
    """Contacts about a case that is seen; those about none, unless of somebody whom the actor's remit keeps away."""
    if not actor.remit.limits:
        return sa.true()
    case = sa.select(1).select_from(Case).where(Case.id == Contact.case_id, visible_cases(actor))
    near = sa.or_(visible_people(actor), remits.people(actor.remit, actor.vertical_ids))
    person = sa.select(1).select_from(Person).where(Person.id == Contact.person_id, near)
    without = sa.and_(
        Contact.case_id.is_(None), sa.or_(Contact.person_id.is_(None), person.correlate(Contact).exists())
    )
    return sa.or_(case.correlate(Contact).exists(), without)


def _not_closed(actor: Actor) -> sa.ColumnElement[bool]:
    """Contacts neither of anybody whose record is closed to *actor*, nor about a case that is."""
    case = sa.select(1).select_from(Case).where(Case.id == Contact.case_id, open_to(actor))
    there = sa.or_(Contact.case_id.is_(None), case.correlate(Contact).exists())
    if not actor.closed_people:
        return there
    return sa.and_(there, sa.or_(Contact.person_id.is_(None), Contact.person_id.not_in(sorted(actor.closed_people))))


def typed(contact: Contact) -> dict[str, Any]:
    """The form as it was typed when the contact was taken."""
    return json.loads(contact.details)


def _require_vertical(actor: Actor, vertical: Vertical) -> None:
    if not actor.is_administrator and vertical.id not in actor.vertical_ids:
        raise Forbidden("You do not work in this vertical.", target="vertical")


def _phone_index(phone: str | None) -> str | None:
    """The same index by which people are found: of the full number where it is one, else of its last digits."""
    if not phone or not phone.strip():
        return None
    whole, suffix = people.contact_indexes("phone", phone.strip())
    return whole or suffix


def _add(session: Session, contact: Contact) -> None:
    try:
        with session.begin_nested():
            session.add(contact)
    except sa.exc.IntegrityError as twin:
        raise AlreadyDone("This form has been sent already.", target="draft") from twin
