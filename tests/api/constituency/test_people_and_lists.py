"""Constituents and their contact details, review dates, tags, caseworkers and the lists of the office."""

import pytest

from portal.core.models import AuditEvent, PersonContact, Tag, User
from tests.api.constituency.example import BODY


def test_a_constituent_is_registered_found_and_used(office, caseworker):
    told = {"firstname": " Amina ", "surname": "Testcase", "organisationName": "Test & Co", "dateOfBirth": "1990-05-01"}
    made = caseworker.post("/constituents", told)
    number = made.json["id"]
    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/ajax/constituents/{number}"
    expected = {
        "id": number,
        "firstname": "Amina",
        "surname": "Testcase",
        "organisationName": "Test & Co",
        "address": "",
        "dateOfBirth": "1990-05-01",
        "created": made.json["created"],
    }
    assert made.json == expected == caseworker.get(f"/constituents/{number}").json
    found = caseworker.post("/constituents/search", {"term": "testcase ami"}).json
    assert found == {"constituents": [expected], "totalResults": 1, "page": 1}
    assert caseworker.post("/cases", {**BODY, "constituentID": number}).json["constituent"]["firstname"] == "Amina"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "No data provided"),
        ({"firstname": "A"}, "Missing required field: surname"),
        ({"surname": "A", "firstname": " "}, "Missing required field: firstname"),
        ({"firstname": 1, "surname": "B"}, "Invalid value for field: firstname"),
        ({"firstname": "x" * 256, "surname": "B"}, "Invalid value for field: firstname"),
        ({"firstname": "A", "surname": "B", "dateOfBirth": "1990"}, "Invalid value for field: dateOfBirth"),
    ],
)
def test_a_wrong_constituent_leaves_nothing(office, caseworker, told, words):
    before = office.rows()
    answer = caseworker.post("/constituents", told)
    assert (answer.status_code, answer.json) == (400, {"error": words})
    assert office.rows() == before


def test_a_correction_changes_what_it_names(caseworker):
    before = caseworker.get("/constituents/5").json
    after = caseworker.patch("/constituents/5", {"surname": "Moreno", "address": "1 Mill Lane"}).json
    assert after == {**before, "surname": "Moreno", "address": "1 Mill Lane"}
    assert caseworker.patch("/constituents/5", {"organisationName": None}).json["organisationName"] == ""
    assert caseworker.post("/constituents/search", {"term": "Garcia"}).json["totalResults"] == 0
    assert caseworker.patch("/constituents/5", {}).json == {"error": "No update data provided"}
    assert caseworker.patch("/constituents/5", {"surname": ""}).json == {"error": "Invalid value for field: surname"}


def test_a_name_known_only_as_a_whole_is_divided_at_its_last_space(office, caseworker):
    body = caseworker.get("/constituents/1").json
    assert (body["firstname"], body["surname"]) == ("Con Stituent", "1")
    assert caseworker.patch("/constituents/1", {"surname": "One"}).json["firstname"] == "Con Stituent"


def test_a_stranger_is_absent_everywhere(office, caseworker, outsider):
    for answer in (
        caseworker.get(f"/constituents/{office.stranger_id}"),
        caseworker.patch(f"/constituents/{office.stranger_id}", {"surname": "x"}),
        caseworker.get(f"/constituents/{office.stranger_id}/contactDetails"),
        outsider.get("/constituents/5"),
    ):
        assert (answer.status_code, answer.json) == (404, {"error": "Constituent not found"})
    assert caseworker.post("/constituents/search", {"term": "Somebody Elsewhere"}).json["totalResults"] == 0


def test_a_search_that_shows_people_is_recorded(office, caseworker):
    caseworker.post("/constituents/search", {"term": "garcia"})
    events = office.do(lambda session: [e.details for e in session.query(AuditEvent).filter_by(action="person.search")])
    assert events == [{"people": [5]}]


