"""A report is kept once however often it is delivered, and never lost for being like another."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.core import audit
from portal.core.models import Case, IdempotencyKey, IntakeReceipt, Person, UnmappedCode
from tests.api.helpline.conftest import example

CASES = "/api/cases/"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return request.param


def a_report(**changes):
    """The example of the contract, changed."""
    return {**example("create_case"), **changes}


def test_the_same_delivery_gets_the_first_answer_and_makes_nothing(office, ground):
    agent = office.caller("agent")
    first = agent.post(CASES, a_report())
    again = agent.post(CASES, dict(reversed(a_report().items())))
    assert (again.status_code, again.data) == (201, first.data)
    assert ground.count(Case) == 1
    assert ground.count(Person) == 2


def test_after_the_kept_answer_is_gone_the_receipt_still_knows(office, ground):
    agent = office.caller("agent")
    first = agent.post(CASES, a_report()).json
    with ground.arranged() as session:
        session.query(IdempotencyKey).delete()
    assert agent.post(CASES, a_report()).json == first
    assert ground.count(Case) == 1


def test_another_payload_under_the_same_uid_is_a_second_report_and_both_are_flagged(office, ground):
    agent = office.caller("agent")
    ids = [agent.post(CASES, a_report(narrative=text)).json["id"] for text in ("first", "second")]
    assert len(set(ids)) == 2
    with ground.seen() as session:
        flagged = {(doubt.case_id, int(doubt.raw)) for doubt in session.query(UnmappedCode)}
        one, other = (int(name[5:]) for name in ids)
        assert flagged == {(one, other), (other, one)}


def test_without_a_uid_each_delivery_is_a_report(office, ground):
    agent = office.caller("agent")
    for _ in range(2):
        assert agent.post(CASES, a_report(src_uid="", src_uid2="")).status_code == 201
    assert ground.count(Case) == 2


def test_the_same_uid_of_another_organisation_is_another_report(office, ground):
    for holder in ("partner", "rival"):
        response = office.caller(holder).post("/api/webhook/webform/", example("webform"))
        assert response.status_code == 201
    assert ground.count(Case) == 2


def test_a_key_replays_the_first_answer_and_refuses_another_body(office, ground):
    agent = office.caller("agent")
    first = agent.post(CASES, a_report(), Idempotency_Key="key-1")
    again = agent.post(CASES, a_report(), Idempotency_Key="key-1")
    assert again.data == first.data
    assert again.headers["Idempotency-Replayed"] == "true"
    other = agent.post(CASES, a_report(narrative="other"), Idempotency_Key="key-1")
    assert (other.status_code, other.json) == (409, {"error": "This key was used with another request."})
    assert ground.count(Case) == 1


def test_a_key_beats_the_uid_of_the_body(office, ground):
    agent = office.caller("agent")
    ids = {agent.post(CASES, a_report(), Idempotency_Key=key).json["id"] for key in ("key-1", "key-2")}
    assert len(ids) == 2
    with ground.seen() as session:
        assert {doubt.list_name for doubt in session.query(UnmappedCode)} == {"delivery"}
        assert session.query(IntakeReceipt).filter(IntakeReceipt.retry_key.is_not(None)).count() == 1


def test_a_key_of_one_holder_says_nothing_to_another(office, ground):
    answers = [
        office.caller(holder).post(CASES, a_report(src_uid=holder), Idempotency_Key="shared")
        for holder in ("agent", "other")
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json["id"] != answers[1].json["id"]


def test_a_refusal_leaves_the_key_free(office, ground):
    agent = office.caller("agent")
    assert agent.post(CASES, a_report(narrative=""), Idempotency_Key="key-1").status_code == 400
    assert agent.post(CASES, a_report(), Idempotency_Key="key-1").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_a_length(office, ground, key):
    response = office.caller("agent").post(CASES, a_report(), Idempotency_Key=key)
    assert (response.status_code, response.json) == (400, {"error": "Invalid value for field: Idempotency-Key"})
    assert ground.count(Case) == 0


def test_an_answer_that_is_kept_is_unreadable_in_the_database(office, ground):
    office.caller("agent").post(CASES, a_report(), Idempotency_Key="key-1")
    with ground.seen() as session:
        stored = session.connection().exec_driver_sql("SELECT body, request_digest FROM idempotency_keys").one()
        assert b"HL-CMS" not in bytes(stored[0])
        assert "case" not in stored[1]


def in_parallel(calls):
    """Make the calls at the same moment, each in a thread of its own."""
    gate = threading.Barrier(len(calls))

    def one(call):
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


@pytest.mark.parametrize("by", ["key", "uid"])
def test_fifty_deliveries_of_ten_reports_at_once_are_ten_cases(office, ground, by):
    def delivery(number: int):
        report = a_report(src_uid="" if by == "key" else f"uid-{number}", narrative=f"report {number}")
        headers = {"Idempotency_Key": f"key-{number}"} if by == "key" else {}
        return lambda: (number, office.caller("agent").post(CASES, report, **headers))

    answers = in_parallel([delivery(number % 10) for number in range(50)])
    assert {answer.status_code for _, answer in answers} == {201}
    bodies = {(number, answer.data) for number, answer in answers}
    assert len(bodies) == 10
    assert ground.count(Case) == 10
    assert ground.count(IntakeReceipt) == 10
    with ground.seen() as session:
        assert list(audit.verify(session)) == []
