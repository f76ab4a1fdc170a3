"""Merging two cases: one answer for both, nothing lost."""

import pytest

from portal.core.models import Case, CaseMerge, Note
from portal.core.vocabulary import Status
from tests.api.constituency.example import BODY
from tests.factories import put_into


@pytest.fixture
def pair(office, case_number, caseworker):
    """The example's case, and a second one recorded for it, each with a note."""
    second = caseworker.post("/cases", {**BODY, "summary": "The same again"}).json["id"]
    for number in (case_number, second):
        caseworker.post(f"/cases/{number}/notes", {"note": f"of {number}"})
    return case_number, second


def test_a_merged_case_is_answered_by_its_survivor(office, pair, supervisor):
    target, source = pair
    answer = supervisor.post(f"/cases/{target}/merge", {"mergeCaseID": str(source)})
    assert answer.status_code == 200
    assert answer.json == {"success": True, "message": f"Case {source} merged into case {target}"}
    assert supervisor.get(f"/cases/{source}").json == supervisor.get(f"/cases/{target}").json
    assert supervisor.get(f"/cases/{source}").json["id"] == target
    assert [note["note"] for note in supervisor.get(f"/cases/{target}/notes").json] == [f"of {source}", f"of {target}"]
    assert [case["id"] for case in supervisor.get(f"/cases/search/{source}").json["cases"]] == [target]
    assert source not in [case["id"] for case in supervisor.post("/cases/search", {}).json["cases"]]
    assert office.do(lambda session: [edge.reason_code for edge in session.query(CaseMerge)]) == ["DUPLICATE_RECORD"]


def test_what_is_written_to_a_merged_case_lands_on_its_survivor(office, pair, supervisor):
    target, source = pair
    supervisor.post(f"/cases/{target}/merge", {"mergeCaseID": source})
    number = supervisor.post(f"/cases/{source}/notes", {"note": "Later"}).json["id"]
    assert office.do(lambda session: session.get(Note, number).case_id) == target
    assert supervisor.patch(f"/cases/{source}", {"summary": "One case"}).json["id"] == target
    assert office.do(lambda session: session.get(Case, source).summary) == "The same again"


@pytest.mark.parametrize(
    ("told", "status", "words"),
    [
        ({}, 400, "No data provided"),
        ({"mergeCaseID": None}, 400, "Missing required field: mergeCaseID"),
        ({"mergeCaseID": True}, 400, "Invalid value for field: mergeCaseID"),
        ({"mergeCaseID": 9999}, 404, "Case not found"),
    ],
)
def test_a_wrong_merge_changes_nothing(office, pair, supervisor, told, status, words):
    before = office.rows()
    answer = supervisor.post(f"/cases/{pair[0]}/merge", told)
    assert (answer.status_code, answer.json) == (status, {"error": words})
    assert office.rows() == before


def test_a_case_is_not_merged_into_itself_nor_into_what_is_absent_nor_without_the_right(
    office, pair, caseworker, supervisor, outsider
):
    target, source = pair
    before = office.rows()
    itself = supervisor.post(f"/cases/{target}/merge", {"mergeCaseID": target})
    assert (itself.status_code, itself.json) == (400, {"error": "Invalid value for field: mergeCaseID"})
    assert supervisor.post("/cases/9999/merge", {"mergeCaseID": source}).json == {"error": "Case not found"}
    assert caseworker.post(f"/cases/{target}/merge", {"mergeCaseID": source}).json == {"error": "Forbidden"}
    assert outsider.post(f"/cases/{target}/merge", {"mergeCaseID": source}).json == {"error": "Case not found"}
    assert office.rows() == before


def test_a_locked_case_is_not_merged_and_none_is_merged_twice(office, pair, supervisor):
    target, source = pair
    office.do(lambda session: put_into(session, session.get(Case, source), Status.SUSPENDED))
    before = office.rows()
    assert supervisor.post(f"/cases/{target}/merge", {"mergeCaseID": source}).status_code == 409
    assert office.rows() == before
    office.do(lambda session: put_into(session, session.get(Case, source), Status.ACTIVE))
    assert supervisor.post(f"/cases/{target}/merge", {"mergeCaseID": source}).status_code == 200
    again = supervisor.post(f"/cases/{target}/merge", {"mergeCaseID": source})
    assert (again.status_code, list(again.json)) == (409, ["error"])
