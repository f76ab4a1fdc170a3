"""POST /api/ajax/cases as contract 000 has it."""

import json
import re

import pytest

from portal.core import codes, transitions
from portal.core.models import Assignment, Case, CasePerson, Review
from portal.core.vocabulary import Status
from tests.api.constituency.example import BODY, DOCUMENTED, REQUEST

REQUIRED = ["contactTypeID", "constituentID", "caseTypeID", "statusID", "categoryTypeID", "assignedToID", "summary"]
IDS = REQUIRED[:-1]
NOW = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")


def test_the_example_of_the_contract_is_answered_as_documented(office, administrator):
    answer = administrator.post("/cases", REQUEST)
    assert answer.status_code == 201
    body = answer.json
    assert answer.headers["Location"] == f"/api/ajax/cases/{body['id']}"
    generated = {name: body[name] for name in ("id", "caseID", "created", "lastActioned")}
    assert body == DOCUMENTED | generated
    assert list(body) == list(DOCUMENTED)
    assert body["id"] == body["caseID"]
    assert NOW.fullmatch(body["created"])
    assert administrator.get(f"/cases/{body['id']}").json == body


def test_everything_that_belongs_to_a_new_case_is_there(office, caseworker):
    number = caseworker.post("/cases", REQUEST).json["id"]

    def facts(session):
        case = session.get(Case, number)
        owner = session.query(Assignment).filter_by(case_id=number).one()
        client = session.query(CasePerson).filter_by(case_id=number).one()
        review = session.query(Review).filter_by(case_id=number).one()
        steps = [row.to_status for row in transitions.history(session, case)]
        return case.owner_id, owner.user_id, (client.person_id, client.role), str(review.date), steps

    chain = [Status.DRAFT, Status.SUBMITTED, Status.VERIFIED, Status.ACTIVE]
    assert office.do(facts) == (2, 2, (5, "client"), "2024-03-15", chain)


@pytest.mark.parametrize("status", ["3", 4])
def test_waiting_is_a_live_case_that_waits(caseworker, status):
    assert caseworker.post("/cases", {**BODY, "statusID": status}).json["status"] == int(status)


def test_a_case_created_closed_has_its_whole_history(office, caseworker):
    body = caseworker.post("/cases", {**BODY, "statusID": 2}).json
    assert body["status"] == 2

    def steps(session):
        return [(row.action, row.reason_code) for row in transitions.history(session, session.get(Case, body["id"]))]

    assert office.do(steps)[-2:] == [("stabilize", "DIALECT_CLOSED"), ("close", "DIALECT_CLOSED")]


def test_ids_may_come_as_digits_in_a_string(caseworker):
    answer = caseworker.post("/cases", {**BODY, **{name: str(BODY[name]) for name in IDS}})
    assert answer.status_code == 201
    assert (answer.json["caseType"], answer.json["assignedTo"]) == (86, 2)


@pytest.mark.parametrize("date", [None, ""])
def test_without_review_date_the_answer_has_an_empty_one(caseworker, date):
    assert caseworker.post("/cases", {**BODY, "reviewDate": date}).json["reviewDate"] == ""
    assert caseworker.post("/cases", {k: v for k, v in BODY.items() if k != "reviewDate"}).json["reviewDate"] == ""


def test_a_category_may_set_the_usual_review_date(office, caseworker):
    def in_thirty_days(session):
        codes.find(session, "category", "1").review_in_days = 30

    office.do(in_thirty_days)
    told = {k: v for k, v in BODY.items() if k != "reviewDate"}
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", caseworker.post("/cases", told).json["reviewDate"])
    assert caseworker.post("/cases", BODY).json["reviewDate"] == "2024-03-15"


def test_custom_fields_come_back_as_they_were_and_what_is_the_portals_own_is_ignored(caseworker):
    custom = {"ward": "Mill Lane", "letters": [1, 2.5, None, {"a": True}], "é": "ü"}
    forged = {"id": 99, "createdBy": 1, "restrictions": ["x"], "userPermissions": {"delete": True}, "unknown": 1}
    body = caseworker.post("/cases", {**BODY, "customFields": custom, **forged}).json
    assert body["customFields"] == custom
    assert (body["createdBy"], body["restrictions"], body["id"] != 99) == (2, [], True)
    assert body["userPermissions"] == {"view": True, "edit": True, "delete": False, "manage": False}
    assert "unknown" not in body


def test_the_same_key_makes_one_case_and_another_body_under_it_none(office, caseworker):
    headers = {"Idempotency-Key": "form-1"}
    first = caseworker.post("/cases", BODY, headers=headers)
    again = caseworker.post("/cases", BODY, headers=headers)
    assert (again.status_code, again.data, again.headers["Location"]) == (201, first.data, first.headers["Location"])
    before = office.rows()
    other = caseworker.post("/cases", {**BODY, "summary": "Another"}, headers=headers)
    assert (other.status_code, list(other.json)) == (409, ["error"])
    assert office.rows() == before


