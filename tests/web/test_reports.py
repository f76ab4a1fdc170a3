"""The reports on screen: each number leads to a list of that length, and work changes hands with a reason."""

import csv
import datetime as dt
import io
import re

import pytest

from portal.core import clock
from portal.core.models import Case, Consent
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_case, make_conflict, make_copies, make_user, make_vertical
from tests.page import words
from tests.statements import counted
from tests.web.test_several import hidden_fields, owner_of

REPORTS = "/app/reports"
SELECTS = 14


@pytest.fixture
def office(app) -> dict[str, int]:
    """A supervisor of two verticals with a worker whose cases are late, some that nobody has, and two in conflict."""
    with app.app_context(), committed(db.session) as session:
        here, careful = make_vertical(session, "HERE"), make_vertical(session, "CAREFUL", consent=True)
        long_ago = clock.now() - dt.timedelta(days=3)
        made = {
            "supervisor": make_user(session, Role.SUPERVISOR, here, careful),
            "worker": make_user(session, Role.CASEWORKER, here, name="=Ben Worker"),
            "taker": make_user(session, Role.CASEWORKER, here, name="Amina Taker"),
            "agent": make_user(session, Role.AGENT, here),
            "here": here,
        }
        late = make_case(session, here, owner=made["worker"], review_date=clock.today() - dt.timedelta(days=1))
        late.review_date, late.last_actioned_at = clock.today() - dt.timedelta(days=1), long_ago
        made["late"], made["other"] = late, make_case(session, here, owner=made["worker"])
        lone = make_case(session, here)
        lone.created_at = long_ago
        make_copies(session, lone, 2)
        ending = [make_case(session, careful) for _ in range(2)]
        for consent in session.query(Consent):
            consent.active_until = clock.now() + dt.timedelta(days=9)
        make_conflict(session, *ending)
        return {name: row.id for name, row in made.items()}


def figures(page) -> list[tuple[int, str]]:
    """The numbers on the page, each with its link."""
    found = re.findall(r'<dd>(\d+)</dd><dd>.*?<a href="([^"]+)"', page.text)
    return [(int(number), url.replace("&amp;", "&")) for number, url in found]


def length(page) -> int:
    """How long the list on a page says it is."""
    here = re.search(r"<h1[^>]*>.*?</h1>", page.text, re.S)[0] + page.text.partition('aria-current="page">')[2]
    return int(re.search(r'class="count">(\d+)', here)[1])


def test_each_number_leads_to_a_list_of_that_length(office, browser_as):
    browser = browser_as(office["supervisor"])
    for address, numbers in ((REPORTS, [3, 1, 2, 1]), (f"{REPORTS}?vertical={office['here']}", [3, 1])):
        found = figures(browser.get(address))
        assert [number for number, _url in found] == numbers, "a number that is nought leads nowhere"
        for number, url in found:
            assert length(browser.get(url)) == number, url


def test_a_worker_leads_to_their_cases_and_the_order_stands_in_the_address(office, browser_as):
    browser = browser_as(office["supervisor"])
    page = browser.get(f"{REPORTS}?sort=-open")
    assert re.search(r'aria-sort="descending"><a href="[^"]*sort=open"', page.text)
    first = re.search(r"<tbody>.*?<tr>(.*?)</tr>", page.text, re.S)[1]
    assert "=Ben Worker" in first and "3 days" in first
    theirs, oldest, late, _cover, hand_over = re.findall(r'href="([^"]+)"', first)
    assert length(browser.get(theirs.replace("&amp;", "&"))) == 2
    assert oldest == f"/app/cases/{office['late']}"
    assert length(browser.get(late.replace("&amp;", "&"))) == 1
    assert "Hand over 2 cases" in words(browser.get(hand_over.replace("&amp;", "&")))


def test_handing_over_takes_a_reason_one_look_and_one_confirmation(app, office, browser_as):
    browser = browser_as(office["supervisor"])
    address = f"/app/several/assign?view=all&owner={office['worker']}&all=1&handing=1"
    without = browser.get(f"{address}&look=1&to={office['taker']}")
    assert "Say why the cases change hands." in words(without)
    page = browser.get(f"{address}&look=1&to={office['taker']}&reason=Leave")
    assert "2 cases will change" in words(page) and "Assign 2 cases to Amina Taker" in words(page)
    sent = hidden_fields(page)
    browser.post("/app/several/assign?view=all", {**sent, "reason": ""}, expect=422)
    report = browser.follow(browser.post("/app/several/assign?view=all", sent))
    assert "2 cases are changed" in words(report)
    assert owner_of(app, office["late"]) == owner_of(app, office["other"]) == office["taker"]


def test_what_is_downloaded_is_what_is_shown_and_starts_no_formula(office, browser_as):
    browser = browser_as(office["supervisor"])

    def rows(name: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(browser.get(f"{REPORTS}/{name}.csv").text.lstrip("\ufeff"))))

    assert [row[1] for row in rows("numbers")[1:]] == ["3", "1", "2", "1"]
    worker = rows("workers")[1]
    assert worker[0] == "'=Ben Worker" and worker[1::2] == ["2", "3"] and worker[4] == "1"


def test_the_reports_cost_the_same_for_few_and_for_many(app, office, browser_as):
    browser = browser_as(office["supervisor"])

    def cost(path: str) -> int:
        browser.get(path)
        with counted(app) as statements:
            browser.get(path)
        return sum(one.startswith("SELECT") for one in statements)

    paths = (REPORTS, f"{REPORTS}/access")
    few = [cost(path) for path in paths]
    with app.app_context(), committed(db.session) as session:
        late = session.get(Case, office["late"])
        for _ in range(20):
            colleague = make_user(session, Role.CASEWORKER, late.primary_vertical)
            make_copies(session, make_case(session, late.primary_vertical, owner=colleague), 9)
    assert [cost(path) for path in paths] == few
    assert max(few) <= SELECTS


def test_what_the_team_opened_is_told_in_words(office, browser_as):
    worker, supervisor = browser_as(office["worker"]), browser_as(office["supervisor"])
    worker.get(f"/app/cases/{office['late']}")
    page = supervisor.get(f"{REPORTS}/access")
    assert "Nothing was opened" in words(page), "a case that is not sensitive is read by everybody"
    supervisor.get(f"{REPORTS}/access?worker=x&kind=x&before=x")
    browser_as(office["agent"]).get(f"{REPORTS}/access", expect=403)
    browser_as(office["agent"]).get(REPORTS, expect=403)
    assert 'href="/app/reports"' in page.text
    assert 'href="/app/reports"' not in worker.get("/app/").text
