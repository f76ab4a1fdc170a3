"""Whose consent a case lives on: each service that takes part, a household, a person in several records."""

import datetime as dt

import pytest

from portal.core import assignments, cases, clock, consents
from portal.core.errors import ConsentRequired, SubjectUnverified
from portal.core.models import Household, HouseholdMember, Person
from portal.core.vocabulary import Action, Origin, Status
from tests.core.consents.conftest import DAY
from tests.core.offices import build
from tests.factories import committed, make_case, make_household, make_participant, make_person, make_vertical


def test_the_end_of_a_participants_consent_suspends_the_whole_case_without_saying_whose(office):
    office.consent()
    number = office.consent(office.health)
    case = office.opened(Status.ACTIVE)
    with committed(office.session):
        make_participant(office.session, office.case(case), office.vertical(office.health))
    office.withdraw(number)
    found = office.case(case)
    assert found.lifecycle_status is Status.SUSPENDED
    assert found.status_text == "Consent of a participating service"
    assert "HEALTH" not in (found.status_text + consents.standing(office.session, found).problem).upper()


def test_a_vertical_that_did_not_opt_in_does_not_count(office):
    office.consent()
    number = office.consent(office.health)
    case = office.opened(Status.ACTIVE)
    with committed(office.session):
        make_participant(office.session, office.case(case), office.vertical(office.health), opted_in=False)
    office.withdraw(number)
    assert office.case(case).lifecycle_status is Status.ACTIVE


def test_a_household_speaks_by_its_leader_and_where_policy_says_so_by_every_adult(session):
    office = build(session)
    with committed(session):
        leader, member = (
            office.person(),
            make_person(session, "Omar Testperson", verified=True, dob=dt.date(1980, 1, 1)),
        )
        child = make_person(session, "Sana Testperson", verified=True, dob=clock.today() - 1000 * DAY)
        household = make_household(session, leader, verified=True)
        session.add_all(
            HouseholdMember(household_id=household.id, person_id=p.id, effective_from=clock.today())
            for p in (member, child)
        )
        all_of_them = make_vertical(session, "ALL", consent=True, every_adult_consents=True)
        ids = household.id, member.id, all_of_them.id
    household, member, strict = ids
    assert consents.speakers(session, session.get(Household, household), office.vertical(office.care)) == [
        office.subject
    ]
    found = consents.speakers(session, session.get(Household, household), office.vertical(strict))
    assert found == sorted((office.subject, member))
    for vertical in (office.care, strict):
        office.consent(vertical)
    theirs = office.consent(strict, person=member)
    with committed(session):
        subject = session.get(Household, household)
        one = make_case(session, office.vertical(office.care), subject=subject, status=Status.ACTIVE).id
        other = make_case(session, office.vertical(strict), subject=subject, status=Status.ACTIVE).id
    office.withdraw(theirs)
    assert office.case(one).lifecycle_status is Status.ACTIVE
    assert office.case(other).lifecycle_status is Status.SUSPENDED


def test_of_records_of_one_person_the_strictest_wins(office):
    with committed(office.session):
        twin = make_person(office.session, "Amina Test-Person", verified=True).id
    theirs = office.consent(person=twin)
    office.consent()
    case = office.opened(Status.ACTIVE)
    office.withdraw(theirs)
    assert office.case(case).lifecycle_status is Status.ACTIVE, "not known to be one person"
    with committed(office.session):
        office.session.get(Person, twin).root_id = office.subject
    with pytest.raises(ConsentRequired):
        office.step(office.worker, case, Action.STABILIZE)
    with committed(office.session):
        office.session.get(Person, twin).root_id = None
    assert office.step(office.worker, case, Action.STABILIZE) is Status.STABILIZED


def test_opening_needs_a_verified_subject_and_consent_and_at_the_interventions_door_always(office):
    def opened(vertical, origin, subject=None):
        return office.do(
            office.worker,
            lambda s: cases.open_case(
                s,
                office.worker,
                origin=origin,
                vertical=office.vertical(vertical),
                subject=office.person(subject),
                facts={"summary": "s"},
            ),
        )

    with pytest.raises(ConsentRequired):
        opened(office.care, Origin.PORTAL)
    assert office.case(opened(office.desk, Origin.PORTAL)).lifecycle_status is Status.ACTIVE
    with pytest.raises(ConsentRequired):
        opened(office.desk, Origin.INTERVENTIONS)
    office.consent(office.desk)
    assert office.case(opened(office.desk, Origin.INTERVENTIONS)).lifecycle_status is Status.DRAFT
    with committed(office.session):
        provisional = make_person(office.session, "Not Verified").id
    with pytest.raises(SubjectUnverified):
        opened(office.desk, Origin.INTERVENTIONS, provisional)


def test_a_suspended_case_has_ways_out(office):
    number = office.consent()
    case = office.opened(Status.ACTIVE)
    given = office.do(
        office.supervisor,
        lambda s: assignments.give(s, office.supervisor, office.case(case), s.get(cases.User, office.worker.user_id)),
    )
    office.withdraw(number)
    made = office.session.get(assignments.Assignment, given)
    office.do(
        office.supervisor,
        lambda s: assignments.end(
            s,
            office.supervisor,
            s.get(cases.Case, case),
            s.get(type(made), given),
            until=clock.now(),
            reason_code="LEFT",
        ),
    )
    assert office.step(office.supervisor, case, Action.ARCHIVE, reason="ABANDONED") is Status.ARCHIVED
