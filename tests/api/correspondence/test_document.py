"""The OpenAPI document of the dialect."""

import pytest
from openapi_spec_validator import validate

from portal.api import docs

OPERATIONS = {
    ("/v1/case", "put"): {"200", "400", "401", "403", "413", "500"},
    ("/v1/case/messages", "put"): {"200", "400", "401", "403", "413", "500"},
    ("/v1/case/messages", "post"): {"200", "204", "400", "401", "403", "413", "500"},
    ("/v1/case/{externalID}", "patch"): {"200", "400", "401", "403", "404", "409", "413", "500"},
    ("/v1/case/{externalID}", "get"): {"200", "401", "403", "404", "500"},
}


@pytest.fixture
def document(app):
    return docs.document(app, "correspondence")


def test_the_document_is_valid(document):
    validate(document)


def test_every_operation_has_its_answers_and_examples(document):
    found = {
        (path, method): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }
    assert found.keys() == OPERATIONS.keys()
    for key, operation in found.items():
        assert OPERATIONS[key] <= operation["responses"].keys()
        assert operation["summary"]
        told = [answer for status, answer in operation["responses"].items() if status not in ("204", "default")]
        assert all("example" in answer["content"]["application/json"] for answer in told), key
        if key[1] != "get":
            assert operation["requestBody"]["content"]["application/json"]["example"]
