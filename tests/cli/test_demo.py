"""``demo load``: the invented office on which every example of the contracts can be tried."""

import pytest
import sqlalchemy as sa

from portal.core import audit, cases, consents, people, transitions
from portal.core.actors import SYSTEM, from_user
from portal.core.models import Case, Consent, Household, Organisation, Person, Place, Program, User, Vertical
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Action, Origin, Role, Status
from portal.extensions import db
from tests.cli.conftest import both_engines

pytestmark = pytest.mark.slow

COUNTED = ("users", "people", "cases", "consents", "messages", "notes", "audit_events", "places", "organisations")


@pytest.fixture
def office(run, app):
    """The demo data, loaded."""
    run("demo", "load")
    return app


@both_engines
def test_it_brings_what_the_examples_of_the_contracts_name(office, session):
    admin, john = session.get(User, 1), session.get(User, 2)
    assert (admin.email, admin.role) == ("admin@demo.example", Role.ADMINISTRATOR)
    assert (john.name, john.initials, john.email) == ("John Smith", "JS", "caseworker@demo.example")
    agent = session.scalar(sa.select(User).where(User.email == "agent@demo.example"))
    assert (agent.role, agent.agent_code) == (Role.AGENT, "100")
    eva = session.get(Person, 5)
    assert (eva.given_name, eva.family_name, eva.organisation_name) == ("Eva", "Garcia", "XYZ Ltd")
    partner = session.scalar(sa.select(Organisation).where(Organisation.name == "CPMIS System"))
    assert (partner.email, partner.status, partner.armed_until) == ("admin@cpmis.org", "active", None)
    place = session.scalar(sa.select(Place).where(Place.code == "258783"))
    assert place.level == 2
    assert place.path.startswith(f"{session.get(Place, place.parent_id).path}/")


def test_it_brings_the_verticals_that_work_on_consent_with_a_programme_each(office, session):
    found = session.scalars(sa.select(Vertical).where(Vertical.code.in_(("HEALTH", "EDU", "ECON", "SOCIAL")))).all()
    assert [v.pack.consent_mode for v in found] == ["required"] * 4
    assert [v.code for v in found if v.pack.transfer_requires_approval] == ["HEALTH"]
    programs = session.scalars(sa.select(Program.vertical_id)).all()
    assert sorted(programs) == sorted(v.id for v in found)


@both_engines
def test_there_is_a_case_in_every_state_and_each_has_the_history_that_led_there(office, session):
    found = session.scalars(sa.select(Case)).all()
    assert {case.lifecycle_status for case in found} == set(Status)
    for case in found:
        steps = transitions.history(session, case)
        assert steps[0].from_status is None
        assert [step.to_status for step in steps[:-1]] == [step.from_status for step in steps[1:]]
        assert steps[-1].to_status == case.lifecycle_status
        assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert list(audit.verify(session)) == []


def test_three_people_are_verified_and_have_consented_and_a_household_stands(office, session):
    verified = session.scalars(sa.select(Person).where(Person.verification_status == "verified")).all()
    assert len(verified) == 3
    for vertical in session.scalars(sa.select(Vertical).where(Vertical.code.in_(("HEALTH", "EDU", "ECON", "SOCIAL")))):
        assert consents.for_vertical(session, [person.id for person in verified], vertical).problem is None
    assert session.scalar(sa.select(Person.verification_status).where(Person.id == 4)) == "provisional"
    assert session.scalar(sa.select(sa.func.count()).select_from(Household)) == 1


def test_a_second_load_changes_nothing(office, run, count):
    before = {table: count(table) for table in COUNTED}
    assert "loaded already" in run("demo", "load").output
    assert {table: count(table) for table in COUNTED} == before


@both_engines
def test_after_it_one_of_each_can_be_made(office, session):
    with unit_of_work(session, SYSTEM, intent="test"):
        session.add(Organisation(name="One more", email="desk@partner.example"))
        session.add(Vertical(code="MORE", name="One more", reference_prefix="MORE"))
        session.add(Place(name="One more"))
        session.add(User(email="more@demo.example", name="One More", role=Role.AGENT))
        session.add(person := Person(full_name="One More"))
        session.flush()
        session.add(Household(name="One more", leader_id=person.id))
        helpline = cases.default_vertical(session, Origin.HELPLINE)
        case = cases.open_case(session, SYSTEM, origin=Origin.PORTAL, vertical=helpline, facts={"narrative": "More."})
        assert case.reference == f"HL-CMS-{case.id:06d}"


