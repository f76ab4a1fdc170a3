"""A case goes to another service, with the approval that policy asks for."""

import pytest

from portal.core.models import Vertical
from portal.core.vocabulary import Status
from tests.factories import make_case, make_vertical
from tests.page import words
from tests.web.participation.conftest import WHY, ask, case_of, html, put, question, refusals, version


def test_the_way_of_a_case_that_needs_an_approval(app, office, at, path):
    first = words(at("lead").get(f"{path}/transfer"))
    assert "Open desk" in first and "Show what it does" in first
    preview = at("lead").get(f"{path}/transfer?to={office['desk']}")
    assert "One is needed: by the policy of Care somebody other than you approves" in words(preview)
    assert "Ana Worker does not belong to Open desk: the case will have no owner." in words(preview)
    asked = at("lead").follow(ask(at, app, office, path, reason="OTHER", reason_text="They moved"))
    assert "An approval was asked for and waits for its answer" in words(asked)
    assert "Ask for approval" not in html(asked)
    number = question(app)
    own = words(at("lead").get("/app/approvals?show=asked"))
    assert "You asked for this approval; somebody else decides." in own and "They moved" in own
    assert "Nothing waits for your answer" in words(at("lead").get("/app/approvals"))
    assert "They moved" in words(at("second").get("/app/approvals"))
    done = at("second").post(f"/app/approvals/{number}", {"decision": "approved", "reason_text": "Go ahead"})
    assert "Approved:" in words(at("second").follow(done))
    assert "Hand it over now" in words(at("lead").get("/app/approvals?show=asked"))
    ready = at("lead").get(f"{path}/transfer?to={office['desk']}")
    assert "Approved by Sam Second" in words(ready) and "Hand over to Open desk" in words(ready)
    assert "They moved</textarea>" in html(ready), "the reasons of the question are there already"
    sent = {"to": office["desk"], **WHY, **version(app, office)}
    gone = at("lead").post(f"{path}/transfer", sent)
    assert gone.headers["Location"] == "/app/"
    assert "You do not see the case any more" in words(at("lead").follow(gone))
    assert case_of(app, office["case"]).primary_vertical_id == office["desk"]
    history = words(at("stranger").get(f"{path}/participants"))
    assert "Care to Open desk" in history and "Lea Lead" in history and "Approved by Sam Second" in history
    assert "Used up" in words(at("auditor").get("/app/approvals?show=decided"))


def test_without_the_approval_that_policy_wants_nothing_is_handed_over(app, office, at, path):
    sent = {"to": office["desk"], "reason": "OTHER", "reason_text": "my long reason", **version(app, office)}
    refused = at("lead").post(f"{path}/transfer", sent, expect=409)
    assert "This step needs an approval that was given and not used yet." in words(refused)
    assert "my long reason</textarea>" in html(refused)
    ask(at, app, office, path)
    at("second").post(f"/app/approvals/{question(app)}", {"decision": "rejected", "reason_text": "Not now"})
    at("lead").post(f"{path}/transfer", sent, expect=409)
    assert "Not now" in words(at("lead").get(f"{path}/transfer?to={office['desk']}"))
    assert case_of(app, office["case"]).primary_vertical_id == office["care"]


def test_an_approval_for_one_service_does_not_serve_for_another(app, office, at, path, arrange):
    other = arrange(lambda s: make_vertical(s, "OTHER"))
    ask(at, app, office, path)
    at("second").post(f"/app/approvals/{question(app)}", {"decision": "approved"})
    sent = {"to": other, **WHY, **version(app, office)}
    at("lead").post(f"{path}/transfer", sent, expect=409)
    assert case_of(app, office["case"]).primary_vertical_id == office["care"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"to": 0}, "Choose where the case goes."),
        ({"reason": ""}, "Choose a reason."),
        ({"reason": "SPAM"}, "This reason is not on the list."),
        ({"reason": "OTHER", "reason_text": " "}, "Say which reason."),
        ({"version": ""}, "This page is out of date. Reload it."),
    ],
)
@pytest.mark.parametrize("target", ["transfer", "transfer/approval"])
def test_a_form_that_is_not_in_order_says_what_is_missing(app, office, at, path, target, change, why):
    sent = {"to": office["desk"], **WHY, **version(app, office), **change}
    assert why in words(at("lead").post(f"{path}/{target}", sent, expect=422))
    assert question(app) is None and case_of(app, office["case"]).primary_vertical_id == office["care"]


def test_what_stands_against_a_transfer_is_said_with_what_lifts_it(app, office, at, path):
    page = at("lead").get(f"{path}/transfer?to={office['health']}")
    assert "This is not possible now" in words(page)
    assert "Record the consent of the person for the new service first." in words(page)
    assert "Ask for approval" not in html(page)
    sent = {"to": office["health"], "reason": "OTHER", "reason_text": "my words", **version(app, office)}
    refused = words(at("lead").post(f"{path}/transfer", sent, expect=403))
    assert "The case was not handed over" in refused and "my words" in refused
    own = {**sent, "to": office["care"]}
    assert "leads the case already" in words(at("lead").post(f"{path}/transfer", own, expect=409))
    put(app, office, Status.DRAFT)
    assert "A case can be handed over once it is submitted" in words(at("lead").get(f"{path}/transfer"))
    assert refusals(app) == ["case.transfer", "case.transfer"]


def test_who_may_not_hand_over_is_told_who_can_and_is_refused(app, office, at, path):
    page = words(at("worker").get(f"{path}/transfer", expect=403))
    assert "You may not do this Who can: a supervisor or an administrator." in page
    sent = {"to": office["desk"], **WHY, **version(app, office)}
    at("worker").post(f"{path}/transfer", sent, expect=403)
    at("worker").post(f"{path}/transfer/approval", sent, expect=403)
    at("stranger").get(f"{path}/transfer?to={office['desk']}", expect=404)
    at("stranger").post(f"{path}/transfer", sent, expect=404)
    assert question(app) is None and case_of(app, office["case"]).primary_vertical_id == office["care"]
    assert refusals(app)[:2] == ["case.transfer", "approval.ask"]


@pytest.mark.parametrize("target", ["transfer", "transfer/approval"])
def test_a_change_by_somebody_else_is_shown_before_it_is_handed_over(app, office, at, path, target):
    seen = version(app, office)
    at("worker").post(f"{path}/participants", {"vertical": office["health"]})
    sent = {"to": office["desk"], "reason": "OTHER", "reason_text": "my words", **seen}
    answer = at("lead").post(f"{path}/{target}", sent, expect=409)
    assert "Somebody changed this case meanwhile" in words(answer) and "Ana Worker" in words(answer)
    assert "my words</textarea>" in html(answer)
    assert f'value="{case_of(app, office["case"]).version_id}"' in html(answer), "it can be sent again"


def test_where_policy_asks_for_none_a_supervisor_hands_over_at_once(app, office, at, arrange):
    number = arrange(lambda s: make_case(s, s.get(Vertical, office["desk"]), status=Status.ACTIVE))
    target = f"/app/cases/{number}/transfer"
    page = at("stranger").get(f"{target}?to={office['health']}")
    assert "None is needed" in words(page) and "Verify who the case is about first." in words(page)
    other = arrange(lambda s: make_vertical(s, "FREE"))
    sent = {"to": other, **WHY, "version": case_of(app, number).version_id}
    at("stranger").post(target, sent)
    assert case_of(app, number).primary_vertical_id == other