def test_contact_details_are_added_corrected_and_taken_away(office, caseworker, outsider):
    told = {"contactTypeID": 4, "constituentID": 5, "value": "eva@garcia.example", "source": "surgery"}
    made = caseworker.post("/contactDetails", told)
    number = made.json["id"]
    assert (made.status_code, made.json) == (201, {**told, "id": number, "doNotContact": False})
    assert caseworker.get(f"/contactDetails/{number}").json == made.json
    changed = caseworker.patch(f"/contactDetails/{number}", {"contactTypeID": "1", "value": "020 7946 0958"}).json
    assert (changed["contactTypeID"], changed["value"], changed["source"]) == (1, "020 7946 0958", "surgery")
    assert caseworker.get("/constituents/5/contactDetails").json == [changed]
    assert caseworker.post("/constituents/search", {"term": "79460958"}).json["totalResults"] == 1
    for method in ("GET", "DELETE"):
        assert outsider(method, f"/contactDetails/{number}").json == {"error": "Contact detail not found"}
    assert caseworker.delete(f"/contactDetails/{number}").json["success"] is True
    assert caseworker.get("/constituents/5/contactDetails").json == []


def test_a_contact_that_is_not_safe_is_told_as_such(office, caseworker):
    made = caseworker.post("/contactDetails", {"contactTypeID": 3, "constituentID": 5, "value": "07700 900123"}).json

    def unsafe(session):
        session.get(PersonContact, made["id"]).safe = "no"

    office.do(unsafe)
    assert caseworker.get(f"/contactDetails/{made['id']}").json["doNotContact"] is True


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"contactTypeID": 9}, "Invalid value for field: contactTypeID"),
        ({"constituentID": 999}, "Invalid value for field: constituentID"),
        ({"value": " "}, "Missing required field: value"),
        ({"value": 5}, "Invalid value for field: value"),
        ({"contactTypeID": None}, "Missing required field: contactTypeID"),
    ],
)
def test_a_wrong_contact_detail_leaves_nothing(office, caseworker, told, words):
    before = office.rows()
    body = {"contactTypeID": 4, "constituentID": 5, "value": "eva@garcia.example", **told}
    answer = caseworker.post("/contactDetails", body)
    assert (answer.status_code, answer.json) == (400, {"error": words})
    assert office.rows() == before


def test_review_dates_are_added_moved_completed_and_taken_away(office, case_number, caseworker, outsider):
    made = caseworker.post("/reviewDates", {"reviewDate": "2024-02-01", "caseID": case_number, "note": "Sooner"})
    number = made.json["id"]
    assert (made.status_code, made.json) == (201, {"id": number, "reviewDate": "2024-02-01", "caseID": case_number})

    def shown():
        return caseworker.get(f"/cases/{case_number}").json["reviewDate"]

    assert shown() == "2024-02-01"
    told = caseworker.get(f"/reviewDates/{number}").json
    assert told == {**made.json, "note": "Sooner", "assignedTo": 2, "completed": False}
    assert told in caseworker.get("/reviewDates").json
    assert caseworker.post(f"/reviewDates/{number}/complete").json["completed"] is True
    assert shown() == "2024-03-15"
    assert told not in caseworker.get("/reviewDates").json
    assert caseworker.post(f"/reviewDates/{number}/incomplete").json == told
    moved = caseworker.patch(f"/reviewDates/{number}", {"reviewDate": "2025-01-01", "assignedTo": None}).json
    assert (moved["reviewDate"], moved["assignedTo"], shown()) == ("2025-01-01", None, "2024-03-15")
    assert outsider.get(f"/reviewDates/{number}").json == {"error": "Review date not found"}
    assert outsider.get("/reviewDates").json == []
    assert caseworker.delete(f"/reviewDates/{number}").json["success"] is True
    assert len(caseworker.get(f"/reviewDates/forCase/{case_number}").json) == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"reviewDate": ""}, "Missing required field: reviewDate"),
        ({"reviewDate": "x"}, "Invalid value for field: reviewDate"),
        ({"caseID": 999}, "Invalid value for field: caseID"),
        ({"caseID": None}, "Missing required field: caseID"),
        ({"assignedTo": 999}, "Invalid value for field: assignedTo"),
    ],
)
def test_a_wrong_review_date_leaves_nothing(office, case_number, caseworker, told, words):
    before = office.rows()
    answer = caseworker.post("/reviewDates", {"reviewDate": "2024-02-01", "caseID": case_number, **told})
    assert (answer.status_code, answer.json) == (400, {"error": words})
    assert office.rows() == before


