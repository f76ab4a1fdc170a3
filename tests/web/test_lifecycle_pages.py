"""Steps of the lifecycle in the browser: asked for once, taken once, refused with the reason, never done unseen."""

import re

import pytest
import sqlalchemy as sa

from portal.core import drafts, lifecycle, transitions
from portal.core.models import AuditEvent, Case, CaseStatusHistory, Conflict, Draft, Person, User
from portal.core.vocabulary import Action, Origin, Role, Status
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_user, make_vertical, put_into
from tests.page import words

CLOSE = {"reason": "OBJECTIVES_MET"}


@pytest.fixture
def office(app) -> dict[str, int]:
    """An active case, the same in a vertical that works on consent, an agent, a supervisor; and a case as noise."""
    with app.app_context(), committed(db.session) as session:
        here, careful = make_vertical(session, "HERE"), make_vertical(session, "CAREFUL", consent=True)
        owner = make_user(session, Role.AGENT, here, careful, name="Jo Testworker")
        return {
            "agent": owner.id,
            "supervisor": make_user(session, Role.SUPERVISOR, here, careful, name="Ilse Testlead").id,
            "auditor": make_user(session, Role.AUDITOR).id,
            "case": make_case(session, here, owner=owner).id,
            "careful": make_case(session, careful, owner=owner).id,
            "noise": make_case(session, here).id,
        }


def case_of(app, number: int) -> Case:
    with app.app_context():
        return db.session.get(Case, number)


def version(app, office) -> dict[str, int]:
    return {"version": case_of(app, office["case"]).version_id}


def states(app, number: int) -> list[str]:
    """The states a case went through, oldest first."""
    with app.app_context():
        rows = sa.select(CaseStatusHistory.to_status).where(CaseStatusHistory.case_id == number)
        return [status.value for status in db.session.scalars(rows.order_by(CaseStatusHistory.id))]


def main_of(page) -> str:
    """What a page holds for itself, without the frame of all pages."""
    html = page.get_data(as_text=True)
    return html[html.index("<main") : html.index("</main>")]


def put(app, number: int, status: Status) -> None:
    with app.app_context(), committed(db.session) as session:
        put_into(session, session.get(Case, number), status)


def test_closing_takes_one_confirmation_and_the_history_shows_both_steps(app, desk, office, path):
    page = desk.get(f"{path}/close")
    assert "Passes through Stabilized on the way" in words(page) and "The client is not told" in words(page)
    closed = desk.post(f"{path}/close", {**CLOSE, **version(app, office), "note": "All is well"})
    assert "is now Closed." in words(desk.follow(closed))
    assert states(app, office["case"])[-2:] == ["stabilized", "closed"]
    history = words(desk.get(f"{path}/history?show=status"))
    assert "Active became Stabilized" in history and "Stabilized became Closed" in history
    assert "Jo Testworker. Aims were met. All is well" in history
    assert states(app, office["noise"])[-1] == "active"


def test_the_whole_way_round_is_open_to_an_agent_where_no_consent_is_needed(app, desk, office, path):
    for action, more in (
        ("stabilize", {}),
        ("close", CLOSE),
        ("reopen", {"reason": "NEW_INFORMATION"}),
        ("activate", {}),
    ):
        page = main_of(desk.get(path))
        assert page.count('<button class="btn primary" type="submit">') == 1 + ("Send message" in page)
        assert f'action="{path}/{action}"' in page
        desk.post(f"{path}/{action}", {**more, **version(app, office)})
    assert states(app, office["case"])[-4:] == ["stabilized", "closed", "reopened", "active"]


def test_a_reason_that_is_missing_is_named_beside_the_field_and_what_was_typed_is_kept(app, desk, office, path):
    answer = desk.post(f"{path}/close", {**version(app, office), "note": "typed already"}, expect=422)
    page = answer.get_data(as_text=True)
    assert "Choose a reason." in page and 'href="#reason-0"' in page and "typed already</textarea>" in page
    assert states(app, office["case"])[-1] == "active"


@pytest.mark.parametrize("reason", ["ABANDONED", "X' OR 1", "DIALECT_CLOSED"])
def test_a_reason_from_another_list_is_none(app, desk, office, path, reason):
    answer = desk.post(f"{path}/close", {"reason": reason, **version(app, office)}, expect=422)
    assert "This reason is not on the list." in words(answer)
    assert states(app, office["case"])[-1] == "active"


