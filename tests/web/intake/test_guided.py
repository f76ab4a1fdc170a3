"""The guided form of the intake, without script: the same fields, the same draft and the same case as on one page."""

import datetime as dt
import re
from collections import Counter

import pytest
import sqlalchemy as sa

from portal.core import clock
from portal.core.models import Case, CasePerson, Contact, Note
from portal.core.vocabulary import Outcome
from portal.extensions import db
from portal.web.intake import questions
from portal.web.intake.forms import IntakeForm, PerpetratorForm, PersonForm
from tests.page import words

ONE, OTHER = "00112233445566aa", "00112233445566bb"
TOLD = {
    "channel": "phone",
    "speaks_for": "other",
    "immediate_danger": "yes",
    "reporter-full_name": "Wanjiru Neighbour",
    "reporter-phone": "0722 000 111",
    "reporter-phone_safe": "no",
    "clients-0-full_name": "Amina Testchild",
    "clients-0-age_value": "7",
    "clients-0-dob": ["27", "3", "2019"],
    "clients-1-full_name": "",
    "clients-1-name_known": "declined",
    "clients-1-sex": "not_known",
    "perpetrators-0-full_name": "Otieno Testuncle",
    "perpetrators-0-relationship_code": "uncle",
    "perpetrators-0-notes": "Was seen at the gate.",
    "narrative": "They were told to leave.\nNow they sleep at the market.",
    "plan": "Find a bed.",
    "gbv": "yes",
    "priority": "low",
    "keep": "y",
    "consent": "given",
    "consent_how": "guardian",
    "consent_by": "Grandmother Achieng",
}


def at(step: str, key: str = ONE) -> str:
    """The address of a question."""
    return f"/app/intake/{key}/guided/{step}"


def fields_at(step: str, told: dict) -> dict:
    """What of all that is told belongs to a question."""
    return {name: told[name] for name in questions.named(step).names if name in told}


def walk(desk, told: dict, key: str) -> list[str]:
    """Answer every question and every person's, as they come; returns the steps up to the answers."""
    steps, where = [], at("danger", key)
    added = {"clients": 0, "perpetrators": 0}
    while (step := where.rpartition("/")[2]) != "check":
        steps.append(step)
        desk.get(where)
        button = "next"
        if step in added and f"{step}-{added[step]}-full_name" in told:
            button = f"add:{step}"
            added[step] += 1
        answer = desk.post(where, {**fields_at(step, told), "do": button})
        assert answer.location != where, f"{step} does not lead on"
        where = answer.location
    return steps


def people_of(case: Case) -> list[tuple]:
    """Everybody on a case as they were told of."""
    facts = "full_name name_known age_value dob sex national_id phone_safe blanks language location".split()
    part = "role position relationship_code shares_home notes".split()
    ordered = db.session.scalars(sa.select(CasePerson).where(CasePerson.case_id == case.id).order_by(CasePerson.id))
    return [
        (*(getattr(one, name) for name in part), *(str(getattr(one.person, name, None)) for name in facts))
        for one in ordered
    ]


def told_of(case: Case) -> tuple:
    """What a case holds of what was told, without what differs between any two cases."""
    facts = "summary narrative plan category priority immediate_danger gbv owner_id lifecycle_status".split()
    notes = db.session.scalars(sa.select(Note.text).where(Note.case_id == case.id)).all()
    contact = db.session.scalars(sa.select(Contact).where(Contact.case_id == case.id)).one()
    return (
        *(getattr(case, name) for name in facts),
        people_of(case),
        notes,
        contact.outcome,
        contact.channel,
        contact.agent_id,
    )


def test_every_field_of_the_one_page_is_asked_in_exactly_one_question():
    of_form = [questions.CLIENTS, questions.PERPETRATORS, *questions.OPENING, *questions.REST]
    for form, asked, apart in (
        (IntakeForm(), of_form, {"draft", "reporter", "clients", "perpetrators"}),
        (PersonForm(), questions.PERSON, {"person_id"}),
        (PerpetratorForm(), [*questions.PERSON, *questions.PART], {"person_id"}),
    ):
        counted = Counter(name for question in asked for name in question.fields)
        assert counted == Counter({field.short_name: 1 for field in form} | dict.fromkeys(apart, 0)) + Counter()


