"""A client that a public generator makes from a document opens a case and reads it again."""

import importlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from portal.core.vocabulary import Dialect
from tests.api.conformance.doors import DOORS
from tests.api.conformance.serving import served

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Generated:
    """What the generator calls the operation that opens a case, its body, and the operation that reads one."""

    create: str
    body: str
    read: str


NAMES = {
    Dialect.CONSTITUENCY: Generated("cases.post_api_ajax_cases", "CreateCase", "cases.get_api_ajax_cases_number"),
    Dialect.HELPLINE: Generated("cases.post_api_cases", "Case", "cases.get_api_cases_reference"),
    Dialect.CORRESPONDENCE: Generated("cases.put_v1_case", "PutCase", "cases.get_v_1_case_external_id"),
    Dialect.INTERVENTIONS: Generated("cases.post_cases", "CreateCase", "cases.get_cases_case_id"),
}


@pytest.fixture
def generated(client, dialect, tmp_path, monkeypatch) -> ModuleType:
    """The package that openapi-python-client makes of the document."""
    name = f"generated_{dialect.value}"
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(client.get(f"/api/docs/{dialect}/openapi.json").json), encoding="utf-8")
    command = ["generate", "--path", str(document), "--meta", "none", "--output-path", str(tmp_path / name)]
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [str(BIN / "openapi-python-client"), *command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "/components/schemas/" not in done.stdout, done.stdout  # it left no shape out
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module(name)


@pytest.mark.slow
def test_a_generated_client_opens_a_case_and_reads_it(office, dialect, generated):
    names, door = NAMES[dialect], DOORS[dialect]
    _, _, told = door.create(1, office.facts)

    def part(path: str) -> Any:
        return importlib.import_module(f"{generated.__name__}.{path}")

    with (
        served(office.app) as address,
        generated.AuthenticatedClient(address, office.tokens["worker", dialect]) as caller,
    ):
        body = getattr(part("models"), names.body).from_dict(told)
        opened = part(f"api.{names.create}").sync_detailed(client=caller, body=body)
        assert opened.status_code in (200, 201), opened.content
        identity = door.read(told, opened.parsed.to_dict()).rsplit("/", 1)[1]
        read = part(f"api.{names.read}").sync_detailed(identity, client=caller)
        assert read.status_code == 200, read.content
    shared = opened.parsed.to_dict().items() & {k: v for k, v in read.parsed.to_dict().items() if _is_plain(v)}.items()
    assert len(shared) >= 3, "what was answered first is in what is read"


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | None)
