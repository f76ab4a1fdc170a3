"""People, their consents and households in a real browser: by keyboard, without script, and for everybody."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import accessible
from tests.browser.conftest import Desk
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser


def person_at(page: Page, name: str) -> str:
    """The address of a person of the demo data."""
    page.goto(f"/app/people?q={name}")
    return page.get_by_role("link", name=re.compile(f"^{name}")).first.get_attribute("href")


def heading(page: Page, words: str) -> None:
    """The page has this heading."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_somebody_is_verified_and_consents_by_keyboard_alone(desk: Desk):
    page = desk.sign_in("supervisor")
    page.goto("/app/people")
    keys = Keyboard(page)
    keys.go_to("Waiting to be verified")
    keys.press("Enter")
    heading(page, "People waiting to be verified")
    keys.go_to("Check Oluwaseun Adeyemi", exact=True)
    keys.press("Enter")
    heading(page, "Verify Oluwaseun Adeyemi")
    accessible(page)
    keys.go_to("Verify", exact=True)
    keys.press("Enter")
    expect(page.get_by_text("Oluwaseun Adeyemi is verified.")).to_be_visible()

    keys.go_to("Consents", exact=True)
    keys.press("Enter")
    heading(page, "Consents of Oluwaseun Adeyemi")
    keys.go_to("Take it down Health", exact=True)
    keys.press("Enter")
    heading(page, "Take a consent down")
    keys.go_to("Record the consent")
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Say what proves it.")
    accessible(page)
    keys.go_to("What proves it?")
    keys.press("Space", "ArrowDown", "ArrowDown")  # a document, a form, spoken words
    expect(page.get_by_role("radio", name="Spoken words")).to_be_checked()
    keys.fill("What was said or signed", "Said yes on the telephone.")
    keys.go_to("Record the consent")
    keys.press("Enter")
    heading(page, "Consent for Health")
    expect(page.get_by_text("Said yes on the telephone.")).to_be_visible()
    accessible(page)
    keys.go_to("Renew", exact=True)
    keys.press("Enter")
    heading(page, "Renew the consent for Health")
    accessible(page)


def test_a_withdrawal_closes_a_case_to_readers_and_a_new_consent_opens_it_without_script(plain_desk: Desk):
    page = plain_desk.sign_in("supervisor")
    person = person_at(page, "Amina Yusuf")
    page.goto(f"{person}/consents")
    page.get_by_role("link", name=re.compile("^Health")).first.click()
    page.get_by_role("link", name="Withdraw").click()
    heading(page, "Withdraw the consent for Health?")
    case = page.get_by_role("link", name=re.compile("^HEA-")).first.get_attribute("href")
    page.get_by_role("button", name="Withdraw the consent").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a reason.")
    page.get_by_role("radio", name="The person asked for it").check()
    page.get_by_role("button", name="Withdraw the consent").click()
    expect(page.get_by_text(re.compile("The consent is withdrawn. [0-9]+ cases? (is|are) suspended."))).to_be_visible()
    page.goto(case)
    expect(page.get_by_text("What is written in this case cannot be read")).to_be_visible()
    expect(page.get_by_role("heading", name="Conversation")).to_have_count(0)
    page.get_by_role("link", name="Consents of Amina Yusuf").click()
    page.get_by_role("link", name=re.compile("Take a new one down Health")).click()
    page.get_by_role("radio", name="A form signed on paper").check()
    signed = {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%invented\n"}
    page.get_by_label("Files").set_input_files(signed)
    page.get_by_role("button", name="Record the consent").click()
    heading(page, "Consent for Health")
    with page.expect_download() as download:
        page.get_by_role("link", name="signed.pdf").click()
    assert download.value.suggested_filename == "signed.pdf"
    page.goto(case)
    expect(page.get_by_role("heading", name="Conversation")).to_be_visible()


@pytest.mark.parametrize("kind", ["desk", "plain_desk"])
def test_a_household_is_registered_and_somebody_joins_and_leaves(kind, request):
    page = request.getfixturevalue(kind).sign_in("caseworker")
    page.goto("/app/households/")
    page.get_by_role("link", name="Register a household").click()
    page.get_by_label("Who leads the household?").fill("mateo")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=re.compile("^Mateo Quispe")).click()
    name = f"Quispe household, {kind}"
    page.get_by_label("Name of the household").fill(name)
    page.get_by_role("button", name="Register the household").click()
    heading(page, name)
    expect(page.get_by_text("You registered this record; somebody else verifies it.").first).to_be_visible()
    page.get_by_role("link", name=re.compile("^Add somebody")).click()
    page.get_by_label("Who belongs to it?").fill("linh")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=re.compile("^Linh Tran")).click()
    page.get_by_label("Relation to the leader").fill("lodger")
    page.get_by_role("button", name="Add to the household").click()
    expect(page.get_by_role("row", name=re.compile("Linh Tran.*lodger"))).to_be_visible()
    page.get_by_role("link", name="Remove Linh Tran").click()
    page.get_by_role("radio", name="Moved out").check()
    page.get_by_role("button", name="Remove from the household").click()
    expect(page.get_by_role("heading", name="Belonged to it before")).to_be_visible()


