"""All tokens on a list: by dialect, by how they stand, and by where they came from."""

import datetime as dt

import pytest

from portal.core import clock, token_list, tokens
from portal.core.actors import SYSTEM
from portal.core.errors import Forbidden
from portal.core.models import ApiToken
from portal.core.token_list import TokenState, Wanted
from portal.core.vocabulary import Dialect, Role
from tests.factories import actor_of, committed, make_organisation, make_user


@pytest.fixture
def made(session):
    """A live, an expired and a revoked token, one of a partner and one that signing in made, by what they are."""
    with committed(session):
        user, partner = make_user(session), make_organisation(session)
        expired = tokens.issue(session, SYSTEM, dialect="helpline", user=user, days=1)[1]
        revoked = tokens.issue(session, SYSTEM, dialect="helpline", user=user)[1]
        tokens.revoke(session, SYSTEM, revoked.jti)
    clock.advance(dt.timedelta(days=2))
    with committed(session):
        live = tokens.issue(session, SYSTEM, dialect="interventions", user=user)[1]
        of_partner = tokens.issue(session, SYSTEM, dialect="helpline", organisation=partner)[1]
        hours = dt.timedelta(hours=2)
        sign_in = tokens.issue(session, SYSTEM, dialect="constituency", user=user, slides_for=hours)[1]
    rows = {"expired": expired, "revoked": revoked, "live": live, "partner": of_partner, "sign-in": sign_in}
    return {name: row.id for name, row in rows.items()}


@pytest.fixture
def administrator(session):
    """An administrator."""
    with committed(session):
        return actor_of(session, make_user(session, Role.ADMINISTRATOR))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), ["sign-in", "partner", "live", "revoked", "expired"]),
        (Wanted(state=TokenState.LIVE), ["sign-in", "partner", "live"]),
        (Wanted(state=TokenState.EXPIRED), ["expired"]),
        (Wanted(state=TokenState.REVOKED), ["revoked"]),
        (Wanted(dialect=Dialect.HELPLINE), ["partner", "revoked", "expired"]),
        (Wanted(issued=True), ["partner", "live", "revoked", "expired"]),
    ],
)
def test_tokens_are_listed_newest_first(session, administrator, made, wanted, expected):
    names = {number: name for name, number in made.items()}
    found = token_list.page(session, administrator, wanted).rows
    assert [names[token.id] for token in found] == expected


def test_a_token_says_how_it_stands(session, administrator, made):
    stands = {token.id: token_list.state_of(token) for token in token_list.page(session, administrator, Wanted()).rows}
    assert [stands[made[name]] for name in ("live", "expired", "revoked")] == ["live", "expired", "revoked"]


def test_tokens_are_found_by_who_acts_with_them(session, administrator, made):
    rows = {name: session.get(ApiToken, number) for name, number in made.items()}
    of_user = token_list.page(session, administrator, Wanted(user_id=rows["live"].user_id)).rows
    assert of_user == [rows[name] for name in ("sign-in", "live", "revoked", "expired")]
    of_partner = Wanted(organisation_id=rows["partner"].organisation_id)
    assert token_list.page(session, administrator, of_partner).rows == [rows["partner"]]
    assert token_list.live_by_organisation(session, administrator) == {rows["partner"].organisation_id: 1}


def test_active_partners_and_users_can_be_given_a_token(session, administrator):
    with committed(session):
        active, closed = make_organisation(session), make_organisation(session, status="inactive")
        here, gone = make_user(session), make_user(session, active=False)
    partners, users = token_list.holders(session, administrator)
    assert active in partners and closed not in partners and all(one.kind != "installation" for one in partners)
    assert here in users and gone not in users


def test_pages_follow_one_another(session, administrator, made):
    first = token_list.page(session, administrator, Wanted(), limit=2)
    second = token_list.page(session, administrator, Wanted(), cursor=first.following, limit=2)
    assert [token.id for token in first.rows + second.rows] == sorted(made.values(), reverse=True)[:4]


def test_what_ends_with_an_organisation_are_its_tokens_and_those_of_its_users(session, administrator):
    with committed(session):
        partner, other = make_organisation(session), make_organisation(session)
        theirs = make_user(session)
        theirs.organisation_id = partner.id
        own = tokens.issue(session, SYSTEM, dialect="helpline", organisation=partner)[1]
        of_user = tokens.issue(session, SYSTEM, dialect="interventions", user=theirs)[1]
        tokens.issue(session, SYSTEM, dialect="helpline", organisation=other)
        ended = tokens.issue(session, SYSTEM, dialect="helpline", organisation=partner)[1]
        tokens.revoke(session, SYSTEM, ended.jti)
    assert token_list.live_of(session, administrator, partner) == [of_user, own]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_tokens_are_an_administrators_business(session, role):
    with committed(session):
        actor, partner = actor_of(session, make_user(session, role)), make_organisation(session)
    with pytest.raises(Forbidden):
        token_list.page(session, actor, Wanted())
    with pytest.raises(Forbidden):
        token_list.live_of(session, actor, partner)
    for look in (token_list.holders, token_list.live_by_organisation):
        with pytest.raises(Forbidden):
            look(session, actor)
