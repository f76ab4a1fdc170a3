"""Finding cases by filters and by a quick term, and counting them."""

import pytest

from portal.core.models import Case
from tests.api.constituency.example import BODY
from tests.statements import counted


@pytest.fixture
def numbers(office, caseworker):
    """Three cases that differ in everything one can search by, and one that only another vertical sees."""
    made = {}
    told = [
        ("damp", {"constituentID": 5, "caseTypeID": 86, "statusID": 1, "categoryTypeID": 1, "contactTypeID": 4}),
        ("tax", {"constituentID": 1, "caseTypeID": 96, "statusID": 3, "categoryTypeID": 2, "contactTypeID": 1}),
        ("visa", {"constituentID": 2, "caseTypeID": 65, "statusID": 2, "categoryTypeID": 3, "contactTypeID": 2}),
    ]
    for name, values in told:
        if name == "tax":
            values["assignedToID"] = office.users["agent"]
        made[name] = caseworker.post("/cases", {**BODY, **values, "summary": f"About {name} 100%"}).json["id"]
    return made


def found(caller, asked):
    answer = caller.post("/cases/search", asked)
    assert answer.status_code == 200, answer.json
    assert answer.json["totalResults"] == len(answer.json["cases"])
    return [case["summary"].split()[1] for case in answer.json["cases"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"damp", "tax", "visa"}),
        ({"statusID": [1, "3"]}, {"damp", "tax"}),
        ({"statusID": 2}, {"visa"}),
        ({"statusID": [99]}, set()),
        ({"casetypeID": [65, 96], "statusID": []}, {"tax", "visa"}),
        ({"categorytypeID": [2]}, {"tax"}),
        ({"contacttypeID": ["4"]}, {"damp"}),
        ({"constituentID": [5]}, {"damp"}),
        ({"assignedToID": [2]}, {"damp", "visa"}),
        ({"createdByID": [2], "casetypeID": [86]}, {"damp"}),
        ({"createdByID": [1]}, set()),
        ({"summary": "TAX"}, {"tax"}),
        ({"summary": "100%"}, {"damp", "tax", "visa"}),
        ({"summary": "1_0"}, set()),
        ({"dateRange": {"type": "created", "from": "2020-01-01", "to": "2100-01-01"}}, {"damp", "tax", "visa"}),
        ({"dateRange": {"type": "lastActioned", "to": "2020-01-01"}}, set()),
        ({"dateRange": {"type": "modified", "from": "2020-01-01", "to": ""}}, {"damp", "tax", "visa"}),
        ({"tagged": {"tagID": []}, "dateRange": None}, {"damp", "tax", "visa"}),
    ],
)
def test_each_filter_lets_through_what_it_says(numbers, caseworker, asked, expected):
    assert set(found(caseworker, asked)) == expected


def test_both_days_of_a_range_belong_to_it(numbers, caseworker):
    today = caseworker.get(f"/cases/{numbers['damp']}").json["created"][:10]
    assert len(found(caseworker, {"dateRange": {"from": today, "to": today}})) == 3


def test_tags_are_any_all_or_none_and_the_other_way_round(numbers, caseworker):
    one, two = (caseworker.post("/tags", {"tag": text}).json["id"] for text in ("one", "two"))
    for name, tag in (("damp", one), ("tax", one), ("tax", two)):
        tagged = caseworker.post(f"/cases/{numbers[name]}/tags", {"tagID": tag})
        assert str(tag) in tagged.json["tagged"].split(",")
    both = [one, two]
    assert set(found(caseworker, {"tagged": {"searchType": "any", "tagID": both}})) == {"damp", "tax"}
    assert found(caseworker, {"tagged": {"searchType": "all", "tagID": both}}) == ["tax"]
    assert found(caseworker, {"tagged": {"searchType": "none", "tagID": both}}) == ["visa"]
    assert found(caseworker, {"notTagged": {"searchType": "any", "tagID": both}}) == ["visa"]
    assert set(found(caseworker, {"notTagged": {"searchType": "all", "tagID": both}})) == {"damp", "visa"}


