"""Duplicate support in a real browser: found, compared and decided by keyboard, without script, and for everybody."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import accessible
from tests.browser.conftest import Desk
from tests.browser.headings import heading
from tests.browser.journeys import by_mouse
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser


def call(server, token: str, path: str, body: dict | None = None) -> dict:
    """Ask the interventions dialect, as a programme of the office would."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(server.url + path, data=data, headers=headers)  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own address
        return json.load(answer)


@pytest.fixture
def helped_twice(server) -> None:
    """Somebody whose support is stabilized asks again at another desk: the newest conflict of the demo."""
    token = server.flask("token", "issue", "--dialect", "interventions", "--user", "supervisor@demo.example")
    first = call(server, token, "/cases?status=stabilized")["items"][0]
    same = {name: first[name] for name in ("subject_type", "subject_id", "primary_vertical_id")}
    call(server, token, "/cases", same)


def newest(page: Page) -> str:
    """The reference of the case that the newest conflict was found with."""
    return page.locator("tbody tr").first.locator("td a").last.inner_text()


@pytest.mark.journey("conflict", "keyboard")
@pytest.mark.usefixtures("helped_twice")
def test_a_conflict_is_found_compared_and_dismissed_by_keyboard_alone(desk: Desk):
    page = desk.sign_in("supervisor")
    keys = Keyboard(page)
    keys.go_to("Conflicts", exact=True)
    keys.press("Enter")
    expect(heading(page)).to_have_text("Conflicts")
    accessible(page)
    again = newest(page)
    keys = Keyboard(page)
    keys.go_to(again)
    keys.press("Enter")
    expect(heading(page)).to_have_text("Is this the same support?")
    expect(page.get_by_role("row", name=re.compile("Service that leads.*Same"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Status Stabilized Draft Different"))).to_be_visible()
    accessible(page)
    keys = Keyboard(page)
    keys.go_to("Dismiss the conflict")
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Choose a reason.")
    accessible(page)
    keys.go_to("Not the same support")
    keys.press("Space")
    keys.go_to("In words")
    keys.type("One is rent, the other school fees.")
    keys.go_to("Dismiss the conflict")
    keys.press("Enter")
    expect(page.get_by_text("Dismissed. It blocks no step of these cases any more.")).to_be_visible()
    expect(page.get_by_text("One is rent, the other school fees.")).to_be_visible()
    accessible(page)


@by_mouse("conflict")
@pytest.mark.usefixtures("helped_twice")
def test_a_case_is_checked_and_its_conflict_resolved_by_mouse_with_script_and_without(kind, request):
    page = request.getfixturevalue(kind).sign_in("supervisor")
    page.goto("/app/conflicts")
    again = newest(page)
    page.get_by_role("link", name=again, exact=True).click()
    page.get_by_role("link", name="Conflicts 1 open").click()
    page.get_by_role("radio", name="In every service that takes part").check()
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("A possible duplicate support is open.")).to_be_visible()
    page.get_by_role("link", name="Compare and decide").first.click()
    page.get_by_role("group", name="How is it settled?").get_by_role("radio", name="Another reason").check()
    page.get_by_role("button", name="Resolve the conflict").click()
    expect(page.get_by_role("alert")).to_contain_text("Say how it was settled.")
    expect(page.get_by_role("radio", name="Another reason").last).to_be_checked()
    page.locator("#resolve-text").fill("Both services agreed on the telephone.")
    page.get_by_role("button", name="Resolve the conflict").click()
    expect(page.get_by_text("Resolved. It blocks no step of these cases any more.")).to_be_visible()


@pytest.mark.usefixtures("helped_twice")
def test_the_queue_is_narrowed_in_part_and_a_phone_shows_each_field_with_its_case(desk: Desk):
    page = desk.sign_in("supervisor")
    page.goto("/app/conflicts")
    again = newest(page)
    page.evaluate("document.body.dataset.same = 'yes'")
    page.get_by_role("checkbox", name="Only with a case of mine").check()
    page.get_by_role("button", name="Show conflicts").click()
    expect(page.get_by_role("heading", name="No conflict matches")).to_be_visible()
    expect(heading(page)).to_be_focused()
    assert page.evaluate("document.body.dataset.same") == "yes"
    page.get_by_role("link", name="Remove filter: Mine").click()
    page.get_by_role("rowheader").first.get_by_role("link").click()
    expect(heading(page)).to_have_text("Is this the same support?")
    page.set_viewport_size({"width": 375, "height": 812})
    cell = page.get_by_role("row", name=re.compile("^Owner")).get_by_role("cell").nth(1)
    label = cell.evaluate("element => getComputedStyle(element, '::before').content")
    assert again in label
    link = page.get_by_role("columnheader").get_by_role("link", name=again)
    link.focus()
    expect(link).to_be_in_viewport()
    assert link.bounding_box()["height"] > 10, "what has the focus is seen"
    page.goto(link.get_attribute("href") + "/conflicts")
    accessible(page)
