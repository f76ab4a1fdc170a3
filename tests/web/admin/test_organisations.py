"""Partners: registered, approved, given a window, deactivated; what is refused says why, and keeps what was typed."""

import datetime as dt
import re

import pytest

from portal.core import clock, organisations, tokens
from portal.core.actors import SYSTEM
from portal.core.models import Organisation
from portal.extensions import db
from tests.factories import committed
from tests.page import words
from tests.web.admin.conftest import ADMIN, call_with, html


def partner_of(app, number: int) -> Organisation:
    """The organisation as it is now."""
    with app.app_context():
        return db.session.get_one(Organisation, number)


def test_a_partner_is_registered_and_waits_until_it_is_approved(app, administrator):
    told = {"name": "Hill School", "email": "desk@hill.example", "time_zone": "Africa/Nairobi", "pending": "y"}
    page = administrator.follow(administrator.post(f"{ADMIN}/organisations/new", told))
    assert "Hill School is registered." in words(page) and "Waits for approval" in words(page)
    number = int(re.search(r"/organisations/(\d+)/approve", html(page))[1])
    assert "Only an active partner can fetch a token" in words(administrator.get(f"{ADMIN}/organisations/{number}/arm"))
    page = administrator.follow(administrator.post(f"{ADMIN}/organisations/{number}/approve"))
    assert "Hill School is active." in words(page)
    assert partner_of(app, number).status == "active"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"name": "harbour  children"}, "There is an organisation of this name already."),
        ({"name": ""}, "Give the organisation a name."),
        ({"email": "nowhere"}, "Give the e-mail address of the organisation."),
        ({"time_zone": "../etc/passwd"}, "There is no such time zone."),
    ],
)
def test_what_was_typed_about_a_partner_stays_when_it_is_refused(app, administrator, told, why):
    usual = {
        "name": "Hill School",
        "email": "desk@hill.example",
        "time_zone": "Africa/Nairobi",
        "priorities": "upstream",
    }
    page = administrator.post(f"{ADMIN}/organisations/new", usual | told, expect=422)
    assert "Please put this right" in words(page) and words(page).count(why) == 2  # in the summary and beside its field
    for typed in (usual | told).values():
        assert f'value="{typed}"' in html(page)
    assert re.search(r'<input[^>]*checked[^>]*value="upstream"', html(page))
    assert "Hill School" not in words(administrator.get(f"{ADMIN}/organisations"))


def test_a_window_is_opened_for_a_while_with_its_conditions_said(app, administrator, office):
    page = words(administrator.get(f"{ADMIN}/organisations/{office.partner}/arm"))
    assert "exactly this address: desk@partner.example" in page
    assert "One token is issued, for sending reports by web form and nothing else." in page
    assert "At most two of its web form tokens live" in page
    assert "This installation is not live: its token endpoint does not answer." in page
    told = {"minutes": "10", "address": "203.0.113.7"}
    page = administrator.follow(administrator.post(f"{ADMIN}/organisations/{office.partner}/arm", told))
    assert "Harbour Children can fetch one token until" in words(page) and "Close the window now" in words(page)
    partner = partner_of(app, office.partner)
    assert partner.armed_address == "203.0.113.7"
    assert dt.timedelta(minutes=9) < partner.armed_until - clock.now() <= dt.timedelta(minutes=10)
    page = administrator.follow(administrator.post(f"{ADMIN}/organisations/{office.partner}/disarm"))
    assert "The window of Harbour Children is closed." in words(page)
    assert partner_of(app, office.partner).armed_until is None


@pytest.mark.parametrize("told", [{"minutes": "10", "address": "the harbour"}, {"minutes": "100000", "address": "::1"}])
def test_no_window_opens_for_ever_or_for_no_address(app, administrator, office, told):
    page = administrator.post(f"{ADMIN}/organisations/{office.partner}/arm", told, expect=422)
    assert f'value="{told["address"]}"' in html(page) and "Please put this right" in words(page)
    assert partner_of(app, office.partner).armed_until is None


def test_deactivating_says_what_ends_and_ends_it(app, administrator, office):
    with app.app_context(), committed(db.session) as session:
        partner = session.get_one(Organisation, office.partner)
        text, _ = tokens.issue(session, SYSTEM, dialect="helpline", organisation=partner)
        tokens.issue(session, SYSTEM, dialect="correspondence", organisation=partner)
        organisations.arm(session, SYSTEM, partner)
    page = words(administrator.get(f"{ADMIN}/organisations/{office.partner}/deactivate"))
    assert "1 live token for Helpline and web form is refused from its next request on (403)." in page
    assert "1 live token for Correspondence is refused" in page and "Its open token window closes." in page
    page = administrator.follow(administrator.post(f"{ADMIN}/organisations/{office.partner}/deactivate"))
    assert "Harbour Children is deactivated." in words(page) and "Deactivated" in words(page)
    assert call_with(app, text) == 403 and partner_of(app, office.partner).armed_until is None
    page = administrator.get(f"{ADMIN}/organisations/{office.partner}/deactivate")
    assert "It is deactivated already" in words(page)


def test_the_installation_itself_is_not_deactivated(app, administrator):
    assert "Nobody can deactivate it here." in words(administrator.get(f"{ADMIN}/organisations/1/deactivate"))
    page = administrator.post(f"{ADMIN}/organisations/1/deactivate", expect=422)
    assert "This is the installation itself." in words(page)
    assert partner_of(app, 1).status == "active"


def test_what_priorities_mean_is_confirmed(app, administrator, office):
    address = f"{ADMIN}/organisations/{office.partner}"
    assert "Not confirmed; each report says so" in words(administrator.get(address))
    page = administrator.post(f"{address}/priorities", {"one": "low", "two": "medium", "three": "urgent"}, expect=422)
    assert re.search(r'<option selected value="low">', html(page))
    told = {"one": "low", "two": "medium", "three": "high"}
    page = words(administrator.follow(administrator.post(f"{address}/priorities", told)))
    assert "1 is low , 2 is medium , 3 is high" in page and "Confirmed" in page
    assert partner_of(app, office.partner).priority_map == {"1": "low", "2": "medium", "3": "high"}


def test_what_a_web_form_leaves_out_is_chosen_for_it(app, administrator, office):
    address = f"{ADMIN}/organisations/{office.partner}"
    told = {"name": "Harbour Children", "category": "ours", "plan": " ", "priority": "1", "status": ""}
    page = words(administrator.follow(administrator.post(f"{address}/defaults", told)))
    assert "Category: ours" in page and "Plan" not in page
    chosen = {"reporter.fname": "Harbour Children", "case_category_id": "ours", "priority": "1"}
    assert partner_of(app, office.partner).defaults == chosen
    page = administrator.post(f"{address}/defaults", told | {"plan": "x" * 501}, expect=422)
    assert "x" * 501 in html(page) and partner_of(app, office.partner).defaults == chosen


@pytest.mark.parametrize(
    "path", ["organisations/4711", "organisations/4711/arm", "tokens/none/revoke", "tokens/a%00b/rotate"]
)
def test_what_is_not_there_is_not_found(administrator, path):
    administrator.get(f"{ADMIN}/{path}", expect=404)
