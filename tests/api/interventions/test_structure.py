"""Participants, ownership, merging, splitting, assignments and conflicts through the API (contract 004)."""

import pytest

from portal.core.models import Note
from tests.api.interventions.conftest import at, error
from tests.api.interventions.routes import NOBODY


@pytest.fixture
def person(office):
    found = office.person()
    office.consent(found)
    return found


@pytest.fixture
def case(office, person):
    return office.case(person, to="active")


def test_a_vertical_is_asked_opts_in_for_itself_and_is_removed(office, person, case):
    health = office.verticals["HEALTH"]
    asked = office.worker.post(f"/cases/{case}/participants", {"vertical_id": health})
    assert (asked.status_code, asked.json) == (
        201,
        {"case_id": case, "vertical_id": health, "status": "pending_opt_in"},
    )
    error(office.worker.post(f"/cases/{case}/participants", {"vertical_id": health}), 409, "ERR_STATE_ALREADY")
    error(office.worker.post(f"/cases/{case}/participants", {"vertical_id": office.verticals["CARE"]}), 400)
    error(office.worker.post(f"/cases/{case}/participants", {"vertical_id": NOBODY}), 400, target="vertical_id")
    error(office.healer.get(f"/cases/{case}"), 404)
    opt_in = f"/cases/{case}/participants/{health}/opt-in"
    error(office.worker.post(opt_in), 403, "ERR_AUTH_FORBIDDEN")
    error(office.stranger.post(opt_in), 404)
    error(office.healer.post(opt_in), 403, "ERR_CON_REQUIRED")
    consent = office.consent(person, "HEALTH")
    error(office.healer.post(opt_in, {"consent_confirmation_id": NOBODY}), 403, "ERR_CON_REQUIRED")
    taken = office.healer.post(opt_in, {"consent_confirmation_id": consent})
    assert (taken.status_code, taken.json["status"]) == (200, "opted_in")
    error(office.healer.post(opt_in), 409, "ERR_STATE_ALREADY")
    shown = office.healer.get(f"/cases/{case}").json
    assert shown["participant_verticals"] == [{"vertical_id": health, "status": "opted_in"}]
    assert shown["allowed_actions"] == []
    error(office.healer.patch(f"/cases/{case}", {"active_until": None}), 403)
    error(office.healer.post(f"/cases/{case}/stabilize", {}), 403)
    remove = f"/cases/{case}/participants/{health}/remove"
    error(office.worker.post(remove, {"reason_code": "OTHER"}), 400, target="reason_text")
    gone = office.worker.post(remove, {"reason_code": "NO_LONGER_NEEDED"})
    assert (gone.status_code, gone.json["status"]) == (200, "removed")
    error(office.worker.post(remove, {"reason_code": "NO_LONGER_NEEDED"}), 409)
    error(office.healer.get(f"/cases/{case}"), 404)
    listed = office.worker.get(f"/cases/{case}/participants").json["items"]
    assert [(one["status"], one["reason_code"]) for one in listed] == [("removed", "NO_LONGER_NEEDED")]


def test_the_withdrawal_of_a_participants_consent_suspends_and_removing_it_lifts_that(office, person, case):
    health = office.verticals["HEALTH"]
    consent = office.consent(person, "HEALTH")
    office.worker.post(f"/cases/{case}/participants", {"vertical_id": health})
    office.healer.post(f"/cases/{case}/participants/{health}/opt-in")
    assert office.worker.post(f"/consents/{consent}/withdraw", {"reason_code": "SAFETY_RISK"}).status_code == 200
    assert office.worker.get(f"/cases/{case}").json["status"] == "suspended"
    remove = {"reason_code": "CONSENT_WITHDRAWN"}
    assert office.worker.post(f"/cases/{case}/participants/{health}/remove", remove).status_code == 200
    assert office.worker.get(f"/cases/{case}").json["status"] == "active"


