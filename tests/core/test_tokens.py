"""Tokens: signed, for one dialect, revocable at once; and what a partner organisation can be given."""

import datetime as dt
import uuid

import pytest
import sqlalchemy as sa
from joserfc import jwt
from joserfc.jwk import OctKey

from portal.core import clock, keys, organisations, tokens
from portal.core.actors import SYSTEM
from portal.core.errors import AlreadyDone, Forbidden, HolderInactive, InvalidInput, NotAuthenticated, NotFound
from portal.core.keys import keyring
from portal.core.models import ApiToken, AuditEvent, AuditValue
from portal.core.permissions import Permission, can
from portal.core.vocabulary import Dialect, Role
from tests.factories import actor_of, committed, make_organisation, make_user, make_vertical

HELPLINE = Dialect.HELPLINE


@pytest.fixture
def user(session):
    """A caseworker with a vertical."""
    with committed(session):
        return make_user(session, Role.CASEWORKER, make_vertical(session))


def issue(session, **more):
    """Issue a token as the command line does."""
    with committed(session):
        return tokens.issue(session, SYSTEM, **{"dialect": "helpline", **more})


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


def forged(change):
    """A token signed by us or by somebody else, changed in one respect."""
    ours = OctKey.import_key(keyring().tokens[0])
    now = int(clock.now().timestamp())
    claims = {"iss": "portal", "aud": "helpline", "jti": uuid.uuid4().hex, "iat": now, "exp": now + 3600}
    header, key = {"alg": "HS256"}, ours
    match change:
        case "another key":
            key = OctKey.import_key("a key of somebody else, long enough")
        case "another algorithm":
            header = {"alg": "HS512"}
        case "another issuer":
            claims["iss"] = "elsewhere"
        case "no audience":
            del claims["aud"]
        case "no end":
            del claims["exp"]
        case "a number for a name":
            claims["jti"] = 7
        case "a key by address":
            header = {"alg": "HS256", "kid": "../../etc/passwd"}
    return jwt.encode(header, claims, key, algorithms=[header["alg"]])


FORGERIES = [
    "another key",
    "another algorithm",
    "another issuer",
    "no audience",
    "no end",
    "a number for a name",
    "a key by address",
    "never issued",
]


@pytest.mark.parametrize("change", FORGERIES)
def test_a_forged_token_is_no_token(session, change):
    with pytest.raises(NotAuthenticated):
        tokens.resolve(session, forged(change), HELPLINE)


# pragma: allowlist nextline secret
UNSIGNED = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpc3MiOiJwb3J0YWwiLCJhdWQiOiJoZWxwbGluZSJ9."


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a.b.c", "x" * 5000, UNSIGNED, "é.ü.ö", "\udcff", "e30.e30.e30", "bnVsbA.bnVsbA.", "W10.W10."],
)
def test_nonsense_is_no_token(session, text):
    with pytest.raises(NotAuthenticated):
        tokens.resolve(session, text, HELPLINE)


def test_a_token_with_another_signature_part_is_no_token(session, user):
    text, _ = issue(session, user=user)
    head, body, signature = text.split(".")
    for changed in (f"{head}.{body}.{signature[::-1]}", f"{head}.{body}.", f"{head}.{body[:-2]}xx.{signature}"):
        with pytest.raises(NotAuthenticated):
            tokens.resolve(session, changed, HELPLINE)


def test_the_newest_key_signs_and_older_ones_still_verify(session, user, installation):
    given = installation.settings
    old_text, _ = issue(session, user=user)
    renewed = ("a newer key that is long enough to sign with", *given.token_keys)
    keys.configure(given.data_keys, given.index_key, given.audit_key, renewed)
    new_text, _ = issue(session, user=user)
    assert tokens.resolve(session, old_text, HELPLINE)
    assert tokens.resolve(session, new_text, HELPLINE)
    keys.configure(given.data_keys, given.index_key, given.audit_key, renewed[:1])
    with pytest.raises(NotAuthenticated):
        tokens.resolve(session, old_text, HELPLINE)
    assert tokens.resolve(session, new_text, HELPLINE)


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


