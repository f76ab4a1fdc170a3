"""Consent as the guards see it: compared with the clock at this instant, whatever the stored label says.

What people do with consents – giving, withdrawing, renewing them – is in consenting.py.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import clock, households, same_people
from portal.core.errors import ConsentExpired, ConsentRequired, ReadOnly
from portal.core.models import Case, Consent, Household, HouseholdMember, Participant, Person, Vertical
from portal.core.vocabulary import ConsentMode, ConsentStatus, Origin, ParticipantStatus

NEVER_GIVEN = (ConsentStatus.PENDING, ConsentStatus.REJECTED)
OF_AGE = 18
NOBODY = "Nobody is recorded as the one this case supports, so nobody can have consented."


@dataclass(frozen=True)
class Standing:
    """What consent stands for one case now. ``problem`` is a sentence, or None when all is in order."""

    problem: str | None = None
    expired: bool = False  # it was given and has run out
    in_grace: bool = False  # run out, and still inside the read-only grace period
    withdrawn: bool = False
    vertical_id: int | None = None  # whose consent is lacking; not to be told to the primary's staff


def is_active(consent: Consent, at: dt.datetime) -> bool:
    """Whether *consent* holds at that moment."""
    if consent.status in NEVER_GIVEN or consent.withdrawn_at is not None:
        return False
    return consent.active_from <= at and (consent.active_until is None or at < consent.active_until)


def is_in_grace(consent: Consent, at: dt.datetime) -> bool:
    """Whether *consent* has run out but its grace period has not; a case is read-only then."""
    if consent.status in NEVER_GIVEN or consent.withdrawn_at is not None or consent.active_until is None:
        return False
    return consent.active_until <= at and consent.grace_until is not None and at < consent.grace_until


def status_now(consent: Consent) -> ConsentStatus:
    """What the consent is at this moment; its label may be some minutes behind the clock."""
    over = consent.active_until is not None and consent.active_until <= clock.now()
    return ConsentStatus.EXPIRED if consent.status is ConsentStatus.ACTIVE and over else consent.status


def asked_for(vertical: Vertical, origin: Origin | None = None) -> bool:
    """Whether cases of this vertical rest on consent: by its policy pack, and always at the interventions door.

    Contract 004 asks for consent without exception; the other doors have cases on another lawful basis.
    """
    return vertical.pack.consent_mode is ConsentMode.REQUIRED or origin is Origin.INTERVENTIONS


def standing(session: Session, case: Case, opted_in: list[Vertical] | None = None) -> Standing:
    """The consent of the case's subject for its primary vertical and for every one that opted in (G2)."""
    opted_in = taking_part(session, case) if opted_in is None else opted_in
    needing = [vertical for vertical in (case.primary_vertical, *opted_in) if asked_for(vertical, case.origin)]
    if not needing:
        return Standing()
    people = subjects(session, case)
    if not people:
        return Standing(NOBODY)
    return _of_people(session, people, needing, case)


def withdrawn_among(session: Session, cases: Iterable[Case]) -> set[int]:
    """The numbers of those cases whose content is not to be read: consent to them was withdrawn.

    The few of whose people any consent was ever withdrawn are looked at one by one.
    """
    cases = list(cases)
    households_of = sa.select(HouseholdMember.household_id, HouseholdMember.person_id).where(
        HouseholdMember.household_id.in_([c.subject_household_id for c in cases if c.subject_household_id])
    )
    members: dict[int, set[int]] = {}
    for household_id, person_id in session.execute(households_of):
        members.setdefault(household_id, set()).add(person_id)
    people_of = {case.id: members.get(case.subject_household_id, set()) | {case.subject_person_id} for case in cases}
    records = same_people.records(session, {person for people in people_of.values() for person in people if person})
    everybody = {record for ids in records.values() for record in ids}
    ever = sa.select(Consent.person_id).where(Consent.person_id.in_(everybody), Consent.withdrawn_at.is_not(None))
    withdrawn = set(session.scalars(ever))
    doubtful = [c for c in cases if any(withdrawn & set(records.get(person, ())) for person in people_of[c.id])]
    return {case.id for case in doubtful if standing(session, case).withdrawn}


def for_vertical(
    session: Session, person_ids: Iterable[int], vertical: Vertical, *, origin: Origin | None = None
) -> Standing:
    """The same question for people and one vertical, before there is a case or a participant."""
    if not asked_for(vertical, origin):
        return Standing()
    people = list(person_ids)
    return _of_people(session, people, [vertical], None) if people else Standing(NOBODY, vertical_id=vertical.id)


def require_standing(session: Session, case: Case) -> None:
    """Raise unless consent is in order: in grace the case is read-only, afterwards nothing is done with it (G2, G5)."""
    require_sound(case, standing(session, case))


def require_sound(case: Case, found: Standing) -> None:
    """Raise as ``require_standing`` does, for a standing that is known already."""
    if found.in_grace:
        raise ReadOnly(
            "The consent has expired; the case is read-only until it is renewed.", current_status=case.lifecycle_status
        )
    if found.problem:
        raise lacking(found)


