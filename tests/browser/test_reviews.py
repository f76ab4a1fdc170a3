"""Notices and review dates: by keyboard, without a script, and by axe."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import accessible
from tests.browser.conftest import Desk
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser


def told_of_a_case(desk: Desk, who: str = "Noted Noon") -> Page:
    """A caseworker at the desk who was just given a case by somebody else."""
    page = desk.sign_in("agent")
    page.goto("/app/intake")
    page.locator("#reporter-full_name").fill(who)
    page.get_by_label("What happened, in their own words").fill("To be given to a caseworker.")
    page.get_by_role("button", name="Create case").click()
    expect(page).to_have_url(re.compile(r"/app/cases/\d+$"))
    page.get_by_label("Assign to").select_option(label="John Smith")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator(".ident")).to_contain_text("Owner: John Smith")
    page.close()
    desk.context.clear_cookies()
    return desk.sign_in("caseworker")


def test_notices_and_review_dates_are_reached_from_the_menu_by_keyboard_alone(desk):
    page = told_of_a_case(desk)
    expect(page.locator("#unread-notices .unread")).to_be_visible()
    keys = Keyboard(page)
    keys.go_to("your menu")
    keys.press("Enter")
    keys.go_to("Notices")
    accessible(page)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Notices")
    accessible(page)
    keys.go_to("your menu")
    keys.press("Enter")
    keys.go_to("Review dates")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review dates")
    keys.go_to("All that I see", exact=True)
    keys.press("Enter")
    expect(page).to_have_url(re.compile(r"whose=all"))
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    accessible(page)


def test_the_calendar_is_leafed_through_by_keyboard(desk):
    page = desk.sign_in("caseworker")
    page.goto("/app/reviews/month?month=2026-11&whose=all")
    accessible(page)
    keys = Keyboard(page)
    keys.go_to("December 2026")
    keys.press("Enter")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Review dates in December 2026")
    expect(heading).to_be_focused()
    accessible(page)
    page.set_viewport_size({"width": 375, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    accessible(page)


def test_without_a_script_a_notice_is_followed_and_is_read_then(plain_desk):
    page = told_of_a_case(plain_desk, "Quiet Evening")
    page.locator("summary.who").click()
    page.get_by_role("link", name="Notices").click()
    first = page.locator("tbody tr").filter(has_text="New").first
    said = first.get_by_role("rowheader").inner_text().strip()
    first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/app/cases/\d+"))
    page.goto("/app/notices")
    expect(page.locator("tbody tr").filter(has_text=said)).to_contain_text("Read")
    page.goto("/app/reviews/month?month=2026-11")
    page.get_by_role("link", name="October 2026").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review dates in October 2026")
