"""Reports from outside are looked at, taken in and refused: by mouse, without script, by keyboard alone."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import accessible
from tests.browser.hands import WAYS, Hands
from tests.browser.headings import heading
from tests.browser.journeys import each_way
from tests.browser.test_api import post

pytestmark = pytest.mark.browser
REPORT = {
    "gbv_related": False,
    "case_category_id": "362484",
    "narrative": "They wrote what happened.",
    "plan": "Initial assessment required",
    "priority": "1",
    "status": "1",
}


@pytest.fixture(scope="module")
def partner(server) -> str:
    """The token with which a partner reports."""
    return server.flask("token", "issue", "--dialect", "helpline", "--organisation", "CPMIS System")


@pytest.fixture
def report(server, partner, request, way) -> str:
    """Whom a partner reported just now."""
    name = f"{way.title()} {'Refused' if 'refused' in request.function.__name__ else 'Taken'}"
    told = {**REPORT, "reporter": {"fname": name}, "clients_case": [{"fname": name}]}
    assert post(server, "/api/webhook/webform/", partner, json.dumps(told).encode())[0] == 201
    return name


def opened(request, way: str, report: str):
    """The page of a report, reached from the navigation; what one works with there."""
    desk, kind = WAYS[way]
    page = request.getfixturevalue(desk).sign_in("caseworker")
    hands = kind(page)
    hands.press("Triage")
    expect(heading(page)).to_contain_text("Triage")
    hands.press(page.get_by_role("link", name=report).inner_text())
    expect(heading(page)).to_contain_text(report)
    return page, hands


@each_way("triage")
def test_a_report_is_taken_in_and_given_to_somebody(request, way, report):
    page, hands = opened(request, way, report)
    if isinstance(hands, Hands):
        accessible(page)
    hands.pick("Give it to", "Me")
    hands.press("Take it in")
    expect(page).to_have_url(re.compile(r"/app/cases/\d+$"))
    expect(page.locator(".ident")).to_contain_text("Verified")
    expect(page.locator(".ident")).to_contain_text("Owner: you")


@each_way("refuse")
def test_a_report_is_refused_with_its_reason(request, way, report):
    page, hands = opened(request, way, report)
    hands.press("Refuse…")
    expect(heading(page)).to_have_text("Refuse this report?")
    hands.choose("Why is it refused?", "Not a report")
    hands.press("Refuse")
    expect(page.locator(".ident")).to_contain_text("Archived")
    page.goto(page.url + "/history")
    expect(page.locator("#cases-timeline")).to_contain_text("Not a report")
