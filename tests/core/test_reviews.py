"""Review dates: several may stand beside one another, and the case shows the nearest that is open."""

import datetime as dt

import pytest

from portal.core import cases, reviews
from portal.core.errors import Forbidden, InvalidInput, NotFound, ReadOnly
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role, Status
from tests.factories import actor_of, committed, make_case, make_user, make_vertical

SOON, LATER = dt.date(2031, 3, 1), dt.date(2031, 9, 1)


@pytest.fixture
def office(session):
    with committed(session):
        vertical = make_vertical(session)
        actor = actor_of(session, make_user(session, Role.CASEWORKER, vertical))
        number = make_case(session, vertical).id
        make_case(session, vertical, review_date=dt.date(2030, 1, 1))
    return vertical, actor, number


def add(session, actor, number, date, **more):
    with unit_of_work(session, actor, intent="review.add"):
        return reviews.add(session, actor, cases.find(session, actor, number, lock=True), date, **more).id


def test_the_case_shows_the_nearest_open_review_and_no_appointment(session, office):
    _, actor, number = office
    add(session, actor, number, LATER)
    nearest = add(session, actor, number, SOON)
    add(session, actor, number, dt.date(2030, 1, 1), time=dt.time(9, 30))
    assert cases.find(session, actor, number).review_date == SOON
    with unit_of_work(session, actor, intent="review.complete"):
        reviews.complete(session, actor, reviews.find(session, actor, nearest))
    assert cases.find(session, actor, number).review_date == LATER
    with unit_of_work(session, actor, intent="review.incomplete"):
        reviews.complete(session, actor, reviews.find(session, actor, nearest), done=False)
    assert cases.find(session, actor, number).review_date == SOON
    with unit_of_work(session, actor, intent="review.remove"):
        reviews.remove(session, actor, reviews.find(session, actor, nearest))
    assert cases.find(session, actor, number).review_date == LATER


def test_appointments_are_reviews_with_a_time(session, office):
    _, actor, number = office
    plain = add(session, actor, number, SOON)
    appointment = add(session, actor, number, LATER, time=dt.time(14, 0), note="At the office")
    assert [review.id for review in reviews.of_case(session, [number], appointments=True)] == [appointment]
    assert [review.id for review in reviews.of_case(session, [number], appointments=False)] == [plain]


def test_moving_a_review_to_somebody_outside_the_vertical_is_refused(session, office):
    vertical, actor, number = office
    with committed(session):
        outsider, colleague = make_user(session).id, make_user(session, Role.AGENT, vertical).id
    review = add(session, actor, number, LATER)
    with unit_of_work(session, actor, intent="review.change"):
        to = next(user for user in cases.assignable_users(session, vertical.id) if user.id == colleague)
        reviews.change(session, actor, reviews.find(session, actor, review), {"date": SOON, "assigned_to": to})
    assert cases.find(session, actor, number).review_date == SOON
    assert reviews.find(session, actor, review).assigned_to_id == colleague
    with pytest.raises(InvalidInput), unit_of_work(session, actor, intent="review.change"):
        to = session.get(type(to), outsider)
        reviews.change(session, actor, reviews.find(session, actor, review), {"assigned_to": to})
    assert reviews.find(session, actor, review).assigned_to_id == colleague


def test_a_review_of_an_invisible_case_is_absent_and_a_closed_case_takes_none(session, office):
    vertical, actor, number = office
    with committed(session):
        stranger = actor_of(session, make_user(session, Role.SUPERVISOR, make_vertical(session)))
        auditor = actor_of(session, make_user(session, Role.AUDITOR))
        closed = make_case(session, vertical, status=Status.CLOSED).id
    review = add(session, actor, number, SOON)
    with pytest.raises(NotFound):
        reviews.find(session, stranger, review)
    with pytest.raises(Forbidden), unit_of_work(session, auditor, intent="review.remove"):
        reviews.remove(session, auditor, reviews.find(session, auditor, review))
    with pytest.raises(ReadOnly):
        add(session, actor, closed, SOON)
    assert reviews.find(session, actor, review).date == SOON
