"""Steps of the lifecycle on real cases: guards, effects, and two people at once (contract 004)."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa

from portal.core import audit, cases, clock, transitions
from portal.core.errors import (
    ConsentRequired,
    DomainError,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    ReadOnly,
    StaleVersion,
    SubjectUnverified,
)
from portal.core.models import AuditEvent, Case, CaseStatusHistory, CaseSuspension
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Action, Status, Verification
from portal.extensions import db
from tests.core.offices import build
from tests.factories import committed

A, S = Action, Status


@pytest.fixture
def office(session):
    made = build(session)
    made.consent()
    return made


def test_the_whole_walk_of_the_contract(office):
    number = office.opened()
    walk = [
        (office.worker, A.SUBMIT, S.SUBMITTED, {"note": "ready"}),
        (office.other_worker, A.VERIFY, S.VERIFIED, {}),
        (office.supervisor, A.ACTIVATE, S.ACTIVE, {}),
        (office.supervisor, A.SUSPEND, S.SUSPENDED, {"reason": "POLICY_SUSPENSION"}),
        (office.supervisor, A.RESUME, S.ACTIVE, {"reason": "POLICY_LIFTED"}),
        (office.worker, A.STABILIZE, S.STABILIZED, {"note": "going well"}),
        (office.worker, A.CLOSE, S.CLOSED, {"reason": "OBJECTIVES_MET"}),
        (office.supervisor, A.REOPEN, S.REOPENED, {"reason": "NEW_INFORMATION"}),
        (office.supervisor, A.ACTIVATE, S.ACTIVE, {}),
        (office.worker, A.STABILIZE, S.STABILIZED, {}),
        (office.worker, A.CLOSE, S.CLOSED, {"reason": "OTHER", "text": "as agreed"}),
        (office.supervisor, A.ARCHIVE, S.ARCHIVED, {"reason": "RETENTION"}),
    ]
    versions = [office.case(number).version_id]
    for actor, action, state, given in walk:
        assert office.step(actor, number, action, **given) is state
        versions.append(office.case(number).version_id)
    assert versions == sorted(set(versions))
    found = office.case(number)
    for moment in "submitted verified activated suspended resumed stabilized closed reopened archived".split():
        assert getattr(found, f"{moment}_at") is not None, moment
    steps = transitions.history(office.session, found)
    assert [step.to_status for step in steps] == [S.DRAFT, *[state for _, _, state, _ in walk]]
    assert [step.from_status for step in steps[1:]] == [step.to_status for step in steps[:-1]]
    assert [step.note for step in steps if step.note] == ["ready", "going well"]
    events = office.session.scalars(
        sa.select(AuditEvent.action).where(AuditEvent.chain_key == f"case:{number}").order_by(AuditEvent.seq)
    ).all()
    assert events == ["case.create", *[f"case.{action.value}" for _, action, _, _ in walk]]
    assert list(audit.verify(office.session)) == []


@pytest.mark.parametrize("prior", [S.ACTIVE, S.STABILIZED, S.REOPENED])
def test_resuming_returns_to_the_state_before(office, prior):
    number = office.opened(prior)
    office.step(office.supervisor, number, A.SUSPEND, reason="GEO_REVIEW")
    assert office.case(number).prior_status is prior
    with pytest.raises(ReadOnly):
        office.step(office.supervisor, number, A.RESUME)
    assert office.step(office.administrator, number, A.RESUME, reason="REVIEW_COMPLETED") is prior
    assert office.case(number).prior_status is None


def test_whoever_submitted_does_not_verify_but_an_administrator_may(office):
    number = office.opened()
    office.step(office.supervisor, number, A.SUBMIT)
    with pytest.raises(Forbidden):
        office.step(office.supervisor, number, A.VERIFY)
    assert office.step(office.worker, number, A.VERIFY) is S.VERIFIED
    number = office.opened()
    office.step(office.administrator, number, A.SUBMIT)
    office.step(office.administrator, number, A.VERIFY)
    event = office.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "case.verify")).all()[-1]
    assert event.details["elevated"] is True


def test_an_unverified_subject_stands_against_verifying_and_activating(office):
    numbers = office.opened(S.SUBMITTED), office.opened(S.REOPENED)
    with committed(office.session):
        office.person().verification_status = Verification.REJECTED
    for number, action in zip(numbers, (A.VERIFY, A.ACTIVATE), strict=True):
        with pytest.raises(SubjectUnverified):
            office.step(office.supervisor, number, action)


@pytest.mark.parametrize(
    ("status", "action"),
    [(S.DRAFT, A.SUBMIT), (S.SUBMITTED, A.VERIFY), (S.VERIFIED, A.ACTIVATE), (S.ACTIVE, A.STABILIZE)],
)
def test_missing_consent_stands_against_every_step_forward(office, status, action):
    number = office.opened(status)
    with committed(office.session):
        office.session.execute(
            sa.text("UPDATE consents SET active_from = :later"), {"later": "2090-01-01 00:00:00+00:00"}
        )
    with pytest.raises(ConsentRequired):
        office.step(office.administrator, number, action)


@pytest.mark.parametrize(
    ("status", "action", "wrong", "target"),
    [
        (S.ACTIVE, A.SUSPEND, {}, "suspension_reason"),
        (S.ACTIVE, A.SUSPEND, {"reason": "BECAUSE"}, "suspension_reason"),
        (S.ACTIVE, A.SUSPEND, {"reason": "OTHER", "text": "  "}, "reason_text"),
        (S.STABILIZED, A.CLOSE, {}, "closure_reason"),
        (S.CLOSED, A.REOPEN, {"reason": "OTHER"}, "reason_text"),
        (S.CLOSED, A.ARCHIVE, {"reason": "ABANDONED"}, "reason_code"),
        (S.ACTIVE, A.ARCHIVE, {"reason": "RETENTION"}, "reason_code"),
        (S.CLOSED, A.ARCHIVE, {"reason": "OTHER"}, "reason_text"),
        (S.SUSPENDED, A.RESUME, {"reason": "BECAUSE"}, "reason_code"),
    ],
)
def test_reasons_are_on_their_list_and_other_is_explained(office, status, action, wrong, target):
    number = office.opened(status)
    with pytest.raises(InvalidInput) as caught:
        office.step(office.administrator, number, action, **wrong)
    assert caught.value.target == target
    assert office.case(number).lifecycle_status is status


def test_other_without_words_is_taken_where_the_contract_makes_them_optional(office):
    number = office.opened(S.STABILIZED)
    assert office.step(office.worker, number, A.CLOSE, reason="OTHER", text_demanded=False) is S.CLOSED
    with pytest.raises(InvalidInput):
        office.step(office.supervisor, number, A.REOPEN, reason="OTHER", text_demanded=False)


def test_activating_sets_the_period_and_refuses_one_that_ends_before_it_begins(office):
    number, now = office.opened(S.VERIFIED), clock.now()
    with pytest.raises(InvalidInput):
        office.step(office.supervisor, number, A.ACTIVATE, active_from=now, active_until=now - dt.timedelta(days=1))
    office.step(office.supervisor, number, A.ACTIVATE, active_until=now + dt.timedelta(days=9))
    found = office.case(number)
    assert now <= found.active_from < found.active_until == now + dt.timedelta(days=9)


def test_a_suspended_closed_or_archived_case_is_read_only(office):
    for status in (S.SUSPENDED, S.CLOSED, S.ARCHIVED):
        number = office.opened(status)
        with pytest.raises(ReadOnly):
            office.do(
                office.supervisor, lambda s, n=number: cases.update(s, office.supervisor, s.get(Case, n), {"plan": "x"})
            )


def test_the_portal_suspends_from_every_live_state_and_nobody_else_does(office):
    for status in (S.DRAFT, S.SUBMITTED, S.VERIFIED):
        number = office.opened(status)
        with pytest.raises(InvalidTransition):
            office.step(office.administrator, number, A.SUSPEND, reason="POLICY_SUSPENSION")


def test_every_suspension_leaves_its_reason_and_a_second_one_is_refused(office):
    number = office.opened(S.ACTIVE)
    office.step(office.supervisor, number, A.SUSPEND, reason="OTHER", text="The roof fell in")
    with pytest.raises(InvalidTransition) as caught:
        office.step(office.supervisor, number, A.SUSPEND, reason="POLICY_SUSPENSION")
    assert caught.value.details["current_status"] == "suspended"
    assert set(caught.value.details["allowed_actions"]) == {"resume", "archive"}
    kept = office.session.scalars(sa.select(CaseSuspension).where(CaseSuspension.case_id == number)).all()
    assert [(s.reason_code, s.reason_text, s.lifted_at) for s in kept] == [("OTHER", "The roof fell in", None)]


def test_a_stale_version_is_told(office):
    number = office.opened(S.ACTIVE)
    with pytest.raises(StaleVersion):
        office.step(office.worker, number, A.STABILIZE, version=office.case(number).version_id - 1)


def test_two_supervisors_at_once_one_step_and_the_other_is_told(app, office):
    number = office.opened(S.ACTIVE)
    office.session.remove()
    together, came = threading.Barrier(2), []

    def suspend(actor):
        with app.app_context():
            try:
                together.wait(10)
                with unit_of_work(db.session, actor, intent="case.suspend"):
                    case = cases.find(db.session, actor, number)
                    transitions.change_status(db.session, actor, case, A.SUSPEND, reason="POLICY_SUSPENSION")
                came.append("done")
            except DomainError as refused:
                came.append(type(refused))
            finally:
                db.session.remove()

    both = [threading.Thread(target=suspend, args=(a,)) for a in (office.supervisor, office.other_supervisor)]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    assert sorted(came, key=str) == sorted(["done", InvalidTransition], key=str)
    steps = sa.select(CaseStatusHistory).where(
        CaseStatusHistory.case_id == number, CaseStatusHistory.action == "suspend"
    )
    assert len(db.session.scalars(steps).all()) == 1
    assert list(audit.verify(db.session)) == []
