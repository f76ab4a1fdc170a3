"""What is known of people, as records that can be compared; and the keys by which candidates are found."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.core import blocking, clock
from portal.core.keys import blind_index
from portal.core.matching import Record
from portal.core.models import Person, PersonContact, PersonIdentifier, PersonKey
from portal.core.people import contact_indexes, fold, is_placeholder, judge_name
from portal.core.told import PersonTold
from portal.core.vocabulary import AgeUnit, NameKnown

BLOCK = "block"
_WORDS_OF_AN_ADDRESS = 20
_SEXES = {"m": "male", "man": "male", "boy": "male", "f": "female", "woman": "female", "girl": "female"}
_SEXES |= {"male": "male", "female": "female", "121": "male", "122": "female"}  # as words, or as contract 001 has them

_FACTS = (
    Person.id,
    Person.root_id,
    Person.archived_at,
    Person.restricted_at,
    Person.kind,
    Person.full_name,
    Person.given_name,
    Person.family_name,
    Person.organisation_name,
    Person.name_known,
    Person.dob,
    Person.age_value,
    Person.age_unit,
    Person.age_at,
    Person.sex,
    Person.sex_label,
    Person.location,
    Person.landmark,
    Person.address,
)


_TOLD = (
    "full_name given_name family_name organisation_name dob age_value age_unit sex sex_label location landmark address"
).split()


@dataclass(frozen=True)
class Known:
    """A person's record with whose it is: ``stands_for`` is the person it was merged into, else the person."""

    person_id: int
    stands_for: int
    kind: str
    archived: bool
    record: Record


def load(session: Session, person_ids: Collection[int]) -> dict[int, Known]:
    """These people's records, and those that were merged into them; two statements, however many."""
    ids = sorted(person_ids)
    query = sa.select(*_FACTS).where(sa.or_(Person.id.in_(ids), Person.root_id.in_(ids)))
    people = session.execute(query).all()
    contacts, numbers = _reached_and_numbered(session, [person.id for person in people])
    return {person.id: _known(person, contacts[person.id], numbers[person.id]) for person in people}


def as_told(told: PersonTold) -> Record:
    """What is told of somebody who is not recorded yet, as it would be compared once it is."""
    facts = {fact: getattr(told, fact) for fact in _TOLD}
    name = told.name_known or judge_name(told.full_name.strip())
    age_at = clock.today() if told.age_value is not None else None
    person = Person(name_known=name, age_at=age_at, kind="person", **facts)  # never added to a session
    ways = [("phone", told.phone), ("phone", told.phone2), ("email", told.email)]
    contacts = [(kind, *contact_indexes(kind, value.strip())) for kind, value in ways if value and value.strip()]
    number = _number(told.national_id or "")
    return _known(person, contacts, {((told.national_id_type or "").casefold(), number)} if number else set()).record


def write_keys(session: Session, known: Collection[Known], *, anew: bool) -> None:
    """Store the keys by which these people are found as candidates; ``anew`` where they may have keys already."""
    if anew:
        ids = [one.person_id for one in known]
        session.execute(sa.delete(PersonKey).where(PersonKey.person_id.in_(ids), PersonKey.kind == BLOCK))
    rows = [{"person_id": one.person_id, "kind": BLOCK, "key": key} for one in known for key in stored_keys(one)]
    if rows:  # another unit may have stored some of them at the same moment
        session.execute(insert_or_keep(session, PersonKey.__table__), rows)


def insert_or_keep(session: Session, table: sa.Table) -> sa.Insert:
    """An INSERT that leaves rows alone which are there already."""
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[session.get_bind().dialect.name]
    return insert(table).on_conflict_do_nothing()


def stored_keys(known: Known) -> list[str]:
    """The keys of a record as they are stored: those that hold what is encrypted elsewhere are digests."""
    return keys_of(known.record)


def keys_of(record: Record) -> list[str]:
    """The keys of a record, in the form in which they are stored."""
    return sorted(_stored(key) for key in blocking.keys(record))


def _stored(key: str) -> str:
    kind, _, value = key.partition(":")
    return f"{kind}:{blind_index(key)[:32]}" if kind in blocking.SECRET or len(value) > 50 else key


def _reached_and_numbered(session: Session, ids: list[int]) -> tuple[Mapping, Mapping]:
    """Contacts and identity numbers of these people, in one statement."""
    nothing = sa.null()
    of_contact = sa.select(
        PersonContact.person_id,
        PersonContact.kind,
        PersonContact.blind,
        PersonContact.blind_suffix,
        sa.cast(nothing, PersonIdentifier.value.type).label("value"),
    ).where(PersonContact.person_id.in_(ids))
    of_number = sa.select(
        PersonIdentifier.person_id, PersonIdentifier.kind, nothing, nothing, PersonIdentifier.value
    ).where(PersonIdentifier.person_id.in_(ids))
    contacts, numbers = defaultdict(list), defaultdict(set)
    for person_id, kind, blind, ending, value in session.execute(sa.union_all(of_contact, of_number)):
        if value is None:
            contacts[person_id].append((kind, blind, ending))
        elif number := _number(value):
            numbers[person_id].add((kind.casefold(), number))
    return contacts, numbers


def _number(value: str) -> str | None:
    """An identity number without what people put between its signs; None for what is none ("n/a", "0000")."""
    number = re.sub(r"[\W_]", "", value).casefold()
    told = len(number) >= 4 and len(set(number)) > 1 and any(sign.isdecimal() for sign in number)
    return number if told else None


def _known(person: sa.Row | Person, contacts: list[tuple], numbers: set[tuple[str, str]]) -> Known:
    places = (person.address, person.landmark, person.location)
    record = Record(
        names=tuple(dict.fromkeys(_names(person))),
        dob=person.dob,
        birth_year=_birth_year(person),
        sex=_SEXES.get(fold(person.sex_label or "")) or _SEXES.get(fold(person.sex or "")),
        phones=frozenset(blind for kind, blind, _ in contacts if kind == "phone" and blind),
        phone_endings=frozenset(ending for _, _, ending in contacts if ending),
        emails=frozenset(blind for kind, blind, _ in contacts if kind == "email" and blind),
        identifiers=frozenset(numbers),
        address=tuple(fold(" ".join(place for place in places if place)).split()[:_WORDS_OF_AN_ADDRESS]),
    )
    return Known(person.id, person.root_id or person.id, person.kind, _is_put_away(person), record)


def _is_put_away(person: sa.Row | Person) -> bool:
    """Whether nobody is compared with this person: the record is archived, or its use is restricted."""
    return person.archived_at is not None or person.restricted_at is not None


def _names(person: sa.Row | Person) -> Iterator[str]:
    if person.name_known is not NameKnown.GIVEN:
        return
    for name in (person.full_name, person.given_name, person.family_name, person.organisation_name):
        if name and not is_placeholder(name):
            yield from fold(name).split()


def _birth_year(person: sa.Row | Person) -> int | None:
    if person.age_value is None or person.age_at is None:
        return None
    months = person.age_value * (1 if person.age_unit is AgeUnit.MONTHS else 12)
    return (person.age_at.year * 12 + person.age_at.month - 1 - months) // 12
