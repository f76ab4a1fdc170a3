"""A case file is chosen and saved in a real browser, by keyboard, and without script."""

import re

import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import accessible
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser


def first_case(page: Page) -> str:
    """The address of a case on the reader's work-list."""
    return page.locator("main a[href^='/app/cases/']").first.get_attribute("href").partition("?")[0].partition("#")[0]


def test_a_case_file_is_saved_by_keyboard_alone(desk):
    page = desk.sign_in("caseworker")
    case = first_case(page)
    page.goto(case)
    keys = Keyboard(page)
    keys.go_to("More actions")
    keys.press("Enter")
    keys.go_to("Case file…")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Case file")
    accessible(page)
    keys.go_to("Save as PDF")
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Choose a reason.")
    accessible(page)
    keys.go_to("The person asked")
    keys.press("Space")
    keys.go_to("Save as PDF")
    with page.expect_download() as saved:
        keys.press("Enter")
    assert re.fullmatch(r"[A-Z]+-\d+\.pdf", saved.value.suggested_filename)
    assert "Case file of" in pypdf.PdfReader(saved.value.path()).pages[0].extract_text()
    page.goto(f"{case}/file")
    keys.go_to("The person asked")
    keys.press("Space")
    keys.go_to("Open as a page to print")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Case file of")
    accessible(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("banner")).to_be_hidden()
    expect(page.get_by_role("link", name="Back to")).to_be_hidden()


def test_a_case_file_is_saved_without_script(plain_desk):
    page = plain_desk.sign_in("caseworker")
    page.goto(f"{first_case(page)}/file")
    page.get_by_label("For a case conference").check()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as PDF").click()
    assert pypdf.PdfReader(saved.value.path()).pages[0].extract_text()
