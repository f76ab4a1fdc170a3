"""What is masked is in no byte of a page until somebody asks for it, and that they asked is in the audit."""

import pytest
import sqlalchemy as sa

from portal.core import corrections
from portal.core.models import AuditEvent, CasePerson, Person
from portal.core.vocabulary import PersonRole, Role
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_household, make_person, make_user, make_vertical

REACH = ("+254711222333", "amina@example.org")
IDENTITY = ("AB1234567", "12 Secret Lane", "by the hidden well")  # pragma: allowlist secret
HEALTH = ("a condition of the heart",)
ACCUSED = ("Badru Testuncle", "+254799888777", "drives the blue bus")
HOME = "3 Shelter Street"
SECRETS = REACH + IDENTITY + HEALTH + ACCUSED


@pytest.fixture
def office(app) -> dict[str, int]:
    """A case of a client of whom everything is known, and of an alleged perpetrator."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        users = {role.value: make_user(session, role, here) for role in (Role.AGENT, Role.AUDITOR, Role.SUPERVISOR)}
        amina = make_person(session, "Amina Testperson", phone=REACH[0], national_id=IDENTITY[0])
        amina.address, amina.landmark = IDENTITY[1:]
        badru = make_person(session, ACCUSED[0], phone=ACCUSED[1])
        case = make_case(session, here, owner=users["agent"], subject=amina)
        part = CasePerson(case_id=case.id, person_id=amina.id, role=PersonRole.CLIENT, health=HEALTH[0])
        accused = CasePerson(case_id=case.id, person_id=badru.id, role=PersonRole.PERPETRATOR, notes=ACCUSED[2])
        session.add_all((part, accused))
        session.flush()
        actor = actor_of(session, users["supervisor"])
        corrections.add_contact(session, actor, amina, REACH[1], contact_type="2")
        corrections.correct(session, actor, amina, {"address": IDENTITY[1] + ", door 4"}, version=amina.version_id)
        home = make_household(session, amina)
        home.address = HOME
        made = {"case": case, "amina": amina, "part": part, "accused": accused, **users}
        return {name: row.id for name, row in made.items()} | {"home": home.uuid}


@pytest.fixture
def agent(office, browser_as):
    return browser_as(office["agent"])


def pages(office) -> dict[str, str]:
    """The pages that tell of these people."""
    case, person = f"/app/cases/{office['case']}", f"/app/people/{office['amina']}"
    return {
        "case": case,
        "people": f"{case}/people",
        "person": person,
        "history": f"{person}/history",
        "list": "/app/people",
    }


@pytest.mark.slow
@pytest.mark.parametrize("role", ["agent", "supervisor", "auditor"])
def test_no_page_shows_a_masked_value_in_any_byte(office, browser_as, role):
    reader = browser_as(office[role])
    for name, path in pages(office).items():
        assert {secret for secret in SECRETS if secret in reader.get(path).text} == set(), name


@pytest.mark.parametrize(
    ("where", "asked", "shown"),
    [
        ("person", "reach", REACH),
        ("person", "identity", IDENTITY[:2]),
        ("people", "part:reach", REACH),
        ("people", "part:identity", IDENTITY),
        ("people", "part:health", HEALTH),
        ("people", "accused:accused", ACCUSED),
    ],
)
def test_what_is_asked_for_is_shown_alone_and_the_asking_is_recorded(app, office, agent, where, asked, shown):
    who, _colon, what = asked.rpartition(":")
    answer = agent.post(f"{pages(office)[where]}/shown", {"show": f"{office[who]}:{what}" if who else what}, expect=200)
    assert {secret for secret in SECRETS if secret in answer.text} == set(shown)
    assert "That you asked is recorded" in answer.text
    assert ">None<" not in answer.text, "what was not told is not taken for an answer"
    assert answer.headers["Cache-Control"] == "no-store"
    with app.app_context():
        events = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "sensitive.reveal")).all()
        assert [(event.chain_key, event.details["what"]) for event in events] == [(f"user:{office['agent']}", what)]
        number = db.session.get(CasePerson, office[who]).person_id if who else office["amina"]
        assert events[0].details["person"] == number


def test_the_next_look_is_masked_again(office, agent):
    agent.post(f"{pages(office)['person']}/shown", {"show": "reach"}, expect=200)
    assert REACH[0] not in agent.get(pages(office)["person"]).text


def test_putting_a_record_right_shows_it_and_is_an_asking_too(app, office, agent):
    assert IDENTITY[1] in agent.get(f"{pages(office)['person']}/edit").text
    with app.app_context():
        assert db.session.scalar(sa.select(AuditEvent.details).where(AuditEvent.action == "sensitive.reveal")) == {
            "what": "identity",
            "person": office["amina"],
        }


def test_what_a_record_said_before_is_asked_for_too(office, browser_as):
    history = pages(office)["history"]
    answer = browser_as(office["supervisor"]).post(f"{pages(office)['person']}/shown", {"show": "history"}, expect=200)
    assert IDENTITY[1] in answer.text and REACH[1] in answer.text
    assert IDENTITY[1] not in browser_as(office["auditor"]).get(history).text


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("/app/people/{amina}/verification", IDENTITY[0]),
        ("/app/households/{home}", HOME),
        ("/app/households/{home}/verification", HOME),
    ],
)
def test_who_checks_a_record_asks_for_what_is_compared(app, office, browser_as, page, shown):
    supervisor, path = browser_as(office["supervisor"]), page.format(**office)
    assert shown not in supervisor.get(path).text
    answer = supervisor.post(f"{path}/shown", expect=200)
    assert shown in answer.text and "That you asked is recorded" in answer.text
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "sensitive.reveal")).one()
        assert event.details["what"] == "identity" and event.details.keys() & {"person", "household"}


def test_an_auditor_asks_for_nothing(office, browser_as):
    auditor = browser_as(office["auditor"])
    assert "Show phone" not in auditor.get(pages(office)["person"]).text
    auditor.post(f"{pages(office)['person']}/shown", {"show": "reach"}, expect=403)


def test_it_is_stored_encrypted(app, office):
    """Of the masked facts, those that are told; who somebody is stays readable, because it is searched."""
    with app.app_context(), db.engine.connect() as connection:
        for table in (
            Person.__table__,
            CasePerson.__table__,
            *(Person.__mapper__.relationships[n].entity.local_table for n in ("contacts", "identifiers")),
        ):
            for row in connection.execute(sa.text(f"SELECT * FROM {table.name}")):  # noqa: S608 - our own table names
                assert {secret for secret in REACH + IDENTITY + HEALTH if secret in str(row)} == set(), table.name
