"""The OpenAPI document: valid, whole, with examples that its own shapes allow, and true of what is answered."""

import json

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from tests.api.constituency.example import BODY, DOCUMENTED

PREFIX = "/api/ajax"


@pytest.fixture
def document(client):
    return client.get("/api/docs/constituency/openapi.json").json


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post", "patch", "delete", "put"):
                yield f"{method.upper()} {path}", operation


def shape(document, media):
    return {**media["schema"], "components": document["components"]}


def media_of(operation):
    """Every JSON body that an operation documents, but for failures: where it is, and the body."""
    request = operation.get("requestBody", {}).get("content", {})
    found = [("request", media) for kind, media in request.items() if kind == "application/json"]
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            media = response.get("content", {}).get("application/json")
            found += [(status, media)] if media else []
    return found


def test_the_document_is_valid_and_names_every_route(app, document):
    validate(document)
    told = {name.rstrip("/") for name, _ in operations(document)}
    routes = set()
    for rule in app.url_map.iter_rules():
        if str(rule).startswith(PREFIX):
            path = str(rule).replace("<int(max=9223372036854775807):", "{").replace("<path:", "{").replace(">", "}")
            routes |= {f"{method} {path}".rstrip("/") for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert told == routes
    assert f"{PREFIX}/cases" in document["paths"]


def test_every_body_has_an_example_that_its_shape_allows(document):
    seen = 0
    for name, operation in operations(document):
        assert operation["summary"], name
        for where, media in media_of(operation):
            told = [media["example"]] if "example" in media else [each["value"] for each in media["examples"].values()]
            validator = Draft202012Validator(shape(document, media))
            assert told and [list(validator.iter_errors(each)) for each in told] == [[]] * len(told), (name, where)
            seen += 1
    assert seen > 50


def test_every_operation_tells_its_failures_in_the_dialects_shape(document):
    for name, operation in operations(document):
        assert "default" in operation["responses"], name
    assert list(document["components"]["schemas"]["Error"]["properties"]) == ["error"]


def test_creating_is_documented_by_the_contracts_own_example(document):
    operation = document["paths"][f"{PREFIX}/cases"]["post"]
    body = operation["requestBody"]["content"]["application/json"]
    assert body["example"] == BODY
    assert operation["responses"]["201"]["content"]["application/json"]["example"] == DOCUMENTED
    asked = document["components"]["schemas"]["CreateCase"]
    assert set(asked["required"]) == BODY.keys() - {"reviewDate"}


def test_what_is_answered_is_what_is_documented(document, case_number, caseworker):
    caseworker.post("/tags", {"tag": "Housing"})
    caseworker.post(f"/cases/{case_number}/notes", {"note": "x"})
    contact = {"contactTypeID": 4, "constituentID": 5, "value": "eva@garcia.example"}
    answers = {
        "POST /cases": caseworker.post("/cases", BODY),
        "GET /cases/{number}": caseworker.get(f"/cases/{case_number}"),
        "PATCH /cases/{number}": caseworker.patch(f"/cases/{case_number}", {"status": 4}),
        "POST /cases/search": caseworker.post("/cases/search", {}),
        "GET /cases/search/{term}": caseworker.get("/cases/search/housing"),
        "GET /cases/statistics/casetype/{number}": caseworker.get("/cases/statistics/casetype/86"),
        "GET /cases/{number}/casenotes": caseworker.get(f"/cases/{case_number}/casenotes"),
        "GET /cases/{number}/reviewDates": caseworker.get(f"/cases/{case_number}/reviewDates"),
        "GET /caseworkers": caseworker.get("/caseworkers"),
        "GET /config": caseworker.get("/config"),
        "GET /tags": caseworker.get("/tags"),
        "GET /constituents/{number}": caseworker.get("/constituents/5"),
        "POST /constituents/search": caseworker.post("/constituents/search", {"term": "garcia"}),
        "POST /contactDetails": caseworker.post("/contactDetails", contact),
        "GET /reviewDates": caseworker.get("/reviewDates"),
        "GET /auth/validate": caseworker.get("/auth/validate"),
    }
    documented = dict(operations(document))
    for name, answer in answers.items():
        method, path = name.split(" ")
        content = documented[f"{method} {PREFIX}{path}"]["responses"][str(answer.status_code)]["content"]
        validator = Draft202012Validator(shape(document, content["application/json"]))
        errors = [error.message for error in validator.iter_errors(json.loads(answer.data))]
        assert errors == [], name
