"""Sessions of people in browsers: each is a row, so that its owner sees it and ends it, at once and from anywhere.

The browser holds a key of 256 random bits, the row its digest. A session is over when it was ended, when its user was
deactivated or ended all at once, when nothing was done in it for as long as the installation allows, and in any case
at its absolute end. When it was last used is written once a minute at most, so it is over up to a minute earlier than
the limit and never later.
"""

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.core import audit, clock
from portal.core.actors import FOR_ACTOR, Actor, from_user
from portal.core.database import held, locked
from portal.core.errors import NotAuthenticated, NotFound
from portal.core.keys import digest
from portal.core.models import User, UserSession
from portal.core.unit import write_in_passing
from portal.core.vocabulary import SignInWay

SEEN_EVERY = dt.timedelta(minutes=1)
KEPT = dt.timedelta(days=30)  # of the row of a session that is over
MOST_LISTED = 50
_PATIENCE = dt.timedelta(minutes=5)  # without a note of use; then noting it waits for its turn


class Over(StrEnum):
    """Why a session that was found by its key opens nothing."""

    ENDED = "ended"
    IDLE = "idle"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Standing:
    """A session as it stands now, and whose it is. ``ends_at`` is when it will be over if nothing more is done."""

    id: int
    user: User
    two_factors: bool
    seen_at: dt.datetime
    expires_at: dt.datetime
    ends_at: dt.datetime
    over: Over | None

    @property
    def seconds_left(self) -> int:
        """How long it lasts without another sign of life."""
        return max(0, int((self.ends_at - clock.now()).total_seconds()))


@dataclass(frozen=True)
class Listed:
    """A session as its owner sees it; ``device`` is a browser and a system, such as "Firefox/Linux"."""

    uuid: uuid.UUID
    way: SignInWay
    device: str
    opened_at: dt.datetime
    seen_at: dt.datetime
    is_this: bool


def open_session(
    session: Session,
    user: User,
    *,
    way: SignInWay,
    longest: dt.timedelta,
    two_factors: bool = False,
    device: str = "",
    epoch: int | None = None,
    correlation_id: str = "",
) -> tuple[str, Actor]:
    """Sign *user* in: every successful sign-in of the browser passes here, whatever proved who it is.

    Returns the key, which is kept nowhere, and the actor. ``longest`` is the absolute limit; ``two_factors`` says that
    more than a password was proved; ``epoch`` is the user's when the proof was checked. Raises NotAuthenticated for an
    account that is closed, or one that ended all its sessions since.
    """
    user = session.scalar(held(sa.select(User).where(User.id == user.id)))
    if user is None or not user.active or (epoch is not None and user.session_epoch != epoch):
        raise NotAuthenticated("This account cannot be signed in to now.", target="user")
    key, now = secrets.token_urlsafe(32), clock.now()
    opened = UserSession(
        digest=digest(key),
        user_id=user.id,
        epoch=user.session_epoch,
        way=way,
        two_factors=two_factors,
        device=device[:64],
        created_at=now,
        last_seen_at=now,
        expires_at=now + longest,
    )
    session.add(opened)
    user.last_activity_at = now
    session.flush()
    actor = from_user(session, user, correlation_id=correlation_id, session_id=opened.id)
    audit.append(session, actor, "account.sign_in", details={"way": way, "session": opened.id})
    return key, actor


def find(session: Session, key: str, *, idle: dt.timedelta) -> Standing | None:
    """The session whose key this is, with its user and their verticals in one statement; None for no key of ours.

    One that is over is found too, and says why.
    """
    query = sa.select(UserSession).where(UserSession.digest == digest(key))
    found = session.scalars(query.options(joinedload(UserSession.user).options(*FOR_ACTOR))).unique().one_or_none()
    if found is None:
        return None
    ends = min(found.last_seen_at + idle, found.expires_at)
    return Standing(
        found.id,
        found.user,
        found.two_factors,
        found.last_seen_at,
        found.expires_at,
        ends,
        _why_over(found, idle),
    )


