"""Reading and changing cases through the helpline dialect."""

import pytest

from portal.core import clock
from portal.core.models import AuditEvent, Case, UnmappedCode
from portal.core.vocabulary import ConsentStatus, Priority, Status
from tests.api.helpline.conftest import example
from tests.factories import make_case, make_consent, make_participant, make_person, make_vertical, put_into

NOT_FOUND = {"status": "error", "message": "Not found"}


@pytest.fixture
def created(office):
    """The case of the contract's example, as answered."""
    return office.caller("agent").post("/api/cases/", example("create_case")).json


def test_a_case_is_told_back_in_the_words_in_which_it_came(office, created):
    body = office.caller("supervisor").get(f"/api/cases/{created['id']}").json
    sent = example("create_case")
    assert set(sent) <= set(body)
    assert {key: body[key] for key in created} == created
    same = set(sent) - {"reporter", "clients_case", "perpetrators_case", "status"}
    assert {key: body[key] for key in same} == {key: sent[key] for key in same}
    for key in ("fname", "age", "age_t", "dob", "age_group_id", "location_id"):
        assert body["reporter"][key] == sent["reporter"][key]
        assert body["clients_case"][0][key] == sent["clients_case"][0][key]
    assert body["perpetrators_case"][0]["sex_id"] == "121"
    assert set(body["perpetrators_case"][0]) == set(sent["perpetrators_case"][0])


def test_each_name_of_a_case_leads_to_it_and_no_other_does(office, created):
    agent = office.caller("agent")
    number = created["id"].removeprefix("case_")
    for name in (created["id"], number, created["reference_number"], created["reference_number"].lower()):
        assert agent.get(f"/api/cases/{name}").json["id"] == created["id"]
    for name in ("case_999", "0", f"OTHER-{number}", "case_x", "9" * 40, "HL-CMS-999999"):
        response = agent.get(f"/api/cases/{name}")
        assert (response.status_code, response.json) == (404, NOT_FOUND)


def test_reading_a_case_is_recorded_in_the_chain_of_who_read_it(office, created, ground):
    office.caller("supervisor").get(f"/api/cases/{created['id']}")
    with ground.seen() as session:
        read = session.query(AuditEvent).filter_by(action="case.read").one()
        assert read.chain_key == f"user:{office.ids['supervisor']}"


def test_a_case_that_one_may_not_see_is_not_there(office, created):
    for path in (f"/api/cases/{created['id']}", "/api/cases/case_4711"):
        assert office.caller("outsider").get(path).json == NOT_FOUND
        assert office.caller("outsider").post(path, {"plan": "mine"}).status_code == 404


def test_a_case_of_another_door_and_vertical_is_not_of_this_dialect(office, ground):
    with ground.arranged() as session:
        number = make_case(session, make_vertical(session)).id
    assert office.caller("administrator").get(f"/api/cases/{number}").status_code == 404
    assert office.caller("administrator").get("/api/cases/").json == {"cases": [], "next": None}


def test_the_list_is_newest_first_page_by_page_and_only_what_one_may_see(office):
    agent = office.caller("agent")
    made = [
        agent.post("/api/cases/", {**example("create_case"), "src_uid": f"uid-{number}"}).json for number in range(5)
    ]
    found, cursor = [], ""
    while cursor is not None:
        page = agent.get(f"/api/cases/?limit=2&cursor={cursor}").json
        assert list(page) == ["cases", "next"]
        assert len(page["cases"]) <= 2
        found += page["cases"]
        cursor = page["next"]
    assert found == made[::-1]
    assert office.caller("outsider").get("/api/cases/").json["cases"] == []


def test_the_list_can_be_asked_for_open_or_closed_cases(office):
    agent = office.caller("agent")
    for number, status in enumerate(("1", "2")):
        agent.post("/api/cases/", {**example("create_case"), "src_uid": str(number), "status": status})
    for status in ("open", "closed"):
        assert [case["status"] for case in agent.get(f"/api/cases/?status={status}").json["cases"]] == [status]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "status=odd", "cursor=nonsense"])
def test_a_question_that_cannot_be_answered_is_400(office, query):
    response = office.caller("agent").get(f"/api/cases/?{query}")
    field = query.partition("=")[0]
    assert (response.status_code, response.json) == (400, {"error": f"Invalid value for field: {field}"})


