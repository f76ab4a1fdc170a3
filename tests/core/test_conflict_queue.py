"""The queue of duplicate support: what is open first, for those who see a case of it; and its cases side by side."""

import datetime as dt
import functools
import threading

import pytest
import sqlalchemy as sa

from portal.core import conflict_comparison, conflict_decisions, conflict_queue, conflicts
from portal.core.conflict_comparison import Verdict
from portal.core.conflict_queue import Wanted
from portal.core.errors import AlreadyDone, InvalidInput, NotFound
from portal.core.models import AuditEvent, Case, Conflict, Consent, HouseholdMember, Service, User
from portal.core.paging import Cursor
from portal.core.unit import unit_of_work
from portal.core.vocabulary import ConflictScope, ConflictStatus, Status
from portal.extensions import db
from tests.core.offices import build
from tests.factories import committed, make_case, make_household, make_participant, make_person, make_program

OPEN, DISMISSED = ConflictStatus.OPEN, ConflictStatus.DISMISSED


@pytest.fixture
def office(session):
    made = build(session)
    made.consent()
    made.consent(made.health)
    return made


def overlap(office) -> int:
    """Two cases of a new person, and the conflict that names them."""
    with committed(office.session):
        person = make_person(office.session, "Omar Testperson", verified=True).id
    office.consent(person=person)
    office.opened(Status.ACTIVE, subject=person)
    return check(office, office.opened(Status.VERIFIED, subject=person))


def check(office, number, scope=ConflictScope.PRIMARY) -> int:
    actor = office.administrator
    return office.do(actor, lambda s: conflicts.check(s, actor, s.get(Case, number), scope).conflict)


def dismiss(office, number) -> None:
    actor = office.supervisor
    office.do(
        actor,
        lambda s: conflict_decisions.dismiss(s, actor, s.get(Conflict, number), reason_code="FALSE_POSITIVE"),
    )


def numbers(found) -> list[int]:
    return [line.conflict.id for line in found.rows]


def compared(office, *cases) -> dict[str, Verdict]:
    found = [office.case(number) for number in cases]
    return {row.field: row.verdict for row in conflict_comparison.compare(office.session, found)}


def test_what_is_open_comes_first_and_pages_follow_one_another(office):
    made = [overlap(office) for _ in range(5)]
    dismiss(office, made[4])
    dismiss(office, made[1])
    wanted = [made[3], made[2], made[0], made[4], made[1]]
    first = conflict_queue.page(office.session, office.supervisor, Wanted(), limit=2)
    second = conflict_queue.page(office.session, office.supervisor, Wanted(), cursor=first.following, limit=2)
    third = conflict_queue.page(office.session, office.supervisor, Wanted(), cursor=second.following, limit=2)
    assert numbers(first) + numbers(second) + numbers(third) == wanted
    assert (first.preceding, third.following, third.first) == (None, None, 5)
    back = conflict_queue.page(office.session, office.supervisor, Wanted(), cursor=third.preceding, limit=2)
    assert numbers(back) == numbers(second)
    with pytest.raises(InvalidInput):
        conflict_queue.page(office.session, office.supervisor, Wanted(), cursor=Cursor("word", 1), limit=2)


def test_the_queue_is_narrowed_by_state_service_and_owner(office):
    made = [overlap(office) for _ in range(2)]
    dismiss(office, made[0])
    with committed(office.session):
        line = conflict_queue.page(office.session, office.worker, Wanted(OPEN)).rows[0]
        line.seen[0].owner = office.session.get(User, office.worker.user_id)
    for wanted, expected in (
        (Wanted(OPEN), made[1:]),
        (Wanted(DISMISSED), made[:1]),
        (Wanted(vertical=office.care), made[::-1]),
        (Wanted(vertical=office.desk), []),
        (Wanted(mine=True), made[1:]),
    ):
        assert numbers(conflict_queue.page(office.session, office.worker, wanted)) == expected, wanted
    found = conflict_queue.counts(office.session, office.worker, Wanted())
    assert found == {OPEN: 1, ConflictStatus.RESOLVED: 0, DISMISSED: 1}
    assert numbers(conflict_queue.page(office.session, office.other_worker, Wanted(mine=True))) == []


def test_a_case_that_the_reader_does_not_see_is_counted_and_neither_named_nor_found_by(office):
    elsewhere = office.opened(Status.ACTIVE, vertical=office.health)
    here = office.opened(Status.ACTIVE)
    with committed(office.session):
        make_participant(office.session, office.case(here), office.vertical(office.health))
    number = check(office, here, ConflictScope.ALL)
    line = conflict_queue.page(office.session, office.supervisor, Wanted()).rows[0]
    assert (line.conflict.id, [case.id for case in line.seen], line.hidden) == (number, [here], 1)
    by_hidden = conflict_queue.page(office.session, office.supervisor, Wanted(vertical=office.health))
    assert numbers(by_hidden) == []
    assert [line.hidden for line in conflict_queue.of_cases(office.session, office.supervisor, [here])] == [1]
    assert conflict_queue.of_cases(office.session, office.supervisor, [elsewhere])[0].seen[0].id == here
    assert conflict_queue.page(office.session, office.stranger, Wanted()).rows == []
    with pytest.raises(NotFound):
        conflict_queue.find(office.session, office.stranger, line.conflict.uuid)


def test_a_line_says_who_may_decide_and_who_did(office):
    number = overlap(office)
    of_worker = conflict_queue.page(office.session, office.worker, Wanted()).rows[0]
    assert (of_worker.may_decide, of_worker.who) == (False, "a supervisor or an administrator")
    assert conflict_queue.page(office.session, office.supervisor, Wanted()).rows[0].may_decide
    dismiss(office, number)
    decided = conflict_queue.page(office.session, office.worker, Wanted()).rows[0]
    assert not decided.is_open
    assert decided.decided_by == office.supervisor.name


