"""What joining two records of people would bring together, shown before anybody decides."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import clock, consents, directory, person_merging, same_people
from portal.core.actors import Actor
from portal.core.errors import CannotMerge
from portal.core.households import visible_households
from portal.core.models import Case, Consent, Household, HouseholdMember, Person
from portal.core.permissions import Permission, require, visible_cases, visible_consents
from portal.core.vocabulary import LIVE, Verification


@dataclass(frozen=True)
class Kind:
    """One kind of what comes together, with how much of it the reader sees of each of the two."""

    name: str  # an identifier, put into words by whoever shows it
    of_leading: int
    of_joining: int


@dataclass(frozen=True)
class Preview:
    """What joining two records would do: what comes together, what to think about first, why it is not possible."""

    kinds: tuple[Kind, ...]
    warnings: tuple[str, ...]
    refusal: CannotMerge | None


def preview(session: Session, actor: Actor, keep: Person, other: Person) -> Preview:
    """Show a merge before it is confirmed; changes nothing. Raises Forbidden."""
    require(actor, Permission.VERIFY_PERSON)
    refusal = None
    try:
        person_merging.check(session, keep, other)
    except CannotMerge as found:
        refusal = found
    mine, theirs = _counts(session, actor, keep), _counts(session, actor, other)
    kinds = tuple(Kind(name, mine[name], theirs[name]) for name in mine if mine[name] or theirs[name])
    return Preview(kinds, tuple(_warnings(session, actor, keep, other)), refusal)


def _counts(session: Session, actor: Actor, person: Person) -> dict[str, int]:
    member = sa.select(sa.func.count(HouseholdMember.id)).join(Household, Household.id == HouseholdMember.household_id)
    member = member.where(HouseholdMember.person_id == person.id, visible_households(actor))
    given = sa.select(sa.func.count()).where(Consent.person_id == person.id, visible_consents(actor))
    return {
        "cases": len(directory.cases_of(session, actor, person)),
        "contacts": len(directory.contacts_of(session, actor, person)),
        "consents": session.scalar(given) or 0,
        "identifiers": len(person.identifiers),
        "ways_to_reach": len(person.contacts),
        "households": session.scalar(member) or 0,
    }


def _warnings(session: Session, actor: Actor, keep: Person, other: Person) -> Iterable[str]:
    numbers = [number for ids in same_people.records(session, [keep.id, other.id]).values() for number in ids]
    if other.verification_status is Verification.VERIFIED and keep.verification_status is not Verification.VERIFIED:
        yield "The identity was verified on the record that joins, not on the one that leads. New cases ask the latter."
    found = session.scalars(sa.select(Consent).where(Consent.person_id.in_(numbers), visible_consents(actor))).all()
    if any(consent.withdrawn_at is not None for consent in found):
        yield "A consent was withdrawn on one of the records. It counts for both, and cases may be suspended."
    elif any(consents.is_active(consent, clock.now()) for consent in found):
        yield "A consent given on one of the records counts for both."
    live = Case.subject_person_id.in_(numbers), Case.lifecycle_status.in_(LIVE)
    query = sa.select(sa.func.count()).where(*live, visible_cases(actor)).group_by(Case.primary_vertical_id)
    if any(number > 1 for number in session.scalars(query)):
        yield "More than one open case supports them in one vertical. The next step of each checks for double support."
