"""The steps of the lifecycle, each from its button over the page that asks to the state it leads to."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import WAYS, Hands, Mouse
from tests.browser.journeys import each_way
from tests.browser.test_conflicts import call

pytestmark = pytest.mark.browser

LIFE = (
    ("Submit", None, "Submitted"),
    ("Verify", None, "Verified"),
    ("Activate", None, "Active"),
    ("Suspend", ("Why is it suspended?", "Suspended by policy"), "Suspended"),
    ("Resume", None, "Active"),
    ("Stabilize", None, "Stabilized"),
    ("Close", ("Why is it closed?", "Support was declined"), "Closed"),
    ("Reopen", ("Why is it reopened?", "The support broke down"), "Reopened"),
    ("Archive", None, "Archived"),
)


@pytest.fixture(scope="module")
def token(server) -> str:
    """The token of a programme of the office."""
    return server.flask("token", "issue", "--dialect", "interventions", "--user", "supervisor@demo.example")


@pytest.fixture
def draft(server, token) -> str:
    """The address of a draft for somebody who consents to this support and gets it nowhere."""
    helped = call(server, token, "/cases?status=stabilized")["items"][0]
    services = {one["vertical_code"]: one["vertical_id"] for one in call(server, token, "/verticals")["items"]}
    whose = {name: helped[name] for name in ("subject_type", "subject_id")}
    made = call(server, token, "/cases", {**whose, "primary_vertical_id": services["ECON"]})
    return f"/app/cases/{call(server, token, '/cases/' + made['case_id'])['number']}"


def take(page: Page, hands: Mouse | Hands, verb: str, answer: tuple[str, str] | None) -> None:
    """Take one step: its button, the reason where one is asked, and the same word once more."""
    if not page.get_by_role("button", name=verb, exact=True).first.is_visible():
        hands.press("More actions")
    hands.press(verb)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{verb} this case?")
    if answer:
        hands.choose(*answer)
    hands.press(verb)


@each_way("submit", "verify", "activate", "suspend", "resume", "stabilize", "close", "reopen", "archive")
def test_a_case_goes_through_its_whole_life(request, way, draft):
    desk, kind = WAYS[way]
    page = request.getfixturevalue(desk).sign_in("admin")
    page.goto(draft)
    address, hands = page.url, kind(page)
    for verb, answer, state in LIFE:
        take(page, hands, verb, answer)
        expect(page).to_have_url(address)
        expect(page.locator(".ident .state")).to_have_text(state)
    page.goto(f"{address}/history")
    for words in ("Suspended by policy", "Support was declined", "The support broke down"):
        expect(page.locator("#cases-timeline")).to_contain_text(words)
