"""The calls of the dialects, as they are looked up: newest first, by what they were, and counted up to a limit."""

import datetime as dt

import pytest

from portal.core import call_log, clock
from portal.core.call_log import Call, Wanted
from portal.core.errors import Forbidden, InvalidInput
from portal.core.models import AuditEvent
from portal.core.paging import Cursor
from portal.core.vocabulary import Role
from tests.factories import actor_of, committed, make_organisation, make_user


@pytest.fixture
def auditor(session):
    """An auditor."""
    with committed(session):
        return actor_of(session, make_user(session, Role.AUDITOR))


def keep(session, *calls):
    """Keep calls, each told by what is special about it."""
    usual = {"dialect": "helpline", "method": "GET", "route": "/api/cases/", "status": 200, "principal": "user:1"}
    rows = [
        Call(**{**usual, "at": clock.now(), "duration_ms": 3, "correlation_id": f"c-{number}", **call})
        for number, call in enumerate(calls)
    ]
    session.rollback()  # a look that began before does not see them
    call_log.keep(session.get_bind(), rows, [])


def routes(page):
    """The routes of the calls on a page."""
    return [call.route for call in page.rows]


SPECIAL = {
    "dialect": "correspondence",
    "method": "DELETE",
    "route": "/v1/case",
    "status": 409,
    "principal": "organisation:7",
    "correlation_id": "asked-for",
}


@pytest.mark.parametrize("name", SPECIAL)
def test_calls_are_found_by_each_thing_they_are_looked_for(session, auditor, name):
    keep(session, {}, SPECIAL, {})
    found = call_log.page(session, auditor, Wanted(**{name: SPECIAL[name]}))
    assert routes(found) == ["/v1/case"]
    assert call_log.count(session, auditor, Wanted(**{name: SPECIAL[name]})) == 1


@pytest.mark.parametrize(("outcome", "statuses"), [("done", {200, 303}), ("refused", {400, 499}), ("failed", {500})])
def test_calls_are_found_by_how_they_ended(session, auditor, outcome, statuses):
    keep(session, *({"status": status} for status in (200, 303, 400, 499, 500)))
    assert {call.status for call in call_log.page(session, auditor, Wanted(outcome=outcome)).rows} == statuses


def test_calls_are_found_by_when_they_were(session, auditor):
    noon = clock.now().replace(hour=12)
    keep(session, *({"at": noon + dt.timedelta(hours=hours), "route": f"/{hours}"} for hours in range(-2, 3)))
    found = call_log.page(session, auditor, Wanted(since=noon, until=noon + dt.timedelta(hours=2)))
    assert routes(found) == ["/1", "/0"]


def test_pages_hold_every_call_once_even_where_many_came_at_one_moment(session, auditor):
    at = clock.now()
    keep(session, *({"at": at + dt.timedelta(seconds=number // 4), "route": f"/{number}"} for number in range(23)))
    pages = [call_log.page(session, auditor, Wanted(), limit=5)]
    while pages[-1].following:
        pages.append(call_log.page(session, auditor, Wanted(), cursor=pages[-1].following, limit=5))
    assert [route for page in pages for route in routes(page)] == [f"/{number}" for number in range(22, -1, -1)]
    assert [(page.first, page.last) for page in pages] == [(1, 5), (6, 10), (11, 15), (16, 20), (21, 23)]
    back = call_log.page(session, auditor, Wanted(), cursor=pages[2].preceding, limit=5)
    assert routes(back) == routes(pages[1])


def test_the_place_in_another_list_is_none_here(session, auditor):
    for key in (7, "a", clock.today()):
        with pytest.raises(InvalidInput):
            call_log.page(session, auditor, Wanted(), cursor=Cursor(key, 1))


def test_counting_stops_at_a_limit(session, auditor, monkeypatch):
    monkeypatch.setattr(call_log, "MOST_COUNTED", 3)
    keep(session, *({} for _ in range(9)))
    assert call_log.count(session, auditor, Wanted()) == 4


def test_callers_are_called_by_their_names(session, auditor):
    with committed(session):
        user, partner = make_user(session), make_organisation(session)
    known = [f"user:{user.id}", f"organisation:{partner.id}"]
    keep(session, *({"principal": principal} for principal in (*known, "anonymous", "user:4711")))
    found = call_log.names(session, call_log.page(session, auditor, Wanted()).rows)
    assert found == {known[0]: user.name, known[1]: partner.name}


@pytest.mark.parametrize("role", [Role.AGENT, Role.CASEWORKER, Role.SUPERVISOR])
def test_casework_does_not_look_at_calls(session, role):
    with committed(session):
        actor = actor_of(session, make_user(session, role))
    for look in (call_log.page, call_log.count, call_log.record_look):
        with pytest.raises(Forbidden):
            look(session, actor, Wanted())
    with pytest.raises(Forbidden):
        call_log.callers(session, actor)


def test_who_may_have_called_are_partners_and_users_gone_ones_too(session, auditor):
    with committed(session):
        partner, gone = make_organisation(session, status="inactive"), make_user(session, active=False)
    partners, users = call_log.callers(session, auditor)
    assert partner in partners and all(one.kind != "installation" for one in partners)
    assert gone in users and auditor.user_id in [user.id for user in users]


def test_a_look_is_recorded_with_what_was_looked_for(session, auditor):
    with committed(session):
        call_log.record_look(session, auditor, Wanted(principal="user:1", status=403))
    event = session.query(AuditEvent).filter_by(action="call_log.read").one()
    assert event.details == {"principal": "user:1", "status": 403}
