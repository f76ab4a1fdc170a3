"""A dialect under schemathesis: every check it offers, over every operation, in all its phases, always the same way."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.config import ChecksConfig, SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.engine import events, from_schema
from schemathesis.engine.run import PhaseName
from schemathesis.hooks import unregister

from portal.core.vocabulary import Dialect
from tests.api.conformance.exclusions import EXCLUSIONS, EXPECTED_BESIDE, Exclusion

SEED = 20240115


@dataclass
class Findings:
    """What a run came to: each failure with a request that repeats it, and how often what was answered."""

    failures: dict[tuple[str, ...], str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    answers: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))  # by operation and status
    excluded: set[Exclusion] = field(default_factory=set)


def configuration(peers: Path, *, examples: int, boundaries: bool) -> SchemathesisConfig:
    """Everything on. ``peers`` names two callers who must not see what is the other's; with ``boundaries`` the edges
    of each field are tried in turn, too: the more fields a body has, the longer that takes."""
    usual = ChecksConfig()
    checks = {
        name: {"expected-statuses": [*getattr(usual, name).expected_statuses, *more]}
        for name, more in EXPECTED_BESIDE.items()
    }
    generation = {"mode": "all", "max-examples": examples, "deterministic": True, "database": "none"}
    stateful = {"generation": {**generation, "max-examples": examples // 2}, "max-steps": 4}
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "workers": 1,
            "continue-on-failure": True,
            "suppress-health-check": ["all"],
            # Pinned: else an operation that refused the worker once would be asked as the stranger from then on.
            "auth": {"wfc": {"path": str(peers), "user": "worker", "peers": ["worker", "stranger"]}},
            "checks": checks,
            "generation": generation,
            "phases": {"stateful": stateful, "coverage": {"enabled": boundaries}},
        }
    )


def write_peers(path: Path, tokens: Mapping[str, str]) -> Path:
    """A file of Web Fuzzing Commons: who calls, with which token. The first is asked to do everything."""
    entries = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
        for name, token in tokens.items()
    ]
    path.write_text(json.dumps({"auth": entries}), encoding="utf-8")
    return path


def run(address: str, dialect: Dialect, config: SchemathesisConfig, change: Callable[[Any], None]) -> Findings:
    """Every phase over the document that is served there. ``change(case)`` may alter what is sent."""
    found = Findings()

    def before_call(_context: Any, case: Any, _options: Any) -> None:
        change(case)

    def filter_failure(_context: Any, failure: Failure, case: Any, _response: Any) -> bool:
        fitting = [each for each in EXCLUSIONS if each.covers(dialect, failure, case)]
        found.excluded.update(fitting)
        return not fitting

    schema = schemathesis.openapi.from_url(f"{address}/api/docs/{dialect}/openapi.json", config=config)
    schemathesis.hook(before_call)
    schemathesis.hook(filter_failure)
    try:
        for event in from_schema(schema).execute():
            _read(event, found)
    finally:
        unregister(before_call)
        unregister(filter_failure)
    return found


def is_invented(case: Any) -> bool:
    """Whether what is in a case was made up, not taken from an earlier answer."""
    return case.meta is None or case.meta.phase.name.value != PhaseName.STATEFUL_TESTING.value


def _read(event: events.EngineEvent, found: Findings) -> None:
    if isinstance(event, events.FatalError):
        raise event.exception
    if isinstance(event, events.NonFatalError):
        found.errors.append(f"{event.label}: {event.value!r}")
    elif isinstance(event, events.ScenarioFinished):
        _read_scenario(event.recorder, found)


def _read_scenario(recorder: Any, found: Findings) -> None:
    for case_id, interaction in recorder.interactions.items():
        operation = recorder.cases[case_id].value.operation
        if interaction.response is not None and interaction.request.method == operation.method.upper():
            found.answers[operation.label][interaction.response.status_code] += 1
    for checks in recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                key = (str(failure.operation), check.name, str(failure)[:160])
                found.failures.setdefault(key, f"{failure.operation}: {failure}\n{check.failure_info.code_sample}")
