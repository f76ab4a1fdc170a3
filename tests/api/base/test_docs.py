"""The documents of the dialects: valid, whole, and shown by pages of ours alone."""

import json
import re

import pytest
from openapi_spec_validator import validate

from portal.api import DIALECTS

NAMES = [dialect.name.value for dialect in DIALECTS]


def paths_of(app, prefixes) -> set[str]:
    """The documented form of every route under these prefixes."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0].partition("-")[0] in NAMES]
    documented = {re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule).rstrip("/") for rule in rules}
    return {path for path in documented if path.startswith(tuple(prefixes))}


@pytest.mark.parametrize("dialect", DIALECTS, ids=NAMES)
def test_a_document_is_valid_and_names_every_route(app, client, dialect):
    response = client.get(f"/api/docs/{dialect.name}/openapi.json")
    assert response.status_code == 200
    document = response.json
    assert document["openapi"] == "3.1.0"
    validate(document)
    assert {path.rstrip("/") for path in document["paths"]} == paths_of(app, dialect.prefixes)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in ("get", "post", "put", "patch", "delete"):
                assert operation.get("summary"), f"{method} {path} says nothing of itself"
                assert "default" in operation["responses"]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_the_document_with_files_of_ours(client, name):
    page = client.get(f"/api/docs/{name}/")
    assert page.status_code == 200
    assert f'data-document="/api/docs/{name}/openapi.json"' in page.text
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    assert "<script>" not in page.text
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert address.startswith("/")
        with client.get(address) as found:
            assert found.status_code == 200


def test_the_index_leads_to_each(client):
    page = client.get("/api/docs/")
    assert page.status_code == 200
    for name in NAMES:
        assert f'href="/api/docs/{name}/"' in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/api/docs/unheard-of/",
        "/api/docs/unheard-of/openapi.json",
        "/api/docs/assets/../../x",
        "/api/docs/assets/index.css",
    ],
)
def test_there_is_nothing_else(client, path):
    assert client.get(path).status_code == 404


def test_the_command_line_writes_them(app, tmp_path):
    done = app.test_cli_runner().invoke(args=["openapi", "write", str(tmp_path / "documents")])
    assert done.exit_code == 0
    written = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "documents").iterdir()}
    assert sorted(written) == sorted(NAMES)
    for document in written.values():
        validate(document)
