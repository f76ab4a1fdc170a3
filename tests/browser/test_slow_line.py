"""On a slow line people go on before the answer is there: their words and their place on the page stay theirs."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Response, Route, expect

from tests.browser.conftest import Desk
from tests.browser.hands import UNDER_WAY
from tests.browser.test_conversation import messages_of

GOES_ON = "document.addEventListener('htmx:afterSwap', () => setTimeout(() => document.querySelector('#plan').focus()))"
IS_HIDDEN = """() => {
  Object.defineProperty(document, "visibilityState", { value: "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""

pytestmark = pytest.mark.browser


@contextmanager
def held_back(page: Page, address: str) -> Iterator[None]:
    """What is asked from an address within is answered when the block ends."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(address, hold, times=1)
    yield
    held.pop().continue_()


def test_who_goes_on_in_another_part_stays_there(desk: Desk):
    page = desk.sign_in("agent")
    page.goto("/app/intake")
    with held_back(page, "**/app/intake"):
        page.get_by_role("button", name="Add a client").click()
        page.locator("#narrative").focus()
        page.keyboard.type("They were told ")
    expect(page.locator("#clients-0-full_name")).to_be_visible()
    page.keyboard.type("to leave.")
    expect(page.locator("#narrative")).to_be_focused()
    expect(page.locator("#narrative")).to_have_value("They were told to leave.")


def test_who_goes_on_before_the_page_came_to_rest_stays_there(desk: Desk):
    page = desk.sign_in("agent")
    page.goto("/app/intake")
    page.evaluate(GOES_ON)
    page.get_by_role("button", name="Add a client").click()
    at_rest(page)
    expect(page.locator("#plan")).to_be_focused()


def test_who_types_on_in_the_part_that_is_replaced_keeps_every_word_and_the_place(desk: Desk):
    page = desk.sign_in("agent")
    page.goto("/app/intake")
    page.get_by_role("button", name="Add a client").click()
    page.locator("#clients-0-full_name").fill("Amina")
    with held_back(page, "**/app/intake"):
        page.get_by_role("button", name="Add another client").click()
        page.locator("#clients-0-full_name").focus()
        page.keyboard.press("End")
        page.keyboard.type(" Yusuf")
    expect(page.locator("#clients-1-full_name")).to_be_visible()
    at_rest(page)
    page.keyboard.type(" Ali")
    expect(page.locator("#clients-0-full_name")).to_have_value("Amina Yusuf Ali")
    expect(page.locator("#clients-1-full_name")).to_have_value("")


@pytest.mark.parametrize("form", ["message", "note"])
def test_what_is_typed_while_one_sends_stands_in_the_form_that_comes_back(desk: Desk, form: str):
    page = desk.sign_in("caseworker")
    page.goto(messages_of(page, "EDU-000005"))
    writer = page.locator(f"#cases-{form} textarea")
    writer.fill("Come on Monday.")
    with held_back(page, f"**/{form}s"):
        page.get_by_role("button", name={"message": "Send message", "note": "Save note"}[form]).click()
        writer.press("End")
        page.keyboard.type(" At nine.")
    expect(page.locator("article").filter(has_text="Come on Monday.")).to_have_count(1)
    expect(writer).to_have_value("At nine.")


def test_all_that_is_typed_stands_in_a_form_that_is_refused(desk: Desk, tmp_path):
    (tmp_path / "trick.pdf").write_bytes(b"<html>")
    page = desk.sign_in("caseworker")
    page.goto(messages_of(page, "EDU-000005"))
    writer = page.locator("#cases-message textarea")
    writer.fill("Come on Monday. ")
    page.get_by_label("Files (optional)").set_input_files(tmp_path / "trick.pdf")
    with held_back(page, "**/messages"):
        page.get_by_role("button", name="Send message").click()
        writer.press("End")
        page.keyboard.type("At nine.")
    expect(page.locator("#message-files-error")).to_be_visible()
    expect(writer).to_have_value("Come on Monday. At nine.")
    writer.fill("")


def is_older(answer: Response) -> bool:
    """Whether this answers the save of the older text."""
    return "older" in (answer.request.post_data or "")


def test_a_slow_save_never_puts_older_text_in_the_place_of_newer(desk: Desk):
    page = desk.sign_in("agent")
    page.goto("/app/intake")
    narrative = page.locator("#narrative")
    with page.expect_response(is_older) as older, held_back(page, "**/intake/draft"):
        with page.expect_request("**/intake/draft"):
            narrative.fill("an older text")
        narrative.fill("a newer text")
        with page.expect_response("**/intake/draft"):
            page.evaluate(IS_HIDDEN)
    assert older.value.ok
    page.close()
    page = desk.context.new_page()
    page.goto("/app/intake/drafts")
    expect(page.get_by_role("link", name="a newer text")).to_be_visible()
    expect(page.get_by_role("link", name="an older text")).to_have_count(0)


def at_rest(page: Page) -> None:
    """Nothing is asked, swapped or settled any more."""
    expect(page.locator(UNDER_WAY)).to_have_count(0)
