"""Known holes in what the portal is made of: ``python -m tests.house.advisories``.

Fails for each package with a published advisory. Where the advisory database cannot be reached, or knows none of the
packages, that is said and fails nothing: a machine without a network must be able to lint.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds


def ask() -> str:
    """Return what pip-audit finds about requirements.txt, as JSON; nothing where it cannot ask."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", "requirements.txt", "--no-deps", "--disable-pip"]
    try:
        found = subprocess.run(
            [*command, "--format", "json", "--progress-spinner", "off"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ""
    return found.stdout


def told(answer: str) -> tuple[list[str], str]:
    """Return the holes that an answer of pip-audit names, and what is to be said of it beside them."""
    if not answer.strip():
        return [], "Not looked for known holes: the advisory database cannot be reached from here."
    packages = json.loads(answer)["dependencies"]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    holes = [_named(package, hole) for package in packages for hole in package.get("vulns", ())]
    if len(unknown) == len(packages):
        return holes, "Not looked for known holes: the advisory database that answers here knows none of the packages."
    if unknown:
        return holes, f"Not looked for known holes in {', '.join(unknown)}: the advisory database does not know them."
    return holes, ""


def _named(package: dict, hole: dict) -> str:
    mended = ", ".join(hole["fix_versions"]) or "nothing yet"
    return f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}"


if __name__ == "__main__":
    holes, remark = told(ask())
    if remark:
        sys.stderr.write(f"{remark}\n")
    sys.exit("\n".join(holes) or None)
