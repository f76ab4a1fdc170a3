"""Reading, changing and deleting cases."""

import pytest

from portal.core import transitions
from portal.core.models import AuditEvent, Case, Vertical
from portal.core.vocabulary import Status, WorkState
from tests.api.constituency.example import BODY
from tests.factories import make_case, put_into


def in_state(office, number, status):
    office.do(lambda session: put_into(session, session.get(Case, number), status))


def history(office, number):
    return office.do(
        lambda session: [
            (row.action, row.reason_code) for row in transitions.history(session, session.get(Case, number))
        ]
    )


def test_an_unknown_and_an_invisible_case_are_the_same(case_number, caseworker, outsider):
    for answer in (
        caseworker.get("/cases/9999"),
        outsider.get(f"/cases/{case_number}"),
        outsider.patch(f"/cases/{case_number}", {"summary": "Mine?"}),
        outsider.delete(f"/cases/{case_number}"),
    ):
        assert (answer.status_code, answer.json) == (404, {"error": "Case not found"})


@pytest.mark.parametrize("number", ["0", "x", "-1", "1.5", str(2**63), "9" * 40])
def test_what_is_no_number_of_a_case_is_not_found(caseworker, number):
    assert caseworker.get(f"/cases/{number}").status_code == 404


def test_with_or_without_a_slash_it_is_the_same_case(case_number, caseworker):
    assert caseworker.get(f"/cases/{case_number}/").json == caseworker.get(f"/cases/{case_number}").json
    assert caseworker.post("/cases/", BODY).status_code == 201


def test_reading_is_recorded_and_does_not_count_as_action(office, case_number, caseworker):
    before = caseworker.get(f"/cases/{case_number}").json["lastActioned"]
    assert caseworker.get(f"/cases/{case_number}").json["lastActioned"] == before
    reads = office.do(lambda session: session.query(AuditEvent).filter_by(action="case.read").count())
    assert reads == 2


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"caseType": 64}, {"caseType": 64}),
        ({"caseTypeID": "64"}, {"caseType": 64}),
        ({"category": 3}, {"category": 3}),
        ({"contactTypeID": 1}, {"contactType": 1}),
        ({"summary": " New words "}, {"summary": "New words"}),
        ({"customFields": {"a": [1]}}, {"customFields": {"a": [1]}}),
        ({"reviewDate": "2031-01-02"}, {"reviewDate": "2031-01-02"}),
        ({"reviewDate": ""}, {"reviewDate": ""}),
        ({"reviewDate": None}, {"reviewDate": ""}),
        ({"status": 3}, {"status": 3}),
        ({"statusID": "4"}, {"status": 4}),
        ({"status": 2, "summary": "Done"}, {"status": 2, "summary": "Done"}),
    ],
)
def test_what_is_named_changes_and_nothing_else(case_number, caseworker, told, shown):
    before = caseworker.get(f"/cases/{case_number}").json
    answer = caseworker.patch(f"/cases/{case_number}", told)
    assert answer.status_code == 200
    assert answer.json == before | shown | {"lastActioned": answer.json["lastActioned"]}
    assert caseworker.get(f"/cases/{case_number}").json == answer.json


def test_a_case_is_given_to_somebody_who_can_take_it(office, case_number, caseworker):
    agent = office.users["agent"]
    body = caseworker.patch(f"/cases/{case_number}", {"assignedTo": agent}).json
    assert (body["assignedTo"], body["assignedInitials"]) == (agent, "AG")
    for impossible in (office.outsider_id, office.users["auditor"], 9999):
        answer = caseworker.patch(f"/cases/{case_number}", {"assignedToID": impossible})
        assert (answer.status_code, answer.json) == (400, {"error": "Invalid value for field: assignedToID"})
    assert caseworker.get(f"/cases/{case_number}").json["assignedTo"] == agent


