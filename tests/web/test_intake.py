"""The walk-in intake without script: nothing typed is lost, nothing is written by halves, nothing is made twice."""

import re

import pytest
import sqlalchemy as sa

from portal.core import drafts, reference
from portal.core.models import AuditEvent, Case, CasePerson, Contact, Note, Person, User, Vertical
from portal.core.vocabulary import Answer, NameKnown, Outcome, Priority, Role, Status
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_consent, make_person, make_user, make_vertical
from tests.page import words

KEY = "00112233445566aa"
TOLD = {
    "draft": KEY,
    "channel": "phone",
    "speaks_for": "other",
    "reporter-full_name": "Wanjiru Neighbour",
    "reporter-phone": "0722 000 111",
    "clients-0-full_name": "Amina Testchild",
    "clients-0-age_value": "7",
    "clients-1-full_name": "Baraka Testchild",
    "perpetrators-0-full_name": "Otieno Testuncle",
    "perpetrators-0-relationship_code": "uncle",
    "narrative": "They were told to leave.\nNow they sleep at the market.",
    "priority": "medium",
    "keep": "y",
}


@pytest.fixture
def office(app) -> dict[str, int]:
    """The standing verticals, one that works on consent, and those who work there."""
    with app.app_context():
        reference.load(db.session)
        with committed(db.session) as session:
            helpline = session.scalars(sa.select(Vertical).where(Vertical.code == "HELPLINE")).one()
            health = make_vertical(session, "HEALTH", consent=True)
            agent = make_user(session, Role.AGENT, helpline)
            return {
                "agent": agent.id,
                "other": make_user(session, Role.AGENT, helpline).id,
                "health": make_user(session, Role.CASEWORKER, health).id,
                "auditor": make_user(session, Role.AUDITOR).id,
                "helpline_id": helpline.id,
                "health_id": health.id,
            }


@pytest.fixture
def desk(office, browser_as):
    """The agent's browser."""
    return browser_as(office["agent"])


def counts(app) -> tuple[int, ...]:
    """How many cases, people, parts and contacts there are."""
    with app.app_context():
        return tuple(
            db.session.scalar(sa.select(sa.func.count()).select_from(model))
            for model in (Case, Person, CasePerson, Contact)
        )


def typed(page, name: str) -> str:
    """What a field of a page holds."""
    text = page.get_data(as_text=True)
    area = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\s*([^<]*)</textarea>', text)
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', text)
    value = re.search(r'value="([^"]*)"', field[0]) if field else None
    return area[1] if area else value[1] if value else ""


def test_a_call_with_two_clients_and_an_alleged_perpetrator_becomes_a_case(app, office, desk):
    answer = desk.post("/app/intake", {**TOLD, "do": "create", "gbv": "yes", "plan": "Find a bed."})
    with app.app_context():
        case = db.session.scalars(sa.select(Case)).one()
        assert answer.headers["Location"] == f"/app/cases/{case.id}"
        assert case.lifecycle_status is Status.ACTIVE
        assert (case.gbv, case.plan, case.priority) == (Answer.YES, "Find a bed.", Priority.MEDIUM)
        assert case.summary == "They were told to leave."
        assert case.owner_id == office["agent"]
        parts = db.session.scalars(sa.select(CasePerson).order_by(CasePerson.id)).all()
        assert [(part.role, part.person.full_name) for part in parts] == [
            ("reporter", "Wanjiru Neighbour"),
            ("client", "Amina Testchild"),
            ("client", "Baraka Testchild"),
            ("perpetrator", "Otieno Testuncle"),
        ]
        assert parts[1].person.age_value == 7
        assert parts[3].relationship_code == "uncle"
        contact = db.session.scalars(sa.select(Contact)).one()
        assert (contact.outcome, contact.case_id, contact.channel) == (Outcome.CASE_CREATED, case.id, "phone")


