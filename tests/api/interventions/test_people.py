"""People, households and consents through the API: so that the guards can be met from outside."""

import io

import pytest

from portal.core import clock
from portal.core.models import AuditEvent, PersonIdentifier
from tests.api.interventions.conftest import DAY, at, error
from tests.api.interventions.routes import NOBODY


def test_a_person_is_registered_verified_by_somebody_else_and_read(office):
    body = {
        "full_name": "Amina Testperson",
        "date_of_birth": "2001-02-03",
        "gender": "female",
        "identity_type": "passport",
        "identity_number": "AB 123",
        "contacts": [{"type": "phone", "value": "+254700000001"}, {"type": "email", "value": "amina@home.example"}],
    }
    made = office.worker.post("/persons", body)
    assert made.status_code == 201
    assert set(made.json) == {"person_id", "verification_status", "created_at"}
    assert made.json["verification_status"] == "provisional"
    person = made.json["person_id"]
    error(office.worker.post(f"/persons/{person}/verify"), 403, "ERR_AUTH_FORBIDDEN")
    error(office.agent.post(f"/persons/{person}/verify"), 403, "ERR_AUTH_FORBIDDEN")
    error(office.other.post(f"/persons/{person}/verify", {"verified_by": office.users["second"]}), 403)
    done = office.other.post(f"/persons/{person}/verify", {"verified_by": office.users["other"], "verified_at": at()})
    assert (done.status_code, done.json["verification_status"]) == (200, "verified")
    error(office.other.post(f"/persons/{person}/verify"), 409, "ERR_STATE_ALREADY")
    shown = office.worker.get(f"/persons/{person}").json
    assert shown["identities"] == [{"identity_type": "passport", "identity_number": "AB 123", "verified": True}]
    assert shown["contacts"] == body["contacts"]
    assert (shown["full_name"], shown["date_of_birth"], shown["gender"]) == ("Amina Testperson", "2001-02-03", "female")
    assert office.ground.count(AuditEvent, AuditEvent.action == "person.read") == 1
    audited = office.auditor.get(f"/persons/{person}").json
    assert (audited["full_name"], audited["identities"][0]["identity_type"]) == ("Amina Testperson", "passport")
    assert not {"AB 123", "+254700000001", "amina@home.example"} & {
        *(one["identity_number"] for one in audited["identities"]),
        *(one["value"] for one in audited["contacts"]),
    }


