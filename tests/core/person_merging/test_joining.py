"""Nothing moves when records join; taking them apart restores exactly."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import sqlalchemy as sa

from portal.core import audit, clock, person_merging, relations, same_people
from portal.core.actors import SYSTEM
from portal.core.errors import CannotMerge
from portal.core.models import (
    AuditEvent,
    Base,
    CasePerson,
    Contact,
    HouseholdMember,
    Person,
    PersonMerge,
    PersonPair,
)
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Outcome, PairState, Status
from portal.extensions import db
from tests.core.person_merging.conftest import merge, named, roots, unmerge
from tests.factories import committed, make_household, make_person

# Moments and versions of rows; when a person was compared with others and when a consent was looked at last.
MOMENTS = {"version_id", "updated_at", "compared_at", "settled_at"}
# These tell what happened, and only grow.
HISTORIES = {"person_merges"}


def referring() -> list[sa.Table]:
    """People and every table with a foreign key to them, whichever are added in time."""
    tables = Base.metadata.sorted_tables
    pointing = [t for t in tables if any(k.column.table.name == "people" for c in t.c for k in c.foreign_keys)]
    return [Person.__table__, *[t for t in pointing if t.name not in {"people", *HISTORIES}]]


def everything(session) -> dict[str, list[dict]]:
    """Every row that is or refers to a person."""
    session.rollback()
    found = {}
    for table in referring():
        rows = session.execute(sa.select(table).order_by(*table.primary_key)).mappings()
        found[table.name] = [{name: value for name, value in row.items() if name not in MOMENTS} for row in rows]
    return found


def inhabit(office, number: int) -> None:
    """Give a person something of everything."""
    with committed(office.session) as session:
        person, friend = session.get(Person, number), make_person(session, "Friend Testperson")
        household = make_household(session, person, verified=True)
        session.add(HouseholdMember(household_id=household.id, person_id=number, effective_from=dt.date(2020, 1, 1)))
        relations.add(session, SYSTEM, person, friend, kind="friend")
        desk = {"vertical_id": office.desk, "agent_id": office.worker.user_id, "ended_at": clock.now()}
        session.add(Contact(person_id=number, channel="phone", outcome=Outcome.INFORMATION_GIVEN, **desk))
    case = office.opened(Status.ACTIVE, subject=number)
    with committed(office.session) as session:
        session.add(CasePerson(case_id=case, person_id=number, role="client"))


def test_a_joined_record_points_at_the_leading_one_and_nothing_moves(office, other):
    edge = merge(office, office.subject, other)
    assert roots(office, office.subject, other) == [None, office.subject]
    kept = office.session.get(PersonMerge, edge)
    assert (kept.source_id, kept.target_id, kept.actor_id) == (other, office.subject, office.worker.user_id)
    assert kept.reason == "The same phone and name"
    assert [contact.person_id for contact in office.person(other).contacts] == [other]
    assert same_people.records(office.session, [other])[other] == sorted((office.subject, other))
    office.session.rollback()
    events = sa.select(AuditEvent.chain_key).where(AuditEvent.action.in_(("person.merge", "person.merge_in")))
    assert set(office.session.scalars(events)) == {f"person:{office.subject}", f"person:{other}"}
    assert list(audit.verify(office.session)) == []


def test_joining_and_taking_apart_is_the_identity(office, other):
    office.consent(person=other)
    for number in (office.subject, other):
        office.consent(office.health, person=number)
        inhabit(office, number)
    low, high = sorted((office.subject, other))
    with committed(office.session) as session:
        session.execute(sa.delete(PersonPair))
        session.add(PersonPair(low_id=low, high_id=high, score=200, explanation={"name": {"points": 200}}))
    before = everything(office.session)
    assert all(before[name] for name in ("relations", "household_members", "contacts", "case_people", "consents"))
    merge(office, office.subject, other)
    assert everything(office.session) != before
    unmerge(office, other)
    assert everything(office.session) == before
    assert office.session.query(PersonMerge).one().undone_at is not None
    merge(office, other, office.subject)  # and the other way round
    unmerge(office, office.subject)
    assert everything(office.session) == before


def test_what_nobody_had_asked_is_not_asked_after_all(office, other):
    with committed(office.session) as session:
        session.execute(sa.delete(PersonPair))
        session.execute(sa.update(Person).where(Person.id == other).values(full_name="Ruth Otherwise"))
    before = everything(office.session)
    merge(office, office.subject, other)
    assert office.session.query(PersonPair).one().state is PairState.SAME
    unmerge(office, other)
    assert everything(office.session) == before


def test_a_leading_record_that_joins_brings_its_own_along_and_takes_them_back(office, other):
    third, fourth = named(office), named(office, "Ruth Testperson")
    merge(office, other, third)
    merge(office, other, fourth)
    before = everything(office.session)
    merge(office, office.subject, other)
    assert roots(office, office.subject, other, third, fourth) == [None, *[office.subject] * 3]
    unmerge(office, other)
    assert everything(office.session) == before
    assert roots(office, office.subject, other, third, fourth) == [None, None, other, other]


def test_one_record_is_taken_out_of_many(office, other):
    third = named(office)
    merge(office, other, third)
    merge(office, office.subject, other)
    unmerge(office, third)
    assert roots(office, office.subject, other, third) == [None, office.subject, None]
    unmerge(office, other)
    assert roots(office, office.subject, other, third) == [None, None, None]


def test_of_two_who_join_or_take_apart_at_the_same_moment_one_is_told_what_happened(app, office, other):
    third = named(office, "Ruth Testperson")
    office.session.remove()

    def at_once(*deeds) -> list[str]:
        gate = Barrier(len(deeds))

        def one(deed) -> str:
            with app.app_context():
                try:
                    gate.wait(20)
                    with unit_of_work(db.session, office.worker, intent="test.together"):
                        deed(db.session)
                    return "done"
                except CannotMerge as refusal:
                    return refusal.details["why"]
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(len(deeds)) as threads:
            return sorted(threads.map(one, deeds, timeout=60))

    def joining(keep: int, joins: int):
        def deed(session) -> None:
            records = session.get(Person, keep), session.get(Person, joins)
            person_merging.merge(session, office.worker, *records, reason="The same")

        return deed

    assert at_once(joining(office.subject, other), joining(other, office.subject)) == ["done", "together"]
    leads, joined = sorted((office.subject, other), key=lambda number: roots(office, number) != [None])
    told = at_once(joining(third, leads), joining(third, joined))
    assert told in (["already_merged", "done"], ["done", "together"]), "by which of them came first"
    assert roots(office, leads, joined) == [third, third]

    def parting(session) -> None:
        person_merging.unmerge(session, office.worker, session.get(Person, joined), reason="They are sisters")

    assert at_once(parting, parting) == ["done", "not_merged"]
    assert roots(office, leads, joined) == [third, None]
