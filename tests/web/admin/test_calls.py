"""Calls of the interfaces: found by each thing, kept for a while, a page at a time."""

import re

import pytest
import sqlalchemy as sa

from portal.core.models import AuditEvent
from portal.extensions import db
from tests.page import words
from tests.web.admin.conftest import ADMIN, call_with, html, issued, keep_calls


def correlations(page) -> list[str]:
    """The calls listed, by correlation id."""
    return re.findall(r">(call\d+)</td>", html(page))


def test_a_call_shows_who_what_how_it_ended_and_how_long_it_took(app, administrator, office):
    refused = {"principal": "anonymous", "status": 401, "method": "POST", "dialect": "correspondence"}
    keep_calls(app, office, {}, refused, {"status": 500, "principal": f"organisation:{office.partner}"})
    said = words(administrator.get(f"{ADMIN}/calls"))
    assert "Ola Agent Helpline and web form GET /api/cases/ 200, done 7 ms call0" in said
    assert "Nobody known Correspondence POST /api/cases/ 401, refused" in said
    assert "Harbour Children Helpline and web form GET /api/cases/ 500, failed" in said


def test_it_says_how_long_calls_are_kept(auditor):
    assert "Each call is kept as long as this installation" in words(auditor.get(f"{ADMIN}/calls"))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("dialect=correspondence", ["call1"]),
        ("method=post", ["call1"]),
        ("route=/api/cases/{id}", ["call2"]),
        ("outcome=refused", ["call1"]),
        ("outcome=failed", ["call3"]),
        ("outcome=done", ["call0", "call2"]),
        ("status=500", ["call3"]),
        ("who=anonymous", ["call1"]),
        ("correlation=call2", ["call2"]),
        ("since=2100-01-01", []),
        ("until=2001-01-01", []),
        ("correlation=nothing%00like%F0%9F%92%A9this", []),
        ("dialect=none&outcome=x&status=abc&since=0001-01-01&until=tomorrow", ["call0", "call1", "call2", "call3"]),
    ],
)
def test_calls_are_found_by_each_thing(app, auditor, office, asked, found):
    strange = {"principal": "anonymous", "status": 401, "method": "POST", "dialect": "correspondence"}
    keep_calls(app, office, {}, strange, {"route": "/api/cases/{id}"}, {"status": 500})
    page = auditor.get(f"{ADMIN}/calls?{asked}")
    assert correlations(page) == found
    assert found or "No call matches" in words(page)


def test_pages_of_calls_follow_one_another_and_lead_back(app, administrator, office):
    keep_calls(app, office, *({} for _ in range(60)))
    first = administrator.get(f"{ADMIN}/calls?dialect=helpline")
    following = re.search(r'rel="next" href="([^"]+)"', html(first))[1].replace("&amp;", "&")
    second = administrator.get(following)
    assert correlations(first) + correlations(second) == [f"call{n}" for n in range(60)]
    back = re.search(r'rel="prev" href="([^"]+)"', html(second))[1].replace("&amp;", "&")
    assert correlations(administrator.get(back)) == correlations(first)
    for page in ("x", "W10"):
        administrator.get(f"{ADMIN}/calls?page={page}", expect=303)


def test_looking_at_calls_is_recorded(app, auditor):
    auditor.get(f"{ADMIN}/calls?outcome=refused")
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "call_log.read")).one()
        assert event.details == {"outcome": "refused"}


def test_a_real_call_comes_to_the_page(app, administrator, office):
    assert call_with(app, issued(administrator, f"user:{office.agent}")) == 200
    with app.app_context():
        app.extensions["api_calls"].flush(db.engine)
    assert "Ola Agent Helpline and web form GET /api/cases/" in words(administrator.get(f"{ADMIN}/calls"))
