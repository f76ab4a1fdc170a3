"""Every dialect against its own document: whatever fits it, or does not, is answered as documented."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from portal.api.helpline import webform
from portal.core.vocabulary import Dialect
from tests.api.conformance import fuzzing
from tests.api.conformance.doors import DOORS
from tests.api.conformance.exclusions import EXCLUSIONS
from tests.api.conformance.serving import served

# Of each operation: what the time of the suite allows, and what it takes for each to succeed at least once. The bodies
# of the helpline have so many fields that trying the edges of each would take as long as all else here.
EXAMPLES = {Dialect.CONSTITUENCY: 12, Dialect.HELPLINE: 30}
EXAMPLES_ELSEWHERE = 8


@pytest.fixture
def everything_is_open(app, monkeypatch):
    """The endpoint that exists in live installations alone, and more than its five attempts an hour."""
    monkeypatch.setitem(app.extensions, "settings", dataclasses.replace(app.extensions["settings"], environment="live"))
    monkeypatch.setattr(webform, "_ATTEMPTS", "30/hour")


@pytest.mark.slow
@pytest.mark.usefixtures("everything_is_open")
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
def test_whatever_is_asked_is_answered_as_documented(office, dialect, tmp_path):
    callers = {who: office.tokens[who, dialect] for who in ("worker", "stranger")}
    examples = EXAMPLES.get(dialect, EXAMPLES_ELSEWHERE)
    peers = fuzzing.write_peers(tmp_path / "peers.json", callers)
    config = fuzzing.configuration(peers, examples=examples, boundaries=dialect is not Dialect.HELPLINE)
    door = DOORS[dialect]
    ids = door.ids(office.facts, [answered for _, answered in office.seed(dialect, 12)])

    def change(case: Any) -> None:
        if fuzzing.is_invented(case):
            case.path_parameters = _with_real_ids(case.path_parameters, case, ids)
            case.body = _with_real_ids(case.body, case, ids)
        if (case.method, case.path) in door.ends_its_token and _token_of(case) in callers.values():
            case.headers["Authorization"] = f"Bearer {office.fresh_token(dialect)}"

    if door.has_states:
        office.put_into_states(dialect)
    with served(office.app) as address:
        found = fuzzing.run(address, dialect, config, change)
    assert not found.failures, "\n\n".join(found.failures.values())
    assert found.errors == []
    assert {each for each in EXCLUSIONS if each.dialect is dialect} <= found.excluded
    unheard = {label for label, statuses in found.answers.items() if not any(200 <= code < 300 for code in statuses)}
    assert unheard <= set(door.never_succeeds), {label: dict(found.answers[label]) for label in unheard}


def _token_of(case: Any) -> str:
    return (case.headers or {}).get("Authorization", "").removeprefix("Bearer ")


def _with_real_ids(sent: Any, case: Any, ids: Mapping[str, tuple]) -> Any:
    """The same with most of the ids that were made up replaced by some that exist; what breaks the shape is kept.

    What is deleted is of the second half, so that the first stays for the others.
    """
    if not isinstance(sent, dict):
        return sent
    return {name: _real(value, _known(name, case, ids)) for name, value in sent.items()}


def _known(name: str, case: Any, ids: Mapping[str, tuple]) -> tuple:
    exactly = ids.get(f"{case.method} {case.path} {name}")
    if exactly is not None:
        return exactly
    known = ids.get(name, ())
    half = (len(known) + 1) // 2
    return known[half:] if case.method == "DELETE" else known[:half]


def _real(value: Any, known: tuple) -> Any:
    if not known:
        return value
    if isinstance(value, list):
        return [_real(each, known) for each in value]
    if isinstance(known[0], str):
        return (*known, value)[len(value) % (len(known) + 1)] if isinstance(value, str) and value else value
    is_id = str(value).isdecimal() and 0 < int(value) < 2**63
    return (*known, value)[int(value) % (len(known) + 1)] if is_id else value
