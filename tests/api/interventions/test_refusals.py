"""What every endpoint refuses, in one envelope: tokens, rights, shapes, states and versions."""

import re

import pytest

from tests.api.interventions.conftest import at, error
from tests.api.interventions.routes import BODILESS, NOBODY, READS, WRITES

pytestmark = pytest.mark.slow


@pytest.fixture
def ids(office):
    """What the addresses name."""
    person = office.person()
    found = {"person": person, "consent": office.consent(person), "case": office.case(person), "file": office.file()}
    household = office.worker.post("/households", {"household_name": "The Tests", "leader_id": person})
    health = office.verticals["HEALTH"]
    return {**found, "household": household.json["household_id"], "health": health, "nobody": NOBODY}


def send(caller, method, path, body, **headers):
    return caller.patch(path, body, **headers) if method == "PATCH" else caller.post(path, body, **headers)


def test_the_routes_listed_are_every_route(app):
    rules = [
        r for r in app.url_map.iter_rules() if r.endpoint.startswith("interventions-") and "api-v1" not in r.endpoint
    ]
    named = {re.sub(r"\{\w+\}", "*", path.split("?")[0]) for _, path, _ in WRITES} | {
        re.sub(r"\{\w+\}", "*", path.split("?")[0]) for path in READS
    }
    routes = {re.sub(r"<[^>]+>", "*", rule.rule).rstrip("/") for rule in rules}
    assert routes - named == {"/attachments"}


def test_without_a_token_with_a_forged_one_and_with_that_of_another_door_nothing_answers(office, ids):
    for method, path, body in WRITES:
        for who in (None, "of_another_door"):
            refused = send(office.caller(who), method, path.format(**ids), body)
            error(refused, 401, "ERR_AUTH_INVALID_TOKEN")
            assert refused.headers["WWW-Authenticate"] == "Bearer"
    for path in READS:
        forged = office.caller(None)
        forged.token = office.tokens["worker"][:-2] + "xx"
        error(forged.get(path.format(**ids)), 401)


def test_a_token_for_reading_reads_and_changes_nothing(office, ids):
    for path in READS:
        with office.reader.get(path.format(**ids)) as answer:
            assert answer.status_code == (403 if "versions" in path else 200), path
    for method, path, body in WRITES:
        error(send(office.reader, method, path.format(**ids), body), 403, "ERR_AUTH_FORBIDDEN")
    assert office.worker.get(f"/cases/{ids['case']}").json["status"] == "draft"


def test_an_auditor_reads_everything_and_changes_nothing(office, ids):
    for path in READS:
        with office.auditor.get(path.format(**ids)) as answer:
            assert answer.status_code == (404 if "attachments" in path else 200), path
    for method, path, body in WRITES:
        answer = send(office.auditor, method, path.format(**ids), body)
        assert answer.status_code in (400, 403, 404, 409), (path, answer.json)
    assert (
        office.worker.get(f"/cases/{ids['case']}").json["version_id"]
        == office.auditor.get(f"/cases/{ids['case']}").json["version_id"]
    )


def test_what_a_stranger_asks_for_is_absent(office, ids):
    for path in READS:
        if "{" in path:
            error(office.stranger.get(path.format(**ids)), 404, "ERR_NOT_FOUND")
    for method, path, body in WRITES:
        if "{case}" in path or "{person}" in path or "{consent}" in path:
            error(send(office.stranger, method, path.format(**ids), body), 404, "ERR_NOT_FOUND")
    assert office.stranger.get("/persons/search", q="Amina").json["items"] == []


def test_ids_are_uuids_and_nothing_else(office, ids):
    for path in (path for path in READS if "{" in path):
        for other in ("7", "case_7", "nothing", "%00", "../cases"):
            broken = re.sub(r"\{\w+\}", other, path)
            assert office.worker.get(broken).status_code == 404, broken
    refused = office.worker.post("/cases", {"subject_type": "person", "subject_id": 7, "primary_vertical_id": "x"})
    assert set(error(refused, 400, "ERR_VAL_INVALID")["details"]) == {"subject_id", "primary_vertical_id"}