def test_the_draft_of_the_demo_can_be_walked_on_by_its_caseworker(office, session):
    draft = session.scalar(sa.select(Case).where(Case.lifecycle_status == Status.DRAFT))
    john = from_user(session, session.get(User, 2))
    with unit_of_work(session, john, intent="case.submit"):
        transitions.change_status(session, john, draft, Action.SUBMIT)
    assert session.get(Case, draft.id).lifecycle_status is Status.SUBMITTED


def test_an_installation_that_has_people_already_is_left_alone(run, loaded, session):
    session.add(Person(full_name="Here Before"))
    session.commit()
    assert "has users or people already" in run("demo", "load", code=1).output
    assert session.scalar(sa.select(sa.func.count()).select_from(User)) == 0


def test_a_live_installation_takes_no_demo_data(as_live, run, rows):
    said = run("demo", "load", code=1).output
    assert "in demo and test installations only; this one is live" in said
    assert rows("SELECT count(*) FROM users") == [(0,)]


def _content(rows) -> list:
    """What generated cases say, without the moment that they count back from."""
    return rows(
        "SELECT c.reference, c.uuid, c.lifecycle_status, c.summary, p.full_name, p.uuid, "
        "(SELECT count(*) FROM case_status_history h WHERE h.case_id = c.id), "
        "(SELECT count(*) FROM messages m WHERE m.case_id = c.id) "
        "FROM cases c JOIN people p ON p.id = c.subject_person_id "
        "WHERE c.created_by_id IS NULL AND c.origin <> 'webform' ORDER BY c.id"
    )


@both_engines
def test_generated_cases_are_whole_and_the_audit_stays_so(office, run, rows, session):
    before = session.scalar(sa.select(sa.func.count()).select_from(Case))
    assert (
        "Added 40 generated cases of seed 7; there are 40."
        in run("demo", "load", "--cases", "40", "--seed", "7").output
    )

    made = session.scalars(sa.select(Case).order_by(Case.id).offset(before)).all()
    assert len(made) == 40
    assert len({case.subject_person_id for case in made}) == 28
    for case in made:
        assert transitions.history(session, case)[-1].to_status == case.lifecycle_status
        assert case.reference.endswith(f"-{case.id:06d}")
    assert session.scalar(sa.select(sa.func.count()).select_from(Consent)) == 12
    run("audit", "verify")
    with unit_of_work(session, SYSTEM, intent="test"):
        session.add(Person(full_name="One More"))


def test_the_same_seed_makes_the_same_cases_and_another_makes_others(installation, run, rows):
    def made(seed: str) -> list:
        installation.renew()
        run("demo", "load", "--cases", "30", "--seed", seed)
        return _content(rows)

    first = made("3")
    assert len(first) == 30
    assert made("3") == first
    assert made("4") != first


def test_a_load_that_was_interrupted_goes_on_to_the_same_end(installation, run, rows):
    run("demo", "load", "--cases", "30")
    in_one_go = _content(rows)
    installation.renew()
    run("demo", "load", "--cases", "17")
    run("demo", "load", "--cases", "30")

    assert {row[1:] for row in _content(rows)} == {row[1:] for row in in_one_go}
    assert "No case was missing" in run("demo", "load", "--cases", "30").output


def test_generated_people_are_found_by_name_and_phone(office, run, app):
    run("demo", "load", "--cases", "10")
    with app.app_context():
        person = db.session.scalars(sa.select(Person).order_by(Person.id.desc())).first()
        phone = person.contacts[0].value
        assert person.id in {hit.person.id for hit in people.search(db.session, SYSTEM, person.full_name, limit=50)}
        assert person.id in {hit.person.id for hit in people.search(db.session, SYSTEM, phone, limit=50)}