def test_whoever_speaks_for_themselves_is_reporter_and_client(app, desk):
    alone = {"draft": KEY, "speaks_for": "self", "reporter-full_name": "Amina Alone", "narrative": "Lost the home."}
    desk.post("/app/intake", {**alone, "do": "create"})
    with app.app_context():
        parts = db.session.scalars(sa.select(CasePerson)).all()
        assert sorted(part.role for part in parts) == ["client", "reporter"]
        assert len({part.person_id for part in parts}) == 1
        assert db.session.scalars(sa.select(Case)).one().owner_id is None  # the tick was taken away


def test_honest_blanks_are_kept_as_what_they_are(app, desk):
    blanks = {
        "clients-0-full_name": "",
        "clients-0-name_known": "declined",
        "clients-0-sex": "not_known",
        "clients-0-national_id_known": "declined",
    }
    desk.post("/app/intake", {**TOLD, **blanks, "do": "create"})
    with app.app_context():
        part = db.session.scalars(sa.select(CasePerson).where(CasePerson.role == "client")).first()
        assert part.person.name_known is NameKnown.DECLINED
        assert (part.person.full_name, part.person.sex) == ("", None)
        assert part.person.blanks == {"sex": "not_known", "national_id": "declined"}


def test_blocks_in_which_nothing_was_said_are_nobody(app, desk):
    empty = {"clients-2-full_name": "", "clients-2-age_unit": "years", "perpetrators-1-shares_home": "not_asked"}
    desk.post("/app/intake", {**TOLD, **empty, "do": "create"})
    assert counts(app)[1] == 4


def test_danger_now_makes_the_priority_high(app, desk):
    desk.post("/app/intake", {**TOLD, "immediate_danger": "yes", "do": "create"})
    with app.app_context():
        assert db.session.scalars(sa.select(Case)).one().priority is Priority.HIGH


def test_what_is_missing_or_malformed_is_said_beside_the_field_and_nothing_is_written(app, office, desk):
    wrong = {
        **TOLD,
        "narrative": " ",
        "clients-0-age_value": "about seven",
        "clients-1-dob": ["31", "2", "2015"],
        "reporter-sex": "x",
    }
    before = counts(app)
    page = desk.post("/app/intake", {**wrong, "do": "create"}, expect=422)
    text = page.get_data(as_text=True)
    for anchor in ("narrative", "clients-0-age_value", "clients-1-dob", "reporter-sex"):
        assert f'href="#{anchor}"' in text
        assert f'id="{anchor}-error"' in text
    assert counts(app) == before
    assert typed(page, "clients-0-age_value") == "about seven"
    assert typed(page, "perpetrators-0-full_name") == "Otieno Testuncle"
    assert re.search(r'id="clients-1-dob-month"[^>]*value="2"', text)

    with app.app_context():
        actor = actor_of(db.session, db.session.get(User, office["agent"]))
        assert drafts.find(db.session, actor, "intake", KEY)["clients-0-age_value"] == ["about seven"]
    assert typed(desk.get(f"/app/intake/{KEY}"), "clients-1-full_name") == "Baraka Testchild"


def test_a_case_needs_somebody_and_a_story(app, desk):
    page = desk.post("/app/intake", {"draft": KEY, "do": "create"}, expect=422)
    assert "Write down what happened" in words(page)
    assert "Say who is here or for whom" in words(page)
    assert counts(app) == (0, 0, 0, 0)


def test_sending_twice_makes_no_twin_and_leads_to_the_same_case(app, desk):
    first = desk.post("/app/intake", {**TOLD, "do": "create"})
    again = desk.post("/app/intake", {**TOLD, "do": "create"})
    as_contact = desk.post("/app/intake", {**TOLD, "outcome": "silent", "do": "contact"})
    assert first.headers["Location"] == again.headers["Location"] == as_contact.headers["Location"]
    assert counts(app) == (1, 4, 4, 1)
    assert desk.get(f"/app/intake/{KEY}", expect=303).headers["Location"] == first.headers["Location"]


def test_what_was_sent_leaves_no_draft_and_a_late_autosave_brings_none_back(app, desk):
    desk.post("/app/intake/draft", TOLD, expect=200)
    assert "Wanjiru" in words(desk.get("/app/intake/drafts"))
    desk.post("/app/intake", {**TOLD, "do": "create"})
    desk.post("/app/intake/draft", TOLD, expect=200)
    assert "Nothing is waiting." in words(desk.get("/app/intake/drafts"))


