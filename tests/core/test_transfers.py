"""Handing a case to another vertical: guards asked for the new one, approvals used once, nothing left behind."""

import uuid

import pytest

from portal.core import approvals, assignments, audit, cases, clock, conflicts, participants, transfers
from portal.core.errors import (
    AlreadyDone,
    ApprovalRequired,
    ConsentRequired,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    OpenConflict,
    ReadOnly,
    SubjectUnverified,
)
from portal.core.models import Approval, Case, User, WorkflowInstance
from portal.core.vocabulary import Role, Status
from tests.core.offices import build
from tests.factories import actor_of, committed, make_case, make_participant, make_program, make_user, make_vertical


@pytest.fixture
def office(session):
    made = build(session)
    made.consent()
    return made


@pytest.fixture
def number(office):
    return office.opened(Status.ACTIVE)


def transfer(office, number, to, actor=None, **more):
    actor = actor or office.supervisor
    more = {"reason_code": "BETTER_PLACED", **more}
    conflicts.check_first(office.session, actor, number, reason_code="TRANSFER", vertical=office.vertical(to))
    return office.do(
        actor, lambda s: transfers.transfer(s, actor, cases.find(s, actor, number), office.vertical(to), **more)
    )


def test_the_new_vertical_leads_and_the_old_one_is_gone(office, number):
    office.consent(office.health)
    before = office.case(number).version_id
    transfer(office, number, office.health)
    assert office.case(number).primary_vertical_id == office.health
    assert office.case(number).version_id > before
    assert cases.find(office.session, office.healer, number)
    with pytest.raises(NotFound):
        cases.find(office.session, office.worker, number)
    made = transfers.of_case(office.session, office.case(number))[0]
    assert (made.from_vertical_id, made.to_vertical_id, made.reason_code) == (
        office.care,
        office.health,
        "BETTER_PLACED",
    )
    assert list(audit.verify(office.session)) == []


def test_consent_for_the_new_vertical_is_asked_for(office, number):
    with pytest.raises(ConsentRequired):
        transfer(office, number, office.health)
    transfer(office, number, office.desk)
    assert office.case(number).primary_vertical_id == office.desk


def test_a_case_without_a_verified_subject_does_not_go_where_consent_is_asked_for(office):
    with committed(office.session):
        number = make_case(office.session, office.vertical(office.desk)).id
    with pytest.raises(SubjectUnverified):
        transfer(office, number, office.care)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.CLOSED, Status.ARCHIVED, Status.SUSPENDED])
def test_states_from_which_a_case_is_not_handed_over(office, status):
    with pytest.raises((InvalidTransition, ReadOnly)):
        transfer(office, office.opened(status), office.desk)


def test_to_itself_without_a_reason_or_by_somebody_else_it_is_refused(office, number):
    with pytest.raises(AlreadyDone):
        transfer(office, number, office.care)
    for reason in (None, "BECAUSE"):
        with pytest.raises(InvalidInput):
            transfer(office, number, office.desk, reason_code=reason)
    with pytest.raises(Forbidden):
        transfer(office, number, office.desk, office.worker)
    transfer(office, number, office.desk, reason_code="OTHER")  # the contract asks for no words here


def test_duplicate_support_in_the_new_vertical_is_recorded_and_stands_against_it(office, number):
    office.consent(office.health)
    office.opened(Status.ACTIVE, vertical=office.health)
    with pytest.raises(OpenConflict):
        transfer(office, number, office.health)
    conflict = conflicts.open_ones(office.session, office.case(number))[0]
    assert conflict.reason_code == "TRANSFER"
    assert office.case(number).primary_vertical_id == office.care


def test_the_part_of_the_new_vertical_is_absorbed_and_the_programme_left_behind(office, number):
    office.consent(office.health)
    with committed(office.session):
        make_participant(office.session, office.case(number), office.vertical(office.health))
        office.session.get(Case, number).program_id = make_program(office.session, office.vertical(office.care)).id
        office.session.get(Case, number).owner_id = office.worker.user_id
    transfer(office, number, office.health)
    found = office.case(number)
    assert (found.program_id, found.owner_id) == (None, None)
    assert participants.of_case(office.session, found) == []


