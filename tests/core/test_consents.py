"""Consent as a living guard: given, verified, renewed, withdrawn, run out, and what follows for cases."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import (
    assignments,
    audit,
    cases,
    clock,
    consent_effects,
    consent_preview,
    consent_register,
    consenting,
    consents,
    evidence,
    jobs,
    notes,
    transitions,
    verification,
)
from portal.core.consenting import Consent, Evidence, Given
from portal.core.errors import (
    AlreadyDone,
    ConsentExpired,
    ConsentRequired,
    Forbidden,
    InvalidInput,
    ReadOnly,
    SubjectUnverified,
)
from portal.core.models import CaseSuspension, ConsentVersion, Household, HouseholdMember, Notice, Person
from portal.core.vocabulary import Action, ConsentStatus, Origin, Role, Status
from tests.core.offices import SPOKEN, build
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_household,
    make_participant,
    make_person,
    make_user,
    make_vertical,
)

DAY = dt.timedelta(days=1)


@pytest.fixture
def office(session):
    return build(session, grace_days=7)


def capture(office, actor=None, *, evidence=(), until=None, vertical=None, person=None):
    actor = actor or office.worker
    given = Given(clock.now() - DAY, until, evidence=evidence)
    return office.do(
        actor,
        lambda s: consenting.capture(s, actor, office.person(person), office.vertical(vertical or office.care), given),
    )


def consent_of(office, number) -> Consent:
    office.session.rollback()
    return office.session.get(Consent, number)


def reasons_of(office, number):
    office.session.rollback()
    return [s.reason_code for s in transitions.open_suspensions(office.session, office.case(number))]


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
