"""People who may be one, in a real browser: by keyboard, without script, for everybody."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import accessible
from tests.browser.conftest import Desk
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser


def headed(page: Page, words: str) -> None:
    """The page with this heading is there, and everybody can use it."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    page.wait_for_load_state()
    accessible(page)


def page_of(page: Page, name: str) -> None:
    """The page of somebody of the demo data."""
    page.goto(f"/app/people?q={name.rsplit(maxsplit=1)[-1]}")
    page.get_by_role("main").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_two_records_are_found_compared_joined_and_taken_apart_by_keyboard_alone(desk: Desk):
    page = desk.sign_in("caseworker")
    page_of(page, "Oluwaseun Adeyemi")
    keys = Keyboard(page)

    def follow(name: str, heading: str) -> None:
        keys.go_to(name)
        keys.press("Enter")
        headed(page, heading)

    follow("Find another record", "Another record of this person")
    keys.fill("Name, phone or number", "Nia")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Found")).to_be_visible()
    accessible(page)
    follow("Compare with Nia Yusuf", "One person or two?")
    expect(page.get_by_role("row", name=re.compile("Name Oluwaseun Adeyemi Nia Yusuf Different"))).to_be_visible()
    follow("Same person", "Join the two records?")
    keys.go_to("Join the records", exact=True)
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Say why.")
    accessible(page)
    keys.fill("Why are they one person?", "A rehearsal")
    keys.go_to("Join the records", exact=True)
    keys.press("Enter")
    expect(page.get_by_text("The records are one person now")).to_be_visible()
    accessible(page)
    follow("Compare or take apart", "Records of this person")
    expect(page.get_by_text("A rehearsal")).to_be_visible()
    follow("Take apart", "Take the records apart?")
    keys.fill("Why?", "The rehearsal is over")
    keys.go_to("Take apart", exact=True)
    keys.press("Enter")
    expect(page.get_by_text("stands for itself again, as it was before.")).to_be_visible()

    page.goto("/app/people")
    follow("May be the same person", "People who may be the same")
    keys.go_to("Two people", exact=True)
    keys.press("Enter")
    expect(page).to_have_url(re.compile("state=different"))
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    accessible(page)
    follow("Oluwaseun Adeyemi", "One person or two?")
    expect(page.get_by_text("The rehearsal is over")).to_be_visible()


def test_a_question_is_put_again_and_answered_without_script(plain_desk: Desk):
    page = plain_desk.sign_in("caseworker")
    page_of(page, "Eva Garcia")
    page.get_by_role("link", name="Find another record").click()
    page.get_by_label("Name, phone or number").fill("Nia")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("link", name="Compare with Nia Yusuf").click()
    page.get_by_label(re.compile("Nia Yusuf")).check()
    page.get_by_role("button", name="Same person").click()
    expect(page.get_by_text(re.compile("“Nia Yusuf, .*” leads, “Eva Garcia.*” joins it"))).to_be_visible()
    page.get_by_role("link", name="The other way round").click()
    expect(page.get_by_text(re.compile("“Eva Garcia.*” leads, “Nia Yusuf, .*” joins it"))).to_be_visible()
    page.get_by_label("Why are they one person?").fill("A rehearsal without script")
    page.get_by_role("button", name="Join the records").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Eva Garcia")
    page.get_by_role("link", name="Compare or take apart").click()
    page.get_by_role("link", name="Take apart").click()
    page.get_by_label("Why?").fill("The rehearsal is over")
    page.get_by_role("button", name="Take apart").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nia Yusuf")

    page.goto("/app/people/pairs?state=different")
    page.get_by_role("link", name=re.compile("Eva Garcia.*Nia Yusuf", re.S)).click()
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_text("The question waits for an answer again.")).to_be_visible()
    page.get_by_role("button", name="Two people").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why.")
    page.get_by_label("Why?").fill("Thirty years between them")
    page.get_by_role("button", name="Two people").click()
    expect(page.get_by_text("This is remembered, and not asked again.")).to_be_visible()