def test_two_equal_requests_without_a_key_are_two_cases(caseworker):
    assert caseworker.post("/cases", BODY).json["id"] != caseworker.post("/cases", BODY).json["id"]


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("how", ["absent", "null"])
def test_each_missing_field_is_named(office, caseworker, name, how):
    told = {key: value for key, value in BODY.items() if key != name} | ({name: None} if how == "null" else {})
    refused(office, caseworker, told, f"Missing required field: {name}")


def test_the_first_missing_field_in_the_order_of_the_contract_is_the_one_named(office, caseworker):
    refused(office, caseworker, {"summary": "Only this"}, "Missing required field: contactTypeID")
    refused(office, caseworker, {"contactTypeID": "x", "statusID": 1}, "Missing required field: constituentID")


@pytest.mark.parametrize("summary", ["", "   ", "\n\t"])
def test_a_blank_summary_is_a_missing_one(office, caseworker, summary):
    refused(office, caseworker, {**BODY, "summary": summary}, "Missing required field: summary")


@pytest.mark.parametrize("value", [True, 1.0, 1.5, -1, 0, "x", "", " 4", "４", [4], {}, 2**63, 10**30, "9" * 40, 7777])
def test_each_id_of_a_wrong_type_or_of_nothing_is_named(office, caseworker, value):
    for name in IDS:
        refused(office, caseworker, {**BODY, name: value}, f"Invalid value for field: {name}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("summary", 5),
        ("summary", ["x"]),
        ("summary", "x" * 4_001),
        ("reviewDate", "15/03/2024"),
        ("reviewDate", "2024-02-30"),
        ("reviewDate", "2024-3-15"),
        ("reviewDate", "2024-03-15T00:00:00"),
        ("reviewDate", "2024-03-15\n"),
        ("reviewDate", 20240315),
        ("customFields", []),
        ("customFields", "x"),
        ("customFields", {str(n): n for n in range(101)}),
        ("customFields", {"deep": json.loads("[" * 30 + "]" * 30)}),
    ],
)
def test_each_value_of_a_wrong_shape_is_named(office, caseworker, name, value):
    refused(office, caseworker, {**BODY, name: value}, f"Invalid value for field: {name}")


def test_people_whom_the_caller_may_not_see_or_give_work_to_are_as_good_as_absent(office, caseworker):
    refused(office, caseworker, {**BODY, "constituentID": office.stranger_id}, "Invalid value for field: constituentID")
    refused(office, caseworker, {**BODY, "assignedToID": office.outsider_id}, "Invalid value for field: assignedToID")
    refused(
        office, caseworker, {**BODY, "assignedToID": office.users["auditor"]}, "Invalid value for field: assignedToID"
    )


@pytest.mark.parametrize("data", [b"", b"{}", b"{ }"])
def test_nothing_sent_is_no_data(office, caseworker, data):
    refused(office, caseworker, data, "No data provided")


@pytest.mark.parametrize(
    "data", [b"[]", b"5", b'"x"', b"{", b"{'a': 1}", b'{"summary": NaN}', b"\xff\xfe", b"[" * 10_000, b'[{"a":1}]']
)
def test_what_is_no_json_object_is_invalid_json(office, caseworker, data):
    refused(office, caseworker, data, "Invalid JSON")


def test_custom_fields_and_bodies_have_a_limit(office, caseworker):
    refused(office, caseworker, {**BODY, "customFields": {"x": "y" * 33_000}}, "Request body too large", 413)
    refused(office, caseworker, {**BODY, "summary": "y" * 1_100_000}, "Request body too large", 413)


def test_a_number_that_overflows_is_no_custom_field(office, caseworker):
    data = json.dumps({**BODY, "customFields": {"x": 7}}).replace("7", "1e999").encode()
    refused(office, caseworker, data, "Invalid value for field: customFields")


def test_another_content_type_is_415(office, caseworker):
    before = office.rows()
    answer = caseworker("POST", "/cases", data=b"summary=x", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 415
    assert office.rows() == before


def test_whoever_may_not_create_here_is_told_403_and_never_401(office, auditor, outsider):
    refused(office, auditor, BODY, "Forbidden", 403)
    refused(office, outsider, {**BODY, "constituentID": office.stranger_id}, "Forbidden", 403)


def test_text_with_characters_that_no_database_keeps_does_no_harm(caseworker):
    body = {**BODY, "summary": "Nul\x00 and \ud800 half", "customFields": {"a\x00": "\udfff"}}
    answer = caseworker.post("/cases", json.dumps(body).encode())
    assert answer.status_code == 201
    assert caseworker.get(f"/cases/{answer.json['id']}").json["summary"] == answer.json["summary"]


def refused(office, caller, told, words, status=400):
    before = office.rows()
    answer = caller.post("/cases", told)
    assert (answer.status_code, answer.json) == (status, {"error": words})
    assert office.rows() == before