class TestRotation:
    """A successor with the same rights takes the place of a token, at once or after a while."""

    def rotate(self, session, jti, **more):
        """Rotate as an administrator does."""
        with committed(session):
            return tokens.rotate(session, SYSTEM, jti, **more)

    def test_the_successor_has_the_same_rights_and_the_old_one_ends_at_once(self, session, user):
        text, old = issue(session, user=user, scopes=["cases:read"], days=30)
        new_text, new = self.rotate(session, old.jti)
        assert (new.audience, new.scopes, new.user_id) == (HELPLINE, ["cases:read"], user.id)
        assert abs((new.expires_at - new.created_at) - dt.timedelta(days=30)) < dt.timedelta(minutes=1)
        assert tokens.resolve(session, new_text, HELPLINE).scopes == {"cases:read"}
        with pytest.raises(NotAuthenticated):
            tokens.resolve(session, text, HELPLINE)

    def test_the_old_one_may_live_until_a_chosen_hour_and_no_longer(self, session, user):
        text, old = issue(session, user=user)
        self.rotate(session, old.jti, ends_at=clock.now() + dt.timedelta(days=2))
        clock.advance(dt.timedelta(hours=47))
        assert tokens.resolve(session, text, HELPLINE)
        clock.advance(dt.timedelta(hours=2))
        with pytest.raises(NotAuthenticated):
            tokens.resolve(session, text, HELPLINE)

    def test_a_chosen_hour_never_makes_the_old_one_live_longer(self, session, user):
        _, old = issue(session, user=user, days=1)
        ends = old.expires_at
        self.rotate(session, old.jti, ends_at=clock.now() + dt.timedelta(days=6))
        assert old.expires_at == ends

    @pytest.mark.parametrize("hours", [-1, 7 * 24 + 1])
    def test_an_hour_in_the_past_or_after_a_week_is_refused(self, session, user, hours):
        _, old = issue(session, user=user)
        with pytest.raises(InvalidInput):
            self.rotate(session, old.jti, ends_at=clock.now() + dt.timedelta(hours=hours))
        assert session.query(ApiToken).count() == 1

    def test_what_has_ended_or_slides_has_no_successor(self, session, user):
        _, ended = issue(session, user=user)
        with committed(session):
            tokens.revoke(session, SYSTEM, ended.jti)
        with pytest.raises(AlreadyDone):
            self.rotate(session, ended.jti)
        _, sliding = issue(session, user=user, slides_for=dt.timedelta(hours=12))
        with pytest.raises(InvalidInput):
            self.rotate(session, sliding.jti)
        with pytest.raises(NotFound):
            self.rotate(session, "no such token")

    def test_nobody_rotates_a_token_of_another(self, session, user):
        _, row = issue(session, user=user)
        with committed(session):
            other = actor_of(session, make_user(session, Role.SUPERVISOR))
        with pytest.raises(Forbidden), committed(session):
            tokens.rotate(session, other, row.jti)

    def test_it_is_kept_who_followed_whom_and_when_the_old_one_ends(self, session, user):
        text, old = issue(session, user=user)
        new_text, new = self.rotate(session, old.jti)
        event = session.query(AuditEvent).filter_by(action="token.rotate").one()
        assert (event.chain_key, event.details["jti"]) == (f"user:{user.id}", old.jti)
        assert event.details["successor"] == new.jti
        kept = session.query(AuditValue).filter_by(event_id=event.id).one()
        assert kept.before > kept.after
        assert not {text, new_text} & {kept.before, kept.after, *map(str, event.details.values())}


class TestSlidingTokens:
    """Tokens of a sign-in live while they are used, and never longer than they were promised."""

    def issue(self, session, user):
        """A token as a sign-in gives it."""
        return issue(session, user=user, dialect="constituency", slides_for=dt.timedelta(hours=12))[0]

    def renewed(self, session, text):
        """The token in its place, where one is due."""
        actor = tokens.resolve(session, text, Dialect.CONSTITUENCY)
        with committed(session):
            made = tokens.renew(session, actor)
        return made[0] if made else None

    def test_an_idle_one_ends_after_half_an_hour(self, session, user):
        text = self.issue(session, user)
        clock.advance(dt.timedelta(minutes=31))
        with pytest.raises(NotAuthenticated):
            tokens.resolve(session, text, Dialect.CONSTITUENCY)

    def test_a_used_one_is_renewed_and_the_old_one_lives_a_minute(self, session, user):
        old = self.issue(session, user)
        assert self.renewed(session, old) is None
        clock.advance(dt.timedelta(minutes=20))
        new = self.renewed(session, old)
        clock.advance(dt.timedelta(seconds=30))
        assert tokens.resolve(session, old, Dialect.CONSTITUENCY)
        assert self.renewed(session, old) is None
        clock.advance(dt.timedelta(seconds=31))
        with pytest.raises(NotAuthenticated):
            tokens.resolve(session, old, Dialect.CONSTITUENCY)
        clock.advance(dt.timedelta(minutes=20))
        assert tokens.resolve(session, new, Dialect.CONSTITUENCY)

    def test_the_family_ends_however_busy_it_is(self, session, user):
        text = self.issue(session, user)
        for _ in range(12 * 3 - 1):
            clock.advance(dt.timedelta(minutes=20))
            text = self.renewed(session, text) or text
        clock.advance(dt.timedelta(minutes=21))
        with pytest.raises(NotAuthenticated):
            tokens.resolve(session, text, Dialect.CONSTITUENCY)

    def test_signing_out_ends_the_whole_family(self, session, user):
        old = self.issue(session, user)
        clock.advance(dt.timedelta(minutes=20))
        new = self.renewed(session, old)
        actor = tokens.resolve(session, new, Dialect.CONSTITUENCY)
        with committed(session):
            tokens.revoke_family(session, actor)
        for text in (old, new):
            with pytest.raises(NotAuthenticated):
                tokens.resolve(session, text, Dialect.CONSTITUENCY)

    def test_a_token_of_the_command_line_is_never_renewed(self, session, user):
        text, _ = issue(session, user=user, dialect="constituency")
        clock.advance(dt.timedelta(days=1))
        assert self.renewed(session, text) is None
