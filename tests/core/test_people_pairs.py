"""Two records that may be one person: found when written, waiting in a queue, decided and remembered."""

import pytest

from portal.core import people_pairs
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, NotFound
from portal.core.models import PersonPair
from portal.core.unit import unit_of_work
from portal.core.vocabulary import PairState, Role
from tests.factories import actor_of, committed, make_person, make_user, make_vertical


@pytest.fixture
def office(session):
    """Two verticals with a caseworker each."""
    with committed(session):
        here, there = make_vertical(session, "HERE"), make_vertical(session, "THERE")
        workers = make_user(session, Role.CASEWORKER, here), make_user(session, Role.CASEWORKER, there)
    return here, there, *(actor_of(session, worker) for worker in workers)


def _pair(session, vertical, other=None, *, score=100) -> PersonPair:
    low, high = (make_person(session, "", vertical=where) for where in (vertical, other or vertical))  # nobody's double
    pair = PersonPair(low_id=low.id, high_id=high.id, score=score)
    session.add(pair)
    session.flush()
    return pair


def test_the_queue_has_the_likeliest_first_and_turns_its_pages_both_ways(session, office):
    here, _, worker, _ = office
    with committed(session):
        for score in (90, 300, 200, 200, 120):
            _pair(session, here, score=score)
    first = people_pairs.waiting(session, worker, limit=2)
    second = people_pairs.waiting(session, worker, limit=2, cursor=first.following)
    third = people_pairs.waiting(session, worker, limit=2, cursor=second.following)
    assert [[pair.score for pair in page.rows] for page in (first, second, third)] == [[300, 200], [200, 120], [90]]
    assert (first.preceding, third.following, third.first) == (None, None, 5)
    back = people_pairs.waiting(session, worker, limit=2, cursor=third.preceding)
    assert [pair.id for pair in back.rows] == [pair.id for pair in second.rows]


def test_who_may_not_see_both_people_is_not_told_of_the_pair(session, office):
    here, there, worker, stranger = office
    with committed(session):
        across, of_theirs = _pair(session, here, there).id, _pair(session, there)
    assert people_pairs.waiting(session, worker).rows == []
    assert people_pairs.waiting(session, stranger).rows == [of_theirs]
    for actor in (worker, stranger):
        with pytest.raises(NotFound):
            people_pairs.find_pair(session, actor, across)


def test_two_people_are_said_to_be_different_once_and_with_a_reason(session, office):
    here, _, worker, stranger = office
    with committed(session):
        number = _pair(session, here).id
    with unit_of_work(session, worker, intent="person_pair.different"):
        pair = people_pairs.find_pair(session, worker, number)
        with pytest.raises(NotFound):
            people_pairs.decide_different(session, stranger, pair, "They are sisters")
        with pytest.raises(InvalidInput):
            people_pairs.decide_different(session, worker, pair, "  ")
        people_pairs.decide_different(session, worker, pair, " They are sisters ")
    assert people_pairs.waiting(session, worker).rows == []
    pair = people_pairs.find_pair(session, worker, number)
    assert (pair.state, pair.reason, pair.decided_by_id) == (PairState.DIFFERENT, "They are sisters", worker.user_id)
    with pytest.raises(AlreadyDone), unit_of_work(session, worker, intent="person_pair.different"):
        people_pairs.decide_different(session, worker, people_pairs.find_pair(session, worker, number), "Again")


def test_an_agent_sees_pairs_but_does_not_decide_them(session, office):
    here, _, worker, _ = office
    with committed(session):
        pair, agent = _pair(session, here), actor_of(session, make_user(session, Role.AGENT, here))
    assert people_pairs.waiting(session, agent).rows == [pair]
    with pytest.raises(Forbidden):
        people_pairs.decide_different(session, agent, pair, "They are sisters")


def test_what_a_joining_of_records_decided_is_remembered_and_can_be_taken_back(session, office):
    here, _, worker, _ = office
    with committed(session):
        high, low = make_person(session, vertical=here), make_person(session, vertical=here)
    with unit_of_work(session, worker, intent="person.merge"):
        pair = people_pairs.remember_same(session, worker, low, high, "The same phone")
    assert pair.state is PairState.SAME and pair.low_id < pair.high_id
    with unit_of_work(session, worker, intent="person.unmerge"):
        assert people_pairs.remember_same(session, worker, high, low, "Again").id == pair.id
        people_pairs.reopen(session, worker, pair)
    assert people_pairs.waiting(session, worker, person=low).rows == [pair]
