"""Files and functions stay small enough to be read at once: ``python -m tests.house.sizes``.

A docstring does not count towards its function, so that nobody saves on explanation. Migrations are exempt: they are
written once and list tables and columns.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "portal" / "migrations"
LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 40


def complaints(source: str, name: str) -> Iterator[str]:
    """Yield a line for the file if it is too long, and one for each function that is."""
    if (lines := len(source.splitlines())) > LINES_OF_A_FILE:
        yield f"{name}: {lines} lines, at most {LINES_OF_A_FILE}; split it by noun"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (lines := _lines(node)) > LINES_OF_A_FUNCTION:
            yield f"{name}:{node.lineno}: {node.name} has {lines} lines, at most {LINES_OF_A_FUNCTION}"


def all_complaints() -> list[str]:
    """Return the complaints about everything in ``portal/``."""
    return [
        complaint
        for path in sorted((ROOT / "portal").rglob("*.py"))
        if not path.is_relative_to(MIGRATIONS)
        for complaint in complaints(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    ]


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        lines -= docstring.end_lineno - docstring.lineno + 1
    return lines


if __name__ == "__main__":
    found = all_complaints()
    sys.exit("\n".join(found) or None)
