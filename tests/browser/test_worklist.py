"""The work-list in a real browser: by single keys, without a script, and by axe after each part that is swapped."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import accessible, beyond_the_edge, complaints, violations
from tests.browser.conftest import Desk
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser
DAY = dt.date.today() + dt.timedelta(days=40)  # noqa: DTZ011 - only far enough ahead


def with_cases(desk: Desk, family: str) -> Page:
    """An agent who sees two new cases of a family, and nothing else."""
    page = desk.sign_in("agent")
    for name in ("Wading", "Resting"):
        page.goto("/app/intake")
        page.locator("#reporter-full_name").fill(f"{name} {family}")
        page.get_by_label("What happened, in their own words").fill("To be found in the list.")
        page.get_by_role("button", name="Create case").click()
        expect(page).to_have_url(re.compile(r"/app/cases/\d+$"))
    page.goto(f"/app/?view=all&q={family.lower()}&sort=reference")
    expect(page.locator(".worklist tbody tr")).to_have_count(2)
    return page


def focused_row(page: Page):
    """The link of the row that has the focus."""
    return page.locator(".worklist tbody th a:focus")


def test_the_list_is_worked_by_single_keys_alone(desk: Desk):
    page = with_cases(desk, "Heronkey")
    keys = Keyboard(page)
    keys.press("j")
    expect(focused_row(page)).to_contain_text("Wading")
    keys.press("j", "j")
    expect(focused_row(page)).to_contain_text("Resting")
    keys.press("x", "k", "x")
    expect(page.locator(".worklist tbody :checked")).to_have_count(2)
    complaints(page)
    keys.press("?")
    expect(page.locator("dialog#shortcuts")).to_be_visible()
    keys.press("j", "Escape", "f")
    expect(page.locator("details[data-filters] input[name=q]")).to_be_focused()
    keys.press("End", "x", "j")
    expect(page.locator("details[data-filters] input[name=q]")).to_have_value("heronkeyxj")
    keys.press("Backspace", "Backspace", "Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    complaints(page)
    keys.press("j", "x", "a")
    expect(page.get_by_role("heading", level=1)).to_have_text("Assign 1 case")
    keys.press("g", "m")
    expect(page).to_have_url(re.compile(r"/app/$"))
    keys.press("/")
    expect(page.locator("[data-search]")).to_be_focused()


def test_single_keys_are_switched_off_and_stay_off(desk: Desk):
    page = desk.sign_in("agent")
    for wanted in (False, True):
        page.goto("/app/account")
        page.get_by_label("Single keys move in lists").set_checked(wanted)
        page.get_by_role("region", name="Keyboard shortcuts").get_by_role("button", name="Save").click()
        expect(page.locator("#flash")).to_contain_text("Single keys are on" if wanted else "Single keys are off")
        page.goto("/app/?view=all")
        page.keyboard.press("j")
        expect(focused_row(page)).to_have_count(int(wanted))


def choose_and_set_the_date(page: Page) -> None:
    """Tick both cases, look at what would change, confirm it, and read the report."""
    for tick in page.locator(".worklist tbody input[name=case]").all():
        tick.check()
    page.get_by_role("button", name="Set review date…").click()
    for part, value in (("Day", DAY.day), ("Month", DAY.month), ("Year", DAY.year)):
        page.get_by_label(part, exact=True).fill(str(value))
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", name="2 cases will change")).to_be_visible()
    page.get_by_role("button", name=re.compile("Set 2 review dates")).click()
    expect(page.get_by_role("heading", name="2 cases are changed")).to_be_visible()
    page.get_by_role("link", name="Back to the list").first.click()
    expect(page.locator(".worklist td.c-next").first).to_contain_text(str(DAY.year))


def test_several_cases_get_a_review_date_with_every_page_in_order(desk: Desk):
    page = with_cases(desk, "Egretdate")
    page.locator("[data-select-all]").check()
    expect(page.locator(".bulk")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Set review date…").click()
    expect(page.get_by_label("Day", exact=True)).to_be_visible()
    accessible(page)
    page.go_back()
    choose_and_set_the_date(page)


@pytest.mark.parametrize("width", [375, 320])
def test_on_a_phone_cases_are_ticked_and_get_a_review_date(desk: Desk, width: int):
    page = with_cases(desk, f"Heronphone{width}")
    page.set_viewport_size({"width": width, "height": 640})
    for tick in page.locator(".worklist tbody label.tick").all():
        box = tick.bounding_box()
        assert box["width"] >= 24 and box["height"] >= 24 and box["x"] >= 0
        tick.click()
    for button in page.locator(".bulk button").all():
        expect(button).to_be_in_viewport(ratio=1)
    complaints(page)
    assert beyond_the_edge(page) <= 0
    choose_and_set_the_date(page)
    page.locator("[data-select-all]").focus()
    expect(page.locator(".worklist thead")).to_be_in_viewport()


def test_without_script_cases_are_changed_and_a_view_is_saved(plain_desk: Desk):
    page = with_cases(plain_desk, "Storkplain")
    choose_and_set_the_date(page)
    page.goto("/app/?view=all&priority=high")
    page.locator("details[data-saved] summary").click()
    page.get_by_role("link", name="Save this view…").click()
    page.get_by_label("Name", exact=True).fill("High ones")
    page.get_by_label("Everybody in the office").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("details[data-saved] summary")).to_contain_text("High ones")
    page.goto("/app/views")
    page.get_by_role("link", name="Rename, share or delete High ones").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("link", name="High ones")).to_have_count(0)


def test_saved_views_can_be_used_by_everybody(desk: Desk):
    page = desk.sign_in("supervisor")
    page.goto("/app/views/new?view=team&status=active")
    accessible(page)
    page.get_by_label("Name", exact=True).fill("Team at work")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto("/app/?view=all")
    page.locator("details[data-saved] summary").click()
    # What the open menu covers in part is too small to be hit there, and need not be.
    assert [one for one in violations(page) if one[0] != "target-size"] == []
    page.get_by_role("link", name="Team at work").click()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Team cases")
    complaints(page)
    page.goto("/app/views")
    accessible(page)
