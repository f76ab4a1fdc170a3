"""The page of notices: what waits, where each leads, and how it is put away."""

import pytest

from portal.core import approvals, assignments, participants
from portal.core.models import Case, Notice, User, Vertical
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical
from tests.page import words
from tests.statements import counted


@pytest.fixture
def office(app) -> dict[str, int]:
    """A supervisor who gives a case to a worker, asks for an approval and asks another service to take part."""
    with app.app_context(), committed(db.session) as session:
        here, partner = make_vertical(session, "HERE"), make_vertical(session, "PARTNER")
        leader, second = (make_user(session, Role.SUPERVISOR, here) for _ in range(2))
        worker = make_user(session, Role.CASEWORKER, here)
        member = make_user(session, Role.CASEWORKER, partner)
        case = make_case(session, here, subject=make_person(session, "Amina Testperson", vertical=here))
        made = {"leader": leader, "second": second, "worker": worker, "member": member}
        return {"case": case.id, "partner": partner.id, **{name: user.id for name, user in made.items()}}


def give(app, office, *, case: int | None = None) -> None:
    with app.app_context(), committed(db.session) as session:
        leader = actor_of(session, session.get(User, office["leader"]))
        given = session.get(Case, case or office["case"])
        assignments.give(session, leader, given, session.get(User, office["worker"]))


def new_ones(browser) -> str:
    return words(browser.get("/app/notices/number"))


def test_a_notice_leads_to_its_case_and_opening_that_puts_it_away(app, office, browser_as):
    give(app, office)
    worker = browser_as(office["worker"])
    page = worker.get("/app/notices")
    assert "HERE-000001 was given to you" in words(page)
    assert f'href="/app/cases/{office["case"]}"' in page.text
    assert "Amina" not in page.text, "a notice names nobody"
    assert new_ones(worker).startswith("1 new notice ")
    worker.get(f"/app/cases/{office['case']}")
    assert new_ones(worker) == ""
    assert "Read" in words(worker.get("/app/notices"))


def test_opening_somebody_elses_case_leaves_their_notices(app, office, browser_as):
    give(app, office)
    browser_as(office["second"]).get(f"/app/cases/{office['case']}")
    assert new_ones(browser_as(office["worker"])) != ""


def test_a_question_is_put_away_by_looking_at_it(app, office, browser_as):
    with app.app_context(), committed(db.session) as session:
        leader = actor_of(session, session.get(User, office["leader"]))
        asked = approvals.ask(session, leader, session.get(Case, office["case"]), purpose=approvals.TRANSFER).id
    second = browser_as(office["second"])
    assert f'href="/app/approvals/{asked}"' in second.get("/app/notices").text
    second.get(f"/app/approvals/{asked}")
    assert new_ones(second) == ""
    assert new_ones(browser_as(office["leader"])) == ""


def test_who_is_asked_to_take_part_reads_the_reference_and_no_more(app, office, browser_as):
    with app.app_context(), committed(db.session) as session:
        leader = actor_of(session, session.get(User, office["leader"]))
        partner = session.get(Vertical, office["partner"])
        part = participants.add(session, leader, session.get(Case, office["case"]), partner).id
    member = browser_as(office["member"])
    page = member.get("/app/notices")
    assert "Your service was asked to take part in HERE-000001" in words(page)
    assert f'href="/app/invitations/{part}"' in page.text
    assert "/app/cases/" not in page.text
    member.get(f"/app/invitations/{part}")
    assert new_ones(member) == ""


def test_one_or_all_are_marked_as_read(app, office, browser_as):
    give(app, office)
    with app.app_context(), committed(db.session) as session:
        session.add_all(Notice(user_id=office["worker"], kind="token.issued", text="A token was issued.") for _ in "ab")
        mine = session.query(Notice.id).filter(Notice.kind == "token.issued").first()[0]
    worker = browser_as(office["worker"])
    page = worker.follow(worker.post("/app/notices/read", {"notice": str(mine)}))
    assert "Marked as read." in words(page)
    assert new_ones(worker).startswith("2 new notices")
    worker.post("/app/notices/read", {})
    assert new_ones(worker) == ""


def test_a_notice_of_somebody_else_or_of_nobody_is_not_there(app, office, browser_as):
    give(app, office)
    with app.app_context():
        theirs = db.session.query(Notice.id).scalar()
    second = browser_as(office["second"])
    for which in (str(theirs), "99999999", "x", "9" * 30):
        second.post("/app/notices/read", {"notice": which}, expect=404)
    assert new_ones(browser_as(office["worker"])) != ""


def test_nothing_is_told_of_a_case_that_is_not_seen(app, office, browser_as):
    give(app, office)
    with app.app_context(), committed(db.session) as session:
        case = session.get(Case, office["case"])
        case.restricted, case.owner_id = True, None
    worker = browser_as(office["worker"])
    assert "HERE-000001" not in worker.get("/app/notices").text
    assert new_ones(worker) == ""


def test_the_list_has_pages_and_costs_the_same_however_long_it_is(app, office, browser_as):
    give(app, office)
    worker, costs = browser_as(office["worker"]), []
    for number in (0, 60):
        with app.app_context(), committed(db.session) as session:
            here = session.get(Case, office["case"]).primary_vertical
            for _ in range(number):
                case = make_case(session, here)
                session.add(Notice(user_id=office["worker"], kind="case.given", case_id=case.id, text=""))
        worker.get("/app/notices")
        with counted(app) as statements:
            page = worker.get("/app/notices")
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 5, statements
    assert page.text.count('<th scope="row">') == 25
    following = next(part for part in page.text.split('"') if part.startswith("/app/notices?page="))
    assert worker.get(following).text.count('<th scope="row">') == 25
    assert worker.get("/app/notices?page=nonsense", expect=303).headers["Location"] == "/app/notices"


def test_nobody_who_has_none_is_left_without_a_word(office, browser_as):
    assert "Nothing to tell you" in words(browser_as(office["second"]).get("/app/notices"))


def test_every_page_leads_to_the_notices_without_a_script(office, browser_as):
    assert 'href="/app/notices"' in browser_as(office["worker"]).get("/app/").text
