"""The documents: what is served is what is written to files, and every example is of the shape it stands with."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from portal.api import DIALECTS
from tests.api.conformance.doors import DOORS

METHODS = ("get", "put", "post", "patch", "delete")


@pytest.fixture
def document(client, dialect) -> dict[str, Any]:
    """A document as it is served."""
    return client.get(f"/api/docs/{dialect}/openapi.json").json


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation by its name."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item[method]


def bodies(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every JSON body of an operation: "request" or the status, and the media type object."""
    request = operation.get("requestBody", {}).get("content", {})
    for where, content in (
        ("request", request),
        *((status, answer.get("content", {})) for status, answer in operation["responses"].items()),
    ):
        if "application/json" in content:
            yield where, content["application/json"]


def test_every_dialect_stands_in_these_tests():
    assert {dialect.name for dialect in DIALECTS} == set(DOORS)


def test_what_is_written_to_files_is_what_is_served(app, client, tmp_path):
    done = app.test_cli_runner().invoke(args=["openapi", "write", str(tmp_path)])
    assert done.exit_code == 0, done.output
    written = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()}
    assert written == {name.value: client.get(f"/api/docs/{name}/openapi.json").json for name in DOORS}


def test_every_example_is_of_its_shape(document):
    wrong = []
    for name, operation in operations(document):
        for where, media in bodies(operation):
            schema = {**media["schema"], "components": document["components"]}
            validator = Draft202012Validator(schema, format_checker=FormatChecker())
            examples = [media["example"]] if "example" in media else []
            examples += [each["value"] for each in media.get("examples", {}).values()]
            wrong += [(name, where, error.message) for each in examples for error in validator.iter_errors(each)]
    assert wrong == []


def test_every_body_has_an_example(document):
    lacking = [
        f"{name}: {where}"
        for name, operation in operations(document)
        for where, media in bodies(operation)
        if where == "request" or where.startswith("2")
        if "example" not in media and not media.get("examples")
    ]
    assert lacking == []


def test_every_operation_says_who_may_and_how_it_refuses(document):
    assert document["security"] == [{"token": []}]
    shape = {"$ref": "#/components/schemas/Error"}
    assert document["components"]["responses"]["DEFAULT_ERROR"]["content"]["application/json"]["schema"] == shape
    for name, operation in operations(document):
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}, name
        assert operation.get("security", document["security"]) in ([], [{"token": []}]), name
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")):
                told = answer.get("content", {}).get("application/json", {}).get("schema", shape)
                assert told == shape, (name, status)