def test_a_case_is_handed_over_with_consent_for_the_new_vertical(office, person, case):
    body = {"new_primary_vertical_id": office.verticals["HEALTH"], "reason_code": "BETTER_PLACED"}
    path = f"/cases/{case}/transfer-owner"
    error(office.worker.post(path, body), 403, "ERR_AUTH_FORBIDDEN")
    error(office.supervisor.post(path, body), 403, "ERR_CON_REQUIRED")
    office.consent(person, "HEALTH")
    error(office.supervisor.post(path, {**body, "reason_code": "NO"}), 400, target="reason_code")
    error(office.supervisor.post(path, {**body, "new_primary_vertical_id": NOBODY}), 400)
    own = {**body, "new_primary_vertical_id": office.verticals["CARE"]}
    error(office.supervisor.post(path, own), 409, "ERR_STATE_ALREADY")
    done = office.supervisor.post(path, body)
    assert done.status_code == 200
    assert set(done.json) == {"case_id", "primary_vertical_id", "transferred_at"}
    error(office.supervisor.get(f"/cases/{case}"), 404)
    assert office.healer.get(f"/cases/{case}").json["primary_vertical_id"] == office.verticals["HEALTH"]


def test_where_the_policy_asks_an_approval_of_somebody_else_is_used_once(office, person):
    office.consent(person, "STRICT")
    body = {"subject_type": "person", "subject_id": person, "primary_vertical_id": office.verticals["STRICT"]}
    case = office.worker.post("/cases", body).json["case_id"]
    office.walk(case, "submitted")
    body = {"new_primary_vertical_id": office.verticals["CARE"], "reason_code": "ORGANISATIONAL"}
    path = f"/cases/{case}/transfer-owner"
    error(office.supervisor.post(path, body), 409, "ERR_APPROVAL_REQUIRED")
    error(office.supervisor.post(path, {**body, "approval_id": NOBODY}), 409, "ERR_APPROVAL_REQUIRED")
    ask = {"target_type": "case", "target_id": case, "purpose": "transfer_owner"}
    error(office.worker.post("/workflows/instances", ask), 403)
    error(office.supervisor.post("/workflows/instances", {**ask, "target_id": NOBODY}), 400, target="target_id")
    asked = office.supervisor.post("/workflows/instances", ask)
    assert (asked.status_code, asked.json["status"]) == (201, "pending")
    answer = f"/workflows/instances/{asked.json['workflow_instance_id']}/approvals"
    error(office.supervisor.post(answer, {"decision": "approved"}), 403)
    error(office.worker.post(answer, {"decision": "approved"}), 403)
    error(office.stranger.post(answer, {"decision": "approved"}), 404)
    given = office.second.post(answer, {"decision": "approved", "decision_reason_text": "Agreed."})
    assert (given.status_code, given.json["status"]) == (201, "approved")
    error(office.second.post(answer, {"decision": "rejected"}), 409)
    done = office.supervisor.post(path, {**body, "approval_id": given.json["approval_id"]})
    assert done.status_code == 200, done.json


def test_merging_is_a_pointer_that_can_be_undone(office, person, case):
    second, third = office.case(person), office.case(person)
    body = {"primary_case_id": case, "merge_case_ids": [second, third], "reason_code": "DUPLICATE_RECORD"}
    error(office.worker.post("/cases/merge", body), 403)
    error(office.supervisor.post("/cases/merge", {**body, "merge_case_ids": [case]}), 400, target="merge_case_ids")
    error(office.supervisor.post("/cases/merge", {**body, "merge_case_ids": []}), 400, target="merge_case_ids")
    error(office.supervisor.post("/cases/merge", {**body, "merge_case_ids": [NOBODY]}), 404, target="merge_case_ids")
    error(office.supervisor.post("/cases/merge", {**body, "reason_code": "OTHER"}), 400, target="reason_text")
    done = office.supervisor.post("/cases/merge", body)
    assert done.status_code == 200, done.json
    assert set(done.json) == {"case_id", "merged_case_ids", "merged_at"}
    assert (done.json["case_id"], done.json["merged_case_ids"]) == (case, [second, third])
    shown = office.worker.get(f"/cases/{second}").json
    assert (shown["status"], shown["status_reason"], shown["merged_into_case_id"]) == ("archived", "MERGED", case)
    listed = [item["case_id"] for item in office.worker.get("/cases").json["items"]]
    assert listed == [case]
    told = error(office.supervisor.post("/cases/merge", body), 409, "ERR_MERGE_NOT_POSSIBLE")
    assert told["details"]["why"] == "already_merged"
    back = {"primary_case_id": second, "merge_case_ids": [case], "reason_code": "DUPLICATE_RECORD"}
    assert error(office.supervisor.post("/cases/merge", back), 409)["details"]["why"] == "chain"
    error(office.supervisor.post(f"/cases/{second}/submit", {}), 409, "ERR_STATE_INVALID_TRANSITION")
    given = office.supervisor.post(
        f"/cases/{second}/assignments", {"user_id": office.users["other"], "effective_from": "2026-01-01"}
    )
    assert (given.status_code, given.json["case_id"]) == (201, case), "what is new lands on the survivor and says so"
    undone = office.supervisor.post(f"/cases/{second}/unmerge")
    assert (undone.status_code, undone.json["status"]) == (200, "draft")
    error(office.supervisor.post(f"/cases/{second}/unmerge"), 409, "ERR_MERGE_NOT_POSSIBLE")