@pytest.mark.parametrize("told", [{}, b"", {"userPermissions": {"delete": True}}, {"id": 5}])
def test_nothing_to_change_is_told_as_such(office, case_number, caseworker, told):
    before = office.rows()
    answer = caseworker.patch(f"/cases/{case_number}", told)
    assert (answer.status_code, answer.json) == (400, {"error": "No update data provided"})
    assert office.rows() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", 9),
        ("status", None),
        ("statusID", True),
        ("caseType", 1),
        ("category", "x"),
        ("contactType", 99),
        ("assignedTo", None),
        ("assignedTo", "2.0"),
        ("summary", ""),
        ("summary", None),
        ("summary", "x" * 4_001),
        ("reviewDate", "tomorrow"),
        ("customFields", None),
    ],
)
def test_a_wrong_value_changes_nothing_of_the_whole_request(office, case_number, caseworker, field, value):
    before, shown = office.rows(), caseworker.get(f"/cases/{case_number}").json
    answer = caseworker.patch(f"/cases/{case_number}", {"summary": "Half way", "status": 4, field: value})
    assert (answer.status_code, answer.json) == (400, {"error": f"Invalid value for field: {field}"})
    assert office.rows() == before
    assert caseworker.get(f"/cases/{case_number}").json == shown


def test_a_refused_closing_takes_the_other_changes_back(office, case_number, caseworker):
    def forbid(session):
        pack = session.get(Case, case_number).primary_vertical.pack
        pack.role_matrix = {"case.close": ["supervisor"]}

    office.do(forbid)
    shown = caseworker.get(f"/cases/{case_number}").json
    answer = caseworker.patch(f"/cases/{case_number}", {"status": 2, "summary": "Closing words"})
    assert (answer.status_code, answer.json) == (403, {"error": "Forbidden"})
    assert caseworker.get(f"/cases/{case_number}").json == shown


def test_closing_and_coming_back_are_whole_walks(office, case_number, caseworker):
    caseworker.patch(f"/cases/{case_number}", {"status": 2})
    assert history(office, case_number)[-2:] == [("stabilize", "DIALECT_CLOSED"), ("close", "DIALECT_CLOSED")]
    body = caseworker.patch(f"/cases/{case_number}", {"status": 3, "summary": "Back again"}).json
    assert (body["status"], body["summary"]) == (3, "Back again")
    assert history(office, case_number)[-2:] == [("reopen", "DIALECT_STATUS"), ("activate", "DIALECT_STATUS")]


def test_a_whole_case_may_be_sent_back_as_it_was_read(case_number, caseworker):
    for status in (1, 2):
        shown = caseworker.patch(f"/cases/{case_number}", {"status": status}).json
        assert caseworker.patch(f"/cases/{case_number}", shown).json == shown


def test_a_closed_case_takes_no_other_change(office, case_number, caseworker):
    shown = caseworker.patch(f"/cases/{case_number}", {"status": 2}).json
    before = office.rows()
    answer = caseworker.patch(f"/cases/{case_number}", {"summary": "Late"})
    assert (answer.status_code, list(answer.json)) == (409, ["error"])
    assert office.rows() == before
    assert caseworker.get(f"/cases/{case_number}").json == shown


@pytest.mark.parametrize(
    ("status", "work_state", "shown"),
    [
        (Status.DRAFT, WorkState.FOR_ACTION, 1),
        (Status.ACTIVE, WorkState.WAITING, 4),
        (Status.REOPENED, WorkState.WAITING_REPLY, 3),
        (Status.STABILIZED, WorkState.WAITING, 1),
        (Status.SUSPENDED, WorkState.FOR_ACTION, 4),
        (Status.CLOSED, WorkState.WAITING, 2),
        (Status.ARCHIVED, WorkState.FOR_ACTION, 2),
    ],
)
def test_every_state_has_its_status_here_and_is_found_by_it(office, case_number, caseworker, status, work_state, shown):
    def arrange(session):
        put_into(session, session.get(Case, case_number), status)
        session.get(Case, case_number).work_state = work_state

    office.do(arrange)
    assert caseworker.get(f"/cases/{case_number}").json["status"] == shown
    found = caseworker.post("/cases/search", {"statusID": [shown]}).json["cases"]
    assert case_number in [case["id"] for case in found]
    others = caseworker.post("/cases/search", {"statusID": [{1: 2, 2: 3, 3: 4, 4: 1}[shown]]}).json["cases"]
    assert case_number not in [case["id"] for case in others]


