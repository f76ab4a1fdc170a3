"""Where the focus is after a part of the page was replaced: on what came, or where one was, never lost."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk
from tests.browser.test_api import post
from tests.browser.test_triage import REPORT

pytestmark = pytest.mark.browser


def test_the_focus_goes_on_in_what_was_asked_for(desk: Desk):
    page = desk.sign_in("supervisor")
    page.goto("/app/?view=all")
    page.locator("[data-select-all]").check()
    expect(page.locator(".bulk")).to_be_visible()
    expect(page.locator("[data-select-all]")).to_be_focused()

    page.goto("/app/?view=all&q=EDU-000005")
    case = page.locator("tbody a[href^='/app/cases/']").get_attribute("href")
    page.goto(f"{case}/history")
    page.get_by_role("link", name="Steps", exact=True).click()
    expect(page).to_have_url(re.compile("show=status"))
    expect(page.get_by_role("link", name="Steps", exact=True)).to_be_focused()

    page.goto(f"{case}/people")
    ask = page.get_by_role("button", name=re.compile("^Show ")).first
    part = page.locator("section").filter(has=ask).last
    name = part.get_by_role("heading").first.inner_text()
    ask.click()
    expect(page.get_by_text("Shown because you asked.")).to_be_visible()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_focused()

    page.goto(case)
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Close this case?")).to_be_focused()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()


def test_the_focus_goes_to_what_was_shown_of_a_person_of_their_history_and_of_a_report(desk: Desk, server):
    token = server.flask("token", "issue", "--dialect", "helpline", "--organisation", "CPMIS System")
    told = {**REPORT, "reporter": {"fname": "Focus Reporter"}, "clients_case": [{"fname": "Focus Reporter"}]}
    assert post(server, "/api/webhook/webform/", token, json.dumps(told).encode())[0] == 201
    page = desk.sign_in("supervisor")
    page.goto("/app/people?q=amina yusuf")
    page.get_by_role("link", name=re.compile("^Amina Yusuf")).first.click()
    person = page.url
    page.get_by_role("link", name=re.compile("^Add a way to reach")).click()
    page.get_by_label("Phone number, e-mail address or other way").fill("amina.focus@example.org")
    page.get_by_role("button", name="Save").click()
    page.goto("/app/triage")
    report = page.get_by_role("link", name="Focus Reporter").first.get_attribute("href")
    places = {
        person: {"Show address and numbers": "Identity", "Show phone and e-mail": "How to reach"},
        f"{person}/history": {"Show numbers and addresses": "What was changed"},
        report: {"Show every word that was sent": "As it came"},
    }
    for place, asked in places.items():
        page.goto(place)
        for button, heading in asked.items():
            page.get_by_role("button", name=button).click()
            shown = page.get_by_role("heading", name=heading, exact=True)
            expect(shown).to_be_focused()
            expect(page.get_by_role("button", name=button)).to_have_count(0)
            part = page.locator("section, div").filter(has=shown).filter(has_text="Shown because you asked.").last
            expect(part).to_be_visible()
            page.reload()  # masked again, so that each is asked for by itself
