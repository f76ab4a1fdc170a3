"""Review dates for a calendar outside the portal, which cannot sign in: whoever has the secret address reads them.

So the feed tells little: when, and the reference of the case; nobody's name, no note. It follows what its user may
see at the moment of reading, and is gone when the user is no longer active, closes it, or makes a new address.
"""

import datetime as dt
import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import agenda, audit, clock
from portal.core.actors import FOR_ACTOR, Actor, from_user
from portal.core.database import locked
from portal.core.errors import NotFound
from portal.core.keys import blind_index
from portal.core.models import Review, ReviewFeed, User

PAST = dt.timedelta(days=60)  # what is older and still open is on the page of review dates
MOST = 500
_READ_ONCE_IN = dt.timedelta(hours=1)  # how exactly the last reading is kept: calendars ask every few minutes


def of_user(session: Session, actor: Actor) -> ReviewFeed | None:
    """The actor's own feed, where there is one."""
    return session.scalar(sa.select(ReviewFeed).where(ReviewFeed.user_id == actor.user_id))


def open_feed(session: Session, actor: Actor) -> str:
    """Make the actor's feed, or give it a new secret so that the old address ends; returns the secret, shown once."""
    secret = secrets.token_urlsafe(32)
    feed = session.scalar(locked(sa.select(ReviewFeed).where(ReviewFeed.user_id == actor.user_id)))
    if feed is None:
        feed = ReviewFeed(user_id=actor.user_id)
        session.add(feed)
    feed.digest, feed.created_at, feed.read_at = blind_index(secret), clock.now(), None
    audit.append(session, actor, "review_feed.open")
    return secret


def close_feed(session: Session, actor: Actor) -> None:
    """End the actor's feed; nothing happens where there is none."""
    if session.execute(sa.delete(ReviewFeed).where(ReviewFeed.user_id == actor.user_id)).rowcount:
        audit.append(session, actor, "review_feed.close")


def reader(session: Session, secret: str) -> tuple[ReviewFeed, Actor]:
    """The feed with that secret, and as whom it is read. Raises NotFound, also when its user is no longer active."""
    query = sa.select(ReviewFeed, User).join(User, User.id == ReviewFeed.user_id).options(*FOR_ACTOR)
    query = query.where(ReviewFeed.digest == blind_index(secret), User.active.is_(True))
    found = session.execute(query).unique().one_or_none()
    if found is None:
        raise NotFound("There is no such calendar.", target="feed")
    return found.ReviewFeed, from_user(session, found.User)


def mark_read(session: Session, feed_id: int) -> None:
    """Keep that the feed was read just now."""
    session.execute(sa.update(ReviewFeed).where(ReviewFeed.id == feed_id).values(read_at=clock.now()))


def was_read_lately(feed: ReviewFeed) -> bool:
    """Whether a reading was kept within the hour, so that none needs to be written."""
    return feed.read_at is not None and feed.read_at > clock.now() - _READ_ONCE_IN


def dates(session: Session, actor: Actor, today: dt.date) -> list[tuple[Review, str]]:
    """The actor's own open review dates from ``PAST`` on, soonest first, at most ``MOST``; each with its reference."""
    return agenda.since(session, actor, agenda.Wanted(mine=True), today - PAST, limit=MOST)
