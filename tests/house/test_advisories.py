"""What is said of published holes, and that nothing is claimed where nobody could be asked."""

import json

from tests.house.advisories import told


def answer(*packages: dict) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


GOOD = {"name": "flask", "version": "3.1.3", "vulns": []}
UNKNOWN = {"name": "webargs", "skip_reason": "not found"}
HOLED = {"name": "jinja2", "version": "1.0", "vulns": [{"id": "X-1", "fix_versions": ["1.1"], "aliases": []}]}


def test_a_hole_is_named_with_what_mends_it():
    assert told(answer(GOOD, HOLED)) == (["jinja2 1.0: X-1, mended in 1.1"], "")


def test_what_nobody_could_be_asked_about_is_said():
    assert "cannot be reached" in told("")[1]
    assert "knows none" in told(answer(UNKNOWN))[1]
    assert "webargs" in told(answer(GOOD, UNKNOWN))[1]


def test_nothing_is_said_where_nothing_is_wrong():
    assert told(answer(GOOD)) == ([], "")
