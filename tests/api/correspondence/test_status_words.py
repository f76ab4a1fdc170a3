"""What a sender's word for the status does, and what is told of it afterwards."""

import pytest
import sqlalchemy as sa

from portal.core import cases, transitions
from portal.core.models import CaseStatusHistory, User
from portal.core.vocabulary import Action, Status, WorkState
from tests.api.correspondence.conftest import example
from tests.factories import actor_of

S, W = Status, WorkState

WORDS = [
    ("open", S.ACTIVE, W.FOR_ACTION),
    ("New", S.ACTIVE, W.FOR_ACTION),
    ("in-progress", S.ACTIVE, W.FOR_ACTION),
    ("IN_PROGRESS", S.ACTIVE, W.FOR_ACTION),
    ("pending", S.ACTIVE, W.WAITING),
    ("On-hold", S.ACTIVE, W.WAITING),
    ("Pending customer", S.ACTIVE, W.WAITING_REPLY),
    ("Solved", S.STABILIZED, W.FOR_ACTION),
    ("done", S.STABILIZED, W.FOR_ACTION),
    ("closed", S.CLOSED, W.FOR_ACTION),
    ("Cancelled", S.CLOSED, W.FOR_ACTION),
    ("with the wizards", S.ACTIVE, W.FOR_ACTION),
]


@pytest.mark.parametrize(("word", "status", "work_state"), WORDS)
@pytest.mark.parametrize("known_before", [False, True])
def test_a_word_moves_the_case_and_is_echoed(office, closer, word, status, work_state, known_before):
    if known_before:
        closer.put(example("put_case", status=...))
    answer = closer.put(example("put_case", status=word))
    case = office.case()
    assert (case.lifecycle_status, case.work_state, case.external_status) == (status, work_state, word)
    assert (answer.json["status"], "notApplied" in answer.json) == (word, False)
    assert closer.get().json["status"] == word
    assert office.audit_breaks() == []


BACK = [("resolved", 3), ("closed", 2)]


@pytest.mark.parametrize(("ended", "steps"), BACK)
@pytest.mark.parametrize(("word", "work_state"), [("open", W.FOR_ACTION), ("pending customer", W.WAITING_REPLY)])
def test_a_word_brings_an_ended_case_back_to_work(office, sender, closer, ended, steps, word, work_state):
    closer.put(example("put_case", status=ended))
    before = len(history(office))
    assert sender.patch({"status": word}).json["status"] == word  # who may reopen may pass through closed
    case = office.case()
    assert (case.lifecycle_status, case.work_state) == (S.ACTIVE, work_state)
    new = history(office)[before:]
    assert [row.action for row in new] == [Action.CLOSE, Action.REOPEN, Action.ACTIVATE][-steps:]
    assert {row.reason_code for row in new} == {"DIALECT_STATUS"}


def history(office):
    query = sa.select(CaseStatusHistory).where(CaseStatusHistory.case_id == office.case().id)
    return office.look(lambda session: session.scalars(query.order_by(CaseStatusHistory.id)).all())


def test_without_the_scope_to_close_the_word_waits_for_a_caseworker_once(office, sender):
    sender.put()
    for _ in range(2):
        answer = sender.put(example("put_case", status="Closed"))
        assert answer.status_code == 200
        assert (answer.json["status"], answer.json["notApplied"]) == ("open", ["status"])
    case = office.case()
    assert (case.lifecycle_status, case.reported_status, case.needs_triage) == (S.ACTIVE, "Closed", True)
    assert case.external_status == "Closed"
    assert len(office.events("case.word_queued")) == 1


def test_resolved_on_a_closed_case_is_recorded_and_moves_nothing(office, closer):
    closer.put(example("put_case", status="closed"))
    answer = closer.patch({"status": "resolved"})
    assert (office.case().lifecycle_status, office.case().external_status) == (S.CLOSED, "resolved")
    assert (answer.json["status"], answer.json["notApplied"]) == ("closed", ["status"])


def test_a_case_that_the_office_closed_is_told_as_closed(office, sender):
    sender.put()
    number = office.case().id

    def close(session):
        actor = actor_of(session, session.get(User, office.worker_id))
        case = cases.find(session, actor, number, lock=True)
        transitions.change_status(session, actor, case, Action.CLOSE, reason="OBJECTIVES_MET")

    office.do(close)
    assert sender.get().json["status"] == "closed"


def test_a_status_that_is_cleared_moves_nothing(office, closer):
    closer.put(example("put_case", status="resolved"))
    assert closer.patch({"status": None}).json["status"] == "resolved"
    assert (office.case().lifecycle_status, office.case().external_status) == (S.STABILIZED, None)


def test_mail_on_a_closed_case_asks_for_somebody_to_look(office, sender):
    sender.put()
    office.put_into(S.CLOSED)
    assert sender.post().status_code == 200
    case = office.case()
    assert (case.lifecycle_status, case.needs_triage) == (S.CLOSED, True)


def test_the_mail_that_closes_a_case_asks_for_nobody(office, closer):
    closer.put()
    closer.put_message(example("put_message", status="closed"))
    assert (office.case().lifecycle_status, office.case().needs_triage) == (S.CLOSED, False)
