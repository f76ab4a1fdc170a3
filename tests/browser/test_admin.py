"""The administration in a real browser: a token from its making to its end by keyboard, a partner without script."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import accessible
from tests.browser.conftest import Desk
from tests.browser.headings import heading
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser
REPORT = {
    "src": "walkin",
    "reporter": {"fname": "Ras Singh"},
    "case_category_id": "harbour-7",
    "narrative": "What was told.",
}


def test_a_token_is_issued_used_seen_at_work_and_revoked_by_keyboard_alone(desk: Desk):
    page = desk.sign_in("admin")
    Keyboard(page).follow("Administration", "Tokens", "Issue a token")
    accessible(page)
    keys = Keyboard(page)
    keys.go_to("For which API?")
    keys.press("ArrowDown")
    expect(page.get_by_role("radio", name="Helpline and web form")).to_be_checked()
    keys.fill("For whom?", "Tom")
    Keyboard(page).follow("Issue token")
    accessible(page)
    expect(page.get_by_text("Copy it now. It is not shown again.")).to_be_visible()
    text = page.get_by_label("Token", exact=True).input_value()
    assert "eyJ" not in page.url
    report = page.request.post("/api/cases/", headers={"Authorization": f"Bearer {text}"}, data=REPORT)
    assert report.status == 201, report.text()

    Keyboard(page).follow(
        "I have copied it", "Administration", "Unknown codes", "Say what it means when it is harbour-7"
    )
    accessible(page)
    Keyboard(page).fill("It means", "Gen")
    Keyboard(page).follow("Map it once for all")
    expect(page.get_by_text("The code is mapped; 1 case changed.")).to_be_visible()

    page.goto("/app/admin/tokens?state=live&dialect=helpline&kind=issued")
    Keyboard(page).follow("Revoke the token of Tomás Ibarra for Helpline and web form")
    accessible(page)
    keys = Keyboard(page)
    keys.go_to("Reason It may be in wrong hands")
    keys.press("Space")
    Keyboard(page).follow("Revoke token")
    expect(page.get_by_text("Its next request is refused.")).to_be_visible()
    refused = page.request.get("/api/cases/", headers={"Authorization": f"Bearer {text}"})
    assert refused.status == 401


def test_calls_are_narrowed_in_place_with_the_focus_on_what_came(desk: Desk):
    page = desk.sign_in("auditor")
    page.request.get("/v1/case/nobody", headers={"Authorization": "Bearer no token"})
    page.goto("/app/admin/calls")
    accessible(page)
    page.evaluate("document.body.dataset.same = 'yes'")
    row = page.get_by_role("row", name=re.compile("Correspondence GET .v1.case.*401, refused"))

    def shown() -> bool:
        """Narrow again until the call, which is written a second after it was answered, is there."""
        page.get_by_label("Outcome", exact=True).select_option("Refused (4xx)")
        with page.expect_response(re.compile("outcome=refused")):
            page.get_by_role("button", name="Show calls").click()
        expect(heading(page)).to_be_focused()
        return row.count() > 0

    assert any(shown() for _ in range(60))
    assert page.evaluate("document.body.dataset.same") == "yes"
    accessible(page)
    page.get_by_role("link", name="Clear").click()
    expect(page).to_have_url(re.compile("/app/admin/calls$"))


def test_a_partner_is_let_in_and_closed_again_without_script(plain_desk: Desk):
    page = plain_desk.sign_in("admin")
    page.goto("/app/admin/")
    expect(page.get_by_role("main").get_by_role("link", name="Audit")).to_be_visible()
    page.get_by_role("link", name="Organisations").click()
    page.get_by_role("link", name="Register a partner").click()
    page.get_by_label("Name", exact=True).fill("Harbour Children")
    page.get_by_label("E-mail").fill("desk.harbour.example")
    page.get_by_role("button", name="Register partner").click()
    expect(page.get_by_role("alert")).to_contain_text("Give the e-mail address of the organisation.")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Harbour Children")
    page.get_by_label("E-mail").fill("desk@harbour.example")
    page.get_by_role("button", name="Register partner").click()
    expect(heading(page)).to_have_text("Harbour Children")
    page.get_by_role("link", name="Open the token window").click()
    page.get_by_label("2 hours").check()
    page.get_by_role("button", name="Open the window").click()
    expect(page.get_by_text("The token endpoint answers this partner until")).to_be_visible()
    page.get_by_role("link", name="Deactivate").click()
    expect(page.get_by_text("Its open token window closes.")).to_be_visible()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("Harbour Children is deactivated.")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Harbour Children is active.")).to_be_visible()


def test_every_page_of_the_administration_can_be_used_by_everybody(desk: Desk):
    page = desk.sign_in("admin")
    partner = "/app/admin/organisations/2"
    for place in (
        "/app/admin/",
        "/app/admin/organisations",
        "/app/admin/organisations/new",
        partner,
        *(f"{partner}/{name}" for name in ("arm", "deactivate", "defaults", "priorities")),
        "/app/admin/tokens",
        "/app/admin/codes",
    ):
        page.goto(place)
        accessible(page)
