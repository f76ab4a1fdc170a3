"""Contacts: calls and visits, whether or not they became cases, seen by those who work where they were taken."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import audit, clock, contacts
from portal.core.contacts import ConsentAsked, ContactTold
from portal.core.errors import AlreadyDone, ConsentRequired, Forbidden, InvalidInput, NotFound
from portal.core.models import AuditEvent, Case, Consent, Contact, Note, User, Vertical
from portal.core.vocabulary import ConsentStatus, Outcome, Role
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical


@pytest.fixture
def office(session):
    """Two verticals, an agent and a colleague in the first, a stranger in the second, an auditor."""
    with committed(session):
        here, there = make_vertical(session, "HERE"), make_vertical(session, "THERE")
        return {
            "here": here.id,
            "there": there.id,
            "agent": actor_of(session, make_user(session, Role.AGENT, here)),
            "colleague": actor_of(session, make_user(session, Role.AGENT, here)),
            "stranger": actor_of(session, make_user(session, Role.CASEWORKER, there)),
            "auditor": actor_of(session, make_user(session, Role.AUDITOR)),
        }


def save(session, office, *, who="agent", vertical="here", case=None, **told):
    """Save a contact in a unit of its own; returns its number."""
    with committed(session):
        told = {"outcome": Outcome.INFORMATION_GIVEN, "vertical": session.get(Vertical, office[vertical]), **told}
        return contacts.save(session, office[who], ContactTold(**told), case=case).id


def test_what_was_said_is_kept_and_not_readable_in_the_database(session, office):
    number = save(session, office, summary="Asked for the opening hours", details={"narrative": ["Opening hours?"]})
    contact = contacts.find(session, office["agent"], number)
    assert contact.summary == "Asked for the opening hours"
    assert contacts.typed(contact) == {"narrative": ["Opening hours?"]}
    stored = session.execute(sa.text("SELECT summary, details FROM contacts")).one()
    assert b"pening hours" not in bytes(stored[0]) + bytes(stored[1])


def test_saving_a_contact_is_audited_without_what_was_said(session, office):
    number = save(session, office, summary="Secret words", phone="0722 000 111")
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "contact.save")).one()
    assert event.details["contact"] == number
    assert "Secret" not in str(event.details)
    assert list(audit.verify(session)) == []


def test_earlier_contacts_are_found_by_the_phone_however_it_is_written(session, office):
    old = save(session, office, phone="0722 000 111")
    clock.advance(dt.timedelta(days=1))
    new = save(session, office, phone="+254 722-000-111", outcome=Outcome.SILENT)
    save(session, office, phone="0722 000 112")
    save(session, office)
    found = contacts.of_phone(session, office["colleague"], "+254722000111")
    assert [one.contact.id for one in found] == [new, old]
    assert contacts.of_phone(session, office["agent"], "") == []


def test_contacts_are_seen_by_their_vertical_and_by_whoever_took_them(session, office):
    number = save(session, office, phone="0722 000 111")
    assert contacts.find(session, office["colleague"], number).id == number
    assert contacts.find(session, office["auditor"], number).id == number
    with pytest.raises(NotFound):
        contacts.find(session, office["stranger"], number)
    assert contacts.of_phone(session, office["stranger"], "0722000111") == []
    assert contacts.listed(session, office["stranger"]) == []


def test_a_contact_names_its_case_only_to_those_who_may_see_the_case(session, office):
    with committed(session):
        vertical, elsewhere = (session.get(Vertical, office[name]) for name in ("here", "there"))
        case = make_case(session, elsewhere)
        told = ContactTold(outcome=Outcome.CASE_CREATED, vertical=vertical, phone="0722000111")
        contacts.save(session, office["agent"], told, case=case)
    (found,) = contacts.of_phone(session, office["colleague"], "0722000111")
    assert found.case is None
    assert contacts.listed(session, office["agent"]) == []  # it became a case: it is not among those that did not


def test_what_was_told_in_a_contact_is_closed_with_its_case_to_whoever_took_it_too(session, office):
    with committed(session):
        vertical, person = session.get(Vertical, office["here"]), make_person(session)
        case = make_case(session, vertical, subject=person, owner=make_user(session, Role.SUPERVISOR, vertical))
        told = {"vertical": vertical, "phone": "0722000111", "person_id": person.id, "summary": "Where she hides"}
        contacts.save(session, office["agent"], ContactTold(outcome=Outcome.CASE_CREATED, **told), case=case)
    readers = [office["agent"], office["colleague"], office["auditor"]]
    assert all(contacts.of_phone(session, reader, "0722000111") for reader in readers)
    with committed(session):
        session.get(Case, case.id).restricted = True
    for reader in readers:
        assert contacts.of_phone(session, reader, "0722000111") == []
        assert contacts.last_of_people(session, reader, [person.id]) == {}
    owner = actor_of(session, session.get(User, case.owner_id))
    assert [one.summary for one in contacts.of_phone(session, owner, "0722000111")] == ["Where she hides"]


def test_what_was_told_in_a_contact_is_read_by_nobody_once_consent_to_its_case_was_withdrawn(session, office):
    with committed(session):
        vertical = make_vertical(session, "CARE", consent=True)
        agent = make_user(session, Role.AGENT, vertical)
        case = make_case(session, vertical)
        told = {"vertical": vertical, "phone": "0722000111", "summary": "Where she hides"}
        asked = ContactTold(outcome=Outcome.CASE_CREATED, **told)
        number = contacts.save(session, actor_of(session, agent), asked, case=case).id
    reader = actor_of(session, agent)
    assert contacts.of_phone(session, reader, "0722000111")[0].summary == "Where she hides"
    assert contacts.find(session, reader, number).summary == "Where she hides"
    with committed(session):
        lost = {"status": ConsentStatus.WITHDRAWN, "withdrawn_at": clock.now()}
        session.execute(sa.update(Consent).where(Consent.person_id == case.subject_person_id).values(**lost))
    assert contacts.of_phone(session, reader, "0722000111")[0].summary == ""
    for one in (reader, office["auditor"]):
        with pytest.raises(ConsentRequired):
            contacts.find(session, one, number)


def test_the_outcome_says_whether_there_is_a_case(session, office):
    with pytest.raises(InvalidInput) as refused:
        save(session, office, outcome=Outcome.CASE_CREATED)
    assert refused.value.target == "outcome"
    assert session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 0


def test_a_contact_is_taken_where_one_works_and_by_those_who_take_contacts(session, office):
    with pytest.raises(Forbidden):
        save(session, office, vertical="there")
    with pytest.raises(Forbidden):
        save(session, office, who="auditor")


def test_a_person_whom_one_may_not_see_cannot_be_named(session, office):
    with committed(session):
        hidden = make_person(session, "Zola Hidden", vertical=session.get(Vertical, office["there"])).id
    with pytest.raises(NotFound):
        save(session, office, person_id=hidden)


def test_the_last_contact_of_people_is_told_within_what_one_may_see(session, office):
    with committed(session):
        person = make_person(session, "Amina Testperson", vertical=session.get(Vertical, office["here"])).id
    save(session, office, person_id=person)
    clock.advance(dt.timedelta(days=2))
    save(session, office, person_id=person)
    last = contacts.last_of_people(session, office["agent"], [person])
    assert clock.now() - last[person] < dt.timedelta(minutes=5)
    assert contacts.last_of_people(session, office["stranger"], [person]) == {}


def test_one_form_is_one_contact(session, office):
    first = save(session, office, draft_key="0011223344556677")
    with pytest.raises(AlreadyDone):
        save(session, office, draft_key="0011223344556677")
    assert contacts.of_draft(session, office["agent"], "0011223344556677").id == first
    assert contacts.of_draft(session, office["colleague"], "0011223344556677") is None
    save(session, office, who="colleague", draft_key="0011223344556677")  # keys are each one's own


def test_contacts_are_listed_a_page_at_a_time_and_by_outcome(session, office):
    numbers = [save(session, office, outcome=Outcome.FOLLOW_UP) for _ in range(3)]
    save(session, office, outcome=Outcome.SILENT)
    page = contacts.listed(session, office["agent"], outcome=Outcome.FOLLOW_UP, limit=2)
    assert [contact.id for contact in page] == [numbers[2], numbers[1]]
    rest = contacts.listed(session, office["agent"], outcome=Outcome.FOLLOW_UP, before_id=page[-1].id, limit=2)
    assert [contact.id for contact in rest] == [numbers[0]]


def test_what_was_answered_about_consent_is_a_note_and_an_event(session, office):
    with committed(session):
        case = make_case(session, session.get(Vertical, office["here"]))
        asked = ConsentAsked("given", "guardian", "Grandmother Achieng")
        contacts.record_consent(session, office["agent"], case, asked, "Given by the grandmother.")
    assert session.scalars(sa.select(Note.text)).all() == ["Given by the grandmother."]
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "intake.consent_asked")).one()
    assert (event.details["answer"], event.details["method"]) == ("given", "guardian")
    assert "Achieng" not in str(event.details)
    with pytest.raises(InvalidInput), committed(session):
        case = session.merge(case)
        contacts.record_consent(session, office["agent"], case, ConsentAsked("perhaps"), "…")
