"""The triage page: what waits, one report as it came, and what can be done with it."""

import json

import pytest

from portal.core.models import Case, IntakeReceipt, UnmappedCode
from portal.core.vocabulary import Origin, Priority, Role
from portal.extensions import db
from tests.factories import committed, make_case, make_user, make_vertical
from tests.page import Browser, words
from tests.statements import counted


@pytest.fixture
def office(app) -> dict[str, object]:
    """A report by web form with its receipt and a code that nobody knows; one of each role."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        told = {"narrative": "He locks her in.", "priority": Priority.HIGH, "needs_triage": True}
        case = make_case(session, here, origin=Origin.WEBFORM, reported_status="2", **told)
        payload = json.dumps({"narrative": "He locks her in.", "sex_id": "999"})
        receipt = {"src": "partner-form", "src_uid": "77-1", "retry_key": "77-1", "payload_digest": "0" * 64}
        session.add(IntakeReceipt(organisation_id=1, case_id=case.id, raw=payload, **receipt))
        session.add(UnmappedCode(case_id=case.id, list_name="sex", field="reporter.sex_id", raw="999"))
        users = {role.value: make_user(session, role, here).id for role in Role}
        return {"case": case.id, "here": here.id, "reference": case.reference, **users}


@pytest.fixture
def signed_in(app, office):
    """``signed_in(role)``."""
    return lambda role: Browser(app, office[role])


def state(app, office) -> tuple:
    with app.app_context():
        case = db.session.get(Case, office["case"])
        return case.lifecycle_status.value, case.owner_id, case.needs_triage


def test_what_waits_is_listed_with_what_presses(signed_in, office):
    page = words(signed_in("caseworker").get("/app/triage"))
    for told in (office["reference"], "High priority", "1 thing to check", "Triage 1"):
        assert told in page


def test_where_nothing_waits_the_page_says_what_comes_here(app, office, signed_in):
    with app.app_context(), committed(db.session) as session:
        session.get(Case, office["case"]).needs_triage = False
    assert "Nothing waits" in words(signed_in("caseworker").get("/app/triage"))


def test_a_report_is_shown_as_it_came(signed_in, office):
    reader = signed_in("caseworker")
    page = words(reader.get(f"/app/triage/{office['case']}"))
    for told in ("He locks her in.", "partner-form", "77-1", "on no list"):
        assert told in page
    assert "sex_id&#34;:" not in page, "names and numbers of others stand in it"
    assert "&#34;sex_id&#34;: &#34;999&#34;" in words(reader.post(f"/app/triage/{office['case']}/shown", expect=200))
    assert "The sender called it “2”" in page


def test_it_is_taken_in_and_given_to_somebody(app, signed_in, office):
    reader = signed_in("caseworker")
    page = reader.get(f"/app/triage/{office['case']}")
    assert "It becomes Verified" in words(page)
    version = _version(app, office)
    answer = reader.post(f"/app/triage/{office['case']}/accept", {"to": office["agent"], "version": version})
    assert answer.headers["Location"].endswith(f"/app/cases/{office['case']}")
    assert state(app, office) == ("verified", office["agent"], False)
    assert "nothing left to decide" in words(reader.get(f"/app/triage/{office['case']}"))


def test_whoever_comes_second_is_told_so(app, signed_in, office):
    sent = {"to": 0, "version": _version(app, office)}
    signed_in("caseworker").post(f"/app/triage/{office['case']}/accept", sent)
    late = signed_in("supervisor").post(f"/app/triage/{office['case']}/accept", sent, expect=409)
    assert "Somebody has looked at this report already" in words(late)


def test_a_stale_page_changes_nothing_and_keeps_the_choice(app, signed_in, office):
    sent = {"to": office["agent"], "version": _version(app, office) - 1}
    answer = signed_in("caseworker").post(f"/app/triage/{office['case']}/accept", sent, expect=409)
    assert "Look again" in words(answer)
    assert f'<option selected value="{office["agent"]}">' in answer.get_data(as_text=True)
    assert state(app, office) == ("submitted", None, True)


@pytest.mark.parametrize("to", ["9999", "x"])
def test_nobody_else_can_be_chosen(app, signed_in, office, to):
    sent = {"to": to, "version": _version(app, office)}
    signed_in("caseworker").post(f"/app/triage/{office['case']}/accept", sent, expect=422)
    assert state(app, office) == ("submitted", None, True)


def test_what_one_may_not_do_is_told_with_who_can(signed_in, office):
    page = words(signed_in("agent").get(f"/app/triage/{office['case']}"))
    assert "You may not decide this. Who can:" in page
    assert "You may not merge cases. Who can:" in page
    assert "Take it in</button>" not in signed_in("agent").get(f"/app/triage/{office['case']}").get_data(as_text=True)


def test_refusing_and_merging_lead_to_their_own_confirmations(app, signed_in, office):
    with app.app_context(), committed(db.session) as session:
        other = make_case(session, session.get(Case, office["case"]).primary_vertical)
        number, reference = other.id, other.reference
    reader = signed_in("supervisor")
    html = reader.get(f"/app/triage/{office['case']}", query_string={"q": reference}).get_data(as_text=True)
    assert f'href="/app/cases/{number}/merge?with={office["case"]}"' in html
    assert f'href="/app/cases/{office["case"]}/refuse"' in html or "/steps/refuse" in html
    assert reader.get(f"/app/cases/{number}/merge?with={office['case']}").status_code == 200


def test_a_page_costs_the_same_however_much_waits(app, signed_in, office):
    reader = signed_in("caseworker")

    def cost() -> int:
        with counted(app) as statements:
            reader.get("/app/triage")
        return sum(statement.startswith("SELECT") for statement in statements)

    cost()
    few = cost()
    with app.app_context(), committed(db.session) as session:
        vertical = session.get(Case, office["case"]).primary_vertical
        for _ in range(12):
            case = make_case(session, vertical, origin=Origin.WEBFORM, needs_triage=True)
            session.add(UnmappedCode(case_id=case.id, list_name="sex", field="x", raw="9"))
    assert cost() == few


def test_an_address_that_leads_nowhere_leads_to_the_first_page(signed_in):
    answer = signed_in("caseworker").get("/app/triage?page=nonsense", expect=303)
    assert answer.headers["Location"].endswith("/app/triage")


def _version(app, office) -> int:
    with app.app_context():
        return db.session.get(Case, office["case"]).version_id
