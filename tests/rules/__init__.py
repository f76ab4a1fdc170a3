"""Which test proves which rule of casework: ``python -m tests.rules`` prints the table.

A rule without a test, and a test that is not there, fail the build (house/test_rules.py).
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.rules import consent, contract, lifecycle, people, statuses, structure

TESTS = Path(__file__).parents[1]

RULES: dict[str, dict[str, tuple[str, ...]]] = {
    "Contract 004": contract.RULES,
    "Subjects and consent": consent.RULES,
    "The steps of a case": lifecycle.RULES,
    "Sharing, transfer, merge, split, conflicts": structure.RULES,
    "Records of one person": people.RULES,
    "Statuses across dialects": statuses.RULES,
}


def proofs() -> Iterator[tuple[str, str, str]]:
    """Each rule with each test that proves it: chapter, rule, "file::test"."""
    for chapter, rules in RULES.items():
        for rule, tests in rules.items():
            for test in tests:
                yield chapter, rule, test


def is_there(test: str) -> bool:
    """Whether the test exists."""
    file, _, name = test.partition("::")
    path = TESTS / f"{file}.py"
    return path.is_file() and any(
        isinstance(node, ast.FunctionDef) and node.name == name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )
