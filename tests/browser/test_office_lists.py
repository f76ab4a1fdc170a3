"""What the office chooses from, and for how long it keeps what it is told: set up in three ways."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import WAYS, Hands, Mouse
from tests.browser.journeys import each_way
from tests.browser.test_api import post
from tests.browser.test_triage import REPORT

pytestmark = pytest.mark.browser


def heading(page: Page, words: str) -> None:
    """The page has this heading."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def said(page: Page, words: str | re.Pattern) -> None:
    """The page says what was done."""
    expect(page.get_by_text(words)).to_be_visible()


@pytest.fixture(scope="module")
def caller(server) -> str:
    """The token with which somebody of the office reports."""
    return server.flask("token", "issue", "--dialect", "helpline", "--user", "agent@demo.example")


@pytest.fixture
def unknown(server, caller, way) -> str:
    """A code that came in just now and that no list knows."""
    code = f"harbour-{way}"
    told = {**REPORT, "src": "walkin", "case_category_id": code, "reporter": {"fname": f"Ras {way}"}}
    assert post(server, "/api/cases/", caller, json.dumps(told).encode())[0] == 201
    return code


@each_way("vertical", "programme", "place", "code", "unknown code", "retention")
def test_a_vertical_with_all_that_belongs_to_it_is_set_up(request, way, unknown):
    desk, kind = WAYS[way]
    page = request.getfixturevalue(desk).sign_in("admin")
    hands = kind(page)
    open_vertical(page, hands, way)
    begin_and_end_programme(page, hands, way)
    add_places(page, hands, way)
    add_code(page, hands, way)
    say_what_it_means(page, hands, unknown)
    set_rule(page, hands, way)


def open_vertical(page: Page, hands: Mouse | Hands, way: str) -> None:
    """Open a vertical, and put a second version of its rules in force."""
    page.goto("/app/admin/verticals")
    hands.press("Open a vertical")
    heading(page, "Open a vertical")
    hands.write("Name", f"Rivers {way}")
    hands.write("Code", f"R{way.upper()}")
    hands.write("References begin with", f"R{way[:2].upper()}")
    hands.choose("On what the work rests", "Another lawful basis")
    hands.write("The lawful basis", "The river act.")
    hands.press("Open vertical")
    said(page, f"Rivers {way} is open.")
    hands.press("Change the rules")
    heading(page, f"Rules of Rivers {way}")
    hands.write("Days of grace after a consent ran out", "14")
    hands.press("Show what this changes")
    said(page, re.compile("Days of grace after a consent ran out: 0 → 14"))
    hands.press("Put version 2 in force")
    said(page, f"Rivers {way} works by version 2 of its rules from now on.")


def begin_and_end_programme(page: Page, hands: Mouse | Hands, way: str) -> None:
    """Begin a programme from the page of its vertical, and end it."""
    hands.press("Begin a programme")
    heading(page, "Begin a programme")
    hands.write("Name", f"Boats {way}")
    hands.write("Code", f"B{way.upper()}")
    hands.press("Begin programme")
    said(page, f"Boats {way} takes cases from now on.")
    hands.press(f"Boats {way}")
    heading(page, f"Change Boats {way}")
    hands.tick("It takes cases")
    hands.press("Save programme")
    expect(page.get_by_role("row", name=re.compile(f"Boats {way}.*Rivers {way}.*Ended"))).to_be_visible()


def add_places(page: Page, hands: Mouse | Hands, way: str) -> None:
    """Add a place, another inside it, and rename that one."""
    page.goto("/app/admin/places")
    hands.press("Add a place")
    heading(page, "Add a place")
    hands.write("Name", f"Coast {way}")
    hands.press("Add place")
    said(page, f"Coast {way} is added.")
    hands.press(f"Add inside Coast {way}")
    heading(page, "Add a place")
    hands.write("Name", f"Key {way}")
    hands.press("Add place")
    said(page, f"Key {way} is added.")
    hands.press(f"Key {way}")
    heading(page, f"Change Key {way}")
    hands.write("Name", f"Quay {way}")
    hands.press("Save place")
    expect(page.get_by_role("rowheader", name=f"Quay {way} in Coast {way}")).to_be_visible()


def add_code(page: Page, hands: Mouse | Hands, way: str) -> None:
    """Add a code to a list, and change what people read for it."""
    page.goto("/app/admin/lists")
    hands.press("Language")
    heading(page, "Language")
    hands.press("Add a code")
    heading(page, "Add a code")
    hands.write("What people read", f"Samhili {way}")
    hands.write("Value", f"sw-{way}")
    hands.press("Add code")
    said(page, f"Samhili {way} can be chosen from now on.")
    hands.press(f"Samhili {way}")
    heading(page, f"Change Samhili {way}")
    hands.write("What people read", f"Swahili {way}")
    hands.press("Save code")
    expect(page.get_by_role("row", name=f"Swahili {way} sw-{way}")).to_be_visible()


def say_what_it_means(page: Page, hands: Mouse | Hands, unknown: str) -> None:
    """Say what an unknown code means; the case that carries it follows."""
    page.goto("/app/admin/codes")
    hands.press(f"Say what it means when it is {unknown}")
    heading(page, f"What does {unknown} mean?")
    hands.pick("It means", page.get_by_label("It means").locator("option").nth(1).inner_text())
    hands.press("Map it once for all")
    said(page, "The code is mapped; 1 case changed.")


def set_rule(page: Page, hands: Mouse | Hands, way: str) -> None:
    """Set a rule of retention, look at what it would do, let it begin and switch it off."""
    page.goto("/app/admin/retention")
    hands.press("Set a rule for cases")
    heading(page, "Set a rule of retention")
    hands.pick("For which cases", f"Rivers {way}")
    hands.write("Months from closing to the archive", "12")
    hands.write("Months from the archive to erasing", "24")
    hands.press("Save, and see what it would do")
    said(page, "The rule is saved. It is off until you let it begin.")
    said(page, "0 closed cases would be archived.")
    hands.press("Let it begin…")
    heading(page, "Let this rule begin?")
    hands.tick("I have looked at what this does")
    hands.press("Let it begin")
    said(page, "The rule holds from now on.")
    hands.press("Switch it off")
    said(page, "The rule is off. Nothing is archived or erased by it.")
