"""Consent is given, proved, verified, rejected and renewed."""

import pytest
import sqlalchemy as sa

from portal.core import audit, clock, consent_register, consenting, consents, evidence, verification
from portal.core.consenting import Consent, Evidence, Given
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, ReadOnly, SubjectUnverified
from portal.core.models import ConsentVersion
from portal.core.vocabulary import ConsentStatus, Role
from tests.core.consents.conftest import DAY, consent_of
from tests.core.offices import SPOKEN
from tests.factories import actor_of, committed, make_person, make_user


def capture(office, actor=None, *, evidence=(), until=None, vertical=None, person=None):
    actor = actor or office.worker
    given = Given(clock.now() - DAY, until, evidence=evidence)
    return office.do(
        actor,
        lambda s: consenting.capture(s, actor, office.person(person), office.vertical(vertical or office.care), given),
    )


def test_consent_with_evidence_is_active_at_once_and_without_it_pending(office):
    assert consent_of(office, capture(office)).status is ConsentStatus.PENDING
    made = consent_of(office, capture(office, evidence=SPOKEN, until=clock.now() + 30 * DAY))
    assert made.status is ConsentStatus.ACTIVE
    assert made.grace_until == made.active_until + 7 * DAY
    assert [e.method for e in consenting.evidence_of(office.session, made)] == ["spoken"]


def test_evidence_is_something_that_can_be_looked_at(office):
    for nothing in (Evidence("document"), Evidence("spoken", "  "), Evidence("rumour", "Somebody said so.")):
        with pytest.raises(InvalidInput):
            capture(office, evidence=(nothing,))
    number = capture(office)
    with pytest.raises(InvalidInput):
        office.do(office.worker, lambda s: evidence.add(s, office.worker, s.get(Consent, number), None))
    said = {"method": "guardian", "description": "Her mother agrees."}
    office.do(office.worker, lambda s: evidence.add(s, office.worker, s.get(Consent, number), None, **said))
    assert [e.method for e in consenting.evidence_of(office.session, consent_of(office, number))] == ["guardian"]
    assert consent_of(office, number).status is ConsentStatus.PENDING


def test_what_is_offered_is_what_can_be_done(office):
    number = capture(office)

    def possible(actor) -> set[str]:
        entry = consent_register.entry(office.session, actor, consent_of(office, number))
        return {offer.action for offer in entry.possible}

    assert possible(office.worker) == {"reject", "prove", "withdraw"}
    assert possible(office.other_worker) == {"verify", "reject", "prove", "withdraw"}
    assert possible(office.auditor) == set()
    office.do(office.other_worker, lambda s: consenting.verify(s, office.other_worker, s.get(Consent, number)))
    assert possible(office.worker) == {"renew", "prove", "withdraw"}
    office.withdraw(number)
    assert possible(office.administrator) == set()


def test_a_pending_consent_is_verified_by_somebody_else_than_who_took_it_down(office):
    number = capture(office)
    with pytest.raises(Forbidden):
        office.do(office.worker, lambda s: consenting.verify(s, office.worker, s.get(Consent, number)))
    office.do(office.other_worker, lambda s: consenting.verify(s, office.other_worker, s.get(Consent, number)))
    assert consent_of(office, number).verified_by_id == office.other_worker.user_id
    with pytest.raises(AlreadyDone):
        office.do(office.administrator, lambda s: consenting.verify(s, office.administrator, s.get(Consent, number)))


def test_a_rejected_consent_has_a_reason_of_the_fixed_list_and_is_final(office):
    number = capture(office)

    def reject(**more):
        office.do(office.worker, lambda s: consenting.reject(s, office.worker, s.get(Consent, number), **more))

    for wrong in ({"reason_code": None}, {"reason_code": "NO"}, {"reason_code": "OTHER"}):
        with pytest.raises(InvalidInput):
            reject(**wrong)
    reject(reason_code="EVIDENCE_INSUFFICIENT")
    assert consent_of(office, number).status is ConsentStatus.REJECTED
    for again in (reject, lambda **more: office.withdraw(number)):
        with pytest.raises(AlreadyDone):
            again(reason_code="OTHER", text="again")


def test_one_active_consent_for_a_person_and_a_vertical(office):
    office.consent()
    with pytest.raises(AlreadyDone):
        capture(office, evidence=SPOKEN)
    assert consent_of(office, capture(office, evidence=SPOKEN, vertical=office.health)).status is ConsentStatus.ACTIVE


def test_a_provisional_or_archived_person_cannot_consent(office):
    with committed(office.session):
        provisional = make_person(office.session, "Not Verified").id
    with pytest.raises(SubjectUnverified):
        capture(office, person=provisional)
    office.do(office.worker, lambda s: verification.archive(s, office.worker, office.person(), reason_code="DECEASED"))
    with pytest.raises(ReadOnly):
        capture(office)


def test_every_change_is_a_version_that_nobody_changes_and_few_may_read(office):
    number = office.consent(days=30)
    office.do(
        office.worker,
        lambda s: consenting.renew(
            s, office.worker, s.get(Consent, number), Given(clock.now(), clock.now() + 90 * DAY)
        ),
    )
    office.withdraw(number)
    found = consenting.versions(office.session, office.auditor, consent_of(office, number))
    assert [v.status for v in found] == [ConsentStatus.ACTIVE, ConsentStatus.ACTIVE, ConsentStatus.WITHDRAWN]
    assert [v.version for v in found] == sorted({v.version for v in found})
    assert found[1].active_until > found[0].active_until
    with pytest.raises(Forbidden):
        consenting.versions(office.session, office.worker, consent_of(office, number))
    assert list(audit.verify(office.session)) == []


def test_whoever_may_not_take_consent_down_is_refused(office):
    for actor in (office.auditor,):
        with pytest.raises(Forbidden):
            capture(office, actor)
    with committed(office.session):
        agent = actor_of(office.session, make_user(office.session, Role.AGENT, office.vertical(office.care)))
    number = capture(office, agent)
    with pytest.raises(Forbidden):
        office.do(agent, lambda s: consenting.reject(s, agent, s.get(Consent, number), reason_code="SCOPE_INVALID"))
    assert office.session.scalar(sa.select(sa.func.count()).select_from(ConsentVersion)) == 1


def test_a_renewal_leaves_no_gap_and_shortens_nothing_backwards(office):
    number = office.consent(days=10)
    with pytest.raises(InvalidInput):
        late = Given(clock.now() + 20 * DAY, clock.now() + 30 * DAY)
        office.do(office.worker, lambda s: consenting.renew(s, office.worker, s.get(Consent, number), late))
    ahead = Given(clock.now() + 5 * DAY, clock.now() + 30 * DAY)
    office.do(office.worker, lambda s: consenting.renew(s, office.worker, s.get(Consent, number), ahead))
    assert consents.is_active(consent_of(office, number), clock.now())
