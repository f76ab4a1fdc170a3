"""Rules of retention begin only after what they do was shown; a held case says so, and is let go with a reason."""

import re

import pytest
import sqlalchemy as sa

from portal.core import clock, people_retention, retention
from portal.core.models import Case, Person, RetentionRule
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.factories import committed, make_case, make_person, make_user, make_vertical
from tests.page import words
from tests.statements import counted

RULES = "/app/admin/retention"


@pytest.fixture
def office(app) -> dict[str, int]:
    """A case of HERE that was closed two years ago, an administrator, and who may not archive."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        case = make_case(session, here, status=Status.CLOSED)
        old = retention.months_before(clock.now(), 24)
        session.execute(sa.update(Case.__table__).where(Case.__table__.c.id == case.id).values(closed_at=old))
        admin = make_user(session, Role.ADMINISTRATOR)
        worker = make_user(session, Role.CASEWORKER, here)
        return {"here": here.id, "case": case.id, "ref": case.reference, "admin": admin.id, "worker": worker.id}


def version(page) -> str:
    return re.search(r'name="version"[^>]*value="([^"]*)"', page.get_data(as_text=True))[1]


def test_a_rule_is_set_shown_confirmed_changed_and_switched_off(app, office, browser_as):
    ada = browser_as(office["admin"])
    assert "There is no rule" in words(ada.get(RULES)) and RULES in ada.get("/app/admin/").text
    told = {"vertical": office["here"], "archive_months": "abc", "erase_months": ""}
    assert 'value="abc"' in ada.post(f"{RULES}/new", told, expect=422).text
    page = ada.follow(ada.post(f"{RULES}/new", told | {"archive_months": "12"}))
    assert "1 closed case would be archived." in words(page) and office["ref"] in words(page)
    assert "There is a rule for this already" in words(
        ada.post(f"{RULES}/new", told | {"archive_months": "12"}, expect=422)
    )
    one = f"{RULES}/1"
    asked = ada.get(f"{one}/begin")
    assert "1 closed case would be archived." in words(asked)
    ada.post(f"{one}/begin", {"version": version(asked)}, expect=422)
    ada.post(f"{one}/begin", {"version": 7, "seen": "y"}, expect=409)
    page = ada.follow(ada.post(f"{one}/begin", {"version": version(asked), "seen": "y"}))
    assert "The rule holds from now on." in words(page)
    form = ada.get(f"{one}/change")
    assert "Somebody else changed this" in words(
        ada.post(f"{one}/change", {"version": 7, "archive_months": 6}, expect=409)
    )
    page = ada.follow(ada.post(f"{one}/change", {"version": version(form), "archive_months": 6, "erase_months": 24}))
    assert "Off" in words(page) and "24 months after archiving" in words(page)
    ada.post(f"{one}/begin", {"version": version(ada.get(f"{one}/begin")), "seen": "y"})
    page = ada.follow(ada.post(f"{one}/rest", {"version": version(ada.get(one))}))
    assert "The rule is off." in words(page)
    with app.app_context():
        assert not db.session.get(RetentionRule, 1).active
    ada.get(f"{RULES}/99", expect=404)
    ada.get(f"{one}?cursor=nonsense", expect=422)


def test_the_page_of_a_rule_asks_as_much_for_many_cases_as_for_one(app, office, browser_as):
    ada = browser_as(office["admin"])
    ada.post(f"{RULES}/new", {"vertical": 0, "archive_months": "1", "erase_months": "1"})
    ada.get(f"{RULES}/1")
    with counted(app) as before:
        ada.get(f"{RULES}/1")
    with app.app_context(), committed(db.session) as session:
        for number in range(3):
            there = make_vertical(session, f"THERE{number}")
            cases = [make_case(session, there, status=Status.CLOSED).id for _ in range(3)]
            old = retention.months_before(clock.now(), 24)
            session.execute(sa.update(Case.__table__).where(Case.__table__.c.id.in_(cases)).values(closed_at=old))
    with counted(app) as after:
        assert "10 closed cases" in words(ada.get(f"{RULES}/1"))
    assert len(after) == len(before)


def test_a_case_is_held_says_so_and_is_let_go(office, browser_as):
    ada, worker = browser_as(office["admin"]), browser_as(office["worker"])
    case, hold = f"/app/cases/{office['case']}", f"/app/cases/{office['case']}/hold"
    assert hold in ada.get(case).text and hold not in worker.get(case).text
    worker.post(hold, {"reason": "No."}, expect=403)
    assert "Say why the case is held." in words(ada.post(hold, {"reason": ""}, expect=422))
    page = ada.follow(ada.post(hold, {"reason": "The court of Harbour asks."}))
    assert "The court of Harbour asks." in words(page)
    assert "Legal hold" in words(worker.get(case))
    assert "The case is held already." in words(ada.post(hold, {"reason": "Again."}, expect=409))
    assert "Say why the hold is lifted." in words(ada.post(f"{hold}/lift", {"lift_text": ""}, expect=422))
    ada.post(f"{hold}/lift", {"lift_text": "It is decided."})
    assert "The legal hold was lifted" in words(ada.get(f"{case}/history"))
    assert "Legal hold" not in words(worker.get(case))


def test_the_rule_for_people_names_whom_it_would_erase_and_why_before_it_begins(app, office, browser_as):
    ada, new = browser_as(office["admin"]), f"{RULES}/people/new"
    with app.app_context(), committed(db.session) as session:
        person = make_person(session, "Amina Forgotten").id
        old = retention.months_before(clock.now(), 30)
        session.execute(sa.update(Person.__table__).values(updated_at=old))
        people_retention.look_through(session)
    assert "Say after how many months something is done." in words(ada.post(new, {"erase_months": ""}, expect=422))
    page = ada.follow(ada.post(new, {"erase_months": "24"}))
    assert "1 person would be erased." in words(page) and f"/app/people/{person}" in page.text
    assert "Amina Forgotten The record was last changed, in no case" in words(page)
    assert "There is a rule for this already" in words(ada.post(new, {"erase_months": "24"}, expect=422))
    form = ada.get(f"{RULES}/1/change")
    assert "archive_months" not in form.text
    page = ada.follow(ada.post(f"{RULES}/1/change", {"version": version(form), "erase_months": "36"}))
    assert "0 people would be erased." in words(page)
    assert "36" in words(ada.post(f"{RULES}/1/change", {"version": 1, "erase_months": "6"}, expect=409))
    asked = ada.get(f"{RULES}/1/begin")
    assert "36 months after the last thing that kept them" in words(asked)
    ada.post(f"{RULES}/1/begin", {"version": version(asked), "seen": "y"})
    page = ada.get(RULES)
    assert "People whom nothing keeps any more" in words(page) and "Holds" in words(page) and new not in page.text
