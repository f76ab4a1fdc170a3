"""The search in a real browser: filters are typed, taken away again and put right, and everybody can use it."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import accessible
from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser


def test_filters_are_typed_taken_away_and_put_right(desk: Desk):
    page = desk.sign_in("supervisor")
    page.locator("#find").fill("status:active vertical:helpline")
    page.locator("#find").press("Enter")
    chip = page.get_by_role("link", name="Remove filter: Helpline")
    expect(chip).to_be_visible()
    page.locator("summary", has_text="Filters that can be typed").click()
    expect(page.get_by_text("field:customerType=premium")).to_be_visible()
    accessible(page)
    chip.press("Enter")
    expect(chip).to_have_count(0)
    expect(page.get_by_label("Look for")).to_have_value("status:active")
    page.get_by_label("Owner").select_option("none")
    page.get_by_label("Look for").fill("status:actve")
    page.get_by_label("Look for").press("Enter")
    expect(page.get_by_role("link", name="“actve” is no status")).to_be_visible()
    expect(page.locator(".summary-error")).to_be_focused()
    expect(page.get_by_role("link", name="Remove filter: Nobody has it")).to_be_visible()
    accessible(page)
