"""Consent runs out by the clock: days of grace, then suspension."""

import pytest
import sqlalchemy as sa

from portal.core import cases, clock, consenting, jobs, notes
from portal.core.consenting import Consent, Given
from portal.core.errors import ConsentExpired, ReadOnly
from portal.core.vocabulary import Action, ConsentStatus, Status
from tests.core.consents.conftest import DAY


def test_guards_read_the_clock_and_not_the_label(office):
    office.consent(days=2)
    case = office.opened(Status.ACTIVE)
    clock.advance(3 * DAY)
    assert office.session.scalars(sa.select(Consent)).one().status is ConsentStatus.ACTIVE
    with pytest.raises(ConsentExpired):
        office.step(office.worker, case, Action.STABILIZE)
    with pytest.raises(ReadOnly):
        office.do(office.worker, lambda s: cases.update(s, office.worker, office.case(case), {"summary": "in grace"}))
    with pytest.raises(ReadOnly):
        office.do(office.worker, lambda s: notes.write(s, office.worker, s.get(cases.Case, case), "in grace"))
    assert office.case(case).lifecycle_status is Status.ACTIVE, "grace is read-only, not suspended"


def test_after_grace_the_job_suspends_and_a_renewal_restores(office):
    number = office.consent(days=2)
    case = office.opened(Status.ACTIVE)
    clock.advance(3 * DAY)
    list(jobs.run_due(office.session, all_now=True))
    assert office.case(case).lifecycle_status is Status.ACTIVE
    clock.advance(7 * DAY)
    with pytest.raises(ConsentExpired):
        office.do(office.worker, lambda s: cases.update(s, office.worker, office.case(case), {"summary": "late"}))
    list(jobs.run_due(office.session, all_now=True))
    assert office.case(case).lifecycle_status is Status.SUSPENDED
    assert office.case(case).status_reason == "CONSENT_EXPIRED"
    given = Given(clock.now(), clock.now() + 90 * DAY)
    office.do(office.worker, lambda s: consenting.renew(s, office.worker, s.get(Consent, number), given))
    assert office.case(case).lifecycle_status is Status.ACTIVE


def test_a_renewal_inside_grace_lifts_it_without_a_suspension(office):
    number = office.consent(days=2)
    case = office.opened(Status.ACTIVE)
    clock.advance(3 * DAY)
    list(jobs.run_due(office.session, all_now=True))
    given = Given(clock.now(), clock.now() + 90 * DAY)
    office.do(office.worker, lambda s: consenting.renew(s, office.worker, s.get(Consent, number), given))
    assert office.step(office.worker, case, Action.STABILIZE) is Status.STABILIZED
