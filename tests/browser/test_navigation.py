"""The main navigation: side by side where there is room, behind "More" on a phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import complaints
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser

PHONE = {"width": 375, "height": 720}
BEHIND = ("Triage", "Requests", "Conflicts", "Reports", "Audit", "Administration")


def navigation(page: Page):
    """The main navigation."""
    return page.get_by_role("navigation", name="Main", exact=True)


def test_on_a_phone_the_rest_is_behind_more_by_keyboard(desk):
    page = desk.sign_in("admin")
    main = navigation(page)
    for word in ("Work", "People", *BEHIND):
        expect(main.get_by_role("link", name=word, exact=True)).to_be_visible()
    expect(main.get_by_text("More", exact=True)).to_be_hidden()

    page.set_viewport_size(PHONE)
    assert main.evaluate("nav => nav.scrollWidth <= nav.clientWidth")
    expect(main.get_by_role("link")).to_have_count(2)
    keys = Keyboard(page)
    keys.go_to("More", exact=True)
    keys.press("Enter")
    expect(main.get_by_role("link")).to_have_count(2 + len(BEHIND))
    complaints(page)
    keys.go_to("Triage", exact=True)
    keys.press("Escape")
    assert keys.focus() == "More"
    expect(main.get_by_role("link")).to_have_count(2)
    keys.press("Enter")
    keys.go_to("Conflicts", exact=True)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Conflicts")
    expect(main.get_by_text("More", exact=True)).to_have_attribute("aria-current", "true")
    expect(main.get_by_text("More", exact=True)).to_be_visible()


def test_on_a_phone_without_javascript(plain_desk):
    page = plain_desk.sign_in("admin")
    page.set_viewport_size(PHONE)
    navigation(page).get_by_text("More", exact=True).click()
    navigation(page).get_by_role("link", name="Requests", exact=True).click()
    expect(page).to_have_url("/app/approvals")


def test_where_three_entries_are_all_there_is_no_more(desk):
    page = desk.sign_in("agent")
    page.set_viewport_size(PHONE)
    for word in ("Work", "People", "Requests"):
        expect(navigation(page).get_by_role("link", name=word, exact=True)).to_be_visible()
    assert navigation(page).evaluate("nav => nav.scrollWidth <= nav.clientWidth")
    expect(navigation(page).get_by_text("More", exact=True)).to_have_count(0)