def test_every_answer_of_the_one_page_stands_among_the_answers_with_its_way_to_change_it(desk):
    form = IntakeForm()
    told = {"clients-0-full_name": "", "perpetrators-0-full_name": "", "draft": ONE, "do": "keep"}
    labels = {field.label.text for field in (*PersonForm(), *PerpetratorForm())}
    told |= {f"{block}-{field.short_name}": "1" for block in ("reporter", "clients-0") for field in PersonForm()}
    told |= {f"perpetrators-0-{field.short_name}": "1" for field in PerpetratorForm()}
    told |= {f"{block}-person_id": "" for block in ("reporter", "clients-0", "perpetrators-0")}
    told |= {f"{block}-dob": ["1", "1", "2001"] for block in ("reporter", "clients-0", "perpetrators-0")}
    alone = [field for field in form if field.short_name not in ("q", "draft", "reporter", "clients", "perpetrators")]
    told |= {field.short_name: "1" for field in alone}
    desk.post("/app/intake", told, expect=200)
    page = desk.get(f"/app/intake/{ONE}/check")
    rows = re.findall(r"<dt>(.*?)</dt>.*?<a class=\"tall\" href=\"([^\"]+)\"", page.text, re.S)
    counted = Counter(label.replace("&#39;", "'") for label, _ in rows)
    of_clients = {field.label.text for field in PersonForm()} - {PersonForm().person_id.label.text}
    for label in labels - {PersonForm().person_id.label.text}:
        assert counted[str(label)] == (3 if label in of_clients else 1), label
    for field in alone:
        assert counted[str(field.label.text)] >= 1, field.label.text
    for _, way in rows:
        assert way.startswith(f"/app/intake/{ONE}/guided/") and "then=check" in way


@pytest.mark.slow
def test_the_same_case_comes_of_both_forms(app, desk):
    one_page = desk.post("/app/intake", {**TOLD, "draft": ONE, "do": "create"}).location
    steps = walk(desk, TOLD, OTHER)
    assert "clients-1-papers" in steps and "perpetrators-0-tie" in steps
    guided = desk.post(f"/app/intake/{OTHER}/check", {"do": "create"}).location
    if guided.endswith("/already"):  # the two who are told of again may be meant
        guided = desk.post(guided, {"do": "create"}).location
    assert guided != one_page
    with app.app_context():
        made = [db.session.get(Case, int(where.rpartition("/")[2])) for where in (one_page, guided)]
        assert told_of(made[0]) == told_of(made[1])


@pytest.mark.slow
def test_sending_the_answers_again_makes_no_twin_whichever_form_sends_them(app, desk):
    walk(desk, TOLD, ONE)
    first = desk.post(f"/app/intake/{ONE}/check", {"do": "create"})
    again = desk.post(f"/app/intake/{ONE}/check", {"do": "create"})
    on_one_page = desk.post("/app/intake", {**TOLD, "draft": ONE, "do": "create"})
    late = desk.post(at("story"), {"narrative": "More.", "do": "next"})
    assert first.location == again.location == on_one_page.location == late.location
    assert re.fullmatch(r"/app/cases/\d+", first.location)
    for address in (at("story"), f"/app/intake/{ONE}/check", f"/app/intake/{ONE}"):
        assert desk.get(address, expect=303).location == first.location
    assert desk.post(f"{at('story')}/draft", {"narrative": "Late."}, expect=200).json["saved_at_label"] == "Sent"
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 1


def test_one_goes_over_to_the_other_form_at_any_moment_and_no_word_is_lost(desk):
    on_one_page = {"draft": ONE, "narrative": "Begun on one page.", "reporter-full_name": "Half Told", "keep": "y"}
    went = desk.post("/app/intake", {**on_one_page, "reporter-age_value": "ten", "do": "guided"})
    assert desk.get(went.location, expect=303).location == at("danger")
    assert "Begun on one page." in desk.get(at("story")).text
    for step in [place.step for place in questions.line({})]:
        sent = {name: "Typed in passing" if name == "plan" else "" for name in questions.named(step).names}
        if step in ("reporter-name", "story", "becomes"):
            sent = {}  # left as it was
        back = desk.post(at(step), {**sent, "do": "one-page"})
        assert back.location.startswith(f"/app/intake/{ONE}#")
        page = desk.get(back.location.partition("#")[0])
        assert f'id="{back.location.partition("#")[2]}"' in page.text
    assert "Begun on one page." in page.text and "Half Told" in page.text and "Typed in passing" in page.text
    assert re.search(r'name="keep"[^>]*', desk.get(at("becomes")).text)


def test_what_is_malformed_is_said_beside_the_field_and_in_the_summary_and_keeps_nobody(app, desk):
    refused = desk.post(at("reporter-age"), {"reporter-age_value": "about ten", "reporter-dob": ["31", "2", "2015"]})
    assert refused.location == at("reporter-age")
    page = desk.follow(refused)
    for anchor in ("reporter-age_value", "reporter-dob"):
        assert f'href="#{anchor}"' in page.text and f'id="{anchor}-error"' in page.text
    assert "about ten" in page.text and "<title>Error:" in page.text
    assert desk.post(at("reporter-age"), {"do": "check"}).location == f"/app/intake/{ONE}/check"
    desk.post(at("story"), {"narrative": "It is told.", "do": "next"})
    check = desk.get(f"/app/intake/{ONE}/check")
    assert "about ten" in check.text and "Write the age as a number" in words(check)
    refused = desk.post(f"/app/intake/{ONE}/check", {"do": "create"})
    page = desk.follow(refused)
    assert f'href="{at("reporter-age")}?then=check#reporter-age_value"' in page.text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 0