def test_another_reason_asks_which(app, desk, office, path):
    other = {"reason": "OTHER", **version(app, office)}
    assert "reason_text-error" in desk.post(f"{path}/close", other, expect=422).get_data(as_text=True)
    desk.post(f"{path}/close", {**other, "reason_text": "Moved to the coast"})
    assert "Moved to the coast" in words(desk.get(f"{path}/history"))


def test_the_page_of_a_step_lists_the_reasons_of_its_row_and_no_others(app, office, path, browser_as):
    supervisor = browser_as(office["supervisor"])
    for action in (Action.CLOSE, Action.SUSPEND):
        row = lifecycle.find(Status.ACTIVE, action, consent_required=False)
        page = supervisor.get(f"{path}/{action.value}").get_data(as_text=True)
        offered = [code for code in row.reasons if f'value="{code}"' in page]
        assert offered == list(row.reasons) and page.count('type="radio"') == len(row.reasons)


def test_a_stale_confirmation_says_who_did_what_and_can_be_sent_again(app, desk, office, path, browser_as):
    seen = version(app, office)
    browser_as(office["supervisor"]).post(f"{path}/stabilize", seen)
    answer = desk.post(f"{path}/close", {**CLOSE, **seen, "note": "my words"}, expect=409)
    page = answer.get_data(as_text=True)
    assert "Somebody changed this case meanwhile" in page and "Ilse Testlead" in page and "my words</textarea>" in page
    assert 'value="OBJECTIVES_MET"' in page and "checked" in page
    assert states(app, office["case"])[-1] == "stabilized", "nothing happened unseen"
    now = version(app, office)["version"]
    assert f'name="version" type="hidden" value="{now}"' in page
    desk.post(f"{path}/close", {**CLOSE, "version": now, "note": "my words"})
    assert states(app, office["case"])[-1] == "closed"


def test_what_somebody_else_did_first_is_not_done_twice(app, desk, office, path, browser_as):
    seen = version(app, office)
    browser_as(office["supervisor"]).post(f"{path}/close", {**CLOSE, **seen})
    answer = desk.post(f"{path}/close", {**CLOSE, **seen}, expect=409)
    assert "Ilse Testlead" in words(answer) and "This is not possible now" in words(answer)
    assert states(app, office["case"]).count("closed") == 1


def test_a_form_without_a_version_changes_nothing(app, desk, office, path):
    desk.post(f"{path}/close", CLOSE, expect=422)
    assert states(app, office["case"])[-1] == "active"


def test_what_is_not_possible_says_why_and_who_can_lift_it(desk, office, path):
    page = words(desk.get(path))
    assert "Not possible now Suspend You may not do this here. Who can: a supervisor or an administrator." in page
    assert "Resume The case is active; this is possible when it is suspended." in page
    assert "Who can" in words(desk.get(f"{path}/suspend", expect=403))
    assert "possible when it is suspended" in words(desk.get(f"{path}/resume", expect=409))


def test_a_step_without_the_right_to_it_is_refused_and_the_refusal_recorded_once(app, desk, office, path):
    desk.post(f"{path}/suspend", {"reason": "POLICY_SUSPENSION", **version(app, office)}, expect=403)
    assert states(app, office["case"])[-1] == "active"
    with app.app_context():
        refused = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.outcome == "refused")).all()
    assert [(event.action, event.actor_id) for event in refused] == [("case.suspend", office["agent"])]


def test_an_auditor_is_offered_no_step_and_can_take_none(app, office, path, browser_as):
    auditor = browser_as(office["auditor"])
    page = auditor.get(path).get_data(as_text=True)
    assert set(re.findall(rf'action="{path}/([^"]+)"', page)) == {"messages/new"}, "asking for what is new is reading"
    auditor.get(f"{path}/close", expect=403)
    auditor.post(f"{path}/close", {**CLOSE, **version(app, office)}, expect=403)
    assert states(app, office["case"])[-1] == "active"


def test_where_consent_is_needed_an_active_case_is_stabilized_first(app, office, browser_as):
    put(app, office["careful"], Status.ACTIVE)
    supervisor, path = browser_as(office["supervisor"]), f"/app/cases/{office['careful']}"
    assert "Close An active case is stabilized first. Then you can close it." in words(supervisor.get(path))
    supervisor.get(f"{path}/close", expect=409)
    sent = {**CLOSE, "version": case_of(app, office["careful"]).version_id}
    supervisor.post(f"{path}/close", sent, expect=409)
    assert case_of(app, office["careful"]).lifecycle_status is Status.ACTIVE


