"""A word of another system moves a case as a whole or not at all."""

import pytest
import sqlalchemy as sa

from portal.core import audit, cases, transitions, words
from portal.core.errors import Forbidden, ReadOnly
from portal.core.models import Case
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Action, Role, Status, WorkState
from portal.core.words import Meaning
from tests.factories import actor_of, committed, make_case, make_user, make_vertical

S, A = Status, Action

WALKS = [
    (S.ACTIVE, Meaning.CLOSED, S.CLOSED, [A.STABILIZE, A.CLOSE]),
    (S.STABILIZED, Meaning.CLOSED, S.CLOSED, [A.CLOSE]),
    (S.REOPENED, Meaning.CLOSED, S.CLOSED, [A.ACTIVATE, A.STABILIZE, A.CLOSE]),
    (S.CLOSED, Meaning.CLOSED, S.CLOSED, []),
    (S.ACTIVE, Meaning.STABILIZED, S.STABILIZED, [A.STABILIZE]),
    (S.REOPENED, Meaning.STABILIZED, S.STABILIZED, [A.ACTIVATE, A.STABILIZE]),
    (S.CLOSED, Meaning.STABILIZED, S.CLOSED, []),
    (S.CLOSED, Meaning.LIVE, S.ACTIVE, [A.REOPEN, A.ACTIVATE]),
    (S.STABILIZED, Meaning.LIVE, S.ACTIVE, [A.CLOSE, A.REOPEN, A.ACTIVATE]),
    (S.ACTIVE, Meaning.LIVE, S.ACTIVE, []),
    (S.SUBMITTED, Meaning.LIVE, S.SUBMITTED, []),
    (S.SUBMITTED, Meaning.CLOSED, S.SUBMITTED, []),
    (S.VERIFIED, Meaning.STABILIZED, S.VERIFIED, []),
]


@pytest.fixture
def office(session):
    with committed(session):
        vertical = make_vertical(session)
        worker = make_user(session, Role.CASEWORKER, vertical)
        actor = actor_of(session, worker)
    return vertical, actor


def case_in(session, vertical, status):
    with committed(session):
        case = make_case(session, vertical, status=status)
        make_case(session, vertical)
        return case.id


@pytest.mark.parametrize(("start", "meaning", "end", "steps"), WALKS)
def test_each_step_that_a_word_stands_for_is_a_history_row(session, office, start, meaning, end, steps):
    vertical, actor = office
    number = case_in(session, vertical, start)
    before = len(transitions.history(session, session.get(Case, number)))
    with unit_of_work(session, actor, intent="case.word"):
        words.bring(session, actor, cases.find(session, actor, number, lock=True), meaning)
    case = cases.find(session, actor, number)
    new = transitions.history(session, case)[before:]
    assert case.lifecycle_status is end
    assert [row.action for row in new] == steps
    assert {row.reason_code for row in new} <= {words.DIALECT_CLOSED if meaning == "closed" else words.DIALECT_STATUS}
    assert list(audit.verify(session)) == []


def test_a_word_on_a_case_that_nobody_accepted_yet_waits_for_a_caseworker(session, office):
    vertical, actor = office
    number = case_in(session, vertical, S.SUBMITTED)
    with unit_of_work(session, actor, intent="case.word"):
        words.bring(session, actor, cases.find(session, actor, number, lock=True), Meaning.CLOSED, said="solved")
    case = cases.find(session, actor, number)
    assert (case.lifecycle_status, case.reported_status, case.needs_triage) == (S.SUBMITTED, "solved", True)


@pytest.mark.parametrize("meaning", list(Meaning))
@pytest.mark.parametrize("status", [S.SUSPENDED, S.ARCHIVED])
def test_no_word_opens_a_lock(session, office, status, meaning):
    vertical, actor = office
    number = case_in(session, vertical, status)
    with pytest.raises(ReadOnly), unit_of_work(session, actor, intent="case.word"):
        words.bring(session, actor, cases.find(session, actor, number, lock=True), meaning)
    assert cases.find(session, actor, number).lifecycle_status is status


def test_waiting_brings_a_closed_case_back_and_lets_it_wait(session, office):
    vertical, actor = office
    number = case_in(session, vertical, S.CLOSED)
    with unit_of_work(session, actor, intent="case.word"):
        case = cases.find(session, actor, number, lock=True)
        words.bring(session, actor, case, Meaning.LIVE, work_state=WorkState.WAITING)
    case = cases.find(session, actor, number)
    assert (case.lifecycle_status, case.work_state) == (S.ACTIVE, WorkState.WAITING)


def test_a_walk_that_is_refused_half_way_moves_nothing_even_when_the_caller_goes_on(session):
    with committed(session):
        vertical = make_vertical(session, role_matrix={"case.close": ["supervisor"]})
        actor = actor_of(session, make_user(session, Role.CASEWORKER, vertical))
        number = make_case(session, vertical).id
    with unit_of_work(session, actor, intent="case.word"):
        case = cases.find(session, actor, number, lock=True)
        with pytest.raises(Forbidden):
            words.bring(session, actor, case, Meaning.CLOSED)
        cases.update(session, actor, case, {"external_status": "closed"})
    case = cases.find(session, actor, number)
    assert (case.lifecycle_status, case.external_status) == (S.ACTIVE, "closed")
    assert [row.to_status for row in transitions.history(session, case)][-1] is S.ACTIVE


@pytest.mark.parametrize("status", [S.DRAFT, S.SUBMITTED, S.VERIFIED, S.ACTIVE, S.STABILIZED, S.REOPENED, S.CLOSED])
def test_deleting_archives_as_opened_in_error_and_loses_nothing(session, status):
    with committed(session):
        vertical = make_vertical(session)
        actor = actor_of(session, make_user(session, Role.SUPERVISOR, vertical))
        number = make_case(session, vertical, status=status).id
    with unit_of_work(session, actor, intent="case.delete"):
        words.archive_as_error(session, actor, cases.find(session, actor, number, lock=True))
    case = cases.find(session, actor, number)
    assert words.was_opened_in_error(case)
    assert case.summary == "A test case"
    assert session.scalar(sa.select(sa.func.count()).select_from(Case)) == 1


def test_deleting_needs_the_right_to_archive(session, office):
    vertical, actor = office
    number = case_in(session, vertical, S.ACTIVE)
    with pytest.raises(Forbidden), unit_of_work(session, actor, intent="case.delete"):
        words.archive_as_error(session, actor, cases.find(session, actor, number, lock=True))
    assert cases.find(session, actor, number).lifecycle_status is S.ACTIVE
