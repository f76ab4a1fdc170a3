"""A contact that becomes no case is kept, shown to who calls again, and taken up again."""

import pytest
import sqlalchemy as sa

from portal.core.models import AuditEvent
from portal.core.vocabulary import Outcome
from portal.extensions import db
from tests.page import words
from tests.web.intake.conftest import KEY, TOLD, counts, typed


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.CASE_CREATED])
def test_a_contact_can_be_saved_without_a_case(app, desk, outcome):
    answer = desk.post("/app/intake", {**TOLD, "outcome": outcome.value, "do": "contact"})
    assert counts(app) == (0, 0, 0, 1)
    page = desk.follow(answer)
    assert "Wanjiru Neighbour" in words(page)
    assert "Now they sleep at the market." in words(page)
    assert "Safe to call" not in words(page)  # nothing was said about it


def test_a_contact_without_its_outcome_is_asked_for_it(app, desk):
    page = desk.post("/app/intake", {**TOLD, "do": "contact"}, expect=422)
    assert 'id="outcome-error"' in page.get_data(as_text=True)
    assert counts(app) == (0, 0, 0, 0)


def test_a_silent_call_needs_nothing_but_its_outcome(app, desk):
    desk.post("/app/intake", {"draft": KEY, "channel": "phone", "outcome": "silent", "do": "contact"})
    assert counts(app) == (0, 0, 0, 1)


def test_earlier_contacts_of_the_same_phone_are_shown_however_it_is_written(desk):
    desk.post("/app/intake", {**TOLD, "outcome": "information_given", "do": "contact"})
    shown = desk.get("/app/intake/earlier?reporter-phone=%2B254722000111")
    assert "Information given" in words(shown)
    assert "Information given" in words(desk.get("/app/intake/search?q=0722000111"))
    assert "Information given" not in words(desk.get("/app/intake/earlier?reporter-phone=0722000112"))


def test_a_contact_can_be_taken_up_again(desk):
    shown = desk.post("/app/intake", {**TOLD, "outcome": "follow_up", "do": "contact"}).headers["Location"]
    page = desk.follow(desk.post(f"{shown}/take-up"))
    assert typed(page, "clients-1-full_name") == "Baraka Testchild"
    assert typed(page, "draft") != KEY


def test_what_is_masked_elsewhere_is_masked_where_a_contact_is_read_until_somebody_asks(app, desk):
    secret = {"reporter-phone": "0722555111", "reporter-landmark": "by the well", "perpetrators-0-full_name": "Badru A"}
    sent = desk.post("/app/intake", {**TOLD, **secret, "outcome": "follow_up", "do": "contact"})
    shown = desk.follow(sent)
    assert {value for value in secret.values() if value in shown.text} == set()
    assert "Hidden, ends in 111" in words(shown)
    asked = desk.post(f"{sent.headers['Location']}/shown", expect=200)
    assert {value for value in secret.values() if value in asked.text} == set(secret.values())
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "sensitive.reveal")).one()
        assert (event.details["what"], event.details["contact"]) == ("typed", 1)


def test_contacts_of_another_vertical_are_not_there(office, browser_as, desk):
    shown = desk.post("/app/intake", {**TOLD, "outcome": "follow_up", "do": "contact"}).headers["Location"]
    stranger = browser_as(office["health"])
    stranger.get(shown, expect=404)
    stranger.post(f"{shown}/take-up", expect=404)
    assert "told to leave" not in words(stranger.get("/app/intake/contacts"))
    assert "told to leave" in words(browser_as(office["other"]).get("/app/intake/contacts?outcome=follow_up"))