@pytest.mark.parametrize("status", Status)
def test_every_state_shows_the_steps_of_the_table_and_no_others(app, office, path, browser_as, status):
    put(app, office["case"], status)
    with app.app_context():
        actor = actor_of(db.session, db.session.get(User, office["supervisor"]))
        offers = transitions.offers(db.session, actor, db.session.get(Case, office["case"]))
    page = browser_as(office["supervisor"]).get(path).get_data(as_text=True)
    for offer in offers:
        shown = page.count(f'action="{path}/{offer.action.value}"')
        assert shown == offer.allowed, f"{offer.action} on a {status} case"


def test_a_report_by_web_form_can_be_refused(app, office, browser_as):
    with app.app_context(), committed(db.session) as session:
        vertical = session.get(Case, office["case"]).primary_vertical
        number = make_case(session, vertical, origin=Origin.WEBFORM, needs_triage=True).id
    path = f"/app/cases/{number}"
    supervisor = browser_as(office["supervisor"])
    assert "waits to be looked at" in words(supervisor.get(path))
    sent = {"reason": "DUPLICATE", "version": case_of(app, number).version_id}
    refused = words(supervisor.follow(supervisor.post(f"{path}/refuse", sent)))
    assert "is now Archived" in refused and "Reason: Already reported" in refused
    for page in (refused, words(supervisor.get(f"{path}/history"))):
        assert "Already reported" in page and "A duplicate of another case" not in page


def test_what_is_typed_on_a_confirmation_is_kept_found_again_and_gone_when_it_is_taken(app, desk, office, path):
    typed = {**version(app, office), "reason": "OTHER", "note": "half a sentence"}
    saved = desk.post(f"{path}/close/draft", typed, expect=200, headers={"Accept": "application/json"})
    assert saved.json["saved_at_label"].startswith("Saved ")
    page = desk.get(f"{path}/close").get_data(as_text=True)
    assert "half a sentence</textarea>" in page
    desk.post(f"{path}/close", {**typed, "reason_text": "Moved"})
    desk.post(f"{path}/close/draft", typed, expect=200, headers={"Accept": "application/json"})
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0, "a late draft must not come back"


def test_what_was_typed_is_kept_even_when_the_step_is_refused(app, desk, office, path, browser_as):
    seen = version(app, office)
    browser_as(office["supervisor"]).post(f"{path}/suspend", {"reason": "POLICY_SUSPENSION", **seen})
    desk.post(f"{path}/close", {**CLOSE, "note": "an hour of words", **version(app, office)}, expect=409)
    with app.app_context():
        actor = actor_of(db.session, db.session.get(User, office["agent"]))
        kept = drafts.find(db.session, actor, "transition", f"{office['case']}:close")
    assert kept["note"] == "an hour of words"


def test_with_htmx_the_question_comes_alone_with_its_title_and_success_leads_to_the_case(app, desk, office, path):
    htmx = {"HX-Request": "true"}
    alone = desk.get(f"{path}/close", headers=htmx).get_data(as_text=True)
    assert "<html" not in alone and "<title>Close" in alone and alone.count("<h1") == 1
    wrong = desk.post(f"{path}/close", version(app, office), headers=htmx, expect=422).get_data(as_text=True)
    assert "<html" not in wrong and 'id="cases-confirm"' in wrong
    done = desk.post(f"{path}/close", {**CLOSE, **version(app, office)}, headers=htmx, expect=200)
    assert done.headers["HX-Redirect"] == path


def test_steps_that_are_none_of_the_table_have_no_page(desk, path):
    for action in ("delete", "merge/draft", "unmerge/draft"):  # merging has pages of its own (test_merging.py)
        desk.get(f"{path}/{action}", expect=404)


def test_possible_duplicate_support_found_at_activation_is_recorded_and_said(app, office, browser_as):
    supervisor, path = browser_as(office["supervisor"]), f"/app/cases/{office['careful']}"
    with app.app_context(), committed(db.session) as session:
        case = session.get(Case, office["careful"])
        twin = make_case(session, case.primary_vertical, subject=session.get(Person, case.subject_person_id))
        for one in (case, twin):
            put_into(session, one, Status.ACTIVE if one is twin else Status.VERIFIED)
    sent = {"version": case_of(app, office["careful"]).version_id}
    answer = supervisor.post(f"{path}/activate", sent, expect=409)
    assert "A possible duplicate support is open and must be decided first." in words(answer)
    assert case_of(app, office["careful"]).lifecycle_status is Status.VERIFIED
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Conflict)) == 1
