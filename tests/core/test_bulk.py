"""Several cases at once: what is foreseen is what happens, each case for itself, and never twice."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from portal.core import assignments, bulk, cases, clock
from portal.core import households as homes
from portal.core.actors import SYSTEM
from portal.core.bulk import Act, Change
from portal.core.closed_people import RELATIVE
from portal.core.errors import DomainError, InvalidInput, NotFound
from portal.core.models import Assignment, AuditEvent, BulkItem, Case, Consent, OwnRecord, Review, User
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role, Status
from portal.extensions import db
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

SOON = clock.today() + dt.timedelta(days=20)


@pytest.fixture
def office(session):
    """Cases that can be changed, and one for each reason why not."""
    with committed(session):
        here, consenting, elsewhere = (
            make_vertical(session),
            make_vertical(session, consent=True, every_adult_consents=True),
            make_vertical(session),
        )
        worker = make_user(session, Role.SUPERVISOR, here, consenting, elsewhere)
        taker = make_user(session, Role.CASEWORKER, here, consenting, name="Ben Colleague")
        leader = make_person(session, "Leader Ofhome", verified=True)
        make_consent(session, leader, consenting)
        home, quiet = make_household(session, leader, verified=True), make_household(session, leader, verified=True)
        made = {
            "free": make_case(session, here),
            "worked": make_case(session, here, owner=worker),
            "sound": make_case(session, consenting, owner=worker),
            "taken": make_case(session, here, owner=taker),
            "closed": make_case(session, here, status=Status.CLOSED),
            "suspended": make_case(session, here, status=Status.SUSPENDED),
            "lapsed": make_case(session, consenting),
            "household": make_case(session, consenting, subject=home),
            "quiet": make_case(session, consenting, subject=quiet),
            "beside": make_case(session, here, subject=make_person(session, "No Consent", verified=True)),
            "other": make_case(session, elsewhere),
            "kin": make_case(session, here, subject=make_person(session, "Kin Oftaker", verified=True)),
            "kin_too": make_case(session, here, subject=make_person(session, "Aunt Oftaker", verified=True)),
        }
        for name in ("kin", "kin_too"):  # about relatives of whoever shall take them
            session.flush()
            person = made[name].subject_person_id
            session.add(OwnRecord(user_id=taker.id, person_id=person, tie=RELATIVE, declared_by_id=taker.id))
        make_participant(session, made["beside"], consenting)
        homes.add_member(session, SYSTEM, home, make_person(session, "Adult Ofhome"), effective_from=clock.today())
        past = clock.now() - dt.timedelta(days=400)
        of = Consent.person_id == made["lapsed"].subject_person_id
        session.execute(sa.update(Consent).where(of).values(active_from=past, active_until=past + dt.timedelta(days=1)))
        hidden = make_case(session, make_vertical(session))
        numbers = {name: case.id for name, case in made.items()} | {"hidden": hidden.id}
    return worker.id, taker.id, numbers


def _run(session, actor, change, numbers, key=None):
    found = bulk.chosen(session, actor, numbers)
    versions = {case.id: case.version_id for case in found}
    key = key or uuid.uuid4()
    with unit_of_work(session, actor, intent="bulk.begin"):
        run = bulk.begin(session, actor, key, change, versions).id
    bulk.carry_out(session, actor, run)
    return bulk.report(session, actor, key)[1]


def _alone(session, actor, change, number) -> str | None:
    """What the single act says, tried and taken back."""
    try:
        with unit_of_work(session, actor, intent="test.try"):
            case = cases.find(session, actor, number, lock=True)
            if change.act is Act.ASSIGN:
                assignments.give(session, actor, case, session.get(User, change.to.id))
            else:
                cases.set_review(session, actor, case, change.date)
            raise _Back
    except _Back:
        return None
    except DomainError as refusal:
        return refusal.message


class _Back(Exception):
    """Takes a unit back that was only tried."""


@pytest.mark.parametrize("act", Act)
def test_what_is_foreseen_is_what_each_case_alone_would_say_and_what_then_happens(session, office, act):
    worker, taker, numbers = office
    actor = actor_of(session, session.get(User, worker))

    def change():
        return Change(act, to=session.get(User, taker), date=SOON)

    found = bulk.chosen(session, actor, list(numbers.values()))
    assert {case.id for case in found} == set(numbers.values()) - {numbers["hidden"]}
    foreseen = {
        one.case.id: one.problem and one.problem.message for one in bulk.foresee(session, actor, found, change())
    }
    assert foreseen == {number: _alone(session, actor, change(), number) for number in foreseen}
    able = {name for name, number in numbers.items() if number in foreseen and foreseen[number] is None}
    assert able == {"free", "worked", "sound", "quiet"} | (
        {"taken", "other", "kin", "kin_too"} if act is Act.REVIEW else set()
    )
    rows = _run(session, actor, change(), list(numbers.values()))
    assert {row.item.case_id: row.item.why or None for row in rows} == foreseen
    if act is Act.ASSIGN:
        assert foreseen[numbers["kin"]] == foreseen[numbers["kin_too"]] == "This person cannot be given this case."
    assert {row.item.case_id for row in rows if row.item.outcome == bulk.DONE} == {numbers[name] for name in able}
    for name in able:
        case = session.get(Case, numbers[name], populate_existing=True)
        assert case.owner_id == taker if act is Act.ASSIGN else case.review_date == SOON
        action = "case.assign" if act is Act.ASSIGN else "case.review_date"
        events = sa.select(AuditEvent).where(AuditEvent.case_id == case.id, AuditEvent.action == action)
        assert [event.outcome for event in session.scalars(events)] == ["done"]


def test_the_same_form_again_is_the_same_run_and_makes_no_twins(session, office):
    worker, taker, numbers = office
    actor, key = actor_of(session, session.get(User, worker)), uuid.uuid4()
    for change, rows in (
        (Change(Act.REVIEW, date=SOON), Review),
        (Change(Act.ASSIGN, to=session.get(User, taker)), None),
    ):
        key = uuid.uuid4()
        first = [row.item.outcome for row in _run(session, actor, change, [numbers["free"], numbers["taken"]], key)]
        again = [row.item.outcome for row in _run(session, actor, change, [numbers["free"], numbers["taken"]], key)]
        assert again == first
        of = rows or Assignment
        assert session.scalar(sa.select(sa.func.count()).where(of.case_id == numbers["free"])) == 1


def test_a_case_that_was_changed_meanwhile_is_left_alone_and_the_others_are_done(session, office):
    worker, _, numbers = office
    actor, key = actor_of(session, session.get(User, worker)), uuid.uuid4()
    versions = {numbers[name]: session.get(Case, numbers[name]).version_id for name in ("free", "worked")}
    with unit_of_work(session, actor, intent="case.update"):
        cases.update(session, actor, cases.find(session, actor, numbers["free"]), {"summary": "Another word"})
    with unit_of_work(session, actor, intent="bulk.begin"):
        run = bulk.begin(session, actor, key, Change(Act.REVIEW, date=SOON), versions).id
    bulk.carry_out(session, actor, run)
    outcomes = {row.item.case_id: row.item.outcome for row in bulk.report(session, actor, key)[1]}
    assert outcomes == {numbers["free"]: bulk.REFUSED, numbers["worked"]: bulk.DONE}


def test_a_run_belongs_to_whoever_began_it_and_names_no_case_out_of_sight(session, office):
    worker, taker, numbers = office
    actor, other = (actor_of(session, session.get(User, user)) for user in (worker, taker))
    key, change = uuid.uuid4(), Change(Act.REVIEW, date=SOON)
    with pytest.raises(InvalidInput), unit_of_work(session, actor, intent="bulk.begin"):
        bulk.begin(session, actor, key, change, {numbers["hidden"]: 1})
    for many in ({}, dict.fromkeys(range(1, bulk.MOST + 2), 1)):
        with pytest.raises(InvalidInput), unit_of_work(session, actor, intent="bulk.begin"):
            bulk.begin(session, actor, key, change, many)
    with unit_of_work(session, actor, intent="bulk.begin"):
        run = bulk.begin(session, actor, key, change, {numbers["hidden"]: 1, numbers["free"]: 1}).id
    assert list(session.scalars(sa.select(BulkItem.case_id))) == [numbers["free"]]
    with pytest.raises(NotFound):
        bulk.report(session, other, key)
    with pytest.raises(NotFound):
        bulk.carry_out(session, other, run)


def test_two_clicks_at_the_same_moment_change_each_case_once(app, session, office):
    worker, taker, numbers = office
    actor, key = actor_of(session, session.get(User, worker)), uuid.uuid4()
    versions = {case.id: case.version_id for case in bulk.chosen(session, actor, list(numbers.values()))}
    with unit_of_work(session, actor, intent="bulk.begin"):
        run = bulk.begin(session, actor, key, Change(Act.REVIEW, date=SOON), versions).id
    session.remove()
    gate = Barrier(2)

    def click(_number):
        with app.app_context():
            try:
                gate.wait(20)
                bulk.carry_out(db.session, actor, run)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(click, range(2), timeout=60))
    done = [row.item.case_id for row in bulk.report(session, actor, key)[1] if row.item.outcome == bulk.DONE]
    assert len(done) == 8
    reviews = sa.select(Review.case_id, sa.func.count()).where(Review.case_id.in_(done)).group_by(Review.case_id)
    assert dict(session.execute(reviews).all()) == dict.fromkeys(done, 1)
