"""Putting a person's record right in the browser, and what was changed about them."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import clock
from portal.core.models import AuditEvent, AuditValue, Person, PersonContact, PersonIdentifier
from portal.core.vocabulary import AgeUnit, Role
from portal.extensions import db
from tests.factories import committed, make_case, make_person, make_user, make_vertical
from tests.page import words


@pytest.fixture
def office(app) -> dict[str, int]:
    """A person with a phone, somebody else with one, an agent, a caseworker who checks identities, an auditor."""
    with app.app_context(), committed(db.session) as session:
        here, elsewhere = make_vertical(session, "HERE"), make_vertical(session, "ELSE")
        person = make_person(session, "Amina Testperson", phone="+254711222333", vertical=here)
        other = make_person(session, "Omar Testperson", phone="+254711444555", vertical=here)
        for subject in (person, other):
            make_case(session, here, subject=subject)
        return {
            "agent": make_user(session, Role.AGENT, here).id,
            "worker": make_user(session, Role.CASEWORKER, here, name="Jo Testworker").id,
            "auditor": make_user(session, Role.AUDITOR).id,
            "stranger": make_user(session, Role.SUPERVISOR, elsewhere).id,
            "person": person.id,
            "contact": person.contacts[0].id,
            "others": other.contacts[0].id,
        }


@pytest.fixture
def path(office) -> str:
    """The address of the person."""
    return f"/app/people/{office['person']}"


@pytest.fixture
def agent(browser_as, office):
    return browser_as(office["agent"])


def person_of(app, office) -> Person:
    with app.app_context():
        return db.session.get(Person, office["person"])


def filled(app, office, **told) -> dict[str, object]:
    """The form as the page has it, with what is typed over it."""
    version = person_of(app, office).version_id
    blank = {"full_name": "Amina Testperson", "dob": ["", "", ""], "age_unit": "years", "sex": ""}
    return {"version": version, **blank, **told}


class TestWhoItIs:
    """Name, birth, age, sex, address."""

    def test_what_is_typed_is_recorded_and_what_stood_there_stays_in_the_history(self, app, agent, office, path):
        agent.post(f"{path}/edit", filled(app, office, full_name="Amina Beispiel", dob=["4", "5", "1991"]))
        person = person_of(app, office)
        assert (person.full_name, person.dob) == ("Amina Beispiel", dt.date(1991, 5, 4))
        shown = words(agent.get(f"{path}/history"))
        assert "Record put right" in shown
        assert "shown to those who check identities" in shown

    def test_who_checks_identities_sees_the_values_and_who_only_takes_calls_does_not(
        self, app, agent, browser_as, office, path
    ):
        agent.post(f"{path}/edit", filled(app, office, full_name="Amina Beispiel"))
        assert "Amina Testperson" in words(browser_as(office["worker"]).get(f"{path}/history"))
        assert "Amina Testperson" in words(browser_as(office["auditor"]).get(f"{path}/history"))
        assert "Amina Testperson" not in words(agent.get(f"{path}/history"))

    def test_an_age_has_its_unit_and_none_has_none(self, app, agent, office, path):
        agent.post(f"{path}/edit", filled(app, office, age_value="8", age_unit="months"))
        assert (person_of(app, office).age_value, person_of(app, office).age_unit) == (8, AgeUnit.MONTHS)
        agent.post(f"{path}/edit", filled(app, office, age_value=""))
        assert (person_of(app, office).age_value, person_of(app, office).age_unit) == (None, None)

    @pytest.mark.parametrize(
        ("field", "typed", "said"),
        [
            ("dob", ["31", "2", "1991"], "Write the date as day, month and year"),
            ("age_value", "many", "Write the age as a number"),
            ("full_name", "x" * 300, "Write at most 255 characters"),
            ("sex", "unheard of", "Choose one of the list"),
        ],
    )
    def test_what_is_wrong_is_said_beside_the_field_and_stays_typed(self, app, agent, office, path, field, typed, said):
        answer = agent.post(f"{path}/edit", filled(app, office, **{field: typed}), expect=422)
        assert said in words(answer)
        if field != "sex":
            assert (typed if isinstance(typed, str) else typed[0]) in answer.text
        assert person_of(app, office).full_name == "Amina Testperson"

    def test_a_form_that_is_out_of_date_says_who_changed_what_and_can_be_sent_again(
        self, app, agent, browser_as, office, path
    ):
        mine = filled(app, office, full_name="Amina Mine")
        browser_as(office["worker"]).post(f"{path}/edit", filled(app, office, address="1 Mill Lane"))
        answer = agent.post(f"{path}/edit", mine, expect=409)
        assert "Jo Testworker" in words(answer) and "Address" in words(answer)
        assert 'value="Amina Mine"' in answer.text
        assert person_of(app, office).full_name == "Amina Testperson"
        agent.post(f"{path}/edit", filled(app, office, full_name="Amina Mine", address="1 Mill Lane"))
        assert person_of(app, office).full_name == "Amina Mine"

    def test_who_was_checked_is_put_right_by_those_alone_who_check(self, app, agent, browser_as, office, path):
        with app.app_context(), committed(db.session) as session:
            person = session.get(Person, office["person"])
            person.verification_status, person.verified_at = "verified", clock.now()
        agent.post(f"{path}/edit", filled(app, office, full_name="Somebody Else"), expect=403)
        assert person_of(app, office).full_name == "Amina Testperson"
        browser_as(office["worker"]).post(f"{path}/edit", filled(app, office, full_name="Amina Beispiel"))
        assert person_of(app, office).full_name == "Amina Beispiel"


class TestHowToReachThem:
    """Phones and addresses, and whether they are safe."""

    def test_a_number_is_marked_as_not_safe_with_what_to_mind(self, app, agent, office, path):
        told = {"value": "", "safe": "no", "wish": "Not after 17:00"}
        agent.post(f"{path}/contacts/{office['contact']}", told)
        assert "Not safe to use" in words(agent.get(path)) and "Not after 17:00" in words(agent.get(path))
        with app.app_context():
            kept = sa.select(AuditValue.field).join(AuditEvent).where(AuditEvent.action == "person.contact_change")
            assert set(db.session.scalars(kept)) == {"safe", "wish"}

    def test_a_way_to_reach_them_is_added_and_taken_away(self, app, agent, office, path):
        agent.post(f"{path}/contacts", {"value": "amina@home.example", "safe": "yes"})
        with app.app_context():
            query = sa.select(PersonContact).where(PersonContact.kind == "email")
            added = db.session.scalars(query).one()
            assert (added.value, added.safe, added.person_id) == ("amina@home.example", "yes", office["person"])
        agent.post(f"{path}/contacts/{added.id}/remove")
        assert "amina@home.example" not in words(agent.get(path))
        assert "Way to reach taken away" in words(agent.get(f"{path}/history"))

    def test_nothing_is_no_way_to_reach_anybody(self, agent, office, path):
        answer = agent.post(f"{path}/contacts", {"value": "  ", "safe": "no", "wish": "Ask for Ruth"}, expect=422)
        assert "Say how the person is reached" in words(answer) and "Ask for Ruth" in answer.text

    def test_a_number_stays_masked_while_it_is_replaced_unless_somebody_asks(self, app, agent, office, path):
        where = f"{path}/contacts/{office['contact']}"
        assert "+254711222333" not in agent.get(where).text and "ends in 333" in words(agent.get(where))
        assert "+254711222333" in agent.post(f"{where}/shown", expect=200).text
        assert "+254711222333" not in agent.get(where).text
        with app.app_context():
            asked = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "sensitive.reveal")).all()
            assert [(event.details["what"], event.details["person"]) for event in asked] == [
                ("reach", office["person"])
            ]
        agent.post(where, {"value": " +254733000111 ", "safe": "yes"})
        with app.app_context():
            now = db.session.get(PersonContact, office["contact"])
            assert (now.value, now.safe) == ("+254733000111", "yes")

    def test_somebody_elses_number_is_not_reached_through_this_person(self, agent, office, path):
        agent.post(f"{path}/contacts/{office['others']}", {"value": "1", "safe": "yes"}, expect=404)
        agent.post(f"{path}/contacts/{office['others']}/remove", expect=404)


class TestIdentityNumbers:
    """What a person says is theirs."""

    def test_a_number_is_claimed_once_and_shown_only_by_its_end(self, app, agent, office, path):
        for _time in range(2):
            agent.post(f"{path}/identity", {"kind": "passport", "number": "EX1234567"})
        with app.app_context():
            of = PersonIdentifier.person_id == office["person"]
            assert len(db.session.scalars(sa.select(PersonIdentifier).where(of)).all()) == 1
        shown = words(agent.get(path))
        assert "567" in shown and "EX1234567" not in shown and "claimed, not checked" in shown

    @pytest.mark.parametrize("told", [{"kind": "passport"}, {"number": "EX1"}, {}])
    def test_number_and_kind_go_together(self, agent, path, told):
        assert "needed together" in words(agent.post(f"{path}/identity", told, expect=422))


def test_of_a_restricted_record_no_form_is_offered_and_what_was_typed_all_the_same_stays(app, agent, office, path):
    with app.app_context(), committed(db.session) as session:
        session.get(Person, office["person"]).restricted_at = clock.now()
    contact = f"{path}/contacts/{office['contact']}"
    typed = {
        f"{path}/edit": filled(app, office, address="Behind the old mill"),
        f"{path}/contacts": {"value": "amina@home.example", "safe": "yes"},
        contact: {"value": "", "safe": "no", "wish": "Behind the old mill"},
        f"{path}/identity": {"kind": "passport", "number": "P7654321"},
    }
    page = agent.get(path).text
    assert not [form for form in typed if f'href="{form}"' in page]
    for form, told in typed.items():
        assert "Restricted since" in words(agent.get(form))
        refused = agent.post(form, told, expect=409)
        assert "Nothing was changed The data of this person is restricted" in words(refused)
        assert max((str(value) for value in told.values()), key=len) in refused.text
    agent.post(f"{contact}/remove", expect=409)


def test_the_history_goes_page_by_page_and_a_foreign_place_in_it_begins_anew(app, agent, office, path):
    for number in range(35):
        agent.post(f"{path}/edit", filled(app, office, address=f"{number} Mill Lane"))
    first = agent.get(f"{path}/history")
    assert first.text.count("Record put right") == 30
    older = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert agent.get(older).text.count("Record put right") == 5
    assert agent.get(f"{path}/history?page=nonsense", expect=303).headers["Location"].endswith("/history")
