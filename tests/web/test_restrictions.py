"""The page on which a case is restricted: nothing happens before the reader was told who loses sight of it."""

import pytest

from portal.core.models import Case
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_case, make_user, make_vertical
from tests.page import words


@pytest.fixture
def office(app) -> dict[str, int]:
    """A supervisor, the owner of a case, and a colleague who is nothing but there."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        leader = make_user(session, Role.SUPERVISOR, here, name="Lea Leader")
        owner = make_user(session, Role.CASEWORKER, here, name="Olu Owner")
        colleague = make_user(session, Role.CASEWORKER, here, name="Col League")
        case = make_case(session, here, owner=owner)
        users = {"leader": leader, "owner": owner, "colleague": colleague}
        return {"case": case.id, "version": case.version_id, **{name: user.id for name, user in users.items()}}


def test_a_case_is_restricted_after_its_preview_and_the_restriction_is_lifted(app, office, browser_as):
    leader, colleague = browser_as(office["leader"]), browser_as(office["colleague"])
    page = f"/app/cases/{office['case']}/restriction"
    assert page in leader.get(f"/app/cases/{office['case']}").text
    assert "Olu Owner owns the case and always sees it" in words(leader.get(page))
    asked = {"version": office["version"], "allowed": office["leader"], "reason": "SAFETY"}
    told = words(leader.post(page, asked, expect=200))
    assert "1 person would lose sight of this case Col League" in told
    colleague.get(f"/app/cases/{office['case']}")
    # A list of which another was previewed is previewed first.
    both = {**asked, "allowed": [office["leader"], office["colleague"]], "confirmed": str(office["leader"])}
    assert "Nobody would lose sight of this case" in words(leader.post(page, both, expect=200))
    leader.post(page, {**asked, "confirmed": str(office["leader"])})
    colleague.get(f"/app/cases/{office['case']}", expect=404)
    assert "Somebody's safety depends on it" in words(leader.get(page)).replace("&#39;", "'")
    for marked in (f"/app/cases/{office['case']}", "/app/?view=all", "/app/search?q=HERE-000001"):
        assert "Restricted" in words(leader.client.get(marked, follow_redirects=True)), marked
    with app.app_context():
        version = db.session.get(Case, office["case"]).version_id
    leader.post(f"{page}/lift", {"version": version, "lift_text": ""}, expect=422)
    leader.post(f"{page}/lift", {"version": version, "lift_text": "It is over."})
    colleague.get(f"/app/cases/{office['case']}")


def test_whoever_takes_themself_off_the_list_is_led_away(office, browser_as):
    leader = browser_as(office["leader"])
    asked = {"version": office["version"], "allowed": [], "reason": "SAFETY", "confirmed": ""}
    answer = leader.post(f"/app/cases/{office['case']}/restriction", asked)
    assert "/cases/" not in answer.headers["Location"]
    leader.get(f"/app/cases/{office['case']}/restriction", expect=404)


def test_a_list_that_somebody_else_changed_is_not_overwritten(office, browser_as):
    asked = {"version": office["version"], "allowed": office["leader"], "reason": "SAFETY"}
    confirmed = {**asked, "confirmed": str(office["leader"])}
    page = f"/app/cases/{office['case']}/restriction"
    browser_as(office["leader"]).post(page, confirmed)
    assert "Somebody else changed this case" in words(browser_as(office["owner"]).post(page, confirmed, expect=409))
