"""Taking part, working on a case and handing it over in a real browser: by keyboard, without script, for everybody."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import accessible
from tests.browser.conftest import Desk
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser


def case_at(page: Page, reference: str) -> str:
    """The address of a case of the demo data."""
    page.goto(f"/app/?view=all&q={reference}")
    return page.locator("tbody a[href^='/app/cases/']").get_attribute("href")


def change_places(desk: Desk, page: Page, who: str) -> Page:
    """Somebody else sits down at the same desk."""
    page.close()
    desk.context.clear_cookies()
    return desk.sign_in(who)


def test_a_service_is_asked_opts_in_and_is_let_go_by_keyboard_alone(desk: Desk):
    page = desk.sign_in("caseworker")
    case = case_at(page, "HEA-000006")
    page.goto(f"{case}/participants")
    accessible(page)
    keys = Keyboard(page)
    keys.fill("Service to ask", "Livelihoods")
    keys.go_to("Ask", exact=True)
    keys.press("Enter")
    expect(page.get_by_text("Livelihoods was asked to take part.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Livelihoods.*Asked, not answered yet"))).to_be_visible()

    page = change_places(desk, page, "caseworker2")
    keys = Keyboard(page)
    for name in ("Requests", "Invitations", "Answer for Livelihoods, HEA-000006"):
        keys.go_to(name)
        keys.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        page.wait_for_load_state()
        accessible(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Shall Livelihoods take part?")
    keys.go_to("Take part", exact=True)
    keys.press("Enter")
    expect(page).to_have_url(re.compile(f"{case}$"))
    keys = Keyboard(page)
    keys.go_to("Participants")
    keys.press("Enter")
    expect(page.get_by_role("row", name=re.compile("Livelihoods.*Takes part.*Wanjiru Kamau"))).to_be_visible()
    keys.go_to("Remove Livelihoods")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Remove Livelihoods from this case?")
    accessible(page)
    keys.go_to("Remove Livelihoods", exact=True)
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Choose a reason.")
    keys.go_to("No longer needed")
    keys.press("Space")
    keys.go_to("Remove Livelihoods", exact=True)
    keys.press("Enter")
    expect(page.get_by_text("Livelihoods takes part no longer.")).to_be_visible()


def test_a_worker_is_added_and_a_case_handed_over_with_an_approval_without_script(plain_desk: Desk):
    page = plain_desk.sign_in("supervisor")
    case = case_at(page, "HEA-000002")
    page.goto(f"{case}/assignments")
    page.get_by_label("Worker").select_option(label="Wanjiru Kamau")
    page.get_by_label("Role on this case").fill("interpreter")
    page.get_by_role("group", name="Last day").get_by_label("Day").fill("31")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_label("Role on this case")).to_have_value("interpreter")
    expect(page.get_by_role("group", name="Last day").get_by_label("Day")).to_have_value("31")
    page.get_by_role("group", name="Last day").get_by_label("Month").fill("1")
    page.get_by_role("group", name="Last day").get_by_label("Year").fill("2040")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("Wanjiru Kamau.*interpreter"))).to_be_visible()

    page.goto(f"{case}/participants")
    page.get_by_role("link", name="Hand over to another service").click()
    page.get_by_label("Service that will lead").select_option(label="Helpline")
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_role("heading", name="What is left behind")).to_be_visible()
    page.get_by_label("Another reason").check()
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_role("alert")).to_contain_text("Say which reason.")
    expect(page.get_by_label("Another reason")).to_be_checked()
    page.get_by_label("In words").fill("The family rings the helpline")
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_text("An approval was asked for and waits for its answer")).to_be_visible()

    page = change_places(plain_desk, page, "supervisor2")
    page.get_by_role("link", name="Requests").click()
    page.get_by_role("link", name="Decide HEA-000002").click()
    expect(page.get_by_text("The family rings the helpline")).to_be_visible()
    page.get_by_label("Approve", exact=True).check()
    page.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_text("Approved: HEA-000002.")).to_be_visible()

    page = change_places(plain_desk, page, "supervisor")
    page.goto("/app/approvals?show=asked")
    page.get_by_role("link", name="Hand it over now HEA-000002").click()
    expect(page.get_by_text("Approved by Kofi Mensah").first).to_be_visible()
    page.get_by_role("button", name="Hand over to Helpline").click()
    expect(page.get_by_text("HEA-000002 is now led by Helpline.")).to_be_visible()
    page.goto(f"{case}/participants")
    expect(page.get_by_text("The family rings the helpline")).to_be_visible()


def test_every_page_of_it_can_be_used_by_everybody(desk: Desk):
    page = desk.sign_in("supervisor")
    case = case_at(page, "HEA-000006")
    places = [f"{case}/assignments", f"{case}/transfer", "/app/invitations"]
    places += [f"/app/approvals?show={view}" for view in ("mine", "asked", "others", "decided")]
    for place in places:
        page.goto(place)
        accessible(page)
    page.goto(f"{case}/transfer")
    page.get_by_label("Service that will lead").select_option(label="Social support")
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_label("The client moved")).to_be_visible()
    accessible(page)
    page.get_by_label("The client moved").check()
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_text("An approval was asked for and waits for its answer")).to_be_visible()
    accessible(page)
    page.goto(f"{case}/assignments")
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("^End the assignment of")).first.click()
    accessible(page)

    page = change_places(desk, page, "supervisor2")
    page.goto("/app/approvals")
    accessible(page)
    page.get_by_role("link", name="Decide HEA-000006").click()
    page.get_by_label("Reject").check()
    page.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(page)
    page.get_by_label("Why?").fill("They stay with us")
    page.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_text("Rejected: HEA-000006.")).to_be_visible()
    page.goto("/app/approvals?show=decided")
    accessible(page)
