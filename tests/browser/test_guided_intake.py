"""The guided form of the intake in a real browser: a case comes of it question by question, in each way people work."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import accessible
from tests.browser.hands import WAYS, Hands
from tests.browser.journeys import each_way

pytestmark = pytest.mark.browser


def asked(page: Page, question: str) -> None:
    """This is the question on the page."""
    expect(page.get_by_role("heading", level=1)).to_have_text(question)


def write(page: Page, hands, label: str, text: str) -> None:
    """Type into a field, by whichever hands."""
    if isinstance(hands, Hands):
        hands.keys.fill(label, text)
    else:
        page.get_by_label(label, exact=True).fill(text)


@each_way("guided intake")
def test_a_call_is_told_question_by_question_and_checked_before_it_is_a_case(request, way):
    desk, kind = WAYS[way]
    page = request.getfixturevalue(desk).sign_in("agent")
    hands, name = kind(page), f"{way.title()} Caller"
    look = accessible if way == "script" else lambda page: None
    page.goto("/app/intake")
    hands.press("One question at a time")
    asked(page, "Is anyone in danger right now?")
    hands.choose("Is anyone in danger right now?", "No")
    look(page)
    hands.press("Continue")
    asked(page, "How did they come?")
    hands.choose("How did they come?", "Phone call")
    hands.press("Continue")
    asked(page, "Who is here?")
    write(page, hands, "Find the person first", name)
    if way != "plain":
        expect(page.get_by_role("button", name="Nobody here, a new person")).to_be_visible()
    look(page)
    hands.press("Continue")
    asked(page, "What is their name?")
    expect(page.locator("#reporter-full_name")).to_have_value(name)
    hands.press("Continue")
    asked(page, "How old are they, and what is their sex?")
    write(page, hands, "Age, about", "ten")
    hands.press("Continue")
    expect(page.locator(".summary-error")).to_contain_text("Write the age as a number")
    look(page)
    page.locator("#reporter-age_value").fill("10")
    for question in ("How can they be reached safely?", "Where do they live or stay?"):
        hands.press("Continue")
        asked(page, question)
        look(page)
    hands.press("Check answers")
    asked(page, "Check the answers")
    look(page)
    hands.press("Write down what happened")
    asked(page, "What happened?")
    write(page, hands, "What happened?", f"{name} was told to leave.")
    if way == "script":
        page.go_back()
        asked(page, "Check the answers")
        page.go_forward()
        expect(page.locator("#narrative")).to_have_value(f"{name} was told to leave.")
    hands.press("Save and go back to the answers")
    expect(page.locator("main")).to_contain_text(f"{name} was told to leave.")
    hands.press("Create case")
    expect(page).to_have_url(re.compile(r"/app/cases/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
