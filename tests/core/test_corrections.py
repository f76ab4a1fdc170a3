"""Correcting what is recorded about a person: found by the new words, no longer by the old, and kept in the audit."""

import pytest
import sqlalchemy as sa

from portal.core import audit, corrections, notes, people
from portal.core.errors import Forbidden, InvalidInput, NotFound
from portal.core.models import AuditValue, Note
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical


@pytest.fixture
def office(session):
    with committed(session):
        vertical = make_vertical(session)
        agent = actor_of(session, make_user(session, Role.AGENT, vertical))
        number = make_person(session, "Eva Garcia", given_name="Eva", family_name="Garcia", vertical=vertical).id
        make_person(session, "Someone Else", vertical=vertical)
    return vertical, agent, number


def test_a_new_name_is_found_and_the_old_one_is_not(session, office):
    _, agent, number = office
    with unit_of_work(session, agent, intent="person.correct"):
        corrections.correct(session, agent, people.find(session, agent, number), {"family_name": "Moreno"})
    assert [hit.person.id for hit in people.search(session, agent, "Moreno")] == [number]
    assert people.search(session, agent, "Garcia") == []
    assert people.find(session, agent, number).full_name == "Eva Moreno"
    kept = session.scalars(sa.select(AuditValue)).one()
    assert (kept.field, kept.before, kept.after) == ("family_name", "Garcia", "Moreno")
    assert list(audit.verify(session)) == []


def test_who_a_verified_person_is_changes_by_those_alone_who_verify(session, office):
    vertical, agent, _ = office
    with committed(session):
        number = make_person(session, "Vera Fied", verified=True, vertical=vertical).id
        caseworker = actor_of(session, make_user(session, Role.CASEWORKER, vertical))
    with pytest.raises(Forbidden), unit_of_work(session, agent, intent="person.correct"):
        corrections.correct(session, agent, people.find(session, agent, number), {"given_name": "Nora"})
    with unit_of_work(session, caseworker, intent="person.correct"):
        changes = {"given_name": "Nora", "family_name": "Fied"}
        corrections.correct(session, caseworker, people.find(session, caseworker, number), changes)
    assert people.find(session, agent, number).full_name == "Nora Fied"


def test_a_corrected_number_is_found_and_the_wrong_one_is_not(session, office):
    _, agent, number = office
    with unit_of_work(session, agent, intent="person.contact"):
        person = people.find(session, agent, number)
        made = corrections.add_contact(session, agent, person, "+44 20 7946 0958", contact_type="1")
        contact = made.id
    with unit_of_work(session, agent, intent="person.contact"):
        found = corrections.find_contact(session, agent, contact)
        corrections.change_contact(session, agent, found, {"value": "+44 20 7946 0123"})
    assert [hit.person.id for hit in people.search(session, agent, "7946 0123")] == [number]
    assert people.search(session, agent, "7946 0958") == []
    with pytest.raises(InvalidInput), unit_of_work(session, agent, intent="person.contact"):
        corrections.change_contact(session, agent, corrections.find_contact(session, agent, contact), {"value": " "})
    with unit_of_work(session, agent, intent="person.contact"):
        corrections.remove_contact(session, agent, corrections.find_contact(session, agent, contact))
    assert corrections.contacts_of(session, people.find(session, agent, number)) == []


@pytest.mark.parametrize(
    ("value", "kind"), [("a@b.example", "email"), ("020 7946 0958", "phone"), ("by the gate", "other")]
)
def test_a_contact_detail_says_itself_what_it_is(value, kind):
    assert corrections.contact_kind(value) == kind


def test_the_contacts_of_an_invisible_person_are_absent(session, office):
    _, agent, number = office
    with committed(session):
        stranger = actor_of(session, make_user(session, Role.SUPERVISOR, make_vertical(session)))
        person = people.find(session, agent, number)
        contact = corrections.add_contact(session, agent, person, "eva@home.example", contact_type="4").id
    with pytest.raises(NotFound):
        corrections.find_contact(session, stranger, contact)


def test_a_note_is_put_right_or_taken_back_by_its_author_alone(session, office):
    vertical, agent, _ = office
    with committed(session):
        colleague = actor_of(session, make_user(session, Role.SUPERVISOR, vertical))
        case = make_case(session, vertical)
        notes.write(session, agent, case, "another note")
        number, note = case.id, notes.write(session, agent, case, "frist draft").id
    with pytest.raises(Forbidden), unit_of_work(session, colleague, intent="note.rewrite"):
        notes.rewrite(session, colleague, notes.find(session, colleague, note), "not mine")
    with unit_of_work(session, agent, intent="note.rewrite"):
        notes.rewrite(session, agent, notes.find(session, agent, note), "first draft")
    listed, total = notes.page(session, [number], limit=1)
    assert ([entry.text for entry in listed], total) == (["first draft"], 2)
    with unit_of_work(session, agent, intent="note.take_back"):
        notes.take_back(session, agent, notes.find(session, agent, note))
    with pytest.raises(NotFound):
        notes.find(session, agent, note)
    assert notes.page(session, [number], limit=5)[1] == 1
    assert session.get(Note, note).text == "first draft"
