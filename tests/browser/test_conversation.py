"""Two people at one case in real browsers: what one writes the other sees, nothing that is being typed is disturbed."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import accessible, beyond_the_edge, complaints
from tests.browser.conftest import Desk, desk_at
from tests.browser.keyboard import Keyboard
from tests.sent_files import PDF

pytestmark = pytest.mark.browser

_LOOK = "htmx.trigger('#cases-look', 'look')"  # what the page does by itself every ten seconds
_TOP = "document.activeElement.getBoundingClientRect().top"


@pytest.fixture
def other_desk(browser: Browser, base_url: str) -> Iterator[Desk]:
    """The browser of somebody else."""
    yield from desk_at(browser, base_url)


def messages_of(page: Page, reference: str) -> str:
    """The address of the conversation of a case of the demo data."""
    page.goto(f"/app/?view=all&q={reference}")
    return page.locator("tbody a[href^='/app/cases/']").get_attribute("href") + "/messages"


def test_two_at_one_case_see_each_other_and_what_is_written(desk: Desk, other_desk: Desk):
    mine, theirs = desk.sign_in("caseworker"), other_desk.sign_in("supervisor")
    address = messages_of(mine, "EDU-000011")
    mine.goto(address)
    theirs.goto(address)
    field = mine.get_by_label("Message", exact=True)
    field.press_sequentially("Half a sent")
    expect(theirs.locator("#cases-here")).to_have_text("John Smith is writing a message.")
    mine.evaluate("document.activeElement.scrollIntoView({ block: 'center' })")
    before = mine.evaluate(_TOP)
    for text in ("Her aunt rang.", "She will come on Monday.\n\nWith her brother."):
        theirs.get_by_label("Note for the team").fill(text)
        theirs.get_by_role("button", name="Save note").click()
        expect(theirs.locator("#cases-thread")).to_contain_text(text.split("\n")[0])
    mine.evaluate(_LOOK)
    expect(mine.locator("#cases-thread")).to_contain_text("With her brother.")
    expect(mine.locator("#cases-news")).to_contain_text("2 new messages and notes")
    expect(mine.locator("#cases-here")).to_contain_text("is here.")
    expect(field).to_be_focused()
    assert abs(mine.evaluate(_TOP) - before) <= 1, "what one writes in stays where it is"
    field.press_sequentially("ence")
    expect(field).to_have_value("Half a sentence")
    accessible(mine)
    field.fill("")


@pytest.mark.journey("message", "keyboard")
def test_a_message_is_undone_by_keyboard_and_its_text_is_in_the_form_again(desk: Desk):
    page = desk.sign_in("caseworker")
    page.goto(messages_of(page, "HEA-000006"))
    keys = Keyboard(page)
    keys.fill("Message", exact=True, text="Come on Monday.")
    keys.go_to("Send message")
    keys.press("Enter")
    held = page.locator("#cases-held .msg")
    expect(held).to_contain_text("Come on Monday.")
    expect(held).to_contain_text("Seconds left to undo:")
    field = page.get_by_label("Message", exact=True)
    expect(field).to_be_focused()
    complaints(page)
    keys.type("And bring your papers.")
    page.evaluate(_LOOK)
    for _ in range(10):
        if "Undo" in keys.focus():
            break
        keys.press("Shift+Tab")
    keys.press("Enter")
    expect(field).to_be_focused()
    expect(field).to_have_value("Come on Monday.\n\nAnd bring your papers.")
    expect(held).to_have_count(0)
    accessible(page)
    page.reload()
    expect(field).to_have_value("Come on Monday.\n\nAnd bring your papers.")
    field.fill("")
    page.get_by_label("Note for the team").focus()


@pytest.mark.journey("message", "script")
def test_a_message_that_is_let_go_is_recorded_before_ones_eyes(desk: Desk, server):
    page = desk.sign_in("caseworker")
    page.goto(messages_of(page, "HEA-000006"))
    page.get_by_label("Message", exact=True).fill("See you at ten.")
    page.get_by_role("button", name="Send message").click()
    expect(page.locator("#cases-held .msg")).to_have_count(1)
    server.flask("clock", "advance", "20s")
    page.evaluate(_LOOK)
    recorded = page.locator("#cases-thread .msg").filter(has_text="See you at ten.")
    expect(recorded).to_contain_text("Recorded, not sent")
    expect(page.locator("#cases-held .msg")).to_have_count(0)


@pytest.mark.journey("message", "plain")
def test_without_script_a_message_is_undone_by_its_button(plain_desk: Desk):
    page = plain_desk.sign_in("caseworker")
    page.goto(messages_of(page, "HEA-000002"))
    page.get_by_label("Message", exact=True).fill("Come on Monday.")
    page.get_by_role("button", name="Send message").click()
    expect(page.locator("#cases-held")).to_contain_text(re.compile(r"Held until \d\d:\d\d:\d\d"))
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Its text is in the form again.")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_have_value("Come on Monday.")


def test_files_go_with_a_message_and_a_refused_one_loses_no_word(desk: Desk, tmp_path):
    for name, content in {"letter.pdf": PDF, "trick.pdf": b"<html>"}.items():
        (tmp_path / name).write_bytes(content)
    page = desk.sign_in("caseworker")
    page.goto(messages_of(page, "EDU-000005"))
    page.get_by_label("Message", exact=True).fill("Your letter.")
    page.get_by_label("Files (optional)").set_input_files([tmp_path / "letter.pdf", tmp_path / "trick.pdf"])
    chosen = page.get_by_role("list", name="Chosen files")
    expect(chosen.get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Send message").click()
    expect(page.locator("#message-files-error")).to_contain_text("trick.pdf: This kind of file is not taken.")
    expect(page.get_by_label("Message", exact=True)).to_have_value("Your letter.")
    expect(chosen.get_by_role("listitem")).to_have_count(2)
    accessible(page)
    page.get_by_role("button", name="Leave out trick.pdf").click()
    page.get_by_role("button", name="Send message").click()
    expect(page.locator("#cases-held .msg")).to_contain_text("letter.pdf")
    expect(chosen).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    again = page.get_by_text("Choose its files again: letter.pdf.")
    expect(again).to_be_visible()
    page.get_by_label("Files (optional)").set_input_files([tmp_path / "trick.pdf"])
    page.get_by_role("button", name="Send message").click()
    expect(page.locator("#message-files-error")).to_be_visible()
    expect(again).to_have_count(0)
    page.get_by_label("Message", exact=True).fill("")


def test_a_word_of_any_length_makes_no_page_wider(desk: Desk):
    page, word = desk.sign_in("agent"), "Longestpossiblename" * 8
    page.goto("/app/intake")
    page.locator("#reporter-full_name").fill(word)
    page.locator("#narrative").fill(f"https://example.org/{word * 3}")
    page.get_by_role("button", name="Create case").click()
    expect(page).to_have_url(re.compile(r"/app/cases/\d+$"))
    case = page.url
    page.get_by_label("Message", exact=True).fill(word)
    page.get_by_role("button", name="Send message").click()
    expect(page.locator("#cases-held")).to_contain_text(word)
    lists = ("/app/", "/app/people", "/app/search?q=longestpossiblename")
    for width in (1366, 320):
        page.set_viewport_size({"width": width, "height": 768})
        for address in (case, *(f"{case}/{tab}" for tab in ("messages", "people", "history", "close")), *lists):
            page.goto(address)
            assert beyond_the_edge(page) <= 0, f"{address} at {width}"
