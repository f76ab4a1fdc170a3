"""Random actions by random roles through core: the table is never left, history replays, versions only rise.

The model below knows the states and where each step leads (written out by hand in test_lifecycle_table); the
guards it checks by their meaning, after the fact: whatever succeeded must have been allowed to.
"""

import datetime as dt
import random

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.core import (
    assignments,
    audit,
    cases,
    clock,
    conflict_decisions,
    conflicts,
    consenting,
    consents,
    jobs,
    merging,
    participants,
    splitting,
    transfers,
    transitions,
)
from portal.core.consenting import Given
from portal.core.errors import DomainError
from portal.core.models import Case, CaseMerge, Conflict, Consent, Participant, User, Vertical
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Action, ConflictScope, ParticipantStatus, Role, Status
from tests.core.offices import SPOKEN, Office, build
from tests.core.test_lifecycle_table import STEPS, WHO_WITH_CONSENT, WHO_WITHOUT_CONSENT, WITHOUT_CONSENT
from tests.factories import committed, make_case, make_person

A, S = Action, Status
REASONS = {
    A.SUSPEND: ["POLICY_SUSPENSION", "GEO_REVIEW", "OTHER"],
    A.CLOSE: ["OBJECTIVES_MET"],
    A.REOPEN: ["NEW_INFORMATION"],
    A.ARCHIVE: ["RETENTION", "ABANDONED"],
    A.RESUME: ["REVIEW_COMPLETED", None],
}
LIVE_OR_SUSPENDED = [S.DRAFT, S.SUBMITTED, S.VERIFIED, S.ACTIVE, S.STABILIZED, S.REOPENED, S.SUSPENDED]
USUAL = {
    S.DRAFT: A.SUBMIT,
    S.SUBMITTED: A.VERIFY,
    S.VERIFIED: A.ACTIVATE,
    S.ACTIVE: A.STABILIZE,
    S.STABILIZED: A.CLOSE,
    S.CLOSED: A.REOPEN,
    S.REOPENED: A.ACTIVATE,
    S.SUSPENDED: A.RESUME,
}
WHO = "worker other_worker supervisor other_supervisor healer administrator auditor stranger".split()
picks = st.integers(min_value=0, max_value=10_000)
actors = st.sampled_from(WHO)
movers = st.sampled_from(("worker", "other_worker", "supervisor", "other_supervisor", "administrator"))
steps_to_take = st.sampled_from([action for action in Action if action not in (A.MERGE, A.UNMERGE)])


