"""Several cases at once on screen: ticked, looked at, confirmed, reported; and what that costs."""

import datetime as dt
import re

import pytest

from portal.core import bulk, clock
from portal.core.models import Case
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.factories import committed, make_case, make_copies, make_user, make_vertical
from tests.page import words
from tests.statements import counted


@pytest.fixture
def office(app) -> dict[str, int]:
    """A worker with two cases, a closed one, one out of sight, and a colleague who could take them."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        worker = make_user(session, Role.CASEWORKER, here)
        made = {
            "worker": worker,
            "colleague": make_user(session, Role.CASEWORKER, here, name="Ben Colleague"),
            "auditor": make_user(session, Role.AUDITOR),
            "one": make_case(session, here, owner=worker),
            "two": make_case(session, here, owner=worker),
            "closed": make_case(session, here, status=Status.CLOSED),
            "hidden": make_case(session, make_vertical(session)),
        }
        return {name: row.id for name, row in made.items()}


def hidden_fields(page) -> dict[str, list[str]]:
    """What the form that confirms would send."""
    form = re.search(r'<form[^>]*method="post" action="/app/several.*?</form>', page.text, re.S)[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)"[^>]* value="([^"]*)"', form):
        found.setdefault(name, []).append(value)
    return found


def owner_of(app, number: int) -> int | None:
    with app.app_context():
        return db.session.get(Case, number).owner_id


def test_the_list_offers_to_select_what_one_may_change(office, browser_as):
    page = browser_as(office["worker"]).get("/app/")
    assert page.text.count('name="case"') == 2 and "Assign…" in page.text
    assert "Select all" in page.text and 'name="all"' not in page.text, "this page is the whole list"
    assert 'name="case"' not in browser_as(office["auditor"]).get("/app/").text
    browser_as(office["auditor"]).get("/app/several/assign", expect=403)


def test_what_is_confirmed_is_done_once_and_reported(app, office, browser_as):
    worker = browser_as(office["worker"])
    chosen = "&".join(f"case={office[name]}" for name in ("one", "two", "closed", "hidden"))
    asked = worker.get(f"/app/several/assign?view=all&{chosen}")
    assert "1 case that you chose is not there any more" in words(asked)
    refused = worker.get(f"/app/several/assign?view=all&{chosen}&look=1&to=0")
    assert "Choose who takes the cases." in words(refused)
    page = worker.get(f"/app/several/assign?view=all&{chosen}&look=1&to={office['colleague']}")
    for said in (
        "2 cases will change",
        "1 case cannot change",
        "The case is closed",
        "Assign 2 cases to Ben Colleague",
    ):
        assert said in words(page)
    assert owner_of(app, office["one"]) == office["worker"], "looking changes nothing"
    sent = hidden_fields(page)
    assert len(sent["chosen"]) == 2
    done = worker.post("/app/several/assign?view=all", sent)
    report = worker.follow(done)
    assert "2 cases are changed" in words(report) and 'href="/app/?view=all"' in report.text
    assert worker.post("/app/several/assign?view=all", sent).headers["Location"] == done.headers["Location"]
    assert owner_of(app, office["one"]) == owner_of(app, office["two"]) == office["colleague"]
    browser_as(office["colleague"]).get(done.headers["Location"], expect=404)
    worker.get("/app/several/report?run=nothing", expect=404)


def test_a_review_date_is_set_and_a_case_that_changed_meanwhile_is_not(app, office, browser_as):
    worker, day = browser_as(office["worker"]), clock.today() + dt.timedelta(days=30)
    ticked = f"case={office['one']}&case={office['two']}"
    wrong = worker.get(f"/app/several/review?{ticked}&look=1&date=31&date=2&date=2027")
    assert "Enter a real date" in words(wrong) and 'value="31"' in wrong.text
    page = worker.get(f"/app/several/review?{ticked}&look=1&date={day.day}&date={day.month}&date={day.year}")
    assert "2 cases will change" in words(page)
    with app.app_context(), committed(db.session) as session:
        session.get(Case, office["two"]).summary = "Changed meanwhile"
    report = worker.follow(worker.post("/app/several/review", hidden_fields(page)))
    said = words(report)
    assert "1 case is changed" in said and "1 case is not changed" in said and "Somebody else changed" in said
    with app.app_context():
        assert db.session.get(Case, office["one"]).review_date == day


def test_all_means_the_list_as_it_stands_and_never_more_than_it_says(app, office, browser_as):
    with app.app_context(), committed(db.session) as session:
        make_copies(session, session.get(Case, office["one"]), bulk.MOST + 40)
    worker = browser_as(office["worker"])
    assert f"Select the first {bulk.MOST} of {bulk.MOST + 42}" in words(worker.get("/app/"))
    page = worker.get(f"/app/several/assign?view=mine&all=1&look=1&to={office['colleague']}")
    assert f"Only the first {bulk.MOST} are changed at once" in words(page)
    assert len(hidden_fields(page)["chosen"]) == bulk.MOST
    narrow = worker.get("/app/several/assign?view=mine&all=1&q=nobody-like-this")
    assert "No case is selected" in words(narrow)


def test_looking_costs_the_same_for_two_cases_and_for_many(app, office, browser_as):
    worker = browser_as(office["worker"])
    costs = []
    for _ in range(2):
        address = f"/app/several/assign?view=mine&all=1&look=1&to={office['colleague']}"
        worker.get(address)
        with counted(app) as statements:
            worker.get(address)
        costs.append(len([one for one in statements if one.startswith("SELECT")]))
        with app.app_context(), committed(db.session) as session:
            make_copies(session, session.get(Case, office["one"]), 60)
    assert costs[0] == costs[1] <= 18, costs


def test_single_keys_are_switched_off_for_good(office, browser_as):
    worker = browser_as(office["worker"])
    assert 'data-shortcuts="on"' in worker.get("/app/").text
    worker.post("/app/account/shortcuts", {})
    assert 'data-shortcuts="off"' in browser_as(office["worker"]).get("/app/").text
    worker.post("/app/account/shortcuts", {"on": "1"})
    assert 'data-shortcuts="on"' in worker.get("/app/").text