def test_adding_and_removing_people_keeps_everything_typed(app, desk):
    page = desk.post("/app/intake", {**TOLD, "do": "add:clients"}, expect=200)
    text = page.get_data(as_text=True)
    assert 'name="clients-2-full_name"' in text
    assert typed(page, "clients-1-full_name") == "Baraka Testchild"
    page = desk.post("/app/intake", {**TOLD, "do": "remove:clients-0"}, expect=200)
    assert 'name="clients-1-full_name"' not in page.get_data(as_text=True)
    assert typed(page, "clients-0-full_name") == "Baraka Testchild"
    assert typed(page, "narrative").startswith("They were told to leave.")
    assert counts(app) == (0, 0, 0, 0)


def test_with_htmx_only_the_list_comes_back(desk):
    part = desk.post("/app/intake", {**TOLD, "do": "add:perpetrators"}, expect=200, headers={"HX-Request": "true"})
    text = part.get_data(as_text=True)
    assert text.lstrip().startswith('<section class="group" id="intake-perpetrators"')
    focused = re.findall(r"<input[^>]*data-focus[^>]*>", text)
    assert len(focused) == 1
    assert 'name="perpetrators-1-full_name"' in focused[0]
    assert "<html" not in text


def test_a_list_takes_so_many_people_and_no_more(desk):
    crowd = {f"clients-{number}-full_name": f"Client {number}" for number in range(20)}
    page = desk.post("/app/intake", {"draft": KEY, **crowd, "do": "add:clients"}, expect=200)
    assert 'name="clients-20-full_name"' not in page.get_data(as_text=True)
    assert "takes no more people" in words(page)


def test_a_half_done_intake_is_offered_and_never_put_over_anything(desk):
    desk.post("/app/intake", {**TOLD, "do": "keep"}, expect=200)
    page = desk.get("/app/intake")
    assert typed(page, "reporter-full_name") == ""
    assert f'href="/app/intake/{KEY}"' in page.get_data(as_text=True)
    assert typed(desk.get(f"/app/intake/{KEY}"), "narrative").startswith("They were told")


def test_a_draft_is_nobody_elses(office, browser_as, desk):
    desk.post("/app/intake", {**TOLD, "do": "keep"}, expect=200)
    other = browser_as(office["other"])
    assert typed(other.get(f"/app/intake/{KEY}"), "reporter-full_name") == ""
    assert "Wanjiru" not in words(other.get("/app/intake/drafts"))
    other.post(f"/app/intake/{KEY}/discard")
    assert typed(desk.get(f"/app/intake/{KEY}"), "reporter-full_name") == "Wanjiru Neighbour"


def test_throwing_a_draft_away_can_be_undone(desk):
    desk.post("/app/intake", {**TOLD, "do": "keep"}, expect=200)
    page = desk.follow(desk.post(f"/app/intake/{KEY}/discard"))
    assert "Thrown away, kept for a day" in words(page)
    back = desk.follow(desk.post(f"/app/intake/{KEY}/fetch-back"))
    assert typed(back, "reporter-full_name") == "Wanjiru Neighbour"


def test_the_search_finds_people_one_may_see_and_is_audited(app, office, desk):
    with app.app_context(), committed(db.session) as session:
        mine = make_person(session, "Zawadi Known", vertical=session.get(Vertical, office["helpline_id"])).id
        make_person(session, "Zawadi Elsewhere", vertical=session.get(Vertical, office["health_id"]))
    found = desk.get("/app/intake/search?q=zawadi", headers={"HX-Request": "true"})
    assert "Zawadi Known" in words(found)
    assert "Zawadi Elsewhere" not in words(found)
    assert f'value="choose:reporter:{mine}"' in found.get_data(as_text=True)
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "people.search")).one()
        assert event.details == {"people": [mine]}
    plain = desk.get("/app/intake/search?q=zawadi")
    assert f'href="/app/intake?person={mine}"' in plain.get_data(as_text=True)