def lacking(found: Standing, target: str | None = None) -> ConsentRequired | ConsentExpired:
    """The refusal that belongs to a standing with a problem."""
    return (ConsentExpired if found.expired else ConsentRequired)(found.problem, target=target)


def subjects(session: Session, case: Case) -> list[int]:
    """Whose consent counts: the person, the leader of the household, or every adult member where policy says so."""
    if case.subject_person_id is not None:
        return [case.subject_person_id]
    if case.subject_household is None:
        return []
    return speakers(session, case.subject_household, case.primary_vertical)


def speakers(session: Session, subject: Person | Household, vertical: Vertical) -> list[int]:
    """Whose consent counts for a subject in a vertical, before there is a case."""
    if isinstance(subject, Person):
        return [subject.id]
    if not vertical.pack.every_adult_consents:
        return [subject.leader_id]
    return sorted({subject.leader_id, *adults_of(session, [subject.id]).get(subject.id, ())})


def adults_of(session: Session, numbers: Collection[int]) -> dict[int, list[int]]:
    """The adult members of these households; whoever's age is not known counts as one."""
    today = clock.today()
    eighteen = today.replace(year=today.year - OF_AGE, day=min(today.day, 28))
    members = sa.select(HouseholdMember.household_id, HouseholdMember.person_id)
    members = members.join(Person, Person.id == HouseholdMember.person_id)
    current = HouseholdMember.household_id.in_(numbers), households.is_member_now()
    adult = sa.or_(Person.dob.is_(None), Person.dob <= eighteen)
    found: dict[int, list[int]] = {}
    for household_id, person_id in session.execute(members.where(*current, adult)):
        found.setdefault(household_id, []).append(person_id)
    return found


def taking_part(session: Session, case: Case) -> list[Vertical]:
    """The verticals that opted in to the case."""
    opted_in = sa.select(Vertical).join(Participant, Participant.vertical_id == Vertical.id)
    standing_now = Participant.case_id == case.id, Participant.status == ParticipantStatus.OPTED_IN
    return list(session.scalars(opted_in.where(*standing_now)))


def _of_people(session: Session, people: list[int], verticals: list[Vertical], case: Case | None) -> Standing:
    records = same_people.records(session, people)
    everybody = {record for ids in records.values() for record in ids}
    query = sa.select(Consent).where(
        Consent.person_id.in_(everybody), Consent.vertical_id.in_([v.id for v in verticals])
    )
    return judged(case, verticals, records, session.scalars(query).all())


def judged(
    case: Case | None, verticals: list[Vertical], records: Mapping[int, list[int]], found: Iterable[Consent]
) -> Standing:
    """What stands for these people, each by all their records, given the consents that were *found* of them."""
    found, at = list(found), clock.now()
    for vertical in verticals:
        for ids in records.values():
            mine = [c for c in found if c.person_id in ids and c.vertical_id == vertical.id]
            if not holds(mine, at):
                return _lacking(case, vertical, mine, at)
    return Standing()


def holds(mine: list[Consent], at: dt.datetime) -> bool:
    """Whether one of a person's consents for one vertical holds at that moment.

    Where several records stand for one person the strictest wins: a withdrawal on one of them that is later than the
    grant on another stands.
    """
    return any(is_active(consent, at) and not _taken_back(consent, mine) for consent in mine)


def _taken_back(granted: Consent, mine: list[Consent]) -> bool:
    since = granted.verified_at or granted.created_at
    elsewhere = [c.withdrawn_at for c in mine if c.person_id != granted.person_id and c.withdrawn_at is not None]
    return any(withdrawn > since for withdrawn in elsewhere)


def _lacking(case: Case | None, vertical: Vertical, mine: list[Consent], at: dt.datetime) -> Standing:
    """Say what is missing, without telling the primary's staff which participating service lost its consent."""
    own = case is None or vertical.id == case.primary_vertical_id
    of = f"for {vertical.name}" if own else "of a participating service"
    given = [c for c in mine if c.withdrawn_at or (c.status not in NEVER_GIVEN and c.active_from <= at)]
    if not given:
        return Standing(f"There is no active consent {of}.", vertical_id=vertical.id)
    last_word = max(given, key=_said_at)
    if last_word.withdrawn_at is not None:
        return Standing(f"The consent {of} was withdrawn.", withdrawn=True, vertical_id=vertical.id)
    if is_in_grace(last_word, at):
        problem = f"The consent {of} has expired; the case is read-only until it is renewed."
        return Standing(problem, expired=True, in_grace=True, vertical_id=vertical.id)
    return Standing(f"The consent {of} has expired.", expired=True, vertical_id=vertical.id)


def _said_at(consent: Consent) -> dt.datetime:
    return consent.withdrawn_at or consent.verified_at or consent.created_at
