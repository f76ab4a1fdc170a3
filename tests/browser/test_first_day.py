"""The main job, end to end: a walk-in becomes a case, is worked in the browser, and the same case arrives by JSON."""

import json
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.journeys import by_mouse
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser

EXAMPLE = Path("tests/api/helpline/examples/create_case.json")


def take_a_walk_in(page: Page, keys: Keyboard, who: str) -> None:
    """A reporter who speaks for two clients, and one alleged perpetrator; from the search to the case, by keyboard."""
    page.goto("/app/intake")
    expect(page.get_by_label("Find the person first")).to_be_focused()
    keys.type(f"{who} Reporter")
    keys.press("Alt+n")
    expect(page.locator("#reporter-full_name")).to_have_value(f"{who} Reporter")
    keys.fill("Phone", "+254 700 000 117")
    for number in (1, 2):
        keys.go_to("Add a client" if number == 1 else "Add another client")
        keys.press("Enter")
        expect(page.locator(f"#clients-{number - 1}-full_name")).to_be_focused()
        keys.type(f"{who} Client {number}")
    keys.go_to("Add an alleged perpetrator")
    keys.press("Enter")
    expect(page.locator("#perpetrators-0-full_name")).to_be_focused()
    keys.type(f"{who} Patel")
    keys.fill("What happened, in their own words", "They were sent away from school and cannot go home.")
    keys.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/app/cases/\d+$"))


def step(page: Page, keys: Keyboard, verb: str, reason: str | None = None) -> None:
    """Take one step of the lifecycle: its button, the reason where one is asked, and the same word once more."""
    case = page.url
    if not page.get_by_role("button", name=verb, exact=True).first.is_visible():
        keys.go_to("More actions")
        keys.press("Enter")
    keys.go_to(verb, exact=True)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1, name=re.compile(f"^{verb} this case"))).to_be_focused()
    if reason:
        keys.go_to(reason)
        keys.press("Space")
    keys.go_to(verb, exact=True)
    keys.press("Enter")
    expect(page).to_have_url(case)


@pytest.mark.journey("intake", "keyboard")
def test_a_walk_in_is_taken_worked_closed_and_reopened_by_keyboard_alone(desk):
    page = desk.sign_in("agent")
    keys = Keyboard(page)
    take_a_walk_in(page, keys, "Keyed")
    main = page.locator("main")
    for name in ("Keyed Reporter", "Keyed Client 1", "Keyed Client 2", "Name hidden"):
        expect(main.get_by_text(name).first).to_be_attached()

    keys.fill("Note", "The school rang back.")
    keys.go_to("Save note")
    keys.press("Enter")
    expect(main.get_by_text("The school rang back.").first).to_be_visible()

    page.reload()
    keys.fill("Message", exact=True, text="We will ring tomorrow at ten.")
    keys.go_to("Send message")
    keys.press("Enter")
    expect(main.get_by_text("We will ring tomorrow at ten.").first).to_be_visible()
    expect(main.get_by_text(re.compile("not sent", re.I)).first).to_be_visible()

    page.reload()
    step(page, keys, "Close", "Aims were met")
    expect(main.locator(".ident")).to_contain_text("Closed")
    step(page, keys, "Reopen", "New information")
    expect(main.locator(".ident")).to_contain_text("Reopened")
    step(page, keys, "Activate")
    expect(main.locator(".ident")).to_contain_text("Active")
    page.goto(page.url + "/history")
    told = main.inner_text()
    for word in ("Stabilized", "Closed", "Reopened", "Aims were met", "New information"):
        assert word in told


@by_mouse("intake")
def test_the_same_day_by_mouse_with_script_and_without(kind, request):
    page = request.getfixturevalue(kind).sign_in("agent")
    page.goto("/app/intake")
    page.locator("#reporter-full_name").fill("Plain Reporter")
    for number in (1, 2):
        page.get_by_role("button", name=re.compile("^Add (a|another) client")).click()
        page.locator(f"#clients-{number - 1}-full_name").fill(f"Plain Client {number}")
    page.get_by_role("button", name="Add an alleged perpetrator").click()
    page.locator("#perpetrators-0-full_name").fill("Plain Patel")
    page.get_by_label("What happened, in their own words").fill("Told without a script.")
    page.get_by_role("button", name="Create case").click()
    expect(page).to_have_url(re.compile(r"/app/cases/\d+$"))
    expect(page.locator("main").get_by_text("Plain Client 2").first).to_be_attached()

    page.get_by_label(re.compile("^Note")).fill("A plain note.")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("main").get_by_text("A plain note.").first).to_be_visible()
    page.locator("summary", has_text="More actions").click()
    page.get_by_role("button", name="Close", exact=True).first.click()
    page.get_by_label("Aims were met").check()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator(".ident")).to_contain_text("Closed")


def test_a_case_is_given_to_a_colleague_and_looked_at_again_on_a_date(desk):
    page = desk.sign_in("caseworker")
    page.goto("/app/intake")
    page.locator("#reporter-full_name").fill("Given Away")
    page.get_by_label("Vertical").select_option(label="Helpline")
    page.get_by_label("What happened, in their own words").fill("To be given to somebody else.")
    page.get_by_role("button", name="Create case").click()
    expect(page).to_have_url(re.compile(r"/app/cases/\d+$"))
    colleague = page.get_by_label("Assign to").locator("option", has_not_text="John Smith").last.inner_text()
    page.get_by_label("Assign to").select_option(label=colleague)
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator(".ident")).to_contain_text(f"Owner: {colleague}")
    for part, value in (("Day", "24"), ("Month", "12"), ("Year", "2031")):
        page.get_by_label(part).fill(value)
    page.get_by_role("button", name="Set review date").click()
    expect(page.locator(".ident")).to_contain_text("24 Dec 2031")


def test_the_example_of_the_contract_is_in_the_work_list_at_once(desk, server):
    token = server.flask("token", "issue", "--dialect", "helpline", "--user", "agent@demo.example")
    body = EXAMPLE.read_bytes()
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"{server.url}/api/cases/",
        data=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own address
        assert answer.status == 201
        told = json.load(answer)
    assert re.fullmatch(r"HL-CMS-\d{6}", told["reference_number"])
    page = desk.sign_in("agent")
    page.goto("/app/?view=all")
    expect(page.get_by_role("link", name=told["reference_number"])).to_be_visible()
    page.get_by_role("link", name=told["reference_number"]).click()
    expect(page.locator(".ident")).to_contain_text("Ras Singh")
