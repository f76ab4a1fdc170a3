"""``POST /api/cases/`` (contract 001)."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from portal.core.models import (
    Assignment,
    Case,
    CasePerson,
    CaseStatusHistory,
    IntakeReceipt,
    Person,
    Service,
    UnmappedCode,
)
from portal.core.vocabulary import Answer, Priority, Status
from tests.api.helpline.conftest import example

KEYS = ["id", "status", "created_at", "assigned_to", "reference_number"]


def a_report(**changes):
    """The example of the contract, changed."""
    return {**example("create_case"), **changes}


def test_the_example_of_the_contract_is_answered_as_documented(office, ground):
    response = office.caller("agent").post("/api/cases/", example("create_case"))
    assert response.status_code == 201
    assert response.content_type == "application/json"
    body = response.json
    assert list(body) == KEYS
    assert re.fullmatch(r"case_[1-9]\d*", body["id"])
    assert body["status"] == "open"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body["created_at"])
    assert body["assigned_to"] == "agent_100"
    assert body["reference_number"] == f"HL-CMS-{int(body['id'][5:]):06d}"
    with ground.seen() as session:
        case = session.query(Case).one()
        assert case.lifecycle_status is Status.ACTIVE
        assert (case.priority, case.priority_raw) == (Priority.HIGH, "1")
        assert (case.category, case.narrative, case.plan) == ("362484", "---", "---")
        assert case.gbv is Answer.NOT_ASKED
        steps = session.scalars(sa.select(CaseStatusHistory.to_status).order_by(CaseStatusHistory.id)).all()
        assert [str(step) for step in steps] == ["draft", "submitted", "verified", "active"]


def test_a_reporter_who_is_the_client_is_one_person_in_two_roles_with_the_birthday_of_nairobi(office, ground):
    office.caller("agent").post("/api/cases/", example("create_case"))
    with ground.seen() as session:
        people = {person.full_name: person for person in session.query(Person)}
        assert sorted(people) == ["Patel", "Ras Singh"]
        assert people["Ras Singh"].dob == dt.date(2003, 2, 25)
        assert people["Patel"].dob == dt.date(1981, 3, 14)
        assert (people["Patel"].sex, people["Patel"].sex_label) == ("121", "Male")
        assert (people["Patel"].age_group, people["Patel"].age_group_label) == ("361955", "31-45")
        roles = session.execute(sa.select(CasePerson.role, Person.full_name).join(Person)).all()
        assert sorted(map(tuple, roles)) == [
            ("client", "Ras Singh"),
            ("perpetrator", "Patel"),
            ("reporter", "Ras Singh"),
        ]


def test_the_example_carries_no_code_that_the_reference_data_do_not_know(office, ground):
    office.caller("agent").post("/api/cases/", example("create_case"))
    assert ground.count(UnmappedCode) == 0


def test_the_path_without_a_slash_is_the_same_path(office):
    response = office.caller("agent").post("/api/cases", example("create_case"))
    assert response.status_code == 201


def test_the_agent_named_in_the_body_has_the_case_and_sees_it_in_the_list_of_assignments(office, ground):
    body = office.caller("supervisor").post("/api/cases/", a_report(src_usr="7")).json
    assert body["assigned_to"] == "agent_007"
    with ground.seen() as session:
        assert session.query(Case).one().owner_id == office.ids["other"]
        assert session.query(Assignment).one().user_id == office.ids["other"]


def test_an_agent_named_in_the_body_who_does_not_work_here_gets_nothing(office, ground):
    body = office.caller("agent").post("/api/cases/", a_report(src_usr="900")).json
    assert body["assigned_to"] == "agent_100"
    assert ground.count(Case, Case.owner_id == office.ids["outsider"]) == 0


def test_an_escalated_case_is_with_the_one_it_was_escalated_to(office, ground):
    body = office.caller("agent").post("/api/cases/", a_report(status="3", escalated_to_id="7")).json
    assert (body["status"], body["assigned_to"]) == ("open", "agent_007")
    with ground.seen() as session:
        case = session.query(Case).one()
        assert case.escalated
        assert case.escalated_to_id == office.ids["other"]


def test_an_escalation_to_nobody_known_is_kept_and_flagged(office, ground):
    assert office.caller("agent").post("/api/cases/", a_report(escalated_to_id="4711")).status_code == 201
    with ground.seen() as session:
        doubt = session.query(UnmappedCode).one()
        assert (doubt.list_name, doubt.raw) == ("escalation", "4711")
        assert session.query(Case).one().escalated


def test_a_finished_contact_is_reported_as_closed_and_closed_through_every_step(office, ground):
    body = office.caller("agent").post("/api/cases/", a_report(status="2")).json
    assert body["status"] == "closed"
    with ground.seen() as session:
        case = session.query(Case).one()
        assert (case.lifecycle_status, case.status_reason) == (Status.CLOSED, "DIALECT_CLOSED")
        steps = session.scalars(sa.select(CaseStatusHistory.to_status).order_by(CaseStatusHistory.id)).all()
        assert [str(step) for step in steps][-2:] == ["stabilized", "closed"]


@pytest.mark.parametrize(
    ("raw", "priority"),
    [("1", "high"), ("2", "medium"), ("3", "low"), ("0", "medium"), ("", "medium"), (None, "medium"), (2, "medium")],
)
def test_priorities_mean_what_the_contract_says(office, ground, raw, priority):
    assert office.caller("agent").post("/api/cases/", a_report(priority=raw)).status_code == 201
    with ground.seen() as session:
        assert session.query(Case).one().priority.value == priority
        assert session.query(UnmappedCode).count() == 0


@pytest.mark.parametrize("raw", ["9", "urgent", "x" * 300])
def test_a_priority_that_nobody_knows_is_unknown_and_flagged_never_refused(office, ground, raw):
    assert office.caller("agent").post("/api/cases/", a_report(priority=raw)).status_code == 201
    with ground.seen() as session:
        assert session.query(Case).one().priority is Priority.UNKNOWN
        assert session.query(UnmappedCode).one().list_name == "priority"


def test_codes_that_nobody_knows_are_kept_as_they_came_and_flagged(office, ground):
    reporter = {"fname": "Nia Newcomer", "sex_id": "999", "lang_id": "swahili", "tribe_id": "0", "location_id": "-1"}
    report = a_report(reporter=reporter, clients_case=[], perpetrators_case=[], justice_id="77", case_category_id="new")
    assert office.caller("agent").post("/api/cases/", report).status_code == 201
    with ground.seen() as session:
        person, case = session.query(Person).one(), session.query(Case).one()
        assert (person.sex, person.language, person.tribe, person.location) == ("999", "swahili", None, None)
        assert (case.justice, case.category) == ("77", "new")
        doubts = {(doubt.field, doubt.raw) for doubt in session.query(UnmappedCode)}
        assert doubts == {
            ("reporter.sex_id", "999"),
            ("reporter.lang_id", "swahili"),
            ("justice_id", "77"),
            ("case_category_id", "new"),
        }


def test_services_are_kept_whether_they_are_objects_or_words(office, ground):
    report = a_report(services=["police", {"category_id": "362487"}, 12], referrals=[{"name": "Clinic"}])
    assert office.caller("agent").post("/api/cases/", report).status_code == 201
    with ground.seen() as session:
        kept = {(service.kind, service.code, service.label) for service in session.query(Service)}
        assert kept == {
            ("service", None, "police"),
            ("service", "362487", ""),
            ("service", None, "12"),
            ("referral", None, "Clinic"),
        }


def test_defaults_of_the_contract_stand_in_for_what_is_left_out(office, ground):
    report = {"reporter": {"fname": "Nia"}, "case_category_id": "362484", "narrative": "She called."}
    assert office.caller("agent").post("/api/cases/", report).status_code == 201
    with ground.seen() as session:
        case = session.query(Case).one()
        assert (case.plan, case.priority, case.summary) == (
            "Initial assessment required",
            Priority.MEDIUM,
            "She called.",
        )


def test_empty_people_of_the_form_are_nobody(office, ground):
    blank = dict.fromkeys(example("create_case")["perpetrators_case"][0], "")
    report = a_report(clients_case=[blank, {}], perpetrators_case=[blank])
    assert office.caller("agent").post("/api/cases/", report).status_code == 201
    assert ground.count(Person) == 1


def test_an_age_that_does_not_fit_is_flagged_and_kept(office, ground):
    reporter = {"fname": "Nia", "age": "80", "dob": "1046120400", "age_t": "0"}
    assert office.caller("agent").post("/api/cases/", a_report(reporter=reporter, clients_case=[])).status_code == 201
    with ground.seen() as session:
        assert session.query(UnmappedCode).one().note == "differs from the date of birth"
        assert session.query(Person).filter_by(full_name="Nia").one().age_value == 80


def test_the_payload_is_kept_whole_but_unreadable(office, ground):
    office.caller("agent").post("/api/cases/", a_report(unheard_of={"deep": ["secret words"]}))
    with ground.seen() as session:
        assert "secret words" in session.query(IntakeReceipt).one().raw
        stored = session.execute(sa.text("SELECT raw FROM intake_receipts")).scalar_one()
        assert b"secret words" not in bytes(stored)


def test_two_people_under_one_constant_id_do_not_become_one(office, ground):
    agent = office.caller("agent")
    for name in ("Ras Singh", "Mina Moto"):
        person = {"fname": name, ".id": "86164"}
        agent.post("/api/cases/", a_report(reporter=person, clients_case=[person], perpetrators_case=[], src_uid=name))
    assert ground.count(Person) == 2


MISSING = [
    ({"reporter": None}, "reporter"),
    ({"reporter": {}}, "reporter.fname"),
    ({"reporter": {"fname": "  "}}, "reporter.fname"),
    ({"case_category_id": ""}, "case_category_id"),
    ({"narrative": None}, "narrative"),
    ({"narrative": " ", "case_category_id": ""}, "case_category_id"),
]


@pytest.mark.parametrize(("change", "field"), MISSING)
def test_what_is_missing_is_named(office, ground, change, field):
    response = office.caller("agent").post("/api/cases/", a_report(**change))
    assert (response.status_code, response.json) == (400, {"error": f"Missing required field: {field}"})
    assert ground.count(Case) == ground.count(Person) == 0


def test_a_report_without_a_reporter_is_refused(office):
    report = example("create_case")
    del report["reporter"]
    response = office.caller("agent").post("/api/cases/", report)
    assert (response.status_code, response.json) == (400, {"error": "Missing required field: reporter"})


STAMPS = ["yesterday", "1741960667.1234567", "123", "99999999999", "1741960667,8", "-1741960667"]


@pytest.mark.parametrize("stamp", STAMPS)
def test_an_invalid_timestamp_is_refused(office, ground, stamp):
    response = office.caller("agent").post("/api/cases/", a_report(src_ts=stamp))
    assert (response.status_code, response.json) == (400, {"error": "Invalid timestamp: src_ts"})
    assert ground.count(Case) == 0


@pytest.mark.parametrize("stamp", ["soon", "9999999999", "-9999999999", "12/03/2001"])
def test_an_impossible_date_of_birth_is_refused(office, ground, stamp):
    response = office.caller("agent").post("/api/cases/", a_report(clients_case=[{"fname": "Nia", "dob": stamp}]))
    assert (response.status_code, response.json) == (400, {"error": "Invalid timestamp: dob"})
    assert ground.count(Case) == 0


@pytest.mark.parametrize("stamp", [1741960667, 1741960667.824, "1741960667", "", None])
def test_a_timestamp_may_be_a_number_or_blank(office, stamp):
    assert office.caller("agent").post("/api/cases/", a_report(src_ts=stamp)).status_code == 201


STRUCTURE = [
    ({"clients_case": {}}, "clients_case"),
    ({"clients_case": "Ras Singh"}, "clients_case"),
    ({"clients_case": [17]}, "clients_case.0"),
    ({"perpetrators_case": [{"fname": "A"}] * 51}, "perpetrators_case"),
    ({"services": "police"}, "services"),
    ({"reporter": "Ras Singh"}, "reporter"),
    ({"narrative": ["a", "b"]}, "narrative"),
    ({"plan": {"a": 1}}, "plan"),
]


@pytest.mark.parametrize(("change", "field"), STRUCTURE)
def test_what_has_another_structure_is_refused(office, ground, change, field):
    response = office.caller("agent").post("/api/cases/", a_report(**change))
    assert (response.status_code, response.json) == (400, {"error": f"Invalid value for field: {field}"})
    assert ground.count(Case) == 0


def test_a_bare_word_among_the_clients_is_a_name(office, ground):
    assert office.caller("agent").post("/api/cases/", a_report(clients_case=["Amina Odhiambo"])).status_code == 201
    assert ground.count(Person, Person.full_name == "Amina Odhiambo") == 1


def test_identity_in_the_body_gives_no_right(office, ground):
    response = office.caller("auditor").post(
        "/api/cases/", a_report(src_usr="100", id="1", created_by="1", role="admin")
    )
    assert (response.status_code, response.json["status"]) == (403, "error")
    assert ground.count(Case) == 0


def test_an_agent_of_another_vertical_cannot_report_here(office, ground):
    response = office.caller("outsider").post("/api/cases/", example("create_case"))
    assert (response.status_code, response.json) == (
        403,
        {"status": "error", "message": "You do not work in this vertical."},
    )
    assert ground.count(Case) == 0


def test_an_organisation_of_staff_may_take_cases_and_nobody_of_ours_has_them(office, ground):
    body = office.caller("night line").post("/api/cases/", a_report(src_usr="31")).json
    assert body["assigned_to"] is None
    with ground.seen() as session:
        assert session.query(Case).one().organisation.name == "Night Line"
