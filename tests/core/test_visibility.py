"""One rule says which cases are there: in random worlds its two forms, the lists, and a reading by hand agree."""

import datetime as dt
import random

import pytest
import sqlalchemy as sa

from portal.core import clock, search
from portal.core.models import (
    Assignment,
    BreakGlassGrant,
    Case,
    CasePerson,
    CaseRestriction,
    Consent,
    Household,
    HouseholdMember,
    OwnRecord,
    Participant,
)
from portal.core.permissions import visible_cases, ways_to_see
from portal.core.search import ListFilter, Order, Sort
from portal.core.vocabulary import ParticipantStatus, Role, Status
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_consent,
    make_household,
    make_participant,
    make_person,
    make_user,
    make_vertical,
)

LIST = ListFilter(statuses=frozenset(Status)), Sort(Order.UPDATED, descending=True)
CASES = 30


def populate(session, dice: random.Random) -> list:
    """Services, people who work there and know some of the people, and cases that are closed in every way."""
    verticals = [make_vertical(session, consent=dice.random() < 0.5) for _ in range(3)]
    users = [make_user(session, role, *dice.sample(verticals, dice.randrange(3))) for role in Role for _ in range(2)]
    persons = [make_person(session, f"Known Person{number}", verified=True) for number in range(6)]
    homes = [make_household(session, person, verified=True) for person in persons[:2]]
    session.add(HouseholdMember(household_id=homes[0].id, person_id=persons[2].id, effective_from=clock.today()))
    for person in persons:
        for vertical in verticals:
            make_consent(session, person, vertical)
    for user in users:
        if dice.random() < 0.5:
            session.add(OwnRecord(user_id=user.id, person_id=dice.choice(persons).id, tie="relative"))
    for _ in range(CASES):
        subject = dice.choice([*persons, *homes])
        case = make_case(session, dice.choice(verticals), subject=subject, owner=dice.choice([None, *users]))
        _close(session, case, dice, verticals, users, persons)
    for consent in session.scalars(sa.select(Consent)):
        consent.withdrawn_at = clock.now() if dice.random() < 0.3 else None  # hides what is written, not the case
    return users


def _close(session, case, dice, verticals, users, persons) -> None:
    at = clock.now()
    case.restricted = dice.random() < 0.4
    if dice.random() < 0.4:
        session.add(CaseRestriction(case_id=case.id, user_id=dice.choice(users).id))
    if dice.random() < 0.4:
        hours, ended = dice.choice([(1, None), (1, at), (-1, None)])
        why = {"reason_code": "COVER", "reason_text": "To see.", "beyond": True, "ended_at": ended}
        until = at + dt.timedelta(hours=hours)
        session.add(BreakGlassGrant(user_id=dice.choice(users).id, case_id=case.id, expires_at=until, **why))
    if dice.random() < 0.3:
        session.add(CasePerson(case_id=case.id, person_id=dice.choice(persons).id, role="perpetrator"))
    other = dice.choice(verticals)
    if dice.random() < 0.3 and other.id != case.primary_vertical_id:
        make_participant(session, case, other, opted_in=dice.random() < 0.7)
    if dice.random() < 0.3:
        until = dice.choice([None, at - dt.timedelta(hours=1)])
        begun = {"effective_from": at - dt.timedelta(days=1), "effective_until": until}
        session.add(Assignment(case_id=case.id, user_id=dice.choice(users).id, **begun))


def by_hand(session, user) -> set[int]:
    """Which cases are there for a user, said once more, case by case."""
    at, actor = clock.now(), actor_of(session, user)
    closed = set(session.scalars(sa.select(OwnRecord.person_id).where(OwnRecord.user_id == user.id)))
    homes = set(session.scalars(sa.select(Household.id).where(Household.leader_id.in_(closed))))
    joined = sa.select(HouseholdMember.household_id).where(HouseholdMember.person_id.in_(closed))
    homes |= set(session.scalars(joined))

    def has(case, model, *which) -> bool:
        return session.scalar(sa.select(model.case_id).where(model.case_id == case.id, *which).limit(1)) is not None

    def is_there(case) -> bool:
        if case.subject_person_id in closed or case.subject_household_id in homes:
            return False
        if has(case, CasePerson, CasePerson.person_id.in_(closed)):
            return False
        mine = BreakGlassGrant.user_id == user.id, BreakGlassGrant.ended_at.is_(None), BreakGlassGrant.expires_at > at
        if case.owner_id == user.id or has(case, BreakGlassGrant, *mine):
            return True
        if case.restricted and not has(case, CaseRestriction, CaseRestriction.user_id == user.id):
            return False
        if user.role in (Role.ADMINISTRATOR, Role.AUDITOR) or case.primary_vertical_id in actor.vertical_ids:
            return True
        over = sa.or_(Assignment.effective_until.is_(None), Assignment.effective_until > at)
        theirs = Participant.vertical_id.in_(actor.vertical_ids), Participant.status == ParticipantStatus.OPTED_IN
        return has(case, Assignment, Assignment.user_id == user.id, over) or has(case, Participant, *theirs)

    return {case.id for case in session.scalars(sa.select(Case)) if is_there(case)}


@pytest.mark.parametrize("seed", range(4))
def test_the_plain_rule_its_parts_the_list_and_a_reading_by_hand_agree(session, seed):
    with committed(session):
        users = populate(session, random.Random(seed))
    shown = []
    for user in users:
        actor = actor_of(session, user)
        plain = set(session.scalars(sa.select(Case.id).where(visible_cases(actor))))
        parts = [set(session.scalars(sa.select(Case.id).where(way))) for way in ways_to_see(actor)]
        listed = {case.id for case in search.page(session, actor, *LIST, limit=CASES + 1).cases}
        assert plain == set().union(*parts) == listed == by_hand(session, user), user.role
        shown.append(len(plain))
    assert min(shown) < max(shown) < CASES, "the world tells them apart"
