"""Lists of cases: the same scope as everywhere, every case once, in each order and on each engine."""

import datetime as dt
import random

import pytest
import sqlalchemy as sa

from portal.core import clock, search, worklist
from portal.core.errors import InvalidInput
from portal.core.models import Assignment, Case, CaseRestriction, Participant
from portal.core.paging import Cursor
from portal.core.permissions import visible_cases
from portal.core.search import ListFilter, Order, Sort
from portal.core.vocabulary import Origin, ParticipantStatus, Priority, Role, Status
from tests.core.worklist.conftest import ALL, NEWEST, ids
from tests.factories import actor_of, committed, make_case, make_participant, make_user, make_vertical

SORTS = [Sort(by, descending) for by in Order for descending in (True, False)]


@pytest.fixture
def office(session):
    """Users who see much, little and nothing; cases in every state, owned, shared and restricted."""
    dice = random.Random(5)
    with committed(session):
        verticals = [make_vertical(session) for _ in range(3)]
        users = {
            "wide": make_user(session, Role.SUPERVISOR, *verticals),
            "one": make_user(session, Role.CASEWORKER, verticals[0]),
            "none": make_user(session, Role.CASEWORKER),
            "administrator": make_user(session, Role.ADMINISTRATOR),
            "auditor": make_user(session, Role.AUDITOR),
        }
        owners = [None, *list(users.values())[:3]]
        for _ in range(40):
            vertical, owner, status = dice.choice(verticals), dice.choice(owners), dice.choice(list(Status))
            case = make_case(session, vertical, owner=owner, status=status)
            scatter(session, case, dice, verticals, users)
    return users


def scatter(session, case, dice, verticals, users):
    day = dt.date(2026, 3, 1) + dt.timedelta(days=dice.randrange(9))
    facts = {
        "priority": dice.choice(list(Priority)),
        "review_date": dice.choice([None, day]),
        "restricted": dice.random() < 0.2,
        "last_actioned_at": clock.now() - dt.timedelta(hours=dice.randrange(9)),
    }
    session.execute(sa.update(Case.__table__).where(Case.__table__.c.id == case.id).values(**facts))
    other = dice.choice([one for one in verticals if one.id != case.primary_vertical_id])
    if dice.random() < 0.3:
        make_participant(session, case, other, opted_in=dice.random() < 0.7)
    if dice.random() < 0.2:
        ended = dice.choice([None, clock.now() - dt.timedelta(days=1)])
        begun = clock.now() - dt.timedelta(days=2)
        session.add(Assignment(case_id=case.id, user_id=users["none"].id, effective_from=begun, effective_until=ended))
    if dice.random() < 0.3:
        session.add(CaseRestriction(case_id=case.id, user_id=users["one"].id))


def test_the_list_holds_exactly_what_the_plain_scope_shows(session, office):
    everything = set(session.scalars(sa.select(Case.id)))
    for who, user in office.items():
        actor = actor_of(session, user)
        visible = set(session.scalars(sa.select(Case.id).where(visible_cases(actor))))
        assert set(ids(search.page(session, actor, ALL, NEWEST, limit=200))) == visible
        assert set() < visible < everything, who


@pytest.mark.slow
@pytest.mark.parametrize("who", ["wide", "administrator"])
def test_turning_the_pages_shows_every_case_once_and_turning_back_shows_the_same_pages(session, office, who):
    actor = actor_of(session, office[who])
    for sort in SORTS:
        page = search.page(session, actor, ALL, sort, limit=7)
        forwards = [page]
        while page.following:
            page = search.page(session, actor, ALL, sort, cursor=page.following, limit=7)
            forwards.append(page)
        whole = ids(search.page(session, actor, ALL, sort, limit=200))
        assert [number for one in forwards for number in ids(one)] == whole, sort
        assert forwards[0].preceding is None and forwards[-1].following is None
        for expected in reversed(forwards[:-1]):
            page = search.page(session, actor, ALL, sort, cursor=page.preceding, limit=7)
            assert (ids(page), page.first) == (ids(expected), expected.first), sort
        assert page.preceding is None


def test_each_order_is_the_order_it_says(session, office):
    actor = actor_of(session, office["wide"])

    def listed(by, descending):
        return search.page(session, actor, ALL, Sort(by, descending), limit=200).cases

    updated = [case.last_actioned_at for case in listed(Order.UPDATED, True)]
    assert updated == sorted(updated, reverse=True)
    numbers = [case.id for case in listed(Order.REFERENCE, False)]
    assert numbers == sorted(numbers)
    dates = [case.review_date for case in listed(Order.NEXT_DATE, False)]
    dated = [date for date in dates if date]
    assert dated == sorted(dated) and dates[len(dated) :] == [None] * (len(dates) - len(dated)) and dated
    rank = {Priority.HIGH: 0, Priority.UNKNOWN: 0, Priority.MEDIUM: 1, Priority.LOW: 2}
    ranks = [rank[case.priority] for case in listed(Order.PRIORITY, True)]
    assert ranks == sorted(ranks) and set(ranks) == {0, 1, 2}