def test_unknown_keys_wrong_types_and_bodies_that_are_no_objects(office, ids):
    for method, path, body in WRITES:
        if path == BODILESS:
            continue
        address = path.format(**ids)
        told = error(send(office.worker, method, address, {**body, "surprise": 1}), 400, "ERR_VAL_INVALID", "surprise")
        assert told["details"] == {"surprise": "Unknown field."}, path
        for wrong in ([], "text", 7):
            error(send(office.worker, method, address, wrong), 400, "ERR_VAL_INVALID")
        call = office.worker.client.open(
            address,
            method=method,
            data="{",
            content_type="application/json",
            headers={"Authorization": f"Bearer {office.tokens['worker']}"},
        )
        error(call, 400)
        call = office.worker.client.open(
            address, method=method, data="a=b", headers={"Authorization": f"Bearer {office.tokens['worker']}"}
        )
        error(call, 415, "ERR_VAL_CONTENT_TYPE")


def test_each_missing_field_is_named(office, ids):
    optional = {"/cases/{case}", "/persons/{person}"}
    for method, path, body in WRITES:
        if path == BODILESS or path in optional:
            continue
        for name in body:
            shorter = {key: value for key, value in body.items() if key != name}
            answer = send(office.worker, method, path.format(**ids), shorter)
            told = error(answer, 400, "ERR_VAL_INVALID")
            assert name in told["details"] or name == "age_estimate", (path, name, told)


@pytest.mark.parametrize(
    ("action", "allowed_from", "body"),
    [
        ("submit", {"draft"}, {}),
        ("activate", {"verified", "reopened"}, {}),
        ("suspend", {"active", "stabilized", "reopened"}, {"suspension_reason": "POLICY_SUSPENSION"}),
        ("resume", {"suspended"}, {}),
        ("stabilize", {"active"}, {}),
        ("close", {"stabilized"}, {"closure_reason": "OBJECTIVES_MET"}),
        ("reopen", {"closed"}, {"reason_code": "NEW_INFORMATION"}),
    ],
)
def test_a_step_from_the_wrong_state_says_where_the_case_is_and_what_is_possible(office, action, allowed_from, body):
    states = "draft submitted verified active suspended stabilized closed reopened archived".split()
    for state in states:
        if state in allowed_from:
            continue
        case = office.case(to=state)
        told = error(office.supervisor.post(f"/cases/{case}/{action}", body), 409, "ERR_STATE_INVALID_TRANSITION")
        assert told["details"]["current_status"] == state
        assert action not in told["details"]["allowed_actions"]
        assert told["details"]["who"]
        assert office.worker.get(f"/cases/{case}").json["status"] == state


