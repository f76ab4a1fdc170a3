"""The walk that is consistent with every word of contract 004, through the API alone."""

from portal.core.models import AuditEvent
from tests.api.interventions.conftest import at


def test_a_case_from_draft_to_archive(office):
    person = office.person()
    office.consent(person)
    body = {
        "subject_type": "person",
        "subject_id": person,
        "primary_vertical_id": office.verticals["CARE"],
        "participant_vertical_ids": [office.verticals["HEALTH"]],
        "program_id": office.programs["CARE"],
        "geo_scope_ids": [office.places["town"]],
        "active_until": at(90),
    }
    made = office.worker.post("/cases", body)
    assert made.status_code == 201
    assert set(made.json) == {"case_id", "status", "created_at"} and made.json["status"] == "draft"
    case = made.json["case_id"]
    assert made.headers["Location"] == f"/cases/{case}"
    verified = {"verified_by": office.users["other"], "verified_at": at()}
    walk = [
        ("worker", "submit", {"submission_notes": "Ready."}, "submitted", "submitted_at"),
        ("other", "verify", verified, "verified", "verified_at"),
        ("supervisor", "activate", {"active_from": at(), "active_until": at(30)}, "active", "activated_at"),
        ("supervisor", "suspend", {"suspension_reason": "OTHER", "reason_text": "Flood"}, "suspended", "suspended_at"),
        ("supervisor", "resume", {"reason_code": "REVIEW_COMPLETED"}, "active", "resumed_at"),
        ("worker", "stabilize", {"stabilization_notes": "Well."}, "stabilized", "stabilized_at"),
        ("worker", "close", {"closure_reason": "OBJECTIVES_MET", "closure_notes": "Done."}, "closed", "closed_at"),
        ("supervisor", "reopen", {"reason_code": "OTHER", "reason_text": "Moved back"}, "reopened", "reopened_at"),
        ("supervisor", "activate", {}, "active", "activated_at"),
        ("worker", "stabilize", {}, "stabilized", "stabilized_at"),
        ("worker", "close", {"closure_reason": "OTHER"}, "closed", "closed_at"),
        ("supervisor", "archive", {"reason_code": "RETENTION"}, "archived", "archived_at"),
    ]
    for who, action, given, state, moment in walk:
        answer = office.caller(who).post(f"/cases/{case}/{action}", given)
        assert answer.status_code == 200, (action, answer.json)
        assert set(answer.json) == {"case_id", "status", moment}
        assert (answer.json["case_id"], answer.json["status"]) == (case, state)
        assert answer.json[moment].endswith("Z")
    history = office.worker.get(f"/cases/{case}/history").json
    assert [step["status"] for step in history["items"]] == ["draft", *[state for _, _, _, state, _ in walk]]
    assert history["total"] == 13
    assert [step["note"] for step in history["items"] if step["note"]] == ["Ready.", "Well.", "Done."]
    shown = office.worker.get(f"/cases/{case}").json
    assert (shown["status"], shown["status_reason"], shown["allowed_actions"]) == ("archived", "RETENTION", [])
    assert office.ground.count(AuditEvent, AuditEvent.action.like("case.%"), AuditEvent.outcome == "done") >= 13


def test_one_privileged_token_walks_alone(office):
    admin = office.administrator
    person = admin.post("/persons", {"full_name": "Omar Testperson", "age_estimate": 40}).json["person_id"]
    assert admin.post(f"/persons/{person}/verify").status_code == 200
    consent = admin.post(
        f"/persons/{person}/consents", {"vertical_id": office.verticals["CARE"], "active_from": at(-1)}
    ).json
    assert consent["status"] == "pending"
    assert admin.post(f"/consents/{consent['consent_id']}/verify").json["status"] == "active"
    body = {"subject_type": "person", "subject_id": person, "primary_vertical_id": office.verticals["CARE"]}
    case = admin.post("/cases", body).json["case_id"]
    verified = {"verified_by": admin.user_id, "verified_at": at()}
    for action, given in (
        ("submit", {}),
        ("verify", verified),
        ("activate", {}),
        ("suspend", {"suspension_reason": "GEO_REVIEW"}),
        ("resume", {}),
        ("stabilize", {}),
        ("close", {"closure_reason": "OBJECTIVES_MET"}),
        ("reopen", {"reason_code": "APPEAL_UPHELD"}),
        ("archive", {"reason_code": "ABANDONED"}),
    ):
        answer = admin.post(f"/cases/{case}/{action}", given)
        assert answer.status_code == 200, (action, answer.json)
    assert answer.json["status"] == "archived"