def test_a_person_from_the_records_is_put_on_the_case_and_not_made_again(app, office, desk):
    with app.app_context(), committed(db.session) as session:
        known = make_person(session, "Zawadi Known", vertical=session.get(Vertical, office["helpline_id"])).id
    page = desk.post("/app/intake", {**TOLD, "do": f"choose:clients-0:{known}"}, expect=200)
    assert typed(page, "clients-0-person_id") == str(known)
    assert "From the records" in words(page)
    assert typed(page, "clients-0-full_name") == "Amina Testchild"  # in case it is the wrong person
    desk.post("/app/intake", {**TOLD, "clients-0-person_id": str(known), "do": "create"})
    with app.app_context():
        on_case = db.session.scalars(sa.select(CasePerson.person_id).where(CasePerson.role == "client")).all()
        assert known in on_case
    assert counts(app)[1] == 4  # the known one, and three new ones


def test_a_person_whom_one_may_not_see_cannot_be_put_on_a_case(app, office, desk):
    with app.app_context(), committed(db.session) as session:
        hidden = make_person(session, "Zawadi Hidden", vertical=session.get(Vertical, office["health_id"])).id
    before = counts(app)
    page = desk.post("/app/intake", {**TOLD, "clients-0-person_id": str(hidden), "do": "create"}, expect=422)
    assert "Zawadi Hidden" not in page.get_data(as_text=True)
    assert counts(app) == before


def test_searching_from_a_block_shows_its_own_results(app, office, desk):
    with app.app_context(), committed(db.session) as session:
        known = make_person(session, "Baraka Testchild", vertical=session.get(Vertical, office["helpline_id"])).id
    page = desk.post("/app/intake", {**TOLD, "do": "find:clients-1"}, expect=200)
    assert f'value="choose:clients-1:{known}"' in page.get_data(as_text=True)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.CASE_CREATED])
def test_a_contact_can_be_saved_without_a_case(app, desk, outcome):
    answer = desk.post("/app/intake", {**TOLD, "outcome": outcome.value, "do": "contact"})
    assert counts(app) == (0, 0, 0, 1)
    page = desk.follow(answer)
    assert "Wanjiru Neighbour" in words(page)
    assert "Now they sleep at the market." in words(page)
    assert "Safe to call" not in words(page)  # nothing was said about it


def test_a_contact_without_its_outcome_is_asked_for_it(app, desk):
    page = desk.post("/app/intake", {**TOLD, "do": "contact"}, expect=422)
    assert 'id="outcome-error"' in page.get_data(as_text=True)
    assert counts(app) == (0, 0, 0, 0)


def test_a_silent_call_needs_nothing_but_its_outcome(app, desk):
    desk.post("/app/intake", {"draft": KEY, "channel": "phone", "outcome": "silent", "do": "contact"})
    assert counts(app) == (0, 0, 0, 1)


def test_earlier_contacts_of_the_same_phone_are_shown_however_it_is_written(desk):
    desk.post("/app/intake", {**TOLD, "outcome": "information_given", "do": "contact"})
    shown = desk.get("/app/intake/earlier?reporter-phone=%2B254722000111")
    assert "Information given" in words(shown)
    assert "Information given" in words(desk.get("/app/intake/search?q=0722000111"))
    assert "Information given" not in words(desk.get("/app/intake/earlier?reporter-phone=0722000112"))


def test_a_contact_can_be_taken_up_again(desk):
    shown = desk.post("/app/intake", {**TOLD, "outcome": "follow_up", "do": "contact"}).headers["Location"]
    page = desk.follow(desk.post(f"{shown}/take-up"))
    assert typed(page, "clients-1-full_name") == "Baraka Testchild"
    assert typed(page, "draft") != KEY


def test_contacts_of_another_vertical_are_not_there(office, browser_as, desk):
    shown = desk.post("/app/intake", {**TOLD, "outcome": "follow_up", "do": "contact"}).headers["Location"]
    stranger = browser_as(office["health"])
    stranger.get(shown, expect=404)
    stranger.post(f"{shown}/take-up", expect=404)
    assert "told to leave" not in words(stranger.get("/app/intake/contacts"))
    assert "told to leave" in words(browser_as(office["other"]).get("/app/intake/contacts?outcome=follow_up"))


