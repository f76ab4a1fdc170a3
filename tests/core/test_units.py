"""A unit of work is whole or nothing, and a refusal leaves one event behind."""

import pytest
import sqlalchemy as sa

from portal.core import audit, cases, notes
from portal.core.actors import SYSTEM
from portal.core.errors import Forbidden, StaleVersion
from portal.core.models import AuditEvent, Case, Note
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role
from tests.factories import actor_of, committed, make_case, make_user, make_vertical


def test_a_failure_inside_a_unit_leaves_nothing(session):
    with committed(session):
        vertical = make_vertical(session)
        case = make_case(session, vertical)
    with pytest.raises(ZeroDivisionError), unit_of_work(session, SYSTEM, intent="test"):
        notes.write(session, SYSTEM, case, "about to fail")
        _ = 1 / 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Note)) == 0
    assert list(audit.verify(session)) == []


def test_a_refusal_changes_nothing_and_is_recorded_once_in_the_chain_of_who_was_refused(session):
    with committed(session):
        vertical = make_vertical(session)
        auditor = make_user(session, Role.AUDITOR)
        case = make_case(session, vertical)
        actor, number = actor_of(session, auditor), case.id
    with pytest.raises(Forbidden), unit_of_work(session, actor, intent="note.write"):
        notes.write(session, actor, cases.find(session, actor, number), "not mine to write")
    refused = session.scalars(sa.select(AuditEvent).where(AuditEvent.outcome == "refused")).all()
    assert [(event.chain_key, event.action) for event in refused] == [(f"user:{auditor.id}", "note.write")]
    assert list(audit.verify(session)) == []


def test_units_do_not_nest(session):
    with committed(session), pytest.raises(RuntimeError, match="do not nest"), committed(session):
        pass


def test_the_second_of_two_editors_is_told(session):
    with committed(session):
        case = make_case(session, make_vertical(session))
    number = case.id
    with pytest.raises(StaleVersion), committed(session):
        mine = session.get(Case, number)
        theirs = sa.update(Case.__table__).where(Case.__table__.c.id == number).values(version_id=9)
        session.execute(theirs)
        mine.summary = "mine"
        session.flush()
    session.expire_all()
    assert session.get(Case, number).summary == "A test case"
