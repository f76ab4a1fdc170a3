"""Tokens: for one dialect and one holder, revocable at once, of no more than the holder may do."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import clock, organisations, tokens
from portal.core.actors import SYSTEM
from portal.core.errors import Forbidden, HolderInactive, InvalidInput, NotAuthenticated, NotFound
from portal.core.models import ApiToken, AuditEvent, AuditValue
from portal.core.permissions import Permission, can
from portal.core.vocabulary import Dialect, Role
from tests.core.tokens.conftest import HELPLINE, issue
from tests.factories import actor_of, committed, make_organisation, make_user


def test_a_token_is_its_user_in_one_dialect(session, user):
    text, row = issue(session, user=user)
    actor = tokens.resolve(session, text, HELPLINE, correlation_id="c-1")
    assert (actor.kind, actor.user_id, actor.dialect, actor.token_id) == ("user", user.id, HELPLINE, row.id)
    assert actor.scopes == {"cases:read", "cases:write"}
    assert actor.vertical_ids == actor_of(session, user).vertical_ids != frozenset()
    assert actor.correlation_id == "c-1"


def test_a_token_is_refused_on_every_other_dialect(session, user):
    text, _ = issue(session, user=user)
    for dialect in set(Dialect) - {HELPLINE}:
        with pytest.raises(NotAuthenticated):
            tokens.resolve(session, text, dialect)


def test_the_text_of_a_token_is_kept_nowhere(session, user):
    text, row = issue(session, user=user)
    stored = session.execute(sa.select(ApiToken.__table__)).mappings().one()
    assert text not in map(str, stored.values())
    assert len(row.digest) == 64
    assert text not in str(session.scalars(sa.select(AuditEvent.details)).all())


def test_a_revoked_token_ends_at_the_next_look_and_may_be_revoked_again(session, user):
    text, row = issue(session, user=user)
    for _ in range(2):
        with committed(session):
            tokens.revoke(session, SYSTEM, row.jti)
    with pytest.raises(NotAuthenticated):
        tokens.resolve(session, text, HELPLINE)
    with pytest.raises(NotFound), committed(session):
        tokens.revoke(session, SYSTEM, "no such token")


def test_who_ends_a_token_by_hand_says_why_and_it_is_kept(session, user):
    _, row = issue(session, user=user)
    for told in ({"reason": ""}, {"reason": "BECAUSE"}, {"reason": "OTHER", "text": " "}):
        with pytest.raises(InvalidInput), committed(session):
            tokens.revoke(session, SYSTEM, row.jti, **told)
    assert tokens.find(session, row.jti).revoked_at is None
    with committed(session):
        tokens.revoke(session, SYSTEM, row.jti, reason="OTHER", text=" The office moved. ")
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "token.revoke")).one()
    assert event.details["reason"] == "OTHER" and "moved" not in str(event.details)
    said = session.scalars(sa.select(AuditValue).where(AuditValue.field == "reason_text")).one()
    assert (said.event_id, said.after) == (event.id, "The office moved.")


def test_a_token_ends_when_it_was_said_to(session, user):
    text, _ = issue(session, user=user, days=2)
    clock.advance(dt.timedelta(hours=47))
    assert tokens.resolve(session, text, HELPLINE)
    clock.advance(dt.timedelta(hours=2))
    with pytest.raises(NotAuthenticated):
        tokens.resolve(session, text, HELPLINE)


def test_the_holder_of_a_genuine_token_may_have_been_deactivated(session, user):
    with committed(session):
        partner = make_organisation(session)
        texts = [
            tokens.issue(session, SYSTEM, dialect=HELPLINE, **holder)[0]
            for holder in ({"user": user}, {"organisation": partner})
        ]
    with committed(session):
        user.active = False
        organisations.deactivate(session, SYSTEM, partner)
    for text in texts:
        with pytest.raises(HolderInactive):
            tokens.resolve(session, text, HELPLINE)


def test_scopes_are_those_of_the_dialect_and_the_role(session, user):
    with committed(session):
        auditor, partner = make_user(session, Role.AUDITOR), make_organisation(session)
    assert issue(session, user=auditor)[1].scopes == ["cases:read"]
    assert issue(session, organisation=partner)[1].scopes == ["webform"]
    assert issue(session, organisation=partner, dialect="correspondence")[1].scopes == ["v1:case"]
    assert issue(session, user=user, scopes=["cases:read"])[1].scopes == ["cases:read"]
    for wrong in ({"scopes": ["v1:case"]}, {"scopes": []}, {"days": 0}, {"days": 366}):
        with pytest.raises(InvalidInput):
            issue(session, user=user, **wrong)


@pytest.mark.parametrize("dialect", ["constituency", "interventions"])
def test_where_only_users_act_an_organisation_gets_no_token(session, dialect):
    with committed(session):
        partner = make_organisation(session)
    with pytest.raises(InvalidInput):
        issue(session, organisation=partner, dialect=dialect)


def test_a_token_belongs_to_one_holder(session, user):
    with committed(session):
        partner = make_organisation(session)
    for holders in ({}, {"user": user, "organisation": partner}):
        with pytest.raises(InvalidInput):
            issue(session, **holders)


def test_nobody_issues_or_revokes_a_token_of_another(session, user):
    with committed(session):
        other = make_user(session, Role.SUPERVISOR)
    _, row = issue(session, user=user)
    actor = actor_of(session, other)
    with pytest.raises(Forbidden), committed(session):
        tokens.issue(session, actor, dialect=HELPLINE, user=user)
    with pytest.raises(Forbidden), committed(session):
        tokens.revoke(session, actor, row.jti)
    with committed(session):
        assert tokens.issue(session, actor, dialect=HELPLINE, user=other)


def test_a_token_for_reading_narrows_its_user(session, user):
    text, _ = issue(session, user=user, scopes=["cases:read"])
    reader = tokens.resolve(session, text, HELPLINE)
    assert can(reader, Permission.VIEW)
    assert not can(reader, Permission.UPDATE)
    text, _ = issue(session, user=user)
    assert can(tokens.resolve(session, text, HELPLINE), Permission.UPDATE)
