"""Where rules meet: an answer that is asked for again, a change of nothing, the ends of the calendar."""

from tests.api.interventions.conftest import at, error


def test_a_transfer_that_is_asked_for_again_gets_the_first_answer_though_the_case_has_gone(office):
    person = office.person()
    office.consent(person)
    office.consent(person, "HEALTH")
    case = office.case(person, to="active")
    body = {"new_primary_vertical_id": office.verticals["HEALTH"], "reason_code": "BETTER_PLACED"}
    first = office.supervisor.post(f"/cases/{case}/transfer-owner", body, Idempotency_Key="hand-over")
    assert first.status_code == 200, first.json
    assert office.supervisor.get(f"/cases/{case}").status_code == 404
    again = office.supervisor.post(f"/cases/{case}/transfer-owner", body, Idempotency_Key="hand-over")
    assert (again.status_code, again.json) == (200, first.json)
    error(office.supervisor.post(f"/cases/{case}/transfer-owner", body), 404)


def test_moments_at_the_ends_of_the_calendar_are_refused_or_kept_but_never_break(office):
    case = office.case(to="active")
    for far in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00Z"):
        error(office.worker.patch(f"/cases/{case}", {"active_until": far}), 400, target="active_until")
    kept = "9999-12-31T23:59:59Z"
    assert office.worker.patch(f"/cases/{case}", {"active_until": kept}).status_code == 200
    assert office.worker.get(f"/cases/{case}").json["active_until"] == kept
    person = office.person()
    for far in ("9999-12-31T23:59:59Z", "9999-12-30T00:00:00Z"):
        body = {"vertical_id": office.verticals["CARE"], "active_from": at(-1), "active_until": far}
        made = office.worker.post(f"/persons/{person}/consents", body)
        assert made.status_code in (201, 400), made.json


def test_each_success_raises_the_version(office):
    case = office.case(to="active")
    for body in (
        {"program_id": office.programs["CARE"]},
        {"program_id": office.programs["CARE"]},
        {"geo_scope_ids": [office.places["town"]]},
        {"geo_scope_ids": [office.places["town"]]},
        {"active_until": at(5)},
    ):
        before = office.worker.get(f"/cases/{case}").json
        done = office.worker.patch(f"/cases/{case}", body)
        assert done.status_code == 200
        assert done.json["version_id"] == before["version_id"] + 1, body


def test_filters_of_a_search_are_joined(office):
    for number, name in (("1", "Amina First"), ("2", "Amina Second")):
        told = {
            "full_name": name,
            "age_estimate": 30,
            "contacts": [{"type": "phone", "value": f"+25470000000{number}"}],
            "identity_type": "passport",
            "identity_number": f"AB12345{number}",
        }
        assert office.worker.post("/persons", told).status_code == 201

    def found(**query):
        answer = office.worker.get("/persons/search", **query)
        assert answer.status_code == 200, answer.json
        return [item["full_name"] for item in answer.json["items"]]

    assert found(q="Amina") == ["Amina First", "Amina Second"]
    assert found(q="Amina", phone="+254700000002") == ["Amina Second"]
    assert found(identity_number="AB123451", phone="+254700000002") == []
    assert found(identity_number="Amina") == [], "a name is no identity number"
    assert found(q="Amina", status="verified") == []
