"""Every state × action × kind of vertical × role, against the table written out once more by hand.

The expectation below is not derived from the table in lifecycle.py: whoever changes one must change the other.
"""

import itertools

import pytest
import sqlalchemy as sa

from portal.core import audit, cases, lifecycle, reasons, transitions
from portal.core.errors import DomainError, Forbidden, InvalidTransition
from portal.core.models import Case, CaseStatusHistory, Person, Vertical
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Action, ConsentMode, Origin, Role, Status
from tests.factories import actor_of, committed, make_case, make_consent, make_person, make_user, make_vertical

A, S = Action, Status

# state → what can be done from it, and where that leads. PRIOR is where the case was before it was suspended.
PRIOR = S.ACTIVE
STEPS: dict[Status, dict[Action, Status]] = {
    S.DRAFT: {A.SUBMIT: S.SUBMITTED, A.ARCHIVE: S.ARCHIVED},
    S.SUBMITTED: {A.VERIFY: S.VERIFIED, A.ARCHIVE: S.ARCHIVED, A.REFUSE: S.ARCHIVED},
    S.VERIFIED: {A.ACTIVATE: S.ACTIVE, A.ARCHIVE: S.ARCHIVED},
    S.ACTIVE: {A.SUSPEND: S.SUSPENDED, A.STABILIZE: S.STABILIZED, A.ARCHIVE: S.ARCHIVED},
    S.SUSPENDED: {A.RESUME: PRIOR, A.ARCHIVE: S.ARCHIVED},
    S.STABILIZED: {A.SUSPEND: S.SUSPENDED, A.CLOSE: S.CLOSED, A.ARCHIVE: S.ARCHIVED},
    S.CLOSED: {A.REOPEN: S.REOPENED, A.ARCHIVE: S.ARCHIVED},
    S.REOPENED: {A.ACTIVATE: S.ACTIVE, A.SUSPEND: S.SUSPENDED, A.ARCHIVE: S.ARCHIVED},
    S.ARCHIVED: {},
}
# Where consent is not required, an active case is closed in one go, through stabilized.
WITHOUT_CONSENT = {**STEPS, S.ACTIVE: {**STEPS[S.ACTIVE], A.CLOSE: S.CLOSED}}

AGENT, WORKER, SUPERVISOR, ADMINISTRATOR = Role.AGENT, Role.CASEWORKER, Role.SUPERVISOR, Role.ADMINISTRATOR
WHO_WITH_CONSENT: dict[Action, set[Role]] = {
    A.SUBMIT: {AGENT, WORKER, SUPERVISOR, ADMINISTRATOR},
    A.VERIFY: {WORKER, SUPERVISOR, ADMINISTRATOR},
    A.ACTIVATE: {SUPERVISOR, ADMINISTRATOR},
    A.SUSPEND: {SUPERVISOR, ADMINISTRATOR},
    A.RESUME: {SUPERVISOR, ADMINISTRATOR},
    A.STABILIZE: {WORKER, SUPERVISOR, ADMINISTRATOR},
    A.CLOSE: {WORKER, SUPERVISOR, ADMINISTRATOR},
    A.REOPEN: {SUPERVISOR, ADMINISTRATOR},
    A.ARCHIVE: {SUPERVISOR, ADMINISTRATOR},
    A.REFUSE: {WORKER, SUPERVISOR, ADMINISTRATOR},
}
# Whoever may edit a case there may also finish and reopen it.
_FINISHING = (A.VERIFY, A.ACTIVATE, A.STABILIZE, A.CLOSE, A.REOPEN)
WHO_WITHOUT_CONSENT = {
    **WHO_WITH_CONSENT,
    **{action: {AGENT, WORKER, SUPERVISOR, ADMINISTRATOR} for action in _FINISHING},
}

REASONS = {A.SUSPEND: "POLICY_SUSPENSION", A.CLOSE: "OBJECTIVES_MET", A.REOPEN: "NEW_INFORMATION", A.REFUSE: "SPAM"}
ACTIONS = list(STEPS[S.DRAFT] | STEPS[S.SUBMITTED] | STEPS[S.VERIFIED] | STEPS[S.ACTIVE] | STEPS[S.SUSPENDED])
ACTIONS = list(dict.fromkeys([*ACTIONS, A.CLOSE, A.REOPEN]))


def expected(consent: bool, role: Role, status: Status, action: Action) -> type[DomainError] | Status:
    """Where the step leads, or the kind of refusal."""
    steps = (STEPS if consent else WITHOUT_CONSENT)[status]
    if action not in steps:
        return InvalidTransition
    allowed = role in (WHO_WITH_CONSENT if consent else WHO_WITHOUT_CONSENT)[action]
    return steps[action] if allowed else Forbidden


