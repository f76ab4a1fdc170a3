"""The case that others were merged into: what it shows, and of whom."""

import re

import pytest

from portal.core import audit, clock, consenting, merging
from portal.core.models import Case, CasePerson, Consent, CorrespondenceCase, Message, Note
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.factories import committed, make_case, make_consent, make_organisation, make_person, make_user, make_vertical
from tests.page import words
from tests.statements import counted
from tests.web.merging.conftest import acting, at, fresh, merge, ref


def test_the_survivor_is_shown_with_a_word_and_leads_to_what_was_merged(app, lead, office):
    answer = merge(app, office, lead)
    assert answer.headers["Location"].startswith(at(office, "case"))
    page = words(lead.follow(answer))
    gone = ref(app, office, "twin")
    assert f"{gone} is part of {ref(app, office, 'case')} now." in page
    assert "Connected cases Merged into this case" in page
    assert "Ilse Testlead. The same case was recorded twice" in page
    assert fresh(app, office["twin"]).merged_into_id == office["case"]
    with app.app_context():
        assert list(audit.verify(db.session)) == []


def test_the_pages_of_the_survivor_show_what_both_have_and_where_it_comes_from(app, lead, office):
    merge(app, office, lead)
    mark = f"from {ref(app, office, 'twin')}"
    overview = words(lead.get(at(office, "case")))
    assert f"Client Client of the twin {mark}" in overview
    thread = words(lead.get(at(office, "case", "/messages")))
    assert re.search(rf"Note, staff only Jo Testworker {mark} .{{0,40}}note of the twin", thread)
    assert re.search(rf"to nobody named {mark} .{{0,40}}message of the twin", thread)
    assert re.search(r"Note, staff only Jo Testworker (?!from).{0,40}note of the case", thread)
    people = words(lead.get(at(office, "case", "/people")))
    assert f"Client: Client of the twin Identity not verified {mark}" in people
    assert "Client: Client of the case Identity not verified from" not in people
    assert f"service of the twin Service, planned {mark}" in people
    history = words(lead.get(at(office, "case", "/history")))
    assert f"note of the twin {mark}" in history
    assert f"Another case was merged into this one {ref(app, office, 'twin')} Ilse Testlead" in history


def test_a_reader_sees_of_the_union_only_what_they_may_see(app, office, browser_as):
    admin = browser_as(office["admin"])
    merge(app, office, admin, gone="hidden")
    with acting(app, office["stranger"]) as (session, actor):
        merged = session.get(Case, office["hidden"])
        session.add(Note(case_id=merged.id, author_name="Somebody", text="hidden words"))
    assert "hidden words" in words(admin.get(at(office, "case", "/messages")))
    lead, gone = browser_as(office["lead"]), ref(app, office, "hidden")
    for tab in ("", "/messages", "/people", "/history"):
        page = words(lead.get(at(office, "case", tab)))
        assert gone not in page and "hidden words" not in page
    lead.get(at(office, "hidden", "/unmerge"), expect=404)
    page = words(browser_as(office["stranger"]).get(at(office, "hidden")))
    assert "The case it was merged into is not yours to see." in page and ref(app, office, "case") not in page


@pytest.mark.parametrize("which", ["notes", "messages"])
def test_what_is_written_to_a_case_merged_meanwhile_stands_on_its_survivor_and_the_page_says_so(
    app, lead, office, which
):
    merge(app, office, lead)
    people = {} if which == "notes" else {"to": str(client_of(app, office["twin"]))}
    answer = lead.post(at(office, "twin", f"/{which}"), {"text": "late words", **people})
    assert answer.headers["Location"].startswith(at(office, "case"))
    page = words(lead.follow(answer))
    said = f"The case was merged meanwhile: what you wrote stands here, on {ref(app, office, 'case')}."
    assert said in page and "late words" in page


def test_a_letter_to_a_merged_case_stands_on_the_survivor_and_says_to_which_it_was_sent(app, lead, office):
    with app.app_context(), committed(db.session) as session:
        sender = make_organisation(session, "Mail room")
        said = {"source": "letter", "subject": "", "external_created": clock.now(), "external_updated": clock.now()}
        told = CorrespondenceCase(organisation_id=sender.id, case_uid="L-1", case_id=office["twin"], **said)
        session.add(told)
        session.flush()
        letter = told.id
    merge(app, office, lead)
    with app.app_context(), committed(db.session) as session:
        more = {"direction": "inbound", "delivery": "received", "sender": {"name": "Somebody"}}
        session.add(Message(case_id=office["case"], correspondence_id=letter, text="To the old number", **more))
    for tab in ("", "/messages", "/history"):
        page = words(lead.get(at(office, "case", tab)))
        assert f"sent to {ref(app, office, 'twin')}" in page, tab


def client_of(app, number: int) -> int:
    with app.app_context():
        return db.session.query(CasePerson).filter_by(case_id=number).one().person_id


def test_a_client_of_a_merged_case_can_be_written_to_from_the_survivor(app, lead, office):
    merge(app, office, lead)
    client = client_of(app, office["twin"])
    lead.post(at(office, "case", "/messages"), {"text": "To you", "to": str(client)})
    assert "to Client of the twin" in words(lead.get(at(office, "case", "/messages")))


def test_nothing_is_told_of_a_case_whose_consent_was_withdrawn(app, lead, office, browser_as):
    with app.app_context(), committed(db.session) as session:
        care = make_vertical(session, "CARE", consent=True)
        woman = make_person(session, "Sara Testperson", verified=True, vertical=care)
        consent = make_consent(session, woman, care).id
        told = make_case(session, care, subject=woman, summary="Told in trust", status=Status.ACTIVE).id
        plain = make_case(session, session.get(Case, office["case"]).primary_vertical, subject=woman).id
        worker = make_user(session, Role.SUPERVISOR, care, session.get(Case, office["case"]).primary_vertical).id
    reader, paths = browser_as(worker), [f"/app/cases/{plain}/merge", f"/app/cases/{plain}/merge?with={told}"]
    assert all("Told in trust" in words(reader.get(path)) for path in paths)
    with acting(app, worker) as (session, actor):
        consenting.withdraw(session, actor, session.get(Consent, consent), reason_code="USER_REQUEST")
    for path in paths:
        page = words(reader.get(path))
        assert "CARE-" in page and "Told in trust" not in page
    assert "is suspended." in page


def selects(app, browser, path: str) -> int:
    with counted(app) as statements:
        browser.get(path)
    return len([one for one in statements if one.lstrip().upper().startswith(("SELECT", "WITH"))])


def test_a_case_that_was_never_merged_costs_no_more_than_before(app, lead, office):
    assert selects(app, lead, at(office, "case")) <= 14


def test_pages_cost_the_same_however_much_was_merged(app, lead, office):
    merge(app, office, lead)
    paths = [
        at(office, "case", tab) for tab in ("", "/messages", "/people", "/history", f"/merge?with={office['other']}")
    ]
    before = [selects(app, lead, path) for path in paths]
    with app.app_context(), committed(db.session) as session:
        case = session.get(Case, office["case"])
        more = [make_case(session, case.primary_vertical, subject=case.subject_person).id for _ in range(5)]
    with acting(app, office["lead"]) as (session, actor):
        sources = [session.get(Case, number) for number in more]
        merging.merge(session, actor, session.get(Case, office["case"]), sources, reason_code="DUPLICATE_RECORD")
    assert [selects(app, lead, path) for path in paths] == before