def test_cases_of_different_people_are_not_merged(office, case):
    other = office.case(to="active")
    body = {"primary_case_id": case, "merge_case_ids": [other], "reason_code": "SAME_INTERVENTION"}
    told = error(office.supervisor.post("/cases/merge", body), 409, "ERR_MERGE_NOT_POSSIBLE")
    assert told["details"]["why"] == "subject"


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_case_is_split_into_drafts(office, case, wrapped):
    with office.ground.arranged() as session:
        number = session.query(Note).count()
        found = session.execute(
            Note.__table__.insert().values(case_id=1, author_name="W", text="apart").returning(Note.__table__.c.id)
        ).scalar_one()
        note = str(session.get(Note, found).uuid)
    parts = [{"summary": "Apart", "note_ids": [note]}, {"geo_scope_ids": [office.places["town"]]}]
    body = {"split_definition": {"cases": parts} if wrapped else parts, "reason_code": "DIFFERENT_NEEDS"}
    path = f"/cases/{case}/split"
    error(office.worker.post(path, body), 403)
    for wrong, target in (
        ({"split_definition": []}, "split_definition"),
        ({"split_definition": {"parts": []}}, "split_definition"),
        ({"split_definition": [{"colour": "red"}]}, "split_definition.0.colour"),
        ({"split_definition": [{}] * 11}, "split_definition"),
        ({"split_definition": [{"note_ids": [NOBODY]}]}, "split_definition.0.note_ids"),
        ({"split_definition": [{"program_id": NOBODY}]}, "split_definition.0.program_id"),
        ({"reason_code": "OTHER"}, "reason_text"),
    ):
        error(office.supervisor.post(path, {**body, **wrong}), 400, target=target)
    done = office.supervisor.post(path, body)
    assert done.status_code == 200, done.json
    assert set(done.json) == {"source_case_id", "new_case_ids", "split_at"}
    assert [office.worker.get(f"/cases/{new}").json["status"] for new in done.json["new_case_ids"]] == ["draft"] * 2
    assert office.worker.get(f"/cases/{case}").json["status"] == "active"
    assert office.ground.count(Note) == number + 1
    assert office.worker.get(f"/cases/{done.json['new_case_ids'][1]}").json["geo_scope_ids"] == [office.places["town"]]


