"""Reports from outside wait until somebody here has looked at them, and what presses comes first."""

import pytest
import sqlalchemy as sa

from portal.core import cases, merging, transitions, triage
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, NotFound, StaleVersion
from portal.core.models import AuditEvent, Case, User
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Action, Origin, Priority, Role, Status
from tests.factories import actor_of, committed, make_case, make_user, make_vertical


@pytest.fixture
def office(session) -> dict[str, int]:
    """A vertical with one of each role, and somebody elsewhere."""
    with committed(session):
        here, elsewhere = make_vertical(session, "HERE"), make_vertical(session, "ELSE")
        people = {role.value: make_user(session, role, here).id for role in (Role.AGENT, Role.CASEWORKER)}
        people["supervisor"] = make_user(session, Role.SUPERVISOR, here).id
        people["stranger"] = make_user(session, Role.SUPERVISOR, elsewhere).id
        return {"here": here.id, "elsewhere": elsewhere.id, **people}


@pytest.fixture
def who(session, office):
    """``who(name)``: somebody as an actor."""
    return lambda name: actor_of(session, session.get(User, office[name]))


@pytest.fixture
def report(session, office):
    """``report(...)``: the number of a report that waits."""

    def made(where: str = "here", origin: Origin = Origin.WEBFORM, **facts) -> int:
        with committed(session):
            vertical = session.get(cases.Vertical, office[where])
            return make_case(session, vertical, origin=origin, **{"needs_triage": True, **facts}).id

    return made


@pytest.fixture
def accept(session, who):
    """``accept(number, name)``: taking a report in, in one unit."""

    def act(number: int, name: str = "caseworker", **more) -> Case:
        with unit_of_work(session, who(name), intent="case.accept"):
            return triage.accept(session, who(name), session.get(Case, number), **more)

    return act


def waiting(session, actor, **more) -> list[int]:
    return [row.case.id for row in triage.waiting(session, actor, **more).rows]


def test_what_presses_comes_first_and_then_what_waits_longest(session, who, report):
    low, first = report(priority=Priority.LOW), report(priority=Priority.MEDIUM)
    unknown, second = report(priority=Priority.UNKNOWN), report(priority=Priority.MEDIUM)
    high = report(priority=Priority.HIGH)
    assert waiting(session, who("caseworker")) == [unknown, high, first, second, low]
    page = triage.waiting(session, who("caseworker"), limit=2)
    assert waiting(session, who("caseworker"), cursor=page.following, limit=2) == [first, second]
    assert triage.count(session, who("caseworker")) == 5


def test_nobody_is_shown_what_waits_elsewhere(session, who, report):
    number = report("elsewhere")
    assert waiting(session, who("caseworker")) == []
    assert waiting(session, who("stranger")) == [number]


def test_a_report_that_is_taken_in_is_verified_given_away_and_waits_no_more(session, who, office, report, accept):
    number = report()
    case = accept(number, to=session.get(User, office["agent"]), version=session.get(Case, number).version_id)
    assert (case.lifecycle_status, case.owner_id, case.needs_triage) == (Status.VERIFIED, office["agent"], False)
    assert case.verified_by_id == office["caseworker"]
    assert waiting(session, who("caseworker")) == []
    actions = session.scalars(sa.select(AuditEvent.action).where(AuditEvent.case_id == number)).all()
    assert {"case.accept", "case.verify", "case.assign"} <= set(actions)


def test_what_is_active_already_is_taken_in_as_it_is(session, report, accept):
    case = accept(report(origin=Origin.CORRESPONDENCE))
    assert (case.lifecycle_status, case.needs_triage) == (Status.ACTIVE, False)


def test_a_report_is_taken_in_once(report, accept):
    number = report()
    accept(number)
    with pytest.raises(AlreadyDone):
        accept(number, "supervisor")


def test_taking_in_needs_the_right_and_a_case_that_is_theirs(report, accept):
    number = report()
    with pytest.raises(Forbidden):
        accept(number, "agent")
    with pytest.raises(NotFound):
        accept(number, "stranger")


def test_what_somebody_changed_meanwhile_is_looked_at_again_first(session, report, accept):
    number = report()
    with pytest.raises(StaleVersion):
        accept(number, version=session.get(Case, number).version_id - 1)
    assert session.get(Case, number).needs_triage


def test_whoever_cannot_take_the_case_is_not_given_it_and_nothing_else_happens(session, office, report, accept):
    number = report()
    with pytest.raises(InvalidInput):
        accept(number, to=session.get(User, office["stranger"]))
    session.expire_all()
    case = session.get(Case, number)
    assert (case.lifecycle_status, case.owner_id, case.needs_triage) == (Status.SUBMITTED, None, True)


@pytest.mark.parametrize("way", ["refused", "merged"])
def test_what_is_refused_or_merged_waits_no_more(session, who, office, report, way):
    number, boss = report(), who("supervisor")
    with committed(session):
        other = make_case(session, session.get(cases.Vertical, office["here"])).id
    with unit_of_work(session, boss, intent="test"):
        case = session.get(Case, number)
        if way == "refused":
            transitions.change_status(session, boss, case, Action.REFUSE, reason="SPAM")
        else:
            merging.merge(session, boss, session.get(Case, other), [case], reason_code="DUPLICATE_RECORD")
    assert waiting(session, boss) == []
