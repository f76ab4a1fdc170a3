"""Once consent was withdrawn, nobody reads what is written in a case; where it stands, and who can lift it, is said."""

import pytest
import sqlalchemy as sa

from portal.core import cases, clock, consenting, merging, messages, notes, transitions
from portal.core.models import Case, Conflict, Consent, Person, User, Vertical
from portal.core.vocabulary import Action, Answer, ConsentStatus, Role, Status
from portal.extensions import db
from tests.core.offices import SPOKEN
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_consent,
    make_participant,
    make_person,
    make_user,
    make_vertical,
)
from tests.page import words

SECRETS = ("What she told", "Her summary", "Her plan", "A note of a visit", "Dear Amina", "Because of the landlord")
PAGES = ("", "/messages", "/people", "/history")


@pytest.fixture
def office(app) -> dict[str, int]:
    """A case full of words, its consent, and those who work there."""
    with app.app_context(), committed(db.session) as session:
        care, health = make_vertical(session, "CARE", consent=True), make_vertical(session, "HEALTH", consent=True)
        person = make_person(session, "Amina Testperson", verified=True, vertical=care)
        consent = make_consent(session, person, care)
        boss = make_user(session, Role.SUPERVISOR, care)
        told = {"narrative": "What she told.", "summary": "Her summary", "gbv": Answer.YES}
        case = make_case(session, care, subject=person, owner=boss, status=Status.ACTIVE, **told)
        actor = actor_of(session, boss)
        cases.update(session, actor, case, {"plan": "Her plan"})
        notes.write(session, actor, case, "A note of a visit")
        messages.write(session, actor, case, "Dear Amina", to=person)
        said = {"reason": "OTHER", "text": "Because of the landlord"}
        transitions.change_status(session, actor, case, Action.SUSPEND, **said)
        transitions.change_status(session, actor, case, Action.RESUME)
        return {
            "case": case.id,
            "person": person.id,
            "care": care.id,
            "health": health.id,
            "consent": consent.id,
            "boss": boss.id,
            "admin": make_user(session, Role.ADMINISTRATOR).id,
        }


@pytest.fixture
def boss(browser_as, office):
    return browser_as(office["boss"])


def act(app, office, work):
    """Something that is done by the supervisor through core."""
    with app.app_context():
        actor = actor_of(db.session, db.session.get(User, office["boss"]))
        with committed(db.session) as session:
            work(session, actor)


def withdraw(app, office) -> None:
    act(
        app,
        office,
        lambda s, by: consenting.withdraw(s, by, s.get(Consent, office["consent"]), reason_code="USER_REQUEST"),
    )


def told_on(browser, path: str) -> set[str]:
    """Which of the secrets some page tells."""
    pages = [browser.get(f"{path}{page}").get_data(as_text=True) for page in PAGES]
    return {secret for secret in SECRETS if any(secret in page for page in pages)}


def test_while_consent_stands_everything_is_there(boss, path):
    assert told_on(boss, path) == set(SECRETS)


@pytest.mark.parametrize("who", ["boss", "admin"])
def test_after_a_withdrawal_nobody_reads_it_and_every_page_says_who_can_lift_that(app, browser_as, office, path, who):
    withdraw(app, office)
    reader = browser_as(office[who])
    assert told_on(reader, path) == set()
    for page in PAGES:
        shown = words(reader.get(f"{path}{page}"))
        assert "What is written in this case cannot be read" in shown
        assert "The consent for Care was withdrawn." in shown
        assert "Who can lift this: the person, by giving consent again." in shown
        assert "Suspended" in shown
        assert "Sensitive" not in shown
    assert f"/app/people/{office['person']}/consents" in reader.get(path).get_data(as_text=True)


def test_a_part_of_a_page_tells_no_more_than_the_page(app, boss, office, path):
    withdraw(app, office)
    for page in PAGES:
        part = boss.get(f"{path}{page}", headers={"HX-Request": "true"}).get_data(as_text=True)
        assert [secret for secret in SECRETS if secret in part] == []


def test_where_it_stands_and_through_which_steps_it_went_is_still_told(app, boss, office, path):
    withdraw(app, office)
    shown = words(boss.get(f"{path}/history"))
    assert "Consent was withdrawn" in shown
    assert "Another reason" in shown


