"""Print which test proves which rule."""

import sys

from tests.rules import RULES

for chapter, rules in RULES.items():
    sys.stdout.write(f"\n{chapter}\n{'=' * len(chapter)}\n")
    for rule, tests in rules.items():
        sys.stdout.write(f"{rule}\n")
        for test in tests:
            sys.stdout.write(f"    tests/{test.replace('::', '.py  ')}\n")
