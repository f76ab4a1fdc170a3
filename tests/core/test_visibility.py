"""One rule says which cases are there: in random worlds its two forms, the lists, and a reading by hand agree."""

import datetime as dt
import random

import pytest
import sqlalchemy as sa

from portal.core import clock, restrictions, search
from portal.core.models import (
    Assignment,
    BreakGlassGrant,
    Case,
    CasePerson,
    CasePlace,
    CaseRestriction,
    Consent,
    Household,
    HouseholdMember,
    OwnRecord,
    Participant,
    Person,
    Place,
    Program,
    UserPlace,
    UserProgram,
)
from portal.core.permissions import visible_cases, visible_people, ways_to_see
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
    make_place,
    make_program,
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
    places = _lay_out(session, dice, users, persons, homes)
    programs = _begin_programmes(session, dice, users, verticals)
    for person in persons:
        for vertical in verticals:
            make_consent(session, person, vertical)
    for user in users:
        if dice.random() < 0.5:
            session.add(OwnRecord(user_id=user.id, person_id=dice.choice(persons).id, tie="relative"))
    for _ in range(CASES):
        subject = dice.choice([*persons, *homes])
        vertical = dice.choice(verticals)
        case = make_case(session, vertical, subject=subject, owner=dice.choice([None, *users]))
        _close(session, case, dice, verticals, users, persons)
        _put(session, case, dice, programs[vertical.id], users, persons, places)
    for consent in session.scalars(sa.select(Consent)):
        consent.withdrawn_at = clock.now() if dice.random() < 0.3 else None  # hides what is written, not the case
    return users


def _lay_out(session, dice: random.Random, users, persons, homes) -> list:
    """Two regions, each with two towns, one of which has a quarter; people live and work in some of them."""
    places = []
    for name in ("North", "South"):
        region = make_place(session, name)
        towns = [make_place(session, f"{name} {town}", region) for town in ("One", "Two")]
        places += [region, *towns, make_place(session, f"{name} Quay", towns[0])]
    for number, place in enumerate(places):
        place.code = dice.choice([None, f"L{number}"])
    for person in persons:
        person.location = dice.choice([None, "nowhere", *[place.code for place in places]])
    for home in homes:
        home.place_id = dice.choice([None, dice.choice(places).id])
    for user in users:
        for place in dice.sample(places, dice.choice([0, 0, 1, 2])):
            session.add(UserPlace(user_id=user.id, place_id=place.id))
    return places


def _begin_programmes(session, dice: random.Random, users, verticals) -> dict[int, list]:
    """Two programmes of each vertical; some work in one or two of them all."""
    programs = {vertical.id: [make_program(session, vertical) for _ in range(2)] for vertical in verticals}
    everything = [program.id for of in programs.values() for program in of]
    for user in users:
        for number in dice.sample(everything, dice.choice([0, 0, 1, 2])):
            session.add(UserProgram(user_id=user.id, program_id=number))
    return programs


def _put(session, case, dice, programs, users, persons, places) -> None:
    """Say of a case who opened it, for whom it is, and where."""
    case.program = dice.choice([None, *programs])
    case.created_by_id = dice.choice([None, None, None, dice.choice(users).id])
    for place in dice.sample(places, dice.choice([0, 0, 1, 2])):
        session.add(CasePlace(case_id=case.id, place_id=place.id))
    if dice.random() < 0.3:
        session.add(CasePerson(case_id=case.id, person_id=dice.choice(persons).id, role="client"))


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


def lies_in_a_place_of(session, user, case) -> bool:
    """Whether where a user works keeps no case from them that lies there, read place by place up the tree."""
    mine = set(session.scalars(sa.select(UserPlace.place_id).where(UserPlace.user_id == user.id)))
    places = list(session.scalars(sa.select(CasePlace.place_id).where(CasePlace.case_id == case.id)))
    if not places:
        clients = sa.select(CasePerson.person_id).where(CasePerson.case_id == case.id, CasePerson.role == "client")
        people = [
            session.get(Person, number) for number in {*session.scalars(clients), case.subject_person_id} - {None}
        ]
        homes = [person.location for person in people if person.location]
        places = list(session.scalars(sa.select(Place.id).where(Place.code.in_(homes))))
        if case.subject_household_id is not None:
            places += filter(None, [session.get(Household, case.subject_household_id).place_id])

    def is_mine(number: int | None) -> bool:
        return number is not None and (number in mine or is_mine(session.get(Place, number).parent_id))

    return not mine or not places or case.created_by_id == user.id or any(map(is_mine, places))