def test_a_review_is_not_given_to_somebody_outside(office, case_number, caseworker):
    told = {"reviewDate": "2024-02-01", "caseID": case_number, "assignedTo": office.outsider_id}
    assert caseworker.post("/reviewDates", told).status_code == 400


def test_tags_are_made_found_renamed_worn_and_taken_away(office, case_number, caseworker, supervisor):
    made = caseworker.post("/tags", {"tag": "Housing"})
    number = made.json["id"]
    assert (made.status_code, made.json) == (201, {"id": number, "tag": "Housing"})
    other = caseworker.post("/tags", {"tag": "Urgent"}).json
    before = office.rows()
    taken = caseworker.post("/tags", {"tag": "HOUSING"})
    assert (taken.status_code, list(taken.json)) == (409, ["error"])
    assert caseworker.patch(f"/tags/{other['id']}", {"tag": "housing"}).status_code == 409
    assert office.rows() == before
    assert caseworker.get("/tags").json == [made.json, other]
    assert caseworker.post("/tags/search", {"term": "URG"}).json == {"tags": [other], "totalResults": 1, "page": 1}
    for tag in (other["id"], number, number):
        tagged = caseworker.post(f"/cases/{case_number}/tags", {"tagID": tag}).json["tagged"]
    assert tagged == f"{number},{other['id']}"
    assert caseworker.delete(f"/cases/{case_number}/tags/{number}").json["tagged"] == str(other["id"])
    assert caseworker.delete(f"/cases/{case_number}/tags/{number}").json == {"error": "Tag not found"}
    assert caseworker.post(f"/cases/{case_number}/tags", {"tagID": 99}).json == {
        "error": "Invalid value for field: tagID"
    }
    assert supervisor.delete(f"/tags/{number}").json == {"error": "Forbidden"}
    assert caseworker.patch(f"/tags/{number}", {"tag": "Homes"}).json["tag"] == "Homes"
    assert caseworker.delete(f"/tags/{other['id']}").json["success"] is True
    assert caseworker.get(f"/cases/{case_number}").json["tagged"] == ""
    assert office.do(lambda session: [tag.text for tag in session.query(Tag)]) == ["Homes"]


@pytest.mark.parametrize("told", [{"tag": ""}, {"tag": "x" * 256}, {"tag": "x" + " " * 255}, {"tag": 5}, {}])
def test_a_wrong_tag_leaves_nothing(office, caseworker, told):
    before = office.rows()
    assert caseworker.post("/tags", told).status_code == 400
    assert office.rows() == before


def test_caseworkers_are_told_with_their_numbers_as_strings(office, case_number, caseworker):
    def leave(session):
        session.get(User, office.users["agent"]).active = False

    john = {"ID": "2", "caseworkerName": "John Smith", "email": john_mail(office), "active": True}
    assert john in caseworker.get("/caseworkers").json
    office.do(leave)
    here, everybody = caseworker.get("/caseworkers").json, caseworker.get("/caseworkers/all").json
    gone = [worker for worker in everybody if worker not in here]
    assert [(worker["caseworkerName"], worker["active"]) for worker in gone] == [("Ann Gent", False)]
    able = caseworker.get(f"/caseworkers/forCase/{case_number}").json
    assert [worker["caseworkerName"] for worker in able] == ["John Smith", "Sue Pervis"]


def test_the_lists_of_the_office_are_those_that_creating_takes(caseworker):
    body = caseworker.get("/config").json
    assert list(body) == ["contactTypes", "caseTypes", "statuses", "categories", "caseworkers"]
    assert body["statuses"] == [
        {"id": 1, "name": "For Action", "closed": False},
        {"id": 2, "name": "Closed", "closed": True},
        {"id": 3, "name": "Waiting Reply", "closed": False},
        {"id": 4, "name": "Waiting", "closed": False},
    ]
    assert {"id": 86, "name": "Housing and planning"} in body["caseTypes"]
    assert (len(body["caseTypes"]), len(body["contactTypes"]), len(body["categories"])) == (26, 4, 3)
    assert "2" in [worker["ID"] for worker in body["caseworkers"]]


def john_mail(office):
    return office.do(lambda session: session.get(User, 2).email)
