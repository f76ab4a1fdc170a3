"""Breaking the glass on screen: the way there tells nothing, a banner stands on every page, and it ends."""

import datetime as dt
import re

import pytest

from portal.core import clock
from portal.core.models import BreakGlassGrant, Case
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.factories import (
    committed,
    make_case,
    make_consent,
    make_person,
    make_user,
    make_vertical,
)
from tests.page import words

WHY = {"reason": "SAFEGUARDING_CHECK", "reason_text": "The school rang; nobody answers."}
PAGES = ("", "/messages", "/people", "/history", "/files", "/participants", "/assignments", "/conflicts")


@pytest.fixture
def office(app) -> dict[str, int]:
    """A restricted case, one whose consent was withdrawn, and those who do not see the first or read the second."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE", consent=True)
        owner = make_user(session, Role.CASEWORKER, here, name="Olu Owner")
        worker = make_user(session, Role.CASEWORKER, here, name="Cas Worker")
        auditor, agent = make_user(session, Role.AUDITOR), make_user(session, Role.AGENT, here)
        person = make_person(session, "Amina Testperson", verified=True, vertical=here)
        consent = make_consent(session, person, here)
        hidden = make_case(session, here, owner=owner, subject=person, status=Status.ACTIVE, narrative="What she told.")
        consent.withdrawn_at, consent.status = clock.now(), "withdrawn"
        restricted = make_case(session, here, owner=owner, narrative="What he told.")
        restricted.restricted = True
        users = {"owner": owner, "worker": worker, "auditor": auditor, "agent": agent}
        numbers = {name: user.id for name, user in users.items()}
        return {"restricted": restricted.id, "reference": restricted.reference, "hidden": hidden.id, **numbers}


def test_the_page_of_a_case_that_is_closed_and_of_none_are_the_same_and_lead_to_the_glass(app, office, browser_as):
    worker = browser_as(office["worker"])
    answers = []
    for number in (office["restricted"], 999_999):
        text = worker.get(f"/app/cases/{number}", expect=404).text
        assert 'href="/app/break-glass"' in text
        answers.append(re.sub(r"[0-9a-f]{32}|csrf-token\" content=\"[^\"]+|value=\"[^\"]+", "", text))
    assert answers[0] == answers[1]
    assert "/app/break-glass" not in browser_as(office["agent"]).get("/app/cases/999999", expect=404).text


def test_the_glass_is_broken_seen_on_every_page_and_whole_again(app, office, browser_as):
    worker = browser_as(office["worker"])
    page, case = "/app/break-glass", f"/app/cases/{office['restricted']}"
    again = worker.post(page, {**WHY, "reason_text": "", "reference": office["reference"]}, expect=422)
    assert office["reference"] in again.text and "Say in words why" in words(again)
    nothing = words(worker.follow(worker.post(page, {**WHY, "reference": "HERE-999999"})))
    assert "Nothing was opened" in nothing
    assert words(worker.follow(worker.post(page, {**WHY, "reference": "HERE-888888"}))) == nothing
    opened = worker.post(page, {**WHY, "reference": office["reference"].lower()})
    assert opened.headers["Location"] == case
    for tab in PAGES:
        text = words(worker.get(case + tab))
        assert "you broke the glass" in text and "h" in text.partition(" left)")[0][-9:], tab
    assert "What he told." in words(worker.get(case))
    worker.get(f"{case}/edit", expect=403)
    assert office["reference"] in words(browser_as(office["owner"]).get("/app/notices"))
    watched = words(browser_as(office["auditor"]).get(f"{page}/log"))
    assert "Cas Worker" in watched and "Nothing was opened" in watched
    grant = re.search(r"/app/break-glass/(\d+)/end", worker.get(case).text)[0]
    browser_as(office["owner"]).post(grant)
    worker.get(case)
    worker.post(grant)
    worker.get(case, expect=404)


def test_it_runs_out_by_the_clock(app, office, browser_as):
    worker, case = browser_as(office["worker"]), f"/app/cases/{office['restricted']}"
    worker.post("/app/break-glass", {**WHY, "reference": office["reference"]})
    worker.get(case)
    with app.app_context(), committed(db.session) as session:
        session.get(BreakGlassGrant, 1).expires_at = clock.now() - dt.timedelta(seconds=1)
    worker.get(case, expect=404)


def test_what_is_hidden_without_consent_is_read_for_a_vital_interest(app, office, browser_as):
    worker, case = browser_as(office["worker"]), f"/app/cases/{office['hidden']}"
    with app.app_context():
        reference = db.session.get(Case, office["hidden"]).reference
    hidden = worker.get(case)
    assert f"/app/break-glass?reference={reference}" in hidden.text and "What she told." not in words(hidden)
    assert reference in worker.get(f"/app/break-glass?reference={reference}").text
    refused = worker.post("/app/break-glass", {**WHY, "reference": reference}, expect=422)
    assert "Only a vital interest" in words(refused)
    worker.post("/app/break-glass", {**WHY, "reason": "VITAL_INTEREST", "reference": reference})
    assert "What she told." in words(worker.get(case))
    worker.post(f"{case}/notes", {"text": "Rang the police."})
    assert "Rang the police." in words(worker.get(f"{case}/messages"))
    assert "What she told." not in words(browser_as(office["owner"]).get(case))
