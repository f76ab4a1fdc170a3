"""Saying on screen that a record is one's own or a relative's: it is gone at once, and only others can take it back."""

import re

import pytest

from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_case, make_person, make_user, make_vertical
from tests.page import words


@pytest.fixture
def office(app) -> dict[str, int]:
    """A worker and an administrator, and somebody whom both know, with a case that the worker owns."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        worker = make_user(session, Role.CASEWORKER, here, name="Cas Worker")
        boss, administrator = make_user(session, Role.SUPERVISOR, here), make_user(session, Role.ADMINISTRATOR)
        person = make_person(session, "Known Person", vertical=here)
        case = make_case(session, here, owner=worker, subject=person)
        users = {"worker": worker.id, "boss": boss.id, "administrator": administrator.id}
        return {"person": person.id, "case": case.id, **users}


def test_a_worker_closes_the_record_of_a_relative_and_it_is_as_absent_as_any(app, office, browser_as):
    worker, person = browser_as(office["worker"]), f"/app/people/{office['person']}"
    assert f"{person}/mine" in worker.get(person).text
    worker.post(f"{person}/mine", expect=422)
    account = worker.follow(worker.post(f"{person}/mine", {"tie": "relative"}))
    assert "closed to you from now on" in words(account) and "Known Person" not in words(account)
    gone = [worker.get(path, expect=404).text for path in (person, "/app/people/999999")]
    bare = [re.sub(r"[0-9a-f]{32}|content=\"[^\"]+|value=\"[^\"]+", "", text) for text in gone]
    assert bare[0] == bare[1]
    worker.get(f"/app/cases/{office['case']}", expect=404)
    assert "Known Person" not in words(worker.get("/app/search?q=Known"))
    assert "needs somebody else" in words(browser_as(office["boss"]).get("/app/notices"))


def test_an_administrator_says_it_of_a_worker_and_takes_it_back(office, browser_as):
    administrator, page = browser_as(office["administrator"]), f"/app/people/{office['person']}/mine"
    browser_as(office["boss"]).post(f"{page}/{office['worker']}/take-back", expect=403)
    administrator.post(page, {"tie": "self", "worker": office["worker"]})
    assert "Cas Worker" in words(administrator.get(page))
    assert "Closed to" not in words(browser_as(office["boss"]).get(page)), "nobody else is told"
    browser_as(office["worker"]).get(page, expect=404)
    administrator.post(f"{page}/{office['worker']}/take-back")
    browser_as(office["worker"]).get(page)
