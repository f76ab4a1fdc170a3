"""Review dates in one's own calendar: what the secret address tells, to whom, and when it leads nowhere."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from portal.core import audit, clock, reviews
from portal.core.models import AuditEvent, Case, ReviewFeed, User
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical
from tests.page import words

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture
def office(app) -> dict[str, int]:
    """A worker with a review date and an appointment; a colleague's case; a case of another service."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        worker, colleague = (make_user(session, Role.CASEWORKER, here) for _ in range(2))
        mine = make_case(session, here, owner=worker, subject=make_person(session, "Amina Testperson", vertical=here))
        theirs = make_case(session, here, owner=colleague)
        today, actor = clock.today(), actor_of(session, worker)
        reviews.add(session, actor, mine, today, note="A private word")
        reviews.add(session, actor, mine, today + dt.timedelta(days=3), time=dt.time(14, 30))
        reviews.add(session, actor, theirs, today)
        return {"worker": worker.id, "colleague": colleague.id, "mine": mine.id}


@pytest.fixture
def address(office, browser_as) -> str:
    """The path of the worker's feed, as the page showed it."""
    return _address(browser_as(office["worker"]))


def test_a_calendar_reads_days_appointments_and_references_and_no_name(app, address, client):
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"Amina" not in answer.data
    assert b"private word" not in answer.data
    whole, timed = Calendar.from_ical(answer.data).walk("VEVENT")
    assert whole["dtstart"].dt == clock.today()
    assert (timed["dtstart"].dt.hour, timed["dtstart"].dt.minute) == (14, 30)
    with app.app_context():
        assert whole["summary"] == f"Review: {db.session.scalar(sa.select(Case.reference).where(Case.id == 1))}"


def test_the_feed_follows_what_its_user_may_see(app, office, address, client):
    with app.app_context(), committed(db.session) as session:
        case = session.get(Case, office["mine"])
        case.owner_id, case.primary_vertical_id = office["colleague"], make_vertical(session, "OTHER").id
    assert b"VEVENT" not in client.get(address).data


def test_a_new_address_ends_the_old_one_and_a_closed_one_leads_nowhere(office, address, browser_as, client):
    worker = browser_as(office["worker"])
    newer = _address(worker)
    assert (client.get(address).status_code, client.get(newer).status_code) == (404, 200)
    assert "Last read" in words(worker.get("/app/reviews/calendar"))
    worker.post("/app/reviews/calendar/close")
    assert client.get(newer).status_code == 404


def test_somebody_who_left_has_no_feed(app, office, address, client):
    with app.app_context(), committed(db.session) as session:
        session.get(User, office["worker"]).active = False
    assert client.get(address).status_code == 404


def test_the_secret_is_kept_nowhere_and_its_making_is_in_the_audit(app, address):
    secret = address.rpartition("/")[2].removesuffix(".ics")
    with app.app_context():
        assert secret not in db.session.scalars(sa.select(ReviewFeed.digest)).one()
        made = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "review_feed.open")).one()
        assert secret not in str(made.details)
        assert list(audit.verify(db.session)) == []


def test_addresses_cannot_be_tried_for_long(client):
    answers = {client.get(f"/app/reviews/calendar/guess{number}.ics").status_code for number in range(31)}
    assert answers == {404, 429}


def _address(browser) -> str:
    page = browser.post("/app/reviews/calendar", expect=200)
    return re.search(r"http://localhost(/app/reviews/calendar/[\w-]+\.ics)", page.text)[1]
