"""The dialects as an integrator meets them: a served demo, tokens from the command line, the documents in a browser."""

import json
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

EXAMPLES = Path(__file__).resolve().parents[1] / "api" / "helpline" / "examples"


def post(server, path: str, token: str, body: bytes) -> tuple[int, dict]:
    """Post JSON as curl would."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(server.url + path, data=body, headers=headers, method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own address
        return answer.status, json.load(answer)


@pytest.mark.parametrize(
    ("path", "example", "holder", "assigned_to"),
    [
        ("/api/cases/", "create_case", ("--user", "agent@demo.example"), "agent_100"),
        ("/api/webhook/webform/", "webform", ("--organisation", "CPMIS System"), "agent_000"),
        ("/api/webhook/webform/", "webform_minimal", ("--organisation", "CPMIS System"), "agent_000"),
    ],
)
def test_the_examples_of_the_helpline_are_answered_on_a_fresh_demo(server, path, example, holder, assigned_to):
    token = server.flask("token", "issue", "--dialect", "helpline", *holder)
    status, body = post(server, path, token, (EXAMPLES / f"{example}.json").read_bytes())
    assert (status, body["status"], body["assigned_to"]) == (201, "open", assigned_to)
    assert body["reference_number"] == f"HL-CMS-{int(body['id'].removeprefix('case_')):06d}"


def test_the_documents_are_drawn_under_the_strict_policy(desk):
    page = desk.context.new_page()
    page.goto("/api/docs/")
    page.get_by_role("link", name="Helpline", exact=True).click()
    expect(page.get_by_role("heading", name="Helpline 1 OAS 3.1")).to_be_visible()
    expect(page.get_by_text("/api/webhook/webform/", exact=True).first).to_be_visible()
    page.get_by_text("/api/webhook/webform/", exact=True).first.click()
    expect(page.get_by_text("Report a case by web form (contract 002).").first).to_be_visible()
