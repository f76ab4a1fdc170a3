"""Pages of cases: what is found, in which order, and never what the actor may not see."""

import datetime as dt

import pytest

from portal.core import case_pages, clients, clock, tags, words
from portal.core.case_pages import CaseFilter, Match, Moment, Order, State, TagRule
from portal.core.models import Case
from portal.core.vocabulary import Origin, Role, Status, WorkState
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical


@pytest.fixture
def office(session):
    """Four cases of a caseworker, one of a vertical they know nothing of."""
    with committed(session):
        vertical, elsewhere = make_vertical(session), make_vertical(session)
        worker = make_user(session, Role.CASEWORKER, vertical)
        actor = actor_of(session, worker)
        numbers = {}
        for name, surname in (("leak", "Young"), ("rent", "abel"), ("asylum", "Moss"), ("bin", "Quill")):
            client = make_person(session, f"Given {surname}", given_name="Given", family_name=surname)
            facts = {"summary": f"About {name} 100%", "case_type": name, "category": "1"}
            case = clients.open_case(
                session, actor, client, origin=Origin.PORTAL, vertical=vertical, owner=worker, facts=facts
            )
            numbers[name] = case.id
        make_case(session, elsewhere, summary="About leak elsewhere", case_type="leak")
    return actor, numbers


def found(session, actor, wanted=None, **more):
    page = case_pages.page(session, actor, wanted or CaseFilter(), limit=more.pop("limit", 10), **more)
    return [case.summary.split()[1] for case in page.cases]


def test_only_visible_cases_are_found_and_counted(session, office):
    actor, _ = office
    page = case_pages.page(session, actor, CaseFilter(text="LEAK"), limit=10)
    assert (len(page.cases), page.total) == (1, 1)
    assert sum(case_pages.count_by_state(session, actor, CaseFilter(case_types=("leak",))).values()) == 1


def test_the_order_is_what_was_asked_for(session, office):
    actor, _ = office
    assert found(session, actor, order=Order.SURNAME, descending=False) == ["rent", "asylum", "bin", "leak"]
    assert found(session, actor, order=Order.NUMBER, descending=False) == ["leak", "rent", "asylum", "bin"]
    assert found(session, actor, order=Order.CREATED) == ["bin", "asylum", "rent", "leak"]


def test_pages_follow_one_another(session, office):
    actor, _ = office
    first = case_pages.page(session, actor, CaseFilter(), limit=3, order=Order.NUMBER)
    second = case_pages.page(session, actor, CaseFilter(), limit=3, offset=3, order=Order.NUMBER)
    assert (len(first.cases), len(second.cases), first.total, second.total) == (3, 1, 4, 4)


def test_a_percent_sign_is_a_percent_sign(session, office):
    actor, _ = office
    assert len(found(session, actor, CaseFilter(text="100%"))) == 4
    assert found(session, actor, CaseFilter(text="1%0")) == []


def test_tags_any_all_none(session, office):
    actor, numbers = office
    with committed(session):
        one, two = tags.create(session, actor, "one"), tags.create(session, actor, "two")
        both = one.id, two.id
        for name, worn in (("leak", (one,)), ("rent", (one, two))):
            for tag in worn:
                tags.put_on(session, actor, session.get(Case, numbers[name]), tag)
    assert set(found(session, actor, CaseFilter(tags=(TagRule(both, Match.ANY),)))) == {"leak", "rent"}
    assert found(session, actor, CaseFilter(tags=(TagRule(both, Match.ALL),))) == ["rent"]
    assert set(found(session, actor, CaseFilter(tags=(TagRule(both, Match.NONE),)))) == {"asylum", "bin"}


def test_states_owners_and_times(session, office):
    actor, numbers = office
    with committed(session):
        session.get(Case, numbers["bin"]).work_state = WorkState.WAITING
    waiting = State(frozenset({Status.ACTIVE}), WorkState.WAITING)
    tomorrow = clock.now() + dt.timedelta(days=1)
    assert found(session, actor, CaseFilter(states=(waiting,))) == ["bin"]
    assert len(found(session, actor, CaseFilter(owner_ids=(actor.user_id,)))) == 4
    assert found(session, actor, CaseFilter(owner_ids=(actor.user_id + 100,))) == []
    assert len(found(session, actor, CaseFilter(moment=Moment.ACTIONED, until=tomorrow))) == 4
    assert found(session, actor, CaseFilter(moment=Moment.CREATED, since=tomorrow)) == []


def test_what_was_deleted_from_outside_is_absent(session, office):
    actor, numbers = office
    with committed(session):
        supervisor = actor_of(session, make_user(session, Role.ADMINISTRATOR))
        words.archive_as_error(session, supervisor, session.get(Case, numbers["bin"]))
    assert "bin" not in found(session, actor)


def test_a_case_is_for_its_client_and_knows_its_owner_by_an_assignment(session, office):
    actor, numbers = office
    leak = session.get(Case, numbers["leak"])
    assert clients.of_cases(session, [leak])[leak.id].family_name == "Young"
    assert (leak.version_id, leak.subject_person_id is not None) == (1, True)
