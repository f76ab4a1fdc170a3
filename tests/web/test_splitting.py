"""Splitting on screen: what goes to which new case, what that makes, why not, and the way from each to the other."""

import re

import pytest

from portal.core import assignments, clock, messages, notes
from portal.core.models import (
    Assignment,
    Attachment,
    Case,
    CasePerson,
    CaseSplit,
    HouseholdMember,
    Message,
    Note,
    Service,
)
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_household,
    make_person,
    make_user,
    make_vertical,
    put_into,
)
from tests.page import words
from tests.statements import counted

pytestmark = pytest.mark.slow

BECAUSE = {"reason": "DIFFERENT_NEEDS"}


@pytest.fixture
def office(app) -> dict[str, int]:
    """A case with something of every kind, and a supervisor of its service."""
    with app.app_context(), committed(db.session) as session:
        here, elsewhere = make_vertical(session, "HERE", name="Helpline"), make_vertical(session, "THERE")
        lead = make_user(session, Role.SUPERVISOR, here, name="Ilse Testlead")
        worker = make_user(session, Role.CASEWORKER, here, name="Jo Testworker")
        case = make_case(session, here, subject=make_person(session, "Amina Testperson"), summary="Two matters")
        actor = actor_of(session, worker)
        for place, name in enumerate(("first", "second")):
            notes.write(session, actor, case, f"{name} note")
            messages.write(session, actor, case, f"{name} message")
            session.add(Service(case_id=case.id, label=f"{name} service"))
            person = make_person(session, f"{name.title()} Client")
            session.add(CasePerson(case_id=case.id, person_id=person.id, role="client", position=place))
        stored = {"content_type": "text/plain", "state": "stored", "checksum": "0" * 64}
        session.add(Attachment(case_id=case.id, file_name="letter.txt", **stored))
        with_message = session.query(Message).filter_by(text="first message").one()
        session.add(Attachment(case_id=case.id, file_name="photo.txt", message_id=with_message.id, **stored))
        assignments.add(session, actor_of(session, lead), case, worker, effective_from=clock.now())
        return {
            "case": case.id,
            "lead": lead.id,
            "worker": worker.id,
            "admin": make_user(session, Role.ADMINISTRATOR).id,
            "stranger": make_user(session, Role.SUPERVISOR, elsewhere).id,
            "elsewhere": elsewhere.id,
            "here": here.id,
        }


@pytest.fixture
def path(office) -> str:
    """Where the case is split."""
    return f"/app/cases/{office['case']}/split"


def fresh(app, number: int) -> Case:
    with app.app_context():
        return db.session.get(Case, number)


def key(app, model, **which) -> str:
    """The name under which a thing travels in the form."""
    with app.app_context():
        row = db.session.query(model).filter_by(**which).one()
        kind = {Note: "notes", Message: "messages", Service: "services", Attachment: "attachments"}.get(model)
        if model is CasePerson:
            return f"people-{row.id}"
        return f"{kind or 'assignments'}-{row.uuid}"


def form(app, office, step: str, *going: tuple[str, int], **more) -> dict[str, str]:
    """The form as its page sends it."""
    version = str(fresh(app, office["case"]).version_id)
    return {"version": version, "cases": "1", "step": step, **{name: str(to) for name, to in going}, **more}


def made(app, office) -> list[Case]:
    with app.app_context():
        edges = db.session.query(CaseSplit).filter_by(source_id=office["case"]).order_by(CaseSplit.id)
        return [db.session.get(Case, edge.new_case_id) for edge in edges]


def texts(app, model, number: int, column: str = "text") -> list[str]:
    with app.app_context():
        return [getattr(row, column) for row in db.session.query(model).filter_by(case_id=number).order_by(model.id)]


def value(page, name: str) -> str | None:
    """What a field of the form says: a hidden one, or what is chosen in a list."""
    html = page.get_data(as_text=True)
    hidden = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', html)
    if hidden:
        return hidden[1]
    listed = re.search(rf'<select[^>]*name="{name}".*?</select>', html, re.S)
    chosen = re.search(r'value="([^"]*)" selected', listed[0]) if listed else None
    return chosen[1] if chosen else None


def test_everything_that_can_be_moved_is_on_offer_and_files_of_messages_go_with_them(lead, path):
    page = words(lead.get(path))
    for said in (
        "First Client",
        "second message",
        "first note",
        "letter.txt",
        "second service",
        "Jo Testworker",
        "Files of a message go with it.",
    ):
        assert said in page, f"“{said}” is missing"
    assert "photo.txt" not in page


def test_new_cases_are_added_and_taken_away_and_what_was_chosen_stays(app, lead, office, path):
    note, message = key(app, Note, text="first note"), key(app, Message, text="second message")
    chosen = (note, 1), (message, 1)
    page = lead.post(path, form(app, office, "more", *chosen, **{"summary-1": "Housing"}), expect=200)
    assert "New case 2" in words(page) and value(page, "cases") == "2"
    assert (value(page, note), value(page, message), value(page, "summary-1")) == ("1", "1", "Housing")
    page = lead.post(path, form(app, office, "fewer", (note, 2), (message, 1), cases="2"), expect=200)
    assert (value(page, note), value(page, message), value(page, "cases")) == (None, "1", "1")
    page = lead.post(path, form(app, office, "more", cases="10"), expect=200)
    assert value(page, "cases") == "10" and "One more new case" not in words(page)


