"""Files: whose they are, who reads them, and when nobody does."""

import io

import pytest

from tests.api.interventions.conftest import at, error
from tests.api.interventions.routes import NOBODY


def _send_file(office, who, **about):
    form = {"file": (io.BytesIO(b"%PDF-1.4 told in trust"), "statement.pdf"), **about}
    return office.app.test_client().post(
        "/attachments",
        data=form,
        content_type="multipart/form-data",
        headers={"Authorization": f"Bearer {office.tokens[who]}"},
    )


def test_the_files_of_a_case_are_not_read_once_consent_was_withdrawn(office):
    person = office.person()
    consent = office.consent(person)
    case = office.case(person, to="active")
    sent = _send_file(office, "worker", target_type="case", target_id=case)
    assert sent.status_code == 201, sent.json
    path = f"/attachments/{sent.json['attachment_id']}/content"
    with office.other.get(path) as answer:
        assert answer.status_code == 200
    withdrawn = office.worker.post(f"/consents/{consent}/withdraw", {"reason_code": "USER_REQUEST"})
    assert withdrawn.status_code == 200
    for who in ("worker", "other", "supervisor"):
        with office.caller(who).get(path) as answer:
            assert answer.status_code == 403, who
    office.consent(person)
    with office.other.get(path) as answer:
        assert answer.status_code == 200, "consent that is given again opens it again"


def test_evidence_is_read_by_whoever_is_told_of_the_consent(office):
    person = office.person()
    sent = _send_file(office, "worker", target_type="consent")
    body = {
        "vertical_id": office.verticals["CARE"],
        "active_from": at(-1),
        "evidence_attachment_ids": [sent.json["attachment_id"]],
    }
    path = f"/attachments/{sent.json['attachment_id']}"
    assert office.other.get(path).status_code == 404, "not linked to anything yet"
    assert office.worker.post(f"/persons/{person}/consents", body).status_code == 201
    assert office.other.get(path).status_code == 200
    assert office.stranger.get(path).status_code == 404
    listed = office.other.get(f"/persons/{person}/consents").json["items"]
    assert [consent["evidence_attachment_ids"] for consent in listed] == [[sent.json["attachment_id"]]]


def test_evidence_of_a_consent_that_one_is_not_told_of_is_not_there(office):
    person, evidence = office.person(), {}
    for vertical in ("CARE", "HEALTH"):
        sent = _send_file(office, "worker", target_type="consent").json["attachment_id"]
        body = {
            "vertical_id": office.verticals[vertical],
            "active_from": at(-1),
            "evidence_attachment_ids": [sent],
        }
        assert office.worker.post(f"/persons/{person}/consents", body).status_code == 201
        evidence[vertical] = f"/attachments/{sent}"
    assert len(office.other.get(f"/persons/{person}/consents").json["items"]) == 1
    for who, seen in (("worker", 200), ("administrator", 200), ("auditor", 200), ("other", 404), ("stranger", 404)):
        assert office.caller(who).get(evidence["HEALTH"]).status_code == seen, who
        with office.caller(who).get(f"{evidence['HEALTH']}/content") as answer:
            assert answer.status_code == seen, who
    assert office.other.get(evidence["CARE"]).status_code == 200


def test_a_file_for_somebody_names_somebody_who_is_there(office):
    for kind in ("person", "household", "consent", "case"):
        error(_send_file(office, "worker", target_type=kind, target_id=NOBODY), 400, target="target_id")


@pytest.mark.parametrize("kind", ["person", "household"])
def test_a_file_of_somebody_is_read_by_those_who_may_see_them(office, kind):
    target = office.person()
    if kind == "household":
        told = {"household_name": "The Tests", "leader_id": target}
        target = office.worker.post("/households", told).json["household_id"]
    sent = _send_file(office, "worker", target_type=kind, target_id=target)
    assert sent.status_code == 201, sent.json
    path = f"/attachments/{sent.json['attachment_id']}/content"
    for who, status in (("worker", 200), ("other", 200), ("auditor", 200), ("stranger", 404), ("healer", 404)):
        with office.caller(who).get(path) as answer:
            assert answer.status_code == status, who


def test_evidence_that_comes_later_leaves_the_consent_to_be_verified(office):
    person = office.person()
    told = {"vertical_id": office.verticals["CARE"], "active_from": at(-1)}
    consent = office.worker.post(f"/persons/{person}/consents", told).json["consent_id"]
    sent = _send_file(office, "worker", target_type="consent", target_id=consent)
    assert sent.status_code == 201, sent.json
    shown = office.other.get(f"/consents/{consent}").json
    assert (shown["status"], shown["evidence_attachment_ids"]) == ("pending", [sent.json["attachment_id"]])
    with office.other.get(f"/attachments/{sent.json['attachment_id']}/content") as answer:
        assert answer.status_code == 200
    error(_send_file(office, "stranger", target_type="consent", target_id=consent), 400, target="target_id")
    assert office.other.post(f"/consents/{consent}/verify").status_code == 200
    withdrawn = office.worker.post(f"/consents/{consent}/withdraw", {"reason_code": "USER_REQUEST"})
    assert withdrawn.status_code == 200
    error(_send_file(office, "worker", target_type="consent", target_id=consent), 409, "ERR_STATE_ALREADY")