def test_of_two_who_decide_at_once_one_succeeds_and_the_other_is_told(app, office):
    number = overlap(office)
    uuid = office.session.get(Conflict, number).uuid
    office.session.remove()
    together, came = threading.Barrier(2), []

    def decide(actor, work) -> None:
        with app.app_context():
            try:
                together.wait(10)
                with unit_of_work(db.session, actor, intent="conflict.decide"):
                    work(db.session, actor, conflict_decisions.find(db.session, actor, uuid, lock=True))
                came.append("done")
            except AlreadyDone as refused:
                came.append(refused.details["status"])
            finally:
                db.session.remove()

    ways = (
        (office.supervisor, functools.partial(conflict_decisions.resolve, code="BOTH_ALLOWED")),
        (office.other_supervisor, functools.partial(conflict_decisions.dismiss, reason_code="FALSE_POSITIVE")),
    )
    both = [threading.Thread(target=decide, args=way) for way in ways]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    found = office.session.get(Conflict, number)
    assert sorted(came) == sorted(["done", found.status])
    decided = sa.select(AuditEvent).where(AuditEvent.action.in_(("conflict.resolved", "conflict.dismissed")))
    done = [event for event in office.session.scalars(decided) if event.outcome == "done"]
    assert [(event.action, event.actor_id) for event in done] == [(f"conflict.{found.status}", found.decided_by_id)]


def test_cases_of_one_person_are_compared_field_by_field(office):
    first, second = office.opened(Status.ACTIVE), office.opened(Status.VERIFIED)
    with committed(office.session):
        one, other = office.case(first), office.case(second)
        one.program = other.program = make_program(office.session, office.vertical(office.care))
        one.active_from = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        one.owner = office.session.get(User, office.worker.user_id)
        rows = ((first, "Meals"), (first, "Rent"), (second, "Rent"))
        office.session.add_all(Service(case_id=number, label=label) for number, label in rows)
    found = compared(office, first, second)
    assert {name: found[name] for name in ("subject", "vertical", "programme")} == dict.fromkeys(
        ("subject", "vertical", "programme"), Verdict.SAME
    )
    assert (found["services"], found["period"]) == (Verdict.ALIKE, Verdict.OVERLAP)
    assert (found["status"], found["owner"]) == (Verdict.DIFFERENT, Verdict.DIFFERENT)
    assert found["participants"] is Verdict.NOT_COMPARED, "none of them has any"
    assert set(compared(office, first).values()) == {Verdict.NOT_COMPARED}


def test_times_that_do_not_meet_are_told_apart(office):
    first, second = office.opened(Status.ACTIVE), office.opened(Status.ACTIVE)
    with committed(office.session):
        for number, year in ((first, 2024), (second, 2026)):
            case = office.case(number)
            case.active_from = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
            case.active_until = dt.datetime(year, 6, 1, tzinfo=dt.UTC)
    assert compared(office, first, second)["period"] is Verdict.DIFFERENT


def test_a_household_is_like_who_belongs_to_it_and_unlike_anybody_else(office):
    with committed(office.session):
        leader = make_person(office.session, "Omar Testperson", verified=True)
        household = make_household(office.session, leader, verified=True)
        since = dt.date(2026, 1, 1)
        office.session.add(HouseholdMember(household_id=household.id, person_id=office.subject, effective_from=since))
        people = [leader.id, make_person(office.session, "Una Testperson", verified=True).id]
    for person in people:
        office.consent(person=person)
    with committed(office.session):
        home = make_case(office.session, office.vertical(office.care), subject=household, status=Status.ACTIVE).id
    of_leader, of_another = (office.opened(Status.ACTIVE, subject=person) for person in people)
    member = office.opened(Status.ACTIVE)
    assert compared(office, home, member)["subject"] is Verdict.ALIKE
    assert compared(office, home, of_leader)["subject"] is Verdict.ALIKE
    assert compared(office, home, of_another)["subject"] is Verdict.DIFFERENT


def test_once_consent_was_withdrawn_nothing_that_was_written_is_told(office):
    consent = office.consent(office.desk)
    first, second = office.opened(Status.ACTIVE), office.opened(Status.VERIFIED)
    with committed(office.session):
        conflict = office.session.scalars(sa.select(Conflict)).one().id
        office.session.add(Service(case_id=first, label="Meals"))
    actor, told = office.supervisor, {"reason_code": "OTHER", "text": "What the neighbour said."}
    office.do(actor, lambda s: conflict_decisions.dismiss(s, actor, s.get(Conflict, conflict), **told))
    before = conflict_queue.of_cases(office.session, actor, [first])[0]
    assert (before.closed, before.notes) == (frozenset(), "What the neighbour said.")
    office.withdraw(consent)
    of_care = office.session.scalars(sa.select(Consent.id).where(Consent.vertical_id == office.care)).one()
    assert not conflict_queue.of_cases(office.session, actor, [first])[0].closed, (
        "another service's consent is no matter"
    )
    office.withdraw(of_care)
    after = conflict_queue.of_cases(office.session, actor, [first])[0]
    assert (after.closed, after.notes) == ({first, second}, None)
    rows = conflict_comparison.compare(office.session, after.seen, closed=after.closed)
    hidden = {row.field for row in rows if conflict_comparison.HIDDEN in row.values}
    assert hidden == {"services", "summary"}