@pytest.mark.parametrize("told", [{"status": 1}, {"status": 4}, {"status": 2}, {"summary": "x"}, {"reviewDate": ""}])
@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.ARCHIVED])
def test_a_locked_case_is_409_for_every_change(office, case_number, caseworker, status, told):
    in_state(office, case_number, status)
    before = office.rows()
    answer = caseworker.patch(f"/cases/{case_number}", told)
    assert (answer.status_code, list(answer.json)) == (409, ["error"])
    assert office.rows() == before


def test_deleting_needs_the_right_to_archive(office, case_number, caseworker):
    before = office.rows()
    answer = caseworker.delete(f"/cases/{case_number}")
    assert (answer.status_code, answer.json) == (403, {"error": "Forbidden"})
    assert office.rows() == before


def test_a_deleted_case_is_absent_here_and_kept_in_the_record(office, case_number, supervisor):
    answer = supervisor.delete(f"/cases/{case_number}")
    assert (answer.status_code, answer.json) == (200, {"success": True, "message": f"Case {case_number} deleted"})
    for again in (supervisor.get, supervisor.delete):
        gone = again(f"/cases/{case_number}")
        assert (gone.status_code, gone.json) == (404, {"error": "Case not found"})
    assert supervisor.get(f"/cases/search/{case_number}").json == {"cases": [], "totalResults": 0}
    assert supervisor.post("/cases/search", {}).json["totalResults"] == 1
    walk = [("stabilize", "OPENED_IN_ERROR"), ("close", "OPENED_IN_ERROR"), ("archive", "OPENED_IN_ERROR")]
    assert history(office, case_number)[-3:] == walk
    assert office.do(lambda session: session.get(Case, case_number).summary) == BODY["summary"]


def test_a_case_of_another_door_is_told_without_nulls_in_its_texts(office, caseworker):
    def other(session):
        vertical = session.query(Vertical).filter_by(code="CONSTITUENCY").one()
        return make_case(session, vertical, category="362484").id

    body = caseworker.get(f"/cases/{office.do(other)}").json
    assert (body["category"], body["caseType"], body["assignedTo"], body["assignedInitials"]) == (
        362484,
        None,
        None,
        "",
    )
    assert body["constituent"] == {"id": None, "firstname": "", "surname": "", "organisationName": ""}


def test_a_restricted_case_says_so_and_not_for_whom(office, case_number, caseworker):
    def restrict(session):
        session.get(Case, case_number).restricted = True

    office.do(restrict)
    assert caseworker.get(f"/cases/{case_number}").json["restrictions"] == [{"type": "restricted"}]
    assert office.calls_as("supervisor").get(f"/cases/{case_number}").status_code == 404


def test_what_a_caller_may_do_is_told_for_each(office, case_number, caseworker, supervisor, auditor):
    def told(caller):
        return [*caller.get(f"/cases/{case_number}").json["userPermissions"].values()]

    assert told(caseworker) == [True, True, False, False]
    assert told(supervisor) == [True, True, True, True]
    assert told(auditor) == [True, False, False, False]
    for method, path, body in (
        ("PATCH", "", {"summary": "x"}),
        ("DELETE", "", None),
        ("POST", "/notes", {"note": "x"}),
    ):
        assert auditor(method, f"/cases/{case_number}{path}", body).status_code == 403


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/cases"), ("DELETE", "/cases"), ("POST", "/cases/1"), ("GET", "/x")]
)
def test_what_is_not_there_is_json_too(caseworker, method, path):
    answer = caseworker(method, path)
    assert answer.status_code in (404, 405)
    assert list(answer.json) == ["error"]
