"""People: registering them as told, finding them again, and never overwriting one with another's words."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import phonenumbers
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, same_people, written_people
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.keys import blind_index
from portal.core.models import (
    Case,
    CasePerson,
    Person,
    PersonContact,
    PersonExternalId,
    PersonIdentifier,
    PersonKey,
)
from portal.core.permissions import Permission, require, visible_cases, visible_people
from portal.core.told import PersonTold
from portal.core.vocabulary import NameKnown

REGION = "KE"  # where a phone number without a country code is taken to be, unless the office says otherwise

_PLACEHOLDERS = frozenset(
    "client caller anonymous anon unknown unnamed none nil na n/a no name noname not known not given withheld test "
    "reporter victim survivor".split()
) | {"no name", "not known", "not given", "not stated", "john doe", "jane doe"}

# Copied from what was told to the person; everything else of PersonTold lives in rows of its own or in the case.
_FACTS = (
    "given_name family_name organisation_name dob dob_raw age_value age_unit age_group age_group_label sex sex_label "
    "nationality language tribe location landmark address"
).split()
_CAPS = {"age_group": 64, "sex": 64, "nationality": 64, "language": 64, "tribe": 64, "location": 64, "dob_raw": 64}


def fold(name: str) -> str:
    """A name without accents, case or punctuation: what two spellings of it share."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", bare.casefold()))


def is_placeholder(name: str) -> bool:
    """Whether this is no name at all ("Client", "---", one letter): such a name never matches anybody."""
    folded = fold(name)
    return len(folded) < 2 or folded in _PLACEHOLDERS


def normal_phone(text: str, region: str = REGION) -> str | None:
    """The number in E.164, or None when it is not a possible number; what was told is kept either way."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_suffix(text: str) -> str | None:
    """The last seven digits, by which people remember a number; None when there are fewer."""
    digits = re.sub(r"\D", "", text)
    return digits[-7:] if len(digits) >= 7 else None


def register(session: Session, actor: Actor, told: PersonTold, *, vertical_id: int | None = None) -> Person:
    """Record a person as told, with contacts and a claimed identity number. Raises Forbidden."""
    require(actor, Permission.REGISTER_PERSON if actor.kind == "user" else Permission.CREATE)
    name = " ".join(told.full_name.split())[:255]
    if not name and (told.given_name or told.family_name):
        name = " ".join(part for part in (told.given_name, told.family_name) if part)[:255]
    person = Person(
        full_name=name,
        name_known=told.name_known or judge_name(name),
        name_key=fold(name)[:255],
        age_at=clock.today() if told.age_value is not None else None,
        blanks=dict(told.blanks),
        registered_by_id=actor.user_id,
        registered_vertical_id=vertical_id,
        organisation_id=actor.organisation_id,
        **{fact: _capped(fact, getattr(told, fact)) for fact in _FACTS},
    )
    session.add(person)
    session.flush()
    written_people.note_new(session, person.id)
    index_name(session, person)
    _add_contacts(session, person, told)
    if told.national_id and told.national_id.strip():
        add_identifier(session, person, told.national_id_type or "", told.national_id)
    if told.external_id:
        session.add(
            PersonExternalId(organisation_id=actor.organisation_id, value=told.external_id[:255], person_id=person.id)
        )
    audit.append(session, actor, "person.register", chain=f"person:{person.id}", details={"person": person.id})
    return person


def known_by(session: Session, actor: Actor, told: PersonTold) -> Person | None:
    """The person whom the calling organisation already knows by this external id *and* this name.

    An id alone links nobody: one client sends the same constant for everyone it reports.
    """
    if not told.external_id or is_placeholder(told.full_name):
        return None
    query = (
        sa.select(Person)
        .join(PersonExternalId, PersonExternalId.person_id == Person.id)
        .where(PersonExternalId.organisation_id == actor.organisation_id, PersonExternalId.value == told.external_id)
        .where(Person.name_key == fold(told.full_name)[:255], Person.archived_at.is_(None))
        .where(Person.restricted_at.is_(None))
        .order_by(Person.id)
    )
    if told.dob is not None:
        query = query.where(sa.or_(Person.dob.is_(None), Person.dob == told.dob))
    found = session.scalars(query.limit(1)).first()
    return session.get(Person, found.root_id) if found is not None and found.root_id is not None else found


def same_person(one: PersonTold, other: PersonTold) -> bool:
    """Whether two people of one report are the same: the same id and name, or the same real name and date of birth."""
    if is_placeholder(one.full_name) or fold(one.full_name) != fold(other.full_name):
        return False
    if one.dob and other.dob and one.dob != other.dob:
        return False
    same_id = bool(one.external_id) and one.external_id == other.external_id
    return same_id or (one.dob is not None and one.dob == other.dob)


def add_identifier(session: Session, person: Person, kind: str, value: str) -> PersonIdentifier:
    """Record an identity number as claimed; it becomes unique only when somebody verifies it."""
    made = PersonIdentifier(person_id=person.id, kind=kind[:64], value=value.strip(), blind=identifier_index(value))
    session.add(made)
    written_people.note_changed(session, person.id)
    return made


def identifier_index(value: str) -> str:
    """The blind index of an identity number, whatever its spacing, dashes or case."""
    return blind_index("identifier:" + re.sub(r"[\W_]", "", value).casefold())


def add_contact(session: Session, person: Person, kind: str, value: str, **more: Any) -> PersonContact:
    """Record a way to reach a person, as told, with the indexes by which it can be found."""
    value = value.strip()
    blind, suffix = contact_indexes(kind, value)
    made = PersonContact(person_id=person.id, kind=kind, value=value, blind=blind, blind_suffix=suffix, **more)
    session.add(made)
    written_people.note_changed(session, person.id)
    return made


def contact_indexes(kind: str, value: str) -> tuple[str | None, str | None]:
    """The blind indexes of a contact: of its normal form, and of a phone's last seven digits."""
    if kind != "phone":
        return blind_index(f"{kind}:{value.casefold()}"), None
    number, suffix = normal_phone(value), phone_suffix(value)
    return blind_index(f"phone:{number}") if number else None, blind_index(f"suffix:{suffix}") if suffix else None