@pytest.mark.parametrize("kind", ["desk", "plain_desk"])
def test_who_is_what_to_somebody_is_recorded_put_right_and_ended(kind, request):
    page = request.getfixturevalue(kind).sign_in("supervisor")
    person = person_at(page, "Mateo Quispe")
    page.goto(person)
    page.get_by_role("link", name="Add a relation").click()
    page.get_by_label("Who is it?").fill("linh")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=re.compile("^Linh Tran")).click()
    heading(page, "Add a relation of Mateo Quispe")
    page.get_by_label("What is Linh Tran to Mateo Quispe?").select_option(label="Cousin")
    page.get_by_role("button", name="Add the relation").click()
    relations = page.get_by_role("region", name=re.compile("^Relations"))
    expect(relations).to_contain_text("Cousin: Linh Tran")
    page.get_by_role("link", name="Correct Cousin: Linh Tran").click()
    page.get_by_label("What is Linh Tran to Mateo Quispe?").select_option(label="Niece or nephew")
    page.get_by_label("Note").fill("By his sister")
    page.get_by_role("button", name="Save changes").click()
    relations.get_by_role("link", name="Linh Tran", exact=True).click()
    expect(relations).to_contain_text("Aunt or uncle: Mateo Quispe “By his sister”")
    page.get_by_role("link", name="End Aunt or uncle: Mateo Quispe").click()
    page.get_by_role("button", name="End the relation").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a reason.")
    page.get_by_role("radio", name="Recorded in error").check()
    page.get_by_role("button", name="End the relation").click()
    expect(relations).not_to_contain_text("Mateo")


def test_every_page_of_subjects_can_be_used_by_everybody(desk: Desk):
    page = desk.sign_in("admin")
    person = person_at(page, "Amina Yusuf")
    page.goto("/app/households/?q=yusuf")
    home = page.get_by_role("link", name=re.compile("^Yusuf household")).get_attribute("href")
    page.goto(f"{person}/consents")
    consent = page.get_by_role("link", name=re.compile("^Health")).first.get_attribute("href")
    places = [
        *(f"{person}/relations/new?q=nia", f"{person}/relations/new?other=2", f"{person}/relations/1"),
        *(f"{person}/relations/1/end", f"{person}/contacts/1"),
        *(person, f"{person}/consents", f"{person}/consents/new", f"{person}/archive", f"{person}/history"),
        *(consent, f"{consent}/withdraw", f"{consent}/evidence", f"{consent}/reject"),
        *(f"/app/people/waiting?show={kind}" for kind in ("people", "households", "consents")),
        *("/app/households/", "/app/households/new?q=nia", home, f"{home}/members/new?person=1", f"{home}/archive"),
    ]
    for place in places:
        page.goto(place)
        accessible(page)