@pytest.mark.parametrize(
    ("by", "direction", "expected"),
    [
        ("caseID", "asc", ["damp", "tax", "visa"]),
        ("created", "desc", ["visa", "tax", "damp"]),
        ("surname", "ASC", ["tax", "visa", "damp"]),
        ("surname", "DESC", ["damp", "visa", "tax"]),
    ],
)
def test_the_order_is_as_asked(numbers, caseworker, by, direction, expected):
    assert found(caseworker, {"orderBy": by, "orderByDirection": direction}) == expected


def test_pages_have_exact_totals(numbers, caseworker):
    asked = {"orderBy": "caseID", "orderByDirection": "asc", "resultsPerPage": 2}
    first, second = (caseworker.post("/cases/search", {**asked, "pageNo": page}).json for page in (1, "2"))
    assert [case["id"] for case in first["cases"] + second["cases"]] == sorted(numbers.values())
    assert (first["page"], second["page"], first["resultsPerPage"], second["totalResults"]) == (1, 2, 2, 3)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"pageNo": 0}, "pageNo"),
        ({"pageNo": 10**12}, "pageNo"),
        ({"resultsPerPage": 201}, "resultsPerPage"),
        ({"resultsPerPage": "many"}, "resultsPerPage"),
        ({"statusID": [True]}, "statusID.0"),
        ({"casetypeID": ["x"]}, "casetypeID.0"),
        ({"orderBy": "rowid"}, "orderBy"),
        ({"orderByDirection": "up"}, "orderByDirection"),
        ({"dateRange": {"type": "closed"}}, "dateRange.type"),
        ({"dateRange": {"from": "2024-13-01"}}, "dateRange.from"),
        ({"dateRange": {"to": "9999-12-31"}}, "dateRange.to"),
        ({"dateRange": []}, "dateRange"),
        ({"tagged": {"searchType": "some", "tagID": [1]}}, "tagged.searchType"),
    ],
)
def test_a_wrong_filter_is_named(caseworker, asked, field):
    answer = caseworker.post("/cases/search", asked)
    assert (answer.status_code, answer.json) == (400, {"error": f"Invalid value for field: {field}"})


def test_a_number_finds_that_case_and_words_a_part_of_the_summary(numbers, caseworker):
    by_number = caseworker.get(f"/cases/search/{numbers['tax']}").json
    assert [case["id"] for case in by_number["cases"]] == [numbers["tax"]]
    assert by_number["totalResults"] == 1
    assert caseworker.get("/cases/search/aBOUT%20VISA").json["totalResults"] == 1
    assert caseworker.get("/cases/search/a%2Fb").json == {"cases": [], "totalResults": 0}
    assert caseworker.get("/cases/search/" + "9" * 30).json == {"cases": [], "totalResults": 0}
    assert caseworker.get("/cases/search/%20").status_code == 400


def test_a_quick_search_tells_ten_and_counts_all(caseworker):
    for number in range(12):
        caseworker.post("/cases", {**BODY, "summary": f"Common words {number}"})
    body = caseworker.get("/cases/search/common").json
    assert (len(body["cases"]), body["totalResults"]) == (10, 12)


def test_nobody_finds_what_they_may_not_see(numbers, outsider):
    assert found(outsider, {}) == []
    assert outsider.get(f"/cases/search/{numbers['tax']}").json["totalResults"] == 0
    assert outsider.get("/cases/search/about").json["totalResults"] == 0
    assert outsider.get("/cases/statistics/casetype/86").json["totalCases"] == 0


def test_statistics_follow_the_closed_flag(numbers, caseworker):
    caseworker.post("/cases", {**BODY, "statusID": 2})
    caseworker.post("/cases", {**BODY, "statusID": 4})
    body = caseworker.get("/cases/statistics/casetype/86").json
    assert body == {
        "caseTypeId": 86,
        "totalCases": 3,
        "statusBreakdown": {"1": 1, "2": 1, "3": 0, "4": 1},
        "openCases": 2,
        "closedCases": 1,
    }
    assert caseworker.get("/cases/statistics/casetype/5").json == {"error": "Case type not found"}


def test_a_page_costs_the_same_number_of_statements_for_many_cases(office, numbers, caseworker, app):
    with counted(app) as few:
        caseworker.post("/cases/search", {"resultsPerPage": 1})
    with counted(app) as many:
        caseworker.post("/cases/search", {"resultsPerPage": 3})
    assert len(many) == len(few)
    assert office.do(lambda session: session.query(Case).count()) == 3