def test_assignments_with_dates(office, case):
    path = f"/cases/{case}/assignments"
    body = {"user_id": office.users["other"], "effective_from": at(-1), "assigned_role": "lead"}
    made = office.worker.post(path, body)
    assert made.status_code == 201
    assert set(made.json) == {"assignment_id", "case_id", "user_id"}
    error(office.worker.post(path, body), 409, "ERR_STATE_ALREADY")
    for wrong, target in (
        ({"user_id": NOBODY}, "user_id"),
        ({"user_id": office.users["healer"]}, "user_id"),
        ({"effective_until": at(-3), "assigned_role": "x"}, "effective_until"),
        ({"effective_from": "soon"}, "effective_from"),
    ):
        error(office.worker.post(path, {**body, **wrong}), 400, target=target)
    end = f"{path}/{made.json['assignment_id']}/end"
    error(office.worker.post(end, {"effective_until": at(-9), "reason_code": "LEFT"}), 400, target="effective_until")
    error(office.worker.post(end, {"effective_until": at(), "reason_code": "BORED"}), 400, target="reason_code")
    done = office.worker.post(end, {"effective_until": at(), "reason_code": "LEFT"})
    assert (done.status_code, set(done.json)) == (200, {"assignment_id", "effective_until"})
    error(office.worker.post(end, {"effective_until": at(), "reason_code": "LEFT"}), 409)
    error(office.worker.post(f"{path}/{NOBODY}/end", {"effective_until": at(), "reason_code": "LEFT"}), 404)
    listed = office.worker.get(path).json["items"]
    assert [(one["assigned_role"], one["reason_code"]) for one in listed] == [("lead", "LEFT")]


def test_duplicate_support_is_flagged_once_stands_against_activation_and_is_decided(office, person, case):
    second = office.case(person, to="verified")
    check = f"/cases/{second}/conflicts/duplicate-check"
    error(office.worker.post(check, {"scope": "everything"}), 400, target="scope")
    error(office.worker.post(check, {"scope": "all_verticals", "reason_code": "NO"}), 400, target="reason_code")
    first = office.worker.post(check, {"scope": "primary_vertical_only", "reason_code": "ROUTINE"})
    assert (first.status_code, first.json["status"]) == (200, "flagged")
    assert set(first.json) == {"conflict_id", "status", "checked_at"}
    conflict = first.json["conflict_id"]
    assert office.worker.post(check, {"scope": "primary_vertical_only"}).json["conflict_id"] == conflict
    told = error(office.supervisor.post(f"/cases/{second}/activate", {}), 409, "ERR_CONFLICT_DUPLICATE_SUPPORT")
    assert told["details"]["who"] == "a supervisor or an administrator"
    listed = office.worker.get("/cases/conflicts", status="open", subject_type="person", subject_id=person).json
    assert listed["items"] == [
        {
            "conflict_id": conflict,
            "conflict_type": "duplicate_support",
            "status": "open",
            "primary_case_id": second,
            "related_case_ids": [case],
        }
    ]
    assert office.worker.get("/cases/conflicts", subject_type="household").json["total"] == 0
    assert office.stranger.get("/cases/conflicts").json["total"] == 0
    resolve, dismiss = f"/cases/conflicts/{conflict}/resolve", f"/cases/conflicts/{conflict}/dismiss"
    error(office.worker.post(dismiss, {"reason_code": "FALSE_POSITIVE"}), 403)
    error(office.supervisor.post(dismiss, {"reason_code": "OTHER"}), 400, target="reason_text")
    error(office.supervisor.post(resolve, {"resolution_code": "NO"}), 400, target="resolution_code")
    done = office.supervisor.post(dismiss, {"reason_code": "FALSE_POSITIVE"})
    assert (done.json["status"], set(done.json)) == ("dismissed", {"conflict_id", "status", "dismissed_at"})
    error(office.supervisor.post(resolve, {"resolution_code": "MERGED"}), 409, "ERR_STATE_ALREADY")
    clear = office.worker.post(check, {"scope": "primary_vertical_only"}).json
    assert (clear["status"], clear["conflict_id"]) == ("clear", None)
    assert office.supervisor.post(f"/cases/{second}/activate", {}).status_code == 200


def test_a_conflict_is_resolved_with_a_code_and_notes_are_optional(office, person, case):
    conflict = office.worker.get("/cases/conflicts").json["items"]
    assert conflict == []
    office.case(person)
    conflict = office.worker.get("/cases/conflicts").json["items"][0]["conflict_id"]
    done = office.supervisor.post(f"/cases/conflicts/{conflict}/resolve", {"resolution_code": "OTHER"})
    assert (done.json["status"], set(done.json)) == ("resolved", {"conflict_id", "status", "resolved_at"})
