"""Verticals that take part: asked by the one that leads, opting in for themselves with consent, leaving at once."""

import uuid

import pytest

from portal.core import audit, cases, consents, notes, participants
from portal.core.errors import (
    AlreadyDone,
    ConsentRequired,
    Forbidden,
    InvalidInput,
    NotFound,
    ReadOnly,
)
from portal.core.models import Consent
from portal.core.vocabulary import ParticipantStatus, Status
from tests.core.offices import build


@pytest.fixture
def office(session):
    made = build(session)
    made.consent()
    return made


@pytest.fixture
def number(office):
    return office.opened(Status.ACTIVE)


def add(office, number, actor=None, vertical=None):
    actor = actor or office.worker
    return office.do(
        actor,
        lambda s: participants.add(s, actor, cases.find(s, actor, number), office.vertical(vertical or office.health)),
    )


def opt_in(office, number, actor=None, **more):
    actor = actor or office.healer

    def work(s):
        case = participants.find_case(s, actor, office.case(number).uuid)
        return participants.opt_in(s, actor, case, office.vertical(office.health), **more)

    return office.do(actor, work)


def remove(office, number, actor=None, **more):
    actor = actor or office.worker
    more = {"reason_code": "NO_LONGER_NEEDED", **more}

    def work(s):
        case = participants.find_case(s, actor, office.case(number).uuid)
        return participants.remove(s, actor, case, office.vertical(office.health), **more)

    return office.do(actor, work)


def statuses(office, number):
    return [p.status.value for p in participants.of_case(office.session, office.case(number), removed=True)]


def test_a_vertical_sees_nothing_before_it_opts_in_and_the_case_afterwards(office, number):
    add(office, number)
    with pytest.raises(NotFound):
        cases.find(office.session, office.healer, number)
    assert [p.case_id for p in participants.invitations(office.session, office.healer)] == [number]
    office.consent(office.health)
    opt_in(office, number)
    assert cases.find(office.session, office.healer, number).id == number
    assert participants.invitations(office.session, office.healer) == []
    remove(office, number)
    with pytest.raises(NotFound):
        cases.find(office.session, office.healer, number)


def test_opting_in_needs_the_subjects_consent_for_that_very_vertical(office, number):
    add(office, number)
    with pytest.raises(ConsentRequired):
        opt_in(office, number)
    office.consent(office.health)
    opt_in(office, number)
    assert statuses(office, number) == ["opted_in"]
    with pytest.raises(AlreadyDone):
        opt_in(office, number)


def test_a_consent_that_is_named_must_be_the_one(office, number):
    add(office, number)
    of_care = office.session.get(Consent, 1).uuid
    named = office.session.get(Consent, office.consent(office.health)).uuid
    for wrong in (of_care, uuid.uuid4()):
        with pytest.raises(ConsentRequired):
            opt_in(office, number, consent_uuid=wrong)
    assert (
        office.session.get(participants.Participant, opt_in(office, number, consent_uuid=named)).consent_id is not None
    )


def test_nobody_opts_in_for_another_vertical_but_an_administrator_may(office, number):
    add(office, number)
    office.consent(office.health)
    for other in (office.worker, office.supervisor):
        with pytest.raises(Forbidden):
            opt_in(office, number, other)
    with pytest.raises(NotFound):
        opt_in(office, number, office.stranger)
    opt_in(office, number, office.administrator)
    assert statuses(office, number) == ["opted_in"]


def test_a_participant_writes_down_and_writes_but_never_steers(office, number):
    add(office, number)
    office.consent(office.health)
    opt_in(office, number)
    office.do(
        office.healer, lambda s: notes.write(s, office.healer, cases.find(s, office.healer, number), "seen today")
    )
    with pytest.raises(Forbidden):
        office.do(
            office.healer,
            lambda s: cases.update(s, office.healer, cases.find(s, office.healer, number), {"summary": "ours now"}),
        )
    with pytest.raises(Forbidden):
        add(office, number, office.healer, office.desk)


def test_the_primary_vertical_and_one_that_is_there_cannot_be_added(office, number):
    with pytest.raises(InvalidInput):
        add(office, number, vertical=office.care)
    add(office, number)
    with pytest.raises(AlreadyDone):
        add(office, number)
    remove(office, number)
    add(office, number)
    assert statuses(office, number) == ["removed", "pending_opt_in"]


def test_removal_asks_for_a_reason_and_is_final(office, number):
    add(office, number)
    for wrong in ({"reason_code": None}, {"reason_code": "NO"}, {"reason_code": "OTHER"}):
        with pytest.raises(InvalidInput):
            remove(office, number, **wrong)
    remove(office, number, reason_code="OTHER", text="Moved to another office")
    with pytest.raises(AlreadyDone):
        remove(office, number)


def test_a_vertical_may_decline_for_itself_and_not_for_others(office, number):
    add(office, number)
    remove(office, number, office.healer, reason_code="DECLINED")
    assert statuses(office, number) == ["removed"]
    add(office, number)
    with pytest.raises(NotFound):
        remove(office, number, office.stranger)


def test_removing_the_one_whose_consent_ended_lifts_the_suspension(office, number):
    add(office, number)
    theirs = office.consent(office.health)
    opt_in(office, number)
    office.withdraw(theirs)
    assert office.case(number).lifecycle_status is Status.SUSPENDED
    with pytest.raises(ReadOnly):
        add(office, number, vertical=office.desk)
    remove(office, number, reason_code="CONSENT_WITHDRAWN")
    assert office.case(number).lifecycle_status is Status.ACTIVE
    assert list(audit.verify(office.session)) == []


def test_removing_one_participant_leaves_the_suspension_for_another_reason(office, number):
    add(office, number)
    theirs = office.consent(office.health)
    opt_in(office, number)
    office.withdraw(theirs)
    office.withdraw(1)
    remove(office, number, reason_code="CONSENT_WITHDRAWN")
    assert office.case(number).lifecycle_status is Status.SUSPENDED
    office.consent()
    assert office.case(number).lifecycle_status is Status.ACTIVE


def test_no_participants_on_a_closed_case_and_every_change_raises_the_version(office, number):
    versions = [office.case(number).version_id]
    add(office, number)
    versions.append(office.case(number).version_id)
    office.consent(office.health)
    opt_in(office, number)
    versions.append(office.case(number).version_id)
    remove(office, number)
    versions.append(office.case(number).version_id)
    assert versions == sorted(set(versions))
    with pytest.raises(ReadOnly):
        add(office, office.opened(Status.CLOSED))


def test_an_opted_in_vertical_whose_consent_is_missing_stands_against_every_step(office, number):
    add(office, number)
    office.consent(office.health)
    opt_in(office, number)
    assert consents.standing(office.session, office.case(number)).problem is None
    assert ParticipantStatus(statuses(office, number)[0]) is ParticipantStatus.OPTED_IN
