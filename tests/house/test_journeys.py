"""Every journey is walked in every way, by the test that tests/browser/journeys.py names for it."""

import importlib
from collections.abc import Iterator
from pathlib import Path

from portal.core.lifecycle import TABLE
from tests.browser.journeys import JOURNEYS, WAYS

BROWSER = Path(__file__).resolve().parents[1] / "browser"


def marks_of(test) -> Iterator[tuple]:
    """What the marks ``journey`` of a test say, those of its parameters too."""
    for mark in getattr(test, "pytestmark", ()):
        if mark.name == "journey":
            yield mark.args
        elif mark.name == "parametrize":
            values = mark.args[1]
            yield from (one.args for value in values for one in getattr(value, "marks", ()) if one.name == "journey")


def walked() -> set[tuple]:
    """Each journey, the way, and the test that says it walks it so."""
    found = set()
    for file in sorted(BROWSER.glob("test_*.py")):
        module = importlib.import_module(f"tests.browser.{file.stem}")
        for name, test in vars(module).items():
            if name.startswith("test_"):
                found.update((*said, f"{file.stem}::{name}") for said in marks_of(test))
    return found


def test_every_journey_is_walked_in_every_way_by_the_test_that_is_named_for_it():
    named = {(journey, way, getattr(told, way)) for journey, told in JOURNEYS.items() for way in WAYS}
    assert walked() == named


def test_each_action_of_the_lifecycle_that_a_person_takes_is_a_journey():
    assert {row.action.value for row in TABLE if not row.by_system} <= set(JOURNEYS)
