"""Two records of one person become one as a pointer: nothing moves, rules ask for both, undoing restores exactly."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from portal.core import (
    audit,
    clock,
    conflicts,
    consents,
    directory,
    merging,
    people,
    people_pairs,
    person_comparison,
    person_merging,
    same_people,
    verification,
)
from portal.core.actors import SYSTEM
from portal.core.errors import (
    AlreadyDone,
    CannotMerge,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    StaleVersion,
)
from portal.core.models import (
    AuditEvent,
    Base,
    CasePerson,
    Contact,
    HouseholdMember,
    Person,
    PersonMerge,
    PersonPair,
    Relation,
)
from portal.core.told import PersonTold
from portal.core.unit import unit_of_work
from portal.core.vocabulary import ConflictScope, Outcome, PairState, Role, Status, Verification
from portal.extensions import db
from tests.core.offices import build
from tests.factories import actor_of, committed, make_consent, make_household, make_person, make_user

# Moments and versions of rows; when a person was compared with others and when a consent was looked at last.
MOMENTS = {"version_id", "updated_at", "compared_at", "settled_at"}
# These tell what happened, and only grow.
HISTORIES = {"person_merges"}


@pytest.fixture
def office(session):
    made = build(session)
    made.consent()
    return made


@pytest.fixture
def other(office) -> int:
    """A second record of the subject."""
    with committed(office.session):
        return make_person(
            office.session,
            "Amina Testpersson",
            verified=True,
            vertical=office.vertical(office.care),
            phone="+254711222333",
            national_id="AB1234567",
            external_id="X-9",
        ).id


def merge(office, keep, joins, actor=None, reason="The same phone and name"):
    actor = actor or office.worker
    return office.do(
        actor, lambda s: person_merging.merge(s, actor, office.person(keep), office.person(joins), reason=reason)
    )


def unmerge(office, joined, actor=None, **more):
    actor = actor or office.worker
    more = {"reason": "They are sisters", **more}
    return office.do(actor, lambda s: person_merging.unmerge(s, actor, office.person(joined), **more))


def refused(work, *given, **more) -> str:
    with pytest.raises(CannotMerge) as caught:
        work(*given, **more)
    assert caught.value.message.endswith(".")
    return caught.value.details["why"]


def roots(office, *numbers) -> list[int | None]:
    office.session.rollback()
    return [office.session.get(Person, number, populate_existing=True).root_id for number in numbers]


def named(office, name: str = "Omar Testperson", **told) -> int:
    with committed(office.session):
        return make_person(office.session, name, vertical=office.vertical(office.care), **told).id


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
        session.add(Relation(person_id=number, other_id=friend.id, kind="sister"))
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


def test_self_repetition_and_cycles_are_refused_with_a_reason(office, other):
    third = named(office)
    assert refused(merge, office, other, other) == "self"
    merge(office, office.subject, other)
    assert refused(merge, office, office.subject, other) == "together"
    assert refused(merge, office, other, office.subject) == "together"
    assert refused(merge, office, third, other) == "already_merged"
    assert refused(merge, office, other, third) == "already_merged"
    assert refused(unmerge, office, office.subject) == "not_merged"
    with pytest.raises(InvalidInput):
        merge(office, office.subject, third, reason=" ")
    assert office.session.query(PersonMerge).count() == 1


def test_archived_records_and_records_of_different_kinds_stay_apart(office, other):
    with committed(office.session) as session:
        session.get(Person, other).archived_at = clock.now()
    assert refused(merge, office, office.subject, other) == "archived"
    organisation = named(office, "A school")
    with committed(office.session) as session:
        session.get(Person, organisation).kind = "organisation"
    assert refused(merge, office, office.subject, organisation) == "kind"


def test_checked_documents_of_one_kind_with_different_numbers_are_two_people(office, other):
    with committed(office.session) as session:
        for number, value in ((office.subject, "passport A1"), (other, "passport B2")):
            made = people.add_identifier(session, session.get(Person, number), "passport", value)
            made.verified_at = clock.now()
    assert refused(merge, office, office.subject, other) == "identifiers"
    with committed(office.session) as session:  # claimed numbers stand against nothing
        for identifier in office.person(other).identifiers:
            session.merge(identifier).verified_at = None
    merge(office, office.subject, other)


def test_what_was_decided_to_be_two_people_is_asked_again_first(office, other):
    merge(office, office.subject, other)
    unmerge(office, other, different=True)
    pair = office.session.query(PersonPair).where(PersonPair.high_id == max(other, office.subject)).one()
    assert (pair.state, pair.reason) == (PairState.DIFFERENT, "They are sisters")
    assert refused(merge, office, office.subject, other) == "decided"
    office.do(office.worker, lambda s: people_pairs.ask_again(s, office.worker, s.get(PersonPair, pair.id)))
    merge(office, office.subject, other)


def test_who_may_not_decide_or_see_joins_nothing(office, other):
    hidden = None
    with committed(office.session) as session:
        agent = actor_of(session, make_user(session, Role.AGENT, office.vertical(office.care)))
        hidden = make_person(session, "Omar Hidden", vertical=office.vertical(office.health)).id
    with pytest.raises(Forbidden):
        merge(office, office.subject, other, actor=agent)
    for actor, joins in ((office.stranger, other), (office.worker, hidden)):
        with pytest.raises(NotFound):
            merge(office, office.subject, joins, actor=actor)
    merge(office, office.subject, other)
    with pytest.raises(Forbidden):
        unmerge(office, other, actor=agent)
    with pytest.raises(NotFound):
        unmerge(office, other, actor=office.stranger)


def test_a_withdrawal_on_one_record_counts_for_the_other_and_ends_with_it(office, other):
    case = office.opened(Status.ACTIVE)
    withdrawn = office.consent(person=other)
    office.withdraw(withdrawn)
    merge(office, office.subject, other)
    assert office.case(case).lifecycle_status is Status.SUSPENDED
    unmerge(office, other)
    assert office.case(case).lifecycle_status is Status.ACTIVE


def test_a_case_that_lived_on_the_other_records_consent_is_suspended_when_they_are_apart(office, other):
    merge(office, office.subject, other)
    case = office.opened(Status.ACTIVE, subject=other)
    assert consents.standing(office.session, office.case(case)).problem is None
    unmerge(office, other)
    assert office.case(case).lifecycle_status is Status.SUSPENDED


def test_double_support_of_one_person_in_two_records_is_found(office, other):
    office.consent(person=other)
    mine, theirs = office.opened(Status.ACTIVE), office.opened(Status.VERIFIED, subject=other)

    def flagged() -> bool:
        case = office.case(theirs)
        return conflicts.judge(office.session, case, ConflictScope.PRIMARY)[2] == [mine]

    assert not flagged()
    merge(office, office.subject, other)
    assert flagged()
    unmerge(office, other)
    assert not flagged()


def test_records_stay_together_while_their_cases_are(office, other):
    office.consent(person=other)
    target, source = office.opened(Status.ACTIVE), office.opened(Status.ACTIVE, subject=other)
    merge(office, office.subject, other)
    do = office.supervisor
    office.do(
        do, lambda s: merging.merge(s, do, office.case(target), [office.case(source)], reason_code="DUPLICATE_RECORD")
    )
    assert refused(unmerge, office, other) == "cases"
    office.do(do, lambda s: merging.unmerge(s, do, office.case(source)))
    unmerge(office, other)


def test_the_preview_counts_what_the_reader_sees_and_says_what_to_think_about(office, other):
    office.consent(person=other)
    office.withdraw(office.consent(office.health, person=other))
    for number in (office.subject, other):
        office.opened(Status.ACTIVE, subject=number)
    shown = person_comparison.preview(office.session, office.worker, office.person(), office.person(other))
    kinds = {kind.name: (kind.of_leading, kind.of_joining) for kind in shown.kinds}
    assert kinds == {"cases": (1, 1), "consents": (1, 2), "identifiers": (0, 1), "ways_to_reach": (0, 1)}
    assert shown.refusal is None
    assert [words for words in ("withdrawn", "double support") if any(words in one for one in shown.warnings)] == [
        "withdrawn",
        "double support",
    ]
    merge(office, office.subject, other)
    shown = person_comparison.preview(office.session, office.worker, office.person(), office.person(other))
    assert shown.refusal.details["why"] == "together"


def test_the_preview_tells_nothing_of_services_that_the_reader_does_not_belong_to(office, other):
    with committed(office.session) as session:
        make_consent(session, session.get(Person, other), office.vertical(office.health), withdrawn_at=clock.now())
    shown = person_comparison.preview(office.session, office.worker, office.person(), office.person(other))
    assert {kind.name: kind.of_joining for kind in shown.kinds} == {"consents": 0, "identifiers": 1, "ways_to_reach": 1}
    assert not [words for words in shown.warnings if "withdrawn" in words]


def test_a_record_that_was_changed_after_it_was_compared_is_looked_at_again(office, other):
    versions = office.person().version_id, office.person(other).version_id
    with committed(office.session):
        office.person(other).full_name = "Amina Otherperson"
    do = office.worker

    def join(versions):
        keep, joins = office.person(), office.person(other)
        office.do(do, lambda s: person_merging.merge(s, do, keep, joins, reason="The same", versions=versions))

    with pytest.raises(StaleVersion):
        join(versions)
    assert roots(office, other) == [None]
    join((office.person().version_id, office.person(other).version_id))
    assert roots(office, other) == [office.subject]


def test_a_number_that_another_record_of_the_person_proves_is_not_somebody_elses(office, other):
    third = named(office, "Omar Testperson", national_id="AB1234567")
    with committed(office.session):
        office.person(other).identifiers[0].verified_at = clock.now()
    do = office.supervisor

    def verify():
        office.do(do, lambda s: verification.decide(s, do, office.person(third)))

    with pytest.raises(AlreadyDone):
        verify()
    merge(office, other, third)
    verify()
    assert office.person(third).verification_status is Verification.VERIFIED
    assert [one.verified_at for one in office.person(third).identifiers] == [None]


def test_what_leads_is_not_put_away_while_a_case_supports_a_record_that_joined_it(office, other):
    merge(office, office.subject, other)
    office.opened(Status.ACTIVE, subject=other)
    do = office.supervisor
    with pytest.raises(InvalidTransition):
        office.do(do, lambda s: verification.archive(s, do, office.person(), reason_code="REGISTERED_IN_ERROR"))
    assert office.person().archived_at is None


def test_two_who_act_for_two_records_of_one_person_wait_for_what_leads_both(office, other):
    merge(office, office.subject, other)
    assert same_people.lock(office.session, [other]) == sorted((office.subject, other))
    assert same_people.lock(office.session, [office.subject]) == [office.subject]
    assert same_people.lock(office.session, []) == []


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


def test_lists_show_one_person_with_everything_of_both_records(office, other):
    merge(office, office.subject, other)
    cases = [office.opened(Status.ACTIVE), office.opened(Status.ACTIVE, subject=other)]
    parts = directory.cases_of(office.session, office.worker, office.person())
    assert sorted(part.case.id for part in parts) == cases
    (hit,) = people.search(office.session, office.worker, "711 222 333")
    assert (hit.person.id, hit.matched) == (office.subject, ("phone",))
    (hit,) = people.search(office.session, office.worker, "amina")
    assert (hit.person.id, [record.id for record in hit.also]) == (office.subject, [other])


def test_a_record_out_of_sight_leads_nobody_and_is_not_named(office):
    with committed(office.session) as session:
        mine = make_person(session, "Omar Inhere", vertical=office.vertical(office.care)).id
        hidden = make_person(session, "Omar Outthere", vertical=office.vertical(office.health)).id
    admin = office.administrator
    merge(office, hidden, mine, actor=admin)
    (hit,) = people.search(office.session, office.worker, "omar")
    assert (hit.person.id, hit.also) == (mine, ())
    assert same_people.known_as(office.session, office.worker, [office.person(mine)]) == {mine: []}
    with pytest.raises(NotFound):
        unmerge(office, mine)


def test_a_report_about_a_known_person_lands_on_the_record_that_leads(office, other):
    told = PersonTold(full_name="Amina Testpersson", external_id="X-9")
    assert people.known_by(office.session, SYSTEM, told).id == other
    merge(office, office.subject, other)
    assert people.known_by(office.session, SYSTEM, told).id == office.subject