def test_the_preview_counts_what_stays_and_what_goes_and_changes_nothing(app, lead, office, path):
    going = (key(app, Note, text="first note"), 1), (key(app, Message, text="first message"), 2)
    page = lead.post(path, form(app, office, "preview", *going, cases="2", **{"summary-2": "School"}), expect=200)
    said = words(page)
    for row in ("Notes 1 1 0 2", "Messages 1 0 1 2", "People on the case 2 0 0 2", "Assignments 1 0 0 1"):
        assert row in said, f"“{row}” is missing"
    assert "New case 2 Draft School" in said and "New case 1 Draft Two matters" in said
    assert value(page, going[0][0]) == "1" and value(page, "summary-2") == "School"
    assert made(app, office) == []
    back = lead.post(path, form(app, office, "choose", *going, cases="2"), expect=200)
    assert value(back, going[1][0]) == "2"


def test_what_was_named_moves_and_the_cases_lead_to_one_another(app, lead, office, path):
    going = [
        (key(app, Note, text="second note"), 1),
        (key(app, Message, text="first message"), 1),
        (key(app, Service, label="second service"), 2),
        (key(app, CasePerson, position=1), 2),
        (key(app, Attachment, file_name="letter.txt"), 2),
        (key(app, Assignment), 2),
    ]
    sent = form(app, office, "split", *going, cases="2", **BECAUSE, **{"summary-1": "Housing", "summary-2": "School"})
    page = words(lead.follow(lead.post(path, sent)))
    first, second = made(app, office)
    assert f"{first.reference}, {second.reference} are split off as drafts." in page
    assert "Split off this case" in page and "Ilse Testlead. Different needs" in page
    assert [case.lifecycle_status for case in (first, second)] == [Status.DRAFT, Status.DRAFT]
    assert (texts(app, Note, first.id), texts(app, Note, office["case"])) == (["second note"], ["first note"])
    assert texts(app, Message, first.id) == ["first message"]
    assert texts(app, Attachment, first.id, "file_name") == ["photo.txt"]
    assert texts(app, Attachment, second.id, "file_name") == ["letter.txt"]
    assert texts(app, Service, second.id, "label") == ["second service"]
    assert texts(app, Assignment, office["case"], "uuid") == []
    other = words(lead.get(f"/app/cases/{second.id}"))
    assert f"This case was split off {fresh(app, office['case']).reference} Active" in other
    assert "Second Client" in other
    assert "Second Client" not in words(lead.get(f"/app/cases/{office['case']}/people"))
    assert "The case was split" in words(lead.get(f"/app/cases/{office['case']}/history"))


def test_a_reason_is_asked_for_and_what_was_chosen_stays(app, lead, office, path):
    going = (key(app, Note, text="first note"), 1)
    page = lead.post(path, form(app, office, "split", going, **{"summary-1": "Housing"}), expect=422)
    assert "Choose a reason." in words(page)
    assert (value(page, going[0]), value(page, "summary-1")) == ("1", "Housing")
    page = lead.post(path, form(app, office, "split", going, reason="OTHER"), expect=422)
    assert "Say which reason." in words(page)
    back = lead.post(path, form(app, office, "choose", going, reason="OTHER", reason_text="Because"), expect=200)
    assert (value(back, "reason"), value(back, "reason_text")) == ("OTHER", "Because")
    assert made(app, office) == []


def test_somebody_elses_change_is_shown_before_the_case_is_split(app, lead, office, path, browser_as):
    sent = form(app, office, "split", **BECAUSE)
    edit = {"version": sent["version"], "priority": "high", "gbv": "not_asked", "immediate_danger": "no"}
    browser_as(office["worker"]).post(f"/app/cases/{office['case']}/edit", {**edit, "summary": "Changed"})
    page = lead.post(path, sent, expect=409)
    assert "Somebody changed this case meanwhile" in words(page) and "Jo Testworker" in words(page)
    assert made(app, office) == []
    lead.post(path, {**sent, "version": value(page, "version")})
    assert len(made(app, office)) == 1


def test_what_is_not_of_the_case_is_refused_as_a_whole(app, lead, office, path):
    with app.app_context(), committed(db.session) as session:
        case = make_case(session, session.get(Case, office["case"]).primary_vertical)
        session.add(Note(case_id=case.id, author_name="Somebody", text="not of this case"))
    foreign = (key(app, Note, text="not of this case"), 1)
    for going in (foreign, ("people-999999", 1), ("notes-00000000-0000-4000-8000-000000000000", 1)):
        page = words(lead.post(path, form(app, office, "split", going, **BECAUSE), expect=422))
        assert "The case was not split" in page and "named twice." in page
        assert "not of this case" not in page.replace("This does not belong", "")
    for name in ("notes-x", "people-x", "strange-1", "notes-"):
        lead.post(path, form(app, office, "preview", (name, 1)), expect=200)
    assert made(app, office) == []


