"""Review dates for reading: whose, of which cases, in which order, and what the database walks for it."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import agenda, cases, paging, reviews
from portal.core.agenda import Days, Stage, Wanted
from portal.core.errors import InvalidInput
from portal.core.models import Case, Review
from portal.core.paging import Cursor
from portal.core.vocabulary import Role, Status
from tests.factories import actor_of, committed, make_case, make_user, make_vertical

TODAY = dt.date(2026, 11, 18)  # a Wednesday
DAYS = Days(TODAY, TODAY + dt.timedelta(days=4))
EVERY = Wanted(mine=False)


@pytest.fixture
def office(session):
    """Somebody with a case that is looked at on four days, and a colleague's case that is looked at today."""
    with committed(session):
        vertical = make_vertical(session)
        me, colleague = make_user(session, Role.CASEWORKER, vertical), make_user(session, Role.AGENT, vertical)
        mine, theirs = make_case(session, vertical, owner=me), make_case(session, vertical, owner=colleague)
        actor = actor_of(session, me)
        for days in (30, -2, 0, 3):
            reviews.add(session, actor, mine, TODAY + dt.timedelta(days=days))
        reviews.add(session, actor, theirs, TODAY)
        return actor, mine.id, theirs.id


def listed(session, actor, wanted) -> list[tuple[int, int]]:
    return [(due.case.id, (due.review.date - TODAY).days) for due in agenda.page(session, actor, wanted).rows]


def test_what_presses_comes_first_and_mine_are_my_own(session, office):
    actor, mine, theirs = office
    assert listed(session, actor, Wanted()) == [(mine, -2), (mine, 0), (mine, 3), (mine, 30)]
    assert listed(session, actor, EVERY) == [(mine, -2), (mine, 0), (theirs, 0), (mine, 3), (mine, 30)]
    assert listed(session, actor, Wanted(False, TODAY)) == [(mine, 0), (theirs, 0)]
    assert agenda.counts(session, actor, EVERY, DAYS) == {
        Stage.OVERDUE: 1,
        Stage.TODAY: 2,
        Stage.WEEK: 1,
        Stage.LATER: 1,
    }


def test_a_review_that_is_given_to_me_is_mine_whoever_owns_the_case(session, office):
    actor, _, theirs = office
    with committed(session):
        review = session.scalar(sa.select(Review).where(Review.case_id == theirs))
        review.assigned_to_id = actor.user_id
    assert (theirs, 0) in listed(session, actor, Wanted())


def test_what_is_done_closed_or_hidden_is_not_there(session, office):
    actor, mine, theirs = office
    with committed(session):
        done = session.scalar(sa.select(Review).where(Review.case_id == mine, Review.date == TODAY))
        reviews.complete(session, actor, done)
        session.get(Case, theirs).lifecycle_status = Status.CLOSED
        session.get(Case, theirs).closed_at = sa.func.now()
        stranger = actor_of(session, make_user(session, Role.SUPERVISOR, make_vertical(session)))
    assert listed(session, actor, EVERY) == [(mine, -2), (mine, 3), (mine, 30)]
    assert listed(session, stranger, EVERY) == []
    assert agenda.between(session, stranger, EVERY, TODAY, TODAY + dt.timedelta(days=60)) == {}
    assert set(agenda.counts(session, stranger, EVERY, DAYS).values()) == {0}


def test_a_day_shows_its_first_and_says_how_many_there_are(session, office):
    actor, mine, _ = office
    with committed(session):
        case = cases.find(session, actor, mine, lock=True)
        for hour in (15, 9, 11, 10, 14):
            reviews.add(session, actor, case, TODAY, time=dt.time(hour))
    found = agenda.between(session, actor, Wanted(), TODAY, TODAY + dt.timedelta(days=5))
    assert sorted(found) == [TODAY, TODAY + dt.timedelta(days=3)]
    day = found[TODAY]
    assert ([review.time and review.time.hour for review, _, _ in day.shown], day.total) == ([None, 9, 10, 11], 6)
    assert {(number, reference) for _, number, reference in day.shown} == {(mine, case.reference)}


def test_pages_follow_one_another_in_both_directions(session, office):
    actor = office[0]
    first = agenda.page(session, actor, EVERY, limit=2)
    second = agenda.page(session, actor, EVERY, cursor=paging.decode(paging.encode(first.following)), limit=2)
    third = agenda.page(session, actor, EVERY, cursor=second.following, limit=2)
    numbers = [due.review.id for page in (first, second, third) for due in page.rows]
    assert len(numbers) == len(set(numbers)) == 5
    assert (third.following, second.first, third.first) == (None, 3, 5)
    back = agenda.page(session, actor, EVERY, cursor=third.preceding, limit=2)
    assert [due.review.id for due in back.rows] == [due.review.id for due in second.rows]
    with pytest.raises(InvalidInput):
        agenda.page(session, actor, EVERY, cursor=Cursor(7, 1))


def test_on_a_sunday_nothing_is_left_of_the_week():
    sunday = Days(TODAY, TODAY)
    assert sunday.stage(TODAY + dt.timedelta(days=1)) is Stage.LATER
    assert DAYS.stage(TODAY + dt.timedelta(days=4)) is Stage.WEEK


def test_the_calendar_walks_the_dates_that_are_open(session, office):
    seen: list[tuple] = []
    connection, told = session.connection(), "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        told = "EXPLAIN"
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # a table as small as this one is read whole
    sa.event.listen(connection, "before_cursor_execute", lambda *given: seen.append((given[2], given[3])))
    agenda.between(session, office[0], EVERY, TODAY, TODAY)
    statement, given = seen[0]
    plan = connection.exec_driver_sql(f"{told} {statement}", given).all()
    assert any("ix_reviews_open" in row[-1] for row in plan), plan