def test_an_update_changes_what_it_names_and_leaves_what_is_blank(office, created, ground):
    changes = {"plan": "Visit on Monday", "priority": "3", "justice_id": "", "assessment_id": "12", "unknown": "x"}
    response = office.caller("agent").post(f"/api/cases/{created['id']}", changes)
    assert (response.status_code, response.json) == (200, created)
    with ground.seen() as session:
        case = session.query(Case).one()
        assert (case.plan, case.priority, case.justice, case.assessment) == (
            "Visit on Monday",
            Priority.LOW,
            None,
            "12",
        )
        assert [doubt.field for doubt in session.query(UnmappedCode)] == ["assessment_id"]


def test_an_empty_update_changes_nothing(office, created, ground):
    with ground.seen() as session:
        before = session.query(Case).one().version_id
    assert office.caller("agent").post(f"/api/cases/{created['id']}", {}).json == created
    with ground.seen() as session:
        assert session.query(Case).one().version_id == before


def test_a_case_is_closed_and_opened_again_by_its_status(office, created, ground):
    agent = office.caller("agent")
    path = f"/api/cases/{created['id']}"
    assert agent.post(path, {"status": "2", "plan": "Done"}).json["status"] == "closed"
    refused = agent.post(path, {"plan": "More"})
    assert refused.status_code == 409
    assert list(refused.json) == ["error"]
    assert agent.post(path, {"status": "1", "plan": "More"}).json["status"] == "open"
    with ground.seen() as session:
        case = session.query(Case).one()
        assert (case.lifecycle_status, case.plan) == (Status.ACTIVE, "More")


def test_escalating_gives_the_case_to_another_and_back(office, created, ground):
    agent = office.caller("agent")
    path = f"/api/cases/{created['id']}"
    assert agent.post(path, {"escalated_to_id": "7"}).json["assigned_to"] == "agent_007"
    with ground.seen() as session:
        assert session.query(Case).one().escalated
    agent.post(path, {"escalated_to_id": "0"})
    with ground.seen() as session:
        assert not session.query(Case).one().escalated


def test_a_suspended_case_takes_no_change(office, created, ground):
    with ground.arranged() as session:
        put_into(session, session.query(Case).one(), Status.SUSPENDED)
    for changes in ({"plan": "x"}, {"status": "2"}, {"status": "1"}):
        response = office.caller("supervisor").post(f"/api/cases/{created['id']}", changes)
        assert (response.status_code, list(response.json)) == (409, ["error"])


def test_a_token_for_reading_changes_nothing(office, created):
    reader = office.caller("reader")
    assert reader.get(f"/api/cases/{created['id']}").status_code == 200
    assert reader.post(f"/api/cases/{created['id']}", {"plan": "x"}).status_code == 403
    assert reader.post("/api/cases/", example("create_case")).status_code == 403


def test_code_lists_are_told_to_every_holder_of_a_token(office):
    for holder in ("agent", "partner", "reader"):
        body = office.caller(holder).get("/api/codes/sex").json
        assert body == {
            "list": "sex",
            "codes": [{"id": "121", "label": "Male"}, {"id": "122", "label": "Female"}],
        }
    assert office.caller("agent").get("/api/codes/unheard-of").status_code == 404
    assert office.caller(None).get("/api/codes/sex").status_code == 401


def test_what_is_written_in_a_case_is_not_told_once_consent_was_withdrawn(office, created, ground):
    agent, path = office.caller("supervisor"), f"/api/cases/{created['id']}"
    told = agent.get(path).json["narrative"]
    with ground.arranged() as session:
        case = session.get(Case, int(created["id"].removeprefix("case_")))
        health = make_vertical(session, "HEALTH-2", consent=True)
        case.subject_person = make_person(session, "Amina Testperson", verified=True)
        make_participant(session, case, health)
        lost = {"status": ConsentStatus.WITHDRAWN, "withdrawn_at": clock.now()}
        make_consent(session, case.subject_person, health, **lost)
    refused = agent.get(path)
    assert refused.status_code == 403
    assert told and told not in refused.get_data(as_text=True)
    assert agent.get("/api/cases/").json["cases"][0]["id"] == created["id"]
