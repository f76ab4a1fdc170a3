"""The case page: what it says of a case, what it leaves honestly blank, and how its facts are changed."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import cases, intake, messages, notes, transitions
from portal.core.models import Assignment, AuditEvent, Case, Draft, User
from portal.core.told import Doubt, PersonTold, Report, ServiceTold
from portal.core.vocabulary import Action, AgeUnit, Answer, NameKnown, Origin, Priority, Role, Status
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_user, make_vertical
from tests.page import words


@pytest.fixture
def office(app) -> dict[str, int]:
    """A case with everything on it, the agent who took it, a colleague, a stranger, an auditor; and a second case."""
    with app.app_context(), committed(db.session) as session:
        here, elsewhere = make_vertical(session, "HERE", name="Helpline"), make_vertical(session, "ELSEWHERE")
        agent = make_user(session, Role.AGENT, here, name="Jo Testworker")
        report = Report(
            origin=Origin.PORTAL,
            vertical=here,
            facts={
                "summary": "Afraid to go home",
                "narrative": "She is afraid <b>at home</b>.\nHer teacher rang.",
                "plan": "Ring the school",
                "priority": Priority.HIGH,
                "gbv": Answer.YES,
                "immediate_danger": Answer.YES,
                "owner_id": agent.id,
            },
            reporter=PersonTold(full_name="Ngozi Testaunt", relationship_code="5"),
            clients=(
                PersonTold(
                    full_name="Amina Testchild",
                    age_value=14,
                    age_unit=AgeUnit.YEARS,
                    sex="122",
                    sex_label="Female",
                    phone="0722 000 111",
                    phone_safe="no",
                    phone_wish="Not after 17:00",
                ),
                PersonTold(name_known=NameKnown.DECLINED),
            ),
            perpetrators=(PersonTold(full_name="Client", notes="The uncle"),),
            services=(ServiceTold(kind="referral", label="School counsellor"),),
            doubts=(Doubt("location", "reporter.location_id", "999999"),),
        )
        case = intake.take(session, actor_of(session, agent), report)
        noise = make_case(session, here, summary="Another matter", narrative="Another story")
        return {
            "case": case.id,
            "noise": noise.id,
            "agent": agent.id,
            "colleague": make_user(session, Role.SUPERVISOR, here, name="Ilse Testlead").id,
            "stranger": make_user(session, Role.SUPERVISOR, elsewhere).id,
            "auditor": make_user(session, Role.AUDITOR).id,
        }


def stored(app, number: int) -> Case:
    with app.app_context():
        return db.session.get(Case, number)


def facts_of(app, office) -> dict[str, object]:
    case = stored(app, office["case"])
    return {
        name: getattr(case, name) for name in ("summary", "narrative", "plan", "priority", "gbv", "immediate_danger")
    }


def edit_form(app, office, **changes) -> dict[str, str]:
    """The edit form as its page sends it, with some fields typed over."""
    case = stored(app, office["case"])
    facts = {name: str(value) for name, value in facts_of(app, office).items()}
    return {"version": str(case.version_id), "category": case.category or "", **facts, **changes}


def test_the_bar_says_who_where_and_what_is_dangerous(desk, path):
    page = words(desk.get(path))
    for said in (
        "Amina Testchild and 1 more",
        "Active",
        "Immediate danger",
        "Not after 17:00",
        "Sensitive",
        "Owner: you",
        "1 thing to check",
        "no date set",
    ):
        assert said in page, f"“{said}” is missing"


def test_what_was_told_is_there_as_text_and_not_as_markup(desk, path):
    page = desk.get(path).get_data(as_text=True)
    assert "She is afraid &lt;b&gt;at home&lt;/b&gt;." in page
    assert "Another story" not in page


def test_people_are_shown_with_their_facts_and_blanks_are_called_what_they_are(desk, path):
    page = words(desk.get(f"{path}/people"))
    for said in (
        "Client: Amina Testchild",
        "14 years",
        "Female",
        "Hidden, ends in 111",
        "Not safe",
        "Client: Name declined",
        "Reporter: Ngozi Testaunt",
        "Alleged perpetrator: Name hidden",
        "School counsellor",
        "Not asked Nationality, Language, Tribe",
    ):
        assert said in page, f"“{said}” is missing"


def test_a_blank_of_a_report_from_outside_was_not_told(app, office, browser_as):
    with app.app_context(), committed(db.session) as session:
        here = cases.find(session, actor_of(session, session.get_one(User, office["agent"])), office["case"])
        told = Report(
            origin=Origin.HELPLINE,
            vertical=here.primary_vertical,
            facts={"narrative": "As reported."},
            reporter=PersonTold(full_name="Far Reporter"),
        )
        number = intake.take(session, actor_of(session, session.get_one(User, office["agent"])), told).id
    page = words(browser_as(office["agent"]).get(f"/app/cases/{number}/people"))
    assert "Not told" in page and "Not asked" not in page
    assert "No client named" in page


def test_each_full_view_is_written_to_the_access_log(app, desk, office, path):
    for page in ("", "/messages", "/people", "/history", "/edit", "/close"):
        desk.get(path + page)
    with app.app_context():
        read = sa.select(AuditEvent).where(AuditEvent.action == "case.read", AuditEvent.actor_id == office["agent"])
        events = db.session.scalars(read).all()
    assert [event.details["case"] for event in events] == [office["case"]] * 6


def test_another_verticals_worker_finds_nothing_and_leaves_no_reading(app, office, path, browser_as):
    stranger = browser_as(office["stranger"])
    for page in ("", "/messages", "/people", "/history", "/edit", "/assign", "/review", "/close"):
        stranger.get(path + page, expect=404)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).where(AuditEvent.action == "case.read")) == 0


def test_who_may_only_read_sees_no_form_and_is_refused_the_change(app, office, path, browser_as):
    auditor = browser_as(office["auditor"])
    page = auditor.get(path).get_data(as_text=True)
    for button in ("Save note", "Send message", "Set review date", "Stabilize</button>", "Assign</button>"):
        assert button not in page
    for address in ("/edit", "/assign", "/review"):
        auditor.get(path + address, expect=403)
    before = facts_of(app, office)
    auditor.post(f"{path}/edit", edit_form(app, office, plan="mine now"), expect=403)
    assert facts_of(app, office) == before


def test_facts_are_changed_and_what_was_not_touched_stays_as_it_was(app, desk, office, path):
    before = facts_of(app, office)
    answer = desk.post(f"{path}/edit", edit_form(app, office, plan="Ring\r\nthe aunt", gbv="not_known"))
    assert "is saved" in words(desk.follow(answer))
    assert facts_of(app, office) == {**before, "plan": "Ring\nthe aunt", "gbv": Answer.NOT_KNOWN}
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "case.update")).one()
    assert event.details["fields"] == ["gbv", "plan"]


def test_a_stale_form_says_who_changed_what_and_keeps_both_texts(app, desk, office, path, browser_as):
    mine = edit_form(app, office, plan="my plan", summary="my summary")
    browser_as(office["colleague"]).post(
        f"{path}/edit", edit_form(app, office, plan="their plan", narrative="their words")
    )
    answer = desk.post(f"{path}/edit", mine, expect=409)
    page = answer.get_data(as_text=True)
    assert "Ilse Testlead" in page and "Changed: what happened, plan" in words(answer)
    assert "my plan" in page and "their plan" in page and "my summary" in page
    assert "their words</textarea>" in page, "what only they changed is taken over from them"
    version = stored(app, office["case"]).version_id
    assert f'name="version" type="hidden" value="{version}"' in page
    assert stored(app, office["case"]).summary == "Afraid to go home"


@pytest.mark.parametrize(("choice", "kept"), [("mine", "my plan"), ("theirs", "their plan")])
def test_where_both_changed_a_field_the_reader_chooses(app, desk, office, path, browser_as, choice, kept):
    browser_as(office["colleague"]).post(f"{path}/edit", edit_form(app, office, plan="their plan"))
    desk.post(f"{path}/edit", {**edit_form(app, office, plan="my plan"), "keep-plan": choice})
    assert stored(app, office["case"]).plan == kept


def test_unsaved_changes_are_offered_and_never_put_over_what_is_stored(app, desk, office, path, browser_as):
    typed = edit_form(app, office, plan="half a plan")
    desk.post(f"{path}/edit/draft", typed, expect=200, headers={"Accept": "application/json"})
    browser_as(office["colleague"]).post(f"{path}/edit", edit_form(app, office, summary="their summary"))
    page = desk.get(f"{path}/edit")
    assert "half a plan" not in page.get_data(as_text=True) and "that are not saved" in words(page)
    taken_up = desk.get(f"{path}/edit?draft=1").get_data(as_text=True)
    assert "half a plan" in taken_up
    desk.post(f"{path}/edit", typed, expect=409)
    assert stored(app, office["case"]).summary == "their summary"


def test_a_case_is_given_to_a_colleague_and_taken_back(app, desk, office, path):
    version = stored(app, office["case"]).version_id
    given = {"assigned_to": office["colleague"], "reason": "On leave", "version": version}
    assert "is now with Ilse Testlead" in words(desk.follow(desk.post(f"{path}/assign", given)))
    assert stored(app, office["case"]).owner_id == office["colleague"]
    page = desk.get(path)
    assert "Take this case" in words(page) and "Given to Ilse Testlead" in words(page)
    taken = {"assigned_to": office["agent"], "version": stored(app, office["case"]).version_id}
    desk.post(f"{path}/assign", taken)
    assert stored(app, office["case"]).owner_id == office["agent"]


@pytest.mark.parametrize("to", ["0", "", "99999", "x", "auditor", "agent"])
def test_a_case_is_given_to_nobody_who_cannot_take_it(app, desk, office, path, to):
    asked = {"assigned_to": office.get(to, to), "version": stored(app, office["case"]).version_id}
    answer = desk.post(f"{path}/assign", asked, expect=422)
    assert "assigned_to-error" in answer.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 0


def test_a_stale_assignment_says_who_changed_what(app, desk, office, path, browser_as):
    version = stored(app, office["case"]).version_id
    browser_as(office["colleague"]).post(f"{path}/edit", edit_form(app, office, plan="their plan"))
    answer = desk.post(f"{path}/assign", {"assigned_to": office["colleague"], "version": version}, expect=409)
    assert "Ilse Testlead , Changed: plan" in words(answer)
    assert stored(app, office["case"]).owner_id == office["agent"]


def test_the_review_date_is_set_shown_and_taken_away(app, desk, office, path):
    when = {"date": ["27", "3", "2027"], "version": stored(app, office["case"]).version_id}
    assert "looked at again on 27 Mar 2027" in words(desk.follow(desk.post(f"{path}/review", when)))
    assert stored(app, office["case"]).review_date == dt.date(2027, 3, 27)
    gone = {"date": ["", "", ""], "version": stored(app, office["case"]).version_id}
    desk.post(f"{path}/review", gone)
    assert stored(app, office["case"]).review_date is None


def test_a_date_that_is_none_is_named_beside_the_field_and_kept(app, desk, office, path):
    wrong = {"date": ["31", "2", "2027"], "version": stored(app, office["case"]).version_id}
    page = desk.post(f"{path}/review", wrong, expect=422).get_data(as_text=True)
    assert "Enter a real date" in page and 'value="31"' in page and 'value="2027"' in page


def test_a_read_only_case_offers_no_change_and_takes_none(app, office, path, browser_as):
    with app.app_context(), committed(db.session) as session:
        actor = actor_of(session, session.get_one(User, office["colleague"]))
        case = cases.find(session, actor, office["case"], lock=True)
        transitions.change_status(session, actor, case, Action.SUSPEND, reason="POLICY_SUSPENSION")
    desk = browser_as(office["agent"])
    page = desk.get(path).get_data(as_text=True)
    for button in ("Save note", "Send message", "Set review date", "Assign</button>"):
        assert button not in page
    before = facts_of(app, office)
    desk.post(f"{path}/edit", edit_form(app, office, plan="still typing"), expect=409)
    assert facts_of(app, office) == before


def test_the_timeline_can_be_narrowed_and_the_address_says_to_what(app, desk, office, path):
    with app.app_context(), committed(db.session) as session:
        actor = actor_of(session, session.get_one(User, office["colleague"]))
        case = cases.find(session, actor, office["case"])
        notes.write(session, actor, case, "a note of the timeline")
        messages.write(session, actor, case, "a message of the timeline")
    everything = words(desk.get(f"{path}/history"))
    assert "a note of the timeline" in everything and "a message of the timeline" in everything
    assert "Verified became Active" in everything
    only_notes = words(desk.get(f"{path}/history?show=notes", headers={"HX-Request": "true"}))
    assert "a note of the timeline" in only_notes and "a message of the timeline" not in only_notes
    assert "became" not in only_notes
    for odd in ("show=nonsense", "before=nonsense", "before=2026-01-01T00:00:00%2B00:00~9~9"):
        desk.get(f"{path}/history?{odd}")


def test_a_page_outside_the_portal_does_not_sign_anybody_out(desk, path):
    desk.client.get("/there-is-no-such-page")
    desk.get(path)


def test_drafts_are_their_owners_alone(app, desk, office, path, browser_as):
    typed = edit_form(app, office, plan="secret plan")
    desk.post(f"{path}/edit/draft", typed, expect=200, headers={"Accept": "application/json"})
    other = browser_as(office["colleague"])
    assert "secret plan" not in other.get(f"{path}/edit?draft=1").get_data(as_text=True)
    with app.app_context():
        assert db.session.scalars(sa.select(Draft.user_id)).all() == [office["agent"]]
    assert stored(app, office["case"]).lifecycle_status is Status.ACTIVE