def find(session: Session, actor: Actor, number: int) -> Person:
    """The person with that number. Raises NotFound when absent or not to be seen by *actor*."""
    return _one(session, actor, Person.id == number)


def find_by_uuid(session: Session, actor: Actor, uuid: Any) -> Person:
    """The person with that public id. Raises NotFound as ``find`` does."""
    return _one(session, actor, Person.uuid == uuid)


@dataclass(frozen=True)
class PersonHit:
    """A person found, with what tells them apart from others of the same name."""

    person: Person
    matched: tuple[str, ...]  # name, phone, identifier, reference
    open_cases: int
    also: tuple[Person, ...] = ()  # other records of this person that the actor may see


def search(
    session: Session, actor: Actor, text: str, *, limit: int = 7, within: sa.ColumnElement[bool] | None = None
) -> list[PersonHit]:
    """People by name in any order, phone, identity number or case reference, among those *actor* may see.

    Words must all match the beginning of a word of the name; digits match a phone's ending or an identity number.
    """
    require(actor, Permission.VIEW_PEOPLE)
    found: dict[int, list[str]] = {}
    wanted = visible_people(actor) if within is None else sa.and_(visible_people(actor), within)
    for matched, ids in _matches(session, actor, text, wanted):
        for person_id in ids:
            found.setdefault(person_id, []).append(matched)
    if not found:
        return []
    same_people.gather(session, found, wanted)
    query = sa.select(Person).where(Person.id.in_(found), Person.archived_at.is_(None), wanted)
    people = list(session.scalars(query.order_by(Person.name_key, Person.id).limit(limit)))
    counts, also = same_people.open_cases(session, actor, people), same_people.known_as(session, actor, people)
    hits = [PersonHit(one, tuple(found[one.id]), counts[one.id], tuple(also[one.id])) for one in people]
    return sorted(hits, key=lambda hit: -len(hit.matched))


