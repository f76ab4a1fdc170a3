"""Passwords: what will do is one rule; a link for a new one works once, within an hour, and ends what was open."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import accounts, clock, passwords, sessions, tokens, user_leaving, user_register
from portal.core.actors import SYSTEM
from portal.core.errors import Forbidden, NotAuthenticated, NotFound, Refused
from portal.core.keys import digest
from portal.core.models import AuditEvent, AuditValue, PasswordReset, User
from portal.core.passwords import Weakness
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Dialect, Role, SignInWay
from tests.factories import actor_of, committed, make_user

ABOUT = ("Ana Sørensen", "a.okonkwo@harbour-office.example", "Riverbend Family Desk")
IDLE = dt.timedelta(minutes=30)


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("x" * 11, Weakness.SHORT),
        ("", Weakness.SHORT),
        ("password1234", Weakness.COMMON),
        ("iloveyou1234", Weakness.COMMON),
        ("123456789012", Weakness.COMMON),
        ("Summer2026!!", Weakness.COMMON),
        ("aaaaaaaaaaaaaaaa", Weakness.GUESSABLE),
        ("abcdefghijklmnop", Weakness.GUESSABLE),
        ("qwertyuiopasdfghjkl", Weakness.COMMON),
        ("seven SØRENSEN herons wading", Weakness.PERSONAL),
        ("seven okonkwo herons wading", Weakness.PERSONAL),
        ("seven harbour herons wading", Weakness.PERSONAL),
        ("seven riverbend herons wading", Weakness.PERSONAL),
        ("seven quiet herons wading", None),
        ("banana and a kite in june", None),  # short words of a name stand in too many others
        ("zq8vK1mwRt4x", None),
        ("東京 の 静か な 鷺 が 歩く 七羽", None),
        ("seven quiet herons " * 50, None),
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_what_will_do_and_what_will_not(engine_name, password, found):
    assert passwords.weakness(password, about=ABOUT) is found
    if found is not None:
        with pytest.raises(passwords.WeakPassword) as refused:
            passwords.require_strong(password, about=ABOUT)
        assert refused.value.weakness is found


@pytest.fixture
def ana(session) -> User:
    with committed(session):
        return make_user(session, Role.CASEWORKER, password=True, email="ana@office.example")


@pytest.fixture
def admin(session):
    with committed(session):
        return actor_of(session, make_user(session, Role.ADMINISTRATOR))


def issue(session, actor, user) -> str:
    with unit_of_work(session, actor, intent="user.reset_link"):
        return passwords.issue_reset(session, actor, session.get(User, user.id))


def holder(session, text: str) -> int | None:
    session.rollback()
    found = passwords.holder(session, digest(text))
    return found.id if found else None


def use(session, text: str, password_hash: str) -> None:
    with unit_of_work(session, SYSTEM, intent="account.reset_password"):
        passwords.reset(session, digest(text), password_hash=password_hash)


def test_a_link_works_once_and_ends_every_session_and_sign_in(session, ana, admin):
    with unit_of_work(session, SYSTEM, intent="test"):
        longest = dt.timedelta(hours=12)
        key, actor = sessions.open_session(session, ana, way=SignInWay.PASSWORD, longest=longest)
        signed_in, _ = tokens.issue(session, actor, dialect=Dialect.CONSTITUENCY, user=ana, slides_for=longest)
        issued, _ = tokens.issue(session, actor, dialect=Dialect.CONSTITUENCY, user=ana)
    text = issue(session, admin, ana)
    assert holder(session, text) == ana.id
    made = accounts.hash_password("seven quiet herons wading")
    use(session, text, made)
    assert accounts.check_password(session, "ana@office.example", "seven quiet herons wading").id == ana.id
    assert sessions.find(session, key, idle=IDLE).over is sessions.Over.ENDED
    with pytest.raises(NotAuthenticated):
        tokens.resolve(session, signed_in, Dialect.CONSTITUENCY)
    assert tokens.resolve(session, issued, Dialect.CONSTITUENCY).user_id == ana.id
    assert holder(session, text) is None
    with pytest.raises(NotFound):
        use(session, text, made)
    events = session.execute(sa.select(AuditEvent.action, AuditEvent.actor_id).order_by(AuditEvent.id)).all()
    assert ("user.reset_link", admin.user_id) in events and ("account.reset_password", ana.id) in events
    for table in (PasswordReset.__table__, AuditEvent.__table__, AuditValue.__table__):
        assert text not in str(session.execute(sa.select(table)).all())


def test_a_link_ends_after_an_hour_with_the_next_one_and_with_the_account(session, ana, admin):
    first = issue(session, admin, ana)
    second = issue(session, admin, ana)
    assert (holder(session, first), holder(session, second)) == (None, ana.id)
    clock.advance(passwords.LASTS)
    assert holder(session, second) is None
    third = issue(session, admin, ana)
    with committed(session):
        session.get(User, ana.id).active = False
    assert holder(session, third) is None
    with pytest.raises(Refused, match="closed"):
        issue(session, admin, ana)
    assert holder(session, "never made") is None


def test_whoever_changes_their_password_or_is_shut_out_ends_the_links_made_before(session, ana, admin):
    changed = issue(session, admin, ana)
    with unit_of_work(session, SYSTEM, intent="test"):
        made = accounts.hash_password("seven quiet herons wading")
        accounts.change_password(session, actor_of(session, session.get(User, ana.id)), password_hash=made)
    assert holder(session, changed) is None
    left = issue(session, admin, ana)
    with unit_of_work(session, admin, intent="test"):
        one = user_register.hold(session, admin, ana.id)
        user_leaving.deactivate(session, admin, one, version=one.version_id)
    with unit_of_work(session, admin, intent="test"):
        user_leaving.activate(session, admin, user_register.hold(session, admin, ana.id))
    assert holder(session, left) is None, "whoever is let in again is not let in by an old link"


def test_administrators_alone_make_links_and_neither_for_themselves_nor_for_a_service(session, ana, admin):
    with pytest.raises(Forbidden):
        issue(session, actor_of(session, ana), ana)
    with pytest.raises(Refused, match="themselves"):
        issue(session, admin, session.get(User, admin.user_id))
    with committed(session):
        session.get(User, ana.id).kind = "service"
    with pytest.raises(Refused, match="token"):
        issue(session, admin, ana)


def test_rows_of_links_are_removed_after_a_month(session, ana, admin):
    issue(session, admin, ana)
    clock.advance(dt.timedelta(days=29))
    with committed(session):
        assert passwords.forget(session) == 0
    clock.advance(dt.timedelta(days=2))
    with committed(session):
        assert passwords.forget(session) == 1
