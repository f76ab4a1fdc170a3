"""People: the directory, a person's page, and that nobody reads about a person unseen."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from portal.core import clock
from portal.core.models import AuditEvent, Case, CasePerson, Contact, PersonContact
from portal.core.vocabulary import Outcome, Role
from portal.extensions import db
from tests.factories import committed, make_case, make_copies, make_person, make_user, make_vertical
from tests.page import Browser, words


@pytest.fixture
def office(app) -> dict[str, int]:
    """A person who is client in one case, reporter in another, and client in one out of sight."""
    with app.app_context(), committed(db.session) as session:
        here, elsewhere = make_vertical(session, "HERE"), make_vertical(session, "ELSE")
        worker = make_user(session, Role.CASEWORKER, here)
        person = make_person(session, "Amina Testperson", phone="+254711222333", national_id="AB1234567")
        cases = [make_case(session, vertical, summary="") for vertical in (here, here, elsewhere)]
        for case, role in zip(cases, ("client", "reporter", "client"), strict=True):
            session.add(CasePerson(case_id=case.id, person_id=person.id, role=role))
        for vertical, channel in ((here, "phone"), (elsewhere, "letter")):
            taken = {"vertical_id": vertical.id, "agent_id": make_user(session, Role.AGENT, vertical).id}
            outcome = {"outcome": Outcome.INFORMATION_GIVEN, "ended_at": clock.now()}
            session.add(Contact(person_id=person.id, channel=channel, **taken, **outcome))
        stranger = make_user(session, Role.SUPERVISOR, make_vertical(session))
        numbers = {"client": cases[0].id, "reporter": cases[1].id, "hidden": cases[2].id}
        return {"worker": worker.id, "stranger": stranger.id, "person": person.id, **numbers}


def cases_of(response) -> list[int]:
    """The cases that a page leads to."""
    return [int(number) for number in re.findall(r'href="/app/cases/(\d+)"', response.get_data(as_text=True))]


def test_the_directory_begins_with_those_on_the_cases_worked_on_last(app, worker, office):
    page = worker.get("/app/people")
    assert f'href="/app/people/{office["person"]}"' in page.get_data(as_text=True)
    nobody = Browser(app, office["stranger"]).get("/app/people")
    assert "Nobody is here yet" in words(nobody) and "Amina" not in words(nobody)


@pytest.mark.parametrize("text", ["amina", "TESTPERSON", "711 222 333", "ab-123-4567"])
def test_somebody_is_found_by_what_is_known_of_them(worker, office, text):
    page = worker.get("/app/people", query_string={"q": text})
    assert "Amina Testperson" in words(page) and "2 open cases" in words(page)


def test_what_to_mind_before_calling_stands_beside_who_was_found(app, worker, office):
    with app.app_context(), committed(db.session) as session:
        way = session.scalars(sa.select(PersonContact).where(PersonContact.person_id == office["person"])).one()
        way.safe, way.wish = "no", "Her brother answers"
    found = worker.get("/app/people", query_string={"q": "amina"})
    assert "Not safe to call" in words(found) and "Her brother answers" in words(found) and "222333" not in words(found)
    assert "Consents" in words(worker.get(f"/app/people/{office['person']}"))
    lost = words(worker.get("/app/people/999999", expect=404))
    assert "tell an administrator, with this reference" in lost


def test_a_search_that_finds_nobody_says_what_to_try(worker):
    assert "Nobody was found" in words(worker.get("/app/people?q=qqqq"))


def test_the_page_shows_the_parts_in_the_cases_one_may_see_and_no_others(worker, office):
    page = worker.get(f"/app/people/{office['person']}")
    assert cases_of(page) == [office["reporter"], office["client"]]
    said = words(page)
    assert "Client" in said and "Reporter" in said and "Identity not verified" in said
    assert (
        "+254711222333" not in said
        and "Hidden, ends in 333" in said
        and "Phone: Information given" in said
        and "Letter" not in said
    )


def test_an_identity_number_shows_its_end_alone(worker, office):
    said = words(worker.get(f"/app/people/{office['person']}"))
    assert "AB1234567" not in said and "•567" in said  # pragma: allowlist secret


def test_somebody_out_of_sight_is_not_there(app, office):
    stranger = Browser(app, office["stranger"])
    stranger.get(f"/app/people/{office['person']}", expect=404)
    stranger.get("/app/people/999999", expect=404)
    with app.app_context():
        read = sa.select(sa.func.count()).select_from(AuditEvent).where(AuditEvent.action == "person.read")
        assert db.session.scalar(read) == 0


def test_reading_about_a_person_is_recorded(app, worker, office):
    worker.get(f"/app/people/{office['person']}")
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "person.read")).one()
        assert (event.actor_id, event.details) == (office["worker"], {"person": office["person"]})


def test_the_directory_goes_on_to_older_cases_and_comes_back(app, worker, office):
    with app.app_context(), committed(db.session) as session:
        person = make_person(session, "Older Person")
        make_copies(session, session.get(Case, office["client"]), 50)
        long_ago = clock.now() - dt.timedelta(days=900)
        session.execute(sa.update(Case).where(Case.id == office["reporter"]).values(last_actioned_at=long_ago))
        session.add(CasePerson(case_id=office["reporter"], person_id=person.id, role="other"))
    first = worker.get("/app/people")
    assert "Older Person" not in words(first)
    link = re.search(r'rel="next" href="([^"]+)"', first.get_data(as_text=True))[1]
    second = worker.get(link)
    assert "Older Person" in words(second)
    back = re.search(r'rel="prev" href="([^"]+)"', second.get_data(as_text=True))[1]
    assert words(worker.get(back)) == words(first)
    assert worker.get("/app/people?page=nonsense", expect=303).headers["Location"] == "/app/people"