def test_a_change_leads_to_its_question_and_back_to_the_answers(desk):
    walk(desk, TOLD, ONE)
    change = re.search(r'href="([^"]+clients-0-age[^"]*)"', desk.get(f"/app/intake/{ONE}/check").text)[1]
    page = desk.get(change.partition("#")[0])
    assert "Client 1 · Question 2 of 5" in words(page) and "Save and go back to the answers" in words(page)
    action = re.search(r'action="([^"]+clients-0-age[^"]*)"', page.text)[1]
    wrong = desk.post(action, {"clients-0-age_value": "x", "do": "next"})
    assert "then=check" in wrong.location
    back = desk.post(action, {"clients-0-age_value": "9", "do": "next"})
    assert back.location == f"/app/intake/{ONE}/check"
    assert re.search(r"<dt>Age, about</dt>\s*<dd[^>]*><span[^>]*>9</span>", desk.get(back.location).text)


def test_what_a_case_or_a_contact_needs_is_said_with_the_way_to_it(app, desk):
    check = f"/app/intake/{ONE}/check"
    page = desk.get(check)
    assert "Before a case can be opened" in words(page) and "Please put this right" not in words(page)
    page = desk.follow(desk.post(check, {"do": "create"}))
    for step, told in (("story", "Write down what happened"), ("reporter-name", "Say who is here or for whom")):
        assert told in words(page)
        assert f'href="{at(step)}?then=check' in page.text
    page = desk.follow(desk.post(check, {"do": "contact"}))
    assert "Choose how the contact ended" in words(page)
    desk.post(at("becomes"), {"outcome": "silent", "do": "check"})
    desk.post(check, {"do": "contact"})
    with app.app_context():
        assert db.session.scalars(sa.select(Contact)).one().outcome is Outcome.SILENT


def test_a_draft_is_taken_up_in_the_form_in_which_it_was_left(office, desk, browser_as):
    desk.post(at("story"), {"narrative": "Half told.", "do": "next"})
    assert f'href="/app/intake/{ONE}/guided"' in desk.get("/app/intake/drafts").text
    assert desk.get(f"/app/intake/{ONE}/guided", expect=303).location == at("story")
    other = browser_as(office["other"])
    assert other.get(f"/app/intake/{ONE}/guided", expect=303).location == at("danger")
    assert "Half told." not in other.get(at("story")).text
    desk.post(at("story"), {"narrative": "Half told.", "do": "one-page"})
    assert f'href="/app/intake/{ONE}"' in desk.get("/app/intake/drafts").text


def test_a_session_that_ran_out_keeps_what_was_answered(office, browser_as):
    late = browser_as(office["agent"])
    token = late.csrf_token()
    clock.advance(dt.timedelta(minutes=31))
    ours = {"Sec-Fetch-Site": "same-origin"}
    told = {"csrf_token": token, "narrative": "Sent too late.", "do": "next"}
    answer = late.client.post(at("story"), data=told, headers=ours)
    assert "/app/login" in answer.location and "story" in answer.location
    assert "Sent too late." in browser_as(office["agent"]).get(at("story")).text


def test_only_the_fields_of_a_question_are_taken_and_only_questions_there_are(office, desk, browser_as):
    desk.post(
        at("danger"), {"immediate_danger": "no", "narrative": "Smuggled.", "reporter-person_id": "1", "do": "next"}
    )
    assert "Smuggled." not in desk.get(at("story")).text
    assert "From the records" not in words(desk.get(at("find")))
    for step in ("nothing", "clients-0", "clients-0-tie", "reporter-tie", "perpetrators-x-name", "clients-999-name"):
        desk.get(at(step), expect=404)
        desk.post(at(step), {"do": "next"}, expect=404)
    desk.get(at("danger", "zzzzzzzzzzzzzzzz"), expect=404)
    auditor = browser_as(office["auditor"])
    for path in (at("danger"), f"/app/intake/{ONE}/check", f"/app/intake/{ONE}/guided"):
        auditor.get(path, expect=403)


def test_who_chose_so_on_their_account_begins_with_the_first_question(office, desk, browser_as):
    assert "How a new contact begins" in words(desk.get("/app/account"))
    desk.post("/app/account/guided-intake", {"guided": "1"})
    begun = desk.get("/app/intake", expect=303)
    assert desk.get(begun.location, expect=303).location.endswith("/guided/danger")
    assert "Find the person first" in words(desk.get("/app/intake?q=zuri"))
    browser_as(office["other"]).get("/app/intake")
    saved = desk.post("/app/intake", {**TOLD, "draft": OTHER, "outcome": "follow_up", "do": "contact"}).location
    assert desk.post(f"{saved}/take-up").location.endswith("/check")
    desk.post("/app/account/guided-intake", {"guided": "0"})
    desk.get("/app/intake")
    assert "How a new contact begins" not in words(browser_as(office["auditor"]).get("/app/account"))
