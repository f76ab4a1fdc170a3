"""Review dates on screen: the list in its parts, the calendar, whose they are, and what they cost."""

import datetime as dt

import pytest

from portal.core import clock, reviews
from portal.core.models import Case, Review, User
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical
from tests.page import words
from tests.statements import counted


@pytest.fixture
def office(app) -> dict[str, int]:
    """A worker whose case is looked at yesterday, today and in 40 days; a colleague's is looked at today."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, "HERE")
        worker, colleague = (make_user(session, Role.CASEWORKER, here) for _ in range(2))
        stranger = make_user(session, Role.SUPERVISOR, make_vertical(session))
        person = make_person(session, "Amina Testperson", vertical=here)
        mine = make_case(session, here, owner=worker, subject=person)
        theirs = make_case(session, here, owner=colleague)
        actor, today = actor_of(session, worker), clock.today()
        for days in (-1, 0, 40):
            reviews.add(session, actor, mine, today + dt.timedelta(days=days), note="A private word")
        reviews.add(session, actor, theirs, today)
        made = {"worker": worker, "stranger": stranger, "mine": mine, "theirs": theirs}
        return {name: row.id for name, row in made.items()}


def test_the_list_stands_in_parts_and_leads_to_the_cases(office, browser_as):
    page = browser_as(office["worker"]).get("/app/reviews")
    text = words(page)
    assert text.index("Overdue 1") < text.index("Today 1") < text.index("Later 1")
    assert "Amina Testperson" in text
    assert page.text.count(f'href="/app/cases/{office["mine"]}"') == 3
    assert f'href="/app/cases/{office["theirs"]}"' not in page.text
    assert "A private word" not in page.text


def test_all_that_one_sees_are_a_link_away(office, browser_as):
    worker = browser_as(office["worker"])
    assert 'href="/app/reviews?whose=all"' in worker.get("/app/reviews").text
    assert f'href="/app/cases/{office["theirs"]}"' in worker.get("/app/reviews?whose=all").text


def test_the_calendar_has_the_month_and_its_neighbours_as_links(office, browser_as):
    worker, today = browser_as(office["worker"]), clock.today()
    page = worker.get("/app/reviews/month")
    assert page.text.count('scope="col"') == 7
    assert f'<time datetime="{today}">' in page.text
    assert f'href="/app/cases/{office["mine"]}"' in page.text
    assert "Amina" not in page.text, "a calendar that hangs on a wall names nobody"
    following = (today.replace(day=1) + dt.timedelta(days=31)).strftime("%Y-%m")
    assert f'href="/app/reviews/month?month={following}"' in page.text
    worker.get("/app/reviews/month?month=2199-12")
    worker.get("/app/reviews/month?month=2000-01")
    february = worker.get("/app/reviews/month?month=2026-02")
    assert "No review dates in this month" in words(february)
    assert "/app/cases/" not in february.text


@pytest.mark.parametrize("month", ["2026-13", "x", "1999-01", "2026-1-1", "99999", "2026-02-01"])
def test_a_month_that_is_none_leads_to_the_present_one(office, browser_as, month):
    answer = browser_as(office["worker"]).get(f"/app/reviews/month?month={month}", expect=303)
    assert answer.headers["Location"] == "/app/reviews/month"


def test_an_address_that_means_nothing_leads_to_the_list(office, browser_as):
    worker = browser_as(office["worker"])
    assert worker.get("/app/reviews?page=nonsense", expect=303).headers["Location"] == "/app/reviews"
    assert "Overdue" in words(worker.get("/app/reviews?day=yesterday"))


def test_nobody_elses_dates_are_there(office, browser_as):
    stranger = browser_as(office["stranger"])
    assert "No review dates" in words(stranger.get("/app/reviews?whose=all"))
    assert "/app/cases/" not in stranger.get("/app/reviews/month?whose=all").text


def test_a_full_day_says_how_many_more_and_leads_to_them(app, office, browser_as):
    today = clock.today()
    with app.app_context(), committed(db.session) as session:
        actor = actor_of(session, session.get(User, office["worker"]))
        for hour in range(8, 14):
            reviews.add(session, actor, session.get(Case, office["mine"]), today, time=dt.time(hour))
    worker = browser_as(office["worker"])
    page = worker.get("/app/reviews/month")
    assert "3 more" in words(page)
    assert f'href="/app/reviews?day={today}"' in page.text
    day = words(worker.get(f"/app/reviews?day={today}"))
    assert "Overdue" not in day
    assert "13:00" in day


def test_pages_cost_the_same_however_many_dates_there_are(app, office, browser_as):
    worker, costs = browser_as(office["worker"]), {}
    for number in (0, 120):
        with app.app_context(), committed(db.session) as session:
            here, me = session.get(Case, office["mine"]).primary_vertical, session.get(User, office["worker"])
            for days in range(number):
                case = make_case(session, here, owner=me, subject=make_person(session, f"Client Number{days}"))
                session.add(Review(case_id=case.id, date=clock.today() + dt.timedelta(days=days % 20)))
        for path in ("/app/reviews", "/app/reviews/month"):
            worker.get(path)
            with counted(app) as statements:
                worker.get(path)
            costs.setdefault(path, []).append(len(statements))
    assert costs["/app/reviews"][0] == costs["/app/reviews"][1] <= 7
    assert costs["/app/reviews/month"][0] == costs["/app/reviews/month"][1] <= 4


def test_the_menu_leads_to_the_review_dates(office, browser_as):
    assert 'href="/app/reviews"' in browser_as(office["worker"]).get("/app/").text
