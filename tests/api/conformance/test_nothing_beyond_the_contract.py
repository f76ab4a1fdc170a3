"""Every operation of every document, with fields in its body that are not the caller's to set, at every depth."""

import copy
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from portal.core.models import Base
from tests.api.conformance.doors import DOORS
from tests.api.conformance.test_answers_fit_the_document import _with_real_ids
from tests.api.conformance.test_doors_stay_shut import STRICT

WORD, NUMBER, NAME, MOMENT = "zq-not-theirs", 918273645, "5e9a5e9a-0000-4000-8000-5e9a5e9a5e9a", "2001-02-03T04:05:06Z"
MARKS = (WORD, str(NUMBER), NAME, NAME.replace("-", ""), "2001-02-03", "datetime.datetime(2001, 2, 3")
# Names of our columns, and of what a client might think that makes it more than it is.
NOT_THE_CALLERS = {
    **dict.fromkeys(
        "id number owner_id user_id organisation_id vertical_id primary_vertical_id created_by_id verified_by_id "
        "decided_by_id root_id merged_into_id version_id session_epoch author_id declared_by_id added_by_id".split(),
        NUMBER,
    ),
    **dict.fromkeys("uuid owner vertical created_by verified_by correlation_id".split(), NAME),
    **dict.fromkeys(
        "role password password_hash work_state lifecycle_status prior_status delivery origin kind scope actor "
        "actor_name restricted_reason merged_reason digest state storage_key checksum".split(),
        WORD,
    ),
    **dict.fromkeys(
        "created_at updated_at verified_at closed_at archived_at erased_at deleted_at restricted_at withdrawn_at "
        "decided_at opted_in_at".split(),
        MOMENT,
    ),
    **dict.fromkeys("is_admin admin active deleted restricted legal_hold verified needs_triage".split(), True),
}

AS_SENT = {"intake_receipts.raw"}  # the report as it arrived, encrypted, by which one that comes again is known


def operations(document: dict) -> Iterator[tuple[str, str, dict, list[Any]]]:
    """Each operation that reads JSON: its method, its path, the shape of its body, and examples of it."""
    for path, methods in document["paths"].items():
        for method in ("post", "put", "patch", "delete"):
            media = methods.get(method, {}).get("requestBody", {}).get("content", {}).get("application/json")
            if media is not None:
                told = [media["example"]] if "example" in media else [e["value"] for e in media["examples"].values()]
                yield method.upper(), path, media["schema"], told


def with_more(told: Any, schema: dict, shapes: dict) -> Any:
    """The same with all that is not the caller's in each object, but for what its shape knows."""
    while "$ref" in schema:
        schema = shapes[schema["$ref"].rpartition("/")[2]]
    if isinstance(told, list):
        return [with_more(one, schema.get("items", {}), shapes) for one in told]
    if not isinstance(told, dict):
        return told
    known = schema.get("properties", {})
    if not known and "properties" not in schema:
        return told  # whose keys are the caller's own
    inner = {name: with_more(value, known.get(name, {}), shapes) for name, value in told.items()}
    return {**{name: value for name, value in NOT_THE_CALLERS.items() if name not in known}, **inner}


def test_no_operation_sets_what_its_document_does_not_name(app, office, dialect, ground):
    ids = DOORS[dialect].ids(office.facts, [answered for _, answered in office.seed(dialect, 12)])
    document = app.test_client().get(f"/api/docs/{dialect.value}/openapi.json").json
    tried, taken = 0, 0
    for method, path, schema, examples in operations(document):
        case = SimpleNamespace(method=method, path=path)
        names = {name: "1" for name in re.findall(r"{([^}]+)}", path)}
        named = {name: str((ids.get(f"{method} {path} {name}") or ids.get(name) or ("1",))[0]) for name in names}
        for example in examples:
            body = _with_real_ids(copy.deepcopy(example), case, ids)
            more = with_more(body, schema, document["components"]["schemas"])
            caller = office.caller(dialect)
            if (method, path) in DOORS[dialect].ends_its_token:
                caller.token = office.fresh_token(dialect)
            answer = caller(method, re.sub(r"{([^}]+)}", lambda found, n=named: n[found[1]], path), more)
            assert answer.status_code < 500, (method, path, answer.text)
            if dialect in STRICT and more != body:
                assert answer.status_code in (400, 404), (method, path, answer.status_code)
            tried, taken = tried + 1, taken + (answer.status_code < 300)
    assert tried >= 2
    assert (taken > 0) is (dialect not in STRICT)
    assert set(_marked(ground)) <= AS_SENT


def _marked(ground: Any) -> Iterator[str]:
    """The columns in which something stands that was not the caller's to set."""
    with ground.seen() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(sa.select(table)).mappings():
                yield from (f"{table.name}.{name}" for name, value in row.items() if _is_marked(value))


def _is_marked(value: Any) -> bool:
    return any(mark in repr(value) for mark in MARKS)
