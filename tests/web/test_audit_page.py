"""The audit on a page: for auditors and administrators alone, newest first, and itself recorded."""

import re

import pytest
import sqlalchemy as sa

from portal.core.models import AuditEvent
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_case, make_user, make_vertical
from tests.page import Browser, words


@pytest.fixture
def office(app) -> dict[str, int]:
    """An auditor, an agent who was refused a look, and sixty cases opened by the portal."""
    with app.app_context(), committed(db.session) as session:
        vertical = make_vertical(session, "HERE")
        cases = [make_case(session, vertical) for _ in range(30)]
        auditor, agent = make_user(session, Role.AUDITOR), make_user(session, Role.AGENT, vertical, name="Ola Agent")
        ids = {"auditor": auditor.id, "agent": agent.id, "case": cases[7].id, "reference": cases[7].reference}
    Browser(app, ids["agent"]).get("/app/audit", expect=403)
    return ids


@pytest.fixture
def auditor(app, office) -> Browser:
    """The auditor's browser."""
    return Browser(app, office["auditor"])


def events(response) -> list[str]:
    """The events listed, by chain and number."""
    return re.findall(r"([a-z]+:\d+ #\d+)</td>", response.get_data(as_text=True))


def test_the_newest_event_is_the_look_itself(auditor, office):
    page = auditor.get("/app/audit")
    assert events(page)[0] == f"user:{office['auditor']} #2", "the first is the sign-in"
    assert "audit.read" in words(page)


def test_a_refused_look_is_an_event(app, auditor, office):
    said = words(auditor.get("/app/audit?outcome=refused"))
    assert "Ola Agent" in said and "Refused" in said and "case.create" not in said


def test_it_is_filtered_by_case_who_and_action(auditor, office):
    for case in (str(office["case"]), office["reference"]):
        found = events(auditor.get("/app/audit", query_string={"case": case}))
        assert found and {event.split(" ")[0] for event in found} == {f"case:{office['case']}"}
    own = [f"user:{office['agent']} #2", f"user:{office['agent']} #1"]
    assert events(auditor.get(f"/app/audit?who=user:{office['agent']}")) == own
    assert all("case:" in event for event in events(auditor.get("/app/audit?who=system&action=case.cr")))
    assert "No event matches" in words(auditor.get("/app/audit?case=who+knows"))
    assert "No event matches" in words(auditor.get("/app/audit?action=nothing%00like%F0%9F%92%A9this"))


def test_of_a_case_one_finds_who_read_it_too(auditor, office):
    auditor.get(f"/app/cases/{office['case']}")
    page = auditor.get(f"/app/audit?case={office['case']}")
    assert events(page)[0] == f"user:{office['auditor']} #2" and events(page)[-1] == f"case:{office['case']} #1"
    assert "case.read" in words(page)


def test_pages_follow_one_another_and_lead_back(auditor, office):
    address = "/app/audit?action=case.create"
    first = auditor.get(address)
    assert len(events(first)) == 30 and 'rel="next"' not in first.get_data(as_text=True)
    for _ in range(55):
        auditor.get(address)
    first = auditor.get("/app/audit?action=a")
    page, seen = first, events(first)
    while link := re.search(r'rel="next" href="([^"]+)"', page.get_data(as_text=True)):
        page = auditor.get(link[1].replace("&amp;", "&"))
        seen += events(page)
    assert len(seen) == len(set(seen)) and len(events(first)) == 50
    back = re.search(r'rel="prev" href="([^"]+)"', page.get_data(as_text=True))[1].replace("&amp;", "&")
    assert events(auditor.get(back))[-1] == events(first)[-1]


def test_an_address_that_leads_nowhere_leads_to_the_first_page(auditor):
    for page in ("x", "W10", "W1sidGV4dCIsImEiXSwxLDAsMCwwXQ"):
        auditor.get(f"/app/audit?page={page}", expect=303)


def test_what_was_looked_at_is_recorded(app, auditor, office):
    auditor.get(f"/app/audit?case={office['case']}&outcome=done")
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
        assert event.details == {"case_id": office["case"], "outcome": "done"}
