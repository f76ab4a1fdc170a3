"""Corrections of what is recorded about a person: by hand, by those who may, and with the words before kept apart."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, people, restriction, same_people, under_glass, written_people
from portal.core.actors import Actor
from portal.core.errors import InvalidInput, NotFound, StaleVersion
from portal.core.models import Person, PersonContact, PersonIdentifier, PersonKey
from portal.core.permissions import Permission, require, visible_people
from portal.core.vocabulary import Verification

_EDITABLE = frozenset("full_name given_name family_name organisation_name address dob age_value age_unit sex".split())
_OF_A_CONTACT = frozenset(("value", "contact_type", "source", "safe", "wish"))
SAFE = ("yes", "no", "not_asked")
_IDENTITY = frozenset({"full_name", "given_name", "family_name", "dob"})


def correct(
    session: Session, actor: Actor, person: Person, changes: Mapping[str, Any], *, version: int | None = None
) -> Person:
    """Correct names, address, date of birth, age or sex.

    Who a verified person is can be corrected by those alone who may verify people. Raises Forbidden, InvalidInput,
    StaleVersion, ReadOnly.
    """
    if version is not None and version != person.version_id:
        raise StaleVersion("Somebody else changed this record meanwhile.", current_version=person.version_id)
    if unknown := changes.keys() - _EDITABLE:
        raise TypeError(f"not editable facts of a person: {sorted(unknown)}")
    changed = {name: value for name, value in changes.items() if getattr(person, name) != value}
    require(actor, Permission.REGISTER_PERSON)
    restriction.require_usable(person)
    under_glass.require_known(session, actor, person)
    if person.verification_status is Verification.VERIFIED and changed.keys() & _IDENTITY:
        require(actor, Permission.VERIFY_PERSON)
    if not changed:
        return person
    values = {name: (_text(getattr(person, name)), _text(value)) for name, value in changed.items()}
    for name, value in changed.items():
        setattr(person, name, value)
    if "sex" in changed:
        person.sex_label = None  # what came with the old one
    if "age_value" in changed:
        person.age_at = clock.today() if person.age_value is not None else None
    _rename(session, person, changed)
    written_people.note_changed(session, person.id)
    details = {"person": person.id, "fields": sorted(changed)}
    audit.append(session, actor, "person.correct", chain=_chain(person.id), details=details, values=values)
    return person


def claim_identity(session: Session, actor: Actor, person: Person, kind: str, number: str) -> None:
    """Record an identity number as claimed, once; nobody else's is looked at. Raises Forbidden, ReadOnly."""
    require(actor, Permission.REGISTER_PERSON)
    restriction.require_usable(person)
    under_glass.require_known(session, actor, person)
    of = PersonIdentifier.person_id == person.id, PersonIdentifier.kind == kind[:64]
    same = sa.select(PersonIdentifier.id).where(*of, PersonIdentifier.blind == people.identifier_index(number))
    if session.scalar(same.limit(1)) is not None:
        return
    made = people.add_identifier(session, person, kind, number)
    details = {"person": person.id, "kind": made.kind}
    audit.append(session, actor, "person.identity_claim", chain=_chain(person.id), details=details)


def contacts_of(session: Session, person: Person) -> list[PersonContact]:
    """Every way to reach a person, in the order in which they were told."""
    query = sa.select(PersonContact).where(PersonContact.person_id == person.id)
    return list(session.scalars(query.order_by(PersonContact.id)))


def find_contact(session: Session, actor: Actor, number: int) -> PersonContact:
    """The contact detail with that number, of a person whom *actor* may see. Raises NotFound."""
    query = sa.select(PersonContact).join(Person, Person.id == PersonContact.person_id)
    found = session.scalar(query.where(PersonContact.id == number, visible_people(actor)))
    if found is None:
        raise NotFound("There is no such contact detail.", target="contact")
    return found


def require_of(contact: PersonContact, person: Person) -> PersonContact:
    """The contact detail, when it is this person's. Raises NotFound."""
    if contact.person_id != person.id:
        raise NotFound("There is no such contact detail.", target="contact")
    return contact