def test_a_claimed_identity_number_tells_nobody_that_it_is_known(office):
    body = {"full_name": "One", "age_estimate": 30, "identity_type": "passport", "identity_number": "X1"}
    first = office.worker.post("/persons", {**body, "full_name": "First Person"})
    second = office.worker.post("/persons", {**body, "full_name": "Second Person"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert set(first.json) == set(second.json)
    assert office.other.post(f"/persons/{first.json['person_id']}/verify").status_code == 200
    told = error(office.other.post(f"/persons/{second.json['person_id']}/verify"), 409, "ERR_STATE_ALREADY")
    assert "First" not in told["message"]
    assert office.ground.count(PersonIdentifier) == 2


def test_a_name_and_some_age_are_needed_and_type_and_number_go_together(office):
    for body, target in (
        ({"age_estimate": 3}, "full_name"),
        ({"full_name": "  ", "age_estimate": 3}, "full_name"),
        ({"full_name": "Amina"}, "date_of_birth"),
        ({"full_name": "Amina", "date_of_birth": "03.02.2001"}, "date_of_birth"),
        ({"full_name": "Amina", "date_of_birth": "2001-02-30"}, "date_of_birth"),
        ({"full_name": "Amina", "age_estimate": -1}, "age_estimate"),
        ({"full_name": "Amina", "age_estimate": 3, "identity_type": "passport"}, "identity_number"),
        ({"full_name": "Amina", "age_estimate": 3, "contacts": [{"type": "fax", "value": "1"}]}, "contacts.0.type"),
        ({"full_name": "Amina", "age_estimate": 3, "household_id": NOBODY}, "household_id"),
        ({"full_name": "Amina", "age_estimate": 3, "vertical_id": office.verticals["HEALTH"]}, "vertical_id"),
    ):
        error(office.worker.post("/persons", body), 400, target=target)


def test_a_person_is_corrected_by_those_who_may_with_the_version_they_saw(office):
    person = office.person(verified=False)
    seen = office.worker.get(f"/persons/{person}").json["version_id"]
    body = {
        "full_name": "Amina Corrected",
        "age_estimate": 24,
        "contacts": [{"type": "phone", "value": "0700 000 002"}],
    }
    done = office.agent.patch(f"/persons/{person}", body, If_Match=f'"{seen}"')
    assert done.status_code == 200, done.json
    assert (done.json["full_name"], done.json["age_estimate"]) == ("Amina Corrected", 24)
    assert [contact["value"] for contact in done.json["contacts"]] == ["0700 000 002"]
    error(office.worker.patch(f"/persons/{person}", {"gender": "f"}, If_Match=f'"{seen}"'), 409, "ERR_VERSION_MISMATCH")
    error(office.worker.patch(f"/persons/{person}", {}), 400)
    office.other.post(f"/persons/{person}/verify")
    error(office.agent.patch(f"/persons/{person}", {"full_name": "Somebody Else"}), 403)
    assert office.other.patch(f"/persons/{person}", {"full_name": "Amina Right"}).status_code == 200
    found = office.worker.get("/persons/search", q="Amina Right").json["items"]
    assert [hit["person_id"] for hit in found] == [person]


def test_people_are_found_by_name_phone_and_number(office):
    body = {
        "full_name": "Zuri Findme",
        "age_estimate": 9,
        "identity_type": "card",
        "identity_number": "ZZ-998877",
        "contacts": [{"type": "phone", "value": "+254711222333"}],
    }
    person = office.worker.post("/persons", body).json["person_id"]
    office.person("Noise Person")
    for query, field in (
        ({"q": "findme zur"}, "name"),
        ({"phone": "0711 222 333"}, "phone"),
        ({"identity_number": "zz998877"}, "identifier"),
    ):
        found = office.agent.get("/persons/search", **query).json
        assert [(hit["person_id"], hit["full_name"]) for hit in found["items"]] == [(person, "Zuri Findme")], query
        assert field in found["items"][0]["matched_fields"]
    assert office.agent.get("/persons/search", q="zuri", status="verified").json["items"] == []
    error(office.agent.get("/persons/search"), 400, target="q")
    assert office.ground.count(AuditEvent, AuditEvent.action == "person.search") == 4


def test_a_record_is_put_away_and_taken_back(office):
    person = office.person()
    office.consent(person)
    case = office.case(person)
    error(office.other.post(f"/persons/{person}/archive", {"reason_code": "NO"}), 400, target="reason_code")
    error(office.other.post(f"/persons/{person}/archive", {"reason_code": "DECEASED"}), 409)
    office.step("supervisor", case, "archive", {"reason_code": "ABANDONED"})
    done = office.other.post(f"/persons/{person}/archive", {"reason_code": "OTHER", "reason_text": "Twice here"})
    assert done.json == {"person_id": person, "status": "archived"}
    error(office.other.post(f"/persons/{person}/archive", {"reason_code": "DECEASED"}), 409, "ERR_STATE_ALREADY")
    assert office.worker.get(f"/persons/{person}").json["status"] == "archived"
    body = {"subject_type": "person", "subject_id": person, "primary_vertical_id": office.verticals["CARE"]}
    error(office.worker.post("/cases", body), 409, "ERR_STATE_READ_ONLY")
    restored = office.other.post(f"/persons/{person}/restore", {"reason_code": "ARCHIVED_IN_ERROR"})
    assert restored.json["status"] == "active"


def test_a_household_with_its_members_is_the_subject_of_a_case(office):
    leader, member = office.person("Lea Leader"), office.person("Mia Member")
    body = {"household_name": "The Tests", "leader_id": leader, "geo_id": office.places["town"], "address": "1 Lane"}
    made = office.worker.post("/households", body)
    assert (made.status_code, made.json["status"], made.json["verification_status"]) == (201, "active", "provisional")
    household = made.json["household_id"]
    joined = {"person_id": member, "relationship_type": "child", "effective_from": "2026-01-01"}
    added = office.worker.post(f"/households/{household}/members", joined)
    assert added.status_code == 201
    assert set(added.json) == {"membership_id", "household_id", "person_id"}
    error(office.worker.post(f"/households/{household}/members", joined), 409, "ERR_STATE_ALREADY")
    error(office.worker.post(f"/households/{household}/members", {**joined, "person_id": NOBODY}), 400)
    case = {"subject_type": "household", "subject_id": household, "primary_vertical_id": office.verticals["CARE"]}
    error(office.worker.post("/cases", case), 409, "ERR_SUBJECT_UNVERIFIED")
    error(office.worker.post(f"/households/{household}/verify"), 403)
    assert office.other.post(f"/households/{household}/verify").json["verification_status"] == "verified"
    error(office.worker.post("/cases", case), 403, "ERR_CON_REQUIRED")
    office.consent(leader)
    opened = office.worker.post("/cases", case)
    assert opened.status_code == 201
    assert office.worker.get("/cases", subject_id=household).json["items"][0]["subject_type"] == "household"
    shown = office.worker.get(f"/households/{household}").json
    assert (shown["household_name"], shown["geo_id"], shown["address"]) == (
        "The Tests",
        office.places["town"],
        "1 Lane",
    )
    assert [m["person_id"] for m in shown["members"]] == [member]
    ended = office.worker.post(
        f"/households/{household}/members/{member}/end",
        {"effective_until": "2026-06-01", "reason_code": "MOVED_OUT"},
    )
    assert ended.json == {"membership_id": added.json["membership_id"], "effective_until": "2026-06-01"}
    again = {"effective_until": "2026-07-01", "reason_code": "MOVED_OUT"}
    error(office.worker.post(f"/households/{household}/members/{member}/end", again), 409)


@pytest.fixture
def person(office):
    return office.person()


def capture(office, person, who="worker", **more):
    body = {"vertical_id": office.verticals["CARE"], "active_from": at(-1), **more}
    return office.caller(who).post(f"/persons/{person}/consents", body)


def test_consent_through_its_life(office, person):
    made = capture(office, person, active_until=at(30), capture_mode="offline", captured_by=office.users["worker"])
    assert made.status_code == 201
    assert (made.json["status"], made.json["capture_mode"]) == ("pending", "offline")
    assert made.json["captured_by"] == office.users["worker"] and made.json["grace_until"] is not None
    consent = made.json["consent_id"]
    error(office.worker.post(f"/consents/{consent}/verify"), 403)
    assert office.other.post(f"/consents/{consent}/verify").json["status"] == "active"
    error(office.other.post(f"/consents/{consent}/verify"), 409, "ERR_STATE_ALREADY")
    error(capture(office, person, evidence_attachment_ids=[office.file()]), 409, "ERR_STATE_ALREADY")
    case = office.case(person, to="active")
    renewed = office.worker.post(f"/consents/{consent}/renew", {"active_from": at(), "active_until": at(90)})
    assert (renewed.status_code, renewed.json["status"]) == (200, "active")
    assert renewed.json["version_id"] > made.json["version_id"]
    withdrawn = office.worker.post(f"/consents/{consent}/withdraw", {"reason_code": "USER_REQUEST"})
    assert set(withdrawn.json) == {"consent_id", "status", "effective_at"}
    shown = office.worker.get(f"/cases/{case}").json
    assert (shown["status"], shown["status_reason"]) == ("suspended", "CONSENT_WITHDRAWN")
    assert office.worker.get(f"/cases/{case}/history").json["items"][1]["note"] is None, "not to be read now"
    error(office.supervisor.post(f"/cases/{case}/resume", {}), 403, "ERR_CON_REQUIRED")
    error(office.worker.post(f"/consents/{consent}/renew", {"active_from": at()}), 409, "ERR_STATE_ALREADY")
    again = capture(office, person, evidence_attachment_ids=[office.file()])
    assert (again.status_code, again.json["status"]) == (201, "active")
    assert office.worker.get(f"/cases/{case}").json["status"] == "active"
    assert office.worker.get(f"/cases/{case}/history").json["items"][1]["note"] == "As told."
    listed = office.worker.get(f"/persons/{person}/consents").json
    assert [item["status"] for item in listed["items"]] == ["active", "withdrawn"]
    only = office.worker.get(f"/persons/{person}/consents", status="withdrawn").json
    assert [item["consent_id"] for item in only["items"]] == [consent]
    versions = office.auditor.get(f"/consents/{consent}/versions").json["items"]
    assert [one["status"] for one in versions] == ["pending", "active", "active", "withdrawn"]


def test_who_sees_the_person_is_told_of_the_consents_of_their_own_verticals(office, person):
    """Else whoever leads a case learns which service that takes part lost its consent."""
    told = {vertical: office.consent(person, vertical) for vertical in ("CARE", "HEALTH")}
    for who, listed in (("worker", 2), ("auditor", 2), ("other", 1), ("supervisor", 1)):
        found = office.caller(who).get(f"/persons/{person}/consents").json["items"]
        assert [one["consent_id"] for one in found][-1] == told["CARE"] and len(found) == listed, who
        expected = 200 if listed == 2 else 404
        assert office.caller(who).get(f"/consents/{told['HEALTH']}").status_code == expected
    withdrawing = {"reason_code": "USER_REQUEST"}
    error(office.other.post(f"/consents/{told['HEALTH']}/withdraw", withdrawing), 404)
    assert office.worker.post(f"/consents/{told['HEALTH']}/withdraw", withdrawing).status_code == 200


def test_consent_runs_out_by_the_clock(office, person):
    made = capture(office, person, active_until=at(2), evidence_attachment_ids=[office.file()]).json
    case = office.case(person, to="active")
    clock.advance(3 * DAY)
    assert office.worker.get(f"/consents/{made['consent_id']}").json["status"] == "expired"
    error(office.worker.post(f"/cases/{case}/stabilize", {}), 403, "ERR_CON_EXPIRED")
    error(office.worker.patch(f"/cases/{case}", {"active_until": None}), 409, "ERR_STATE_READ_ONLY")
    body = {"subject_type": "person", "subject_id": person, "primary_vertical_id": office.verticals["CARE"]}
    error(office.worker.post("/cases", body), 403, "ERR_CON_EXPIRED")


def test_a_rejected_consent_and_what_cannot_be_given(office, person):
    consent = capture(office, person).json["consent_id"]
    error(office.worker.post(f"/consents/{consent}/reject", {"reason_code": "OTHER"}), 400, target="reason_text")
    done = office.worker.post(f"/consents/{consent}/reject", {"reason_code": "IDENTITY_MISMATCH"})
    assert (done.json["status"], set(done.json)) == ("rejected", {"consent_id", "status", "rejected_at"})
    for more, target in (
        ({"vertical_id": NOBODY}, "vertical_id"),
        ({"active_until": at(-2)}, "active_until"),
        ({"capture_mode": "dream"}, "capture_mode"),
        ({"evidence_attachment_ids": [NOBODY]}, "evidence_attachment_ids"),
        ({"captured_by": NOBODY}, "captured_by"),
    ):
        error(capture(office, person, **more), 400, target=target)
    error(capture(office, office.person("Not Verified", verified=False)), 409, "ERR_SUBJECT_UNVERIFIED")
    error(capture(office, person, who="healer"), 404)


def test_files_are_for_their_case_and_offered_for_saving(office):
    case = office.case(to="active")

    def send(who, **form):
        data = {"file": (io.BytesIO(b"%PDF-1.4 report"), "../report.pdf"), **form}
        token = {"Authorization": f"Bearer {office.tokens[who]}"}
        return office.app.test_client().post(
            "/attachments", data=data, content_type="multipart/form-data", headers=token
        )

    made = send("worker", target_type="case", target_id=case, classification="evidence")
    assert made.status_code == 201
    assert (made.json["file_name"], made.json["content_type"], made.json["status"]) == (
        "report.pdf",
        "application/pdf",
        "stored",
    )
    file = made.json["attachment_id"]
    content = office.other.get(f"/attachments/{file}/content")
    assert content.data == b"%PDF-1.4 report"
    assert content.headers["Content-Disposition"].startswith("attachment")
    content.close()
    error(office.stranger.get(f"/attachments/{file}"), 404)
    error(send("stranger", target_type="case", target_id=case), 400, target="target_id")
    error(send("worker", target_type="case"), 400, target="target_id")
    error(send("worker", target_type="planet"), 400, target="target_type")
    error(send("auditor", target_type="consent"), 403)


def test_the_office_tells_who_one_is_and_what_there_is(office):
    context = office.worker.get("/auth/context").json
    assert context["user_id"] == office.users["worker"]
    assert (context["role"], context["scopes"]) == ("caseworker", ["cases:read", "cases:write"])
    assert set(context["vertical_ids"]) == {office.verticals["CARE"], office.verticals["STRICT"]}
    verticals = office.worker.get("/verticals", status="active").json
    assert verticals["total"] == 5
    assert set(verticals["items"][0]) == {
        "vertical_id",
        "vertical_name",
        "vertical_code",
        "type",
        "status",
        "aliases",
    }
    programs = office.worker.get("/programs", vertical_id=office.verticals["CARE"]).json["items"]
    assert [one["program_id"] for one in programs] == [office.programs["CARE"]]
    top = office.worker.get("/geo").json["items"]
    assert [(one["geo_id"], one["parent_id"]) for one in top] == [(office.places["country"], None)]
    below = office.worker.get("/geo", parent_id=office.places["country"]).json["items"]
    assert [one["geo_id"] for one in below] == [office.places["town"]]
    assert office.worker.get("/geo", parent_id=NOBODY).json["items"] == []
