"""The second factor: codes count near their moment and once, and every use that matters is an event."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
import sqlalchemy as sa

from portal.core import accounts, clock, recovery_codes, second_factor
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import AlreadyDone, Forbidden, NotFound, Refused
from portal.core.models import AuditEvent, RecoveryCode, SecondFactor, User
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import actor_of, committed, make_user


@pytest.fixture
def ana(session) -> Actor:
    """A caseworker without a second factor."""
    with committed(session):
        return actor_of(session, make_user(session, email="ana@office.example"))


def inside(session, actor, work, *arguments, **more):
    """Do *work* in a unit of its own."""
    with unit_of_work(session, actor, intent="test"):
        return work(session, actor, *arguments, **more)


def code_at(secret: str, seconds: int = 0) -> str:
    """What the app shows, so many seconds from now."""
    return pyotp.TOTP(secret).at(clock.now() + dt.timedelta(seconds=seconds))


def set_up(session, actor) -> tuple[str, list[str]]:
    """Turn the second factor on; returns the secret and the recovery codes. The next code is one step ahead."""
    inside(session, actor, second_factor.begin)
    secret = second_factor.offer(session, actor, issuer="Office").secret
    codes = inside(session, actor, second_factor.confirm, code_at(secret))
    clock.advance(dt.timedelta(seconds=90))
    return secret, codes


def accepts(session, actor, code: str) -> bool:
    return inside(session, actor, second_factor.accept, code)


def events(session, actor) -> list[tuple[str, str]]:
    query = sa.select(AuditEvent.action, AuditEvent.outcome).where(AuditEvent.chain_key == f"user:{actor.user_id}")
    return [tuple(row) for row in session.execute(query.order_by(AuditEvent.seq))]


def test_it_is_on_only_after_the_first_code_and_ends_every_session(session, ana):
    assert second_factor.state(session, ana) == second_factor.State(False, None, False, 0)
    inside(session, ana, second_factor.begin)
    offered = second_factor.offer(session, ana, issuer="Riverbend & Sons")
    assert pyotp.parse_uri(offered.address).secret == offered.secret
    assert offered.address.startswith("otpauth://totp/Riverbend%20%26%20Sons:ana%40office.example?")
    assert second_factor.state(session, ana).begun and not second_factor.is_on(session, ana.user_id)
    assert not accepts(session, ana, code_at(offered.secret))
    assert inside(session, ana, second_factor.confirm, "000000") is None
    codes = inside(session, ana, second_factor.confirm, code_at(offered.secret))
    assert len(set(codes)) == recovery_codes.CODES
    now = second_factor.state(session, ana)
    assert (now.on, now.begun, now.codes_left) == (True, False, 10) and now.since is not None
    assert second_factor.offer(session, ana, issuer="x") is None, "the secret is shown while it is set up, never after"
    assert session.get(User, ana.user_id).session_epoch == 2
    assert events(session, ana) == [("account.second_factor_on", "refused"), ("account.second_factor_on", "done")]


def test_beginning_again_forgets_the_secret_that_was_never_confirmed(session, ana):
    inside(session, ana, second_factor.begin)
    first = second_factor.offer(session, ana, issuer="Office").secret
    inside(session, ana, second_factor.begin)
    second = second_factor.offer(session, ana, issuer="Office").secret
    assert first != second
    assert inside(session, ana, second_factor.confirm, code_at(first)) is None


def test_what_is_on_is_not_set_up_again_and_what_was_not_begun_is_not_confirmed(session, ana):
    with pytest.raises(NotFound):
        inside(session, ana, second_factor.confirm, "123456")
    secret, _ = set_up(session, ana)
    for work, arguments in ((second_factor.begin, ()), (second_factor.confirm, (code_at(secret),))):
        with pytest.raises(AlreadyDone):
            inside(session, ana, work, *arguments)


@pytest.mark.parametrize(("seconds", "right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_counts_one_step_around_its_moment(session, ana, seconds, right):
    secret, _ = set_up(session, ana)
    assert accepts(session, ana, code_at(secret, seconds)) is right


def test_a_code_counts_once_and_none_from_before_it(session, ana):
    secret, _ = set_up(session, ana)
    early, now = code_at(secret, -30), code_at(secret)
    assert accepts(session, ana, f"{now[:3]} {now[3:]}")
    assert not accepts(session, ana, now)
    assert not accepts(session, ana, early)
    assert accepts(session, ana, code_at(secret, 30))


def test_the_code_that_turned_it_on_does_not_sign_in(session, ana):
    inside(session, ana, second_factor.begin)
    code = code_at(second_factor.offer(session, ana, issuer="Office").secret)
    inside(session, ana, second_factor.confirm, code)
    assert not accepts(session, ana, code)


def test_of_many_at_once_with_one_code_one_gets_in(app, session, ana):
    secret, codes = set_up(session, ana)
    session.remove()

    def once(code: str) -> bool:
        with app.app_context():
            try:
                return accepts(db.session, ana, code)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(once, [code_at(secret)] * 8)) == 1
        assert sum(pool.map(once, [codes[0]] * 8)) == 1


def test_a_recovery_code_counts_once_however_it_is_written(session, ana):
    _, codes = set_up(session, ana)
    assert accepts(session, ana, codes[0].upper().replace("-", " "))
    assert not accepts(session, ana, codes[0])
    assert accepts(session, ana, f" {codes[1]} ")
    assert second_factor.state(session, ana).codes_left == 8
    assert events(session, ana)[1:] == [
        ("account.recovery_code", "done"),
        ("account.second_factor", "refused"),
        ("account.recovery_code", "done"),
    ]


@pytest.mark.parametrize("nonsense", ["", " ", "-", "0", "٣٣٣٣٣٣", "é" * 64, "\x00", "1234567"])
def test_nonsense_is_refused(session, ana, nonsense):
    set_up(session, ana)
    assert not accepts(session, ana, nonsense)


def test_the_codes_of_one_person_are_worth_nothing_to_another(session, ana):
    secret, codes = set_up(session, ana)
    with committed(session):
        ben = actor_of(session, make_user(session))
    set_up(session, ben)
    assert not accepts(session, ben, codes[0])
    assert not accepts(session, ben, code_at(secret))
    assert second_factor.state(session, ana).codes_left == 10


def test_renewed_codes_take_the_place_of_all_earlier_ones(session, ana):
    secret, codes = set_up(session, ana)
    assert inside(session, ana, second_factor.renew_codes, "000000") is None
    fresh = inside(session, ana, second_factor.renew_codes, code_at(secret))
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    assert not accepts(session, ana, codes[0])
    assert accepts(session, ana, fresh[0])
    assert ("account.recovery_codes", "done") in events(session, ana)


def test_nothing_readable_is_stored_and_no_event_holds_a_code(session, ana):
    secret, codes = set_up(session, ana)
    accepts(session, ana, codes[0])
    kept = session.execute(sa.text("SELECT secret FROM second_factors")).scalar_one()
    assert secret.encode() not in bytes(kept)
    digests = session.scalars(sa.select(RecoveryCode.digest)).all()
    assert not any(code.replace("-", "") in digest for code in codes for digest in digests)
    details = [str(each) for each in session.scalars(sa.select(AuditEvent.details))]
    assert not any(secret in each or codes[0] in each for each in details)


def test_turning_it_off_forgets_everything_and_ends_every_session(session, ana):
    secret, _ = set_up(session, ana)
    assert not inside(session, ana, second_factor.turn_off, "000000", required=False)
    assert inside(session, ana, second_factor.turn_off, code_at(secret), required=False)
    assert not second_factor.is_on(session, ana.user_id)
    assert session.query(SecondFactor).count() == session.query(RecoveryCode).count() == 0
    assert session.get(User, ana.user_id).session_epoch == 3
    assert events(session, ana)[-1] == ("account.second_factor_off", "done")


def test_who_needs_one_cannot_turn_it_off_and_the_attempt_is_an_event(session, ana):
    secret, _ = set_up(session, ana)
    with pytest.raises(Refused):
        inside(session, ana, second_factor.turn_off, code_at(secret), required=True)
    assert second_factor.is_on(session, ana.user_id)
    assert events(session, ana)[-1] == ("test", "refused")


def test_an_administrator_resets_it_and_nobody_else_does(session, ana):
    set_up(session, ana)
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with committed(session):
            other = actor_of(session, make_user(session, role))
        with pytest.raises(Forbidden), unit_of_work(session, other, intent="user.reset_second_factor"):
            second_factor.reset(session, other, session.get(User, ana.user_id))
    assert second_factor.is_on(session, ana.user_id)
    with committed(session):
        chief = actor_of(session, make_user(session, Role.ADMINISTRATOR))
    with unit_of_work(session, chief, intent="user.reset_second_factor"):
        second_factor.reset(session, chief, session.get(User, ana.user_id))
    assert second_factor.state(session, ana) == second_factor.State(False, None, False, 0)
    assert session.get(User, ana.user_id).session_epoch == 3
    assert events(session, ana)[-1] == ("user.reset_second_factor", "done")
    with pytest.raises(NotFound), unit_of_work(session, SYSTEM, intent="user.reset_second_factor"):
        second_factor.reset(session, SYSTEM, session.get(User, ana.user_id))


def test_a_password_that_is_changed_leaves_it_on(session, ana):
    set_up(session, ana)
    with unit_of_work(session, ana, intent="account.change_password"):
        accounts.change_password(session, ana, password_hash=None)
    assert second_factor.is_on(session, ana.user_id)
