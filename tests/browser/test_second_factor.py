"""The second factor in a real browser: set up, used and turned off by keyboard alone, and without script."""

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import accessible
from tests.browser.conftest import PASSWORD, Desk
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser


def set_up(page: Page) -> list[str]:
    """Turn it on by keyboard; returns the recovery codes."""
    keys = Keyboard(page)
    page.goto("/app/account")
    accessible(page)
    keys.go_to("Set up a second factor")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")
    accessible(page)
    keys.fill("Present password", PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    accessible(page)
    secret = page.locator("code.key").inner_text().replace(" ", "")
    keys.fill("Code", "000000", exact=True)
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(page)
    page.get_by_role("textbox", name="Code").fill("")
    keys.fill("Code", pyotp.TOTP(secret).now(), exact=True)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    accessible(page)
    return page.locator(".recovery code").all_inner_texts()


def sign_in_half(desk: Desk, who: str) -> Page:
    """A fresh browser in which the password was given and the code is asked for."""
    desk.context.clear_cookies()
    page = desk.context.new_page()
    page.goto("/app/people")
    page.get_by_label("Work e-mail").fill(f"{who}@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    return page


def turn_off(page: Page, code: str) -> None:
    """With the password and a recovery code."""
    page.goto("/app/account/second-factor")
    region = page.get_by_role("region", name="Turn it off")
    region.get_by_label("Present password").fill(PASSWORD)
    region.get_by_label("Code").fill(code)
    region.get_by_label("Code").press("Enter")
    expect(page.get_by_text("The second factor is off.")).to_be_visible()


def test_it_is_set_up_asked_for_and_turned_off_by_keyboard_alone(desk: Desk):
    codes = set_up(desk.sign_in("auditor"))
    assert len(codes) == 10
    page = sign_in_half(desk, "auditor")
    accessible(page)
    keys = Keyboard(page)
    assert keys.focus().startswith("Code"), "the field has the focus when the page arrives"
    keys.type("000000")
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(page)
    page.get_by_role("textbox", name="Code").fill("")
    keys.fill("Code", codes[0])
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/app/people$"))
    page.goto("/app/account/second-factor")
    accessible(page)
    turn_off(page, codes[1])


def test_it_works_without_script(plain_desk: Desk):
    page = plain_desk.sign_in("auditor")
    page.goto("/app/account/second-factor")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    secret = page.locator("code.key").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn on").click()
    codes = page.locator(".recovery code").all_inner_texts()
    page = sign_in_half(plain_desk, "auditor")
    page.get_by_role("textbox", name="Code").fill(codes[0])
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/app/people$"))
    turn_off(page, codes[1])
