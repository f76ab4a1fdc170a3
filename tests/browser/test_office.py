"""The office itself in a real browser: who works in it, by keyboard and without script."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import accessible
from tests.browser.conftest import Desk
from tests.browser.headings import heading
from tests.browser.journeys import by_mouse
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser


@pytest.mark.journey("admin", "keyboard")
def test_a_user_is_taken_in_found_and_deactivated_by_keyboard_alone(desk: Desk):
    page = desk.sign_in("admin")
    Keyboard(page).follow("Administration", "Users", "Take in a user")
    accessible(page)
    keys = Keyboard(page)
    keys.fill("Name", "Nia New", exact=True)
    keys.fill("E-mail", "nia@demo.example", exact=True)
    keys.go_to("Role Agent")
    keys.press("Space", "ArrowDown")
    expect(page.get_by_role("radio", name="Caseworker")).to_be_checked()
    Keyboard(page).follow("Take in user")
    accessible(page)
    expect(heading(page)).to_have_text("Nia New is taken in")
    link = page.get_by_label("The link by which nia@demo.example chooses a password").input_value()
    assert re.search(r"/app/reset/[\w-]{43}$", link)

    Keyboard(page).follow("I have copied it", "Users")
    page.evaluate("document.body.dataset.same = 'yes'")
    keys = Keyboard(page)
    keys.fill("Name, e-mail or agent code", "nia")
    keys.press("Enter")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(heading(page)).to_be_focused()
    assert page.evaluate("document.body.dataset.same") == "yes"
    accessible(page)
    Keyboard(page).follow("Nia New")
    accessible(page)
    Keyboard(page).follow("Deactivate")
    accessible(page)
    Keyboard(page).follow("Deactivate")
    expect(page.get_by_text("Nia New is deactivated and signed out everywhere.")).to_be_visible()
    accessible(page)


@by_mouse("admin")
def test_a_user_is_taken_in_changed_and_deactivated_by_mouse_with_script_and_without(kind, request):
    page = request.getfixturevalue(kind).sign_in("admin")
    page.goto("/app/admin/users")
    page.get_by_role("link", name="Take in a user").click()
    page.get_by_label("Name", exact=True).fill(f"Tomke {kind}")
    page.get_by_label("E-mail", exact=True).fill(f"{kind}@demo.example")
    page.get_by_role("radio", name="Caseworker").check()
    page.get_by_role("button", name="Take in user").click()
    expect(heading(page)).to_have_text(f"Tomke {kind} is taken in")
    page.goto("/app/admin/users")
    page.get_by_label("Name, e-mail or agent code").fill(f"tomke {kind}")
    page.get_by_role("button", name="Show users").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name=re.compile("Tomke")).click()
    page.get_by_role("link", name=re.compile("^Change")).click()
    page.get_by_label("Name", exact=True).fill("")
    page.get_by_label("Agent code").fill("4711")
    page.get_by_role("button", name="Save user").click()
    expect(page.get_by_role("alert")).to_contain_text("Give the user a name.")
    expect(page.get_by_label("Agent code")).to_have_value("4711")
    page.get_by_label("Name", exact=True).fill("Tomke Renamed")
    page.get_by_label("Agent code").fill("")
    page.get_by_role("button", name="Save user").click()
    expect(page.get_by_text("Tomke Renamed is saved.")).to_be_visible()
    page.get_by_role("link", name="Deactivate").click()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("Tomke Renamed is deactivated and signed out everywhere.")).to_be_visible()
