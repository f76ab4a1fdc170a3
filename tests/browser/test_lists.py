"""The lists in a real browser: swapped in parts with script, loaded whole without it, and the same in the end."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import complaints
from tests.browser.conftest import Desk
from tests.browser.headings import heading

pytestmark = pytest.mark.browser
PLACES = ("/app/?view=all", "/app/search?q=school", "/app/people", "/app/people/1", "/app/audit", "/app/account")


def narrow(page: Page) -> None:
    """Show all cases, of these the active ones alone."""
    page.get_by_role("link", name="All cases").click()
    expect(heading(page)).to_contain_text("All cases")
    page.locator("summary", has_text="Filters").click()
    page.get_by_role("checkbox", name="Active").check()
    page.get_by_role("button", name="Show cases").click()
    expect(page.get_by_role("link", name="Remove filter: Active")).to_be_visible()


@pytest.mark.parametrize("kind", ["desk", "plain_desk"])
def test_the_list_is_narrowed_and_widened_with_script_and_without(kind, request):
    page = request.getfixturevalue(kind).sign_in("supervisor")
    narrow(page)
    assert "status=active" in page.url
    assert set(page.locator("td.c-stat").all_inner_texts()) == {"Active"}
    page.get_by_role("link", name="Remove filter: Active").click()
    expect(page.get_by_role("link", name="Remove filter: Active")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("link", name="Remove filter: Active")).to_be_visible()
    expect(page.get_by_role("banner")).to_have_count(1)


def test_a_swap_keeps_the_page_moves_the_focus_and_renames_it(desk: Desk):
    page = desk.sign_in("supervisor")
    page.evaluate("document.body.dataset.same = 'yes'")
    page.get_by_role("link", name="All cases").click()
    expect(heading(page)).to_be_focused()
    expect(page).to_have_title(re.compile("^All cases"))
    assert page.evaluate("document.body.dataset.same") == "yes"


@pytest.mark.parametrize("width", [1366, 390])
def test_every_list_can_be_used_by_everybody(desk: Desk, width):
    page = desk.sign_in("admin")
    page.set_viewport_size({"width": width, "height": 800})
    for place in PLACES:
        page.goto(place)
        complaints(page)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, place


def test_results_stand_under_the_search_while_one_types_and_are_reached_by_arrows(desk: Desk):
    page = desk.sign_in("supervisor")
    page.keyboard.press("/")
    page.keyboard.type("eva g")
    found = page.locator("#found-quick")
    expect(found.get_by_role("status")).to_contain_text("result")
    complaints(page)
    page.keyboard.press("ArrowDown")
    expect(found.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox", name="Search cases and people")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(heading(page)).to_contain_text("Eva Garcia")
    expect(found).to_be_hidden()
