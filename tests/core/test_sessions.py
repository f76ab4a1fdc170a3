"""Sessions in browsers: what the browser holds opens them while they last, and every way to end them is at once."""

import contextvars
import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import accounts, clock, sessions
from portal.core.database import writing
from portal.core.errors import NotAuthenticated, NotFound
from portal.core.models import AuditEvent, User, UserSession
from portal.core.sessions import Over
from portal.core.unit import unit_of_work
from portal.core.vocabulary import SignInWay
from tests.factories import actor_of, committed, make_user

IDLE, LONGEST = dt.timedelta(minutes=30), dt.timedelta(hours=12)


@pytest.fixture
def ana(session) -> User:
    with committed(session):
        return make_user(session)


def sign_in(session, user: User, **more):
    """The key and the actor of a new session."""
    with unit_of_work(session, actor_of(session, user), intent="test"):
        told = {"way": SignInWay.PASSWORD, "longest": LONGEST, "device": "Firefox/Linux", **more}
        return sessions.open_session(session, user, **told)


def standing(session, key: str):
    session.rollback()
    return sessions.find(session, key, idle=IDLE)


def over(session, key: str) -> Over | None:
    return standing(session, key).over


def pass_minutes(minutes: float) -> None:
    clock.advance(dt.timedelta(minutes=minutes))


def do(session, actor, work, *arguments, **more) -> None:
    with unit_of_work(session, actor, intent="test"):
        work(session, actor, *arguments, **more)


def test_a_session_is_found_by_its_key_which_is_kept_nowhere(session, ana):
    key, actor = sign_in(session, ana, two_factors=True, way=SignInWay.PASSKEY)
    found = standing(session, key)
    assert (found.id, found.user.id, found.two_factors, found.over) == (actor.session_id, ana.id, True, None)
    for table in (UserSession.__table__, AuditEvent.__table__):
        assert key not in str(session.execute(sa.select(table)).all())
    assert standing(session, key + "x") is None and standing(session, "") is None
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "account.sign_in")).one()
    assert (event.chain_key, event.details) == (f"user:{ana.id}", {"way": "passkey", "session": actor.session_id})


def test_without_a_sign_of_life_it_ends_and_with_some_it_lasts_to_its_absolute_end(session, ana):
    idle, _ = sign_in(session, ana)
    busy, _ = sign_in(session, ana)
    pass_minutes(20)
    assert sessions.note_use(session, standing(session, busy))
    pass_minutes(10)
    assert (over(session, idle), over(session, busy)) == (Over.IDLE, None)
    for _ in range(23):
        pass_minutes(29)
        assert sessions.note_use(session, standing(session, busy))
    assert standing(session, busy).seconds_left < IDLE.total_seconds()
    pass_minutes(24)
    assert over(session, busy) is Over.EXPIRED


def test_use_is_written_once_a_minute_and_waits_for_no_writer_unless_it_must(session, ana, engine_name, monkeypatch):
    key, _ = sign_in(session, ana)
    assert not sessions.note_use(session, standing(session, key))
    pass_minutes(1)
    found = standing(session, key)
    asked = []
    monkeypatch.setattr(sessions, "write_in_passing", lambda *_, wait: asked.append(wait))
    sessions.note_use(session, found)
    sessions.note_use(session, found, surely=True)
    pass_minutes(6)
    sessions.note_use(session, found)
    assert asked == [False, True, True]


@pytest.mark.parametrize("engine_name", ["sqlite"])  # on PostgreSQL rows are locked, and the gate stays open
def test_a_writer_at_work_is_not_waited_for(session, ana, engine_name):
    key, _ = sign_in(session, ana)
    pass_minutes(2)
    found = standing(session, key)
    engine = session.get_bind()
    gate = writing(engine)
    other = contextvars.copy_context()
    other.run(gate.__enter__)
    try:
        assert not sessions.note_use(session, found)
    finally:
        other.run(gate.__exit__, None, None, None)
    assert sessions.note_use(session, found)


def test_ending_all_others_leaves_the_one_in_use(session, ana):
    here, actor = sign_in(session, ana)
    elsewhere, _ = sign_in(session, ana)
    for work, more in ((accounts.end_sessions, {}), (accounts.change_password, {"password_hash": "x"})):
        lent, _ = sign_in(session, ana)
        do(session, actor, work, **more)
        assert [over(session, key) for key in (here, elsewhere, lent)] == [None, Over.ENDED, Over.ENDED]
    do(session, actor, sessions.sign_out)
    assert over(session, here) is Over.ENDED


def test_a_closed_account_and_a_raised_epoch_end_every_session(session, ana):
    first, _ = sign_in(session, ana)
    with committed(session):
        session.get(User, ana.id).session_epoch += 1
    second, _ = sign_in(session, ana)
    assert (over(session, first), over(session, second)) == (Over.ENDED, None)
    with committed(session):
        session.get(User, ana.id).active = False
    assert over(session, second) is Over.ENDED


def test_a_proof_that_was_taken_back_meanwhile_opens_nothing(session, ana):
    epoch = ana.session_epoch
    _, actor = sign_in(session, ana, epoch=epoch)
    do(session, actor, accounts.end_sessions)
    with pytest.raises(NotAuthenticated):
        sign_in(session, ana, epoch=epoch)
    with committed(session):
        session.get(User, ana.id).active = False
    with pytest.raises(NotAuthenticated):
        sign_in(session, ana)


def test_its_owner_lists_and_ends_their_own_and_nobody_elses(session, ana):
    with committed(session):
        ben = make_user(session)
    key, actor = sign_in(session, ana)
    pass_minutes(2)
    other_key, _ = sign_in(session, ana, device="Safari/iPhone", way=SignInWay.SECOND_FACTOR)
    strange, stranger = sign_in(session, ben)
    mine = sessions.listed(session, actor, idle=IDLE)
    assert [(each.device, each.way, each.is_this) for each in mine] == [
        ("Safari/iPhone", SignInWay.SECOND_FACTOR, False),
        ("Firefox/Linux", SignInWay.PASSWORD, True),
    ]
    with pytest.raises(NotFound):
        do(session, stranger, sessions.end, mine[0].uuid)
    do(session, actor, sessions.end, mine[0].uuid)
    do(session, actor, sessions.end, mine[0].uuid)
    assert [over(session, each) for each in (key, other_key, strange)] == [None, Over.ENDED, None]
    assert [each.is_this for each in sessions.listed(session, actor, idle=IDLE)] == [True]
    ended = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "account.end_session")).all()
    assert [(event.outcome, event.chain_key) for event in ended] == [("done", f"user:{ana.id}")]
    pass_minutes(31)
    assert sessions.listed(session, actor, idle=IDLE) == []


def test_rows_of_what_is_over_are_removed_after_a_month(session, ana):
    sign_in(session, ana)
    clock.advance(LONGEST + dt.timedelta(days=29))
    with committed(session):
        assert sessions.forget(session) == 0
    clock.advance(dt.timedelta(days=2))
    with committed(session):
        assert sessions.forget(session) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(UserSession)) == 0
