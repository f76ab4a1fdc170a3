"""Consent as the guards see it: compared with the clock at this instant, whatever the stored label says."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.models import Case, Consent, HouseholdMember, Participant, Person, Vertical
from portal.core.vocabulary import ConsentMode, ConsentStatus, ParticipantStatus

_NEVER_GIVEN = (ConsentStatus.PENDING, ConsentStatus.REJECTED)


@dataclass(frozen=True)
class Standing:
    """What consent stands for one case now. ``problem`` is a sentence, or None when all is in order."""

    problem: str | None = None
    expired: bool = False  # it was given and has run out
    in_grace: bool = False  # run out, and still inside the read-only grace period


def is_active(consent: Consent, at: dt.datetime) -> bool:
    """Whether *consent* holds at that moment."""
    if consent.status in _NEVER_GIVEN or consent.withdrawn_at is not None:
        return False
    return consent.active_from <= at and (consent.active_until is None or at < consent.active_until)


def is_in_grace(consent: Consent, at: dt.datetime) -> bool:
    """Whether *consent* has run out but its grace period has not; a case is read-only then."""
    if consent.status in _NEVER_GIVEN or consent.withdrawn_at is not None or consent.active_until is None:
        return False
    return consent.active_until <= at and consent.grace_until is not None and at < consent.grace_until


def standing(session: Session, case: Case) -> Standing:
    """The consent of the case's subject for its primary vertical and for every one that opted in (G2)."""
    needing = _verticals_needing_consent(session, case)
    if not needing:
        return Standing()
    people = subjects(session, case)
    if not people:
        return Standing("Nobody is recorded as the one this case supports, so nobody can have consented.")
    found = _consents(session, people, [vertical.id for vertical in needing])
    at = clock.now()
    for vertical in needing:
        for person_id in people:
            mine = [c for c in found if c.person_id == person_id and c.vertical_id == vertical.id]
            if not any(is_active(consent, at) for consent in mine):
                return _lacking(case, vertical, mine, at)
    return Standing()


def for_vertical(session: Session, person_ids: list[int], vertical: Vertical) -> Standing:
    """The same question for people and one vertical, before there is a case or a participant."""
    if vertical.pack.consent_mode is ConsentMode.NOT_REQUIRED:
        return Standing()
    at = clock.now()
    found = _consents(session, person_ids, [vertical.id])
    for person_id in person_ids:
        mine = [consent for consent in found if consent.person_id == person_id]
        if not any(is_active(consent, at) for consent in mine):
            return _lacking(None, vertical, mine, at)
    return Standing()


def subjects(session: Session, case: Case) -> list[int]:
    """Whose consent counts: the person, the leader of the household, or every adult member where policy says so."""
    if case.subject_person_id is not None:
        return [case.subject_person_id]
    household = case.subject_household
    if household is None:
        return []
    if not case.primary_vertical.pack.every_adult_consents:
        return [household.leader_id]
    eighteen = clock.today().replace(year=clock.today().year - 18, day=min(clock.today().day, 28))
    members = sa.select(HouseholdMember.person_id).join(Person, Person.id == HouseholdMember.person_id)
    current = HouseholdMember.household_id == household.id, HouseholdMember.effective_until.is_(None)
    adult = sa.or_(Person.dob.is_(None), Person.dob <= eighteen)
    return sorted({household.leader_id, *session.scalars(members.where(*current, adult))})


def _verticals_needing_consent(session: Session, case: Case) -> list[Vertical]:
    opted_in = sa.select(Vertical).join(Participant, Participant.vertical_id == Vertical.id)
    rows = session.scalars(
        opted_in.where(Participant.case_id == case.id, Participant.status == ParticipantStatus.OPTED_IN)
    )
    verticals = [case.primary_vertical, *rows]
    return [vertical for vertical in verticals if vertical.pack.consent_mode is ConsentMode.REQUIRED]


def _consents(session: Session, person_ids: list[int], vertical_ids: list[int]) -> list[Consent]:
    query = sa.select(Consent).where(Consent.person_id.in_(person_ids), Consent.vertical_id.in_(vertical_ids))
    return list(session.scalars(query))


def _lacking(case: Case | None, vertical: Vertical, mine: list[Consent], at: dt.datetime) -> Standing:
    """Say what is missing, without telling the primary's staff which participating service lost its consent."""
    own = case is None or vertical.id == case.primary_vertical_id
    of = f"for {vertical.name}" if own else "of a participating service"
    if any(is_in_grace(consent, at) for consent in mine):
        return Standing(f"The consent {of} has expired; the case is read-only until it is renewed.", True, True)
    if any(consent.withdrawn_at is not None for consent in mine):
        return Standing(f"The consent {of} was withdrawn.")
    if any(consent.status not in _NEVER_GIVEN and consent.active_from <= at for consent in mine):
        return Standing(f"The consent {of} has expired.", True)
    return Standing(f"There is no active consent {of}.")