def test_people_who_are_there_for_each_other_go_together_or_stay(app, lead, office, path):
    with app.app_context(), committed(db.session) as session:
        client = session.query(CasePerson).filter_by(position=1).one()
        uncle = make_person(session, "Uncle Testperson")
        named = {"role": "perpetrator", "position": 7, "concerning_id": client.id}
        session.add(CasePerson(case_id=office["case"], person_id=uncle.id, **named))
    client, uncle = key(app, CasePerson, position=1), key(app, CasePerson, position=7)
    for going in ([(client, 1)], [(uncle, 1)], [(client, 1), (uncle, 2)]):
        page = lead.post(path, form(app, office, "split", *going, cases="2", **BECAUSE), expect=422)
        assert "Both go together, or both stay." in words(page)
    lead.post(path, form(app, office, "split", (client, 1), (uncle, 1), **BECAUSE))
    assert texts(app, CasePerson, made(app, office)[0].id, "role") == ["client", "perpetrator"]


def test_a_part_of_a_households_case_may_support_one_of_its_members(app, lead, office):
    with app.app_context(), committed(db.session) as session:
        here = session.get(Case, office["case"]).primary_vertical
        member = make_person(session, "Omar Member")
        home = make_household(session, make_person(session, "Head Testperson"))
        session.add(HouseholdMember(household_id=home.id, person_id=member.id, effective_from=clock.today()))
        number, member = make_case(session, here, subject=home).id, member.id
    assert "Omar Member" in words(lead.get(f"/app/cases/{number}/split"))
    at = {**office, "case": number}
    sent = form(app, at, "split", **{"subject-1": str(member)}, **BECAUSE)
    assert "supports Omar Member" in words(
        lead.post(f"/app/cases/{number}/split", {**sent, "step": "preview"}, expect=200)
    )
    lead.post(f"/app/cases/{number}/split", sent)
    assert made(app, at)[0].subject_person_id == member


def test_a_new_case_is_led_by_a_service_of_the_reader_and_by_no_other(app, lead, office, path, browser_as):
    assert 'name="vertical-1"' not in lead.get(path).get_data(as_text=True)
    sent = form(app, office, "split", **BECAUSE, **{"vertical-1": str(office["elsewhere"])})
    page = lead.post(path, sent, expect=403)
    assert "You do not work in this vertical." in words(page)
    admin = browser_as(office["admin"])
    assert 'name="vertical-1"' in admin.get(path).get_data(as_text=True)
    admin.post(path, sent)
    new = made(app, office)[0]
    assert new.primary_vertical_id == office["elsewhere"]
    page = words(lead.get(f"/app/cases/{office['case']}"))
    assert new.reference not in page and "Connected cases" not in page  # the lead does not see the other service's case


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.CLOSED, Status.ARCHIVED])
def test_a_case_that_takes_no_changes_is_not_split_and_the_page_says_why(app, lead, office, path, status):
    with app.app_context(), committed(db.session) as session:
        put_into(session, session.get(Case, office["case"]), status)
    page = words(lead.get(path))
    assert f"The case is {status.value}; only one that can be changed is split. Who can:" in page
    assert "Who can: ." not in page
    lead.post(path, form(app, office, "split", **BECAUSE), expect=409)
    assert made(app, office) == []


def test_who_may_not_split_is_told_who_can(app, office, path, browser_as):
    worker = browser_as(office["worker"])
    assert "Who can: a supervisor or an administrator." in words(worker.get(path, expect=403))
    worker.post(path, form(app, office, "split", **BECAUSE), expect=403)
    browser_as(office["stranger"]).get(path, expect=404)
    browser_as(office["stranger"]).post(path, form(app, office, "split", **BECAUSE), expect=404)
    assert made(app, office) == []


def _selects(app, browser, path: str) -> int:
    with counted(app) as statements:
        browser.get(path)
    return len([one for one in statements if one.lstrip().upper().startswith(("SELECT", "WITH"))])


def test_choosing_costs_the_same_however_much_there_is(app, lead, office, path):
    before = _selects(app, lead, path)
    with app.app_context(), committed(db.session) as session:
        for number in range(30):
            session.add(Note(case_id=office["case"], author_name="Somebody", text=f"more {number}"))
            person = make_person(session, f"More {number}")
            session.add(CasePerson(case_id=office["case"], person_id=person.id, role="other", position=number + 9))
    assert _selects(app, lead, path) == before


def test_a_case_page_costs_the_same_however_often_it_was_split(app, lead, office, path):
    lead.post(path, form(app, office, "split", **BECAUSE))
    before = _selects(app, lead, f"/app/cases/{office['case']}")
    lead.post(path, form(app, office, "split", cases="3", **BECAUSE))
    assert _selects(app, lead, f"/app/cases/{office['case']}") == before
    assert len(made(app, office)) == 4
