"""A supervisor at work in a real browser: a worker's cases change hands, and somebody covers for one who is away."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from portal.core import clock
from tests.browser.accessibility import accessible
from tests.browser.hands import WAYS, Hands
from tests.browser.headings import heading
from tests.browser.journeys import each_way
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser

# Whose cases change hands; another's in each way, as all of them go.
OF = {"script": "Tomás Ibarra", "plain": "Wanjiru Kamau", "keyboard": "John Smith"}


@each_way("hand_over")
def test_what_somebody_has_in_hand_is_handed_over_with_a_reason(request, way):
    browser, made = WAYS[way]
    page = request.getfixturevalue(browser).sign_in("supervisor")
    page.goto("/app/reports")
    hands = made(page)
    if isinstance(hands, Hands):
        accessible(page)
    hands.press(f"Hand over… cases of {OF[way]}")
    expect(heading(page)).to_have_text(re.compile(r"Hand over \d+ cases?"))
    hands = made(page)
    hands.pick("Assign to", "Me")
    hands.press("Show what would change")
    expect(page.get_by_role("alert")).to_contain_text("Say why the cases change hands.")
    page.get_by_label("Reason").fill("Away until spring.")
    made(page).press("Show what would change")
    expect(page.get_by_role("heading", name=re.compile("will change"))).to_be_visible()
    if isinstance(hands, Hands):
        accessible(page)
    confirm = page.get_by_role("button", name=re.compile("^Assign")).inner_text()
    assert confirm.endswith("to Priya Raman")
    made(page).press(confirm)
    number = re.search(r"\d+", confirm)[0]
    expect(page.get_by_role("heading", name=re.compile(f"^{number} cases? (is|are) changed"))).to_be_visible()


def test_who_covers_is_arranged_by_keyboard_and_said_on_the_list_of_whoever_does(desk):
    page = desk.sign_in("supervisor")
    page.goto("/app/reports")
    keys = Keyboard(page)
    keys.go_to("Arrange… cover for Kofi Mensah")
    keys.press("Enter")
    expect(heading(page)).to_have_text("Cover for Kofi Mensah")
    keys = Keyboard(page)
    keys.fill("Who covers", "Priya")
    today = clock.today()
    for day, name in ((today, "First day Day"), (today + dt.timedelta(days=3), "Last day Day")):
        keys.go_to(name)
        keys.type(str(day.day))
        for part in (day.month, day.year):
            keys.press("Tab")
            keys.type(str(part))
    keys.go_to("Arrange cover")
    keys.press("Enter")
    expect(page.get_by_text("Priya Raman covers for Kofi Mensah until").first).to_be_visible()
    accessible(page)
    page.goto("/app/")
    expect(page.get_by_text("You cover for Kofi Mensah until")).to_be_visible()
    page.get_by_role("link", name="See what they have in hand").click()
    expect(page.get_by_role("link", name="Remove filter: In the hands of Kofi Mensah")).to_be_visible()
    accessible(page)
