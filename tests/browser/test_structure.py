"""Merging, undoing it and splitting in a real browser: by keyboard, without script, and for everybody."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import accessible
from tests.browser.conftest import Desk
from tests.browser.headings import heading
from tests.browser.journeys import by_mouse
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser


def taken(page: Page, client: str, told: str) -> tuple[str, str]:
    """Take a case down, with a note; its address and its reference."""
    page.goto("/app/intake")
    page.locator("#narrative").fill(told)
    page.locator("#reporter-full_name").fill(client)
    page.locator("select[name=vertical]").select_option(label="Helpline")
    page.get_by_role("button", name="Create case").click()
    expect(heading(page)).to_contain_text(client)
    page.get_by_label("Note for the team").fill(f"A note on {told}")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#cases-thread")).to_contain_text(f"A note on {told}")
    address = re.search(r"/app/cases/\d+", page.url)[0]
    return address, page.locator(".ident .facts b").first.inner_text()


def through_menu(keys: Keyboard, name: str) -> None:
    """Open the menu of the case and take what is called *name*."""
    keys.go_to("More actions")
    keys.press("Enter")
    keys.go_to(name)
    keys.press("Enter")


@pytest.mark.journey("merge", "keyboard")
@pytest.mark.journey("unmerge", "keyboard")
def test_two_cases_become_one_and_two_again_by_keyboard_alone(desk: Desk):
    page = desk.sign_in("supervisor")
    kept, reference = taken(page, "Merged Keptclient", "the first report")
    gone, other = taken(page, "Merged Goneclient", "the second report")
    page.goto(kept)
    keys = Keyboard(page)
    through_menu(keys, "Merge with another case")
    expect(heading(page)).to_have_text("Merge with another case")
    accessible(page)
    keys.fill("Case number", other)
    keys.press("Enter")
    expect(page.get_by_role("link", name="Merged Goneclient")).to_be_visible()
    accessible(page)
    keys = Keyboard(page)
    keys.go_to("Merged Goneclient")
    keys.press("Enter")
    expect(heading(page)).to_have_text(f"Merge {other} into {reference}?")
    expect(page.get_by_role("row", name="Notes 1 1 2")).to_be_visible()
    accessible(page)
    keys.go_to(f"Merge {other} into {reference}", exact=True)
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Choose a reason.")
    accessible(page)
    keys.go_to("The same case was recorded twice")
    keys.press("Space")
    keys.go_to(f"Merge {other} into {reference}", exact=True)
    keys.press("Enter")
    expect(page.get_by_text(f"{other} is part of {reference} now.")).to_be_in_viewport()
    expect(page.locator("#cases-thread")).to_contain_text("A note on the second report")
    for tab in ("", "/messages", "/people", "/history"):
        page.goto(f"{kept}{tab}")
        expect(page.locator("main")).to_contain_text(re.compile(rf"from\s+{other}"))
        accessible(page)

    page.goto(gone)
    expect(page.get_by_text("This case was merged into another", exact=True)).to_be_visible()
    accessible(page)
    keys = Keyboard(page)
    keys.go_to(reference)
    keys.press("Enter")
    expect(page).to_have_url(re.compile(f"{kept}$"))
    keys = Keyboard(page)
    keys.go_to(f"Undo the merge of {other}")
    keys.press("Enter")
    expect(heading(page)).to_have_text(f"Undo the merge of {other}?")
    accessible(page)
    keys.fill("Why is it undone?", "Two families of one name")
    keys.go_to("Undo the merge", exact=True)
    keys.press("Enter")
    expect(page.get_by_text(f"{other} stands for itself again")).to_be_visible()
    expect(page.locator("#related")).to_have_count(0)
    page.goto(gone)
    expect(page.get_by_label("Note for the team")).to_be_visible()


def test_a_case_is_split_by_keyboard_and_the_cases_lead_to_one_another(desk: Desk):
    page = desk.sign_in("supervisor")
    address, reference = taken(page, "Splitted Testclient", "both housing and school")
    keys = Keyboard(page)
    through_menu(keys, "Split into several cases")
    expect(heading(page)).to_have_text("Split this case")
    accessible(page)
    keys.go_to("One more new case")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="New case 2")).to_be_visible()
    keys = Keyboard(page)
    keys.fill("Summary (optional)", "Housing")
    keys.go_to("A note on both housing and school")
    keys.press("ArrowDown", "ArrowDown")
    accessible(page)
    keys.go_to("Show what it makes")
    keys.press("Enter")
    expect(page.get_by_role("row", name="Notes 0 0 1 1")).to_be_visible()
    accessible(page)
    keys.go_to("Different needs")
    keys.press("Space")
    keys.go_to("Split the case", exact=True)
    keys.press("Enter")
    expect(page.get_by_text("are split off as drafts.")).to_be_in_viewport()
    accessible(page)
    expect(page.locator("#related").get_by_role("link")).to_have_count(2)
    page.locator("#related").get_by_role("link").nth(1).click()
    expect(page.locator("#cases-thread")).to_contain_text("A note on both housing and school")
    page.locator("#related").get_by_role("link", name=reference).click()
    expect(page).to_have_url(re.compile(f"{address}$"))


@by_mouse("merge", "unmerge")
def test_everything_works_by_mouse_with_script_and_without(kind, request):
    page = request.getfixturevalue(kind).sign_in("supervisor")
    kept, reference = taken(page, "Plainly Keptclient", "what was told first")
    _gone, other = taken(page, "Plainly Goneclient", "what was told later")
    page.goto(kept)
    page.locator("summary", has_text="More actions").click()
    page.get_by_role("link", name="Merge with another case").click()
    page.get_by_label("Case number").fill(other)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Plainly Goneclient").click()
    page.get_by_text("The same support").click()
    page.get_by_role("button", name=f"Merge {other} into {reference}").click()
    expect(page.get_by_text(f"{other} is part of {reference} now.")).to_be_visible()
    page.get_by_role("link", name=f"Undo the merge of {other}").click()
    page.get_by_label("Why is it undone?").fill("Not the same")
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_text(f"{other} stands for itself again")).to_be_visible()
    page.goto(f"{kept}/split")
    page.get_by_label("A note on what was told first").select_option("New case")
    page.get_by_role("button", name="Show what it makes").click()
    page.get_by_role("button", name="Choose differently").click()
    expect(page.get_by_label("A note on what was told first")).to_have_value("1")
    page.get_by_role("button", name="Show what it makes").click()
    page.get_by_text("Different needs").click()
    page.get_by_role("button", name="Split the case").click()
    expect(page.get_by_text("is split off as a draft.")).to_be_visible()