def is_in_a_programme_of(session, user, case) -> bool:
    """Whether the programmes of a user keep a case of its own vertical from nobody."""
    mine = sa.select(Program).join(UserProgram, UserProgram.program_id == Program.id)
    mine = mine.where(UserProgram.user_id == user.id, Program.vertical_id == case.primary_vertical_id)
    limited = {program.id for program in session.scalars(mine)}
    return not limited or case.program_id in {None, *limited} or case.created_by_id == user.id


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
        over = sa.or_(Assignment.effective_until.is_(None), Assignment.effective_until > at)
        if user.role in (Role.ADMINISTRATOR, Role.AUDITOR) or has(
            case, Assignment, Assignment.user_id == user.id, over
        ):
            return True
        if not lies_in_a_place_of(session, user, case):
            return False
        if case.primary_vertical_id in actor.vertical_ids and is_in_a_programme_of(session, user, case):
            return True
        theirs = Participant.vertical_id.in_(actor.vertical_ids), Participant.status == ParticipantStatus.OPTED_IN
        return has(case, Participant, *theirs)

    return {case.id for case in session.scalars(sa.select(Case)) if is_there(case)}


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_who_can_be_put_on_a_list_is_who_sees_the_case_but_for_their_own_people(session, seed):
    with committed(session):
        users = populate(session, random.Random(seed))
        session.execute(sa.delete(OwnRecord))  # whose people a case is about is told to nobody who makes a list
        session.execute(sa.delete(BreakGlassGrant))
        session.execute(sa.delete(CaseRestriction))
        session.execute(sa.update(Case).values(restricted=False))
    session.expire_all()
    seen = {user.id: by_hand(session, user) for user in users}
    for case in session.scalars(sa.select(Case)):
        listed = {user.id for user in restrictions.candidates(session, case)}
        assert listed == {user.id for user in users if case.id in seen[user.id]}


def test_of_the_people_of_a_vertical_those_are_seen_who_live_near_or_whose_cases_are(session):
    with committed(session):
        vertical = make_vertical(session)
        north, south = make_place(session, "North"), make_place(session, "South")
        quay = make_place(session, "Quay", north)
        quay.code, south.code = "quay", "south"
        users = {name: make_user(session, Role.CASEWORKER, vertical) for name in ("near", "anywhere")}
        session.add(UserPlace(user_id=users["near"].id, place_id=north.id))
        told = {"unknown": None, "in the quay": "quay", "in the south": "south", "unmapped": "no code of ours"}
        people = {name: make_person(session, name, vertical=vertical, location=code) for name, code in told.items()}
        people["with a case in the south"] = make_person(session, "Away Person", vertical=vertical)
        people["with cases in both"] = make_person(session, "Both Person", vertical=vertical, location="south")
        for name, where in (("with a case in the south", [south]), ("with cases in both", [south, quay])):
            for place in where:
                case = make_case(session, vertical, subject=people[name])
                session.add(CasePlace(case_id=case.id, place_id=place.id))

    def seen(user) -> set[str]:
        found = set(session.scalars(sa.select(Person.id).where(visible_people(actor_of(session, user)))))
        return {name for name, person in people.items() if person.id in found}

    assert seen(users["anywhere"]) == set(people)
    assert seen(users["near"]) == {"unknown", "in the quay", "unmapped", "with cases in both"}


def test_a_list_within_a_remit_still_follows_its_index(session):
    """What is kept away is asked of each case in the order of the list; the cases are not gathered first."""
    with committed(session):
        vertical = make_vertical(session)
        user = make_user(session, Role.CASEWORKER, vertical)
        session.add(UserPlace(user_id=user.id, place_id=make_place(session, "North").id))
        session.add(UserProgram(user_id=user.id, program_id=make_program(session, vertical).id))
    seen: list[tuple] = []
    actor, connection, told = actor_of(session, user), session.connection(), "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        told = "EXPLAIN"
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # a table as small as this one is read whole
    sa.event.listen(connection, "before_cursor_execute", lambda *given: seen.append((given[2], given[3])))
    search.page(session, actor, ListFilter(), LIST[1])
    plan = [row[-1] for row in connection.exec_driver_sql(f"{told} {seen[0][0]}", seen[0][1])]
    assert any("vertical_actioned" in line for line in plan), plan
    assert not any(line.startswith("SCAN cases") for line in plan), plan
