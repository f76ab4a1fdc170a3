"""Restricting a case: who sees it then, who cannot be locked out, and what goes with it."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import assignments, audit, clock, restrictions, splitting
from portal.core.errors import Forbidden, InvalidInput, StaleVersion
from portal.core.models import AuditEvent, Case, CaseRestriction, Restriction
from portal.core.permissions import visible_cases
from portal.core.vocabulary import Role
from tests.factories import actor_of, committed, make_case, make_user, make_vertical

WHY = {"reason_code": "SAFETY"}


@pytest.fixture
def office(session):
    """A vertical with one of each role, a case with an owner and one who is assigned to it."""
    with committed(session):
        here = make_vertical(session)
        users = {role: make_user(session, role, here) for role in Role}
        users["owner"], users["assigned"] = (make_user(session, Role.CASEWORKER, here) for _ in range(2))
        case = make_case(session, here, owner=users["owner"])
        assignments.add(
            session, actor_of(session, users[Role.SUPERVISOR]), case, users["assigned"], effective_from=clock.now()
        )
    return {"case": case, "here": here, **users}


def seeing(session, office) -> set:
    """Who of the office sees the case."""
    found = set()
    for who, user in office.items():
        if who in ("case", "here"):
            continue
        query = sa.select(Case.id).where(Case.id == office["case"].id, visible_cases(actor_of(session, user)))
        found |= {who} if session.scalar(query) else set()
    return found


def restrict(session, office, by, *allowed, **more):
    actor, numbers = actor_of(session, office[by]), {office[who].id for who in allowed}
    return restrictions.restrict(session, actor, office["case"], numbers, **{**WHY, **more})


def test_only_the_list_and_the_owner_see_a_restricted_case_and_all_do_after_it_is_lifted(session, office):
    everybody = seeing(session, office)
    assert everybody == set(office) - {"case", "here"}
    losing = restrictions.losing(session, office["case"], {office[Role.SUPERVISOR].id})
    restrict(session, office, Role.SUPERVISOR, Role.SUPERVISOR)
    left = seeing(session, office)
    assert left == {"owner", Role.SUPERVISOR}
    assert {user.id for user in losing} == {office[who].id for who in everybody - left}, "as it was told beforehand"
    restrict(session, office, "owner", Role.AUDITOR, reason_code="OTHER", text="An inquiry.")
    assert seeing(session, office) == {"owner", Role.AUDITOR}
    restrictions.lift(session, actor_of(session, office["owner"]), office["case"], text="It is over.")
    assert seeing(session, office) == everybody
    assert session.scalar(sa.select(sa.func.count()).select_from(CaseRestriction)) == 0
    assert session.scalars(sa.select(Restriction.lifted_at).where(Restriction.lifted_at.is_(None))).all() == []


def test_each_change_stands_in_the_audit_with_before_and_after(session, office):
    supervisor, auditor = office[Role.SUPERVISOR].id, office[Role.AUDITOR].id
    restrict(session, office, "owner", Role.SUPERVISOR)
    restrict(session, office, "owner", Role.AUDITOR)
    restrictions.lift(session, actor_of(session, office["owner"]), office["case"], text="It is over.")
    events = session.scalars(sa.select(AuditEvent).where(AuditEvent.action.startswith("case.restrict")))
    told = [(event.details["before"], event.details["after"]) for event in events]
    assert told == [(None, [supervisor]), ([supervisor], [auditor]), ([auditor], None)]
    assert list(audit.verify(session)) == []


@pytest.mark.parametrize("role", [Role.AGENT, Role.CASEWORKER, Role.AUDITOR])
def test_whoever_neither_leads_nor_owns_does_not_restrict(session, office, role):
    with pytest.raises(Forbidden):
        restrict(session, office, role, role)


def test_nobody_is_locked_out_for_good(session, office):
    office["case"].owner_id = None
    session.flush()
    for nobody in ([], ["assigned"], [Role.AUDITOR]):
        with pytest.raises(InvalidInput) as refusal:
            restrict(session, office, Role.SUPERVISOR, *nobody)
        assert refusal.value.target == "allowed"
    assert not office["case"].restricted
    restrict(session, office, Role.SUPERVISOR, Role.ADMINISTRATOR)
    assert seeing(session, office) == {Role.ADMINISTRATOR}


def test_only_who_sees_the_case_is_put_on_the_list_and_nothing_is_overwritten(session, office):
    stranger = make_user(session, Role.SUPERVISOR, make_vertical(session))
    owner = actor_of(session, office["owner"])
    with pytest.raises(InvalidInput):
        restrictions.restrict(session, owner, office["case"], {stranger.id}, **WHY)
    with pytest.raises(StaleVersion):
        restrictions.restrict(session, owner, office["case"], set(), version=office["case"].version_id - 1, **WHY)


def test_whoever_is_given_work_on_a_restricted_case_sees_it(session, office):
    restrict(session, office, "owner", Role.SUPERVISOR)
    supervisor = actor_of(session, office[Role.SUPERVISOR])
    later = clock.now() + dt.timedelta(days=1)
    assignments.add(session, supervisor, office["case"], office[Role.CASEWORKER], effective_from=later)
    assert seeing(session, office) == {"owner", Role.SUPERVISOR, Role.CASEWORKER}


def test_what_is_split_off_a_restricted_case_is_restricted_as_that_is(session, office):
    restrict(session, office, "owner", Role.SUPERVISOR)
    supervisor = actor_of(session, office[Role.SUPERVISOR])
    [new] = splitting.split(session, supervisor, office["case"], [splitting.Part()], reason_code="DIFFERENT_NEEDS")
    office["case"] = new
    assert seeing(session, office) == {"owner", Role.SUPERVISOR}
