"""A token is replaced by a new one, at once, with time to change over, or as it is used."""

import datetime as dt

import pytest

from portal.core import clock, tokens
from portal.core.actors import SYSTEM
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, NotAuthenticated, NotFound
from portal.core.models import ApiToken, AuditEvent, AuditValue
from portal.core.vocabulary import Dialect, Role
from tests.core.tokens.conftest import HELPLINE, issue
from tests.factories import actor_of, committed, make_user


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