def test_the_answer_about_consent_is_noted_and_audited(app, desk):
    given = {"consent": "given", "consent_how": "guardian", "consent_by": "Grandmother Achieng"}
    desk.post("/app/intake", {**TOLD, **given, "do": "create"})
    with app.app_context():
        note = db.session.scalars(sa.select(Note)).one()
        assert note.text == "Consent at intake: Given now. How: By a guardian. By: Grandmother Achieng."
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "intake.consent_asked")).one()
        assert event.details["answer"] == "given"
        assert "Achieng" not in str(event.details)


def test_where_consent_is_required_a_case_begins_with_a_verified_person_who_consented(app, office, browser_as):
    worker = browser_as(office["health"])
    alone = {"draft": KEY, "speaks_for": "self", "narrative": "Needs a doctor.", "keep": "y"}
    page = worker.post("/app/intake", {**alone, "reporter-full_name": "Zola New", "do": "create"}, expect=422)
    assert 'id="speaks_for-error"' in page.get_data(as_text=True)
    assert "You can save the contact now" in words(page)
    assert counts(app) == (0, 0, 0, 0)

    with app.app_context(), committed(db.session) as session:
        health = session.get(Vertical, office["health_id"])
        person = make_person(session, "Zola Verified", verified=True, vertical=health)
        known = person.id
    chosen = {**alone, "reporter-person_id": str(known)}
    page = worker.post("/app/intake", {**chosen, "do": "create"}, expect=422)
    assert 'id="consent-error"' in page.get_data(as_text=True)

    with app.app_context(), committed(db.session) as session:
        make_consent(session, session.get(Person, known), session.get(Vertical, office["health_id"]))
    worker.post("/app/intake", {**chosen, "do": "create"})
    with app.app_context():
        case = db.session.scalars(sa.select(Case)).one()
        assert (case.subject_person_id, case.lifecycle_status) == (known, Status.DRAFT)


def test_who_works_in_one_vertical_is_not_asked_which(office, desk):
    assert '<label for="vertical"' not in desk.get("/app/intake").get_data(as_text=True)


def test_who_works_in_several_must_say_in_which(app, office, browser_as):
    with app.app_context(), committed(db.session) as session:
        verticals = [session.get(Vertical, office["helpline_id"]), make_vertical(session, "SECOND")]
        both = make_user(session, Role.AGENT, *verticals).id
    worker = browser_as(both)
    for way in ("create", "contact"):
        page = worker.post("/app/intake", {**TOLD, "outcome": "silent", "do": way}, expect=422)
        assert 'id="vertical-error"' in page.get_data(as_text=True)
    assert counts(app) == (0, 0, 0, 0)
    worker.post("/app/intake", {**TOLD, "vertical": "SECOND", "do": "create"})
    with app.app_context():
        assert db.session.scalars(sa.select(Case)).one().primary_vertical.code == "SECOND"


def test_those_who_take_no_contacts_are_refused(office, browser_as):
    auditor = browser_as(office["auditor"])
    for path in ("/app/intake", "/app/intake/search?q=amina", "/app/intake/drafts", f"/app/intake/{KEY}"):
        auditor.get(path, expect=403)
    auditor.post("/app/intake", {**TOLD, "do": "create"}, expect=403)


def test_an_autosave_says_when_it_was_and_an_unreadable_key_is_no_draft(desk):
    saved = desk.post("/app/intake/draft", TOLD, expect=200, headers={"X-Background": "1"})
    assert re.fullmatch(r"Saved \d\d:\d\d", saved.json["saved_at_label"])
    desk.post("/app/intake/draft", {**TOLD, "draft": "../../etc"}, expect=404)
    desk.get("/app/intake/zzzzzzzzzzzzzzzz", expect=404)


