"""Rules ask for the person, whichever record they stand on."""

import pytest

from portal.core import clock, conflicts, consents, people, same_people, verification
from portal.core.actors import SYSTEM
from portal.core.errors import AlreadyDone, InvalidTransition
from portal.core.told import PersonTold
from portal.core.vocabulary import ConflictScope, Status, Verification
from tests.core.person_merging.conftest import merge, named, unmerge
from tests.factories import committed


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


def test_a_report_about_a_known_person_lands_on_the_record_that_leads(office, other):
    told = PersonTold(full_name="Amina Testpersson", external_id="X-9")
    assert people.known_by(office.session, SYSTEM, told).id == other
    merge(office, office.subject, other)
    assert people.known_by(office.session, SYSTEM, told).id == office.subject