def reason(status: Status, action: Action) -> str | None:
    """A reason that the contract's lists hold for this step."""
    if action is A.ARCHIVE:
        return "RETENTION" if status is S.CLOSED else "ABANDONED"
    return REASONS.get(action)


@pytest.fixture
def world(session):
    """A vertical of each kind with a user of each role, and a consenting, verified subject."""
    with committed(session):
        verticals = {True: make_vertical(session, "CARE", consent=True), False: make_vertical(session, "DESK")}
        actors = {role: actor_of(session, make_user(session, role, *verticals.values())) for role in Role}
        subject = make_person(session, verified=True)
        make_consent(session, subject, verticals[True])
        found = {consent: vertical.id for consent, vertical in verticals.items()}
        return found, actors, subject.id


@pytest.mark.slow
@pytest.mark.parametrize("consent", [True, False], ids=["consent", "no consent"])
@pytest.mark.parametrize("status", Status)
def test_every_action_from_every_state_by_every_role(session, world, consent, status):
    verticals, actors, subject_id = world
    for role, action in itertools.product(Role, ACTIONS):
        number = _a_case(session, verticals[consent], subject_id, status)
        wanted = expected(consent, role, status, action)
        got = _try(session, actors[role], number, action, reason(status, action))
        assert got == wanted, f"{role} {action} from {status}: {got}, expected {wanted}"
    assert list(audit.verify(session)) == []


def _a_case(session, vertical_id: int, subject_id: int, status: Status) -> int:
    with committed(session):
        vertical, subject = session.get(Vertical, vertical_id), session.get(Person, subject_id)
        if vertical.pack.consent_mode is ConsentMode.REQUIRED:
            subject = None  # somebody new each time: this is not about the same person being helped twice
        return make_case(session, vertical, subject=subject, status=status, origin=Origin.WEBFORM).id


def _try(session, actor, number: int, action: Action, code: str | None):
    """What came of it: the new state, or the kind of refusal; and in either case nothing half done."""
    before = session.scalar(sa.select(sa.func.count()).select_from(CaseStatusHistory).where(_of(number)))
    version = session.scalar(sa.select(Case.version_id).where(Case.id == number))
    try:
        with unit_of_work(session, actor, intent=f"case.{action}"):
            case = cases.find(session, actor, number)
            transitions.change_status(session, actor, case, action, reason=code)
    except (InvalidTransition, Forbidden) as refused:
        assert session.scalar(sa.select(Case.version_id).where(Case.id == number)) == version
        assert session.scalar(sa.select(sa.func.count()).select_from(CaseStatusHistory).where(_of(number))) == before
        return type(refused)
    steps = session.scalars(sa.select(CaseStatusHistory).where(_of(number)).order_by(CaseStatusHistory.id)).all()
    assert len(steps) > before and steps[-1].to_status == session.get(Case, number).lifecycle_status
    assert session.get(Case, number).version_id > version
    return session.get(Case, number).lifecycle_status


def _of(number: int):
    return CaseStatusHistory.case_id == number


def test_only_a_report_by_web_form_can_be_refused(session, world):
    verticals, actors, _ = world
    with committed(session):
        number = make_case(session, session.get(Vertical, verticals[False]), status=S.SUBMITTED).id
    assert _try(session, actors[Role.SUPERVISOR], number, A.REFUSE, "SPAM") is InvalidTransition


def test_the_reason_of_a_step_reads_as_it_was_offered():
    offered = [(row, code, said) for row in lifecycle.TABLE for code, said in (row.reasons or {}).items()]
    assert offered
    for row, code, said in offered:
        assert reasons.words(code, row.action) == said, f"{row.action} for {code}"


def test_closing_an_active_case_passes_through_stabilized_and_the_history_shows_both(session, world):
    verticals, actors, subject_id = world
    number = _a_case(session, verticals[False], subject_id, S.ACTIVE)
    assert _try(session, actors[Role.AGENT], number, A.CLOSE, "OBJECTIVES_MET") is S.CLOSED
    steps = session.scalars(sa.select(CaseStatusHistory).where(_of(number)).order_by(CaseStatusHistory.id)).all()
    assert [(step.from_status, step.to_status, step.action) for step in steps[-2:]] == [
        (S.ACTIVE, S.STABILIZED, "stabilize"),
        (S.STABILIZED, S.CLOSED, "close"),
    ]


@pytest.mark.slow
def test_what_is_not_possible_says_why_and_who_can_lift_it(session, world):
    verticals, actors, subject_id = world
    for consent, status, role in itertools.product((True, False), Status, Role):
        number = _a_case(session, verticals[consent], subject_id, status)
        case = cases.find(session, actors[role], number)
        for offer in transitions.offers(session, actors[role], case):
            if not offer.allowed:
                assert offer.refusal.reason.endswith((".", "!")), offer
                assert offer.refusal.who and offer.refusal.rule