def _matches(session: Session, actor: Actor, text: str, wanted: sa.ColumnElement[bool]):
    of_name = named(text)
    of_phone, of_number = reached_by(text), identified_by(text)
    if of_name is not None:
        # Scoped before it is cut off: a common name must not hide the one person whom this actor may see.
        seen = sa.select(Person.id).where(Person.id == PersonKey.person_id, wanted).correlate(PersonKey)
        yield "name", session.scalars(of_name.where(seen.exists()).distinct().limit(200))
    if of_phone is not None:
        yield "phone", session.scalars(of_phone.limit(50))
    if of_number is not None:
        yield "identifier", session.scalars(of_number.limit(50))
    reference = re.fullmatch(r"\s*(?:[A-Za-z-]+-)?0*(\d{1,9})\s*", text)
    if reference:
        rows = sa.select(CasePerson.person_id).join(Case, Case.id == CasePerson.case_id)
        rows = rows.where(Case.id == int(reference[1]), visible_cases(actor), CasePerson.role != "perpetrator")
        yield "reference", session.scalars(rows)


def named(text: str) -> sa.Select | None:
    """The ids of people of whose name every word of *text* begins a word; None where it holds no words."""
    words = [word for word in fold(text).split() if not word.isdecimal()]
    if not words:
        return None
    query = sa.select(PersonKey.person_id).where(PersonKey.kind == "name", _begins(PersonKey.key, words[0][:64]))
    for word in words[1:4]:
        others = sa.select(PersonKey.person_id).where(PersonKey.kind == "name", _begins(PersonKey.key, word[:64]))
        query = query.where(PersonKey.person_id.in_(others))
    return query


def reached_by(text: str) -> sa.Select | None:
    """The ids of people whose phone number ends as *text* does; None where it holds too few digits."""
    suffix = phone_suffix(text)
    if suffix is None:
        return None
    return sa.select(PersonContact.person_id).where(PersonContact.blind_suffix == blind_index(f"suffix:{suffix}"))


def identified_by(text: str) -> sa.Select | None:
    """The ids of people with this identity number; None where it is too short to be one."""
    if len(re.sub(r"[\W_]", "", text)) < 4:
        return None
    return sa.select(PersonIdentifier.person_id).where(PersonIdentifier.blind == identifier_index(text))


def _begins(column, word: str) -> sa.ColumnElement[bool]:
    """A prefix as a range of the index: every string that begins with *word* sorts before its highest continuation."""
    return sa.and_(column >= word, column < word + "\U0010ffff")


def _one(session: Session, actor: Actor, which: sa.ColumnElement[bool]) -> Person:
    person = session.scalar(sa.select(Person).where(which, visible_people(actor)))
    if person is None:
        raise NotFound("There is no such person.", target="person")
    return person


def judge_name(name: str) -> NameKnown:
    """What a name as told says of itself: given, a placeholder, or not asked."""
    if not name:
        return NameKnown.NOT_ASKED
    return NameKnown.PLACEHOLDER if is_placeholder(name) else NameKnown.GIVEN


def _capped(fact: str, value: Any) -> Any:
    if not isinstance(value, str) or fact in ("landmark", "address"):
        return value
    return value.strip()[: _CAPS.get(fact, 255)] or None


def index_name(session: Session, person: Person) -> None:
    """Let a person be found by each word of their name."""
    if person.name_known is NameKnown.GIVEN:
        words = {word[:64] for word in fold(f"{person.full_name} {person.organisation_name or ''}").split()}
        session.add_all(PersonKey(person_id=person.id, kind="name", key=word) for word in sorted(words))


def _add_contacts(session: Session, person: Person, told: PersonTold) -> None:
    for number in (told.phone, told.phone2):
        if number and number.strip():
            add_contact(session, person, "phone", number, safe=told.phone_safe, wish=told.phone_wish[:255])
    if told.email and told.email.strip():
        add_contact(session, person, "email", told.email)