def test_workers_who_do_not_belong_to_the_new_vertical_lose_the_case(office, number):
    office.consent(office.health)
    with committed(office.session):
        both = make_user(
            office.session, Role.CASEWORKER, office.vertical(office.care), office.vertical(office.health)
        ).id
    for to in (office.worker.user_id, both):
        office.do(
            office.supervisor,
            lambda s, to=to: assignments.add(
                s,
                office.supervisor,
                s.get(Case, number),
                next(u for u in cases.assignable_users(s, office.care) if u.id == to),
                effective_from=clock.now(),
            ),
        )
    transfer(office, number, office.health)
    standing = {a.user_id: a.end_reason for a in assignments.listed(office.session, office.case(number))}
    assert standing == {office.worker.user_id: "TRANSFERRED_CASE", both: None}
    with pytest.raises(NotFound):
        cases.find(office.session, office.worker, number)
    assert cases.find(office.session, actor_of(office.session, office.session.get(User, both)), number)


def ask(office, number, actor=None, to=None):
    actor = actor or office.supervisor
    return office.do(
        actor,
        lambda s: approvals.ask(
            s,
            actor,
            cases.find(s, actor, number),
            purpose="transfer_owner",
            to_vertical=office.vertical(to) if to else None,
        ),
    )


def answer(office, asked, actor, *, approved=True):
    def work(s):
        instance = approvals.find(s, actor, s.get(WorkflowInstance, asked).uuid, lock=True)
        return approvals.decide(s, actor, instance, approved=approved)

    return office.session.get(Approval, office.do(actor, work)).uuid


class TestWhereThePackAsksForAnApproval:
    @pytest.fixture
    def number(self, office):
        with committed(office.session):
            strict = make_vertical(office.session, "STRICT", transfer_requires_approval=True)
            for name in ("supervisor", "other_supervisor", "worker"):
                user = office.session.get(User, getattr(office, name).user_id)
                office.session.add(cases.VerticalMember(user_id=user.id, vertical_id=strict.id))
                office.session.flush()
                setattr(office, name, actor_of(office.session, user))
            return make_case(office.session, strict).id

    def test_an_approval_by_somebody_else_is_needed_and_used_up(self, office, number):
        with pytest.raises(ApprovalRequired):
            transfer(office, number, office.desk)
        with pytest.raises(ApprovalRequired):
            transfer(office, number, office.desk, approval_uuid=uuid.uuid4())
        asked = ask(office, number)
        with pytest.raises(Forbidden):
            answer(office, asked, office.supervisor)
        assert [i.id for i, _ in approvals.waiting(office.session, office.other_supervisor)] == [asked]
        assert approvals.waiting(office.session, office.supervisor) == []
        assert approvals.waiting(office.session, office.worker) == []
        approval = answer(office, asked, office.other_supervisor)
        with pytest.raises(AlreadyDone):
            answer(office, asked, office.other_supervisor)
        transfer(office, number, office.desk, approval_uuid=approval)
        assert office.session.query(Approval).one().used_at is not None

    def test_a_rejected_one_one_for_another_vertical_or_another_case_does_not_do(self, office, number):
        rejected = answer(office, ask(office, number), office.other_supervisor, approved=False)
        elsewhere = answer(office, ask(office, number, to=office.care), office.other_supervisor)
        with committed(office.session):
            other = make_case(office.session, office.case(number).primary_vertical).id
        of_other = answer(office, ask(office, other), office.other_supervisor)
        for approval in (rejected, elsewhere, of_other):
            with pytest.raises(ApprovalRequired):
                transfer(office, number, office.desk, approval_uuid=approval)
        assert [a.used_at for a in office.session.query(Approval)] == [None, None, None]

    def test_who_may_not_hand_over_may_not_ask_and_who_may_not_approve_may_not_answer(self, office, number):
        with pytest.raises(Forbidden):
            ask(office, number, office.worker)
        asked = ask(office, number)
        with pytest.raises(Forbidden):
            answer(office, asked, office.worker)
        with pytest.raises(NotFound):
            answer(office, asked, office.stranger)
        with pytest.raises(InvalidInput):
            office.do(
                office.supervisor,
                lambda s: approvals.ask(s, office.supervisor, s.get(Case, number), purpose="anything"),
            )
