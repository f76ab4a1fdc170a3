"""What was told at the intake becomes a case: all of it, once, where it may."""

import re

import sqlalchemy as sa

from portal.core import drafts
from portal.core.models import AuditEvent, Case, CasePerson, Contact, Note, Person, User, Vertical
from portal.core.vocabulary import Answer, NameKnown, Outcome, Priority, Role, Status
from portal.extensions import db
from tests.factories import actor_of, committed, make_consent, make_person, make_user, make_vertical
from tests.page import words
from tests.web.intake.conftest import KEY, TOLD, counts, typed


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