class Casework(RuleBasedStateMachine):
    """An office of two services at work; ``make_office`` is set by the test."""

    make_office = None

    @initialize()
    def open_the_office(self):
        self.office: Office = type(self).make_office()
        self.session = self.office.session
        self.versions: dict[int, int] = {}
        self.office.consent()
        self.numbers = [self.office.opened(), self.office.opened()]
        self.office.step(self.office.worker, self.numbers[1], A.SUBMIT)
        with committed(self.session):
            other = make_person(self.session, "Omar Testperson", verified=True)
            plain = make_case(self.session, self.office.vertical(self.office.desk), subject=other)
            self.numbers.append(plain.id)

    def attempt(self, who: str, work):
        """One unit of work that may be refused; True when it was not."""
        actor = getattr(self.office, who)
        try:
            with unit_of_work(self.session, actor, intent="machine"):
                work(self.session, actor)
        except DomainError:
            return False
        return True

    def pick(self, at: int) -> int:
        return self.numbers[at % len(self.numbers)]

    @rule(who=actors, at=picks, action=steps_to_take, seed=picks)
    def take_any_step(self, who, at, action, seed):
        self.take(who, self.pick(at), action, random.Random(seed))

    @rule(who=movers, at=picks, steps=st.integers(1, 4), seed=picks)
    def work_on(self, who, at, steps, seed):
        """The usual way, as far as one person gets: so that random actions meet cases in every state."""
        number, chance = self.pick(at), random.Random(seed)
        for _ in range(steps):
            action = USUAL.get(self.office.case(number).lifecycle_status)
            if action is not None:
                self.take(who, number, action, chance)

    def take(self, who, number, action, chance):
        reason = chance.choice(REASONS.get(action, [None]))
        before, actor = self.office.case(number), getattr(self.office, who)
        status, prior, submitted_by = before.lifecycle_status, before.prior_status, before.submitted_by_id
        asked = consents.asked_for(before.primary_vertical, before.origin)
        problem = consents.standing(self.session, before).problem
        open_ones = len(conflicts.open_ones(self.session, before))
        if action is A.ACTIVATE:
            conflicts.check_first(self.session, actor, number, reason_code="BEFORE_ACTIVATION")
        done = self.attempt(
            who,
            lambda s, a: transitions.change_status(s, a, cases.find(s, a, number), action, reason=reason, text="why"),
        )
        if not done:
            return
        leads = (STEPS if asked else WITHOUT_CONSENT)[status][action]
        assert actor.role in (WHO_WITH_CONSENT if asked else WHO_WITHOUT_CONSENT)[action]
        assert self.office.case(number).lifecycle_status is (prior if action is A.RESUME else leads)
        if action in (A.SUBMIT, A.VERIFY, A.ACTIVATE, A.STABILIZE, A.RESUME):
            assert problem is None, "no step forward without consent (G2)"
        if action is A.ACTIVATE and asked:
            assert open_ones == 0, "no activation over an open conflict (G3)"
        if action is A.VERIFY and asked and actor.role is not Role.ADMINISTRATOR:
            assert submitted_by != actor.user_id

    @rule(who=actors, days=st.sampled_from([None, 1, 30]), of_health=st.booleans())
    def consent(self, who, days, of_health):
        now = clock.now()
        until = now + dt.timedelta(days=days) if days else None
        vertical = self.office.health if of_health else self.office.care
        given = Given(now - dt.timedelta(hours=1), until, evidence=SPOKEN)
        self.attempt(who, lambda s, a: consenting.capture(s, a, self.office.person(), s.get(Vertical, vertical), given))

    @rule(who=actors, at=picks)
    def renew(self, who, at):
        number, now = self.pick_consent(at), clock.now()
        given = Given(now, now + dt.timedelta(days=9))
        self.attempt(who, lambda s, a: consenting.renew(s, a, s.get(Consent, number), given))

    @rule(who=actors, at=picks)
    def withdraw(self, who, at):
        number = self.pick_consent(at)
        self.attempt(who, lambda s, a: consenting.withdraw(s, a, s.get(Consent, number), reason_code="USER_REQUEST"))

    def pick_consent(self, at):
        found = self.session.scalars(sa.select(Consent.id).order_by(Consent.id)).all()
        return found[at % len(found)]

    @rule(days=st.sampled_from([1, 2, 10]), jobs_run=st.booleans())
    def time_goes_by(self, days, jobs_run):
        clock.advance(dt.timedelta(days=days))
        if not jobs_run:
            return
        labels = [job for job in jobs.JOBS if job.name.startswith("consents.")]
        list(jobs.run_due(self.session, all_now=True, jobs=tuple(labels)))

    @rule(who=actors, at=picks, verb=st.sampled_from(["add", "opt_in", "remove"]))
    def participate(self, who, at, verb):
        number, health = self.pick(at), self.office.health

        def work(s, a):
            case = participants.find_case(s, a, s.get(Case, number).uuid)
            more = {"reason_code": "NO_LONGER_NEEDED"} if verb == "remove" else {}
            getattr(participants, verb)(s, a, case, s.get(Vertical, health), **more)

        if self.attempt(who, work) and verb == "opt_in":
            actor = getattr(self.office, who)
            assert health in actor.vertical_ids or actor.role is Role.ADMINISTRATOR

    @rule(who=actors, at=picks, to=st.sampled_from(["care", "health", "desk"]))
    def hand_over(self, who, at, to):
        number, vertical = self.pick(at), getattr(self.office, to)
        actor = getattr(self.office, who)
        conflicts.check_first(
            self.session, actor, number, reason_code="TRANSFER", vertical=self.office.vertical(vertical)
        )
        done = self.attempt(
            who,
            lambda s, a: transfers.transfer(
                s, a, cases.find(s, a, number), s.get(Vertical, vertical), reason_code="BETTER_PLACED"
            ),
        )
        if done:
            assert actor.role in (Role.SUPERVISOR, Role.ADMINISTRATOR)
            assert consents.standing(self.session, self.office.case(number)).problem is None

    @rule(who=actors, one=picks, other=picks)
    def merge(self, who, one, other):
        target, source = self.pick(one), self.pick(other)
        self.attempt(
            who,
            lambda s, a: merging.merge(
                s, a, cases.find(s, a, target), [cases.find(s, a, source)], reason_code="DUPLICATE_RECORD"
            ),
        )

    @rule(who=actors, at=picks)
    def unmerge(self, who, at):
        merged = self.session.scalars(
            sa.select(Case.id).where(Case.merged_into_id.is_not(None)).order_by(Case.id)
        ).all()
        if merged:
            number = merged[at % len(merged)]
            self.attempt(who, lambda s, a: merging.unmerge(s, a, cases.find(s, a, number)))

    @rule(who=actors, at=picks)
    def split(self, who, at):
        number = self.pick(at)
        if len(self.numbers) > 6:
            return
        made = []

        def work(s, a):
            parts = splitting.split(s, a, cases.find(s, a, number), [splitting.Part()], reason_code="DIFFERENT_NEEDS")
            made.extend(case.id for case in parts)

        if self.attempt(who, work):
            self.numbers += made

    @rule(who=actors, at=picks, dismiss=st.booleans())
    def decide_a_conflict(self, who, at, dismiss):
        found = self.session.scalars(sa.select(Conflict).order_by(Conflict.id)).all()
        if not found:
            return
        uuid = found[at % len(found)].uuid

        def work(s, a):
            conflict = conflict_decisions.find(s, a, uuid, lock=True)
            if dismiss:
                return conflict_decisions.dismiss(s, a, conflict, reason_code="FALSE_POSITIVE")
            return conflict_decisions.resolve(s, a, conflict, code="BOTH_ALLOWED")

        self.attempt(who, work)

    @rule(who=actors, at=picks, scope=st.sampled_from(ConflictScope))
    def check(self, who, at, scope):
        number = self.pick(at)
        self.attempt(who, lambda s, a: conflicts.check(s, a, cases.find(s, a, number), scope))

    @rule(who=actors, at=picks, summary=st.text("ab", max_size=3))
    def edit(self, who, at, summary):
        number = self.pick(at)
        before = self.office.case(number).lifecycle_status
        done = self.attempt(who, lambda s, a: cases.update(s, a, cases.find(s, a, number), {"summary": summary}))
        if done:
            assert before not in (S.SUSPENDED, S.CLOSED, S.ARCHIVED)

    @rule(who=actors, at=picks)
    def assign(self, who, at):
        number = self.pick(at)
        self.attempt(
            who,
            lambda s, a: assignments.give(s, a, cases.find(s, a, number), s.get(User, self.office.worker.user_id)),
        )

    @invariant()
    def history_replays_to_the_present_state(self):
        if not hasattr(self, "office"):
            return
        self.session.rollback()
        self.session.expire_all()
        for case in self.session.scalars(sa.select(Case)):
            steps = transitions.history(self.session, case)
            assert [step.from_status for step in steps] == [None, *[step.to_status for step in steps[:-1]]]
            assert steps[-1].to_status is case.lifecycle_status
            assert (case.lifecycle_status is S.SUSPENDED) == (case.prior_status is not None)
            assert (case.lifecycle_status is S.SUSPENDED) == bool(transitions.open_suspensions(self.session, case))

    @invariant()
    def versions_only_rise(self):
        for number, version in getattr(self, "versions", {}).items():
            assert self.session.scalar(sa.select(Case.version_id).where(Case.id == number)) >= version
        if hasattr(self, "office"):
            self.versions = dict(self.session.execute(sa.select(Case.id, Case.version_id)).all())

    @invariant()
    def nobody_is_helped_against_their_word(self):
        if not hasattr(self, "office"):
            return
        for case in self.session.scalars(sa.select(Case).where(Case.lifecycle_status.in_(LIVE_OR_SUSPENDED))):
            # Reopening is possible without consent; nothing is done with the case before it is active again.
            paused = case.lifecycle_status in (S.SUSPENDED, S.REOPENED)
            if consents.standing(self.session, case).withdrawn and not paused:
                pytest.fail(f"{case.reference} is {case.lifecycle_status} although consent was withdrawn")

    @invariant()
    def merges_are_a_star_and_one_vertical_leads(self):
        if not hasattr(self, "office"):
            return
        for case in self.session.scalars(sa.select(Case)):
            assert case.root_id == (case.merged_into_id or case.id)
            assert (case.merged_into_id is None) or self.session.get(Case, case.merged_into_id).merged_into_id is None
        standing = sa.select(CaseMerge.source_id).where(CaseMerge.undone_at.is_(None))
        merged = sa.select(Case.id).where(Case.merged_into_id.is_not(None))
        assert sorted(self.session.scalars(standing)) == sorted(self.session.scalars(merged))
        leads = sa.select(Participant.id).join(Case, Case.id == Participant.case_id)
        leads = leads.where(Participant.vertical_id == Case.primary_vertical_id)
        assert self.session.scalars(leads.where(Participant.status != ParticipantStatus.REMOVED)).all() == []

    def teardown(self):
        if hasattr(self, "office"):
            self.session.rollback()
            assert list(audit.verify(self.session)) == []


@pytest.mark.slow
def test_whatever_is_done_by_whomever_the_rules_hold(installation, app, engine_name):
    from portal.extensions import db  # noqa: PLC0415 - belongs to the application under test

    with app.app_context():

        def office() -> Office:
            db.session.remove()
            installation.renew()
            return build(db.session, grace_days=2)

        machine = type("Machine", (Casework,), {"make_office": staticmethod(office)})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=20 if engine_name == "sqlite" else 5,  # a new database takes its time there
                stateful_step_count=25,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
        db.session.remove()