def test_a_second_call_is_told_and_a_repeated_one_gets_the_first_answer(office):
    case = office.case()
    first = office.worker.post(f"/cases/{case}/submit", {}, Idempotency_Key="once")
    again = office.worker.post(f"/cases/{case}/submit", {}, Idempotency_Key="once")
    assert (again.status_code, again.json) == (200, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    error(office.worker.post(f"/cases/{case}/submit", {}), 409, "ERR_STATE_INVALID_TRANSITION")
    other = office.worker.post(f"/cases/{case}/submit", {"submission_notes": "x"}, Idempotency_Key="once")
    error(other, 409, "ERR_IDEMPOTENCY_KEY_REUSED")


def test_reasons_are_on_their_lists_and_the_list_is_told(office):
    active = office.case(to="active")
    told = error(office.supervisor.post(f"/cases/{active}/suspend", {"suspension_reason": "WHY"}), 400)
    assert told["target"] == "suspension_reason"
    assert told["details"]["allowed"] == [
        "CONSENT_WITHDRAWN",
        "CONSENT_EXPIRED",
        "GEO_REVIEW",
        "POLICY_SUSPENSION",
        "OTHER",
    ]
    for text in (None, "", "  "):
        body = {"suspension_reason": "OTHER", "reason_text": text}
        error(office.supervisor.post(f"/cases/{active}/suspend", body), 400, target="reason_text")
    error(office.supervisor.post(f"/cases/{active}/archive", {"reason_code": "RETENTION"}), 400, target="reason_code")


def test_who_verified_and_when_are_claims_that_are_checked(office):
    case = office.case(to="submitted")

    def verify(who, by, moment):
        return office.caller(who).post(f"/cases/{case}/verify", {"verified_by": by, "verified_at": moment})

    error(verify("other", NOBODY, at()), 400, target="verified_by")
    error(verify("other", office.users["second"], at()), 403, target="verified_by")
    error(verify("other", office.users["other"], at(1)), 400, target="verified_at")
    error(verify("other", office.users["other"], at(-1)), 400, target="verified_at")
    error(verify("worker", office.users["worker"], at()), 403)  # who submitted it
    whole_seconds = re.sub(r"\.\d+", "", at())
    assert verify("other", office.users["other"], whole_seconds).status_code == 200


def test_a_change_takes_the_version_that_was_seen(office):
    case = office.case(to="active")
    seen = office.worker.get(f"/cases/{case}").json["version_id"]
    body = {"program_id": office.programs["CARE"], "geo_scope_ids": [office.places["town"]]}
    done = office.worker.patch(f"/cases/{case}", body, If_Match=f'"{seen}"')
    assert done.status_code == 200 and done.json["version_id"] > seen
    assert set(done.json) == {"case_id", "version_id", "updated_at"}
    told = error(office.worker.patch(f"/cases/{case}", {"program_id": None}, If_Match=str(seen)), 409)
    assert (told["code"], told["details"]) == ("ERR_VERSION_MISMATCH", {"current_version": done.json["version_id"]})
    error(office.worker.post(f"/cases/{case}/stabilize", {}, If_Match=str(seen)), 409, "ERR_VERSION_MISMATCH")
    error(office.worker.patch(f"/cases/{case}", {"program_id": None}, If_Match="new"), 400, target="If-Match")
    cleared = office.worker.patch(f"/cases/{case}", {"program_id": None, "geo_scope_ids": None}, If_Match="*")
    assert cleared.status_code == 200
    shown = office.worker.get(f"/cases/{case}").json
    assert (shown["program_id"], shown["geo_scope_ids"]) == (None, [])


def test_changes_that_do_not_fit_are_refused_with_their_field(office):
    case = office.case(to="active")
    for body, target in (
        ({}, "body"),
        ({"program_id": NOBODY}, "program_id"),
        ({"program_id": office.programs["HEALTH"]}, "program_id"),
        ({"geo_scope_ids": [NOBODY]}, "geo_scope_ids"),
        ({"active_until": at(-9)}, "active_until"),
        ({"active_until": "tomorrow"}, "active_until"),
        ({"status": "closed"}, "status"),
    ):
        error(office.worker.patch(f"/cases/{case}", body), 400, target=target)
    for state in ("suspended", "closed", "archived"):
        locked = office.case(to=state)
        error(office.worker.patch(f"/cases/{locked}", {"active_until": None}), 409, "ERR_STATE_READ_ONLY")


def test_opening_a_case_names_what_stands_against_it(office):
    person, stranger = office.person(), NOBODY
    body = {"subject_type": "person", "subject_id": person, "primary_vertical_id": office.verticals["CARE"]}
    error(office.worker.post("/cases", body), 403, "ERR_CON_REQUIRED")
    provisional = office.person("Not Verified", verified=False)
    error(office.worker.post("/cases", {**body, "subject_id": provisional}), 409, "ERR_SUBJECT_UNVERIFIED")
    office.consent(person)
    for change, status, target in (
        ({"subject_id": stranger}, 400, "subject_id"),
        ({"subject_type": "household"}, 400, "subject_id"),
        ({"subject_type": "group"}, 400, "subject_type"),
        ({"primary_vertical_id": NOBODY}, 400, "primary_vertical_id"),
        ({"program_id": NOBODY}, 400, "program_id"),
        ({"program_id": office.programs["HEALTH"]}, 400, "program_id"),
        ({"geo_scope_ids": [NOBODY]}, 400, "geo_scope_ids"),
        ({"participant_vertical_ids": [office.verticals["CARE"]]}, 400, "participant_vertical_ids"),
        ({"participant_vertical_ids": [office.verticals["HEALTH"]] * 2}, 400, "participant_vertical_ids"),
        ({"active_from": at(2), "active_until": at(1)}, 400, "active_until"),
        ({"primary_vertical_id": office.verticals["ELSEWHERE"]}, 403, "primary_vertical_id"),
    ):
        error(office.worker.post("/cases", {**body, **change}), status, target=target)
    assert office.worker.get("/cases").json["total"] == 0
    error(office.healer.post("/cases", body), 400, target="subject_id")
    assert office.worker.post("/cases", body).status_code == 201


def test_a_wrong_method_is_405_and_an_unknown_path_404_in_this_shape(office):
    error(office.worker.get("/cases/merge"), 405, "ERR_SYS_METHOD_NOT_ALLOWED")
    error(office.worker.client.delete("/cases", headers={"Authorization": f"Bearer {office.tokens['worker']}"}), 405)
    error(office.worker.get("/cases/conflicts/nothing"), 404, "ERR_NOT_FOUND")


def test_nothing_here_is_opened_by_a_cookie(office):
    with office.app.test_client() as client:
        with client.session_transaction() as kept:
            kept["_user_id"] = "1"
        assert client.get("/cases").status_code == 401
