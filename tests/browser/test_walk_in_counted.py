"""How many keys a walk-in takes, counted; the README says the same number."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard

README = Path(__file__).resolve().parents[2] / "README.md"
PRESSES = 16  # beside the letters of the three texts

NAME, PHONE, TOLD = "Counted Visitor", "+44 7700 900199", "The landlord changed the lock."


@pytest.mark.browser
def test_a_walk_in_takes_so_many_keys_from_the_first_search_to_the_case(desk):
    page = desk.sign_in("agent")
    page.goto("/app/intake")
    expect(page.get_by_label("Find the person first")).to_be_focused()
    keys = Keyboard(page)
    keys.type(NAME)
    keys.press("Alt+n")
    expect(page.locator("#reporter-full_name")).to_have_value(NAME)
    keys.fill("Phone", PHONE)
    keys.fill("What happened, in their own words", TOLD)
    keys.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/app/cases/\d+$"))
    assert keys.presses - len(NAME + PHONE + TOLD) == PRESSES


def test_the_readme_says_the_same_number():
    said = re.search(r"takes (\d+) key presses beside", README.read_text(encoding="utf-8"))
    assert int(said[1]) == PRESSES
