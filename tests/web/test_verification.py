"""Verifying people in the browser: by somebody else than who registered them, from a list of what waits."""

import pytest

from portal.core import people
from portal.core.models import Person, PersonIdentifier, User, Vertical
from portal.core.told import PersonTold
from portal.core.vocabulary import ConsentStatus, Role, Status, Verification
from portal.extensions import db
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_consent,
    make_household,
    make_person,
    make_user,
    make_vertical,
)
from tests.page import words
from tests.statements import counted


@pytest.fixture
def office(app) -> dict[str, int]:
    """A person whom a caseworker registered with an identity number, and colleagues who may verify or not."""
    with app.app_context(), committed(db.session) as session:
        care, elsewhere = make_vertical(session, "CARE", consent=True), make_vertical(session, "ELSE")
        worker = make_user(session, Role.CASEWORKER, care, name="Jo Worker")
        told = PersonTold(full_name="Amina Testperson", national_id_type="passport", national_id="AB 123")
        return {
            "care": care.id,
            "elsewhere": elsewhere.id,
            "worker": worker.id,
            "other": make_user(session, Role.CASEWORKER, care, name="Kim Other").id,
            "agent": make_user(session, Role.AGENT, care).id,
            "admin": make_user(session, Role.ADMINISTRATOR, name="Ash Admin").id,
            "person": people.register(session, actor_of(session, worker), told, vertical_id=care.id).id,
        }


@pytest.fixture
def path(office) -> str:
    return f"/app/people/{office['person']}"


@pytest.fixture
def other(browser_as, office):
    return browser_as(office["other"])


def person_of(app, office) -> Person:
    with app.app_context():
        return db.session.get(Person, office["person"])


class TestVerifying:
    """Whoever registered a record does not verify it."""

    def test_whoever_registered_is_told_who_can_and_a_colleague_verifies(self, app, worker, other, office, path):
        shown = words(worker.get(path))
        assert "You registered this record; somebody else verifies it. Who can: another caseworker" in shown
        assert "You registered this record" in words(
            worker.post(f"{path}/verification", {"decision": "verified"}, expect=403)
        )
        assert person_of(app, office).verification_status is Verification.PROVISIONAL
        whole = words(other.post(f"{path}/verification/shown", {"show": "identity"}, expect=200))
        assert "AB 123" in whole and "AB 123" not in words(other.get(f"{path}/verification")), (
            "who compares asks for it"
        )
        said = words(other.follow(other.post(f"{path}/verification", {"decision": "verified"})))
        assert "Amina Testperson is verified." in said
        assert "Identity verified" in said
        assert person_of(app, office).verified_by_id == office["other"]

    def test_identity_numbers_are_checked_with_their_person(self, app, other, office, path):
        assert "claimed, not checked" in words(other.get(path))
        other.post(f"{path}/verification", {"decision": "verified"})
        assert "claimed, not checked" not in words(other.get(path))
        with app.app_context():
            assert db.session.query(PersonIdentifier).one().verified_at is not None

    def test_a_number_that_was_claimed_later_is_confirmed_by_somebody_else_than_who_recorded_it(
        self, app, worker, other, browser_as, office, path
    ):
        other.post(f"{path}/verification", {"decision": "verified"})
        assert "Confirm the identity number" not in words(other.get(path))
        other.post(f"{path}/verification", {"decision": "numbers"}, expect=409)
        other.post(f"{path}/identity", {"kind": "card", "number": "77 88 99"})
        assert "You recorded this number; somebody else confirms it." in words(other.get(path))
        other.post(f"{path}/verification", {"decision": "numbers"}, expect=403)
        browser_as(office["agent"]).post(f"{path}/verification", {"decision": "numbers"}, expect=403)
        said = words(worker.follow(worker.post(f"{path}/verification", {"decision": "numbers"})))
        assert "The identity numbers of Amina Testperson are confirmed." in said
        assert "claimed, not checked" not in said
        assert "Identity number confirmed" in words(worker.get(f"{path}/history"))

    def test_a_number_that_another_verified_person_has_stands_against_it(self, app, other, office, path):
        with app.app_context(), committed(db.session) as session:
            told = {"national_id_type": "passport", "national_id": "ab-123"}
            twin = make_person(session, "Somebody Else", verified=True, vertical=None, **told)
            twin.identifiers[0].verified_at = twin.verified_at
        said = "Another verified person has this identity number. Who can: whoever compares the two records, first."
        assert said in words(other.get(path))
        other.post(f"{path}/verification", {"decision": "verified"}, expect=409)
        assert person_of(app, office).verification_status is Verification.PROVISIONAL

    def test_what_was_changed_since_it_was_looked_at_is_not_verified_unseen(self, app, worker, other, office, path):
        page = other.get(f"{path}/verification").get_data(as_text=True)
        seen = page.split('name="seen" value="')[1].split('"')[0]
        worker.post(f"{path}/identity", {"kind": "passport", "number": "ZZ 999"})
        refused = other.post(f"{path}/verification", {"decision": "verified", "seen": seen}, expect=409)
        assert "Somebody changed this record meanwhile. Look at it again." in words(refused)
        assert "passport claimed, checked with the person" in words(refused)
        assert person_of(app, office).verification_status is Verification.PROVISIONAL

    @pytest.mark.parametrize("page", ["", "/verification"])
    def test_the_buttons_of_a_page_verify_what_it_shows(self, app, other, office, path, page):
        shown = other.get(f"{path}{page}").get_data(as_text=True)
        seen = shown.split('name="seen" value="')[1].split('"')[0]
        other.post(f"{path}/verification", {"decision": "verified", "seen": seen})
        assert person_of(app, office).verification_status is Verification.VERIFIED

    def test_the_button_of_a_household_verifies_what_its_page_shows(self, app, other, office):
        with app.app_context(), committed(db.session) as session:
            home = make_household(session, session.get(Person, office["person"])).uuid
        shown = other.get(f"/app/households/{home}").get_data(as_text=True)
        seen = shown.split('name="seen" value="')[1].split('"')[0]
        other.post(f"/app/households/{home}/verification", {"decision": "verified", "seen": seen})
        other.post(f"/app/households/{home}/verification", {"decision": "verified", "seen": seen}, expect=409)

    def test_an_agent_is_told_who_can_and_an_administrator_may_verify_their_own(self, app, browser_as, office, path):
        agent = browser_as(office["agent"])
        assert "You may not do this. Who can: a caseworker, a supervisor or an administrator." in words(agent.get(path))
        agent.post(f"{path}/verification", {"decision": "verified"}, expect=403)
        with app.app_context(), committed(db.session) as session:
            admin = actor_of(session, session.get(User, office["admin"]))
            own = people.register(session, admin, PersonTold(full_name="Own Record"), vertical_id=office["care"]).id
        browser_as(office["admin"]).post(f"/app/people/{own}/verification", {"decision": "verified"})

    def test_a_rejection_can_be_followed_by_a_verification_and_nothing_is_decided_twice(self, other, office, path):
        said = words(other.follow(other.post(f"{path}/verification", {"decision": "rejected"})))
        assert "Identity rejected" in said
        other.post(f"{path}/verification", {"decision": "rejected"}, expect=409)
        other.post(f"{path}/verification", {"decision": "verified"})
        assert "This record is verified already." in words(
            other.post(f"{path}/verification", {"decision": "verified"}, expect=409)
        )
        other.post(f"{path}/verification", {"decision": "perhaps"}, expect=422)


