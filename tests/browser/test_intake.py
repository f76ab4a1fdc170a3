"""The walk-in intake in a real browser: by keyboard alone, without script, and through a session that ends."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import complaints

pytestmark = pytest.mark.browser


def focused(page: Page) -> str:
    """What the focused control is: its id, its name and its words."""
    return page.evaluate("(e => [e.id, e.name || '', e.textContent.trim()].join(' '))(document.activeElement)")


def tab_to(page: Page, what: str) -> None:
    """Press Tab until the control is reached; a form that needs more than thirty has lost its way."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if what in focused(page):
            return
    pytest.fail(f"Tab does not lead to {what!r}")


def saved(page: Page) -> None:
    """The draft says when it was last safe."""
    expect(page.locator("[data-draft-text]")).to_contain_text("Saved")


def test_a_walk_in_with_two_clients_and_an_alleged_perpetrator_by_keyboard_alone(desk):
    page = desk.sign_in("agent")
    page.keyboard.press("n")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("Wanjiru Neighbour")
    expect(page.locator("#intake-results")).to_contain_text("Nobody here, a new person")
    complaints(page)
    page.keyboard.press("Alt+n")
    expect(page.locator("#reporter-full_name")).to_be_focused()
    expect(page.locator("#reporter-full_name")).to_have_value("Wanjiru Neighbour")
    tab_to(page, "reporter-phone ")
    page.keyboard.type("+254 20 7946 0001")
    tab_to(page, "speaks_for")
    page.keyboard.press("ArrowDown")
    for number, name in enumerate(("Amina Testchild", "Baraka Testchild")):
        tab_to(page, "Add another client" if number else "Add a client")
        page.keyboard.press("Enter")
        expect(page.locator(f"#clients-{number}-full_name")).to_be_focused()
        page.keyboard.type(name)
    tab_to(page, "Add an alleged perpetrator")
    page.keyboard.press("Enter")
    expect(page.locator("#perpetrators-0-full_name")).to_be_focused()
    page.keyboard.type("Otieno Testuncle")
    tab_to(page, "perpetrators-0-relationship_code")
    page.keyboard.type("uncle")
    tab_to(page, "immediate_danger")
    tab_to(page, "narrative")
    page.keyboard.type("They were told to leave.")
    complaints(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("Amina Testchild")
    for name in ("Baraka Testchild", "Wanjiru Neighbour", "Name hidden", "They were told to leave."):
        expect(page.locator("main")).to_contain_text(name)
    expect(page.locator("main")).not_to_contain_text("Otieno Testuncle")


def test_who_may_be_meant_is_listed_while_the_focus_stays_where_one_types(desk):
    page = desk.sign_in("agent")
    page.goto("/app/intake")
    page.get_by_role("button", name="Add a client").click()
    page.locator("#clients-0-full_name").press_sequentially("Baraka Testchyld")
    expect(page.locator("#clients-0-alike")).to_contain_text("may be meant")
    expect(page.locator("#clients-0-full_name")).to_be_focused()
    complaints(page)
    page.locator("#clients-0-alike").get_by_role("button", name="Use this person").first.click()
    expect(page.locator("#clients-0-chosen p")).to_be_focused()


def test_everything_works_without_script_and_nothing_typed_is_lost(plain_desk):
    page = plain_desk.sign_in("agent")
    page.goto("/app/intake")
    page.get_by_label("What happened, in their own words").fill("Told without script.")
    page.get_by_label("Find the person first").fill("Nobody Of That Name")
    page.keyboard.press("Enter")
    expect(page.locator("#intake-results")).to_contain_text("Nobody here, a new person")
    page.locator("#reporter-full_name").fill("Plain Person")
    for number in range(2):
        page.get_by_role("button", name="Add another client" if number else "Add a client").click()
        page.locator(f"#clients-{number}-full_name").fill(f"Plain Client {number}")
    page.get_by_role("button", name="Remove client 1").click()
    expect(page.locator("#clients-0-full_name")).to_have_value("Plain Client 1")
    page.locator("#clients-0-age_value").fill("ten")
    page.get_by_role("button", name="Create case").click()
    expect(page.locator(".summary-error")).to_contain_text("Write the age as a number")
    expect(page.locator("#narrative")).to_have_value("Told without script.")
    page.locator("#clients-0-age_value").fill("10")
    page.get_by_role("button", name="Create case").click()
    expect(page.locator("h1")).to_contain_text("Plain Person")


def test_danger_is_said_at_once_and_makes_the_priority_high(desk):
    page = desk.sign_in("agent")
    page.goto("/app/intake")
    expect(page.locator("#protocol")).to_be_hidden()
    page.locator("#immediate_danger").get_by_text("Yes").click()
    expect(page.locator("#protocol")).to_be_visible()
    expect(page.locator("[data-danger-said]")).to_contain_text("act first")
    expect(page.get_by_label("Priority")).to_have_value("high")
    complaints(page)


def test_a_reload_in_the_middle_brings_everything_back(desk):
    page = desk.sign_in("agent")
    page.goto("/app/intake")
    page.locator("#reporter-full_name").fill("Half Done")
    page.get_by_role("button", name="Add a client").click()
    page.locator("#clients-0-full_name").fill("Half Client")
    saved(page)
    page.locator("#narrative").fill("The last sentence.")
    page.reload()
    expect(page.locator("#clients-0-full_name")).to_have_value("Half Client")
    expect(page.locator("#narrative")).to_have_value("The last sentence.")
    page.goto("/app/intake")
    expect(page.locator("#reporter-full_name")).to_have_value("")
    page.get_by_role("link", name="Continue Half Done").click()
    expect(page.locator("#reporter-full_name")).to_have_value("Half Done")
    page.goto("/app/intake/drafts")
    complaints(page)
    page.get_by_role("button", name="Discard Half Done").click()
    expect(page.get_by_role("button", name="Fetch back Half Done")).to_be_visible()
    complaints(page)


def test_two_quick_clicks_make_one_case(desk):
    page = desk.sign_in("agent")
    page.goto("/app/intake")
    page.locator("#reporter-full_name").fill("Twice Clicked")
    page.locator("#narrative").fill("Clicked twice.")
    page.get_by_role("button", name="Create case").dblclick()
    expect(page.locator("h1")).to_contain_text("Twice Clicked")
    page.goto("/app/search?q=Twice+Clicked")
    expect(page.get_by_role("link", name="HL-CMS-")).to_have_count(1)


def test_a_second_case_of_one_person_is_asked_about_on_a_page_of_buttons(desk):
    page = desk.sign_in("agent")
    for _ in range(2):
        page.goto("/app/intake")
        page.locator("#reporter-full_name").fill("Nyambura Returning")
        page.locator("#reporter-phone").fill("+254 20 7946 0077")
        page.locator("#narrative").fill("Came to the desk.")
        page.get_by_role("button", name="Create case").click()
        expect(page.locator("#intake")).to_have_count(0)
    expect(page.locator("h1")).to_contain_text("There is an open case already")
    complaints(page)
    page.get_by_role("button", name="Add this contact to it").click()
    expect(page.locator("h1")).to_contain_text("Nyambura Returning")
    expect(page.locator("main")).to_contain_text("Came to the desk.")


def test_the_screen_is_hidden_by_escape_twice(desk):
    page = desk.sign_in("agent")
    page.goto("/app/intake")
    page.locator("#narrative").fill("Not for the visitor's eyes.")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page).to_have_url("/app/intake/away")
    expect(page.locator("body")).not_to_contain_text("visitor's eyes")