def test_open_cases_are_shown_unless_closed_ones_are_asked_for(session, office):
    actor = actor_of(session, office["wide"])
    usual = search.page(session, actor, ListFilter(), NEWEST, limit=200).cases
    assert {case.lifecycle_status for case in usual} == set(Status) - {Status.CLOSED, Status.ARCHIVED}
    closed = search.page(session, actor, ListFilter(statuses=frozenset({Status.CLOSED})), NEWEST, limit=200).cases
    assert {case.lifecycle_status for case in closed} == {Status.CLOSED}


def test_a_filter_by_vertical_leaves_out_what_is_seen_in_other_ways(session, office):
    for who in ("wide", "none", "administrator"):
        actor = actor_of(session, office[who])
        visible = session.scalars(sa.select(Case).where(visible_cases(actor))).all()
        for vertical in {case.primary_vertical_id for case in visible}:
            wanted = ListFilter(statuses=frozenset(Status), verticals=frozenset({vertical}))
            found = ids(search.page(session, actor, wanted, NEWEST, limit=200))
            assert set(found) == {case.id for case in visible if case.primary_vertical_id == vertical}


def test_filters_narrow_and_never_widen(session, office):
    actor = actor_of(session, office["one"])
    owner = office["wide"].id
    wanted = ListFilter(owners=frozenset({owner}), priorities=frozenset({Priority.HIGH, Priority.LOW}))
    visible = session.scalars(sa.select(Case).where(visible_cases(actor))).all()
    expected = {
        case.id
        for case in visible
        if case.owner_id == owner
        and case.priority in wanted.priorities
        and case.lifecycle_status not in (Status.CLOSED, Status.ARCHIVED)
    }
    assert set(ids(search.page(session, actor, wanted, NEWEST, limit=200))) == expected
    from_the_web = ListFilter(origins=frozenset({Origin.WEBFORM}))
    assert ids(search.page(session, actor, from_the_web, NEWEST)) == []


def test_the_counts_are_the_lengths_of_the_lists_and_stop_at_the_cap(session, office):
    for who in office:
        actor = actor_of(session, office[who])
        lists = {"all": ListFilter(), "mine": ListFilter(mine=True), "unassigned": ListFilter(unassigned=True)}
        lengths = {
            name: len(ids(search.page(session, actor, wanted, NEWEST, limit=200))) for name, wanted in lists.items()
        }
        assert search.counts(session, actor, lists) == lengths
    wide = actor_of(session, office["wide"])
    assert search.counts(session, wide, {"all": ListFilter()}, most=5) == {"all": 6}


def test_mine_is_what_i_own_and_what_i_am_assigned_to_now(session, office):
    actor = actor_of(session, office["none"])
    found = ids(search.page(session, actor, ListFilter(mine=True, statuses=frozenset(Status)), NEWEST, limit=200))
    everything = ids(search.page(session, actor, ALL, NEWEST, limit=200))
    assert sorted(found) == sorted(everything) and found


def test_a_cursor_of_another_order_is_refused(session, office):
    actor = actor_of(session, office["wide"])
    for cursor in (Cursor(7, 7), Cursor(clock.now(), 7, part=5), Cursor("x", 1)):
        with pytest.raises(InvalidInput):
            search.page(session, actor, ALL, NEWEST, cursor=cursor)


def test_a_team_is_the_verticals_of_the_reader_and_nothing_else(session, office):
    for user in office.values():
        actor = actor_of(session, user)
        wanted = worklist.of_view(worklist.View.TEAM, ALL, clock.today())
        own = Case.primary_vertical_id.in_(actor.vertical_ids)
        expected = set(session.scalars(sa.select(Case.id).where(visible_cases(actor), own)))
        assert set(ids(search.page(session, actor, wanted, NEWEST, limit=200))) == expected
        waiting = sa.select(Participant.case_id).where(Participant.status == ParticipantStatus.PENDING_OPT_IN)
        expected = set(session.scalars(sa.select(Case.id).where(visible_cases(actor), Case.id.in_(waiting))))
        wanted = worklist.of_view(worklist.View.AWAITING, ALL, clock.today())
        assert set(ids(search.page(session, actor, wanted, NEWEST, limit=200))) == expected
