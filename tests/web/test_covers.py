"""Cover on screen: arranged by days, said wherever it matters, and leading to no more than one sees."""

import datetime as dt

import pytest

from portal.core import clock
from portal.core.models import Case, User
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_case, make_user, make_vertical
from tests.page import words


@pytest.fixture
def office(app) -> dict[str, int]:
    """Ben has a case in each of two services; Amina works in one of them, under the same supervisor."""
    with app.app_context(), committed(db.session) as session:
        here, there = make_vertical(session, "HERE"), make_vertical(session, "THERE")
        made = {
            "ben": make_user(session, Role.CASEWORKER, here, there, name="Ben Worker"),
            "amina": make_user(session, Role.CASEWORKER, here, name="Amina Other"),
            "supervisor": make_user(session, Role.SUPERVISOR, here),
            "stranger": make_user(session, Role.SUPERVISOR, make_vertical(session)),
        }
        made |= {"shared": make_case(session, here, owner=made["ben"])}
        made |= {"alone": make_case(session, there, owner=made["ben"])}
        return {name: row.id for name, row in made.items()}


def days(office, first: int, last: int) -> dict:
    """What the form sends: from so many days on until so many days on."""
    today = clock.today()
    given = {name: today + dt.timedelta(days=on) for name, on in (("first", first), ("last", last))}
    return {"by": office["amina"], **{name: [day.day, day.month, day.year] for name, day in given.items()}}


def test_cover_is_arranged_for_oneself_and_said_on_the_pages_of_both(office, browser_as):
    ben, amina = browser_as(office["ben"]), browser_as(office["amina"])
    page = ben.get("/app/cover")
    assert "They see no more than before" in words(page) and 'action="/app/cover"' in page.text
    wrong = ben.post("/app/cover", {**days(office, 1, 0), "by": 0}, expect=422)
    assert "Choose who covers." in words(wrong)
    assert "The last day must not be before the first." in words(ben.post("/app/cover", days(office, 3, 1), expect=422))
    done = words(ben.follow(ben.post("/app/cover", days(office, 0, 1))))
    assert "Amina Other covers for Ben Worker until" in done
    assert "in that time already" in words(ben.post("/app/cover", days(office, 0, 1), expect=409))
    for browser in (ben, amina):
        assert "Amina Other covers for Ben Worker until" in words(browser.get("/app/account"))
    assert "Amina Other covers for you until" in words(ben.get(f"/app/cases/{office['shared']}"))
    page = amina.get("/app/")
    assert "You cover for Ben Worker until" in words(page)
    assert "You cover for" not in words(ben.get("/app/"))


def test_what_one_covers_is_a_list_of_what_one_sees(office, browser_as):
    ben, amina = browser_as(office["ben"]), browser_as(office["amina"])
    ben.post("/app/cover", days(office, 0, 1))
    page = amina.get(f"/app/?view=all&worker={office['ben']}")
    assert "In the hands of Ben Worker" in words(page)
    assert f'href="/app/cases/{office["shared"]}"' in page.text and f'/app/cases/{office["alone"]}"' not in page.text
    amina.get(f"/app/cases/{office['alone']}", expect=404)
    assert "Amina Other covers for Ben Worker" in words(amina.get(f"/app/cases/{office['shared']}"))


def test_a_supervisor_arranges_it_and_it_is_ended_before_its_time(app, office, browser_as):
    supervisor, amina = browser_as(office["supervisor"]), browser_as(office["amina"])
    path = f"/app/cover?for={office['ben']}"
    amina.get(path, expect=404)
    browser_as(office["stranger"]).get(path, expect=404)
    answer = supervisor.post(path, days(office, 2, 5))
    assert answer.headers["Location"] == path
    assert "Amina Other," in words(supervisor.get("/app/reports"))
    assert "covers for" not in words(supervisor.get(f"/app/cases/{office['shared']}")), "it is still to come"
    page = words(supervisor.follow(supervisor.post("/app/cover/1/end", {"whose": "other"})))
    assert "The cover is over." in page and "End it" not in page
    assert "This cover is over." in words(amina.follow(amina.post("/app/cover/1/end")))
    with app.app_context():
        assert db.session.get(User, office["ben"]).covered_by is None


def test_what_whoever_covers_is_told_says_for_whom(app, office, browser_as):
    ben, amina = browser_as(office["ben"]), browser_as(office["amina"])
    ben.post("/app/cover", days(office, 0, 0))
    supervisor = browser_as(office["supervisor"])
    number = office["shared"]
    for name in ("supervisor", "ben"):
        with app.app_context():
            version = db.session.get(Case, number).version_id
        supervisor.post(f"/app/cases/{number}/assign", {"version": version, "assigned_to": office[name]})
    told = words(amina.get("/app/notices"))
    assert "For Ben Worker, for whom you cover" in told and "was given to you" in told