def test_a_closed_case_is_hidden_too_and_consent_brings_everything_back(app, boss, office, path):
    with app.app_context(), committed(db.session) as session:
        case = session.get(Case, office["case"])
        case.lifecycle_status, case.closed_at = Status.CLOSED, clock.now()
    withdraw(app, office)
    assert told_on(boss, path) == set()

    def again(session, actor):
        person, care = session.get(Person, office["person"]), session.get(Vertical, office["care"])
        given = consenting.Given(clock.now(), evidence=SPOKEN)
        consenting.capture(session, actor, person, care, given)

    act(app, office, again)
    assert told_on(boss, path) == set(SECRETS)


def test_a_participating_service_that_lost_its_consent_hides_the_case_and_is_not_named(app, boss, office, path):
    with app.app_context(), committed(db.session) as session:
        health, case = session.get(Vertical, office["health"]), session.get(Case, office["case"])
        make_participant(session, case, health)
        lost = {"status": ConsentStatus.WITHDRAWN, "withdrawn_at": clock.now()}
        make_consent(session, session.get(Person, office["person"]), health, **lost)
    assert told_on(boss, path) == set()
    shown = words(boss.get(path))
    assert "The consent of a participating service was withdrawn." in shown
    assert "Health" not in shown


class TestBetweenWithdrawalAndSuspension:
    """Where many cases follow, a case may still be active in its row; its pages go by the date all the same."""

    @pytest.fixture(autouse=True)
    def behind(self, app, office):
        with app.app_context(), committed(db.session) as session:
            lost = {"status": ConsentStatus.WITHDRAWN, "withdrawn_at": clock.now()}
            session.execute(sa.update(Consent).where(Consent.id == office["consent"]).values(**lost))

    def test_nothing_is_read_written_or_changed(self, app, boss, office, path):
        assert told_on(boss, path) == set()
        boss.get(f"{path}/edit", expect=403)
        refused = boss.post(f"{path}/notes", {"text": "One more word."}, expect=409).get_data(as_text=True)
        assert [secret for secret in SECRETS if secret in refused] == []
        assert "One more word." in refused, "what was typed is not lost"

    def test_a_stale_form_does_not_tell_what_others_wrote(self, boss, path):
        told = {"version": 1, "summary": "Mine", "gbv": "yes", "immediate_danger": "no"}  # the plan came later
        refused = boss.post(f"{path}/edit", told, expect=409).get_data(as_text=True)
        assert [secret for secret in SECRETS if secret in refused] == []


def test_a_case_on_another_basis_is_read_as_ever(app, boss, browser_as, office):
    with app.app_context(), committed(db.session) as session:
        desk = make_vertical(session, "DESK")
        worker = make_user(session, Role.CASEWORKER, desk).id
        number = make_case(session, desk, narrative="What she told.").id
        assert cases.find(session, actor_of(session, session.get(User, worker)), number)
    assert "What she told." in words(browser_as(worker).get(f"/app/cases/{number}"))


def test_beside_another_case_it_is_not_told_either(app, boss, office):
    with app.app_context(), committed(db.session) as session:
        case = session.get(Case, office["case"])
        make_case(session, case.primary_vertical, subject=case.subject_person, summary="Another matter")
        conflict = session.scalars(sa.select(Conflict)).one().uuid
    assert "Her summary" in words(boss.get(f"/app/conflicts/{conflict}"))
    withdraw(app, office)
    shown = words(boss.get(f"/app/conflicts/{conflict}"))
    assert "Her summary" not in shown
    assert "Not shown: consent was withdrawn." in shown


def test_what_was_merged_is_hidden_by_its_own_consent(app, boss, office, path):
    with app.app_context(), committed(db.session) as session:
        case = session.get(Case, office["case"])
        care, person = case.primary_vertical, case.subject_person
        twin = make_case(session, care, subject=person, narrative="Told to others.", status=Status.ACTIVE)
        actor = actor_of(session, session.get(User, office["boss"]))
        notes.write(session, actor, twin, "Only for the twin")
        merging.merge(session, actor, case, [twin], reason_code="DUPLICATE_RECORD")
        number = twin.id
    assert "Only for the twin" in words(boss.get(path))
    with app.app_context(), committed(db.session) as session:
        health = session.get(Vertical, office["health"])
        make_participant(session, session.get(Case, number), health)
        lost = {"status": ConsentStatus.WITHDRAWN, "withdrawn_at": clock.now()}
        make_consent(session, session.get(Person, office["person"]), health, **lost)
    assert told_on(boss, path) == set(SECRETS)
    for page in PAGES:
        assert "Only for the twin" not in words(boss.get(f"{path}{page}"))
