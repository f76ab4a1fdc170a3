"""Duplicate support: found on opening, before activation and on demand; decided once; one conflict for one set."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import audit, cases, clock, conflict_decisions, conflicts
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, NotFound, OpenConflict
from portal.core.models import Conflict, HouseholdMember
from portal.core.vocabulary import Action, ConflictScope, ConflictStatus, Status
from tests.core.offices import build
from tests.factories import committed, make_case, make_household, make_participant, make_person, make_program

PRIMARY, ALL = ConflictScope.PRIMARY, ConflictScope.ALL


@pytest.fixture
def office(session):
    made = build(session)
    made.consent()
    made.consent(made.health)
    return made


def check(office, number, scope=PRIMARY, actor=None, **more):
    """The id of the conflict that is flagged, or None when it is clear."""
    actor = actor or office.worker

    def work(s):
        found = conflicts.check(s, actor, cases.find(s, actor, number), scope, **more)
        return found.conflict.id if found.flagged else 0

    return office.do(actor, work) or None


def decide(office, number, verb, actor=None, **more):
    actor = actor or office.supervisor

    def work(s):
        conflict = conflict_decisions.find(s, actor, s.get(Conflict, number).uuid, lock=True)
        return getattr(conflict_decisions, verb)(s, actor, conflict, **more)

    return office.do(actor, work)


def activate(office, number):
    conflicts.check_first(office.session, office.supervisor, number, reason_code="BEFORE_ACTIVATION")
    return office.step(office.supervisor, number, Action.ACTIVATE)


def test_no_other_support_is_clear_and_leaves_no_conflict(office):
    number = office.opened(Status.VERIFIED)
    with committed(office.session):
        make_case(office.session, office.vertical(office.care), status=Status.ACTIVE)
    assert check(office, number) is None
    assert office.session.scalar(sa.select(sa.func.count()).select_from(Conflict)) == 0


def test_the_same_person_helped_twice_is_flagged_once_however_often_it_is_checked(office):
    first, second = office.opened(Status.ACTIVE), office.opened(Status.VERIFIED)
    found = {check(office, number) for number in (second, second, first)}
    assert len(found) == 1 and None not in found
    conflict = office.session.scalars(sa.select(Conflict)).one()
    parties = conflict_decisions.parties(office.session, office.supervisor, conflict)
    assert [case.id for case in parties.seen] == [first, second]


def test_opening_a_case_looks_for_duplicate_support(office):
    office.opened(Status.ACTIVE)
    assert office.session.scalar(sa.select(sa.func.count()).select_from(Conflict)) == 0
    office.opened(Status.DRAFT)
    assert office.session.scalars(sa.select(Conflict)).one().status == "open"


@pytest.mark.parametrize("status", [Status.DRAFT, Status.CLOSED, Status.ARCHIVED])
def test_a_case_that_gives_no_support_is_no_conflict(office, status):
    office.opened(status)
    assert check(office, office.opened(Status.VERIFIED)) is None


def test_windows_that_do_not_overlap_are_no_conflict(office):
    first, second = office.opened(Status.ACTIVE), office.opened(Status.VERIFIED)
    with committed(office.session):
        conflict = office.session.scalars(sa.select(Conflict)).one_or_none()
        assert conflict is not None
        for number, ago in ((first, 20), (second, 0)):
            case = office.session.get(cases.Case, number)
            case.active_from = clock.now() - dt.timedelta(days=ago)
            case.active_until = case.active_from + dt.timedelta(days=10)
    assert check(office, second) is None


def test_a_household_and_its_member_are_the_same_support(office):
    with committed(office.session):
        leader = make_person(office.session, "Omar Testperson", verified=True)
        household = make_household(office.session, leader, verified=True)
        office.session.add(
            HouseholdMember(household_id=household.id, person_id=office.subject, effective_from=clock.today())
        )
        leader = leader.id
    office.consent(person=leader)
    with committed(office.session):
        of_household = make_case(
            office.session, office.vertical(office.care), subject=household, status=Status.ACTIVE
        ).id
    number = office.opened(Status.VERIFIED)
    assert check(office, number) is not None
    assert check(office, of_household) is not None


def test_all_verticals_looks_at_those_that_take_part_and_at_programmes(office):
    first, second = office.opened(Status.ACTIVE), office.opened(Status.ACTIVE, vertical=office.health)
    assert check(office, first) is None
    assert check(office, first, ALL) is None
    with committed(office.session):
        make_participant(office.session, office.case(first), office.vertical(office.health))
    assert check(office, first) is None
    assert check(office, first, ALL) is not None
    with committed(office.session):
        program = make_program(office.session, office.vertical(office.care))
        third = office.session.get(cases.Case, office.case(second).id)
        third.program_id = program.id
    assert check(office, first, ALL) is not None


def test_an_open_conflict_stands_against_activation_and_the_refusal_does_not_take_it_back(office):
    office.opened(Status.ACTIVE)
    with committed(office.session):
        office.session.execute(sa.delete(conflicts.ConflictCase))
    number = office.opened(Status.VERIFIED)
    with committed(office.session):  # as if nobody had looked yet
        office.session.execute(sa.delete(conflicts.ConflictCase))
        office.session.execute(sa.delete(Conflict))
    with pytest.raises(OpenConflict):
        activate(office, number)
    conflict = office.session.scalars(sa.select(Conflict)).one()
    assert (conflict.status, conflict.reason_code) == ("open", "BEFORE_ACTIVATION")
    with pytest.raises(OpenConflict):
        office.step(office.supervisor, number, Action.ACTIVATE)
    assert office.case(number).lifecycle_status is Status.VERIFIED


def test_activation_cannot_outrun_the_check(office):
    office.opened(Status.ACTIVE)
    number = office.opened(Status.VERIFIED)
    with committed(office.session):
        office.session.execute(sa.delete(conflicts.ConflictCase))
        office.session.execute(sa.delete(Conflict))
    with pytest.raises(OpenConflict):
        office.step(office.supervisor, number, Action.ACTIVATE)


@pytest.mark.parametrize(
    ("verb", "given"), [("dismiss", {"reason_code": "FALSE_POSITIVE"}), ("resolve", {"code": "BOTH_ALLOWED"})]
)
def test_what_was_decided_stays_clear_and_only_a_new_member_is_a_new_conflict(office, verb, given):
    office.opened(Status.ACTIVE)
    number = office.opened(Status.VERIFIED)
    decide(office, check(office, number), verb, **given)
    assert check(office, number) is None
    assert activate(office, number) is Status.ACTIVE
    third = office.opened(Status.VERIFIED)
    new = check(office, third)
    assert new is not None
    decide(office, new, verb, **given)
    assert check(office, third) is None
    with committed(office.session):  # a part of what was decided is decided
        office.session.get(cases.Case, number).lifecycle_status = Status.CLOSED
        office.session.get(cases.Case, number).closed_at = clock.now()
    assert check(office, third) is None


def test_a_decision_asks_for_its_reason_and_is_final(office):
    office.opened(Status.ACTIVE)
    number = check(office, office.opened(Status.VERIFIED))
    for verb, wrong in (
        ("resolve", {"code": None}),
        ("resolve", {"code": "NO"}),
        ("dismiss", {"reason_code": "NO"}),
        ("dismiss", {"reason_code": "OTHER"}),
    ):
        with pytest.raises(InvalidInput):
            decide(office, number, verb, **wrong)
    decide(office, number, "resolve", code="OTHER", notes="They agreed on the telephone.")
    for verb, given in (("resolve", {"code": "MERGED"}), ("dismiss", {"reason_code": "DATA_ERROR"})):
        with pytest.raises(AlreadyDone):
            decide(office, number, verb, **given)
    assert office.session.get(Conflict, number).notes == "They agreed on the telephone."
    assert list(audit.verify(office.session)) == []


def test_conflicts_are_decided_by_those_who_may_and_found_by_those_who_see_a_case_of_theirs(office):
    first = office.opened(Status.ACTIVE, vertical=office.health)
    second = office.opened(Status.ACTIVE)
    with committed(office.session):
        make_participant(office.session, office.case(second), office.vertical(office.health))
    number = check(office, second, ALL)
    with pytest.raises(Forbidden):
        decide(office, number, "dismiss", office.worker, reason_code="FALSE_POSITIVE")
    with pytest.raises(NotFound):
        decide(office, number, "dismiss", office.stranger, reason_code="FALSE_POSITIVE")
    conflict = office.session.get(Conflict, number)
    of_worker = conflict_decisions.parties(office.session, office.worker, conflict)
    of_supervisor = conflict_decisions.parties(office.session, office.supervisor, conflict)
    assert ([c.id for c in of_worker.told], of_worker.number) == ([second], 2)
    assert [c.id for c in of_supervisor.told] == [first, second]
    assert conflict_decisions.page(office.session, office.stranger, limit=9) == ([], 0)
    found, total = conflict_decisions.page(
        office.session, office.worker, status=ConflictStatus.OPEN, subject=office.person().uuid, limit=9
    )
    assert ([c.id for c in found], total) == ([number], 1)


def test_the_reason_of_a_check_is_on_the_list(office):
    number = office.opened(Status.ACTIVE)
    with pytest.raises(InvalidInput):
        check(office, number, reason_code="BECAUSE")
    assert check(office, number, reason_code="COMPLAINT") is None
    with pytest.raises(Forbidden):
        check(office, number, actor=office.auditor)