class TestPuttingAway:
    """A record is archived with a reason instead of deleted, and taken back."""

    def test_archiving_needs_a_reason_and_restoring_too(self, app, other, office, path):
        assert "Choose a reason." in words(other.post(f"{path}/archive", expect=422))
        other.post(f"{path}/archive", {"reason": "REGISTERED_IN_ERROR"})
        assert person_of(app, office).archived_at is not None
        assert "The record stands that way already." in words(other.get(f"{path}/archive", expect=409))
        other.post(f"{path}/restore", {"reason": "OTHER"}, expect=422)
        other.post(f"{path}/restore", {"reason": "ARCHIVED_IN_ERROR"})
        assert person_of(app, office).archived_at is None

    def test_an_open_case_stands_against_it(self, app, other, office, path):
        other.post(f"{path}/verification", {"decision": "verified"})
        with app.app_context(), committed(db.session) as session:
            person = session.get(Person, office["person"])
            care = person.registered_vertical_id
            vertical = session.get(Vertical, care)
            make_consent(session, person, vertical)
            make_case(session, vertical, subject=person, status=Status.ACTIVE)
        said = (
            "A case that is not closed supports this person or household. Who can: whoever may close that case, first."
        )
        assert said in words(other.get(path))
        other.post(f"{path}/archive", {"reason": "DECEASED"}, expect=409)


class TestWaiting:
    """What waits for the reader, oldest first."""

    def test_what_others_registered_waits_and_what_the_reader_registered_does_not(self, worker, other):
        assert "Nothing waits for you" in words(worker.get("/app/people/waiting"))
        shown = words(other.get("/app/people/waiting"))
        assert "Amina Testperson" in shown
        assert "Jo Worker" in shown

    def test_people_of_other_services_are_not_there(self, app, other, office):
        with app.app_context(), committed(db.session) as session:
            elsewhere = session.get(Vertical, office["elsewhere"])
            make_person(session, "Hidden Testperson", vertical=elsewhere)
        assert "Hidden Testperson" not in words(other.get("/app/people/waiting"))

    def test_a_verified_a_rejected_and_an_archived_person_wait_no_longer(self, other, path):
        other.post(f"{path}/verification", {"decision": "rejected"})
        assert "Nothing waits for you" in words(other.get("/app/people/waiting"))

    def test_households_and_consents_wait_too(self, app, other, office):
        with app.app_context(), committed(db.session) as session:
            person = session.get(Person, office["person"])
            home = make_household(session, person)
            care = session.get(Vertical, office["care"])
            waits = {"status": ConsentStatus.PENDING, "captured_by_id": office["worker"]}
            make_consent(session, person, care, **waits)
            name = home.name
        assert name in words(other.get("/app/people/waiting?show=households"))
        assert "Jo Worker" in words(other.get("/app/people/waiting?show=consents"))

    def test_who_may_not_verify_has_no_list(self, browser_as, office):
        browser_as(office["agent"]).get("/app/people/waiting", expect=403)

    def test_the_list_goes_on_page_by_page_at_the_same_cost(self, app, other, office):
        def cost(path: str) -> int:
            other.get(path)
            with counted(app) as statements:
                other.get(path)
            return sum(text.lstrip().upper().startswith("SELECT") for text in statements)

        few = cost("/app/people/waiting")
        with app.app_context(), committed(db.session) as session:
            care = session.get(Vertical, office["care"])
            for number in range(30):
                make_person(session, f"Waiting Number{number:02}", vertical=care)
        assert cost("/app/people/waiting") == few
        first = other.get("/app/people/waiting").get_data(as_text=True)
        assert first.index("Amina Testperson") < first.index("Waiting Number00") < first.index("Waiting Number23")
        following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        second = words(other.get(following))
        assert "Waiting Number24" in second
        assert "Waiting Number29" in second
        assert "Waiting Number23" not in second