def add_contact(
    session: Session, actor: Actor, person: Person, value: str, *, contact_type: str, source: str = ""
) -> PersonContact:
    """Record a way to reach a person. Raises Forbidden, InvalidInput, ReadOnly."""
    require(actor, Permission.REGISTER_PERSON)
    restriction.require_usable(person)
    under_glass.require_known(session, actor, person)
    value = _required(value)
    more = {"contact_type": contact_type, "source": source.strip()[:255]}
    made = people.add_contact(session, person, contact_kind(value), value, **more)
    session.flush()
    _record(session, actor, "person.contact_add", made, {"value": (None, made.value)})
    return made


def change_contact(session: Session, actor: Actor, contact: PersonContact, changes: Mapping[str, str]) -> PersonContact:
    """Correct a contact detail: its value, type, source, whether it is safe to use, and what to mind.

    Raises Forbidden, InvalidInput, ReadOnly.
    """
    if unknown := changes.keys() - _OF_A_CONTACT:
        raise TypeError(f"not editable facts of a contact detail: {sorted(unknown)}")
    require(actor, Permission.REGISTER_PERSON)
    restriction.require_usable(session.get_one(Person, contact.person_id))
    under_glass.require_known(session, actor, contact.person_id)
    if changes.get("safe", contact.safe) not in SAFE:
        raise InvalidInput("Say whether it is safe to use.", target="safe", allowed=list(SAFE))
    same_people.lock(session, [contact.person_id])  # first, for their keys are renewed with it
    before, facts = contact.value, {name: getattr(contact, name) for name in changes}
    for name, value in changes.items():
        setattr(contact, name, value)
    contact.value = _required(contact.value)
    contact.source = contact.source.strip()[:255]
    if contact.value != before:
        contact.kind = contact_kind(contact.value)
        contact.blind, contact.blind_suffix = people.contact_indexes(contact.kind, contact.value)
        written_people.note_changed(session, contact.person_id)
    values = {name: (_text(was), _text(getattr(contact, name))) for name, was in facts.items()}
    changed = {name: pair for name, pair in values.items() if pair[0] != pair[1]}
    if changed:
        _record(session, actor, "person.contact_change", contact, changed)
    return contact


def remove_contact(session: Session, actor: Actor, contact: PersonContact) -> None:
    """Take a contact detail away, so that nobody uses it; the audit keeps what it was. Raises Forbidden, ReadOnly."""
    require(actor, Permission.REGISTER_PERSON)
    restriction.require_usable(session.get_one(Person, contact.person_id))
    under_glass.require_known(session, actor, contact.person_id)
    same_people.lock(session, [contact.person_id])
    values = {"value": (contact.value, None)}
    session.delete(contact)
    written_people.note_changed(session, contact.person_id)
    _record(session, actor, "person.contact_remove", contact, values)


def contact_kind(value: str) -> str:
    """Whether a contact detail is an e-mail address, a phone number or something else, by itself."""
    if "@" in value:
        return "email"
    return "phone" if people.phone_suffix(value) else "other"


def _rename(session: Session, person: Person, changed: Mapping[str, Any]) -> None:
    """Let the name follow its parts, and let the person be found by the new one and no longer by the old."""
    if not changed.keys() & {"full_name", "given_name", "family_name", "organisation_name"}:
        return
    if "full_name" in changed:
        person.name_known = people.judge_name(person.full_name)
        person.name_key = people.fold(person.full_name)[:255]
    if changed.keys() & {"given_name", "family_name"}:
        person.full_name = " ".join(part for part in (person.given_name, person.family_name) if part)[:255]
        person.name_known = people.judge_name(person.full_name)
        person.name_key = people.fold(person.full_name)[:255]
    session.execute(sa.delete(PersonKey).where(PersonKey.person_id == person.id, PersonKey.kind == "name"))
    people.index_name(session, person)


def _required(value: str) -> str:
    value = value.strip()
    if not value:
        raise InvalidInput("Say how the person is reached.", target="value", problem="missing")
    return value


def _record(session: Session, actor: Actor, action: str, contact: PersonContact, values) -> None:
    details = {"person": contact.person_id, "contact": contact.id}
    audit.append(session, actor, action, chain=_chain(contact.person_id), details=details, values=values)


def _chain(person_id: int) -> str:
    return f"person:{person_id}"


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
