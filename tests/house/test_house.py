"""The house rules that a program can check."""

import subprocess
import sys
from pathlib import Path

from tests.house.sizes import ROOT, all_complaints, complaints


def test_files_and_functions_of_the_portal_are_small():
    assert all_complaints() == []


def test_a_long_function_is_found_and_its_docstring_is_not_counted():
    body = "\n".join("    x = 1" for _ in range(39))
    assert list(complaints(f"def f():\n    '''a\n    b'''\n{body}\n", "f.py")) == []
    assert list(complaints(f"def f():\n{body}\n    y = 2\n", "f.py")) == ["f.py:1: f has 41 lines, at most 40"]


def test_a_long_file_is_found():
    assert list(complaints("x = 1\n" * 300, "f.py")) == []
    assert list(complaints("x = 1\n" * 301, "f.py")) == ["f.py: 301 lines, at most 300; split it by noun"]


def test_the_import_contracts_hold():
    command = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
