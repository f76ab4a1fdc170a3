"""Questions for approval: each is answered once, by somebody else."""

import re

import pytest
import sqlalchemy as sa

from portal.core import approvals
from portal.core.models import Approval, User, Vertical
from portal.core.vocabulary import Status
from portal.extensions import db
from tests.factories import actor_of, make_case
from tests.page import words
from tests.web.participation.conftest import WHY, ask, case_of, html, question, refusals, version


def test_a_question_is_asked_once_and_answered_once(app, office, at, path):
    ask(at, app, office, path)
    again = {"to": office["desk"], **WHY, **version(app, office)}
    assert "This was asked already" in words(at("second").post(f"{path}/transfer/approval", again, expect=409))
    place = f"/app/approvals/{question(app)}"
    assert "Choose an answer." in words(at("second").post(place, {"reason_text": "typed"}, expect=422))
    wordless = at("second").post(place, {"decision": "rejected"}, expect=422)
    assert "Say why it is rejected, for whoever asked." in words(wordless) and "checked" in html(wordless)
    at("second").post(place, {"decision": "rejected", "reason_text": "Stay here"})
    late = at("second").post(place, {"decision": "approved", "reason_text": "changed my mind"}, expect=409)
    assert "Somebody answered before you" in words(late) and "changed my mind" in words(late)
    with app.app_context():
        found = db.session.scalars(sa.select(Approval)).one()
        assert (found.decision, found.reason_text, found.approver_id) == ("rejected", "Stay here", office["second"])


def test_nobody_answers_their_own_question_and_none_without_the_right(app, office, at, path):
    ask(at, app, office, path)
    place, sent = f"/app/approvals/{question(app)}", {"decision": "approved", "reason_text": "my words"}
    assert "You asked for this approval; somebody else decides." in words(at("lead").get(place))
    own = words(at("lead").post(place, sent, expect=403))
    assert "You cannot decide this" in own and "my words" in own
    other = words(at("worker").get(place))
    assert "You may not decide this. Who can: a supervisor or an administrator." in other
    at("worker").post(place, sent, expect=403)
    at("auditor").post(place, sent, expect=403)
    at("stranger").get(place, expect=404)
    at("stranger").post(place, sent, expect=404)
    assert refusals(app)[:3] == ["approval.decide"] * 3
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Approval)) == 0


def test_each_reader_finds_each_question_where_it_belongs_and_nothing_of_others(app, office, at, path):
    ask(at, app, office, path)
    reference = case_of(app, office["case"]).reference
    everybody = ("lead", "second", "worker", "auditor", "stranger", "healer")
    found = {
        who: [
            view
            for view in ("mine", "asked", "others", "decided")
            if reference in html(at(who).get(f"/app/approvals?show={view}"))
        ]
        for who in everybody
    }
    waits = {"lead": ["asked"], "second": ["mine"], "worker": ["others"], "auditor": ["others"]}
    assert found == {**waits, "stranger": [], "healer": []}
    at("second").post(f"/app/approvals/{question(app)}", {"decision": "approved"})
    assert reference in html(at("worker").get("/app/approvals?show=decided"))
    at("second").get("/app/approvals")  # which says that it is approved
    assert reference not in html(at("second").get("/app/approvals"))
    assert reference not in html(at("stranger").get("/app/approvals?show=decided"))


@pytest.mark.slow
def test_a_long_list_of_questions_goes_on_over_pages_without_gap_or_double(app, office, at, arrange):
    def many(session):
        lead, care = actor_of(session, session.get(User, office["lead"])), session.get(Vertical, office["care"])
        for _ in range(30):
            approvals.ask(session, lead, make_case(session, care, status=Status.ACTIVE), purpose=approvals.TRANSFER)

    arrange(many)
    for who, view in (("second", "mine"), ("lead", "asked"), ("auditor", "others")):
        first = html(at(who).get(f"/app/approvals?show={view}"))
        following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
        second = html(at(who).get(following))
        seen = [re.findall(r'scope="row"[^>]*><a href="/app/cases/(\d+)"', page) for page in (first, second)]
        assert [len(page) for page in seen] == [25, 5] and len({*seen[0], *seen[1]}) == 30
        assert "First page" in second and 'rel="next"' not in second
    at("second").get("/app/approvals?show=nothing&beyond=x")
