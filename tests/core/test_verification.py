"""Persons and households: provisional, verified by somebody else, archived instead of deleted."""

import datetime as dt

import pytest

from portal.core import audit, cases, clock, corrections, households, people, verification
from portal.core.errors import (
    AlreadyDone,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    ReadOnly,
    SubjectUnverified,
)
from portal.core.models import Household, Person, PersonIdentifier
from portal.core.told import PersonTold
from portal.core.vocabulary import Origin, Status, Verification
from tests.core.offices import build
from tests.factories import committed, make_person, put_into


@pytest.fixture
def office(session):
    return build(session)


def register(office, actor=None, **told):
    actor = actor or office.worker
    told = {"full_name": "Omar Testperson", **told}
    return office.do(actor, lambda s: people.register(s, actor, PersonTold(**told), vertical_id=office.care))


def decide(office, number, actor, kind=Person, **more):
    return office.do(actor, lambda s: verification.decide(s, actor, s.get(kind, number), **more))


def test_whoever_registered_does_not_verify_and_an_administrator_may(office):
    number = register(office)
    assert office.person(number).verification_status is Verification.PROVISIONAL
    with pytest.raises(Forbidden):
        decide(office, number, office.worker)
    decide(office, number, office.other_worker)
    found = office.person(number)
    assert (found.verification_status, found.verified_by_id) == (Verification.VERIFIED, office.other_worker.user_id)
    with pytest.raises(AlreadyDone):
        decide(office, number, office.administrator)
    decide(office, register(office, office.administrator), office.administrator)
    assert list(audit.verify(office.session)) == []


def test_a_rejected_person_can_be_verified_later_and_not_rejected_twice(office):
    number = register(office)
    decide(office, number, office.other_worker, verified=False)
    with pytest.raises(AlreadyDone):
        decide(office, number, office.other_worker, verified=False)
    decide(office, number, office.other_worker)
    assert office.person(number).verification_status is Verification.VERIFIED


def test_an_identity_number_is_claimed_by_many_and_verified_for_one(office):
    first, second = (register(office, national_id_type="passport", national_id=n) for n in ("AB 123", "ab-123"))
    decide(office, first, office.other_worker)
    with pytest.raises(AlreadyDone):
        decide(office, second, office.other_worker)
    assert office.person(second).verification_status is Verification.PROVISIONAL
    numbers = office.session.query(PersonIdentifier).order_by(PersonIdentifier.id).all()
    assert [n.verified_at is not None for n in numbers] == [True, False]


def test_a_number_claimed_after_verification_is_confirmed_by_somebody_else_than_who_recorded_it(office):
    number = register(office)

    def confirm(actor):
        office.do(actor, lambda s: verification.verify_numbers(s, actor, s.get(Person, number)))

    with pytest.raises(SubjectUnverified):
        confirm(office.other_worker)
    decide(office, number, office.other_worker)
    with pytest.raises(AlreadyDone):
        confirm(office.worker)
    office.do(
        office.worker,
        lambda s: corrections.claim_identity(s, office.worker, s.get(Person, number), "passport", "CD 456"),
    )
    with pytest.raises(Forbidden):
        confirm(office.worker)
    confirm(office.other_worker)
    assert office.session.query(PersonIdentifier).one().verified_at is not None
    assert list(audit.verify(office.session)) == []


def test_archiving_keeps_the_record_and_waits_for_open_cases(office):
    office.consent()
    number = office.opened(Status.ACTIVE)

    def archive(**more):
        return office.do(
            office.worker,
            lambda s: verification.archive(s, office.worker, office.person(), **{"reason_code": "DECEASED", **more}),
        )

    for wrong in ({"reason_code": None}, {"reason_code": "NO"}, {"reason_code": "OTHER"}):
        with pytest.raises(InvalidInput):
            archive(**wrong)
    with pytest.raises(InvalidTransition):
        archive()
    with committed(office.session):
        put_into(office.session, office.case(number), Status.CLOSED)
    archive()
    with pytest.raises(AlreadyDone):
        archive()
    with pytest.raises(ReadOnly):
        office.do(
            office.worker,
            lambda s: cases.open_case(
                s,
                office.worker,
                origin=Origin.PORTAL,
                vertical=office.vertical(office.care),
                subject=office.person(),
                facts={"summary": "x"},
            ),
        )
    office.do(
        office.worker,
        lambda s: verification.restore(s, office.worker, office.person(), reason_code="ARCHIVED_IN_ERROR"),
    )
    assert office.person().archived_at is None


def test_a_household_is_registered_verified_and_has_members_with_dates(office):
    made = office.do(office.worker, lambda s: households.register(s, office.worker, " The  Tests ", office.person()))
    household = office.session.get(Household, made)
    assert (household.name, household.leader_id) == ("The Tests", office.subject)
    assert households.find(office.session, office.worker, household.uuid).id == made
    with pytest.raises(NotFound):
        households.find(office.session, office.stranger, household.uuid)
    with pytest.raises(Forbidden):
        decide(office, made, office.worker, Household)
    decide(office, made, office.other_worker, Household)
    member, today = register(office), clock.today()

    def add(**more):
        return office.do(
            office.worker,
            lambda s: households.add_member(
                s, office.worker, s.get(Household, made), s.get(Person, member), **{"effective_from": today, **more}
            ),
        )

    with pytest.raises(InvalidInput):
        add(effective_until=today)
    add()
    with pytest.raises(AlreadyDone):
        add()

    def end(until, reason="MOVED_OUT"):
        return office.do(
            office.worker,
            lambda s: households.end_membership(
                s,
                office.worker,
                s.get(Household, made),
                s.get(Person, member),
                effective_until=until,
                reason_code=reason,
            ),
        )

    with pytest.raises(InvalidInput):
        end(today - dt.timedelta(days=1))
    end(today + dt.timedelta(days=3))
    with pytest.raises(AlreadyDone):
        end(today + dt.timedelta(days=3))
    add(effective_from=today + dt.timedelta(days=3))
    assert len(households.members(office.session, office.session.get(Household, made))) == 2
    office.do(
        office.worker,
        lambda s: verification.archive(s, office.worker, s.get(Household, made), reason_code="REGISTERED_IN_ERROR"),
    )
    with pytest.raises(ReadOnly):
        add(effective_from=today + dt.timedelta(days=30))


def test_a_person_of_another_vertical_is_absent(office):
    number = register(office)
    uuid = office.person(number).uuid
    with pytest.raises(NotFound):
        people.find_by_uuid(office.session, office.stranger, uuid)
    with committed(office.session):
        make_person(office.session, "Unrelated Noise")
    assert people.find_by_uuid(office.session, office.worker, uuid).id == number
