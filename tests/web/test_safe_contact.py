"""What somebody said about being called stands wherever they could be called or written to."""

import pytest

from portal.core import clock, person_merging
from portal.core.actors import SYSTEM
from portal.core.models import CasePerson, Contact, HouseholdMember, Person, PersonContact
from portal.core.vocabulary import Origin, Outcome, Role
from portal.extensions import db
from tests.factories import (
    committed,
    make_case,
    make_consent,
    make_household,
    make_organisation,
    make_person,
    make_user,
    make_vertical,
)
from tests.page import words

WISH = "Her brother answers"


@pytest.fixture
def office(app) -> dict[str, object]:
    """Somebody whose number is not safe: a client, of a household, with a consent that waits, in two records."""
    with app.app_context(), committed(db.session) as session:
        here, elsewhere = make_vertical(session, "HERE"), make_vertical(session, "ELSE")
        person = make_person(session, "Amina Testperson", vertical=here, phone="+254711222333")
        again, hidden = (
            make_person(session, name, vertical=v) for name, v in (("Amina A", here), ("Amina H", elsewhere))
        )
        leader = make_person(session, "Leader Person", vertical=here)
        home = make_household(session, leader)
        session.add(HouseholdMember(household_id=home.id, person_id=person.id, effective_from=clock.today()))
        supervisor = make_user(session, Role.SUPERVISOR, here)
        partner = {"origin": Origin.WEBFORM, "organisation_id": make_organisation(session).id, "needs_triage": True}
        case, report = make_case(session, here), make_case(session, here)
        for name, value in partner.items():
            setattr(report, name, value)
        session.add_all(CasePerson(case_id=one.id, person_id=person.id, role="client") for one in (case, report))
        desk = {"vertical_id": here.id, "agent_id": supervisor.id, "ended_at": clock.now(), "channel": "phone"}
        taken = Contact(person_id=person.id, outcome=Outcome.FOLLOW_UP, **desk)
        session.add(taken)
        consent = make_consent(session, person, here, status="pending", captured_by_id=leader.registered_by_id)
        session.flush()
        made = {"person": person, "again": again, "hidden": hidden, "case": case, "report": report, "taken": taken}
        numbers = {name: row.id for name, row in made.items()} | {"user": supervisor.id, "consent": consent.id}
        return {**numbers, "home": home.uuid}


def say(app, whose: int, wish: str = WISH) -> None:
    """Let somebody have said it."""
    with app.app_context(), committed(db.session) as session:
        value = {"value": "+254711999888", "safe": "no", "wish": wish}
        session.add(PersonContact(person_id=whose, **value))


def join(app, office, *others: str) -> None:
    with app.app_context(), committed(db.session) as session:
        for name in others:
            keep, other = (session.get(Person, office[one]) for one in ("person", name))
            person_merging.merge(session, SYSTEM, keep, other, reason="The same")


def pages(office) -> list[str]:
    """Everywhere somebody could call or write to that person."""
    person, case = f"/app/people/{office['person']}", f"/app/cases/{office['case']}"
    return [
        *("/app/people", "/app/people?q=amina", "/app/search?q=amina", "/app/search/quick?q=amina"),
        *(person, f"{person}/history", f"{person}/rights", f"{person}/verification", "/app/people/waiting"),
        *(f"{person}/consents", f"{person}/consents/new", f"{person}/consents/{office['consent']}"),
        *(case, f"{case}/messages", f"{case}/people", f"/app/triage/{office['report']}"),
        *(f"/app/households/{office['home']}", f"/app/intake/contacts/{office['taken']}"),
        "/app/intake?q=amina",
        f"/app/intake?person={office['person']}",
    ]


def test_it_stands_wherever_they_could_be_called_or_written_to(app, office, browser_as):
    say(app, office["person"])
    reader = browser_as(office["user"])
    missing = [path for path in pages(office) if f"Not safe to call “ {WISH} ”" not in words(reader.get(path))]
    assert missing == []


def test_what_was_said_to_another_record_counts_as_far_as_it_is_seen(app, office, browser_as):
    join(app, office, "again", "hidden")
    say(app, office["again"])
    say(app, office["hidden"], "Nobody here may know")
    reader = browser_as(office["user"])
    for path in pages(office):
        said = words(reader.get(path))
        assert WISH in said and "Nobody here may know" not in said, path
