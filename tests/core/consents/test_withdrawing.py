"""A withdrawal suspends the cases that lived on it; consent given again restores them."""

import pytest
import sqlalchemy as sa

from portal.core import audit, cases, clock, consent_effects, consent_preview, consenting, jobs, transitions
from portal.core.consenting import Consent, Given
from portal.core.errors import AlreadyDone, ConsentRequired, InvalidInput, ReadOnly
from portal.core.models import CaseSuspension, Notice
from portal.core.vocabulary import Action, ConsentStatus, Status
from tests.core.consents.conftest import DAY, consent_of
from tests.factories import committed


def reasons_of(office, number):
    office.session.rollback()
    return [s.reason_code for s in transitions.open_suspensions(office.session, office.case(number))]


def test_what_a_withdrawal_would_do_is_what_it_does(office):
    number = office.consent()
    live, closed = office.opened(Status.ACTIVE), office.opened(Status.CLOSED)
    office.opened(Status.ACTIVE, vertical=office.desk)
    before = consent_preview.of_withdrawal(office.session, office.worker, consent_of(office, number))
    assert ([case.id for case in before.cases], before.suspended, before.total) == ([live, closed], 1, 2)
    assert consent_preview.of_withdrawal(office.session, office.stranger, consent_of(office, number)).cases == []
    office.withdraw(number)
    assert [office.case(n).lifecycle_status for n in (live, closed)] == [Status.SUSPENDED, Status.CLOSED]


def test_while_another_consent_stands_a_withdrawal_stops_nothing_and_the_preview_says_so(office):
    old = office.consent(days=2)
    clock.advance(3 * DAY)
    office.consent()
    case = office.opened(Status.ACTIVE)
    before = consent_preview.of_withdrawal(office.session, office.worker, consent_of(office, old))
    assert (before.remains, before.suspended) == (True, 0)
    office.withdraw(old)
    assert office.case(case).lifecycle_status is Status.ACTIVE


def test_withdrawal_suspends_every_live_case_in_the_same_transaction_and_tells_the_owner(office):
    number = office.consent()
    live = [office.opened(status) for status in (Status.DRAFT, Status.SUBMITTED, Status.ACTIVE, Status.REOPENED)]
    closed, elsewhere = office.opened(Status.CLOSED), office.opened(Status.ACTIVE, vertical=office.desk)
    with committed(office.session):
        office.case(live[2]).owner_id = office.worker.user_id
    office.withdraw(number)
    for case in live:
        assert office.case(case).lifecycle_status is Status.SUSPENDED
        assert office.case(case).status_reason == "CONSENT_WITHDRAWN"
        assert reasons_of(office, case) == ["CONSENT_WITHDRAWN"]
    assert office.case(closed).lifecycle_status is Status.CLOSED
    assert office.case(elsewhere).lifecycle_status is Status.ACTIVE
    told = office.session.scalars(sa.select(Notice).where(Notice.user_id == office.worker.user_id)).all()
    assert [(n.kind, n.case_id) for n in told] == [("case.suspended", live[2])]
    assert list(audit.verify(office.session)) == []


def test_a_withdrawal_that_fails_leaves_every_case_as_it_was(office):
    number, case = office.consent(), None
    case = office.opened(Status.ACTIVE)
    with pytest.raises(InvalidInput):
        office.withdraw(number, reason_code="OTHER")
    assert office.case(case).lifecycle_status is Status.ACTIVE
    assert consent_of(office, number).status is ConsentStatus.ACTIVE


def test_consent_given_again_restores_each_case_to_where_it_was(office):
    number = office.consent()
    cases_of = {status: office.opened(status) for status in (Status.DRAFT, Status.ACTIVE, Status.STABILIZED)}
    office.withdraw(number)
    with pytest.raises(AlreadyDone):
        office.do(
            office.worker,
            lambda s: consenting.renew(s, office.worker, s.get(Consent, number), Given(clock.now())),
        )
    office.consent()
    for status, case in cases_of.items():
        assert office.case(case).lifecycle_status is status
        assert reasons_of(office, case) == []
        steps = [(h.action, h.reason_code) for h in transitions.history(office.session, office.case(case))]
        assert steps[-2:] == [("suspend", "CONSENT_WITHDRAWN"), ("resume", "CONSENT_RESTORED")]


def test_another_reason_keeps_the_case_suspended_until_it_is_lifted_too(office):
    number = office.consent()
    case = office.opened(Status.ACTIVE)
    office.step(office.supervisor, case, Action.SUSPEND, reason="POLICY_SUSPENSION")
    office.withdraw(number)
    assert reasons_of(office, case) == ["POLICY_SUSPENSION", "CONSENT_WITHDRAWN"]
    with pytest.raises(ConsentRequired):
        office.step(office.supervisor, case, Action.RESUME)
    office.consent()
    assert reasons_of(office, case) == ["POLICY_SUSPENSION"]
    assert office.case(case).lifecycle_status is Status.SUSPENDED
    assert office.step(office.supervisor, case, Action.RESUME, reason="POLICY_LIFTED") is Status.ACTIVE


def test_reasons_of_a_suspension_are_added_and_lifted_and_never_edited(office):
    number = office.consent()
    case = office.opened(Status.ACTIVE)
    office.withdraw(number)
    before = office.session.scalars(sa.select(CaseSuspension).where(CaseSuspension.case_id == case)).one()
    said = (before.id, before.reason_code, before.at, before.by_system, before.source_vertical_id)
    office.consent()
    after = office.session.scalars(sa.select(CaseSuspension).where(CaseSuspension.case_id == case)).one()
    assert (after.id, after.reason_code, after.at, after.by_system, after.source_vertical_id) == said
    assert after.lifted_at is not None


def test_beyond_what_one_unit_takes_guards_refuse_at_once_and_the_rest_follows_by_job(office, monkeypatch):
    monkeypatch.setattr(consent_effects, "AT_ONCE", 2)
    number = office.consent()
    many = [office.opened(Status.ACTIVE) for _ in range(5)]
    office.withdraw(number)
    states = [office.case(case).lifecycle_status for case in many]
    assert states.count(Status.SUSPENDED) == 2
    for case in many:
        with pytest.raises((ConsentRequired, ReadOnly)):
            office.do(
                office.worker, lambda s, n=case: cases.update(s, office.worker, s.get(cases.Case, n), {"plan": "x"})
            )
    settle = jobs.Job("consents.settle", DAY, consent_effects.settle, at_once=2)
    ran = list(jobs.run_due(office.session, all_now=True, jobs=(settle,)))
    assert ran[0].changed == 3
    assert {office.case(case).lifecycle_status for case in many} == {Status.SUSPENDED}
    assert [r.changed for r in jobs.run_due(office.session, all_now=True, jobs=(settle,))] == [0]
