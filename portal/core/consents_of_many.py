"""The consent that many cases rest on, for lists: the same judgement as for one, in a fixed number of statements."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import consents, same_people
from portal.core.consents import NOBODY, Standing
from portal.core.models import Case, Consent, Participant, Vertical
from portal.core.vocabulary import ParticipantStatus


def standings(session: Session, cases: Collection[Case], beside: dict[int, list[Vertical]]) -> dict[int, Standing]:
    """What consent stands for each of these cases; *beside* are the verticals that opted in to them."""
    needing = {case.id: _needing(case, beside.get(case.id, [])) for case in cases}
    people = _subjects(session, [case for case in cases if needing[case.id]])
    records = same_people.records(session, {one for ids in people.values() for one in ids})
    everybody = {record for ids in records.values() for record in ids}
    found: dict[int, list[Consent]] = {}
    for consent in session.scalars(sa.select(Consent).where(Consent.person_id.in_(everybody))) if everybody else ():
        found.setdefault(consent.person_id, []).append(consent)

    def of(case: Case) -> Standing:
        if not needing[case.id]:
            return Standing()
        if not people[case.id]:
            return Standing(NOBODY)
        own = {person: records[person] for person in people[case.id]}
        given = [consent for ids in own.values() for record in ids for consent in found.get(record, ())]
        return consents.judged(case, needing[case.id], own, given)

    return {case.id: of(case) for case in cases}


def taking_part(session: Session, numbers: Collection[int]) -> dict[int, list[Vertical]]:
    """The verticals that opted in to each of these cases."""
    query = sa.select(Participant.case_id, Vertical).join(Vertical, Vertical.id == Participant.vertical_id)
    query = query.where(Participant.case_id.in_(numbers), Participant.status == ParticipantStatus.OPTED_IN)
    found: dict[int, list[Vertical]] = {}
    for number, vertical in session.execute(query):
        found.setdefault(number, []).append(vertical)
    return found


def _needing(case: Case, beside: list[Vertical]) -> list[Vertical]:
    return [one for one in (case.primary_vertical, *beside) if consents.asked_for(one, case.origin)]


def _subjects(session: Session, cases: Collection[Case]) -> dict[int, list[int]]:
    """Whose consent counts for each case, as ``consents.subjects`` says of one."""
    speaking = [
        case.subject_household_id
        for case in cases
        if case.subject_household is not None and case.primary_vertical.pack.every_adult_consents
    ]
    adults = consents.adults_of(session, speaking) if speaking else {}
    found = {}
    for case in cases:
        home = case.subject_household
        if case.subject_person_id is not None:
            found[case.id] = [case.subject_person_id]
        elif home is None:
            found[case.id] = []
        else:
            others = adults.get(home.id, ()) if case.primary_vertical.pack.every_adult_consents else ()
            found[case.id] = sorted({home.leader_id, *others})
    return found
