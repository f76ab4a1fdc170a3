"""Challenges: random values that are answered within a few minutes, and once.

Whoever calls keeps the challenge where only the browser that asked for it can bring it back. It is not ours to know
until it is answered: only challenges that were spent are kept, until they would have run out by themselves.
"""

import datetime as dt
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.keys import blind_index
from portal.core.models import SpentChallenge

LASTS = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Challenge:
    """A random value, what it was made for, and the second (since 1970) at which it runs out."""

    value: str
    purpose: str
    until: int

    @property
    def data(self) -> bytes:
        """The value as a device signs it."""
        return self.value.encode()


def make(purpose: str) -> Challenge:
    """A new challenge for *purpose*."""
    return Challenge(secrets.token_urlsafe(32), purpose, int((clock.now() + LASTS).timestamp()))


def spend(session: Session, challenge: Challenge | None, purpose: str) -> bool:
    """Use a challenge up. False where there is none, it was made for something else, ran out, or was spent before."""
    now = clock.now()
    if challenge is None or challenge.purpose != purpose or challenge.until < now.timestamp():
        return False
    session.execute(sa.delete(SpentChallenge).where(SpentChallenge.runs_out_at < now))
    until = dt.datetime.fromtimestamp(challenge.until, dt.UTC)
    try:
        with session.begin_nested():  # two answers at once: one inserts the row, the other finds it there
            session.add(SpentChallenge(digest=blind_index(f"challenge:{challenge.value}"), runs_out_at=until))
    except sa.exc.IntegrityError:
        return False
    return True
