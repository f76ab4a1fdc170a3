"""The journeys of the portal: what people come to do. Each is walked in three ways, by the tests that are named here.

A test says what it walks by ``@pytest.mark.journey(NAME, WAY)``, or by ``@each_way(NAME, …)`` where it walks all three;
tests/house/test_journeys.py holds the tests to this file and this file to the tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

WAYS = ("script", "plain", "keyboard")  # by mouse with JavaScript; by mouse without it; by keyboard alone


@dataclass(frozen=True)
class Journey:
    """What is done, and the test that does it in each way, as ``test_file::test_name``."""

    words: str
    script: str
    plain: str
    keyboard: str


def _each_way(words: str, test: str) -> Journey:
    return Journey(words, test, test, test)


_MOUSE_DAY = "test_first_day::test_the_same_day_by_mouse_with_script_and_without"
_STEPS = "test_steps::test_a_case_goes_through_its_whole_life"
_STRUCTURE = {
    "script": "test_structure::test_everything_works_by_mouse_with_script_and_without",
    "plain": "test_structure::test_everything_works_by_mouse_with_script_and_without",
    "keyboard": "test_structure::test_two_cases_become_one_and_two_again_by_keyboard_alone",
}
_CONFLICT = "test_conflicts::test_a_case_is_checked_and_its_conflict_resolved_by_mouse_with_script_and_without"
_LISTS = "test_office_lists::test_a_vertical_with_all_that_belongs_to_it_is_set_up"
_RIGHTS = "test_rights::test_what_a_person_asks_by_right_is_written_down_done_and_proved"
_OFFICE = "test_office::test_a_user_is_taken_in_changed_and_deactivated_by_mouse_with_script_and_without"

JOURNEYS = {
    "intake": Journey(
        "Somebody comes or rings: who reports, for whom, against whom, and what happened become a case.",
        script=_MOUSE_DAY,
        plain=_MOUSE_DAY,
        keyboard="test_first_day::test_a_walk_in_is_taken_worked_closed_and_reopened_by_keyboard_alone",
    ),
    "guided intake": _each_way(
        "The same, one question a page, with the answers checked before they become a case.",
        "test_guided_intake::test_a_call_is_told_question_by_question_and_checked_before_it_is_a_case",
    ),
    "message": Journey(
        "A message is written to the person, held so that it can be undone, and sent.",
        script="test_conversation::test_a_message_that_is_let_go_is_recorded_before_ones_eyes",
        plain="test_conversation::test_without_script_a_message_is_undone_by_its_button",
        keyboard="test_conversation::test_a_message_is_undone_by_keyboard_and_its_text_is_in_the_form_again",
    ),
    "submit": _each_way("A draft is submitted.", _STEPS),
    "verify": _each_way("What was submitted is verified.", _STEPS),
    "activate": _each_way("A verified case becomes active.", _STEPS),
    "suspend": _each_way("A case is suspended for a reason.", _STEPS),
    "resume": _each_way("A suspended case goes on where it was.", _STEPS),
    "stabilize": _each_way("An active case is stabilized.", _STEPS),
    "close": _each_way("A case is closed for a reason.", _STEPS),
    "reopen": _each_way("A closed case is reopened for a reason.", _STEPS),
    "archive": _each_way("A case that will not go on is archived.", _STEPS),
    "refuse": _each_way(
        "A report from outside that is not for this office is refused for a reason.",
        "test_triage::test_a_report_is_refused_with_its_reason",
    ),
    "merge": Journey("Two cases of the same support become one.", **_STRUCTURE),
    "unmerge": Journey("A merge is undone, and the cases stand for themselves again.", **_STRUCTURE),
    "conflict": Journey(
        "Two cases that may be the same support are compared, and somebody decides.",
        script=_CONFLICT,
        plain=_CONFLICT,
        keyboard="test_conflicts::test_a_conflict_is_found_compared_and_dismissed_by_keyboard_alone",
    ),
    "triage": _each_way(
        "A report from outside is read, taken in and given to somebody.",
        "test_triage::test_a_report_is_taken_in_and_given_to_somebody",
    ),
    "hand_over": _each_way(
        "What a worker has in hand is handed over to somebody, with a reason.",
        "test_reports::test_what_somebody_has_in_hand_is_handed_over_with_a_reason",
    ),
    "admin": Journey(
        "A user is taken in, found and deactivated.",
        script=_OFFICE,
        plain=_OFFICE,
        keyboard="test_office::test_a_user_is_taken_in_found_and_deactivated_by_keyboard_alone",
    ),
    "vertical": _each_way("A vertical is opened, and its rules are changed once it was seen what that does.", _LISTS),
    "programme": _each_way("A programme of a vertical begins, and ends.", _LISTS),
    "place": _each_way("A place is added, another inside it, and that one is renamed.", _LISTS),
    "code": _each_way("A code is added to a list, and what people read for it is changed.", _LISTS),
    "unknown code": _each_way("It is said once for all what a code from outside means.", _LISTS),
    "retention": _each_way("A rule of retention is set, looked at, let begin and switched off.", _LISTS),
    "request": _each_way("What a person asks about their own data is put into the register.", _RIGHTS),
    "export": _each_way("Everything held about a person is taken out.", _RIGHTS),
    "restriction": _each_way("What is done with a person's data is restricted, and that is lifted.", _RIGHTS),
    "own record": _each_way("A record is closed to the worker whose relative it is, and opened again.", _RIGHTS),
    "erasure": _each_way("One writes down that a person asks to be erased; somebody else does it.", _RIGHTS),
    "restricted case": _each_way(
        "A case is restricted once it was seen who loses sight of it, and opened again.",
        "test_rights::test_a_case_is_restricted_and_opened_again",
    ),
}


def _walked(journeys: Sequence[str], way: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.journey(journey, way) for journey in journeys]


def each_way(*journeys: str) -> pytest.MarkDecorator:
    """Walk a test three times, its argument ``way`` being one of hands.py."""
    return pytest.mark.parametrize("way", [pytest.param(way, marks=_walked(journeys, way)) for way in WAYS])


def by_mouse(*journeys: str) -> pytest.MarkDecorator:
    """Walk a test twice, its argument ``kind`` being the browser: with scripts and without."""
    browsers = {"script": "desk", "plain": "plain_desk"}
    each = [pytest.param(browser, marks=_walked(journeys, way)) for way, browser in browsers.items()]
    return pytest.mark.parametrize("kind", each)
