"""A restricted case in a real browser: restricted and lifted, opened by keyboard and without script."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.accessibility import accessible
from tests.browser.conftest import Desk, desk_at
from tests.browser.headings import heading
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser


@dataclass
class Closed:
    """A case that is restricted to a supervisor while the test goes on."""

    path: str
    reference: str


@pytest.fixture
def closed(browser: Browser, base_url: str) -> Iterator[Closed]:
    """A supervisor restricts a case that nobody has, sees beforehand who loses it, and lifts that at the end."""
    for desk in desk_at(browser, base_url):
        page = desk.sign_in("supervisor")
        page.goto(f"{base_url}/app/?view=unassigned")
        page.locator("tbody tr th a").first.click()
        path, reference = page.url.removeprefix(base_url), page.locator(".ident .facts b").first.inner_text()
        page.get_by_text("More actions").click()
        page.get_by_role("link", name="Restrict who may see this case").click()
        page.get_by_role("button", name="Show who would lose sight of it").click()
        expect(page.get_by_text("would lose sight of this case")).to_be_visible()
        accessible(page)
        page.get_by_role("button", name="Restrict it to this list").click()
        expect(page.get_by_text("Choose a reason.").first).to_be_visible()
        page.get_by_label("Somebody's safety depends on it").check()
        page.get_by_role("button", name="Show who would lose sight of it").click()
        page.get_by_role("button", name="Restrict it to this list").click()
        expect(page.get_by_text("is restricted: nobody else sees it any more.")).to_be_visible()
        accessible(page)
        yield Closed(path, reference)
        page.goto(f"{base_url}{path}/restriction")
        page.get_by_label("Why is it lifted?").fill("It is over.")
        page.get_by_role("button", name="Lift the restriction").click()
        expect(page.get_by_text("is no longer restricted.")).to_be_visible()


def test_the_glass_is_broken_by_keyboard_and_is_whole_again(desk: Desk, closed: Closed):
    page = desk.sign_in("caseworker")
    page.goto(f"{desk.base_url}{closed.path}")
    expect(heading(page)).to_have_text("There is nothing here")
    accessible(page)
    keys = Keyboard(page)
    keys.go_to("Break the glass")
    keys.press("Enter")
    expect(heading(page)).to_have_text("Break the glass")
    accessible(page)
    keys = Keyboard(page)
    keys.fill("Reference of the case", closed.reference)
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Choose a reason.")
    accessible(page)
    keys = Keyboard(page)
    keys.go_to("A vital interest")
    keys.press("Space")
    keys.fill("In words", "The school rang; nobody answers.")
    keys.go_to("Break the glass", exact=True)
    keys.press("Enter")
    banner = page.get_by_role("complementary", name="Broken glass")
    expect(banner).to_contain_text("you broke the glass")
    expect(page.get_by_text(closed.reference).first).to_be_visible()
    accessible(page)
    page.goto(f"{desk.base_url}{closed.path}/history")
    expect(banner).to_be_visible()
    keys = Keyboard(page)
    keys.go_to("End now")
    keys.press("Enter")
    expect(page.get_by_text("It is closed to you again.")).to_be_visible()
    page.goto(f"{desk.base_url}{closed.path}")
    expect(heading(page)).to_have_text("There is nothing here")


def test_without_script_it_opens_and_is_watched_over(plain_desk: Desk, closed: Closed, desk: Desk):
    page = plain_desk.sign_in("caseworker")
    page.goto(f"{plain_desk.base_url}/app/break-glass")
    page.get_by_label("Reference of the case").fill(closed.reference)
    page.get_by_label("Checking that somebody is safe").check()
    page.get_by_label("In words").fill("The school rang; nobody answers.")
    page.get_by_role("button", name="Break the glass").click()
    expect(page.get_by_role("complementary", name="Broken glass")).to_be_visible()
    page.get_by_role("button", name="End now").click()
    watcher = desk.sign_in("auditor")
    watcher.goto(f"{desk.base_url}/app/break-glass/log")
    expect(watcher.get_by_role("row").nth(1)).to_contain_text("Checking that somebody is safe")
    accessible(watcher)
