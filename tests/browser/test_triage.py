"""A report from outside is looked at and taken in, by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import accessible
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser


def test_a_report_is_taken_in_by_keyboard_alone(desk):
    page = desk.sign_in("caseworker")
    keys = Keyboard(page)
    keys.go_to("Triage")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Triage")
    accessible(page)
    keys.go_to("Farida Hassan")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Report")
    accessible(page)
    keys.go_to("Give it to")
    keys.press("ArrowDown")
    keys.go_to("Take it in", exact=True)
    keys.press("Enter")
    expect(page).to_have_url(re.compile(r"/app/cases/\d+$"))
    expect(page.locator(".ident")).to_contain_text("Verified")
    expect(page.locator(".ident")).to_contain_text("Owner: you")