def note_use(session: Session, standing: Standing, *, surely: bool = False) -> bool:
    """Write that the session was used just now, where that was not written within the last minute.

    It does not wait for another writer, unless it went unwritten for long or must be *surely* there. Returns whether
    it was written; then what was loaded before is to be loaded anew.
    """
    now = clock.now()
    unwritten = now - standing.seen_at
    if unwritten < SEEN_EVERY and not (surely and unwritten):
        return False
    mine = sa.update(UserSession).where(UserSession.id == standing.id, UserSession.ended_at.is_(None))
    seen = mine.where(UserSession.last_seen_at < now).values(last_seen_at=now)
    seen = seen.execution_options(synchronize_session=False)
    return write_in_passing(session, seen, wait=surely or unwritten > _PATIENCE)


def listed(session: Session, actor: Actor, *, idle: dt.timedelta) -> Sequence[Listed]:
    """The actor's own sessions that are not over, the one last used first."""
    query = sa.select(UserSession).where(*_open(actor.user_id, idle)).order_by(UserSession.last_seen_at.desc())
    return [
        Listed(each.uuid, each.way, each.device, each.created_at, each.last_seen_at, each.id == actor.session_id)
        for each in session.scalars(query.limit(MOST_LISTED))
    ]


def end(session: Session, actor: Actor, which: uuid.UUID) -> None:
    """End one of the actor's own sessions; whatever it asks for next, it is signed out. Raises NotFound."""
    query = sa.select(UserSession).where(UserSession.uuid == which, UserSession.user_id == actor.user_id)
    found = session.scalar(locked(query))
    if found is None:
        raise NotFound("You have no such session.", target="session")
    if found.ended_at is None:
        found.ended_at = clock.now()
        audit.append(
            session, actor, "account.end_session", chain=f"user:{actor.user_id}", details={"session": found.id}
        )


def sign_out(session: Session, actor: Actor) -> None:
    """End the session in which the actor acts, and note in their chain that they signed out."""
    mine = sa.update(UserSession).where(UserSession.id == actor.session_id, UserSession.ended_at.is_(None))
    session.execute(mine.values(ended_at=clock.now()).execution_options(synchronize_session=False))
    audit.append(session, actor, "account.sign_out")


def end_all(session: Session, user_id: int, *, but: int | None = None) -> None:
    """End all sessions of a user in browsers, and every sign-in that is half done; *but* is the one that goes on."""
    user = session.scalars(held(sa.select(User).where(User.id == user_id))).one()
    user.session_epoch += 1
    others = sa.update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    if but is not None:
        others = others.where(UserSession.id != but)
        kept = sa.update(UserSession).where(UserSession.id == but, UserSession.user_id == user_id)
        session.execute(kept.values(epoch=user.session_epoch).execution_options(synchronize_session=False))
    session.execute(others.values(ended_at=clock.now()).execution_options(synchronize_session=False))
    session.flush()


def prove(session: Session, actor: Actor, *, two_factors: bool) -> None:
    """Say of the session in which the actor acts whether more than a password was proved in it."""
    mine = sa.update(UserSession).where(UserSession.id == actor.session_id)
    session.execute(mine.values(two_factors=two_factors).execution_options(synchronize_session=False))


def forget(session: Session) -> int:
    """Remove rows of sessions that have been over for thirty days; returns how many. For the periodic job."""
    old = sa.select(UserSession.id).where(UserSession.expires_at < clock.now() - KEPT).limit(1000)
    found = session.scalars(old).all()
    if found:
        session.execute(sa.delete(UserSession).where(UserSession.id.in_(found)))
    return len(found)


def _open(user_id: int, idle: dt.timedelta) -> tuple[sa.ColumnElement[bool], ...]:
    now = clock.now()
    return (
        UserSession.user_id == user_id,
        UserSession.last_seen_at > now - idle,
        UserSession.expires_at > now,
        UserSession.ended_at.is_(None),
        UserSession.epoch == sa.select(User.session_epoch).where(User.id == user_id).scalar_subquery(),
    )


def _why_over(found: UserSession, idle: dt.timedelta) -> Over | None:
    now = clock.now()
    if found.ended_at is not None or found.epoch != found.user.session_epoch or not found.user.active:
        return Over.ENDED
    if found.expires_at <= now:
        return Over.EXPIRED
    return Over.IDLE if found.last_seen_at + idle <= now else None