def test_a_case_shows_exactly_what_is_documented(office):
    case = office.case(to="active", geo_scope_ids=[office.places["town"]])
    shown = office.worker.get(f"/cases/{case}")
    assert set(shown.json) == set(
        "case_id number reference status status_reason subject_type subject_id primary_vertical_id "
        "participant_verticals program_id geo_scope_ids active_from active_until merged_into_case_id version_id "
        "created_at updated_at allowed_actions".split()
    )
    assert shown.json["allowed_actions"] == ["stabilize"]
    assert shown.headers["ETag"] == f'"{shown.json["version_id"]}"'
    assert shown.json["geo_scope_ids"] == [office.places["town"]]
    offers = {one["action"]: one for one in office.worker.get(f"/cases/{case}/transitions").json["items"]}
    assert offers["stabilize"] == {
        "action": "stabilize",
        "allowed": True,
        "leads_to": "stabilized",
        "reason": None,
        "who": None,
    }
    assert offers["suspend"]["who"] == "a supervisor or an administrator"
    assert "stabilized first" in offers["close"]["reason"]


def test_the_same_routes_answer_under_the_versioned_prefix_and_with_a_slash(office):
    case = office.case()
    for path in (f"/cases/{case}", f"/api/v1/cases/{case}"):
        assert office.worker.get(path).json["case_id"] == case
    for path in ("/cases", "/cases/", "/api/v1/cases", "/api/v1/cases/"):
        assert office.worker.get(path).json["total"] == 1, path
    refused = office.worker.get("/api/v1/cases/nothing")
    assert refused.status_code == 404 and refused.json["error"]["code"] == "ERR_NOT_FOUND"


def test_lists_are_filtered_and_paged(office):
    person = office.person()
    office.consent(person)
    mine = office.case(person, geo_scope_ids=[office.places["town"]], program_id=office.programs["CARE"])
    other = office.case(to="submitted")
    listed = office.worker.get("/cases").json
    assert [item["case_id"] for item in listed["items"]] == [other, mine]
    assert set(listed["items"][0]) == {
        "case_id",
        "status",
        "primary_vertical_id",
        "subject_type",
        "subject_id",
        "updated_at",
    }
    assert {name: listed[name] for name in ("page", "page_size", "total")} == {"page": 1, "page_size": 50, "total": 2}
    for query, found in (
        ({"status": "submitted"}, [other]),
        ({"status": "active"}, []),
        ({"subject_id": person}, [mine]),
        ({"geo_id": office.places["country"]}, [mine]),
        ({"geo_id": office.places["town"]}, [mine]),
        ({"program_id": office.programs["CARE"]}, [mine]),
        ({"program_id": office.programs["HEALTH"]}, []),
        ({"primary_vertical_id": office.verticals["CARE"]}, [other, mine]),
        ({"primary_vertical_id": office.verticals["HEALTH"]}, []),
        ({"page_size": 1, "page": 2}, [mine]),
        ({"page": 9}, []),
    ):
        got = office.worker.get("/cases", **query)
        assert [item["case_id"] for item in got.json["items"]] == found, query
    for wrong in ({"status": "open"}, {"page_size": 201}, {"page": 0}, {"geo_id": "7"}, {"subject_id": "x"}):
        assert office.worker.get("/cases", **wrong).status_code == 400, wrong
    assert office.stranger.get("/cases").json["items"] == []