def test_a_session_that_ran_out_finds_the_draft_again(app, office, desk, browser_as):
    desk.post("/app/intake/draft", TOLD, expect=200)
    signed_out = app.test_client().post("/app/intake/draft", data=TOLD, headers={"X-Background": "1"})
    assert signed_out.status_code == 401
    again = browser_as(office["agent"])
    assert typed(again.get(f"/app/intake/{KEY}"), "narrative").startswith("They were told")


def test_who_may_be_meant_stands_beside_the_block_and_is_taken_with_a_button(app, desk, office, browser_as):
    with app.app_context(), committed(db.session) as session:
        known = make_person(
            session,
            "Amina Wanjiru Kamau",
            vertical=session.get(Vertical, office["helpline_id"]),
            phone="0722 000 111",
        ).id
    typed = {"draft": KEY, "clients-0-full_name": "Kamau Ameena Wanjiru", "clients-0-phone": "0722000111"}
    htmx = {"HX-Request": "true"}
    page = desk.post("/app/intake/alike?block=clients-0", data=typed, headers=htmx, expect=200)
    assert "Use this person" in page.text and "same phone number" in words(page) and "000" not in page.text
    shown = {**typed, "alike-clients-0": str(known)}
    desk.post("/app/intake/alike?block=clients-0", data=shown, headers=htmx, expect=204)
    assert "Use this person" in desk.post("/app/intake", data={**typed, "do": "keep"}, expect=200).text
    browser_as(office["health"]).post("/app/intake/alike?block=clients-0", data=typed, headers=htmx, expect=204)
    taken = desk.post("/app/intake", data={**shown, "do": f"choose:clients-0:{known}"}, expect=200)
    assert "Amina Wanjiru Kamau" in taken.text and "Use this person" not in taken.text
    with app.app_context():
        agent = actor_of(db.session, db.session.get(User, office["agent"]))
        assert not any(name.startswith("alike") for name in drafts.find(db.session, agent, "intake", KEY))


@pytest.fixture
def known(app, office) -> tuple[int, int]:
    """Somebody who has an open case in the helpline, and that case."""
    with app.app_context(), committed(db.session) as session:
        helpline = session.get(Vertical, office["helpline_id"])
        person = make_person(session, "Amina Wanjiru Kamau", vertical=helpline, phone="0722 000 111")
        return person.id, make_case(session, helpline, subject=person).id


@pytest.mark.parametrize("chosen", [True, False])
@pytest.mark.parametrize("answer", ["add", "create", "back"])
def test_a_second_case_is_asked_about_and_nothing_typed_is_lost(app, desk, known, chosen, answer):
    person, case = known
    who = (
        {"reporter-person_id": str(person)}
        if chosen
        else {"reporter-full_name": "Amina Wanjiru Kamau", "reporter-phone": "0722000111"}
    )
    typed = {"draft": KEY, "speaks_for": "self", **who, "narrative": "Came back.", "keep": "y", "vertical": "HELPLINE"}
    asked = desk.post("/app/intake", data={**typed, "do": "create"})
    assert asked.location == f"/app/intake/{KEY}/already"
    page = desk.get(asked.location)
    assert f"/app/cases/{case}" in page.text and "textarea" not in page.text
    before = counts(app)
    if answer == "back":
        assert "Came back." in desk.get(f"/app/intake/{KEY}").text
        return
    done = desk.post(asked.location, data={"do": f"add:{case}" if answer == "add" else "create"})
    assert (done.location == f"/app/cases/{case}") is (answer == "add")
    assert "Came back." in desk.get(done.location).text
    assert desk.get(f"/app/intake/{KEY}", expect=303).location == done.location
    assert counts(app)[0] - before[0] == (answer == "create")


def test_nobody_is_asked_about_a_case_that_is_closed_or_of_another_who_speaks_or_has_the_same_name(app, desk, known):
    person, _ = known
    told = {"draft": KEY, "reporter-person_id": str(person), "speaks_for": "other", "vertical": "HELPLINE"}
    told |= {"clients-0-full_name": "Amina Wanjiru Kamau", "narrative": "Told by a neighbour.", "do": "create"}
    assert "/already" not in desk.post("/app/intake", data=told).location
